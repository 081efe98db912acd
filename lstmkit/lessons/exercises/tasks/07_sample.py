"""Exercise 7: draw from the network.

The network says how likely each character comes next. Taking the likeliest each time would write
the same text for ever; so one is drawn, as on a wheel of fortune. Lay the probabilities end to end:

    p = [0.2, 0.5, 0.3]       0 |--0--|------1------|----2----| 1
                                     0.2           0.7

A number u, 0 <= u < 1, is a point on this line; what is drawn is the piece in which it lies. At the
very start of a piece (u = 0.2) it is that piece (1). An index of probability 0 never comes.

Then what was drawn goes back in as the next x, and so the network writes on, until the end sign.

Fill in every `...`, then run `lstmkit exercise check 7`.
"""

import numpy as np

from lstmkit.cells.rnn import rnn_cell_forward


def draw(probabilities, u):
    """Return the index in whose piece u lies.

    probabilities: (n,), sum to 1. u: a number from 0 to below 1. Returns: an int.
    """
    ends = ...  # (n,): where each piece ends
    return int(...)  # the first index whose end is larger than u


def sample(parameters, u, end):
    """Let the network write.

    parameters: as in exercise 2, with n_y = n_x. u: a list of numbers, one for each draw.
    end: the index at which to stop; it does not belong to the text.
    Returns: a list of the indices drawn, at most len(u).
    """
    n_a, n_x = parameters["Wax"].shape
    a = np.zeros((n_a, 1))
    x = np.zeros((n_x, 1))  # nothing has been written yet
    drawn = []
    for number in u:
        a, y, _ = rnn_cell_forward(x, a, parameters)  # y: (n_x, 1)
        index = ...
        if ...:
            break
        drawn.append(index)
        x = ...  # (n_x, 1): one-hot of what was drawn
    return drawn
