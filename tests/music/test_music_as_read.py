"""A score as it is read: bars that are guessed, melody and chords that are chosen."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
from melodies import line
from scores import BAR, harmony, note, score

from lstmkit import config as configs
from lstmkit.errors import InputError
from lstmkit.music.config import MusicConfig
from lstmkit.music.files import sources
from lstmkit.music.files.charts import ireal, progression, sheet
from lstmkit.music.files.reading import measures, metre
from lstmkit.music.files.reading.harmony import of_melody
from lstmkit.music.files.score import Note, Part, Score, bars_from_metres

pytest_plugins = ["music_fixtures"]

PROGRESSION = [(50, 57, 60, 65), (43, 59, 62, 65), (48, 55, 64, 71), (48, 57, 64, 67)]
TUNE = (62, 65, 69, 72, 71, 69, 67, 65, 67, 71, 74, 77, 76, 74, 72, 71,
        72, 76, 79, 83, 79, 76, 74, 72, 69, 67, 64, 62, 64, 67, 69, 72)  # fmt: skip


def config(*changes: str):
    return configs.load(MusicConfig, "music", None, changes).data


def tune(repeats: int = 2, step: Fraction = Fraction(1, 2)) -> list[Note]:
    pitches = TUNE * repeats
    return [Note(step * i, step, pitch, 80) for i, pitch in enumerate(pitches)]


def block_chords(repeats: int = 2) -> list[Note]:
    return [
        Note(Fraction(4 * bar), Fraction(4), pitch, 80)
        for bar in range(4 * repeats)
        for pitch in PROGRESSION[bar % 4]
    ]


def score_of(*parts: Part, length: int = 4, quarters: int = 32) -> Score:
    bars = bars_from_metres([(Fraction(0), Fraction(length))], Fraction(quarters))
    return Score("x", parts, bars, ((Fraction(0), 120.0),), signature=(length, 4))


def part(name: str, notes: list[Note]) -> Part:
    return Part(name, 0, False, tuple(sorted(notes)))


def symbols(found: measures.Reading) -> list[str]:
    return [" ".join(timed.chord.symbol for timed in m.chords) for m in found.measures]


PIANO = part("Piano", block_chords())


@pytest.mark.parametrize(("length", "beats"), [(1, 4), (1, 3)])
def test_a_piece_in_bars_of_one_quarter_is_read_in_bars_that_people_write(length, beats):
    chord_notes = [
        Note(Fraction(beats * bar), Fraction(beats), pitch, 80)
        for bar in range(8)
        for pitch in PROGRESSION[bar % 4]
    ]
    melody = [Note(Fraction(i, 2), Fraction(1, 2), TUNE[i % 32], 80) for i in range(16 * beats)]
    given = score_of(
        part("Melody", melody), part("Piano", chord_notes), length=length, quarters=8 * beats
    )
    found = measures.of(given, config(), "x")
    assert (found.score.metre, len(found.score.bars)) == (beats, 8)
    assert any("the file says 1/4" in text for text in found.said)


def test_the_metre_of_the_config_is_that_of_the_piece():
    given = score_of(part("Melody", tune()), PIANO)
    found = measures.of(given, config('data.metre="3/4"'), "x")
    assert {bar.length for bar in found.score.bars[:-1]} == {3}
    assert found.score.signature == (3, 4)


def test_a_pick_up_stays_when_bars_are_laid_anew():
    bars = bars_from_metres([(Fraction(0), Fraction(1)), (Fraction(1), Fraction(4))], Fraction(9))
    given = Score("x", (part("Melody", tune(1)),), bars, ((Fraction(0), 120.0),))
    assert (
        metre.with_metre(given, (3, 4)).bars[:3]
        == bars_from_metres([(Fraction(0), Fraction(1)), (Fraction(1), Fraction(3))], Fraction(9))[
            :3
        ]
    )


@pytest.mark.parametrize("swing", [Fraction(1, 2), Fraction(58, 100), Fraction(2, 3)])
def test_swing_is_no_free_playing(swing):
    onsets = [beat + place for beat in range(32) for place in (0, swing)]
    assert metre.freely_played([Note(Fraction(on), swing, 60, 80) for on in onsets]) == ""


def test_playing_beside_the_beat_is_noticed_with_its_share():
    lengths = np.random.default_rng(4).uniform(0.5, 0.85, 96)
    onsets = itertools.accumulate(Fraction(float(n)).limit_denominator(480) for n in lengths)
    said = metre.freely_played([Note(on, Fraction(1, 2), 60, 80) for on in onsets])
    assert "off the grid" in said
    assert 30 < int(said.split("%")[0]) <= 100


def broken() -> list[Note]:
    """A left hand of broken chords in eighths, which climbs above the right one."""
    return [
        Note(Fraction(8 * bar + i, 2), Fraction(1, 2), chord[tone], 80)
        for bar, chord in enumerate(PROGRESSION * 2)
        for i, tone in enumerate((0, 3, 1, 3, 2, 3, 1, 3))
    ]


@pytest.mark.parametrize(
    ("right", "left"),
    [("Right Hand", "Left Hand"), ("RH", "LH"), ("Piano", "Piano"), ("", ""), ("upper:", "lower:")],
)
@pytest.mark.parametrize("first", [0, 1])
def test_the_right_hand_is_the_melody_though_it_is_thickened(right, left, first):
    thick = tune() + [n._replace(pitch=n.pitch - 8) for n in tune()[::2]]
    hands = [part(right, thick), part(left, broken())]
    found = measures.of(score_of(*(hands if first == 0 else hands[::-1])), config(), "x")
    assert found.choice is not None
    assert found.choice.melody == first
    assert [n.pitch for m in found.measures for n in m.notes] == list(TUNE * 2)


@pytest.mark.parametrize("name", ["Melody", "Vocal", "LEAD VOX", "Voice", "Solo Sax", "メロディー"])
def test_a_part_named_so_is_the_melody_though_a_riff_stands_alone(name):
    riff = [Note(Fraction(8 + i, 2), Fraction(1, 2), 72 + 3 * (i % 4), 80) for i in range(12)]
    double = tune() + [n._replace(pitch=n.pitch - 4) for n in tune()[::3]]
    given = score_of(part("Lead Guitar", riff), PIANO, part(name, double))
    found = measures.of(given, config(), "x")
    assert found.choice is not None
    assert found.choice.melody == 2
    assert "name +" in found.choice.reasons[0]
    assert "next: part 0 (Lead Guitar)" in found.choice.reasons[0]


def test_strummed_chords_are_chords_and_a_drone_is_none():
    strummed = [
        Note(Fraction(4 * bar + beat) + Fraction(string, 40), Fraction(5, 6), pitch, 80)
        for bar in range(8)
        for beat in range(4)
        for string, pitch in enumerate(PROGRESSION[bar % 4])
    ]
    drone = [Note(Fraction(4 * b), Fraction(4), p, 80) for b in range(8) for p in (72, 76)]
    given = score_of(part("Melody", tune()), part("Guitar", strummed), part("Pad", drone))
    found = measures.of(given, config(), "x")
    assert found.choice is not None
    assert found.choice.harmony == (1,)
    assert symbols(found)[:3] == ["Dm7", "G7", "Cmaj7"]


@pytest.mark.parametrize("third", [3, 4])
def test_open_fifths_take_their_third_from_what_is_sung(third):
    fifths = [
        Note(Fraction(4 * bar), Fraction(4), root + up, 80)
        for bar, root in enumerate([48, 53, 48, 55, 48, 53, 55, 48])
        for up in (0, 7, 12)
    ]
    sung = [
        Note(Fraction(4 * bar + i), Fraction(1), root + 12 + up, 80)
        for bar, root in enumerate([48, 53, 48, 55, 48, 53, 55, 48])
        for i, up in enumerate((third, 7, 12, third))
    ]
    found = measures.of(score_of(part("Vocals", sung), part("Guitar", fifths)), config(), "x")
    minor = "m" if third == 3 else ""
    assert symbols(found) == [root + minor for root in ["C", "F", "C", "G", "C", "F", "G", "C"]]


def test_a_lone_melody_has_triads_of_its_key_that_change_where_bars_do():
    pitches = (60, 64, 67, 64, 60, 64, 67, 72, 65, 69, 72, 69, 65, 69, 72, 69,
               67, 71, 74, 71, 67, 71, 74, 77, 60, 64, 67, 64, 60, 60, 60, 60)  # fmt: skip
    notes = [Note(Fraction(i, 2), Fraction(1, 2), p, 80) for i, p in enumerate(pitches)]
    found = measures.of(score_of(part("", notes), quarters=16), config(), "x")
    assert symbols(found) == ["C", "F", "G", "C"]


def test_a_lone_melody_in_minor_has_its_dominant():
    notes = line(
        ("0", "1", 69), ("1", "1", 72), ("2", "2", 76), ("4", "2", 74), ("6", "2", 77),
        ("8", "2", 68), ("10", "2", 71), ("12", "4", 69),
    )  # fmt: skip
    bars = bars_from_metres([(Fraction(0), Fraction(4))], Fraction(16))
    found = of_melody(notes, bars)
    assert [bar[0].chord.symbol for bar in found] == ["Am", "Dm", "E", "Am"]


CHART = "".join(
    harmony(root, kind) + "<note><rest/><duration>32</duration></note>|"
    for root, kind in (("D", "minor-seventh"), ("G", "dominant"), ("C", "major-seventh"))
).split("|")[:3]


def test_a_chart_is_shown_and_played_over_but_not_learned_from(tmp_path):
    path = tmp_path / "chart.musicxml"
    path.write_text(score(("Lead", CHART, "")))
    found = measures.of(sources.read(path), config(), str(path))
    assert found.choice is None
    assert symbols(found) == ["Dm7", "G7", "Cmaj7"]
    message = str(measures.no_melody(found, "chart.musicxml"))
    assert "3 chord symbols and no notes" in message
    assert "generate --chords chart.musicxml" in message
    chart = sheet.read(str(path), config())
    assert [[c.symbol for c in bar] for bar in chart.bars] == [["Dm7"], ["G7"], ["Cmaj7"]]
    assert (chart.name, chart.signature) == ("chart", (4, 4))


def test_a_chart_may_be_a_text_or_a_lead_sheet_of_midi(tmp_path, write_midi):
    (tmp_path / "a.txt").write_text("Dm7 | G7 |\nCmaj7 | C6\n")
    bars = progression.read(str(tmp_path / "a.txt")).bars
    assert [bar[0].symbol for bar in bars] == ["Dm7", "G7", "Cmaj7", "C6"]
    markers = [(Fraction(4 * i), s) for i, s in enumerate(("Dm7", "G7", "Cmaj7"))]
    path = write_midi("b.mid", ("Lead", 0, 0, tune(1)), markers=markers)
    bars = sheet.read(str(path), config()).bars
    assert [bar[0].symbol for bar in bars] == ["Dm7", "G7", "Cmaj7", "Cmaj7"]


PLAIN = "[*AT44D-7 |G7 |C^7 |x ]{*BD-7 G7|N1C^7 A7b9 }|N2C6 |F#h7 B7alt|n |Z"
PLAYED = "D-7 | G7 | C^7 | C^7 | D-7 G7 | C^7 A7b9 | D-7 G7 | C6 | F#h7 B7alt | N.C."


def scrambled(text: str) -> str:
    """Scramble as iReal Pro does; its own inverse but for the last block."""
    found = ""
    while len(text) > ireal.BLOCK + 1:
        block, text = list(text[: ireal.BLOCK]), text[ireal.BLOCK :]
        for place in (*range(5), *range(10, 24)):
            block[place], block[49 - place] = block[49 - place], block[place]
        found += "".join(block)
    return ireal.SCRAMBLED + found + text


@pytest.mark.parametrize(
    "link",
    [
        f"irealbook://Song=Me=Swing=C=n={PLAIN}",
        f"see irealb://Song=Me==Swing=C=={scrambled(PLAIN)}==0=0",
    ],
)
def test_ireal_links_are_played_out(link):
    assert ireal.progression(link, "x") == PLAYED


def test_an_ireal_link_without_a_chart_is_one_clear_error():
    with pytest.raises(InputError, match="no chord chart"):
        ireal.progression("irealb://Song=Me", "x")


def test_what_names_a_chart_is_told_from_chords():
    assert sheet.is_chart("song.musicxml")
    assert sheet.is_chart("irealb://x")
    assert not sheet.is_chart("Dm7 | G7")
    assert not sheet.is_chart("C/E")


def test_no_chord_stops_a_chord_and_is_shown(tmp_path):
    bars = [harmony("C", "dominant") + BAR, harmony("C", "none") + BAR, BAR]
    bars.append(harmony("F", "major") + note(0, length=32))
    path = tmp_path / "x.musicxml"
    path.write_text(score(("Lead", bars, "")))
    found = measures.of(sources.read(path), config(), str(path))
    assert symbols(found) == ["C7", "N.C.", "N.C.", "F"]
