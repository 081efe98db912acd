"""Any price file into dates and numbers: its table, its dates, its series, its column, its numbers.

Only the columns that are needed are kept in memory. Where a file can be read in two ways, the
reader says which it took, or asks.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from lstmkit import tables
from lstmkit.errors import InputError
from lstmkit.stock.reading import (
    bars,
    dates,
    formats,
    instants,
    locate,
    numbers,
    series,
    spelling,
)
from lstmkit.stock.reading import column as columns
from lstmkit.stock.reading.grammar import Grammar

EXTREMES = ("bar high", "bar low")
EDGE = 12  # rows at either end that may be no rows of data
CLOCK = r"\d:\d\d"
REMARK = ("#", "//", ";", "%", "!", "--")


@dataclass(frozen=True)
class Table:
    """The columns that were asked for.

    Attributes:
        frame: `date` and the number columns, indexed by line number; missing values are NaN.
        columns: Names of the number columns; the first one is to be forecast. Where the file has
            the highest and lowest price of every row, `frame` holds them too, by `EXTREMES`.
        all_columns: Names of all columns of the file.
        rows: Rows of the file, header and blank lines not counted.
        layout: What was recognised, in words.
        repairs: What was decided, mended or left out.
        fingerprint: Path, bytes and SHA-256 of the file.
        timed: Whether its dates are written with a time of day.
    """

    frame: pd.DataFrame
    columns: tuple[str, ...]
    all_columns: tuple[str, ...]
    rows: int
    layout: str
    repairs: tuple[str, ...] = field(default=())
    fingerprint: dict[str, Any] = field(default_factory=dict)
    timed: bool = False


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


def read(path: Path, asked: Asked) -> Table:
    """Read the date column and the asked number columns of a price file.

    Raises:
        InputError: The file cannot be read as prices; the message has the row number.
    """
    table = tables.read(path, words=formats.WORDS | columns.WORDS)
    if len(table.names) < 2:
        raise InputError(
            f"{path}: expected columns of dates and prices separated by , ; tab or |, found "
            f"{table.sample.iloc[0, 0]!r:.80}"
        )
    when = locate.locate(table, asked.date_format)
    choice = series.choice_of(asked.where)
    grammar = Grammar(table, when, asked.decimal)
    numeric = grammar.values()
    wanted, said = _wanted(table, when, asked, choice, numeric)
    chosen = series.column_of(table, choice) if choice is not None else None
    labels = series.candidates(table, [*when.all, *wanted])
    if chosen is not None:
        labels = [chosen, *(index for index in labels if index != chosen)]
    together = bool(series.side_by_side(table))
    extremes = () if together else bars.extremes_of(table.names, numeric) or ()
    plain = [i for i in (*wanted, *extremes) if grammar.decimal(i) == "point"]
    unread = [i for i in extremes if i not in wanted]
    raw = table.columns([*when.all, *wanted, *unread, *labels], numbers=plain)
    repairs = [*table.repairs, *said, *grammar.notes]
    if choice is not None and chosen is not None:
        cells = raw[chosen]
        kept = series.rows_of(cells if cells.dtype == object else cells.astype(str), choice, path)
        raw = raw[kept]
        repairs.append(f"{int(kept.sum()):,} of {len(kept):,} rows are {asked.where}")
    first = str(raw[when.columns[0]].iloc[0]) if len(raw) else ""
    timed = when.time is not None or bool(re.search(CLOCK, first))
    values, notes, raw = _dated(raw, when, table, wanted, asked.date_format)
    repairs += notes
    frame = pd.DataFrame({"date": values})
    for index in wanted:
        where = f"{path}, column {table.names[index]!r}"
        frame[table.names[index]], events = numbers.parse(raw[index], grammar.decimal(index), where)
        if events:
            repairs.append(f"{events:,} rows of dividends, splits or closed days left out")
    for name, index in zip(EXTREMES, extremes, strict=False):
        where = f"{path}, column {table.names[index]!r}"
        frame[name], _ = numbers.parse(raw[index], grammar.decimal(index), where)
    prices = frame[table.names[wanted[0]]].to_numpy()
    for index in labels:
        series.refuse_several(table, index, raw[index], values, prices)
    return Table(
        frame=frame,
        columns=tuple(table.names[index] for index in wanted),
        all_columns=table.names,
        rows=table.rows,
        layout=table.layout,
        repairs=tuple(repairs),
        fingerprint=table.fingerprint,
        timed=timed,
    )


def _wanted(
    table: tables.Table,
    when: locate.Where,
    asked: Asked,
    choice: series.Choice | None,
    numeric: dict[int, pd.Series],
) -> tuple[list[int], list[str]]:
    """Return the columns to read, the one to forecast first, and what was decided."""
    groups = series.side_by_side(table)
    if groups and choice is not None:
        group = next(
            (g for label, g in groups.items() if label.lower() == choice.value.lower()), None
        )
        if group is None:
            raise InputError(
                f"{table.path}: data.where: no series {choice.value!r}; found {', '.join(groups)}"
            )
        numeric = {index: cells for index, cells in numeric.items() if index in group}
    elif groups and asked.column is None:
        series.refuse_side_by_side(table, groups)
    named, path, notes = bool(table.header), table.path, []
    if asked.column is None:
        target, note = columns.choose(table.names, numeric, named=named, path=path)
        notes += [note] if note else []
    else:
        target = columns.lookup(
            table.names, asked.column, named=named, path=path, key="data.column"
        )
    others = [
        columns.lookup(table.names, name, named=named, path=path, key="data.inputs")
        for name in asked.inputs
    ]
    wanted = list(dict.fromkeys([target, *others]))
    for index in wanted:
        if index in when.all:
            raise InputError(f"{path}: column {table.names[index]!r} is the date, not a number")
    return wanted, notes


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
