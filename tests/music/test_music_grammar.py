import contextlib
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inverse import render
from melodies import bar_over

from lstmkit.music.corpus.grammar import BAR, REPEAT, Grammar, Token, as_text, tokenize
from lstmkit.music.corpus.rendering import Compass, choose_pitch
from lstmkit.music.files.score import Bar, Measure, Note, TimedChord, kind_of
from lstmkit.music.theory import chords
from lstmkit.music.theory.pitch import Interval

WIDE = Compass(0, 127, 64)
SYMBOLS = ["Cmaj7", "Dm7", "G7", "F#m7b5", "B7alt", "Ebmaj7", "Abdim7", "C7sus4", "Bb13", "Em"]


@st.composite
def melodies(draw, *, rests: bool = True) -> list[Measure]:
    """Random bars on a grid of twelfths, one to three chords each."""
    measures, start = [], Fraction(0)
    for _ in range(draw(st.integers(1, 4))):
        length = Fraction(draw(st.sampled_from([2, 3, 4])))
        notes, now = [], start
        while now < start + length:
            size = Fraction(draw(st.sampled_from([3, 4, 6, 8, 12])), 12)
            gap = Fraction(draw(st.sampled_from([0, 0, 0, 3, 4])), 12) if rests else Fraction(0)
            if now + gap + size > start + length:
                break
            notes.append(Note(now + gap, size, draw(st.integers(48, 84)), 90))
            now += gap + size
        timed = [TimedChord(start, chords.parse(draw(st.sampled_from(SYMBOLS))))]
        for offset in sorted(draw(st.sets(st.sampled_from([6, 12, 18]), max_size=2))):
            if Fraction(offset, 12) < length:
                symbol = draw(st.sampled_from(SYMBOLS))
                timed.append(TimedChord(start + Fraction(offset, 12), chords.parse(symbol)))
        measures.append(Measure(Bar(start, length), tuple(notes), tuple(timed)))
        start += length
    return measures


@given(melodies())
def test_render_is_the_exact_inverse_of_tokenize(measures):
    assert_inverse(measures, Grammar())


@given(melodies())
def test_render_is_the_exact_inverse_for_spelled_intervals(measures):
    assert_inverse(measures, Grammar(plain_intervals=False, across_bars=False))


@given(melodies(rests=False))
def test_render_is_the_exact_inverse_in_the_tutorials_dialect(measures):
    assert_inverse(measures, Grammar.tutorial())


def assert_inverse(measures: list[Measure], grammar: Grammar) -> None:
    tokens = tokenize(measures, grammar)
    texts = [[Token.parse(str(token)) for token in bar] for bar in tokens]
    notes = render(texts, measures, grammar, WIDE)
    again = [m._replace(notes=tuple(bar)) for m, bar in zip(measures, notes, strict=True)]
    assert [list(map(str, bar)) for bar in tokenize(again, grammar)] == [
        list(map(str, bar)) for bar in tokens
    ]
    assert [[n[:2] for n in m.notes] for m in again] == [[n[:2] for n in m.notes] for m in measures]


def test_tokenize_says_what_each_note_is():
    bar = bar_over("C", ("0", "1/2", 64), ("1/2", "1/2", 65), ("1", "1/2", 66), ("2", "1/3", 73))
    tokens = tokenize([bar], Grammar())[0]
    assert list(map(str, tokens)) == [
        "C,0.500",
        "S,0.500,<d4,M-2>",
        "A,0.500,<d4,M-2>",
        "R,0.500",
        "A,0.333,<m7,M3>",
        "R,1.667",
    ]


def test_tokenize_cuts_overlapping_notes_and_notes_over_the_bar_line():
    bar = bar_over("C", ("0", "3", 60), ("1", "5", 64))
    assert [(t.kind, t.duration) for t in tokenize([bar], Grammar())[0]] == [("C", 1), ("C", 3)]


@pytest.mark.parametrize(("pitch", "kind"), [(64, "C"), (65, "S"), (63, "A"), (66, "A"), (70, "X")])
def test_kind_of_a_note_over_c_major(pitch, kind):
    assert kind_of(pitch, chords.parse("C")) == kind


def test_token_text_is_that_of_the_tutorial():
    token = Token("C", Fraction(1, 4), Interval.between(60, 61))  # C4 C#4
    assert str(token) == "C,0.250,<M3,d-3>"
    assert str(Token("R", Fraction(1, 3))) == "R,0.333"


@pytest.mark.parametrize(
    "text",
    ["", "C", "Q,0.250", "C,0.250,<P4>", "C,-1", "C,0", "C,1e9", "C,x", "C,nan", "|", "C,1/0"],
)
def test_token_parse_refuses_what_is_no_token(text):
    with pytest.raises(ValueError, match="is not"):
        Token.parse(text)


@given(st.text(max_size=30))
def test_token_parse_ends_in_a_token_or_a_value_error(text):
    with contextlib.suppress(ValueError):
        Token.parse(text)


def test_bar_lines_tell_whether_the_chord_goes_on():
    measures = [
        bar_over("Dm7", ("0", "4", 62)),
        bar_over("Dm7 G7", ("4", "4", 62), start=4),
        bar_over("C", ("8", "4", 60), start=8),
    ]
    texts = as_text(tokenize(measures, Grammar()), measures, Grammar())
    assert [text for text in texts if text in (BAR, REPEAT)] == [REPEAT, BAR, BAR]


def test_choose_pitch_bends_a_line_to_the_chord_it_meets():
    up_a_third = Token("C", Fraction(1), Interval(2, 4))
    compass = Compass(55, 84, 67)
    assert choose_pitch(up_a_third, chords.parse("C"), 60, compass) == 64
    assert choose_pitch(up_a_third, chords.parse("Cm"), 60, compass) == 63


def test_choose_pitch_moves_where_the_token_moves():
    down_a_step = Token("C", Fraction(1), Interval(-1, -1))
    same = Token("C", Fraction(1), Interval(0, 0))
    compass = Compass(55, 84, 67)
    assert choose_pitch(down_a_step, chords.parse("C"), 64, compass) == 60
    assert choose_pitch(same, chords.parse("C"), 64, compass) == 64


def test_choose_pitch_turns_round_at_the_edge_of_the_compass():
    up_an_octave = Token("C", Fraction(1), Interval(7, 12))
    pitch = choose_pitch(up_an_octave, chords.parse("C"), 79, Compass(60, 84, 72))
    assert pitch == 67


@given(
    st.sampled_from("CSAX"),
    st.integers(-24, 24),
    st.integers(55, 79),
    st.sampled_from(SYMBOLS),
)
def test_choose_pitch_stays_in_the_compass_and_of_the_kind(kind, semitones, previous, symbol):
    compass, chord = Compass(55, 79, 67), chords.parse(symbol)
    token = Token(kind, Fraction(1), Interval(0, semitones))
    pitch = choose_pitch(token, chord, previous, compass)
    kinds = {kind_of(p, chord) for p in range(55, 80)}
    assert pitch in compass
    assert kind_of(pitch, chord) == kind or kind not in kinds


def test_render_fills_the_bar_and_no_more():
    bar = bar_over("C")
    tokens = [Token("C", Fraction(3)), Token("C", Fraction(3)), Token("C", Fraction(1))]
    notes = render([tokens], [bar], Grammar.tutorial(), WIDE)[0]
    assert [(n.onset, n.duration) for n in notes] == [(0, 3), (3, 1)]
