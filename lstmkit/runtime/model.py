"""Load a saved model, and predict with it."""

import functools
import math
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import overload

import numpy as np
from numpy.typing import ArrayLike
from threadpoolctl import ThreadpoolController

from lstmkit.cells.types import Array
from lstmkit.errors import InputError
from lstmkit.files import undamaged
from lstmkit.runtime.archive import Archive
from lstmkit.runtime.build import build
from lstmkit.runtime.graph import Call, Graph, Wire
from lstmkit.runtime.layer import Layer, Signal
from lstmkit.runtime.recurrent import Bidirectional, RecurrentLayer

# A block's working arrays should stay in the cache of a core, and one step should be long enough
# that Python's share of it does not show. Measured in tests/benchmarks/bench_inference.py.
_BLOCK_FLOATS = 1 << 17
_SMALLEST_BLOCK = 128


class Model:
    """A saved model, ready to predict."""

    def __init__(self, graph: Graph) -> None:
        """Take the layers and how they are joined."""
        self._graph = graph

    @property
    def layers(self) -> tuple[Layer, ...]:
        """Every layer but the inputs, in the order of the file."""
        return self._graph.layers

    @property
    def input_shapes(self) -> tuple[tuple[int | None, ...], ...]:
        """Shape of each input, batch first; None for a size that is free."""
        return tuple(spec.shape for spec in self._graph.inputs.values())

    def layer(self, name: str) -> Layer:
        """Return the layer of this name.

        Raises:
            InputError: The model has none; the message lists those it has.
        """
        for layer in self.layers:
            if layer.name == name:
                return layer
        names = ", ".join(layer.name for layer in self.layers)
        raise InputError(f"the model has no layer {name!r}; its layers are {names}.")

    @overload
    def predict(self, x: ArrayLike, *, batch_size: int | None = None) -> Array: ...

    @overload
    def predict(
        self, x: Sequence[Array], *, batch_size: int | None = None
    ) -> Array | tuple[Array, ...]: ...

    def predict(
        self, x: ArrayLike | Sequence[Array], *, batch_size: int | None = None
    ) -> Array | tuple[Array, ...]:
        """Return what `keras.Model.predict` returns, to float32 accuracy.

        The batch is cut into blocks that run beside each other, one thread on each core.

        Args:
            x: The input, `(batch, ...)`; a list of them where the model takes several.
            batch_size: Examples in a block. Left out, it is chosen for speed. On one machine the
                same choice gives the same bytes.

        Returns:
            The output, `(batch, ...)`; a tuple of them where the model has several.

        Raises:
            InputError: `x` does not fit the model.
        """
        inputs = self._check(x)
        blocks = self._blocks(len(inputs[0]), batch_size)
        with _blas().limit(limits=1, user_api="blas"):
            if len(blocks) == 1:
                results = [self._forward(inputs)]
            else:
                with ThreadPoolExecutor(min(len(blocks), _cores())) as pool:
                    cuts = ([values[block] for values in inputs] for block in blocks)
                    results = list(pool.map(self._forward, cuts))
        outputs = tuple(np.concatenate(parts) for parts in zip(*results, strict=True))
        return outputs[0] if len(outputs) == 1 else outputs

    def gates(self, x: ArrayLike | Sequence[Array]) -> dict[str, dict[str, Array]]:
        """Return the inside of every recurrent layer while it runs over `x`.

        Args:
            x: As `predict` takes it; a few examples, since every step of every unit is kept.

        Returns:
            For the name of each LSTM: `i`, `f`, `o` (input, forget, output gate), `g` (candidate),
            `c` (cell state), `a` (hidden state), each `(batch, time, units)` in the order of time.
            The two sides of a bidirectional layer are `name/forward` and `name/backward`.
        """
        inside: dict[str, dict[str, Array]] = {}
        self._forward(self._check(x), inside)
        return inside

    def _check(self, x: ArrayLike | Sequence[Array]) -> list[Array]:
        several = len(self._graph.inputs) > 1
        given = list(x) if several and isinstance(x, Sequence) else [x]
        if len(given) != len(self._graph.inputs):
            raise InputError(
                f"the model takes {len(self._graph.inputs)} inputs, found {len(given)}."
            )
        inputs = [np.asarray(values) for values in given]
        for values, shape in zip(inputs, self.input_shapes, strict=True):
            if values.dtype.kind not in "biuf":
                raise InputError(f"expected numbers, found {values.dtype}.")
            fits = values.ndim == len(shape) and all(
                wanted in (None, size)
                for size, wanted in zip(values.shape[1:], shape[1:], strict=True)
            )
            if not fits or len(values) != len(inputs[0]):
                expected = ", ".join("any" if size is None else str(size) for size in shape)
                raise InputError(f"expected an input of shape ({expected}), found {values.shape}.")
        specs = self._graph.inputs.values()
        return [
            values.astype(spec.dtype, copy=False)
            for values, spec in zip(inputs, specs, strict=True)
        ]

    def _blocks(self, examples: int, batch_size: int | None) -> list[slice]:
        if batch_size is None:
            widest = max((_floats_per_example(layer) for layer in self.layers), default=1)
            largest = max(_SMALLEST_BLOCK, _BLOCK_FLOATS // max(1, widest))
            count = max(math.ceil(examples / largest), min(_cores(), examples // _SMALLEST_BLOCK))
            batch_size = math.ceil(examples / max(1, count))
        elif batch_size < 1:
            raise InputError(f"expected a batch size of at least 1, found {batch_size}.")
        starts = range(0, max(1, examples), max(1, batch_size))
        return [slice(start, start + batch_size) for start in starts]

    def _forward(
        self, inputs: Sequence[Array], inside: dict[str, dict[str, Array]] | None = None
    ) -> tuple[Array, ...]:
        signals: dict[Wire, Signal] = {
            wire: Signal(values) for wire, values in zip(self._graph.inputs, inputs, strict=True)
        }
        for call in self._graph.calls:
            taken = _taken(signals, call)
            if inside is not None:
                inside |= _inside(call.layer, taken[0])
            name, number = call.output
            try:
                outputs = call.layer(*taken)
            except ValueError as error:
                raise InputError(f"layer {name!r}: its input does not fit: {error}.") from error
            signals |= {(name, number, k): signal for k, signal in enumerate(outputs)}
        return tuple(_signal(signals, wire).values for wire in self._graph.outputs)


def load(path: str | os.PathLike[str]) -> Model:
    """Load a `.keras` file without Keras.

    Args:
        path: The file, as `keras.Model.save` writes it.

    Returns:
        The model, ready to predict.

    Raises:
        InputError: The file cannot be read, is damaged, is not a Keras model, or has a layer that
            the runtime does not know; the message names the file and what is wrong.
    """
    path = Path(path)
    with undamaged(path, remedy="train it again, or copy it again from where it came"):
        try:
            with Archive(path) as archive:
                return Model(build(archive))
        except InputError as error:
            raise InputError(f"{path}: cannot run this model: {error}") from error


def _signal(signals: dict[Wire, Signal], wire: Wire) -> Signal:
    if wire not in signals:
        raise InputError(f"layer {wire[0]!r} has no output number {wire[2]}.")
    return signals[wire]


def _taken(signals: dict[Wire, Signal], call: Call) -> list[Signal]:
    taken = [
        Signal(np.float32(each)) if isinstance(each, float) else _signal(signals, each)
        for each in call.inputs
    ]
    if call.mask is not None:
        taken[0] = Signal(taken[0].values, _signal(signals, call.mask).values.astype(np.bool_))
    elif call.states:  # called with states, a Keras layer does not look for a mask by itself
        taken[0] = Signal(taken[0].values)
    return [*taken, *(_signal(signals, wire) for wire in call.states)]


def _inside(layer: Layer, signal: Signal) -> dict[str, dict[str, Array]]:
    if isinstance(layer, RecurrentLayer):
        return {layer.name: layer.gates(signal)}
    if isinstance(layer, Bidirectional):
        return {
            f"{layer.name}/forward": layer.forward.gates(signal),
            f"{layer.name}/backward": layer.backward.gates(signal),
        }
    return {}


def _floats_per_example(layer: Layer) -> int:
    if isinstance(layer, Bidirectional):
        layer = layer.forward
    return 4 * layer.units if isinstance(layer, RecurrentLayer) else 1


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@functools.cache
def _blas() -> ThreadpoolController:
    # Threads inside each small matrix product cost more than they gain; blocks run in threads.
    return ThreadpoolController()
