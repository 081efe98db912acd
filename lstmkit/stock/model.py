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
    config: ModelConfig, *, window: int, columns: int, calm_start: bool = True
) -> keras.Model:
    """Build the network, not yet compiled.

    Args:
        config: Units of every LSTM layer, and dropout.
        window: Rows the network sees.
        columns: Input columns per row.
        calm_start: Start the last layer at zero, so that the untrained network answers 0: with
            returns that is their training mean, and training can only improve on it.

    Returns:
        (batch, window, columns) -> (batch, 1), scaled as `lstmkit.stock.scaling` has it.
    """
    x = inputs = keras.Input((window, columns), name="window")  # (batch, window, columns)
    for layer, units in enumerate(config.units, start=1):
        is_last = layer == len(config.units)
        x = keras.layers.LSTM(units, return_sequences=not is_last, name=f"lstm_{layer}")(x)
    # (batch, units): h after the last row
    x = keras.layers.Dropout(config.dropout, name="dropout")(x)
    kernel = "zeros" if calm_start else "glorot_uniform"
    answer = keras.layers.Dense(1, kernel_initializer=kernel, name="answer")(x)  # (batch, 1)
    return keras.Model(inputs, answer, name="stock_lstm")
