"""Exercise 12: scaling that does not leak.

A network likes numbers between 0 and 1, so prices are scaled:

    scaled = (price - low) / (high - low)

But which low and high? When the model is fitted, only the training rows exist; the test rows are
the future. A scaler that has seen them has told the model how high prices will go. (The tutorial's
does.) Test prices above the training range come out above 1, and that is right.

The checker triples the test rows and looks whether a scaled training row moves.

Fill in every `...`, then run `lstmkit exercise check 12`.
"""


def scale(prices, n_train):
    """Scale prices so that the training rows go from 0 to 1.

    prices: (n,), in time order; the first n_train are for training. Returns: (n,).
    """
    low, high = ..., ...
    return ...


def unscale(scaled, prices, n_train):
    """Undo it: turn scaled numbers, such as forecasts, back into prices.

    scaled: (k,). prices, n_train: as scale was given them. Returns: (k,).
    """
    low, high = ..., ...
    return ...
