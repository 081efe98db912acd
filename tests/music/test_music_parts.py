from fractions import Fraction

import numpy as np
import pytest
from melodies import line, random_melody
from steps import steps_of

from lstmkit.errors import InputError
from lstmkit.music.files.reading import harmony, part_facts, parts
from lstmkit.music.files.reading.melody import is_single, skyline, struck
from lstmkit.music.files.score import Bar, Note, Part, Score, bars_from_metres, in_order

MELODY = Part("", 73, False, tuple(random_melody(np.random.default_rng(0), 8)))
CHORDS = Part(
    "",
    0,
    False,
    tuple(Note(Fraction(2 * i), Fraction(2), p, 60) for i in range(16) for p in (50, 53, 57)),
)
BASS = Part("", 32, False, tuple(Note(Fraction(i), Fraction(1), 38 + i % 5, 70) for i in range(32)))
DRUMS = Part("Kit", 0, True, tuple(Note(Fraction(i, 2), Fraction(0), 42, 90) for i in range(64)))


def score_of(*members: Part) -> Score:
    bars = bars_from_metres([(Fraction(0), Fraction(4))], Fraction(32))
    return Score("piece", members, bars, ((Fraction(0), 120.0),))


def test_choose_finds_melody_chords_and_bass_among_drums():
    choice = parts.choose(score_of(DRUMS, CHORDS, BASS, MELODY), where="x.mid")
    assert choice.melody == 3
    assert choice.harmony == (1, 2)
    assert choice.reasons[0].startswith("melody: part 3")


def test_choose_reads_harmony_from_all_parts_where_none_is_chordal():
    assert parts.choose(score_of(MELODY, BASS), where="x.mid").harmony == (1,)


def test_choose_does_as_the_config_says_and_refuses_parts_that_do_not_exist():
    score = score_of(MELODY, BASS)
    assert parts.choose(score, melody=1, harmony=[0], where="x.mid").melody == 1
    with pytest.raises(InputError, match=r"x\.mid: there is no part 7; its parts are 0 to 1"):
        parts.choose(score, melody=7, where="x.mid")


def test_choose_refuses_drums_alone():
    with pytest.raises(InputError, match="no part can be the melody"):
        parts.choose(score_of(DRUMS), where="x.mid")


def test_facts_count_overlap_and_chord_size():
    found = part_facts.facts(score_of(CHORDS, MELODY))
    assert (found[0].overlap, found[0].chord_size) == (1, 3)
    assert (found[1].overlap, found[1].chord_size) == (0, 1)
    assert (found[0].first_bar, found[0].last_bar, found[0].coverage) == (1, 8, 1)


def test_inferred_names_each_half_bar_and_goes_on_where_nothing_sounds():
    notes = line(
        ("0", "2", 38), ("0", "2", 65), ("0", "2", 69), ("0", "2", 72),  # Dm7
        ("2", "2", 43), ("2", "2", 65), ("2", "2", 71),  # G7
        ("8", "4", 48), ("8", "4", 64), ("8", "4", 67),  # C, after a bar of silence
    )  # fmt: skip
    bars = bars_from_metres([(Fraction(0), Fraction(4))], Fraction(12))
    found = harmony.of_accompaniment(notes, bars)
    assert [[(float(t.onset), t.chord.symbol) for t in bar] for bar in found] == [
        [(0, "Dm7"), (2, "G7")],
        [(4, "G7")],
        [(8, "C")],
    ]


def test_struck_chords_hold_before_they_are_struck_within_their_bar():
    notes = in_order(
        Note(Fraction(onset), Fraction(1), p, 60)
        for onset in (1, 3)
        for p in (48 + onset, 52 + onset)
    )
    bars = bars_from_metres([(Fraction(0), Fraction(4))], Fraction(8))
    assert len(struck(notes)[1]) == 2
    first, second = harmony.struck(notes, bars)
    assert [float(timed.onset) for timed in first] == [1, 3]
    assert [float(timed.onset) for timed in second] == [4]
    assert second[0].chord == first[1].chord


def test_inferred_hears_one_chord_under_a_lone_melody_that_walks_through_it():
    tune = [60, 62, 64, 60] * 2 + [64, 65, 67] * 2  # Frère Jacques, a round over one chord
    lengths = [1] * 8 + [1, 1, 2] * 2
    onsets = [sum(lengths[:i]) for i in range(len(lengths))]
    notes = [
        Note(Fraction(on), Fraction(n), p, 90)
        for on, n, p in zip(onsets, lengths, tune, strict=True)
    ]
    bars = [Bar(Fraction(4 * i), Fraction(4)) for i in range(4)]
    found = harmony.of_melody(notes, bars)
    assert [t.chord.symbol for bar in found for t in bar] == ["C"] * 4


@pytest.mark.parametrize(("up", "names"), [(0, ["F#m", "C#7"]), (1, ["Gm", "D7"])])
def test_inferred_spells_chords_as_the_key_does(up, names):
    minor, dominant = (42, 57, 61, 66), (37, 56, 59, 65)
    notes = [
        Note(Fraction(4 * i), Fraction(4), p + up, 90)
        for i, chord in enumerate([minor, dominant] * 3)
        for p in chord
    ]
    bars = [Bar(Fraction(4 * i), Fraction(4)) for i in range(6)]
    assert [bar[0].chord.symbol for bar in harmony.of_accompaniment(notes, bars)] == names * 3


def test_twice_the_parts_take_twice_the_steps():
    notes = tuple(Note(Fraction(n), Fraction(1), 60 + n, 80) for n in range(4))
    once, twice = (
        Score("x", (Part("", 0, False, notes),) * count, (Bar(Fraction(0), Fraction(4)),), ())
        for count in (25, 50)
    )
    assert steps_of(lambda: part_facts.facts(twice)) < 2.1 * steps_of(
        lambda: part_facts.facts(once)
    )


def crowded(beats: int) -> Score:
    """Low notes that ring on, and above them a tune that is alone now and then."""
    low = [Note(Fraction(i), Fraction(20), 40 + i % 5, 60) for i in range(0, beats, 2)]
    tune = [Note(Fraction(i, 2), Fraction(3, 4), 60 + i % 20, 80) for i in range(2 * beats)]
    bars = bars_from_metres([(Fraction(0), Fraction(4))], Fraction(beats))
    return Score(
        "piece", (Part("", 0, False, in_order(low + tune)),), bars, ((Fraction(0), 120.0),)
    )


@pytest.mark.parametrize(
    "read",
    [
        part_facts.facts,
        lambda score: skyline(score.parts[0].notes, close_gaps=Fraction(1, 4)),
        lambda score: is_single(score.parts[0].notes),
        lambda score: harmony.of_accompaniment(score.parts[0].notes, score.bars),
    ],
    ids=["facts", "skyline", "is_single", "of_accompaniment"],
)
def test_twice_the_notes_are_read_in_twice_the_steps(read):
    once, twice = crowded(100), crowded(200)
    assert steps_of(lambda: read(twice)) < 2.1 * steps_of(lambda: read(once))
