"""The tutorial's own file gives the tutorial's own corpus."""

import json
from pathlib import Path

import numpy as np
import pytest

from lstmkit import config as configs
from lstmkit.music import data
from lstmkit.music.config import MusicConfig
from lstmkit.music.corpus.grammar import Grammar, tokenize
from lstmkit.music.course import load_music_utils
from lstmkit.music.files import sources
from lstmkit.music.files.reading import measures
from lstmkit.music.theory.pitch import NAMES

pytest_plugins = ["music_fixtures"]


@pytest.fixture(scope="module")
def metheny(reference) -> Path:
    return reference / "data" / "original_metheny.mid"


@pytest.fixture(scope="module")
def published(reference) -> dict:
    return json.loads((reference / "reference" / "metheny_corpus.json").read_text())


@pytest.fixture
def tutorial() -> MusicConfig:
    return configs.load(MusicConfig, "music", Path("music-tutorial"))


def test_tokens_are_those_of_the_tutorial_to_the_letter(metheny, published, tutorial):
    book = data.load([str(metheny)], tutorial).songbook
    bars = tokenize(book.tunes[0].measures, Grammar.tutorial())
    assert [" ".join(map(str, bar)) for bar in bars] == published["grammars"]
    assert (len(bars), len(book.corpora[0]), len(book.values)) == (18, 193, 78)
    assert list(book.values) == sorted(set(" ".join(published["grammars"]).split()))


def test_chords_are_those_of_the_tutorial(metheny, published, tutorial):
    measures = data.load([str(metheny)], tutorial).songbook.tunes[0].measures
    for number, measure in enumerate(measures, 1):
        theirs = published["chords_per_measure"][str(number)]
        assert [float(timed.onset) for timed in measure.chords] == [onset for onset, _, _ in theirs]
        for timed, (_, names, _) in zip(measure.chords, theirs, strict=True):
            assert {NAMES[p] for p in timed.chord.tones} == {n.rstrip("0123456789") for n in names}


def test_load_music_utils_gives_the_tutorials_shapes_with_all_filled_in(metheny):
    X, Y, n_values, indices_values, chords = load_music_utils(metheny)
    assert (X.shape, Y.shape, n_values) == ((60, 30, 78), (30, 60, 78), 78)
    assert list(indices_values.values()) == sorted(indices_values.values())
    assert len(chords) == 18
    assert (X.sum(-1) == 1).all()
    assert (Y.sum(-1) == 1).all()
    np.testing.assert_array_equal(X[:, 1:], Y[:-1].transpose(1, 0, 2))


def test_automatic_choice_finds_the_guitar(metheny):
    default = configs.load(MusicConfig, "music", None)
    choice = measures.of(sources.read(metheny), default.data, "x.mid").choice
    assert choice.melody == 5
    assert 0 in choice.harmony
