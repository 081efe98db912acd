"""Both cells against Keras's `SimpleRNN` and `LSTM`: outputs and gradients, on the same weights."""

import numpy as np

from lstmkit.quiet import native_stderr

with native_stderr():
    import keras
    import tensorflow as tf

from lstmkit.cells.gradcheck import Comparison, LSTMBackward, Problem, compare
from lstmkit.cells.keras_weights import from_keras, to_keras
from lstmkit.cells.types import Array

TOLERANCE = 1e-5  # float32


def compare_with_keras(problem: Problem, backward: LSTMBackward | None = None) -> list[Comparison]:
    """Run a problem through Keras in float32, and compare.

    Args:
        problem: The network and its data.
        backward: Another backward pass to compare; the cell's own where left out.

    Returns:
        A comparison for the hidden states, the predictions, and the gradient of every input and
        every parameter.
    """
    a, y_pred, _ = problem.forward()
    gradients = problem.gradients(backward)
    found = _run_keras(problem)
    ours = {"a": a, "y_pred": y_pred, **{name: gradients[f"d{name}"] for name in problem.arrays()}}
    return [compare(name, ours[name], found[name], tolerance=TOLERANCE) for name in ours]


def _run_keras(problem: Problem) -> dict[str, Array]:
    """Return hidden states, predictions and gradients by the names of the course."""
    weights = to_keras(problem.parameters)
    n_a, n_y = weights[1].shape[0], weights[3].shape[1]
    kind = keras.layers.SimpleRNN if problem.cell == "rnn" else keras.layers.LSTM
    recurrent = kind(n_a, return_sequences=True)
    dense = keras.layers.Dense(n_y, activation="softmax")
    x = tf.Variable(problem.inputs["x"].transpose(1, 2, 0), dtype=tf.float32)  # (m, T_x, n_x)
    names = ["a0"] if problem.cell == "rnn" else ["a0", "c0"]
    states = [tf.Variable(problem.inputs[name].T, dtype=tf.float32) for name in names]  # (m, n_a)
    dense(recurrent(x, initial_state=states))
    recurrent.set_weights(weights[:3])
    dense.set_weights(weights[3:])
    y = tf.constant(problem.y.transpose(1, 2, 0), tf.float32)  # (m, T_x, n_y)
    with tf.GradientTape() as tape:
        a = recurrent(x, initial_state=states)  # (m, T_x, n_a)
        y_pred = dense(a)  # (m, T_x, n_y)
        loss = -tf.reduce_sum(y * tf.math.log(y_pred))
    variables = [*recurrent.trainable_variables, *dense.trainable_variables]
    dx, *rest = tape.gradient(loss, [x, *states, *(variable.value for variable in variables)])
    dstates, dweights = rest[: len(states)], rest[len(states) :]
    return {
        "a": a.numpy().transpose(2, 0, 1),
        "y_pred": y_pred.numpy().transpose(2, 0, 1),
        "x": dx.numpy().transpose(2, 0, 1),
        **{name: state.numpy().T for name, state in zip(names, dstates, strict=True)},
        **from_keras([np.asarray(weight) for weight in dweights]),
    }
