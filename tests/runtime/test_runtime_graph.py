"""Graphs of layers that cannot run end in one clear error; one that can is run."""

import numpy as np
import pytest
from archives import keras_file, layer, refused

from lstmkit import runtime
from lstmkit.errors import InputError
from lstmkit.runtime import layer as layer_module


def tensor(name, call=0, output=0):
    return {"class_name": "__keras_tensor__", "config": {"keras_history": [name, call, output]}}


def functional(*entries, outputs=(("last", 0, 0),)):
    first = layer("InputLayer", "input", batch_shape=[None, 4]) | {"inbound_nodes": []}
    layers = [each | {"name": each["config"]["name"]} for each in (first, *entries)]
    inner = {"layers": layers, "input_layers": [["input", 0, 0]], "output_layers": list(outputs)}
    return {"class_name": "Functional", "config": {"name": "model", **inner}}


def called(entry, *args, **kwargs):
    return entry | {"inbound_nodes": [{"args": list(args), "kwargs": kwargs}]}


def act(name, *args, **kwargs):
    return called(layer("Activation", name, activation="tanh"), *args, **kwargs)


@pytest.mark.parametrize(
    ("entries", "match"),
    [
        ([act("a", tensor("last")), act("last", tensor("a"))], "circle"),
        ([act("last", tensor("last"))], "circle"),
        ([act("last", tensor("nowhere"))], "circle"),
        ([act("last", tensor("input", 5))], "circle"),
        ([act("other", tensor("input"))], "made by none"),
        ([act("last")], "not supported"),
        ([act("last", 1.0)], "not supported"),
        ([act("last", tensor("input"), seed=tensor("input"))], "not supported"),
        ([act("last", tensor("input"), mask=3)], "expected initial states and masks"),
        ([act("last", tensor("input")) | {"inbound_nodes": [[["input", 0, 0, {}]]]}], "Keras 2"),
        ([act("last", tensor("input")) | {"inbound_nodes": []}], "inbound_nodes"),
        ([act("last", {"class_name": "__keras_tensor__", "config": {}})], "damaged"),
    ],
)
def test_graph_that_cannot_run_is_refused(tmp_path, entries, match):
    refused(keras_file(tmp_path, settings=functional(*entries)), match)


def test_graph_of_two_activations_is_run(tmp_path):
    entries = [act("last", tensor("a")), act("a", tensor("input"))]
    model = runtime.load(keras_file(tmp_path, settings=functional(*entries)))
    x = np.linspace(-1, 1, 8).reshape(2, 4)
    np.testing.assert_allclose(model.predict(x), np.tanh(np.tanh(x)), rtol=1e-6)


def test_output_that_a_layer_does_not_have_is_refused(tmp_path):
    entries = [act("a", tensor("input")), act("last", tensor("a", 0, 1))]
    model = runtime.load(keras_file(tmp_path, settings=functional(*entries)))
    with pytest.raises(InputError, match="no output number 1"):
        model.predict(np.zeros((1, 4)))


def test_doubling_and_doubling_is_refused_before_memory_is_taken(tmp_path, monkeypatch):
    monkeypatch.setattr(layer_module, "MAX_ENTRIES", 1 << 20)
    entries = [
        called(
            layer("Concatenate", f"c{k}", axis=-1),
            [tensor(f"c{k - 1}" if k else "input")] * 2,
        )
        for k in range(60)
    ]
    settings = functional(*entries, outputs=[("c59", 0, 0)])
    model = runtime.load(keras_file(tmp_path, settings=settings))
    with pytest.raises(InputError, match="would make an array"):
        model.predict(np.zeros((2, 4)))


def test_shapes_that_do_not_fit_are_refused_by_the_name_of_the_layer(tmp_path):
    entry = called(layer("Reshape", "last", target_shape=[3]), tensor("input"))
    model = runtime.load(keras_file(tmp_path, settings=functional(entry)))
    with pytest.raises(InputError, match="'last': its input does not fit"):
        model.predict(np.zeros((2, 4)))
