"""The fused kernel against plain Keras: outputs, gradients, training, saving, what it refuses."""

import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lstmkit.training import block_lstm, fused

ATOL = 2e-6  # float32 sums of some hundred terms of order one, in another order
RTOL = 2e-5


def right_padded(rng, batch, time):
    return np.arange(time) < rng.integers(0, time + 1, size=(batch, 1))


def scattered(rng, batch, time):
    return rng.random((batch, time)) < 0.5


def all_masked(rng, batch, time):
    return np.zeros((batch, time), bool)


def random_weights(model, rng):
    model.set_weights([rng.normal(0, 0.5, w.shape).astype("float32") for w in model.get_weights()])


def outputs_and_gradients(call, inputs, weights):
    """Every output, and the gradients of a sum that weighs each element differently."""
    inputs = [tf.constant(value) for value in inputs]
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        outputs = tf.nest.flatten(call(*inputs))
        loss = tf.add_n(
            [
                tf.reduce_sum(y * tf.cos(tf.reshape(tf.range(tf.size(y), dtype=y.dtype), y.shape)))
                for y in outputs
            ]
        )
    return [*outputs, *tape.gradient(loss, [*inputs, *weights])]


def assert_same(actual, expected):
    assert len(actual) == len(expected)
    for ours, theirs in zip(actual, expected, strict=True):
        np.testing.assert_allclose(
            ours, theirs, rtol=RTOL, atol=ATOL * max(1, np.abs(theirs).max())
        )


def assert_all_fused(reports):
    assert reports
    assert all(report.fused for report in reports), reports


FLAGS = ("return_sequences", "go_backwards", "zero_output_for_mask")


@pytest.fixture(params=["narrow", "wide"])
def kernel(request, monkeypatch):
    """Both gradients of the kernel, whatever the size of the layer."""
    monkeypatch.setattr(block_lstm, "WIDE", 0 if request.param == "wide" else 10**9)


