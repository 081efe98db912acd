"""Exercise 2: one step of the plain cell.

At every step the cell mixes what it sees, x<t>, with what it remembers, a<t-1>:

    a<t> = tanh(Wax x<t> + Waa a<t-1> + ba)          the new memory
    y<t> = softmax(Wya a<t> + by)                    a prediction from it

Columns are examples: m of them go through the cell side by side. `W @ v` is the matrix product.

Fill in every `...`, then run `lstmkit exercise check 2`.
"""

import numpy as np

from lstmkit.cells.activations import softmax


def rnn_cell_forward(xt, a_prev, parameters):
    """Take one step.

    xt: (n_x, m). a_prev: (n_a, m).
    parameters: Wax (n_a, n_x), Waa (n_a, n_a), Wya (n_y, n_a), ba (n_a, 1), by (n_y, 1), by name.
    Returns: a_next (n_a, m), yt_pred (n_y, m).
    """
    Wax, Waa, Wya = parameters["Wax"], parameters["Waa"], parameters["Wya"]
    ba, by = parameters["ba"], parameters["by"]
    a_next = ...  # (n_a, m)
    yt_pred = ...  # (n_y, m)
    return a_next, yt_pred
