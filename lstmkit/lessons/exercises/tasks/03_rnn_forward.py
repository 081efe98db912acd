"""Exercise 3: the plain cell over time.

The same cell, with the same parameters, takes one step after the other. What it remembers of step t
is what it starts from at step t + 1; before the first step it remembers a0.

    x<0>      x<1>      x<2>
     |         |         |
a0 ->[cell]-a<0>->[cell]-a<1>->[cell]-> a<2>

The step is given here: `rnn_cell_forward` of lstmkit also returns a cache, which you may drop.

Fill in every `...`, then run `lstmkit exercise check 3` (with `--keras`, Keras judges too).
"""

import numpy as np

from lstmkit.cells.rnn import rnn_cell_forward


def rnn_forward(x, a0, parameters):
    """Run the cell over a sequence.

    x: (n_x, m, T_x); x[:, :, t] is what is seen at step t. a0: (n_a, m).
    Returns: a (n_a, m, T_x), every state; y_pred (n_y, m, T_x), every prediction.
    """
    states, predictions = [], []
    a_next = ...  # (n_a, m): where the first step starts from
    for t in range(x.shape[2]):
        a_next, yt_pred, _ = rnn_cell_forward(..., ..., parameters)
        states.append(a_next)
        predictions.append(yt_pred)
    a = ...  # (n_a, m, T_x): np.stack puts a list of arrays along a new axis
    y_pred = ...  # (n_y, m, T_x)
    return a, y_pred
