"""The stock LSTM: LSTM(25) -> Dropout(0.1) -> Dense(2), which says where and how wide.

An LSTM layer reads a window row by row and keeps two vectors, what it says (h) and what it
remembers (c). With x the input of row t, sigma the logistic function and * elementwise:

    i = sigma(W_i x + U_i h + b_i)      how much of the new candidate to write
    f = sigma(W_f x + U_f h + b_f)      how much of the memory to keep
    g = tanh (W_g x + U_g h + b_g)      the candidate
    o = sigma(W_o x + U_o h + b_o)      how much of the memory to say
    c = f * c + i * g
    h = o * tanh(c)

Then one Dense layer reads h beside the newest row x and answers two numbers:

    m = w_m [h, x] + b_m                the mean of the next return, in units of its usual size
    s = w_s [h, x] + b_s                log of its scale, as a correction to its usual size

*Where, and how wide.* With e the usual size of a return, its moving average EWMA, the network says
that the next return r is e m, give or take e exp(s). Both weights start at zero, so the untrained
network says: standing still, as wide as the EWMA. That is the interval a practitioner has without a
network, and training can only start to improve on it.

*What is a good answer?* One error cannot tell a scale right from wrong; a likelihood can. It is the
density that the answer gave to what then happened, here a Student-t with nu degrees of freedom,
because days five times as big as usual do come. Minus its logarithm, without constants, with
u = (r / e - m) / exp(s):

    loss = s + (nu + 1) / 2 * log(1 + u^2 / nu)

The first term makes every claim of a wide scale cost; the second makes a surprise cost, and the
narrower the claim the more. Their slopes are as simple:

    d loss / d s = 1 - (nu + 1) u^2 / (nu + u^2)       zero where u^2 is 1 on average: calibrated
    d loss / d m = -(nu + 1) u / (nu + u^2) / exp(s)   bounded: one crash cannot drag the mean along

*Why the scale can be learned while the mean cannot.* Whoever knew tomorrow's mean would trade on it
today, and the price would move today: what is known is gone. Nobody can trade a scale away; it says
nothing about up or down. So returns have hardly any memory, and their sizes a long one: on 20 years
of Disney the correlation of a return with the last one is -0.03, of its size with the last 0.25 and
with that of a month ago still 0.18. Size has causes that last (a crisis, a quarter's news), and it
answers to falls more than to rises. The gates fit this: f decides how long a shock is remembered, i
which shock is worth it. The verdict shows both: equal to standing still, sharper than the EWMA.

Sources: Hochreiter and Schmidhuber (1997), with the forget gate of Gers et al. (2000), as
`keras.layers.LSTM` has it; `lstmkit.cells.lstm` is the same in NumPy, forward and backward. Engle
(1982) for variance that is forecast, Bollerslev (1987) for the Student-t, Corsi (2009) for past
sizes over several spans beside one another (HAR), Nix and Weigend (1994) for a network that answers
a mean and a variance.
"""

from __future__ import annotations

import keras

from lstmkit.runs import MODEL
from lstmkit.stock.config import ModelConfig
from lstmkit.stock.fitting.start import Start

DEGREES, OF_MANY = 8.0, 20.0
"""Degrees of freedom; returns have about 4. The fewer, the less one wild day counts: that steadies
what one file teaches. Many stocks bear more, and an interval is judged in the tails."""


def build_model(
    config: ModelConfig, *, window: int, columns: int, targets: int = 1, with_scale: bool = False
) -> keras.Model:
    """Build the network, not yet compiled.

    Args:
        config: Units of every LSTM layer, and dropout.
        window: Rows the network sees.
        columns: Input columns per row.
        targets: Answers per example. More than one is for training only: the network then reads
            `window + targets - 1` rows and answers after every row that ends a full window.
            The weights are the same, so they fit the network with one answer.
        with_scale: Answer mean and scale of a return, from h and the newest row, starting at zero;
            else one number from h alone, as the tutorial has it.

    Returns:
        (batch, window + targets - 1, columns) -> (batch, targets, answers), or (batch, answers) for
        one target: two answers with the scale, else one.
    """
    rows = window + targets - 1
    x = inputs = keras.Input((rows, columns), name="window")  # (batch, rows, columns)
    for layer, units in enumerate(config.units, start=1):
        every_row = layer < len(config.units) or targets > 1
        x = keras.layers.LSTM(units, return_sequences=every_row, name=f"lstm_{layer}")(x)
    if targets > 1:
        x = x[:, window - 1 :]  # (batch, targets, units): h after each row that ends a window
    x = keras.layers.Dropout(config.dropout, name="dropout")(x)
    if not with_scale:
        return keras.Model(inputs, keras.layers.Dense(1, name="answer")(x), name="stock_lstm")
    newest = keras.layers.Cropping1D((window - 1, 0), name="newest")(inputs)
    if targets == 1:
        newest = keras.layers.Flatten(name="newest_row")(newest)  # (batch, columns)
    x = keras.layers.Concatenate(name="seen")([x, newest])  # (batch, ..., units + columns)
    answer = keras.layers.Dense(2, kernel_initializer="zeros", name="answer")(x)
    return keras.Model(inputs, answer, name="stock_lstm")


def take_start(model: keras.Model, start: Start) -> None:
    """Let a network start from the model that ships; its LSTM layer stays, its Dense layer learns.

    Args:
        model: A network that answers the scale.
        start: The model that ships.
    """
    shipped = keras.models.load_model(start.path / MODEL, compile=False)
    own = [weight.numpy() for weight in shipped.weights]
    model.set_weights(start.weights(own, model.input_shape[-1]))
    model.get_layer("lstm_1").trainable = False


def student_t(
    change: keras.KerasTensor, answer: keras.KerasTensor, *, degrees: float = DEGREES
) -> keras.KerasTensor:
    """Return minus the log likelihood of what happened, without constants.

    Args:
        change: Changes in units of their usual size, (batch, targets, 1).
        answer: Mean and log of the scale, (batch, targets, 2).
        degrees: Degrees of freedom; `OF_MANY` where the LSTM learned from many series.

    Returns:
        (batch, targets).
    """
    mean, log_scale = answer[..., 0], answer[..., 1]
    surprise = (change[..., 0] - mean) * keras.ops.exp(-log_scale)  # u
    tail = keras.ops.log1p(keras.ops.square(surprise) / degrees)
    return log_scale + (degrees + 1) / 2 * tail
