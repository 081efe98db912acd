"""The network against an independent implementation of it: 30 unrolled copies of a cell."""

import keras
import numpy as np
import pytest

from lstmkit import config as configs
from lstmkit import runtime
from lstmkit.music.config import MusicConfig
from lstmkit.music.corpus.snippets import Snippets
from lstmkit.music.course import djmodel, music_inference_model, predict_and_sample
from lstmkit.music.model import SnippetExamples, build_model
from lstmkit.music.play.sampling import Network, draw
from lstmkit.training import keras_learner

TX, N_A, N_VALUES, M = 7, 5, 11, 4


@pytest.fixture(scope="module")
def course() -> keras.Model:
    keras.utils.set_random_seed(3)
    return djmodel(TX, N_A, N_VALUES)


def one_hot(ids: np.ndarray) -> np.ndarray:
    return np.eye(N_VALUES, dtype=np.float32)[ids]


def unrolled(model: keras.Model) -> keras.Model:
    """Build the assignment's graph: one copy of the layers for each step."""
    X = keras.Input((TX, N_VALUES))
    a0, c0 = keras.Input((N_A,)), keras.Input((N_A,))
    lstm = keras.layers.LSTM(N_A, return_state=True)
    densor = keras.layers.Dense(N_VALUES, activation="softmax")
    a, c, outputs = a0, c0, []
    for t in range(TX):
        x = keras.layers.Reshape((1, N_VALUES))(X[:, t])
        _, a, c = lstm(x, initial_state=[a, c])
        outputs.append(densor(a))
    copy = keras.Model([X, a0, c0], outputs)
    lstm.set_weights(model.get_layer("lstm").get_weights())
    densor.set_weights(model.get_layer("next_value").get_weights())
    return copy


@pytest.fixture(scope="module")
def inputs() -> list[np.ndarray]:
    generator = np.random.default_rng(0)
    states = [generator.normal(size=(M, N_A)).astype(np.float32) for _ in range(2)]
    return [one_hot(generator.integers(0, N_VALUES, (M, TX))), *states]


def test_djmodel_gives_the_numbers_of_unrolled_copies(course, inputs):
    theirs = unrolled(course)(inputs)
    ours = course(inputs)
    assert len(ours) == TX
    for y, y_unrolled in zip(ours, theirs, strict=True):
        assert y.shape == (M, N_VALUES)
        np.testing.assert_allclose(y, y_unrolled, atol=1e-6)


def test_djmodel_gives_the_gradients_of_unrolled_copies(course, inputs):
    import tensorflow as tf

    targets = one_hot(np.random.default_rng(1).integers(0, N_VALUES, (TX, M)))
    found = []
    for model in (course, unrolled(course)):
        with tf.GradientTape() as tape:
            pairs = zip(model(inputs), targets, strict=True)
            losses = [keras.losses.categorical_crossentropy(y, p) for p, y in pairs]
            loss = tf.add_n(losses)
        found.append(tape.gradient(loss, model.trainable_variables))
    for ours, theirs in zip(*found, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-5)


def test_inference_model_feeds_the_likeliest_value_back(course):
    lstm, densor = course.get_layer("lstm"), course.get_layer("next_value")
    model = music_inference_model(lstm, densor, N_VALUES, N_A, Ty=9)
    start = [np.zeros((1, 1, N_VALUES)), np.zeros((1, N_A)), np.zeros((1, N_A))]
    results, indices = predict_and_sample(model, *start)
    assert (results.shape, indices.shape) == ((9, N_VALUES), (9, 1))
    assert (results.argmax(-1) == indices[:, 0]).all()
    assert (results.sum(-1) == 1).all()

    W, U, b = (np.asarray(w, np.float64) for w in lstm.get_weights())
    V, d = (np.asarray(w, np.float64) for w in densor.get_weights())
    x, a, c, expected = np.zeros(N_VALUES), np.zeros(N_A), np.zeros(N_A), []
    for _ in range(9):
        i, f, g, o = np.split(x @ W + a @ U + b, 4)
        c = c / (1 + np.exp(-f)) + np.tanh(g) / (1 + np.exp(-i))
        a = np.tanh(c) / (1 + np.exp(-o))
        expected.append(int(np.argmax(a @ V + d)))
        x = np.eye(N_VALUES)[expected[-1]]
    assert indices[:, 0].tolist() == expected


def test_numpy_at_temperature_0_equals_the_keras_inference_model(tmp_path):
    keras.utils.set_random_seed(5)
    config = configs.load(MusicConfig, "music", None, ["model.units=16"])
    trained = build_model(config, N_VALUES)
    for layer in ("lstm", "next_value"):
        weights = [3 * w for w in trained.get_layer(layer).get_weights()]
        trained.get_layer(layer).set_weights(weights)
    trained.save(tmp_path / "model.keras")

    first, count = 4, 60
    layers = trained.get_layer("lstm"), trained.get_layer("next_value")
    inference = music_inference_model(*layers, N_VALUES, 16, Ty=count)
    x0 = one_hot(np.array([[first]]))
    _, indices = predict_and_sample(inference, x0, np.zeros((1, 16)), np.zeros((1, 16)))

    network = Network(runtime.load(tmp_path / "model.keras"))
    drawn, value = [], first
    for _ in range(count):
        probabilities = network.step(value, np.zeros(0))
        everything = np.ones(N_VALUES, bool)
        value = draw(probabilities, everything, np.random.default_rng(0), temperature=0, top_p=1)
        drawn.append(value)
    assert drawn == indices[:, 0].tolist()
    assert len(set(drawn)) > 1


def test_examples_are_one_hot_and_unknown_values_are_zeros():
    ids = np.array([[0, 3], [2, -1]])
    said = np.array([[0.5], [0.25], [-1.0]], np.float32)
    snippets = Snippets(ids, ids[:, ::-1], np.array([[0, 1], [2, 0]]), said)
    examples = SnippetExamples(snippets, N_VALUES)
    x, y = examples.gather(examples.tensors, np.array([1, 0]))
    np.testing.assert_array_equal(np.asarray(x)[1, :, :N_VALUES], one_hot(ids[0]))
    np.testing.assert_array_equal(np.asarray(x)[:, :, N_VALUES], [[-1, 0.5], [0.5, 0.25]])
    np.testing.assert_array_equal(np.asarray(y)[0], [np.zeros(N_VALUES), one_hot(np.array(2))])


def test_optimizer_of_the_tutorial_config_is_the_tutorials():
    from pathlib import Path

    config = configs.load(MusicConfig, "music", Path("music-tutorial"))
    adam = keras_learner.optimizer(config.train)
    assert float(adam.learning_rate) == pytest.approx(0.01)
    assert (config.model.units, config.model.dropout) == (64, 0)
    assert (config.train.epochs, config.train.snippets, config.train.window) == (100, 60, 30)
