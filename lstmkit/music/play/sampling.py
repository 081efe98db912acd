"""From probabilities to one value: temperature, nucleus, and what is not allowed."""

from typing import Protocol

import numpy as np

from lstmkit.errors import InputError
from lstmkit.runtime import Model
from lstmkit.runtime.layer import Signal
from lstmkit.runtime.layers import Dense
from lstmkit.runtime.recurrent import LSTM


class Predictor(Protocol):
    """A network that is fed one value at a time and remembers what it was fed."""

    def step(self, value: int, said: np.ndarray) -> np.ndarray:
        """Take the next value in, with what `context` says beside it.

        Returns:
            The probability of each value to follow, (values,).
        """


class Network:
    """A saved network in NumPy, fed one value at a time.

    Args:
        model: As `lstmkit.runtime.load` returns it: an LSTM named `lstm`, a softmax `next_value`.
    """

    def __init__(self, model: Model) -> None:
        """Take the two layers that there are outside training.

        Raises:
            InputError: If the model is not one that `lstmkit music train` saved.
        """
        lstm, softmax = model.layer("lstm"), model.layer("next_value")
        if not isinstance(lstm, LSTM) or not isinstance(softmax, Dense):
            raise InputError("the model is no music model: expected an LSTM and a Dense layer")
        self._lstm, self._softmax = lstm, softmax
        self._states: tuple[np.ndarray, ...] = ()
        self.n_values = softmax.kernel.shape[1]
        self.n_said = lstm.recurrence.n_x - self.n_values

    def step(self, value: int, said: np.ndarray) -> np.ndarray:
        """Take the next value in, with what `context` says beside it; see `Predictor.step`."""
        x = np.zeros((1, self.n_values + len(said)), np.float32)
        x[0, value] = 1
        x[0, self.n_values :] = said
        self._states = self._lstm.step(x, *self._states)
        (answer,) = self._softmax(Signal(self._states[0]))  # (1, values)
        probabilities: np.ndarray = answer.values[0]
        return probabilities


def sharpen(probabilities: np.ndarray, temperature: float, top_p: float) -> np.ndarray:
    """Return the distribution to draw from.

    Args:
        probabilities: Non-negative weights, (values,); at least one is above zero.
        temperature: Below 1 favours the likely, above 1 the unlikely; 0 leaves the likeliest alone.
        top_p: Only the likeliest values that together reach this share are kept (nucleus sampling,
            Holtzman et al., "The Curious Case of Neural Text Degeneration", 2020).

    Returns:
        Probabilities, (values,), of sum 1.
    """
    if temperature == 0:
        return np.eye(len(probabilities))[int(np.argmax(probabilities))]
    with np.errstate(divide="ignore"):
        logits = np.log(probabilities.astype(np.float64)) / temperature
    weights = np.exp(logits - logits.max())
    weights /= weights.sum()
    order = np.argsort(-weights, kind="stable")
    before = np.cumsum(weights[order]) - weights[order]  # share of all that are likelier
    weights[order[before >= top_p]] = 0.0
    result: np.ndarray = weights / weights.sum()
    return result


def draw(
    probabilities: np.ndarray,
    allowed: np.ndarray,
    generator: np.random.Generator,
    *,
    temperature: float,
    top_p: float,
) -> int | None:
    """Draw one of the allowed values.

    Args:
        probabilities: Of each value, (values,).
        allowed: Which values may be drawn, (values,), bool.
        generator: Source of chance; not touched at temperature 0.
        temperature: See `sharpen`.
        top_p: See `sharpen`; counted among the allowed values.

    Returns:
        The id of the value; None if none is allowed.
    """
    if not allowed.any():
        return None
    weights = np.where(allowed, probabilities, 0.0)
    if weights.sum() <= 0:
        weights = allowed.astype(np.float64)
    sharp = sharpen(weights, temperature, top_p)
    if temperature == 0:
        return int(np.argmax(sharp))
    return int(np.searchsorted(np.cumsum(sharp), generator.random() * sharp.sum(), side="right"))
