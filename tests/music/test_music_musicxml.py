import io
import zipfile
from fractions import Fraction
from xml.etree import ElementTree

import pytest
from scores import BAR, TIME, bars_of, harmony, note, score
from steps import steps_of

from lstmkit.errors import InputError
from lstmkit.music.files import repeats
from lstmkit.music.files.musicxml.harmony import symbol as spelled
from lstmkit.music.files.musicxml.reader import parse_musicxml
from lstmkit.music.files.repeats import Marks
from lstmkit.music.theory import chords
from lstmkit.music.theory.degrees import Key, degrees_of, root_of_numeral, suffix

DECLARED = '<?xml version="1.0" encoding="{}"?>'


def parse(text: str | bytes):
    data = text.encode() if isinstance(text, str) else text
    return parse_musicxml(data, name="x", where="x.musicxml")


def lead(*bars: str, attributes: str = "") -> str:
    return score(("Lead", bars, attributes))


@pytest.mark.parametrize(
    ("kind", "degrees", "symbol"),
    [
        ("minor-sixth", [(9, 0, "add")], "Cm6/9"),
        ("suspended-fourth", [(7, 0, "add")], "C7sus4"),
        ("suspended-fourth", [(7, -1, "add"), (9, 0, "add")], "C9sus4"),
        ("dominant", [(5, 1, "alter"), (9, 1, "add")], "C7#5#9"),
        ("dominant", [(13, -1, "add")], "C7b13"),
        ("dominant-13th", [(9, -1, "alter")], "C13b9"),
        ("dominant-ninth", [(11, 1, "add")], "C9#11"),
        ("dominant-11th", [(11, 1, "alter")], "C9#11"),
        ("minor", [(7, 1, "add")], "Cm(maj7)"),
        ("minor", [(5, 1, "alter")], "Cm#5"),
        ("major", [(4, 0, "add"), (3, 0, "subtract")], "Csus4"),
        ("major", [(9, 0, "add")], "Cadd9"),
        ("half-diminished", [(9, 0, "add")], "Cm9b5"),
        ("minor-major", [], "Cm(maj7)"),
        ("augmented-ninth", [], "C9#5"),
        ("maj69", [], "C6/9"),
        ("dominant-seventh", [], "C7"),
    ],
)
def test_symbol_keeps_root_and_alterations(kind, degrees, symbol):
    element = ElementTree.fromstring(harmony("C", kind, *degrees))
    found = spelled(element, Key(0))
    assert found is not None
    assert (found, chords.parse(found).tones) == (symbol, chords.parse(symbol).tones)


def test_symbol_takes_the_text_of_an_unknown_kind():
    element = ElementTree.fromstring(harmony("Bb", "other", text="7alt"))
    assert spelled(element, Key(0)) == "Bb7alt"


@pytest.mark.parametrize("text", ["3 5 b7 b9 #9", "b3 b5 b7", "4 5 b7 9 13", "3 #5 7", "b3 5 6 9"])
def test_suffix_has_the_tones_of_its_degrees(text):
    steps = {"1": 0, "2": 2, "3": 4, "4": 5, "5": 7, "6": 9, "7": 11, "9": 2, "11": 5, "13": 9}
    expected = {0} | {
        (steps[word.lstrip("b#")] + word.count("#") - word.count("b")) % 12 for word in text.split()
    }
    assert chords.parse("C" + suffix(degrees_of(text))).tones == expected


@pytest.mark.parametrize(
    ("function", "key", "root"),
    [("V", Key(0), 7), ("ii", Key(5), 7), ("bVII", Key(0), 10), ("V/ii", Key(0), 9),
     ("VI", Key(9, minor=True), 5), ("x", Key(0), None)],
)  # fmt: skip
def test_functions_are_resolved_in_their_key(function, key, root):
    assert root_of_numeral(function, key) == root


