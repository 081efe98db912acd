import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstmkit.music.theory.pitch import MINOR_THIRD, NAMES, Interval, name, plain_interval, spell

PITCHES = st.integers(21, 108)


@pytest.mark.parametrize(
    ("start", "end", "named"),
    [
        (60, 64, "M3"),  # C4 E4
        (64, 60, "M-3"),
        (60, 60, "P1"),
        (60, 66, "A4"),  # C F#
        (66, 72, "d5"),  # F# C
        (61, 63, "d3"),  # C# E-
        (60, 77, "P11"),
        (70, 61, "d-7"),  # B- down to C#
        (65, 66, "A1"),  # F F#
        (66, 65, "d1"),  # as music21: a unison has no direction
    ],
)
def test_interval_between_two_pitches_is_spelled(start, end, named):
    assert str(Interval.between(start, end)) == named


def test_adding_a_minor_third_gives_the_tutorials_range():
    falling_third = Interval.between(64, 60)
    assert str(falling_third + MINOR_THIRD) == "d1"
    assert str(falling_third + -MINOR_THIRD) == "P-5"


@given(PITCHES, PITCHES)
def test_parse_reads_back_every_interval_name(start, end):
    interval = Interval.between(start, end)
    if interval.steps != 0 or interval.semitones == 0:
        assert Interval.parse(str(interval)) == interval


@given(PITCHES, PITCHES)
def test_plain_interval_depends_on_the_distance_alone(start, end):
    assert plain_interval(end - start).semitones == end - start


@pytest.mark.parametrize("text", ["", "P", "3", "M5", "P3", "m4", "X2", "M--3", "M0", "A1234567"])
def test_parse_refuses_what_is_no_interval(text):
    with pytest.raises(ValueError, match="is not an interval"):
        Interval.parse(text)


def test_names_and_spellings():
    assert [name(p) for p in (60, 63, 70, 66, 59)] == ["C4", "E-4", "B-4", "F#4", "B3"]
    assert spell(0, 11) == "C-"
    assert spell(5, 8) == "A-"


def test_interval_names_are_those_of_music21():
    interval = pytest.importorskip("music21.interval")
    note = pytest.importorskip("music21.note")
    for start, end in itertools.product(range(60, 72), range(55, 80, 3)):
        theirs = interval.Interval(note.Note(name(start)), note.Note(name(end)))
        assert str(Interval.between(start, end)) == theirs.directedName
        wider = interval.add([theirs, "m3"])
        assert str(Interval.between(start, end) + MINOR_THIRD) == wider.directedName


def test_default_names_are_those_of_music21():
    pitch = pytest.importorskip("music21.pitch")
    assert [pitch.Pitch(60 + step).name for step in range(12)] == list(NAMES)
