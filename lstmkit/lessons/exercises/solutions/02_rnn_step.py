"""One way to do exercise 2."""

import numpy as np

from lstmkit.cells.activations import softmax


def rnn_cell_forward(xt, a_prev, parameters):
    """Take one step."""
    Wax, Waa, Wya = parameters["Wax"], parameters["Waa"], parameters["Wya"]
    ba, by = parameters["ba"], parameters["by"]
    a_next = np.tanh(Wax @ xt + Waa @ a_prev + ba)
    yt_pred = softmax(Wya @ a_next + by)
    return a_next, yt_pred
