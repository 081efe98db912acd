"""Three series of prices, in every layout that many series come in."""

import csv
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from conftest import TINY

from lstmkit import config as configs
from lstmkit.stock.config import StockConfig
from lstmkit.stock.panel import data

NAMES = ("ALPHA", "BETA", "GAMMA")


def walk(seed, count=160):
    return 50 * (seed + 1) * np.exp(np.cumsum(np.random.default_rng(seed).normal(0, 0.01, count)))


def days(count, first="2015-01-01"):
    return np.datetime64(first) + np.arange(count)


@cache
def three_series():
    """Three series with ragged starts: date and close."""
    series = {}
    for seed, name in enumerate(NAMES):
        count = 160 - 10 * seed
        dates = days(160)[-count:].astype(str)
        series[name] = pd.DataFrame({"Date": dates, "Close": np.round(walk(seed, count), 6)})
    return series


def long_of(series):
    return pd.concat([frame.assign(Ticker=name) for name, frame in series.items()])


def wide_of(series):
    return long_of(series).pivot_table(index="Date", columns="Ticker", values="Close")


def settings(*overrides):
    return configs.load(StockConfig, "stock", None, [*TINY[1::2], *overrides])


def folder(path, series):
    path.mkdir()
    for name, frame in series.items():
        frame.to_csv(path / f"{name}.csv", index=False)
    return path


def table(path):
    with Path(path).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def read(path, *overrides):
    return data.load(path, settings(*overrides).data)
