import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from melodies import bar_over

from lstmkit.music.corpus.grammar import Grammar, as_text, tokenize
from lstmkit.music.corpus.quotation import (
    Repertoire,
    longest_quotation,
    steps,
    without_bar_lines,
)
from lstmkit.music.corpus.rendering import Compass
from lstmkit.music.corpus.vocabulary import Vocabulary, rhythm_of
from lstmkit.music.files.score import Measure, chord_at, kind_of
from lstmkit.music.play.solo import Improviser, Manner
from lstmkit.music.play.stage import Stage

COMPASS = Compass(57, 81, 69)
STAGE = [
    bar_over(symbols, start=4 * i)
    for i, symbols in enumerate(["Dm7", "G7", "Cmaj7", "A7 Eb7", "Dm7", "G7alt", "C6", "C6"])
]
TUNE = [
    bar_over(
        "Dm7",
        ("0", "1/2", 62), ("1/2", "1/2", 65),
        ("1", "1/3", 69), ("4/3", "1/3", 72), ("5/3", "1/3", 70),
        ("2", "1", 69), ("7/2", "1/2", 67),
    ),
    bar_over("G7 C", ("4", "3/2", 71), ("6", "1/2", 67), ("13/2", "1/2", 64), start=4),
    bar_over("C", ("9", "1/2", 64), ("19/2", "1/2", 65), ("10", "2", 67), start=8),
]  # fmt: skip
CORPUS = as_text(tokenize(TUNE, Grammar()), TUNE, Grammar())


ODD_VALUES = [
    *("C,0.250", "C,0.333,<P4,m-2>", "S,0.667,<M2,d-4>", "A,1.500", "X,3.000", "C,5.000"),
    *("R,0.750", "R,1.000", "R,0.083"),
]


class Biased:
    """A network that likes some values better than others, whatever it heard."""

    def __init__(self, size: int, seed: int) -> None:
        self.generator = np.random.default_rng(seed)
        self.size = size

    def step(self, value: int, said: np.ndarray) -> np.ndarray:
        assert 0 <= value < self.size
        return self.generator.dirichlet(np.full(self.size, 0.2))


class Parrot:
    """A network that knows one corpus by heart and says it over and over."""

    def __init__(self, ids: list[int], size: int) -> None:
        self.ids, self.size, self.place = ids, size, 0

    def step(self, value: int, said: np.ndarray) -> np.ndarray:
        probabilities = np.full(self.size, 1e-6)
        probabilities[self.ids[self.place % len(self.ids)]] = 1
        self.place += 1
        return probabilities / probabilities.sum()


def over(measures, *, ends=False) -> Stage:
    home = measures[-1].chords[-1].chord
    return Stage(tuple(measures), len(measures), home, home, ends)


def improvise(
    corpus, manner=None, *, seed=0, rhythm=None, repertoire=None, stage=STAGE, ends=False
):
    known = Vocabulary(sorted(set(corpus)))
    improviser = Improviser(
        Biased(len(known), seed),
        known,
        COMPASS,
        manner or Manner(),
        repertoire,
        rhythm_of([(TUNE, tokenize(TUNE, Grammar()))]) if rhythm is None else rhythm,
        np.random.default_rng(seed),
    )
    return improviser.play(over(stage, ends=ends), [0])


def assert_playable(bars, stage):
    line = [note for bar in bars for note in bar]
    for before, after in itertools.pairwise(line):
        assert before.end <= after.onset
    for notes, measure in zip(bars, stage, strict=True):
        assert all(measure.bar.start <= n.onset < measure.bar.end for n in notes)
        assert all(n.pitch in COMPASS and n.duration > 0 for n in notes)
    assert not line or line[-1].end <= stage[-1].bar.end


@pytest.mark.parametrize("seed", range(12))
def test_solo_fills_every_bar_exactly(seed):
    bars, texts = improvise(CORPUS, seed=seed)
    assert_playable(bars, STAGE)
    total = sum(Vocabulary([t]).durations[0] for t in without_bar_lines(texts))
    assert total == 4 * len(STAGE)


