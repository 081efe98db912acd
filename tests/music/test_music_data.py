from fractions import Fraction

import numpy as np
import pytest
from melodies import line, random_melody

from lstmkit import config as configs
from lstmkit.errors import ConfigError, InputError
from lstmkit.music import data
from lstmkit.music.config import MusicConfig
from lstmkit.music.corpus import songbook

pytest_plugins = ["music_fixtures"]

MARKERS = [(Fraction(4 * i), symbol) for i, symbol in enumerate(["Dm7", "G7", "Cmaj7", "A7"] * 2)]


def config(*overrides: str) -> MusicConfig:
    return configs.load(MusicConfig, "music", None, overrides)


@pytest.fixture
def tune(write_midi) -> str:
    melody = random_melody(np.random.default_rng(5), 8)
    return str(write_midi("tune.mid", ("Solo", 66, 0, melody), markers=MARKERS))


def test_load_splits_the_end_off_and_knows_only_the_training_span(tune):
    dataset = data.load([tune], config("train.validation_fraction=0.25"))
    corpus = dataset.songbook.corpora[0]
    train, held_out = dataset.train[0], dataset.validation[0]
    values = dataset.songbook.values
    assert [values[i] for i in train] == corpus[: len(train)]
    assert set(values) == set(corpus[: len(train)])
    assert len(train) + len(held_out) == len(corpus)
    unknown = [text not in values for text in corpus[len(train) :]]
    assert (held_out == data.UNKNOWN).tolist() == unknown
    assert data.one_hot(held_out, len(values)).sum() == len(unknown) - sum(unknown)


def test_load_takes_the_bars_it_is_told(tune):
    measures = data.load([tune], config("data.bars=[3, 6]")).songbook.tunes[0].measures
    assert [float(m.bar.start) for m in measures] == [8, 12, 16, 20]


def test_load_refuses_a_span_without_bars(tune):
    with pytest.raises(InputError, match=r"data\.bars 90 to 99 holds no bar; the piece has 8 bars"):
        data.load([tune], config("data.bars=[90, 99]"))
    with pytest.raises(ConfigError, match=r"data\.bars is \[first, last\]; found \[4, 2\]"):
        config("data.bars=[4, 2]")


def test_load_parts_passages_where_the_melody_pauses(write_midi):
    melody = [n for n in random_melody(np.random.default_rng(2), 8) if not 8 <= n.onset < 16]
    path = write_midi("x.mid", ("Solo", 0, 0, melody), markers=MARKERS)
    passages = data.load([str(path)], config()).songbook.tunes[0].passages
    assert [[float(m.bar.start) for m in p] for p in passages] == [[0, 4], [16, 20, 24, 28]]


def test_load_refuses_too_little_music(write_midi):
    path = write_midi("x.mid", ("Solo", 0, 0, line(*[(str(i), "1", 60) for i in range(8)])))
    with pytest.raises(InputError, match="tokens in all; expected at least 16"):
        data.load([str(path)], config())


def test_symbols_that_are_not_there_are_refused(write_midi):
    melody = random_melody(np.random.default_rng(5), 8)
    path = write_midi("x.mid", ("Solo", 0, 0, melody))
    with pytest.raises(InputError, match=r"data\.harmony is symbols"):
        data.load([str(path)], config("data.harmony=symbols"))


def test_snippets_are_every_window_of_every_piece():
    inputs, targets = data.snippets([np.arange(5), np.arange(10, 13)], 3)
    assert inputs.tolist() == [[0, 1, 2], [1, 2, 3]]
    assert targets.tolist() == [[1, 2, 3], [2, 3, 4]]
    assert data.snippets([np.arange(3)], 30)[1].tolist() == [[1, 2]]
    assert data.snippets([], 30)[0].shape == (0, 30)


def test_drawn_snippets_are_followed_by_their_targets():
    code = np.arange(40) * 2
    inputs, targets = data.drawn_snippets(code, 30, 60, seed=0)
    assert (targets == inputs + 2).all()
    assert inputs.shape == (60, 30)
    with pytest.raises(InputError, match=r"set train\.window lower"):
        data.drawn_snippets(code, 40, 60, seed=0)


def test_songbook_reads_back_exactly(tune):
    book = data.load([tune], config()).songbook
    copy = songbook.from_json(songbook.to_json(book), where="songbook.json")
    assert (copy.values, copy.grammar, copy.tunes) == (book.values, book.grammar, book.tunes)
    assert copy.spread_of(16) == book.spread_of(16)


@pytest.mark.parametrize("key", ["values", "grammar", "chords", "tunes", "spread"])
@pytest.mark.parametrize("value", [None, [], [[1, 2]], {"x": 1}, "text", 7])
def test_songbook_that_is_damaged_is_refused(tune, key, value):
    content = songbook.to_json(data.load([tune], config()).songbook)
    content[key] = value
    if key == "spread" and value == []:
        return
    with pytest.raises(InputError, match=r"songbook\.json: damaged"):
        songbook.from_json(content, where="songbook.json")
