"""Read the layers of an archive and join them: `Sequential` and `Functional`."""

import re
from typing import Any

import numpy as np

from lstmkit.errors import InputError
from lstmkit.runtime.archive import Archive
from lstmkit.runtime.graph import Call, Graph, InputSpec, Wire
from lstmkit.runtime.layer import Layer, Settings
from lstmkit.runtime.layers import PLAIN_LAYERS
from lstmkit.runtime.recurrent import RECURRENT, Bidirectional, RecurrentLayer
from lstmkit.runtime.shapes import OPERATIONS, SHAPE_LAYERS

LAYERS: dict[str, type[Layer]] = {
    **PLAIN_LAYERS,
    **SHAPE_LAYERS,
    **RECURRENT,
    "Bidirectional": Bidirectional,
}

MAX_LAYERS = 1000
MAX_CALLS = 20_000


def build(archive: Archive) -> Graph:
    """Make the layers of an archive and join them.

    Args:
        archive: The opened file.

    Returns:
        The model, ready to run.

    Raises:
        InputError: A layer, or a way of joining layers, is not supported; the message names it.
    """
    model = Settings(archive.config)
    if model.class_name not in ("Sequential", "Functional"):
        raise InputError(
            f"a model of class {model.class_name!r} is not supported; "
            f"supported are Sequential and Functional."
        )
    entries = model.value("layers")
    if not isinstance(entries, list) or not 1 <= len(entries) <= MAX_LAYERS:
        raise InputError(f"config.json: expected 1 to {MAX_LAYERS} layers.")
    layers, specs = _make_layers(archive, entries)
    if model.class_name == "Sequential":
        return _chain(layers, specs)
    return _join(model, entries, layers, specs)


def _make_layers(
    archive: Archive, entries: list[Any]
) -> tuple[dict[str, Layer], dict[str, InputSpec]]:
    layers: dict[str, Layer] = {}
    specs: dict[str, InputSpec] = {}
    used: dict[str, int] = {}
    for entry in entries:
        settings = Settings(entry)
        if settings.name in layers or settings.name in specs:
            raise settings.refuse("two layers have this name.")
        if settings.class_name == "InputLayer":
            specs[settings.name] = _input_spec(settings)
            continue
        if settings.class_name not in LAYERS:
            raise settings.refuse(f"not supported; supported are {', '.join(sorted(LAYERS))}.")
        if settings.class_name not in OPERATIONS:
            settings.require_plain()
        # Keras names a layer's weights by its class, counted: lstm, lstm_1, lstm_2.
        group = _snake_case(settings.class_name)
        count = used[group] = used.get(group, -1) + 1
        weights = archive.weights(f"layers/{group}_{count}" if count else f"layers/{group}")
        layers[settings.name] = LAYERS[settings.class_name].from_archive(settings, weights)
    return layers, specs


def _input_spec(settings: Settings) -> InputSpec:
    shape = settings.value("batch_shape")
    if settings.value("sparse") or settings.value("ragged"):
        raise settings.refuse("sparse and ragged inputs are not supported.")
    if not isinstance(shape, list) or not 1 <= len(shape) <= 8:
        raise settings.refuse(f"expected batch_shape to be sizes, found {shape!r:.40}.")
    if not all(size is None or (type(size) is int and size >= 0) for size in shape):
        raise settings.refuse(f"expected batch_shape to be sizes, found {shape!r:.40}.")
    dtype = str(settings.value("dtype", "float32"))
    if dtype != "float32" and not re.fullmatch(r"u?int(8|16|32|64)", dtype):
        raise settings.refuse(f"expected float32 or whole numbers, found {dtype:.40}.")
    return InputSpec(tuple(shape), np.dtype(dtype))


def _snake_case(name: str) -> str:
    """Write a class name as Keras does: SimpleRNN is simple_rnn, Conv1D is conv1d."""
    name = re.sub(r"\W+", "", name)
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()


def _chain(layers: dict[str, Layer], specs: dict[str, InputSpec]) -> Graph:
    if len(specs) != 1:
        raise InputError("a Sequential model without its input shape is not supported.")
    ((name, spec),) = specs.items()
    inputs = {(wire := (name, 0, 0)): spec}
    calls = []
    for name, layer in layers.items():
        calls.append(Call(layer, (name, 0), (wire,)))
        wire = (name, 0, 0)
    return Graph(inputs, (wire,), tuple(layers.values()), tuple(calls))


