"""Rows that have dates, as lines of CSV: ISO dates, fixed number format."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from lstmkit.files import atomic
from lstmkit.stock.result import is_daily

NUMBER = "%.10g"
BLOCK = 100_000


def write_dated(path: Path, header: str, dates: np.ndarray, columns: Sequence[np.ndarray]) -> None:
    """Write one line per row."""
    with atomic(path) as stream:
        stream.write(header + "\n")
        stream.writelines(lines(dates, columns, daily=is_daily(dates)))


def lines(
    dates: np.ndarray, columns: Sequence[np.ndarray], *, daily: bool, before: str = ""
) -> Iterator[str]:
    """Yield the lines of rows, many at a time.

    Args:
        dates: Of the rows, (n,).
        columns: Their numbers, (n,) each.
        daily: Whether dates are written as days.
        before: What every line begins with.
    """
    cells = ",".join(["%s", *[NUMBER] * len(columns)])
    line = before.replace("%", "%%") + cells + "\n"
    dates = dates.astype("datetime64[D]" if daily else "datetime64[s]")
    for start in range(0, len(dates), BLOCK):
        block = slice(start, start + BLOCK)
        texts = np.datetime_as_string(dates[block])
        rows = zip(texts, *(column[block].tolist() for column in columns), strict=True)
        yield "".join(line % row for row in rows)
