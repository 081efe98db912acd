"""What the network is told of place and past, and phrases that return."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
from melodies import bar_over

from lstmkit.music.corpus import context
from lstmkit.music.corpus.context import Context, chorus_of
from lstmkit.music.corpus.grammar import Grammar, as_text, tokenize
from lstmkit.music.corpus.rendering import Compass
from lstmkit.music.files.score import Measure
from lstmkit.music.play.line import Line
from lstmkit.music.play.motif import answer
from lstmkit.music.play.stage import Stage

HALF = Fraction(1, 2)


def stage_of(*symbols: str) -> Stage:
    measures = tuple(bar_over(text, start=4 * n) for n, text in enumerate(symbols))
    home = measures[-1].chords[-1].chord
    return Stage(measures, len(measures), home, home, ends=False)


def test_a_note_over_the_bar_line_is_one_value_and_sounds_against_what_it_anticipates():
    measures = [
        bar_over("Dm7", ("0", "3", 62), ("7/2", "3/2", 64)),  # E: of Dm7's scale, of C's chord
        bar_over("C", ("6", "1", 67), start=4),
        bar_over("C", start=8),
    ]
    texts = as_text(tokenize(measures, Grammar()), measures, Grammar())
    assert [text.partition(",<")[0] for text in texts] == [
        *("C,3.000", "R,0.500", "C,1.500", "|"),
        *("R,1.000", "C,1.000", "R,1.000", "%"),
        *("R,4.000", "|"),
    ]


def test_context_numbers_are_as_many_as_it_says_and_within_one():
    place = Context(stage_of("C7", "F7", "C7", "G7").measures, 4, 67)
    for _ in range(4):
        for _ in range(8):
            place.take(HALF, 69)
            vector = place.vector()
            assert vector.shape == (context.SIZE,)
            assert np.abs(vector).max() <= 1
        place.bar_line()


def test_context_hears_that_a_bar_is_said_again():
    def repeats(second: int) -> float:
        place = Context(stage_of("C7", "C7", "C7").measures, 3, 67)
        for pitches in ((60, 64, 67, 64), (60, 64, second)):
            for pitch in pitches:
                place.take(Fraction(1), pitch)
            if len(pitches) == 4:
                place.bar_line()
        return float(place.vector()[context.SIZE - context._PAST - 1])

    assert (repeats(67), repeats(65)) == (1.0, 0.0)


def test_chorus_is_where_the_chords_begin_again():
    blues = ["F7", "Bb7", "F7", "F7", "Bb7", "Bb7", "F7", "F7", "C7", "Bb7", "F7", "C7"]
    measures = [bar_over(symbol, start=4 * n) for n, symbol in enumerate(blues * 3)]
    assert chorus_of(measures) == 12
    assert chorus_of(measures[:12]) == 12


@pytest.mark.parametrize("symbol", ["C7", "F7", "Bb7"])
def test_an_answer_is_the_phrase_where_it_fits_the_chord(symbol):
    stage = stage_of("C7", symbol, symbol)
    line = Line(stage, 67, keeps_time=True)
    for pitch in (67, 70, 72, 76, 72):
        line.take("C,0.500", HALF, pitch)
    line.take("R,1.500", Fraction(3, 2), None)
    line.bar_line("|")
    found = answer(line, Compass(50, 90, 67), np.random.default_rng(1))
    assert found is not None
    assert found.ends_phrase
    assert [note.onset for note in found.notes] == [4 + n * HALF for n in range(5)]
    intervals = [b.pitch - a.pitch for a, b in itertools.pairwise(found.notes)]
    assert sum(a == b for a, b in zip(intervals, (3, 2, 4, -4), strict=True)) >= 2
    assert all(note.pitch % 12 in stage.measures[1].chords[0].chord.scale for note in found.notes)


def test_no_answer_before_there_is_a_phrase():
    stage = stage_of("C7", "C7")
    line = Line(stage, 67, keeps_time=True)
    assert answer(line, Compass(50, 90, 67), np.random.default_rng(0)) is None
    assert isinstance(stage.measures[0], Measure)
