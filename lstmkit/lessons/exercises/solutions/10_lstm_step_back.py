"""One way to do exercise 10."""

import numpy as np


def lstm_cell_backward(da_next, dc_next, cache):
    """Go back over one step."""
    a_next, c_next, a_prev, c_prev, ft, it, cct, ot, xt, parameters = cache
    n_a = a_prev.shape[0]
    concat = np.concatenate([a_prev, xt])
    tanh_c = np.tanh(c_next)
    dc = dc_next + da_next * ot * (1 - tanh_c**2)
    slopes = {
        "f": dc * c_prev * ft * (1 - ft),
        "i": dc * cct * it * (1 - it),
        "c": dc * it * (1 - cct**2),
        "o": da_next * tanh_c * ot * (1 - ot),
    }
    dconcat = np.zeros(concat.shape)
    gradients = {}
    for gate, dz in slopes.items():
        dconcat += parameters["W" + gate].T @ dz
        gradients["dW" + gate] = dz @ concat.T
        gradients["db" + gate] = dz.sum(axis=1, keepdims=True)
    gradients["da_prev"] = dconcat[:n_a]
    gradients["dxt"] = dconcat[n_a:]
    gradients["dc_prev"] = dc * ft
    return gradients
