"""Bars of open, high, low and close, told from the numbers where no name tells."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from lstmkit.stock.reading.formats import plain

HIGH = {"high", "hoch", "höchst", "máximo", "haut", "最高", "最高价", "高値", "고가"}
LOW = {"low", "tief", "tiefst", "mínimo", "bas", "最低", "最低价", "安値", "저가"}
MOSTLY = 0.97  # share of the rows on which a bar must hold
ROUGH = 1e-3  # how much the ratio of adjusted to plain prices moves on an ordinary day


@dataclass(frozen=True)
class Bar:
    """Four columns side by side.

    Attributes:
        columns: Open, high, low and close, in whatever order.
        close: The one of the close.
        extremes: Those of the high and the low.
    """

    columns: tuple[int, int, int, int]
    close: int
    extremes: tuple[int, int]


def bar_of(numbers: dict[int, pd.Series]) -> Bar | None:
    """Return the columns of open, high, low and close, told from the numbers alone.

    Of four columns side by side one must be the highest and one the lowest on nearly every row; of
    the two between them, the open stands first.
    """
    columns = [i for i, cells in numbers.items() if (cells > 0).mean() > MOSTLY]
    for four in zip(columns, columns[1:], columns[2:], columns[3:], strict=False):
        if four[3] - four[0] != 3:
            continue
        block = np.column_stack([numbers[i] for i in four])
        block = block[np.isfinite(block).all(axis=1)]
        if not len(block):
            continue
        is_high = (block >= block.max(axis=1, keepdims=True)).mean(axis=0)
        is_low = (block <= block.min(axis=1, keepdims=True)).mean(axis=0)
        if is_high.max() < MOSTLY or is_low.max() < MOSTLY:
            continue
        high, low = _extremes(is_high, is_low)
        close = four[max(i for i in range(4) if i not in (high, low))]
        return Bar(four, close, (four[high], four[low]))
    return None


def extremes_of(names: Sequence[str], numbers: dict[int, pd.Series]) -> tuple[int, int] | None:
    """Return the columns of the high and the low of every row, by name, else by their numbers."""
    found = []
    for words in (HIGH, LOW):
        named = [i for i in numbers if words & set(plain(names[i]).split())]
        found += named[:1]
    if len(found) < 2:
        bar = bar_of(numbers)
        return None if bar is None else bar.extremes
    high, low = found
    holds = (numbers[high] >= numbers[low]) & (numbers[low] > 0)
    return (high, low) if float(holds.mean()) > MOSTLY else None


def _extremes(is_high: np.ndarray, is_low: np.ndarray) -> tuple[int, int]:
    """Return which of four columns are high and low; as usual where several could be."""
    highs, lows = np.flatnonzero(is_high >= MOSTLY), np.flatnonzero(is_low >= MOSTLY)
    high = 1 if 1 in highs else int(highs[0])
    lows = lows[lows != high]
    low = 2 if 2 in lows or not len(lows) else int(lows[0])
    return high, low


def adjusted_of(numbers: dict[int, pd.Series], bar: Bar) -> int | None:
    """Return the column behind the close that moves as it does, but for dividends and splits."""
    close, after = bar.close, bar.close + 1
    if after in bar.columns or after not in numbers or (numbers[after] <= 0).any():
        return None
    ratio = np.log((numbers[after] / numbers[close]).dropna().to_numpy())
    if len(ratio) < 2 or np.abs(ratio).max() < 1e-9 or np.abs(ratio).max() > 8:
        return None
    own = np.abs(np.diff(np.log(numbers[close].dropna().to_numpy())))
    moves = np.abs(np.diff(ratio))
    calm = float(np.mean(moves <= max(ROUGH, 0.3 * float(np.median(own)))))
    return after if calm >= 0.8 else None


def likeliest(columns: Sequence[int], numbers: dict[int, pd.Series]) -> int:
    """Return the column that moves most like a price: positive, a little from row to row."""

    def roughness(index: int) -> float:
        cells = numbers[index].dropna().to_numpy()
        if len(cells) < 2 or (cells <= 0).mean() > 0.02 or np.ptp(cells) == 0:
            return np.inf
        cells = cells[cells > 0]
        steps = np.abs(np.diff(np.log(cells)))
        counting = len(np.unique(np.diff(cells))) <= 2
        return np.inf if counting else float(np.mean(steps))

    bar = bar_of(numbers)
    if bar is not None and bar.close in columns:
        return bar.close
    return min(columns, key=roughness)
