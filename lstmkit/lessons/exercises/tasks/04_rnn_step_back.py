"""Exercise 4: back over one step of the plain cell.

Somebody tells you how the loss changes with the new memory: da_next = dL/da_next. How does it
change with everything that made this memory? Write z for what is inside the tanh:

    z = Wax xt + Waa a_prev + ba                a_next = tanh(z)

The slope of tanh is 1 - tanh^2, so dz = da_next * (1 - a_next^2), entry by entry. From dz all else
follows by three rules, of which the shapes remind you:

    z = W v        dW = dz v^T        dv = W^T dz
    z = ... + b    db = the sum of dz over the examples (b was added to every column)

dW has the shape of W, dv that of v. The loss is a sum over the examples, so nothing is a mean.

Fill in every `...`, then run `lstmkit exercise check 4`.
"""


def rnn_cell_backward(da_next, cache):
    """Go back over one step.

    da_next: (n_a, m). cache: (a_next, a_prev, xt, parameters), as the step forward kept it.
    Returns: a dictionary of dxt (n_x, m), da_prev (n_a, m), dWax, dWaa, dba.
    """
    a_next, a_prev, xt, parameters = cache
    Wax, Waa = parameters["Wax"], parameters["Waa"]
    dz = ...  # (n_a, m)
    return {
        "dxt": ...,  # (n_x, m)
        "da_prev": ...,  # (n_a, m)
        "dWax": ...,  # (n_a, n_x)
        "dWaa": ...,  # (n_a, n_a)
        "dba": ...,  # (n_a, 1); .sum(axis=1, keepdims=True) keeps the column a column
    }
