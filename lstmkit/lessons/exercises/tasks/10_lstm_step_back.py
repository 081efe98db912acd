"""Exercise 10: back over one step of the LSTM.

Two gradients come in: da_next and dc_next. First gather all that reaches c_next: what comes from
the future, and what comes through a_next = ot * tanh(c_next):

    dc = dc_next + da_next * ot * (1 - tanh(c_next)^2)

Then each gate: what reaches it, times what it was multiplied by, times the slope of its own
squashing function (sigmoid: s (1 - s); tanh: 1 - s^2). For the forget gate, c_next = ft * c_prev:

    dft = dc * c_prev * ft * (1 - ft)

The others follow from c_next = ... + it * cct and a_next = ot * tanh(c_next) in the same way. All
four read concat = [a_prev; xt], so for each gate, and summed for dconcat:

    dWf = dft concat^T      dbf = sum of dft over the examples      dconcat = Wf^T dft + ...

And along the memory itself the gradient is only scaled by the forget gate: dc_prev = dc * ft.

Fill in every `...`, then run `lstmkit exercise check 10`.
"""

import numpy as np


def lstm_cell_backward(da_next, dc_next, cache):
    """Go back over one step.

    da_next, dc_next: (n_a, m).
    cache: (a_next, c_next, a_prev, c_prev, ft, it, cct, ot, xt, parameters).
    Returns: a dictionary of dxt (n_x, m), da_prev, dc_prev (n_a, m), dWf, dbf, dWi, dbi, dWc, dbc,
    dWo, dbo.
    """
    a_next, c_next, a_prev, c_prev, ft, it, cct, ot, xt, parameters = cache
    n_a = a_prev.shape[0]
    concat = np.concatenate([a_prev, xt])  # (n_a + n_x, m)
    dc = ...  # (n_a, m)
    slopes = {
        "f": ...,  # dft (n_a, m)
        "i": ...,  # dit
        "c": ...,  # dcct
        "o": ...,  # dot
    }
    dconcat = np.zeros(concat.shape)
    gradients = {}
    for gate, dz in slopes.items():
        dconcat += ...  # (n_a + n_x, m), from parameters["W" + gate] and dz
        gradients["dW" + gate] = ...  # (n_a, n_a + n_x)
        gradients["db" + gate] = ...  # (n_a, 1)
    gradients["da_prev"] = ...  # (n_a, m), the upper part of dconcat
    gradients["dxt"] = ...  # (n_x, m), the lower part
    gradients["dc_prev"] = ...  # (n_a, m)
    return gradients
