"""The loss at the top of a recurrent network: cross-entropy of a softmax, and its way back."""

import numpy as np

from lstmkit.cells.types import Array


def cross_entropy(y_pred: Array, y: Array) -> float:
    """Sum of the surprise, in nats, at what came: `-sum y log y_pred`.

    Args:
        y_pred: Predicted probabilities, `(n_y, ...)`.
        y: What came, same shape: one-hot columns, or any weights. A column of zeros counts for
            nothing, which is how padding is left out.

    Returns:
        The loss. Infinite where something came that was given probability 0.
    """
    with np.errstate(divide="ignore"):
        surprise = -np.log(y_pred)
    return float((y * np.where(y == 0, 0, surprise)).sum())


def output_backward(y_pred: Array, y: Array, a: Array, Wy: Array) -> tuple[Array, Array, Array]:
    """Go back over `y_pred = softmax(Wy a + by)` and its cross-entropy.

    Softmax and logarithm undo each other, and what is left is the difference between what was
    predicted and what came:

        dz  = y_pred * (sum of the column of y) - y        (y_pred - y for one-hot columns)
        da  = Wy^T dz
        dWy = sum over steps of dz a^T      dby = sum of dz over examples and steps

    Args:
        y_pred: Predicted probabilities, `(n_y, m, T_x)`.
        y: What came, `(n_y, m, T_x)`.
        a: Hidden states, `(n_a, m, T_x)`.
        Wy: Output weights, `(n_y, n_a)`: `Wy` of the LSTM, `Wya` of the RNN.

    Returns:
        `da` `(n_a, m, T_x)`, which `lstm_backward` and `rnn_backward` take; `dWy` `(n_y, n_a)`;
        and `dby` `(n_y, 1)`.
    """
    dz = y_pred * y.sum(axis=0) - y  # (n_y, m, T_x)
    da = np.tensordot(Wy.T, dz, axes=1)  # (n_a, m, T_x)
    dWy = np.tensordot(dz, a, axes=([1, 2], [1, 2]))  # (n_y, n_a)
    return da, dWy, dz.sum(axis=(1, 2))[:, None]
