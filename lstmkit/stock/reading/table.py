"""Any price file into dates and numbers: its table, its dates, its series, its column, its numbers.

Only the columns that are needed are kept in memory. Where a file can be read in two ways, the
reader says which it took, or asks.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from lstmkit import tables
from lstmkit.errors import InputError
from lstmkit.stock.reading import bars, locate, series
from lstmkit.stock.reading import column as columns
from lstmkit.stock.reading.opened import Asked, Opened, opened

EXTREMES = ("bar high", "bar low")


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


def read(path: Path, asked: Asked) -> Table:
    """Read the date column and the asked number columns of a price file.

    Raises:
        InputError: The file cannot be read as prices; the message has the row number.
    """
    found = opened(path, asked)
    table, when, grammar, numeric = found.table, found.when, found.grammar, found.numeric
    choice = series.choice_of(asked.where)
    wanted, said = wanted_of(table, when, asked, choice, numeric)
    chosen = series.column_of(table, choice) if choice is not None else None
    labels = series.candidates(table, [*when.all, *wanted])
    if chosen is not None:
        labels = [chosen, *(index for index in labels if index != chosen)]
    together = bool(series.side_by_side(table))
    extremes = () if together else bars.extremes_of(table.names, numeric) or ()
    raw = found.raw([*wanted, *extremes], labels)
    repairs = [*table.repairs, *said, *grammar.notes]
    if choice is not None and chosen is not None:
        cells = raw[chosen]
        kept = series.rows_of(cells if cells.dtype == object else cells.astype(str), choice, path)
        raw = raw[kept]
        repairs.append(f"{int(kept.sum()):,} of {len(kept):,} rows are {asked.where}")
    values, timed, notes, raw = found.dated(raw, wanted)
    frame, events = framed(found, raw, values, wanted, extremes)
    prices = frame[table.names[wanted[0]]].to_numpy()
    for index in labels:
        series.refuse_several(table, index, raw[index], values, prices)
    return Table(
        frame=frame,
        columns=tuple(table.names[index] for index in wanted),
        all_columns=table.names,
        rows=table.rows,
        layout=table.layout,
        repairs=(*repairs, *notes, *events),
        fingerprint=table.fingerprint,
        timed=timed,
    )


def framed(
    found: Opened,
    raw: pd.DataFrame,
    dates: pd.Series,
    wanted: Sequence[int],
    extremes: Sequence[int],
) -> tuple[pd.DataFrame, list[str]]:
    """Return dates and numbers side by side, and what was left out.

    Args:
        found: The file.
        raw: Its rows that have a date.
        dates: Of these rows.
        wanted: Columns of numbers.
        extremes: Those of the highest and the lowest price, or none.
    """
    frame, said = pd.DataFrame({"date": dates}), []
    for index in wanted:
        frame[found.table.names[index]], events = found.numbers(raw, index)
        if events:
            said.append(f"{events:,} rows of dividends, splits or closed days left out")
    for name, index in zip(EXTREMES, extremes, strict=False):
        frame[name], _ = found.numbers(raw, index)
    return frame, said


def wanted_of(
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
