"""Rows into periods, as bars are made: first, highest, lowest, last, sum."""

import re

import numpy as np
import pandas as pd

from lstmkit.stock.calendar.ahead import Calendar
from lstmkit.stock.reading.formats import plain

SECONDS = {"s": 1, "min": 60, "h": 3600, "D": 86400, "W": 7 * 86400}
#: How a column is aggregated, by the words of its name; all others keep their last value.
RULES = (
    (
        "sum",
        {"volume", "vol", "turnover", "amount", "trades", "成交量", "成交额", "거래량", "出来高"},
    ),
    ("first", {"open", "apertura", "ouverture", "eröffnung", "eröffn", "开盘", "始値", "시가"}),
    ("max", {"high", "hoch", "höchst", "máximo", "haut", "最高", "高値", "고가"}),
    ("min", {"low", "tief", "tiefst", "mínimo", "bas", "最低", "安値", "저가"}),
)


def resampled(frame: pd.DataFrame, period: str, calendar: Calendar) -> tuple[pd.DataFrame, str]:
    """Return one row per period that has rows, and what to say of it.

    Periods count from midnight, weeks from Monday; a period is dated by its start, weeks by their
    Sunday. The last period is left out where the file's calendar has a further row in it.

    Args:
        frame: `date` and number columns, in time order.
        period: Such as `1h`, `1D` or `1W`.
        calendar: Of the file.
    """
    number, unit = re.fullmatch(r"(\d+)(\w+)", period).groups()  # type: ignore[union-attr]
    step = np.timedelta64(int(number) * SECONDS[unit], "s")
    anchor = np.datetime64("1970-01-05" if unit == "W" else "1970-01-01", "s")
    dates = frame["date"].to_numpy().astype("datetime64[s]")
    starts = anchor + (dates - anchor) // step * step
    label = starts + step - np.timedelta64(1, "D") if unit == "W" else starts
    rules = {name: _rule(name) for name in frame.columns if name != "date"}
    bars = frame.drop(columns="date").groupby(label).agg(rules).rename_axis("date").reset_index()
    said = f"{len(frame):,} rows resampled to {len(bars):,} of {period}"
    unfinished = calendar.after(dates[-1], 1)[0] < starts[-1] + step
    if unfinished and len(bars) > 1:
        day = str(label[-1].astype("datetime64[D]"))
        return bars.iloc[:-1], f"{said}; the last one ({day}) is unfinished and left out"
    return bars, said


def _rule(name: str) -> str:
    words = set(plain(name).split())
    return next((rule for rule, known in RULES if words & known), "last")
