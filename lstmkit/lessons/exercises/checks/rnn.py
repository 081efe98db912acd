"""Exercises 2 to 5: the plain cell, forward and backward."""

from functools import partial

from lstmkit.lessons.exercises.checks import cells
from lstmkit.lessons.exercises.checks.exercise import Exercise

STEP_FORWARD = Exercise(
    "02_rnn_step.py",
    "03-rnn-forward.md",
    partial(cells.step_forward, "rnn"),
    """
    Waa @ a_prev -> 0
        a_prev takes no part: without Waa a_prev the cell remembers nothing.
    Waa @ a_prev -> Waa.T @ a_prev
        Waa is transposed. Columns are examples here: Waa @ a_prev, as in the equation.
    + ba) -> )
        The bias ba is missing.
    np.tanh( -> (
        The tanh is missing: a_next must stay between -1 and 1.
    np.tanh -> (lambda z: 1 / (1 + np.exp(-z)))
        That is a sigmoid; this cell squashes with tanh.
    softmax(Wya -> (Wya
        yt_pred holds scores, not probabilities: softmax turns them into some.
    return a_next, yt_pred -> return a_next, softmax(yt_pred)
        Softmax is applied twice: it flattens the probabilities (the tutorial's own fault in its
        emoji model).
    """,
    (
        "Three things add up inside the tanh: what the cell sees, what it remembers, and the bias.",
        "`W @ v` is the matrix product. Shapes tell the order: (n_a, n_x) @ (n_x, m) is (n_a, m).",
        "a_next = np.tanh(Wax @ xt + Waa @ a_prev + ba)",
    ),
)
OVER_TIME = Exercise(
    "03_rnn_forward.py",
    "03-rnn-forward.md",
    partial(cells.over_time, "rnn"),
    """
    t], a_next, -> t], a0,
        Every step starts from a0: hand a_next of each step to the next one.
    a_next = a0 -> a_next = np.zeros_like(a0)
        The first step starts from zeros; it should start from a0.
    range(x.shape[2]) -> reversed(range(x.shape[2]))
        The steps run from the last to the first.
    axis=2 -> axis=0
        Time stands first; a is (n_a, m, T_x): stack along axis 2.
    """,
    (
        "Keep one variable for the state: it is a0 before the loop and a_next after each step.",
        "x[:, :, t] is what the cell sees at step t. Collect a_next and yt_pred in two lists.",
        "np.stack(list_of_states, axis=2) makes (n_a, m, T_x).",
    ),
)
STEP_BACK = Exercise(
    "04_rnn_step_back.py",
    "04-rnn-backward.md",
    partial(cells.step_back, "rnn"),
    """
    (1 - a_next**2) -> 1
        The slope of tanh is missing: dz = da_next * (1 - a_next^2).
    a_next**2 -> a_next
        The slope of tanh is 1 - a_next^2; you have 1 - a_next.
    (1 - a_next**2) -> a_next * (1 - a_next)
        a (1 - a) is the slope of a sigmoid; that of tanh is 1 - a^2.
    Waa.T @ dz -> Waa @ dz
        da_prev = Waa^T dz: going back, the matrix is transposed.
    dz.sum( -> dz.mean(
        dba is a mean over the examples; the loss is a sum, so its gradient is one too.
    dz @ a_prev.T -> a_prev @ dz.T
        dWaa is transposed: it has the shape of Waa, dz a_prev^T.
    dz @ a_prev.T -> dz @ a_next.T
        dWaa takes a_prev, what Waa was multiplied by, not a_next.
    """,
    (
        "Write z for what is inside the tanh. First find dz: da_next times the slope of tanh, and"
        " that slope needs only a_next.",
        "Each gradient has the shape of what it is the gradient of; that settles every transpose.",
        "z = Wax xt + ... gives dWax = dz xt^T and dxt = Wax^T dz; ba is added to every column, so"
        " dba is the sum over the columns.",
    ),
    judge="central differences at hidden seeds",
)
THROUGH_TIME = Exercise(
    "05_rnn_backward.py",
    "04-rnn-backward.md",
    partial(cells.through_time, "rnn"),
    """
    t] + da_prev -> t]
        da_prev never reaches the step before. The loss meets a<t> along two roads: directly (da[:,
        :, t]) and through a<t+1> (da_prev of step t + 1). Add both.
    da[:, :, t] -> da[:, :, t] * (t == T_x - 1)
        Only the last step hears its own loss: add da[:, :, t] at every step.
    reversed(range(T_x)) -> range(T_x)
        The loop runs from the first step to the last; what comes from the future is then not known
        yet. Go from T_x - 1 down to 0.
    = sums[name] + -> =
        The parameters serve every step: add up dWax, dWaa and dba over the steps instead of
        overwriting them.
    + step[name] -> + step[name] / T_x
        dWax, dWaa and dba are means over the steps; the loss is a sum, so they are sums.
    """,
    (
        "Go from the last step to the first and keep one variable: what reaches a<t> from the"
        " future. It is zeros at the last step.",
        "What reaches a<t> in all is da[:, :, t] + da_prev; hand that to rnn_cell_backward.",
        "dx[:, :, t] belongs to the step alone; dWax, dWaa, dba are summed; da0 is the da_prev of"
        " step 0.",
    ),
    judge="central differences at hidden seeds",
)