def _join(
    model: Settings,
    entries: list[Any],
    layers: dict[str, Layer],
    specs: dict[str, InputSpec],
) -> Graph:
    inputs, outputs = _wires(model.value("input_layers")), _wires(model.value("output_layers"))
    if {name for name, _, _ in inputs} != set(specs) or not outputs:
        raise InputError("config.json: the inputs or outputs of the model do not fit its layers.")
    waiting = [
        _call(layers[name], (name, number), Settings(entry), node)
        for entry in entries
        if (name := Settings(entry).name) in layers
        for number, node in enumerate(_nodes(entry))
    ]
    if len(waiting) > MAX_CALLS:
        raise InputError(f"config.json: expected at most {MAX_CALLS} calls of layers.")
    calls = _in_order(waiting, {(name, 0) for name in specs})
    ready = {call.output for call in calls} | {(name, 0) for name in specs}
    if any(wire[:2] not in ready for wire in outputs):
        raise InputError("config.json: an output of the model is made by none of its layers.")
    taken = {wire: specs[wire[0]] for wire in inputs}
    return Graph(taken, outputs, tuple(layers.values()), calls)


def _in_order(waiting: list[Call], ready: set[tuple[str, int]]) -> tuple[Call, ...]:
    users: dict[tuple[str, int], list[Call]] = {}
    missing: dict[tuple[str, int], int] = {}
    runnable = []
    for call in waiting:
        sources = {wire[:2] for wire in call.wires} - ready
        missing[call.output] = len(sources)
        for source in sources:
            users.setdefault(source, []).append(call)
        if not sources:
            runnable.append(call)
    for call in runnable:  # grows while it runs
        for user in users.get(call.output, ()):
            missing[user.output] -= 1
            if not missing[user.output]:
                runnable.append(user)
    if len(runnable) != len(waiting):
        raise InputError("config.json: the layers are joined in a circle, or to none.")
    return tuple(runnable)


def _nodes(entry: dict[str, Any]) -> list[Any]:
    nodes = entry.get("inbound_nodes")
    if not isinstance(nodes, list) or not nodes:
        raise InputError("config.json: expected the inbound_nodes of each layer.")
    return nodes


def _call(layer: Layer, output: tuple[str, int], settings: Settings, node: Any) -> Call:
    if not isinstance(node, dict):
        raise settings.refuse("the format of Keras 2 is not supported; save it with Keras 3.")
    named = dict(node.get("kwargs") or {})
    states, masks = (_arguments(named.pop(key, None)) for key in ("initial_state", "mask"))
    named = {key: value for key, value in named.items() if value not in (None, False)}
    inputs = _arguments(node.get("args"))
    if named or not inputs or isinstance(inputs[0], float) or len(masks) > 1:
        raise settings.refuse(f"called in a way that is not supported: {node!r:.60}.")
    if isinstance(layer, RecurrentLayer | Bidirectional):
        inputs, states = inputs[:1], (*inputs[1:], *states)
    return Call(layer, output, inputs, _only_wires(states), next(iter(_only_wires(masks)), None))


def _arguments(node: Any) -> tuple[Wire | float, ...]:
    if isinstance(node, list):
        return tuple(wire for item in node for wire in _arguments(item))
    if isinstance(node, dict) and node.get("class_name") == "__keras_tensor__":
        return (_wire(node["config"]["keras_history"]),)
    if isinstance(node, int | float) and not isinstance(node, bool):
        return (float(node),)
    if node is None:
        return ()
    raise InputError(f"config.json: a layer is called with {node!r:.60}, which is not supported.")


def _only_wires(arguments: tuple[Wire | float, ...]) -> tuple[Wire, ...]:
    wires = tuple(each for each in arguments if isinstance(each, tuple))
    if len(wires) != len(arguments):
        raise InputError("config.json: expected initial states and masks to be arrays.")
    return wires


def _wires(node: Any) -> tuple[Wire, ...]:
    if isinstance(node, list) and len(node) == 3 and isinstance(node[0], str):
        return (_wire(node),)
    if isinstance(node, list):
        return tuple(wire for item in node for wire in _wires(item))
    raise InputError(f"config.json: expected inputs and outputs of the model, found {node!r:.60}.")


def _wire(history: Any) -> Wire:
    name, call, output = history
    if not isinstance(name, str) or type(call) is not int or type(output) is not int:
        raise InputError(f"config.json: expected an array of a layer, found {history!r:.60}.")
    return name, call, output
