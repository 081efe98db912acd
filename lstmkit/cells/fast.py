"""The cells laid out for speed: forward only, a whole batch of sequences at a time.

These are the equations of `lstmkit.cells.lstm` and `lstmkit.cells.rnn`, with the same parameters
and the same columns of examples; `tests/cells/test_cells_recurrence.py` holds them to each other.
What changes is only how the numbers lie in memory:

* The gates are stacked, and the bias joins as the weight of a constant 1, so that each step is one
  matrix product: `z = W [a<t-1>; x<t>; 1]`.
* With the gates as blocks of rows, each gate is one contiguous piece, and every product and sum
  writes into arrays that are already there.
* Sigmoid and tanh are both `1 / (1 + exp(-z))`, since `tanh(z) = 2 sigmoid(2 z) - 1`. The signs
  and the 2 go into `W` beforehand, where they cost nothing, and one `exp` serves all four gates.
  NumPy's `exp` takes half the time of its `tanh`.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from lstmkit.cells.activations import sigmoid
from lstmkit.cells.types import Array, Parameters

Activation = Callable[[Array], Array]

# exp stays finite in float32 up to 88; sigmoid(-80) is 2e-35, and float32 adds it to nothing
_LARGEST_EXPONENT = 80.0


@dataclass(frozen=True)
class Run:
    """What came of one run over a batch of sequences.

    Attributes:
        a: Hidden states, `(m, T_x, n_a)`, or the last one, `(m, n_a)`. A masked step repeats the
            one before it.
        states: The states after the last step, `(m, n_a)` each: `(a, c)` of an LSTM, `(a,)` of an
            RNN.
        gates: Where asked for, the inside of an LSTM: `i`, `f`, `o`, `g` (the candidate), `c` and
            `a`, `(m, T_x, n_a)` each.
    """

    a: Array
    states: tuple[Array, ...]
    gates: dict[str, Array] | None = None


class Recurrence(ABC):
    """A cell that runs over a batch of sequences.

    Attributes:
        n_a: Size of a state.
        n_x: Number of features of a step.
    """

    n_states: ClassVar[int]

    def __init__(self, weights: Array, n_a: int) -> None:
        """Take the stacked weights, `(gates n_a, n_a + n_x + 1)`, and the size of a state."""
        self._weights = np.ascontiguousarray(weights)
        self.n_a = n_a
        self.n_x = weights.shape[1] - n_a - 1

    @abstractmethod
    def _advance(self, z: Array, a: Array, c: Array) -> None:
        """Turn the pre-activations `z` into the next `a` and `c`, in place."""

    def run(
        self,
        x: Array,
        states: tuple[Array, ...] | None = None,
        *,
        mask: NDArray[np.bool_] | None = None,
        sequences: bool = False,
        zero_output_for_mask: bool = False,
        gates: bool = False,
    ) -> Run:
        """Run over sequences of one length.

        Args:
            x: Inputs, `(m, T_x, n_x)`.
            states: States before the first step, `(m, n_a)` each; zeros where left out.
            mask: False where a step of an example is padding, `(m, T_x)`: the states pass it
                unchanged, and its output repeats the one before it, zeros before the first.
            sequences: Return every hidden state rather than the last.
            zero_output_for_mask: Output zeros at masked steps instead of a repetition.
            gates: Record the inside of every step as well.

        Returns:
            The outputs and the last states.
        """
        m, T_x, _ = x.shape
        n_a, dtype = self.n_a, self._weights.dtype
        steps = np.ascontiguousarray(x.transpose(1, 2, 0), dtype=dtype)  # (T_x, n_x, m)
        concat = np.ones((n_a + self.n_x + 1, m), dtype)  # [a<t-1>; x<t>; 1]
        a, xt = concat[:n_a], concat[n_a:-1]
        c = np.zeros((n_a, m), dtype)
        a[...] = 0 if states is None else states[0].T
        if states is not None and self.n_states == 2:
            c[...] = states[1].T
        z = np.empty((self._weights.shape[0], m), dtype)
        hidden = np.empty((T_x if sequences else 0, n_a, m), dtype)
        inside = np.empty((T_x if gates else 0, z.shape[0] + 2 * n_a, m), dtype)
        masking = None
        if mask is not None and not mask.all():
            masking = _Masking(mask.T, zero_output_for_mask)
        output = a
        for t in range(T_x):
            xt[...] = steps[t]
            np.matmul(self._weights, concat, out=z)  # (gates n_a, m)
            if masking is not None:
                masking.remember(a, c)
            self._advance(z, a, c)
            if masking is not None:
                output = masking.apply(t, a, c)
            if sequences:
                hidden[t] = output
            if gates:
                inside[t] = np.concatenate([z, c, output])
        return Run(
            a=hidden.transpose(2, 0, 1) if sequences else output.T.copy(),
            states=tuple(state.T.copy() for state in (a, c)[: self.n_states]),
            gates=self._name_gates(inside.transpose(2, 0, 1)) if gates else None,
        )

    def _name_gates(self, inside: Array) -> dict[str, Array]:
        names = "ifogca" if self.n_states == 2 else "aca"
        blocks = np.split(inside, inside.shape[2] // self.n_a, axis=2)
        return dict(zip(names, blocks, strict=True))


class _Masking:
    """Keep what masked steps must not change."""

    def __init__(self, mask: NDArray[np.bool_], zero_output: bool) -> None:
        self._skip = ~mask  # (T_x, m)
        seen = np.logical_or.accumulate(mask, axis=0)
        self._blank = self._skip if zero_output else ~seen  # where the output is zero

    def remember(self, a: Array, c: Array) -> None:
        self._before = a.copy(), c.copy()

    def apply(self, t: int, a: Array, c: Array) -> Array:
        for state, before in zip((a, c), self._before, strict=True):
            np.copyto(state, before, where=self._skip[t])
        return np.where(self._blank[t], a.dtype.type(0), a)


class LSTMRecurrence(Recurrence):
    """The LSTM of `lstmkit.cells.lstm`, four gates in one product."""

    n_states = 2

    def __init__(
        self,
        parameters: Parameters,
        *,
        activation: Activation | None = None,
        gate_activation: Activation | None = None,
    ) -> None:
        """Stack the weights.

        Args:
            parameters: `Wf`, `bf`, `Wi`, `bi`, `Wc`, `bc`, `Wo`, `bo` as in `lstm_cell_forward`.
            activation: Squashes the candidate and the cell state; tanh where left out.
            gate_activation: Squashes the gates; sigmoid where left out.
        """
        n_a = parameters["Wf"].shape[0]
        gates = [np.hstack([parameters[f"W{k}"], parameters[f"b{k}"]]) for k in "ifoc"]
        self._activation, self._gate_activation = activation, gate_activation
        self._standard = activation is None and gate_activation is None
        if self._standard:
            gates = [-gates[0], -gates[1], -gates[2], -2 * gates[3]]  # exponents, see the module
        super().__init__(np.vstack(gates), n_a)

    def _advance(self, z: Array, a: Array, c: Array) -> None:
        n = self.n_a
        if self._standard:
            _sigmoid_of_negative(z)
            z[3 * n :] *= 2
            z[3 * n :] -= 1
        else:
            z[: 3 * n] = (self._gate_activation or sigmoid)(z[: 3 * n])
            z[3 * n :] = (self._activation or np.tanh)(z[3 * n :])
        i, f, o, g = z[:n], z[n : 2 * n], z[2 * n : 3 * n], z[3 * n :]
        c *= f
        np.multiply(i, g, out=a)
        c += a
        if self._activation is None:
            np.multiply(c, -2, out=a)
            _sigmoid_of_negative(a)
            a *= 2
            a -= 1
        else:
            a[...] = self._activation(c)
        a *= o


class RNNRecurrence(Recurrence):
    """The plain cell of `lstmkit.cells.rnn`."""

    n_states = 1

    def __init__(self, parameters: Parameters, *, activation: Activation | None = None) -> None:
        """Stack the weights.

        Args:
            parameters: `Wax`, `Waa`, `ba` as in `rnn_cell_forward`.
            activation: Squashes the hidden state; tanh where left out.
        """
        p = parameters
        self._activation = activation or np.tanh
        super().__init__(np.hstack([p["Waa"], p["Wax"], p["ba"]]), p["Waa"].shape[0])

    def _advance(self, z: Array, a: Array, c: Array) -> None:
        a[...] = self._activation(z)


def _sigmoid_of_negative(x: Array) -> None:
    """Replace each `x` by `1 / (1 + exp(x))`."""
    np.clip(x, -_LARGEST_EXPONENT, _LARGEST_EXPONENT, out=x)  # a third of the time of minimum
    np.exp(x, out=x)
    x += 1
    np.divide(1, x, out=x)
