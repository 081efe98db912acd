"""The runtime returns what `keras.Model.predict` returns."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from keras import layers

from lstmkit import runtime
from lstmkit.errors import InputError
from lstmkit.runtime.layers import ACTIVATIONS

TOLERANCE = 1e-5

pytestmark = [
    pytest.mark.filterwarnings("ignore::UserWarning"),  # Keras on layers that drop a mask
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # Keras on NumPy 2
    pytest.mark.filterwarnings("ignore:Do not use the `random` module"),  # Keras draws seeds
]


@pytest.fixture(autouse=True)
def _fresh_names():
    keras.backend.clear_session()


def randomise(model, seed, scale=0.5):
    rng = np.random.default_rng(seed)
    model.set_weights([scale * rng.normal(size=weight.shape) for weight in model.get_weights()])


def both(model, x, tmp_path, **options):
    path = tmp_path / "model.keras"
    model.save(path)
    model.compile(run_eagerly=True)
    return model.predict(x, verbose=0), runtime.load(path).predict(x, **options)


def assert_parity(model, x, tmp_path, **options):
    expected, found = both(model, x, tmp_path, **options)
    if isinstance(expected, list | tuple):
        assert len(expected) == len(found)
    else:
        expected, found = [expected], [found]
    for left, right in zip(expected, found, strict=True):
        assert right.dtype == np.float32
        np.testing.assert_allclose(right, left, rtol=0, atol=TOLERANCE)


UNITS = st.integers(1, 6)
SQUASHING = st.sampled_from(["tanh", "sigmoid", "softsign", "hard_tanh"])
GATES = st.sampled_from(["sigmoid", "sigmoid", "hard_sigmoid"])


@st.composite
def recurrent(draw, *, sequences, backwards=None):
    options = {
        "return_sequences": sequences,
        "use_bias": draw(st.booleans()),
        "go_backwards": draw(st.booleans()) if backwards is None else backwards,
        "zero_output_for_mask": draw(st.booleans()),
        "activation": draw(st.sampled_from(["tanh", "tanh", "tanh", "softsign"])),
    }
    if draw(st.integers(0, 3)) == 0:
        return layers.SimpleRNN(draw(UNITS), **options)
    return layers.LSTM(draw(UNITS), recurrent_activation=draw(GATES), **options)


@st.composite
def middle(draw):
    kind = draw(st.sampled_from(["recurrent", "recurrent", "bidirectional", "dense", "other"]))
    if kind == "recurrent":
        return draw(recurrent(sequences=True))
    if kind == "bidirectional":
        inner = draw(recurrent(sequences=True, backwards=False))
        mode = draw(st.sampled_from(["concat", "sum", "ave", "mul"]))
        return layers.Bidirectional(inner, merge_mode=mode)
    if kind == "dense":
        dense = layers.Dense(draw(UNITS), activation=draw(SQUASHING))
        return layers.TimeDistributed(dense) if draw(st.booleans()) else dense
    return draw(
        st.sampled_from(
            [layers.Dropout(0.3), layers.Activation("tanh"), layers.SpatialDropout1D(0.2)]
        )
    )


@st.composite
def stacks(draw):
    """A model, and an input for it, with or without masks."""
    T_x, features, m = draw(st.integers(1, 7)), draw(st.integers(1, 4)), draw(st.integers(1, 5))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    fixed = draw(st.booleans())
    if draw(st.booleans()):
        x = rng.integers(0, 4, size=(m, T_x)).astype(np.float32)
        stack = [layers.Embedding(4, features, mask_zero=draw(st.booleans()))]
        inputs = keras.Input((T_x if fixed else None,))
    else:
        x = rng.normal(size=(m, T_x, features)).astype(np.float32)
        masking = draw(st.booleans())
        if masking:
            x[rng.random((m, T_x)) < 0.4] = 0.5
        stack = [layers.Masking(0.5)] if masking else []
        inputs = keras.Input((T_x if fixed else None, features))
    stack += draw(st.lists(middle(), max_size=3))
    end = draw(st.sampled_from(["last", "last", "sequence", "average", "flatten"]))
    if end == "average":
        stack.append(layers.GlobalAveragePooling1D(keepdims=draw(st.booleans())))
    elif end == "flatten" and fixed:
        stack.append(layers.Flatten())
    elif end != "sequence":
        last = draw(recurrent(sequences=False))
        if draw(st.booleans()):
            last = layers.Bidirectional(draw(recurrent(sequences=False, backwards=False)))
        stack.append(last)
    stack += [layers.Dropout(0.5), layers.Dense(draw(UNITS), activation="softmax")]
    if draw(st.booleans()):
        model = keras.Sequential([inputs, *stack])
    else:
        outputs = inputs
        for layer in stack:
            outputs = layer(outputs)
        model = keras.Model(inputs, outputs)
    randomise(model, draw(st.integers(0, 2**32 - 1)))
    return model, x


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(stacks(), st.sampled_from([None, 1, 2, 100]))
def test_predict_of_random_stacks_is_that_of_keras(tmp_path, stack, batch_size):
    model, x = stack
    with np.errstate(invalid="ignore"):
        assert_parity(model, x, tmp_path, batch_size=batch_size)


def test_predict_of_the_stock_model_is_that_of_keras(tmp_path):
    stack = [keras.Input((240, 1)), layers.LSTM(25), layers.Dropout(0.1), layers.Dense(1)]
    model = keras.Sequential(stack)
    randomise(model, 1)
    x = np.random.default_rng(2).random((300, 240, 1))
    model.save(tmp_path / "model.keras")
    expected = model.predict(x, verbose=0)  # compiled to a graph, as users run it
    found = runtime.load(tmp_path / "model.keras").predict(x)
    np.testing.assert_allclose(found, expected, rtol=0, atol=TOLERANCE)


def test_predict_of_a_trained_model_is_that_of_keras(tmp_path):
    rng = np.random.default_rng(3)
    x = rng.integers(1, 20, size=(64, 8))
    y = (x.sum(axis=1) % 3).astype(int)
    stack = [
        keras.Input((8,)),
        layers.Embedding(20, 6, mask_zero=True),
        layers.LSTM(8, return_sequences=True, dropout=0.2, recurrent_dropout=0.1),
        layers.Dropout(0.5),
        layers.LSTM(8),
        layers.Dense(3),
        layers.Activation("softmax"),
    ]
    model = keras.Sequential(stack)
    model.compile(keras.optimizers.Adam(0.05), "sparse_categorical_crossentropy")
    model.fit(x, y, epochs=3, verbose=0)
    path = tmp_path / "model.keras"
    model.save(path)
    found = runtime.load(path).predict(x)
    np.testing.assert_allclose(found, model.predict(x, verbose=0), rtol=0, atol=TOLERANCE)


def test_long_saturated_sequences_stay_with_keras(tmp_path):
    model = keras.Sequential([keras.Input((300, 2)), layers.LSTM(9), layers.Dense(4)])
    randomise(model, 4, scale=3.0)
    x = 50 * np.random.default_rng(5).normal(size=(6, 300, 2))
    model.save(tmp_path / "model.keras")
    found = runtime.load(tmp_path / "model.keras").predict(x)
    np.testing.assert_allclose(found, model.predict(x, verbose=0), rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize("name", sorted(ACTIVATIONS))
def test_activation_is_that_of_keras(name):
    x = np.linspace(-30, 30, 601, dtype=np.float32).reshape(1, -1)
    x = x / 10 if name == "exponential" else x
    expected = keras.ops.convert_to_numpy(getattr(keras.activations, name)(x))
    found = ACTIVATIONS[name](x)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-6)


def test_layers_of_several_inputs_and_outputs(tmp_path):
    left, right = keras.Input((5, 3), name="left"), keras.Input((5,), name="right")
    masked = layers.Masking()(left)
    embedded = layers.Embedding(7, 3, mask_zero=True)(right)
    merged = [
        layers.Concatenate()([masked, embedded]),
        layers.Concatenate(axis=1)([masked, left]),
        layers.Add()([masked, embedded]),
        layers.Average()([masked, embedded, left]),
    ]
    lstms = [layers.LSTM(4, name=f"lstm_{k}")(each) for k, each in enumerate(merged)]
    softmax = layers.Softmax(axis=1)(left)
    outputs = [*lstms, layers.Reshape((3, -1))(softmax), layers.Reshape((15, 1))(left)]
    model = keras.Model([left, right], outputs)
    randomise(model, 6)
    rng = np.random.default_rng(7)
    x = rng.normal(size=(4, 5, 3)).astype(np.float32)
    x[rng.random((4, 5)) < 0.5] = 0
    assert_parity(model, [x, rng.integers(0, 7, size=(4, 5))], tmp_path)


def test_shared_layers_states_and_both_halves_of_a_bidirectional_layer(tmp_path):
    source, target = keras.Input((6, 2)), keras.Input((4, 2))
    encoded, a, c = layers.LSTM(5, return_state=True)(source)
    decoder = layers.LSTM(5, return_sequences=True)
    dense = layers.Dense(5, activation="tanh")
    first = decoder(target, initial_state=[a, c])
    second = decoder(target, initial_state=[dense(a), dense(encoded)])
    both_ways = layers.Bidirectional(
        layers.LSTM(3, return_sequences=True, return_state=True), merge_mode=None
    )(source)
    model = keras.Model([source, target], [first, dense(second), *both_ways])
    randomise(model, 8)
    rng = np.random.default_rng(9)
    x = [rng.normal(size=(3, steps, 2)).astype(np.float32) for steps in (6, 4)]
    assert_parity(model, x, tmp_path)


def test_masked_sequence_with_initial_states(tmp_path):
    tokens, a, c = keras.Input((5,)), keras.Input((3,)), keras.Input((3,))
    embedded = layers.Embedding(4, 2, mask_zero=True)(tokens)
    lstm = layers.LSTM(3, return_sequences=True, return_state=True)
    model = keras.Model([tokens, a, c], lstm(embedded, initial_state=[a, c]))
    randomise(model, 10)
    rng = np.random.default_rng(11)
    x = [rng.integers(0, 2, size=(6, 5)).astype(np.float32)]
    x += [rng.normal(size=(6, 3)).astype(np.float32) for _ in range(2)]
    assert_parity(model, x, tmp_path)


def test_step_by_step_is_the_whole_sequence(tmp_path):
    stack = [keras.Input((7, 3)), layers.LSTM(5, name="memory"), layers.Dense(2, name="out")]
    model = keras.Sequential(stack)
    randomise(model, 12)
    x = np.random.default_rng(13).normal(size=(4, 7, 3)).astype(np.float32)
    model.save(tmp_path / "model.keras")
    ours = runtime.load(tmp_path / "model.keras")
    states = ()
    for t in range(7):
        states = ours.layer("memory").step(x[:, t], *states)
    assert [state.shape for state in states] == [(4, 5), (4, 5)]
    expected = model.predict(x, verbose=0)
    found = ours.layer("out").apply(states[0])
    np.testing.assert_allclose(found, expected, rtol=0, atol=TOLERANCE)


def test_gates_of_every_lstm_are_in_the_order_of_time(tmp_path):
    stack = [
        keras.Input((6, 2)),
        layers.Bidirectional(layers.LSTM(3, return_sequences=True), name="sides"),
        layers.LSTM(4, name="top"),
    ]
    model = keras.Sequential(stack)
    randomise(model, 14)
    x = np.random.default_rng(15).normal(size=(2, 6, 2)).astype(np.float32)
    model.save(tmp_path / "model.keras")
    ours = runtime.load(tmp_path / "model.keras")
    gates = ours.gates(x)
    assert list(gates) == ["sides/forward", "sides/backward", "top"]
    assert {values.shape for values in gates["top"].values()} == {(2, 6, 4)}
    expected = keras.Model(model.inputs, model.layers[0].output).predict(x, verbose=0)
    sides = [gates[name]["a"] for name in ("sides/forward", "sides/backward")]
    np.testing.assert_allclose(np.concatenate(sides, axis=2), expected, rtol=0, atol=TOLERANCE)
    np.testing.assert_allclose(gates["top"]["a"][:, -1], ours.predict(x), rtol=0, atol=TOLERANCE)
    for name in "ifo":
        assert ((gates["top"][name] > 0) & (gates["top"][name] < 1)).all()


@pytest.mark.parametrize(
    ("layer", "named"),
    [
        (lambda: layers.GRU(2), "GRU"),
        (lambda: layers.Conv1D(2, 1), "Conv1D"),
        (lambda: layers.Bidirectional(layers.GRU(2)), "GRU"),
        (lambda: layers.TimeDistributed(layers.LayerNormalization()), "LayerNormalization"),
        (lambda: layers.LSTM(2, stateful=True), "stateful"),
        (lambda: layers.Dense(2, dtype="mixed_bfloat16"), "mixed_bfloat16"),
        (lambda: layers.Dense(2, activation="gelu"), "gelu"),
    ],
)
def test_what_is_not_known_is_refused_by_name(tmp_path, layer, named):
    stack = [keras.Input((3, 2), batch_size=1), layer()]
    path = tmp_path / "model.keras"
    keras.Sequential(stack).save(path)
    with pytest.raises(InputError, match=named) as refusal:
        runtime.load(path)
    assert str(path) in str(refusal.value)


@pytest.mark.parametrize("shape", [(2, 3), (2, 4, 2), (2, 3, 1), (2, 3, 2, 1), ()])
def test_input_of_another_shape_is_refused(tmp_path, shape):
    path = tmp_path / "model.keras"
    keras.Sequential([keras.Input((3, 2)), layers.LSTM(2)]).save(path)
    with pytest.raises(InputError, match="expected an input of shape"):
        runtime.load(path).predict(np.zeros(shape))


@pytest.mark.parametrize("dtype", ["int32", "float32"])
@pytest.mark.parametrize("given_as", [np.int64, np.float64, list])
def test_numbers_are_taken_as_the_input_layer_takes_them(tmp_path, dtype, given_as):
    stack = [keras.Input((4,), dtype=dtype), layers.Embedding(9, 3), layers.LSTM(2)]
    model = keras.Sequential(stack if dtype == "int32" else [keras.Input((4,)), layers.Dense(2)])
    randomise(model, 18)
    x = np.array([[1, 8, 0, 3], [2, 2, 7, 5]])
    model.save(tmp_path / "model.keras")
    found = runtime.load(tmp_path / "model.keras").predict(
        x.tolist() if given_as is list else x.astype(given_as)
    )
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, np.asarray(model(x)), rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize("token", [-1, 4])
def test_token_beyond_the_table_is_refused(tmp_path, token):
    path = tmp_path / "model.keras"
    keras.Sequential([keras.Input((2,)), layers.Embedding(4, 2)]).save(path)
    with pytest.raises(InputError, match="numbers of 0 to 3"):
        runtime.load(path).predict(np.array([[0, token]]))


def test_text_is_refused(tmp_path):
    path = tmp_path / "model.keras"
    keras.Sequential([keras.Input((1,)), layers.Dense(1)]).save(path)
    with pytest.raises(InputError, match="numbers"):
        runtime.load(path).predict([["a"]])


def test_empty_batch_gives_an_empty_result(tmp_path):
    path = tmp_path / "model.keras"
    keras.Sequential([keras.Input((3, 2)), layers.LSTM(2), layers.Dense(4)]).save(path)
    assert runtime.load(path).predict(np.zeros((0, 3, 2))).shape == (0, 4)


def test_batch_size_does_not_change_the_numbers(tmp_path):
    path = tmp_path / "model.keras"
    model = keras.Sequential([keras.Input((9, 2)), layers.LSTM(5), layers.Dense(1)])
    randomise(model, 16)
    model.save(path)
    ours = runtime.load(path)
    x = np.random.default_rng(17).normal(size=(700, 9, 2))
    whole = ours.predict(x)
    np.testing.assert_array_equal(ours.predict(x), whole)
    for batch_size in (1, 64, 10_000):
        np.testing.assert_allclose(ours.predict(x, batch_size=batch_size), whole, atol=1e-6)
