from fractions import Fraction

import numpy as np
import pytest
from melodies import line, random_melody

from lstmkit import config as configs
from lstmkit.errors import ConfigError, InputError
from lstmkit.music import data
from lstmkit.music.config import MusicConfig
from lstmkit.music.corpus import context, snippets, songbook

pytest_plugins = ["music_fixtures"]

MARKERS = [(Fraction(4 * i), symbol) for i, symbol in enumerate(["Dm7", "G7", "Cmaj7", "A7"] * 2)]


def config(*overrides: str) -> MusicConfig:
    return configs.load(MusicConfig, "music", None, overrides)


@pytest.fixture
def tune(write_midi) -> str:
    melody = random_melody(np.random.default_rng(5), 8)
    return str(write_midi("tune.mid", ("Solo", 66, 0, melody), markers=MARKERS))


def test_load_holds_the_middle_out_and_knows_only_what_is_learned(tune):
    dataset = data.load([tune], config("train.validation_fraction=0.25"))
    corpus = dataset.songbook.corpora[0]
    (before, after), held_out = dataset.train, dataset.validation[0].ids
    values = dataset.songbook.values
    first, last = len(before.ids), len(before.ids) + len(held_out)
    assert [values[i] for i in before.ids] == corpus[:first]
    assert [values[i] for i in after.ids] == corpus[last:]
    assert set(values) == set(corpus[:first] + corpus[last:])
    assert abs(len(before.ids) - len(after.ids)) <= 1
    assert len(held_out) == round(0.25 * len(corpus))
    unknown = [text not in values for text in corpus[first:last]]
    assert (held_out == snippets.UNKNOWN).tolist() == unknown
    assert snippets.one_hot(held_out, len(values)).sum() == len(unknown) - sum(unknown)
    assert before.said.shape == (first, context.SIZE)


def test_load_takes_the_bars_it_is_told(tune):
    measures = data.load([tune], config("data.bars=[3, 6]")).songbook.tunes[0].measures
    assert [float(m.bar.start) for m in measures] == [8, 12, 16, 20]


def test_load_refuses_a_span_without_bars(tune):
    with pytest.raises(InputError, match=r"data\.bars 90 to 99 holds no bar; the piece has 8 bars"):
        data.load([tune], config("data.bars=[90, 99]"))
    with pytest.raises(ConfigError, match=r"data\.bars is \[first, last\]; found \[4, 2\]"):
        config("data.bars=[4, 2]")


def test_load_parts_passages_where_the_melody_pauses(write_midi):
    def passages(silence: range) -> list[list[float]]:
        melody = random_melody(np.random.default_rng(2), 12)
        heard = [n for n in melody if n.onset // 4 not in silence]
        path = write_midi("x.mid", ("Solo", 0, 0, heard), markers=MARKERS)
        tune = data.load([str(path)], config()).songbook.tunes[0]
        return [[float(m.bar.start) for m in passage] for passage in tune.passages]

    whole = [float(4 * bar) for bar in range(12)]
    assert passages(range(2, 4)) == [whole]
    assert passages(range(2, 7)) == [whole[:2], whole[7:]]


def test_load_refuses_too_little_music(write_midi):
    path = write_midi("x.mid", ("Solo", 0, 0, line(*[(str(i), "1", 60) for i in range(8)])))
    with pytest.raises(InputError, match="tokens in all; expected at least 16"):
        data.load([str(path)], config())


def test_symbols_that_are_not_there_are_refused(write_midi):
    melody = random_melody(np.random.default_rng(5), 8)
    path = write_midi("x.mid", ("Solo", 0, 0, melody))
    with pytest.raises(InputError, match=r"data\.harmony is symbols"):
        data.load([str(path)], config("data.harmony=symbols"))


def span(ids: np.ndarray) -> snippets.Span:
    """Return a span in which what is said beside a value is its double."""
    return snippets.Span(ids.astype(np.int32), 2.0 * ids[:, None].astype(np.float32))


def test_snippets_are_every_window_of_every_piece():
    found = snippets.every([span(np.arange(5)), span(np.arange(10, 13))], 3)
    assert found.inputs.tolist() == [[0, 1, 2], [1, 2, 3]]
    assert found.targets.tolist() == [[1, 2, 3], [2, 3, 4]]
    assert (found.said[found.places][..., 0] == 2 * found.inputs).all()
    assert snippets.every([span(np.arange(3))], 30).targets.tolist() == [[1, 2]]
    assert snippets.every([], 30).inputs.shape == (0, 30)


def test_snippets_become_values_with_what_is_said_beside_them():
    found = snippets.every([span(np.arange(4))], 3).network_inputs(slice(0, 1), 5)
    np.testing.assert_array_equal(found[0, :, :5], np.eye(5)[:3])
    assert found[0, :, 5].tolist() == [0, 2, 4]


def test_drawn_snippets_are_followed_by_their_targets():
    music = [span(np.arange(25) * 2), span(np.arange(25, 40) * 2)]
    found = snippets.drawn(music, 30, 60, seed=0)
    assert (found.targets == found.inputs + 2).all()
    assert found.inputs.shape == (60, 30)
    assert (found.said[found.places][..., 0] == 2 * found.inputs).all()
    with pytest.raises(InputError, match=r"set train\.window lower"):
        snippets.drawn(music, 40, 60, seed=0)


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