@pytest.mark.parametrize("mask", [None, right_padded, scattered, all_masked])
@pytest.mark.usefixtures("kernel")
@settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(
    batch=st.sampled_from([1, 2, 15, 16, 17, 33, 50]),
    time=st.integers(1, 5),
    features=st.integers(1, 4),
    units=st.integers(1, 5),
    parts=st.integers(1, 4),
    flags=st.sets(st.sampled_from(FLAGS)),
    seed=st.integers(0, 1000),
)
def test_fused_layer_agrees_with_keras(mask, batch, time, features, units, parts, flags, seed):
    rng = np.random.default_rng(seed)
    layer = keras.layers.LSTM(units, return_state=True, **dict.fromkeys(flags, True))
    x_in, h_in, c_in = keras.Input((time, features)), keras.Input((units,)), keras.Input((units,))
    model = keras.Model([x_in, h_in, c_in], layer(x_in, initial_state=[h_in, c_in]))
    random_weights(model, rng)
    inputs = [
        rng.normal(size=shape).astype("float32")
        for shape in [(batch, time, features), (batch, units), (batch, units)]
    ]
    valid = None if mask is None else tf.constant(mask(rng, batch, time))

    def call(x, h, c):
        return layer(x, initial_state=[h, c], mask=valid)

    weights = [weight.value for weight in layer.trainable_variables]
    expected = outputs_and_gradients(call, inputs, weights)
    assert_all_fused(fused.accelerate(model, parts=parts))
    assert_same(outputs_and_gradients(call, inputs, weights), expected)


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.usefixtures("kernel")
def test_fused_graph_takes_any_batch_size(masked):
    rng = np.random.default_rng(0)
    model = keras.Sequential([keras.Input((4, 2))])
    if masked:
        model.add(keras.layers.Masking())
    model.add(keras.layers.LSTM(3, return_sequences=True))
    model.add(keras.layers.LSTM(2))
    random_weights(model, rng)
    weights = [weight.value for weight in model.trainable_variables]
    batches = []
    for size in (1, 7, 16, 31, 32, 33, 100):
        x = rng.normal(size=(size, 4, 2)).astype("float32")
        batches.append(np.where(right_padded(rng, size, 4)[:, :, None], x, 0.0).astype("float32"))
    expected = [outputs_and_gradients(model, [x], weights) for x in batches]

    assert_all_fused(fused.accelerate(model, parts=3))

    @tf.function(input_signature=[tf.TensorSpec((None, 4, 2))])
    def graph(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = model(x)
            loss = tf.reduce_sum(
                y * tf.cos(tf.reshape(tf.range(tf.size(y), dtype=y.dtype), tf.shape(y)))
            )
        return [y, *tape.gradient(loss, [x, *weights])]

    for x, values in zip(batches, expected, strict=True):
        assert_same(graph(tf.constant(x)), values)


@pytest.mark.usefixtures("kernel")
def test_fused_empty_batch_has_zero_gradients():
    model = keras.Sequential([keras.Input((3, 2)), keras.layers.LSTM(2)])
    assert_all_fused(fused.accelerate(model, parts=2))
    weights = [weight.value for weight in model.trainable_variables]
    for _ in range(20):  # the kernel alone leaves memory as it found it there, often zero
        with tf.GradientTape() as tape:
            y = model(tf.zeros((0, 3, 2)))
        assert y.shape == (0, 2)
        for gradient in tape.gradient(y, weights):
            np.testing.assert_array_equal(gradient, 0)


@pytest.mark.parametrize(("units", "wide"), [(25, False), (200, True)])
def test_fused_wide_layers_get_their_weights_gradient_in_one_product(units, wide, monkeypatch):
    cells = []
    cell_gradient = tf.raw_ops.LSTMBlockCellGrad

    def counted(**arguments):
        cells.append(arguments)
        return cell_gradient(**arguments)

    monkeypatch.setattr(tf.raw_ops, "LSTMBlockCellGrad", counted)
    model = keras.Sequential([keras.Input((3, 2)), keras.layers.LSTM(units)])
    assert_all_fused(fused.accelerate(model))
    with tf.GradientTape() as tape:
        y = model(tf.ones((2, 3, 2)))
    tape.gradient(y, [weight.value for weight in model.trainable_variables])
    assert len(cells) == (3 if wide else 0)  # one per step


def stacked(mask_zero):
    return [
        keras.Input((6,)),
        keras.layers.Embedding(9, 4, mask_zero=mask_zero),
        keras.layers.LSTM(5, return_sequences=True, dropout=0.2, seed=1),
        keras.layers.Dropout(0.1, seed=2),
        keras.layers.LSTM(3),
        keras.layers.Dense(1),
    ]


def bidirectional(mask_zero):
    return [
        keras.Input((6,)),
        keras.layers.Embedding(9, 4, mask_zero=mask_zero),
        keras.layers.Bidirectional(
            keras.layers.LSTM(3, return_sequences=True, dropout=0.2, seed=3)
        ),
        keras.layers.LSTM(2, go_backwards=True),
        keras.layers.Dense(1),
    ]


@pytest.mark.parametrize(
    ("layers", "mask_zero"), [(stacked, False), (stacked, True), (bidirectional, True)]
)
def test_fused_ten_epochs_end_where_keras_ends(layers, mask_zero):
    rng = np.random.default_rng(3)
    tokens = rng.integers(1, 9, (70, 6)) * right_padded(rng, 70, 6)
    target = rng.normal(size=(70, 1)).astype("float32")
    runs = []
    for accelerated in (False, True):
        keras.utils.set_random_seed(5)
        model = keras.Sequential(layers(mask_zero))
        model.compile(keras.optimizers.Adam(0.01), "mse")
        if accelerated:
            assert_all_fused(fused.accelerate(model, parts=2))
        history = model.fit(tokens, target, batch_size=32, epochs=10, verbose=0).history["loss"]
        runs.append((history, model.predict(tokens, verbose=0)))
    (keras_losses, keras_predictions), (losses, predictions) = runs
    assert losses[-1] < losses[0]
    np.testing.assert_allclose(losses, keras_losses, rtol=1e-5)
    np.testing.assert_allclose(predictions, keras_predictions, rtol=1e-3, atol=1e-4)


def test_fused_stateful_layer_carries_its_state():
    def build():
        layers = [
            keras.Input(batch_shape=(20, 3, 2)),
            keras.layers.LSTM(4, stateful=True, return_sequences=True),
            keras.layers.LSTM(3, stateful=True),
        ]
        return keras.Sequential(layers)

    rng = np.random.default_rng(4)
    plain, accelerated = build(), build()
    random_weights(plain, rng)
    accelerated.set_weights(plain.get_weights())
    assert_all_fused(fused.accelerate(accelerated))
    for _ in range(3):
        x = rng.normal(size=(20, 3, 2)).astype("float32")
        assert_same([accelerated(x)], [plain(x)])
    for ours, theirs in zip(accelerated.layers, plain.layers, strict=True):
        assert_same(ours.states, theirs.states)


@pytest.mark.usefixtures("kernel")
def test_fused_train_step_runs_in_a_loop_of_one_graph():
    rng = np.random.default_rng(6)
    x = tf.constant(rng.normal(size=(48, 5, 2)).astype("float32"))
    y = tf.constant(rng.normal(size=(48, 1)).astype("float32"))
    ends = []
    for accelerated in (False, True):
        keras.utils.set_random_seed(7)
        layers = [keras.Input((5, 2)), keras.layers.LSTM(4), keras.layers.Dense(1)]
        model = keras.Sequential(layers)
        model.compile("adam", "mse")
        model.optimizer.build(model.trainable_variables)
        if accelerated:
            assert_all_fused(fused.accelerate(model, parts=2))

        @tf.function
        def epochs(model=model):
            for start in tf.range(0, 48 * 10, 20):  # the last batch of each pass is short
                first = start % 48
                model.train_step((x[first : first + 20], y[first : first + 20]))

        model.train_step((x[:1], y[:1]))
        epochs()
        ends.append(model.get_weights())
    for ours, theirs in zip(*reversed(ends), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=2e-5)


def test_accelerate_drops_functions_traced_before(monkeypatch):
    model = keras.Sequential([keras.Input((3, 1)), keras.layers.LSTM(2)])
    model.compile("sgd", "mse")
    x, y = np.ones((4, 3, 1), "float32"), np.ones((4, 2), "float32")
    runs = [
        lambda: model.fit(x, y, verbose=0),
        lambda: model.evaluate(x, y, verbose=0),
        lambda: model.predict(x, verbose=0),
    ]
    for run in runs:
        run()
    assert_all_fused(fused.accelerate(model))
    kernel, calls = tf.raw_ops.BlockLSTM, []

    def counted(**arguments):
        calls.append(arguments)
        return kernel(**arguments)

    monkeypatch.setattr(tf.raw_ops, "BlockLSTM", counted)
    for count, run in enumerate(runs, start=1):
        run()
        assert len(calls) >= count


def test_fused_model_saves_as_plain_keras(tmp_path):
    rng = np.random.default_rng(8)
    model = keras.Sequential(stacked(mask_zero=True))
    fused.accelerate(model)
    tokens = rng.integers(0, 9, (10, 6))
    model.save(tmp_path / "model.keras")
    np.savez(tmp_path / "truth.npz", tokens=tokens, y=model.predict(tokens, verbose=0))
    code = (
        "import sys, keras, numpy as np\n"
        "truth = np.load('truth.npz')\n"
        "model = keras.models.load_model('model.keras')\n"
        "np.testing.assert_allclose(\n"
        "    model.predict(truth['tokens'], verbose=0), truth['y'], rtol=1e-5, atol=1e-6)\n"
        "assert not [name for name in sys.modules if name.startswith('lstmkit')]\n"
        "assert all('inner_loop' not in vars(layer) for layer in model.layers)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


class OwnLSTM(keras.layers.LSTM):
    pass


@pytest.mark.parametrize(
    ("layer", "reason"),
    [
        (lambda: keras.layers.LSTM(2, activation="relu"), "activation"),
        (lambda: keras.layers.LSTM(2, recurrent_activation="hard_sigmoid"), "recurrent_activation"),
        (lambda: keras.layers.LSTM(2, use_bias=False), "use_bias"),
        (lambda: keras.layers.LSTM(2, recurrent_dropout=0.1), "recurrent_dropout"),
        (lambda: keras.layers.LSTM(2, dropout=0.1, implementation=1), "implementation"),
        (lambda: keras.layers.LSTM(2, unroll=True), "unroll"),
        (lambda: keras.layers.LSTM(2, dtype="float64"), "float32"),
        (lambda: keras.layers.LSTM(2, dtype="mixed_bfloat16"), "float32"),
        (lambda: OwnLSTM(2), "subclass"),
    ],
)
def test_accelerate_leaves_what_does_not_qualify(layer, reason):
    model = keras.Sequential([keras.Input((3, 1)), layer()])
    x = np.random.default_rng(9).normal(size=(2, 3, 1)).astype("float32")
    before = model(x).numpy()
    (report,) = fused.accelerate(model)
    assert not report.fused
    assert report.layer == model.layers[0].name
    assert reason in report.reason
    np.testing.assert_array_equal(model(x).numpy(), before)


def test_accelerate_leaves_every_layer_where_a_gpu_is_visible(monkeypatch):
    monkeypatch.setattr(tf.config, "get_visible_devices", lambda kind: [kind])
    model = keras.Sequential([keras.Input((3, 1)), keras.layers.LSTM(2)])
    (report,) = fused.accelerate(model)
    assert not report.fused
    assert "GPU" in report.reason


def test_accelerate_leaves_a_model_compiled_with_xla(monkeypatch):
    # Keras takes XLA back where ops are deterministic, as other tests of this process make them.
    monkeypatch.setattr("keras.src.trainers.trainer.model_supports_jit", lambda _model: True)
    model = keras.Sequential([keras.Input((3, 1)), keras.layers.LSTM(2)])
    model.compile("adam", "mse", jit_compile=True)
    (report,) = fused.accelerate(model)
    assert not report.fused
    assert "XLA" in report.reason


def test_accelerate_finds_nested_layers_and_reports_none_where_there_are_none():
    inner = keras.Sequential([keras.Input((3, 1)), keras.layers.LSTM(2, name="deep")])
    model = keras.Sequential(
        [keras.Input((4, 3, 1)), keras.layers.TimeDistributed(inner), keras.layers.LSTM(2)]
    )
    reports = fused.accelerate(model)
    assert_all_fused(reports)
    assert {report.layer for report in reports} == {"deep", model.layers[-1].name}
    assert fused.accelerate(model) == reports
    assert fused.accelerate(keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])) == ()


@pytest.mark.parametrize(
    ("owner", "name"),
    [(keras.Model, "_flatten_layers"), (keras.layers.LSTMCell, "get_dropout_mask")],
    ids=lambda one: getattr(one, "__name__", one),
)
def test_a_keras_without_a_private_part_trains_as_it_is_and_says_so(
    monkeypatch, caplog, owner, name
):
    model = keras.Sequential([keras.Input((5, 2)), keras.layers.LSTM(3)])
    base = next(one for one in owner.__mro__ if name in vars(one))
    monkeypatch.delattr(base, name)
    with caplog.at_level("WARNING"):
        assert fused.accelerate(model) == ()
    assert len(caplog.records) == 1
    assert f"no {owner.__name__}.{name} as known" in caplog.text


def test_an_inner_loop_of_other_arguments_is_left_alone(monkeypatch, caplog):
    model = keras.Sequential([keras.Input((5, 2)), keras.layers.LSTM(3)])
    monkeypatch.setattr(keras.layers.LSTM, "inner_loop", lambda self, sequences, state: None)
    assert fused.accelerate(model) == ()
    assert "no LSTM.inner_loop as known" in caplog.text
