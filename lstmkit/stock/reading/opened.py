"""A price file opened: its table, its dates, how its numbers are written; rows when asked for."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from lstmkit import tables
from lstmkit.errors import InputError
from lstmkit.stock.reading import column as columns
from lstmkit.stock.reading import dates, formats, instants, locate, numbers, spelling
from lstmkit.stock.reading.grammar import Grammar

EDGE = 12  # rows at either end that may be no rows of data
CLOCK = r"\d:\d\d"
REMARK = ("#", "//", ";", "%", "!", "--")


@dataclass(frozen=True)
class Asked:
    """What the config says about a file; None: the file decides.

    Attributes:
        column: The column to forecast, by name or zero-based number.
        inputs: Further columns.
        date_format: strptime format of the dates.
        decimal: What stands before decimals.
        where: Which series of several, such as `Name=AAPL`.
    """

    column: str | int | None = None
    inputs: Sequence[str | int] = ()
    date_format: str | None = None
    decimal: numbers.Decimal | None = None
    where: str | None = None


@dataclass(frozen=True)
class Opened:
    """A table whose layout is known and whose rows are not yet parsed.

    Attributes:
        table: What was read.
        when: The columns that say when.
        grammar: How its numbers are written.
        numeric: A sample of each number column, float64.
        asked: What the config says.
    """

    table: tables.Table
    when: locate.Where
    grammar: Grammar
    numeric: dict[int, pd.Series]
    asked: Asked

    def raw(self, wanted: Sequence[int], labels: Sequence[int] = ()) -> pd.DataFrame:
        """Parse the columns of dates, some of numbers, and some of labels."""
        plain = [i for i in wanted if self.grammar.decimal(i) == "point"]
        listed = [*self.when.all, *dict.fromkeys(wanted), *labels]
        return self.table.columns(listed, numbers=plain)

    def dated(
        self, raw: pd.DataFrame, wanted: Sequence[int]
    ) -> tuple[pd.Series, bool, list[str], pd.DataFrame]:
        """Return the dates, whether they tell the time, what was mended, and the rows of both."""
        first = str(raw[self.when.columns[0]].iloc[0]) if len(raw) else ""
        timed = self.when.time is not None or bool(re.search(CLOCK, first))
        values, notes, raw = _dated(raw, self.when, self.table, wanted, self.asked.date_format)
        return values, timed, notes, raw

    def numbers(self, raw: pd.DataFrame, index: int) -> tuple[np.ndarray, int]:
        """Return a column as float64, (rows,), and how many cells name an event instead."""
        where = f"{self.table.path}, column {self.table.names[index]!r}"
        return numbers.parse(raw[index], self.grammar.decimal(index), where)


def opened(path: Path, asked: Asked) -> Opened:
    """Look at a price file: its columns, its dates, how its numbers are written.

    Raises:
        InputError: It is no table of dates and numbers.
    """
    table = tables.read(path, words=formats.WORDS | columns.WORDS)
    if len(table.names) < 2:
        raise InputError(
            f"{path}: expected columns of dates and prices separated by , ; tab or |, found "
            f"{table.sample.iloc[0, 0]!r:.80}"
        )
    when = locate.locate(table, asked.date_format)
    grammar = Grammar(table, when, asked.decimal)
    return Opened(table, when, grammar, grammar.values(), asked)


def _dated(
    raw: pd.DataFrame,
    when: locate.Where,
    table: tables.Table,
    wanted: Sequence[int],
    date_format: str | None,
) -> tuple[pd.Series, list[str], pd.DataFrame]:
    """Return the dates, what was mended, and the rows that have one."""
    where = f"{table.path}, column {table.names[when.columns[0]]!r}"
    cells = spelling.stripped(raw[when.columns[0]])
    for index in when.columns[1:]:
        cells = cells + when.joint + raw[index].str.strip().str.removeprefix(when.joint)
    read = dates.parse(cells, date_format=date_format, where=where)
    values, notes = read.stamps, list(read.notes)
    if when.time is not None:
        times = raw[when.time]
        seconds = instants.clock(times, digits=True)
        bad = seconds.isna() & values.notna()
        if bad.any():
            line = bad.index[bad][0]
            raise InputError(
                f"{table.path}, column {table.names[when.time]!r}, row {line}: expected a time of "
                f"day such as 16:30, found {times[line]!r:.40}"
            )
        values = values + pd.to_timedelta((seconds * 1000).round(), unit="ms")
    if not values.isna().any():
        return values, notes, raw
    kept, said = _without_no_rows(raw, values, cells, wanted, where)
    return values[kept], [*notes, *said], raw[kept]


def _without_no_rows(
    raw: pd.DataFrame,
    values: pd.Series,
    cells: pd.Series,
    wanted: Sequence[int],
    where: str,
) -> tuple[np.ndarray, list[str]]:
    """Return which rows have a date, and what to say of the others; refuse those that matter."""
    bad = values.isna().to_numpy()
    empty = np.array([_is_empty(raw.iloc[i], wanted) for i in np.flatnonzero(bad)], dtype=bool)
    lines = np.flatnonzero(bad)
    blank = lines[empty & (cells.iloc[lines] == "").to_numpy()]
    others = np.setdiff1d(lines, blank)
    remarks = [i for i in others if cells.iloc[i].startswith(REMARK)]
    first, last = np.flatnonzero(~bad)[[0, -1]] if (~bad).any() else (0, -1)
    outside = [i for i in others if (i > last and i >= len(bad) - EDGE) or i < min(first, EDGE)]
    edge = [i for i in outside if cells.iloc[i]]
    left = np.setdiff1d(others, [*remarks, *edge])
    if len(left):
        line, good = cells.index[left[0]], cells.iloc[first]
        found = repr(cells.iloc[left[0]])[:60] if cells.iloc[left[0]] else "nothing"
        raise InputError(f"{where}, row {line}: expected a date like {good!r}, found {found}")
    said = [
        f"{len(found):,} rows {what} (row {cells.index[found[0]]}: {cells.iloc[found[0]]!s:.40})"
        for found, what in (
            (blank, "without a date or a number skipped"),
            (remarks, "of remarks left out"),
            (edge, "above or below the table left out"),
        )
        if len(found)
    ]
    return ~bad, said


def _is_empty(row: pd.Series, wanted: Sequence[int]) -> bool:
    return all(pd.isna(row[i]) or str(row[i]).strip() == "" for i in wanted)
