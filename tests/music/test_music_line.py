import itertools
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from melodies import line

from lstmkit.music.files.reading.melody import rounded, skyline, struck
from lstmkit.music.files.score import Note


@pytest.mark.parametrize(
    ("time", "grid"),
    [
        ("0.26", "1/4"),
        ("0.32", "1/3"),
        ("7/24", "1/4"),
        ("0.6", "2/3"),
        ("0.58", "1/2"),
        ("0.95", "1"),
    ],
)
def test_rounded_takes_the_nearer_grid_and_sixteenths_on_a_tie(time, grid):
    assert rounded(Fraction(time)) == Fraction(grid)


def test_struck_parts_single_notes_from_chords():
    notes = line(("0", "1", 60), ("1/32", "31/32", 64), ("1", "1/2", 67), ("2", "1/50", 72))
    single, together = struck(notes)
    assert [(n.onset, n.duration, n.pitch) for n in single] == [
        (1, Fraction(1, 2), 67),
        (2, Fraction(1, 4), 72),
    ]
    assert [[n.pitch for n in chord] for chord in together] == [[60, 64]]


def test_struck_lets_a_note_belong_to_two_chords_as_the_tutorial_does():
    notes = line(("0", "1", 60), ("1/100", "2", 64), ("2/100", "2", 67), ("3/100", "1", 70))
    _, together = struck(notes)
    assert [[n.pitch for n in chord] for chord in together] == [[60, 70], [64, 67]]


def test_skyline_snaps_each_beat_to_the_grid_it_is_played_on():
    played = line(
        ("0.02", "0.3", 60),
        ("0.34", "0.3", 62),
        ("0.65", "0.3", 64),
        ("1.01", "0.5", 65),
        ("1.52", "0.4", 67),
    )
    assert [(n.onset, n.duration) for n in skyline(played, close_gaps=Fraction(1, 4))] == [
        (0, Fraction(1, 3)),
        (Fraction(1, 3), Fraction(1, 3)),
        (Fraction(2, 3), Fraction(1, 3)),
        (1, Fraction(1, 2)),
        (Fraction(3, 2), Fraction(1, 2)),
    ]


def test_skyline_takes_the_top_voice_and_leaves_held_inner_voices():
    piano = line(("0", "2", 72), ("0", "2", 64), ("1", "1", 60), ("2", "1", 74), ("2", "1", 55))
    assert [n.pitch for n in skyline(piano, close_gaps=Fraction(0))] == [72, 74]


def test_skyline_closes_small_gaps_and_keeps_rests():
    played = line(("0", "0.8", 60), ("1", "0.5", 62), ("3", "1", 64))
    assert [n.duration for n in skyline(played, close_gaps=Fraction(1, 4))] == [
        1,
        Fraction(1, 2),
        1,
    ]


notes = st.builds(
    Note,
    st.fractions(0, 16, max_denominator=480),
    st.fractions(0, 4, max_denominator=480),
    st.integers(40, 90),
    st.integers(1, 127),
)


@given(st.lists(notes, max_size=40), st.sampled_from([Fraction(0), Fraction(1, 4)]))
def test_skyline_never_overlaps_itself_and_lies_on_the_grid(played, close_gaps):
    written = skyline(played, close_gaps=close_gaps)
    for before, after in itertools.pairwise(written):
        assert before.end <= after.onset
    assert all(12 % n.onset.denominator == 0 and n.duration > 0 for n in written)
    assert bool(written) == bool(played)


def test_skyline_keeps_a_melody_that_is_played_legato():
    pitches = [72, 69, 65, 67, 62, 60, 64, 57]
    notes = [Note(Fraction(i), Fraction(9, 5), p, 90) for i, p in enumerate(pitches)]
    line = skyline(notes, close_gaps=Fraction(1, 4))
    assert [(n.onset, n.pitch) for n in line] == list(enumerate(pitches))


def test_skyline_leaves_out_the_left_hand_while_the_right_one_rests():
    right = [
        Note(Fraction(8 * bar + i), Fraction(1), 72 + i, 90) for bar in range(4) for i in range(4)
    ]
    left = [Note(Fraction(i), Fraction(9, 10), 43 + 9 * (i % 2), 60) for i in range(32)]
    line = skyline(right + left, close_gaps=Fraction(1, 4))
    assert [(n.onset, n.pitch) for n in line] == [(n.onset, n.pitch) for n in right]
