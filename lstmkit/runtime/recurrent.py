"""The recurrent layers of a saved model, run through `lstmkit.cells.fast`."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from lstmkit.cells.fast import LSTMRecurrence, Recurrence, RNNRecurrence, Run
from lstmkit.cells.keras_weights import from_keras
from lstmkit.cells.types import Array
from lstmkit.errors import InputError
from lstmkit.runtime.archive import Weights
from lstmkit.runtime.layer import Layer, Settings, Signal, require_features, require_rank
from lstmkit.runtime.layers import ACTIVATIONS


@dataclass(frozen=True)
class RecurrentLayer(Layer):
    """A recurrent layer: one cell run over the steps of its input.

    Attributes:
        recurrence: The cell with its weights.
        return_sequences: Whether the output is every hidden state, or the last one.
        return_state: Whether the last states follow the output.
        go_backwards: Whether it runs from the last step to the first; its outputs come in that
            order too.
        zero_output_for_mask: Whether masked steps give zeros, or repeat the output before them.
    """

    recurrence: Recurrence
    return_sequences: bool
    return_state: bool
    go_backwards: bool
    zero_output_for_mask: bool
    gates_per_unit: ClassVar[int]

    @classmethod
    def from_archive(cls, settings: Settings, weights: Weights) -> RecurrentLayer:
        """Make the layer from kernel, recurrent kernel and bias."""
        settings.require_plain()
        units = settings.whole("units")
        use_bias, columns = settings.flag("use_bias", default=True), cls.gates_per_unit * units
        bias_shape = [(columns,)] if use_bias else []
        arrays = weights.part("cell").read((None, columns), (units, columns), *bias_shape)
        if not use_bias:
            arrays.append(np.zeros(columns, np.float32))
        return cls(
            settings.name,
            cls._recurrence(settings, arrays),
            settings.flag("return_sequences"),
            settings.flag("return_state"),
            settings.flag("go_backwards"),
            settings.flag("zero_output_for_mask"),
        )

    @staticmethod
    @abstractmethod
    def _recurrence(settings: Settings, arrays: list[Array]) -> Recurrence:
        """Make the cell."""

    @property
    def units(self) -> int:
        """Size of a state."""
        return self.recurrence.n_a

    @property
    def n_states(self) -> int:
        """Number of states: 2 of an LSTM (`a` and `c`), 1 of a plain cell."""
        return self.recurrence.n_states

    def step(self, x: Array, *states: Array) -> tuple[Array, ...]:
        """Take one step, for models that feed on what they wrote.

        Args:
            x: The input of this step, `(batch, features)`.
            *states: What the step before returned, `(batch, units)` each; none before the first.

        Returns:
            The next states, `(batch, units)` each. The first of them is the output: `(a, c)` of an
            LSTM.
        """
        require_features(self, x, self.recurrence.n_x)
        return self.recurrence.run(x[:, None], states or None).states

    def gates(self, signal: Signal) -> dict[str, Array]:
        """Return the inside of every step.

        Args:
            signal: What `__call__` takes.

        Returns:
            Of an LSTM `i`, `f`, `o`, `g`, `c` and `a`; of a plain cell `a`; each
            `(batch, time, units)`, in the order of time.
        """
        inside = self._run(signal, None, gates=True).gates or {}
        return {
            name: values[:, ::-1] if self.go_backwards else values
            for name, values in inside.items()
        }

    def __call__(self, *signals: Signal) -> tuple[Signal, ...]:
        """Run over a sequence; initial states may follow it."""
        signal, *initial = signals
        if len(initial) not in (0, self.n_states):
            raise InputError(
                f"layer {self.name!r}: expected {self.n_states} initial states, "
                f"found {len(initial)}."
            )
        states = tuple(state.values for state in initial) or None
        for state in states or ():
            if state.shape != (len(signal.values), self.units):
                raise InputError(
                    f"layer {self.name!r}: expected initial states of shape "
                    f"({len(signal.values)}, {self.units}), found {state.shape}."
                )
        run = self._run(signal, states)
        output = Signal(run.a, signal.mask if self.return_sequences else None)
        return (output, *(map(Signal, run.states) if self.return_state else ()))

    def _run(self, signal: Signal, states: tuple[Array, ...] | None, *, gates: bool = False) -> Run:
        x, mask = signal.values, signal.mask
        require_rank(self, x, 3)
        require_features(self, x, self.recurrence.n_x)
        if self.go_backwards:
            x, mask = x[:, ::-1], None if mask is None else mask[:, ::-1]
        return self.recurrence.run(
            x,
            states,
            mask=mask,
            sequences=self.return_sequences,
            zero_output_for_mask=self.zero_output_for_mask,
            gates=gates,
        )


class LSTM(RecurrentLayer):
    """Keras's `LSTM`."""

    gates_per_unit = 4

    @staticmethod
    def _recurrence(settings: Settings, arrays: list[Array]) -> Recurrence:
        activation = settings.choice("activation", ACTIVATIONS)
        gate_activation = settings.choice("recurrent_activation", ACTIVATIONS)
        return LSTMRecurrence(
            from_keras(arrays),
            activation=None if settings.value("activation") == "tanh" else activation,
            gate_activation=(
                None if settings.value("recurrent_activation") == "sigmoid" else gate_activation
            ),
        )


