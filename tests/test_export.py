"""Exported models against the NumPy runtime, each in the runtime of its format."""

import json
import zipfile

import numpy as np
import pytest

from lstmkit import export, runs, runtime
from lstmkit.config import load
from lstmkit.errors import InputError
from lstmkit.stock.config import StockConfig

pytest.importorskip("tf2onnx", reason="needs the extra: lstmkit[onnx]")
onnxruntime = pytest.importorskip("onnxruntime", reason="needs the extra: lstmkit[onnx]")
keras = pytest.importorskip("keras")


@pytest.fixture
def run(tmp_path):
    return runs.create(tmp_path / "outputs", "stock", "x", load(StockConfig, "stock", None))


def price_model():
    layers = keras.layers
    return keras.Sequential(
        [keras.Input((20, 2)), layers.LSTM(7), layers.Dropout(0.1), layers.Dense(1)]
    ), np.float32


def sentence_model():
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((12,)),
            layers.Embedding(30, 6, mask_zero=True),
            layers.Bidirectional(layers.LSTM(5, return_sequences=True)),
            layers.LSTM(4),
            layers.Dense(3, activation="softmax"),
        ]
    ), np.int32


@pytest.mark.parametrize("build", [price_model, sentence_model])
def test_onnx_export_gives_the_numbers_of_the_numpy_runtime(run, tmp_path, build):
    model, kind = build()
    model.save(run.path / "model.keras")
    made = export.export(run, "onnx", tmp_path / "model.onnx")
    generator = np.random.default_rng(5)
    if kind is np.int32:
        x = generator.integers(0, 30, (50, 12))
        x[:, 7:] = 0
    else:
        x = generator.normal(size=(50, 20, 2)).astype(np.float32)
    session = onnxruntime.InferenceSession(str(made.path), providers=["CPUExecutionProvider"])
    (node,) = session.get_inputs()
    given = x.astype(np.int32 if "int32" in node.type else np.float32)
    (answer,) = session.run(None, {node.name: given})
    expected = runtime.load(run.path / "model.keras").predict(x)
    np.testing.assert_allclose(answer, expected, atol=1e-6)
    assert np.ptp(expected) > 1e-3
    assert made.difference < 1e-6
    assert {p.name for p in tmp_path.iterdir()} == {"model.onnx", "outputs"}


def test_saved_model_and_keras_export_open_in_their_own_programs(run, tmp_path):
    import tensorflow as tf

    model, _ = price_model()
    model.save(run.path / "model.keras")
    x = np.random.default_rng(5).normal(size=(4, 20, 2)).astype(np.float32)
    expected = runtime.load(run.path / "model.keras").predict(x)
    made = export.export(run, "saved_model", tmp_path / "saved")
    assert made.difference < 1e-6
    loaded = tf.saved_model.load(str(made.path))
    np.testing.assert_allclose(loaded.serve(x), expected, atol=1e-6)
    copy = export.export(run, "keras", tmp_path / "copy.keras")
    opened = keras.models.load_model(copy.path)
    np.testing.assert_allclose(opened.predict_on_batch(x), expected, atol=1e-6)


def test_export_refuses_what_it_cannot_do(run, tmp_path, monkeypatch):
    with pytest.raises(InputError, match=r"has no model\.keras"):
        export.export(run, "onnx", None)
    (run.path / "model.keras").write_bytes(b"x")
    (tmp_path / "there").write_text("mine")
    with pytest.raises(InputError, match="already there"):
        export.export(run, "keras", tmp_path / "there")
    monkeypatch.setattr(export, "find_spec", lambda _: None)
    with pytest.raises(InputError, match=r'pip install "lstmkit\[onnx\]"'):
        export.export(run, "onnx", tmp_path / "new.onnx")
    monkeypatch.undo()
    with pytest.raises(InputError, match="cannot run this model"):
        export.export(run, "saved_model", tmp_path / "new")
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("kind", ["onnx", "saved_model"])
def test_initializer_that_is_not_keras_own_is_refused(run, tmp_path, kind):
    price_model()[0].save(tmp_path / "good.keras")
    foreign = {"module": "os", "class_name": "system", "config": {"command": "touch made"}}
    with (
        zipfile.ZipFile(tmp_path / "good.keras") as good,
        zipfile.ZipFile(run.path / "model.keras", "w") as bad,
    ):
        for name in good.namelist():
            content = good.read(name)
            if name == "config.json":
                settings = json.loads(content)
                settings["config"]["layers"][1]["config"]["kernel_initializer"] = foreign
                content = json.dumps(settings).encode()
            bad.writestr(name, content)
    with pytest.raises(InputError, match=r"model\.keras: Keras cannot load it"):
        export.export(run, kind, tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_export_command_names_the_file_after_the_run(run, tmp_path, cli):
    model, _ = price_model()
    model.save(run.path / "model.keras")
    done = cli("export", run.name, "--format", "keras")
    assert (done.code, done.out) == (0, f"{run.name}.keras\n")
    assert (tmp_path / f"{run.name}.keras").read_bytes() == (run.path / "model.keras").read_bytes()