def test_numerals_and_functions_follow_the_key_of_the_score():
    key = "<key><fifths>-1</fifths><mode>major</mode></key>"
    numeral = "<numeral><numeral-root>2</numeral-root></numeral>"
    two = f"<harmony>{numeral}<kind>minor-seventh</kind></harmony>"
    five = "<harmony><function>V</function><kind>dominant</kind></harmony>"
    found = parse(lead(two + BAR, five + BAR, attributes=key))
    assert [symbol for _, symbol in found.symbols] == ["Gm7", "C7"]


def test_no_chord_is_a_symbol_of_its_own():
    found = parse(lead(harmony("C", "dominant") + BAR, harmony("C", "none") + BAR))
    assert [symbol for _, symbol in found.symbols] == ["C7", "N.C."]


def test_symbols_before_one_note_share_its_time():
    both = harmony("D", "minor-seventh") + harmony("G", "dominant")
    found = parse(lead(both + note(0, length=32), BAR))
    assert found.symbols == ((Fraction(0), "Dm7"), (Fraction(2), "G7"))


def test_cues_slashes_and_grace_notes_are_no_melody():
    slash = note(2, "<notehead>slash</notehead>", 8)
    found = parse(lead(BAR, BAR + "<backup><duration>32</duration></backup>" + note(9, "<cue/>")))
    assert len(found.parts[0].notes) == 16
    assert "1 cue notes" in found.repairs[0]
    chart = parse(lead(harmony("C", "major") + slash * 4, slash * 4))
    assert (chart.parts, len(chart.bars), len(chart.symbols)) == ((), 2, 1)
    assert "8 rhythm slashes" in chart.repairs[0]


def test_a_note_that_lasts_less_than_nothing_is_refused():
    with pytest.raises(
        InputError, match=r"x\.musicxml: .* a duration of '-14'; expected 0 or more"
    ):
        parse(lead(note(0, "", -14) + BAR))


def test_a_chart_without_chords_has_nothing_to_read():
    with pytest.raises(InputError, match="no notes"):
        parse(lead("<note><rest/><duration>32</duration></note>"))


def test_a_repeat_is_played_twice_and_said():
    back = '<barline location="right"><repeat direction="backward"/></barline>'
    found = parse(lead(BAR, BAR + back))
    assert (len(found.bars), len(found.parts[0].notes)) == (4, 32)
    assert found.repairs == ("repeats and endings were played out: 2 bars became 4",)


@pytest.mark.parametrize(
    ("marks", "order"),
    [
        (
            [Marks(), Marks(times=2, endings=frozenset({1})), Marks(endings=frozenset({2}))],
            [0, 1, 0, 2],
        ),
        (
            [Marks(), Marks(times=2, endings=frozenset({1, 2})), Marks(endings=frozenset({3}))],
            [0, 1, 0, 1, 0, 2],
        ),
        ([Marks(), Marks(forward=True), Marks(times=3), Marks()], [0, 1, 2, 1, 2, 1, 2, 3]),
        ([Marks(), Marks(fine=True), Marks(back="start")], [0, 1, 2, 0, 1]),
        (
            [
                Marks(),
                Marks(segno=True),
                Marks(to_coda=True),
                Marks(back="segno"),
                Marks(coda=True),
            ],
            [0, 1, 2, 3, 1, 2, 4],
        ),
    ],
)
def test_played_follows_repeats_endings_and_jumps(marks, order):
    assert repeats.played(marks, most=100) == order


def test_played_ends_whatever_the_marks():
    assert len(repeats.played([Marks(forward=True, times=16)] * 90, most=100)) == 100


def test_transposing_instruments_sound_where_they_sound_with_their_symbols():
    down = "<transpose><chromatic>-2</chromatic></transpose>"
    found = parse(lead(harmony("E", "minor-seventh") + BAR, attributes=down))
    assert found.parts[0].notes[0].pitch == 58
    assert found.symbols == ((Fraction(0), "Dm7"),)


