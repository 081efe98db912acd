"""Exercise 8: one step of the LSTM cell.

The plain cell overwrites its memory at every step. The LSTM keeps a second one, the cell state c,
which is only scaled and added to; three gates, each between 0 and 1, say by how much:

    concat = [a_prev; xt]                        a_prev on top, xt below

    ft  = sigmoid(Wf concat + bf)                forget gate: how much of the old memory to keep
    it  = sigmoid(Wi concat + bi)                update gate: how much of the candidate to let in
    cct = tanh(Wc concat + bc)                   the candidate
    ot  = sigmoid(Wo concat + bo)                output gate: how much of the memory to show

    c_next = ft * c_prev + it * cct              the memory: one product, one sum
    a_next = ot * tanh(c_next)                   what is shown
    yt_pred = softmax(Wy a_next + by)

`*` multiplies entry by entry, `@` is the matrix product.

Fill in every `...`, then run `lstmkit exercise check 8`.
"""

import numpy as np

from lstmkit.cells.activations import sigmoid, softmax


def lstm_cell_forward(xt, a_prev, c_prev, parameters):
    """Take one step.

    xt: (n_x, m). a_prev, c_prev: (n_a, m).
    parameters: Wf, Wi, Wc, Wo (n_a, n_a + n_x), bf, bi, bc, bo (n_a, 1), Wy (n_y, n_a),
    by (n_y, 1).
    Returns: a_next (n_a, m), c_next (n_a, m), yt_pred (n_y, m).
    """
    p = parameters
    concat = ...  # (n_a + n_x, m)
    ft = ...  # (n_a, m)
    it = ...  # (n_a, m)
    cct = ...  # (n_a, m)
    ot = ...  # (n_a, m)
    c_next = ...  # (n_a, m)
    a_next = ...  # (n_a, m)
    yt_pred = ...  # (n_y, m)
    return a_next, c_next, yt_pred
