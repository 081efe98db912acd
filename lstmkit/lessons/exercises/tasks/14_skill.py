"""Exercise 14: the naive baseline and skill.

"RMSE 2.17" says nothing by itself. What would somebody score who knows nothing and says that
tomorrow will be as today? For prices that is hard to beat:

    naive forecast of day t     the price of day t - 1
    RMSE                        the root of the mean of the squared errors
    skill                       1 - RMSE of the model / RMSE of the naive forecast

Above 0 the model beats "tomorrow = today", at 0 it is as good, below 0 it is worse. Both are scored
on the same days. (The tutorial's model: 2.17; naive on the same days: 0.81; skill -1.68.)

Fill in every `...`, then run `lstmkit exercise check 14`.
"""

import numpy as np


def naive(prices):
    """Forecast every price but the first.

    prices: (n,). Returns: (n - 1,), the forecasts of prices[1], prices[2], ...
    """
    return ...


def skill(prices, predicted):
    """Score a model beside the naive forecast.

    prices: (n,). predicted: (n - 1,), a model's forecasts of prices[1], prices[2], ...
    Returns: a number.
    """
    actual = ...  # (n - 1,)
    own = ...
    base = ...
    return ...
