"""What the model that ships lends to another, and when it lends nothing."""

from pathlib import Path

import numpy as np
import pytest

from lstmkit import config as configs
from lstmkit.emoji import classifier, data, embeddings, learning
from lstmkit.emoji.config import EmojiConfig
from lstmkit.emoji.data import Dataset
from lstmkit.emoji.labels import Label
from lstmkit.emoji.start import start_for
from lstmkit.runs import Run

LABELS = (Label("a", "🚀", "rocket"), Label("b", "🐶", "dog face"))
OWN = ("the probe left orbit over Kourou", "our spaniel buried a slipper by the shed")


def config(*changes):
    return configs.load(EmojiConfig, "emoji", None, list(changes))


def held(*texts):
    return Dataset("own", Path("own.csv"), texts, np.arange(len(texts)) % 2, LABELS)


@pytest.fixture(scope="module")
def table():
    return embeddings.load(None)


@pytest.fixture(scope="module")
def start(table):
    return start_for(config(), table, held(*OWN))


def test_start_lends_the_lstm_layers_of_the_model_that_ships(start):
    import keras

    from lstmkit.emoji.model import emojifier_v2, pretrained_embedding_layer

    embedding = pretrained_embedding_layer(np.zeros((3, 100), np.float32))
    model, _ = emojifier_v2(config().model, window=30, classes=2, embedding=embedding)
    before = model.get_layer("softmax").get_weights()[0]
    start.lend(model)
    shipped = keras.models.load_model(start.path / "model.keras", compile=False)
    for name in ("lstm_1", "lstm_2"):
        for own, theirs in zip(
            model.get_layer(name).get_weights(), shipped.get_layer(name).get_weights(), strict=True
        ):
            assert np.array_equal(own, theirs)
    assert np.array_equal(model.get_layer("softmax").get_weights()[0], before)


def test_vectors_that_the_start_moved_stay_moved_and_training_has_the_last_word(start):
    met = ["love", "orbit"]
    vectors = np.full((2, 100), 7.0, np.float32)
    words, moved = learning._beside(start, met, vectors)
    assert words[:2] == met
    assert sorted(words) == sorted({*met, *start.words})
    assert (moved[:2] == 7).all()
    at = words.index("hate")
    row = np.array([start.table.vocabulary["hate"]])
    assert np.array_equal(moved[at], start.table.rows(row)[0])
    assert not np.array_equal(moved[at], embeddings.load(None).rows(row)[0])


@pytest.mark.parametrize("change", ["train.start=random", "model.units=[64]"])
def test_no_start_where_none_is_asked_for_or_it_does_not_fit(change, table):
    assert start_for(config(change), table, held(*OWN)) is None


def test_no_start_where_test_sentences_are_those_it_learned_from(table, caplog):
    known = data.load(data.shipped("train"), config().labels).texts[0]
    assert start_for(config(), table, held(*OWN, known.upper() + "!")) is None
    assert "1 of the 3 test sentences" in caplog.text
    assert "at random" in caplog.text


def test_a_sentence_met_by_chance_is_said_and_does_no_harm(table, caplog):
    known = data.load(data.shipped("train"), config().labels).texts[0]
    many = [f"{OWN[0]} {number}" for number in range(200)]
    assert start_for(config(), table, held(*many, known)) is not None
    assert "1 of the 201 test sentences" in caplog.text


def test_a_sentence_is_answered_alike_in_any_company():
    model = classifier.load(Run(configs.package_folder("data") / "models" / "emoji"))
    texts = [*data.load(data.shipped("test"), config().labels).texts[:300], "", "zzqx", "so " * 45]
    together = np.array([reading.probabilities for reading in model.read(texts)])
    for text, answer in zip(
        texts[::25] + texts[-3:], [*together[::25], *together[-3:]], strict=True
    ):
        fresh = classifier.load(Run(configs.package_folder("data") / "models" / "emoji"))
        assert fresh.read([text])[0].probabilities == pytest.approx(answer, abs=1e-5)


def test_a_sentence_met_before_asks_nothing_of_the_network(monkeypatch):
    model = classifier.load(Run(configs.package_folder("data") / "models" / "emoji"))
    first = model.read(["I love you", "what a match"])
    monkeypatch.setattr(type(model.network), "predict", lambda *_: pytest.fail("asked again"))
    again = model.read(["what a match", "I love you!", "I love you"])
    assert np.array_equal(again[0].probabilities, first[1].probabilities)
    assert np.array_equal(again[1].probabilities, again[2].probabilities)