@pytest.mark.parametrize(
    ("sign", "tempo"),
    [
        ('<sound tempo="220"/>', 220),
        ('<direction><direction-type/><sound tempo="90"/></direction>', 90),
        (
            "<direction><direction-type><metronome><beat-unit>quarter</beat-unit><beat-unit-dot/>"
            "<per-minute>c. 80</per-minute></metronome></direction-type></direction>",
            120,
        ),
    ],
)  # fmt: skip
def test_tempo_is_that_of_playing(sign, tempo):
    assert parse(lead(sign + BAR, BAR)).tempo == tempo


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "latin-1", "cp1252"])
def test_encodings_are_those_declared_or_marked(encoding):
    text = DECLARED.format(encoding) + score(("Flöte", [BAR, BAR], ""))
    assert parse(text.encode(encoding)).parts[0].name == "Flöte"


def test_an_encoding_that_is_wrongly_declared_is_seen_through():
    text = DECLARED.format("UTF-16") + score(("Flöte", [BAR], ""))
    assert parse(text.encode("utf-8")).parts[0].name == "Flöte"
    text = DECLARED.format("UTF-8") + score(("Flöte", [BAR], ""))
    assert parse(text.encode("cp1252")).parts[0].name == "Flöte"


def test_bars_may_hold_parts_as_well_as_parts_bars():
    partwise = score(("Lead", [BAR, BAR], ""), ("Bass", [note(0, length=32)] * 2, ""))
    measures = [
        f'<measure number="{n}"><part id="P0">{a}</part><part id="P1">{b}</part></measure>'
        for n, (a, b) in enumerate(
            zip(
                (m.split(">", 1)[1][:-10] for m in bars_of([BAR, BAR])),
                (m.split(">", 1)[1][:-10] for m in bars_of([note(0, length=32)] * 2)),
                strict=True,
            ),
            1,
        )
    ]
    head = partwise[partwise.index("<part-list>") : partwise.index("</part-list>")]
    text = f"<score-timewise>{head}</part-list>{''.join(measures)}</score-timewise>"
    assert parse(text) == parse(partwise)


def zipped(*members: tuple[str, str]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in members:
            archive.writestr(name, content)
    return stream.getvalue()


def test_an_archive_is_read_by_its_container():
    container = '<container><rootfiles><rootfile full-path="a/b.xml"/></rootfiles></container>'
    style, song = ("aaa.xml", "<style/>"), ("a/b.xml", lead(BAR))
    data = zipped(("META-INF/container.xml", container), style, song)
    assert len(parse(data).parts[0].notes) == 8
    assert len(parse(zipped(("x.xml", "<style/>"), ("y.musicxml", lead(BAR)))).parts[0].notes) == 8


@pytest.mark.parametrize("place", [70, 130, 200])
def test_a_damaged_archive_is_one_clear_error_or_is_read(place):
    data = bytearray(zipped(("META-INF/container.xml", "<container/>"), ("s.xml", lead(BAR))))
    data[place : place + 8] = b"\xff" * 8
    try:
        parse(bytes(data))
    except InputError as error:
        assert "x.musicxml: " in str(error)


def test_staves_are_parts_and_ties_are_one_note():
    tied = note(0, '<tie type="start"/><staff>1</staff>', 32)
    end = note(0, '<tie type="stop"/><staff>1</staff>', 32)
    low = "<backup><duration>32</duration></backup>" + note(2, "<staff>2</staff>", 32)
    found = parse(score(("Piano", [tied + low, end + low], "")))
    assert [[n.duration for n in part.notes] for part in found.parts] == [[8], [4, 4]]
    assert [part.name for part in found.parts] == ["Piano", "Piano"]


def test_a_bar_of_many_beats_is_passed_over():
    text = lead(BAR, BAR).replace(TIME, TIME.replace(">4<", ">999999<", 1))
    assert len(parse(text).bars) == 2


def test_twice_the_bars_take_twice_the_steps():
    once, twice = (lead(*[BAR] * count) for count in (100, 200))
    assert steps_of(lambda: parse(twice)) < 2.1 * steps_of(lambda: parse(once))
    assert len(parse(twice).parts[0].notes) == 1600