class SimpleRNN(RecurrentLayer):
    """Keras's `SimpleRNN`."""

    gates_per_unit = 1

    @staticmethod
    def _recurrence(settings: Settings, arrays: list[Array]) -> Recurrence:
        activation = settings.choice("activation", ACTIVATIONS)
        return RNNRecurrence(from_keras(arrays), activation=activation)


@dataclass(frozen=True)
class Bidirectional(Layer):
    """Two recurrent layers, one from each end.

    Attributes:
        forward: From the first step to the last.
        backward: From the last step to the first.
        merge_mode: How their outputs become one: concat, sum, ave, mul; none leaves two.
    """

    forward: RecurrentLayer
    backward: RecurrentLayer
    merge_mode: str

    @classmethod
    def from_archive(cls, settings: Settings, weights: Weights) -> Bidirectional:
        """Make both layers."""
        mode = settings.value("merge_mode")
        layers = [
            _make_recurrent(settings, side, weights.part(part))
            for side, part in (("layer", "forward_layer"), ("backward_layer", "backward_layer"))
        ]
        if layers[0].go_backwards or not layers[1].go_backwards:
            raise settings.refuse("expected one layer forward and one backward.")
        if mode not in ("concat", "sum", "ave", "mul", None):
            raise settings.refuse(f"merge_mode {mode!r:.40} is not supported.")
        return cls(settings.name, layers[0], layers[1], mode or "none")

    def __call__(self, *signals: Signal) -> tuple[Signal, ...]:
        """Run both and merge; initial states may follow the sequence, half for each layer."""
        signal, *initial = signals
        half = len(initial) // 2
        ahead, *ahead_states = self.forward(signal, *initial[:half])
        back, *back_states = self.backward(signal, *initial[half:])
        y, y_rev = ahead.values, back.values
        if self.backward.return_sequences:
            y_rev = y_rev[:, ::-1]
        if self.merge_mode == "none":
            outputs = [Signal(y, ahead.mask), Signal(y_rev, ahead.mask)]
        else:
            outputs = [Signal(self._merge(y, y_rev), ahead.mask)]
        return (*outputs, *ahead_states, *back_states)

    def _merge(self, y: Array, y_rev: Array) -> Array:
        if self.merge_mode == "concat":
            return np.concatenate([y, y_rev], axis=-1)
        if y.shape != y_rev.shape:
            raise InputError(f"layer {self.name!r}: cannot merge {y.shape} and {y_rev.shape}.")
        merged: Array = y * y_rev if self.merge_mode == "mul" else y + y_rev
        return merged / np.float32(2) if self.merge_mode == "ave" else merged


def _make_recurrent(wrapper: Settings, key: str, weights: Weights) -> RecurrentLayer:
    settings = Settings(wrapper.value(key))
    if settings.class_name not in RECURRENT:
        raise wrapper.refuse(f"a {settings.class_name} inside it is not supported.")
    return RECURRENT[settings.class_name].from_archive(settings, weights)


RECURRENT: dict[str, type[RecurrentLayer]] = {"LSTM": LSTM, "SimpleRNN": SimpleRNN}
