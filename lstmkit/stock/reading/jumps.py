"""Moves that are no trading: splits that prices are not adjusted for, and slips of a factor."""

import numpy as np

SPIKE = 5.0  # times up or down, and back in the next row
SPLIT = 1.8  # times up or down in one row, and it stays
UNUSUAL = 12.0  # times the usual move
MOST = 3


def found(dates: np.ndarray, prices: np.ndarray) -> list[str]:
    """Say which rows move as prices do not.

    Args:
        dates: `datetime64`, (rows,).
        prices: (rows,).

    Returns:
        One sentence for splits, one for spikes; [] where there are none.
    """
    if len(prices) < 5 or (prices <= 0).any():
        return []
    moves = np.diff(np.log(prices))
    usual = float(np.median(np.abs(moves)))
    wide = np.abs(moves) > max(np.log(SPLIT), UNUSUAL * usual)
    back = np.abs(moves[:-1] + moves[1:]) < np.log(2)
    spikes = np.flatnonzero(wide[:-1] & wide[1:] & back & (np.abs(moves[:-1]) >= np.log(SPIKE)))
    known = np.union1d(spikes, spikes + 1)
    splits = np.setdiff1d(np.flatnonzero(wide), known)
    said = []
    if 0 < len(splits) <= max(MOST, len(prices) // 200):
        shown = [_split(dates, prices, int(row)) for row in splits[:MOST]]
        said.append(
            f"{_list(shown, len(splits))}: a split, or another source? Prices that are adjusted "
            f"have no such jumps"
        )
    if len(spikes):
        shown = [f"{_day(dates[row + 1])} is {prices[row + 1]:g}" for row in spikes[:MOST]]
        said.append(
            f"{_list(shown, len(spikes))}, {SPIKE:g} times off its neighbours and back: a slip in "
            f"the file?"
        )
    return said


def _split(dates: np.ndarray, prices: np.ndarray, row: int) -> str:
    before, after = prices[row], prices[row + 1]
    word = "falls" if after < before else "rises"
    factor = max(before, after) / min(before, after)
    return f"{_day(dates[row + 1])} {word} from {before:g} to {after:g}, a factor of {factor:.3g}"


def _list(shown: list[str], count: int) -> str:
    rest = f" and {count - len(shown):,} more" if count > len(shown) else ""
    return "; ".join(shown) + rest


def _day(date: np.datetime64) -> str:
    text = str(date.astype("datetime64[s]"))
    return text.removesuffix("T00:00:00")
