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
from lstmkit.music.files.score import Measure
from lstmkit.music.play.solo import Improviser, Manner

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

    def step(self, value: int) -> np.ndarray:
        assert 0 <= value < self.size
        return self.generator.dirichlet(np.full(self.size, 0.2))


class Parrot:
    """A network that knows one corpus by heart and says it over and over."""

    def __init__(self, ids: list[int], size: int) -> None:
        self.ids, self.size, self.place = ids, size, 0

    def step(self, value: int) -> np.ndarray:
        probabilities = np.full(self.size, 1e-6)
        probabilities[self.ids[self.place % len(self.ids)]] = 1
        self.place += 1
        return probabilities / probabilities.sum()


def improvise(corpus, manner=None, *, seed=0, rhythm=None, repertoire=None, stage=STAGE):
    known = Vocabulary(sorted(set(corpus)))
    improviser = Improviser(
        Biased(len(known), seed),
        known,
        COMPASS,
        manner or Manner(),
        repertoire,
        rhythm_of([corpus]) if rhythm is None else rhythm,
        np.random.default_rng(seed),
    )
    return improviser.play(stage, [0])


def assert_playable(bars, stage):
    line = [note for bar in bars for note in bar]
    for before, after in itertools.pairwise(line):
        assert before.end <= after.onset
    for notes, measure in zip(bars, stage, strict=True):
        assert notes
        assert all(measure.bar.start <= n.onset and n.end <= measure.bar.end for n in notes)
        assert all(n.pitch in COMPASS and n.duration > 0 for n in notes)


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
    bars, _ = improvise(
        texts, Manner(longest_phrase=Fraction(3)), seed=seed, rhythm=frozenset(), stage=stage
    )
    assert_playable(bars, stage)


def test_solo_keeps_durations_where_the_training_music_has_them():
    _bars, texts = improvise(CORPUS, seed=4)
    allowed = rhythm_of([CORPUS])
    place = Fraction(0)
    for text in without_bar_lines(texts):
        duration = Vocabulary([text]).durations[0]
        assert (place % 1, duration) in allowed
        place += duration
    assert rhythm_of([without_bar_lines(CORPUS)]) == frozenset()


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
            rhythm_of([CORPUS]), np.random.default_rng(0),
        )  # fmt: skip
        bars, texts = improviser.play(stage, [0])
        found = longest_quotation(without_bar_lines(texts), [without_bar_lines(CORPUS)])
        sung = longest_quotation(steps([n for bar in bars for n in bar]), [melody])
        lengths.append((found.length, sung.length))
    assert lengths[0][0] == len(without_bar_lines(CORPUS))
    assert max(lengths[1]) <= 3


def test_solo_breathes_after_a_long_phrase():
    corpus = ["C,0.500,<m3,m-3>", "S,0.500,<M3,M-2>", "R,0.500", "|"]

    def longest(manner: Manner, seed: int) -> Fraction:
        bars, _ = improvise(corpus, manner, rhythm=frozenset(), seed=seed)
        line = [note for bar in bars for note in bar]
        best = run = line[0].duration
        for before, after in itertools.pairwise(line):
            run = run + after.duration if after.onset == before.end else after.duration
            best = max(best, run)
        return best

    held = [longest(Manner(longest_phrase=Fraction(2)), seed) for seed in range(8)]
    free = [longest(Manner(), seed) for seed in range(8)]
    assert max(held) <= Fraction(5, 2) < max(free)


def test_solo_without_rests_in_its_vocabulary_breathes_too():
    corpus = ["C,0.500,<m3,m-3>", "C,0.250"]
    bars, _ = improvise(corpus, Manner(longest_phrase=Fraction(2)), rhythm=frozenset())
    line = [note for bar in bars for note in bar]
    assert any(after.onset > before.end for before, after in itertools.pairwise(line))


def test_same_seed_gives_the_same_solo_and_another_another():
    assert improvise(CORPUS, seed=7) == improvise(CORPUS, seed=7)
    assert improvise(CORPUS, seed=7) != improvise(CORPUS, seed=8)
