"""Exercises 8 to 11: the LSTM cell, forward and backward."""

from functools import partial

from lstmkit.lessons.exercises.checks import cells
from lstmkit.lessons.exercises.checks.exercise import Exercise

STEP_FORWARD = Exercise(
    "08_lstm_step.py",
    "07-lstm-forward.md",
    partial(cells.step_forward, "lstm"),
    """
    [a_prev, xt] -> [xt, a_prev]
        concat is [xt; a_prev]; the weights expect a_prev first: [a_prev; xt].
    np.tanh(p["Wc"] -> sigmoid(p["Wc"]
        The candidate cct is squashed by tanh, not by sigmoid: a memory must be able to go down too.
    ft * c_prev + it * cct -> it * c_prev + ft * cct
        Forget and update gate have changed places: ft keeps the old memory, it lets in the new.
    ft * c_prev -> c_prev
        c_prev is added whole: the forget gate ft must scale it.
    ft * c_prev -> ft * a_prev
        ft scales a_prev: it should scale c_prev. Hidden state and cell state are two arrays.
    it * cct -> (1 - ft) * cct
        You let in (1 - ft) of the candidate, as a GRU does; here it has a gate of its own, it.
    np.tanh(c_next) -> c_next
        a_next shows tanh(c_next), not c_next.
    a_next = ot * -> a_next =
        The output gate ot is missing from a_next.
    @ a_next -> @ c_next
        The prediction is made from a_next, not from c_next.
    c_next, yt_pred -> c_next, softmax(yt_pred)
        Softmax is applied twice.
    """,
    (
        "Stack a_prev on xt with np.concatenate: all four gates read the same concat.",
        "Three gates are sigmoids (f, i, o), the candidate is a tanh.",
        "c_next = ft * c_prev + it * cct, then a_next = ot * np.tanh(c_next).",
    ),
)
OVER_TIME = Exercise(
    "09_lstm_forward.py",
    "07-lstm-forward.md",
    partial(cells.over_time, "lstm"),
    """
    return a, y_pred, c -> return c, y_pred, c
        a holds the cell states: a and c are one array (the tutorial's own fault). `c = a` makes a
        second name, not a second array.
    return a, y_pred, c -> return a, y_pred, a
        c holds the hidden states: a and c are one array (the tutorial's own fault). `c = a` makes a
        second name, not a second array.
    t], a_next -> t], a0
        Every step starts from a0: hand a_next to the next step.
    c_next, parameters) -> c0, parameters)
        Every step starts from c0: hand c_next to the next step as well.
    = a0, c0 -> = a0, np.zeros_like(c0)
        The memory starts from zeros; it should start from c0.
    return a, y_pred, c -> return tuple(np.moveaxis(b, 2, 0) for b in (a, y_pred, c))
        Time stands first; a is (n_a, m, T_x): stack along axis 2.
    """,
    (
        "Two states walk from step to step: a_next and c_next.",
        "Make two arrays (or two lists). Writing c = a gives one array two names.",
        "a_next, c_next, yt_pred, _ = lstm_cell_forward(x[:, :, t], a_next, c_next, parameters)",
    ),
)
STEP_BACK = Exercise(
    "10_lstm_step_back.py",
    "08-lstm-backward.md",
    partial(cells.step_back, "lstm"),
    """
    = dc_next + -> =
        dc_next takes no part: c_next hears from the future too. dc = dc_next + da_next * ot * (1 -
        tanh(c_next)^2).
    + da_next * ot * (1 - tanh_c**2) -> + 0
        dc is dc_next alone: what reaches a_next goes on to c_next as well, da_next * ot * (1 -
        tanh(c_next)^2).
    np.tanh(c_next) -> c_next
        You take c_next where tanh(c_next) belongs: in dot, and in the slope 1 - tanh(c_next)^2.
    ft * (1 - ft) -> 1
    it * (1 - it) -> 1
    ot * (1 - ot) -> 1
        The slopes of the sigmoids are missing: each gate's gradient is times gate * (1 - gate).
    (1 - cct**2) -> cct * (1 - cct)
        The candidate is a tanh: its slope is 1 - cct^2.
    dc * c_prev -> dc * c_next
        The forget gate was multiplied by c_prev, so dft takes c_prev, not c_next.
    dconcat += -> dconcat += (gate != "o") *
        da_prev and dxt hear from all four gates; the output gate's share, Wo^T dot, is missing.
    dconcat[:n_a] -> dconcat[len(xt):]
    dconcat[n_a:] -> dconcat[:len(xt)]
        The first n_a rows of W^T dz belong to a_prev, the rest to xt; yours have changed places.
    dz.sum( -> dz.mean(
        The bias gradients are means over the examples; they are sums.
    = dc * ft -> = dc_next * ft
        dc_prev is dc * ft with the whole dc, not dc_next * ft.
    = dc * ft -> = dc
        dc_prev is dc * ft: the forget gate scales what goes back as it scaled what came.
    """,
    (
        "Begin with dc, all that reaches c_next: from the future, dc_next, and through a_next.",
        "Then each gate: dc (or da_next for the output gate) times what the gate was multiplied"
        " by, times the slope of its own squashing function.",
        "dconcat = Wf^T dft + Wi^T dit + Wc^T dcct + Wo^T dot; its first n_a rows are da_prev.",
    ),
    judge="central differences at hidden seeds",
)
THROUGH_TIME = Exercise(
    "11_lstm_backward.py",
    "08-lstm-backward.md",
    partial(cells.through_time, "lstm"),
    """
    , dc_prev, steps -> , 0 * dc_prev, steps
        Does dc_prev reach this step? Along c the gradient goes back further than along a: hand
        dc_prev of step t + 1 to step t as dc_next.
    t] + da_prev -> t]
        da_prev never reaches the step before: hand da[:, :, t] + da_prev to the cell.
    , dc_prev, steps -> , da_prev, steps
        da_prev is handed on in the place of dc_prev: a and c, and their gradients, are two arrays.
    , dc_prev, steps -> , dc_prev + da_prev, steps
        da_prev is added to the gradient of c; it belongs to that of a only.
    = sums[name] + -> =
        dWf ... dbo are overwritten at each step; add them up.
    + step[name] -> + step[name] / T_x
        The weights' gradients are means over the steps; they are sums.
    """,
    (
        "Two gradients walk back from step to step: da_prev and dc_prev, both zeros at the end.",
        "lstm_cell_backward(da[:, :, t] + da_prev, dc_prev, steps[t])",
        "dx[:, :, t] is the step's dxt; the weights' gradients are summed; da0 and dc0 are what"
        " is left after step 0.",
    ),
    judge="central differences at hidden seeds",
)
