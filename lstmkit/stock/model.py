"""The stock LSTM: LSTM(25) -> Dropout(0.1) -> Dense(1), with a linear answer.

An LSTM layer reads a window row by row and keeps two vectors, what it says (h) and what it
remembers (c). With x the input of row t, sigma the logistic function and * elementwise:

    i = sigma(W_i x + U_i h + b_i)      how much of the new candidate to write
    f = sigma(W_f x + U_f h + b_f)      how much of the memory to keep
    g = tanh (W_g x + U_g h + b_g)      the candidate
    o = sigma(W_o x + U_o h + b_o)      how much of the memory to say
    c = f * c + i * g
    h = o * tanh(c)

Source: Hochreiter and Schmidhuber (1997), with the forget gate of Gers et al. (2000), as
`keras.layers.LSTM` has it. `lstmkit.cells.lstm` is the same in NumPy, forward and backward.
"""

import keras

from lstmkit.stock.config import ModelConfig


def build_model(
    config: ModelConfig, *, window: int, columns: int, targets: int = 1, calm_start: bool = True
) -> keras.Model:
    """Build the network, not yet compiled.

    Args:
        config: Units of every LSTM layer, and dropout.
        window: Rows the network sees.
        columns: Input columns per row.
        targets: Answers per example. More than one is for training only: the network then reads
            `window + targets - 1` rows and answers after every row that ends a full window.
            The weights are the same, so they fit the network with one answer.
        calm_start: Start the last layer at zero, so that the untrained network answers 0: with
            returns that is their training mean, and training can only improve on it.

    Returns:
        (batch, window + targets - 1, columns) -> (batch, targets, 1), or (batch, 1) for one
        answer, scaled as `lstmkit.stock.scaling` has it.
    """
    rows = window + targets - 1
    x = inputs = keras.Input((rows, columns), name="window")  # (batch, rows, columns)
    for layer, units in enumerate(config.units, start=1):
        every_row = layer < len(config.units) or targets > 1
        x = keras.layers.LSTM(units, return_sequences=every_row, name=f"lstm_{layer}")(x)
    if targets > 1:
        x = x[:, window - 1 :]  # (batch, targets, units): h after each row that ends a window
    x = keras.layers.Dropout(config.dropout, name="dropout")(x)
    kernel = "zeros" if calm_start else "glorot_uniform"
    answer = keras.layers.Dense(1, kernel_initializer=kernel, name="answer")(x)
    return keras.Model(inputs, answer, name="stock_lstm")
