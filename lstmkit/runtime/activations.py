"""The activation functions that a saved model may name, as Keras defines them."""

from collections.abc import Callable
from typing import Final

import numpy as np

from lstmkit.cells import activations
from lstmkit.cells.activations import sigmoid
from lstmkit.cells.types import Array


def _softmax(x: Array) -> Array:
    probabilities: Array = np.moveaxis(activations.softmax(np.moveaxis(x, -1, 0)), 0, -1)
    return probabilities


def _relu(x: Array) -> Array:
    return np.maximum(x, 0)


def _elu(x: Array) -> Array:
    y: Array = np.where(x > 0, x, np.expm1(np.minimum(x, 0)))
    return y


def _softplus(x: Array) -> Array:
    y: Array = np.logaddexp(x, x.dtype.type(0))
    return y


#: Name in `config.json` -> function of an array whose last axis is the features.
ACTIVATIONS: Final[dict[str, Callable[[Array], Array]]] = {
    "elu": _elu,
    "exponential": np.exp,
    "hard_sigmoid": lambda x: np.clip(x / 6 + 0.5, 0, 1),
    "hard_tanh": lambda x: np.clip(x, -1, 1),
    "leaky_relu": lambda x: np.where(x >= 0, x, 0.2 * x),
    "linear": lambda x: x,
    "mish": lambda x: x * np.tanh(_softplus(x)),
    "relu": _relu,
    "relu6": lambda x: np.clip(x, 0, 6),
    "selu": lambda x: 1.0507009873554805 * np.where(x > 0, x, 1.6732632423543772 * _elu(x)),
    "sigmoid": sigmoid,
    "silu": lambda x: x * sigmoid(x),
    "softmax": _softmax,
    "softplus": _softplus,
    "softsign": lambda x: x / (1 + np.abs(x)),
    "tanh": np.tanh,
}
