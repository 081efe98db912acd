"""Small tables of prices, written as exporters and people write them."""

from functools import cache

import numpy as np
import pandas as pd
import pytest

from lstmkit import config as configs
from lstmkit.errors import InputError
from lstmkit.stock import data
from lstmkit.stock.config import StockConfig

DAYS = pd.bdate_range("2024-01-15", periods=60)
PRICES = np.round(100 + np.cumsum(np.random.default_rng(3).normal(0, 1, 60)), 2)
OPENS = np.round(PRICES + 0.3, 2)
HIGHS, LOWS = np.round(np.maximum(PRICES, OPENS) + 0.5, 2), np.round(PRICES - 0.7, 2)
VOLUMES = np.random.default_rng(4).integers(10_000, 900_000, 60)


@cache
def settings_of(*overrides):
    return configs.load(StockConfig, "stock", None, overrides).data


def load(path, *overrides):
    return data.load(path, settings_of(*overrides))


def table(form, *columns, head="", sep=",", stamps=DAYS):
    """Write a table: dates by a strftime form, then columns of numbers or texts."""
    dates = [stamp.strftime(form) for stamp in stamps]
    rows = zip(dates, *[[str(cell) for cell in column] for column in columns], strict=False)
    return head + "".join(sep.join(row) + "\n" for row in rows)


def quoted(values, decimal=".", group=""):
    text = [f"{value:,.2f}" for value in values]
    swap = [t.replace(",", "@").replace(".", decimal).replace("@", group) for t in text]
    return [f'"{t}"' for t in swap]


BAR = (OPENS, HIGHS, LOWS, PRICES, VOLUMES)
HOURS = pd.date_range("2024-03-12", periods=60, freq="h")
MINUTES = pd.date_range("2024-03-04 22:30", periods=60, freq="min")
BIG = PRICES * 100
EURO = [f"{p:.2f}".replace(".", ",") for p in PRICES]


def write(folder, text, name="x.csv", encoding="utf-8"):
    path = folder / name
    path.write_bytes(text.encode(encoding) if isinstance(text, str) else text)
    return path


def refusal(path, *overrides):
    with pytest.raises(InputError) as caught:
        load(path, *overrides)
    return str(caught.value)
