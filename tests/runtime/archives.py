"""Keras archives made by hand, of a small LSTM or of any layers, to be damaged."""

import io
import json
import zipfile

import h5py
import numpy as np
import pytest

from lstmkit import runtime
from lstmkit.errors import InputError

UNITS, FEATURES = 3, 2


def layer(class_name, name, **config):
    return {"class_name": class_name, "config": {"name": name, "dtype": "float32", **config}}


def config(**changes):
    lstm = {
        "units": UNITS,
        "activation": "tanh",
        "recurrent_activation": "sigmoid",
        "use_bias": True,
        **changes,
    }
    layers = [
        layer("InputLayer", "input", batch_shape=[None, None, FEATURES]),
        layer("LSTM", "lstm", **lstm),
        layer("Dense", "dense", units=1, activation="linear", use_bias=True),
    ]
    return {"class_name": "Sequential", "config": {"name": "model", "layers": layers}}


ARRAYS = {
    "layers/lstm/cell/vars": [(FEATURES, 4 * UNITS), (UNITS, 4 * UNITS), (4 * UNITS,)],
    "layers/dense/vars": [(UNITS, 1), (1,)],
}


def weights(change=None):
    stream = io.BytesIO()
    with h5py.File(stream, "w") as file:
        rng = np.random.default_rng(0)
        for path, shapes in ARRAYS.items():
            for k, shape in enumerate(shapes):
                file[f"{path}/{k}"] = rng.normal(size=shape).astype(np.float32)
        if change:
            change(file)
    return stream.getvalue()


def keras_file(tmp_path, *, settings=None, raw_config=None, raw_weights=None, extra=()):
    path = tmp_path / "model.keras"
    raw_config = json.dumps(settings or config()) if raw_config is None else raw_config
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("metadata.json", "{}")
        file.writestr("config.json", raw_config)
        file.writestr("model.weights.h5", weights() if raw_weights is None else raw_weights)
        for name, content in extra:
            file.writestr(name, content)
    return path


def refused(path, match):
    with pytest.raises(InputError, match=match) as refusal:
        runtime.load(path)
    message = str(refusal.value)
    assert str(path) in message
    assert "\n" not in message
    return message