@given(
    st.lists(
        st.sampled_from(ODD_VALUES),
        min_size=1, max_size=6, unique=True,
    ).filter(lambda texts: any(text[0] != "R" for text in texts)),
    st.integers(0, 5),
    st.sampled_from([Fraction(1, 2), Fraction(3), Fraction(4), Fraction(7, 3)]),
)  # fmt: skip
def test_solo_is_playable_whatever_the_vocabulary(texts, seed, length):
    stage, start = [], Fraction(0)
    for _ in range(4):
        chord = bar_over("C7").chords[0]
        stage.append(
            Measure(
                bar_over("C7").bar._replace(start=start, length=length),
                (),
                (chord._replace(onset=start),),
            )
        )
        start += length
    bars, _ = improvise(texts, Manner(answers=0.5), seed=seed, rhythm=frozenset(), stage=stage)
    assert_playable(bars, stage)


def test_solo_keeps_durations_where_the_training_music_has_them():
    _bars, texts = improvise(CORPUS, seed=4)
    allowed = rhythm_of([(TUNE, tokenize(TUNE, Grammar()))])
    place = Fraction(0)
    for text in without_bar_lines(texts):
        duration = Vocabulary([text]).durations[0]
        assert (place % 1, duration) in allowed
        place += duration


def test_solo_quotes_no_more_than_it_may():
    known = Vocabulary(sorted(set(CORPUS)))
    ids = [known.ids[text] for text in CORPUS]
    melody = steps([note for measure in TUNE for note in measure.notes])
    stage = TUNE * 3
    stage = [
        bar_over(" ".join(t.chord.symbol for t in m.chords), start=4 * i)
        for i, m in enumerate(stage)
    ]
    lengths = []
    for longest in (None, 3):
        repertoire = None if longest is None else Repertoire([CORPUS], [melody], longest)
        improviser = Improviser(
            Parrot(ids, len(known)), known, COMPASS, Manner(temperature=0), repertoire,
            rhythm_of([(TUNE, tokenize(TUNE, Grammar()))]), np.random.default_rng(0),
        )  # fmt: skip
        bars, texts = improviser.play(over(stage), [0])
        found = longest_quotation(without_bar_lines(texts), [without_bar_lines(CORPUS)])
        sung = longest_quotation(steps([n for bar in bars for n in bar]), [melody])
        lengths.append((found.length, sung.length))
    assert lengths[0][0] == len(without_bar_lines(CORPUS))
    assert max(lengths[1]) <= 3


def test_a_phrase_ends_on_a_tone_of_the_chord():
    corpus = ["C,0.500,<m3,m-3>", "S,0.500,<M3,M-2>", "A,0.500,<M3,M-2>", "R,0.500", "|"]
    for seed in range(8):
        bars, _ = improvise(corpus, rhythm=frozenset(), seed=seed)
        line = [(note, m) for bar, m in zip(bars, STAGE, strict=True) for note in bar]
        ends = [a for a, b in itertools.pairwise(line) if b[0].onset > a[0].end]
        assert len(ends) > 3
        for note, measure in ends:
            assert kind_of(note.pitch, chord_at(measure.chords, note.onset)) == "C"


@pytest.mark.parametrize("seed", range(12))
def test_a_solo_ends_on_the_chord_that_is_home(seed):
    bars, _ = improvise(CORPUS, seed=seed, ends=True)
    assert_playable(bars, STAGE)
    last = [note for bar in bars for note in bar][-1]
    start, end = STAGE[-1].bar.start, STAGE[-1].bar.end
    assert start <= last.onset <= start + 2
    assert (last.pitch - 0) % 12 in (0, 4, 7)  # of C6
    assert last.duration >= 1 or end - last.end >= 1


def test_a_note_may_last_over_the_bar_line_but_not_into_the_ending():
    corpus = ["C,0.500,<m3,m-3>", "C,1.500,<M3,M-2>", "|"]
    rhythm = frozenset(
        (Fraction(place, 2), Fraction(length, 2)) for place in (0, 1) for length in (1, 3)
    )
    over_the_line = 0
    for seed in range(8):
        bars, _ = improvise(corpus, rhythm=rhythm, seed=seed, ends=True)
        assert_playable(bars, STAGE)
        pairs = zip(bars, STAGE, strict=True)
        crossing = [m.bar.start for bar, m in pairs for n in bar if n.end > m.bar.end]
        over_the_line += len(crossing)
        assert STAGE[-2].bar.start not in crossing
    assert over_the_line > 0


def test_same_seed_gives_the_same_solo_and_another_another():
    assert improvise(CORPUS, seed=7) == improvise(CORPUS, seed=7)
    assert improvise(CORPUS, seed=7) != improvise(CORPUS, seed=8)
