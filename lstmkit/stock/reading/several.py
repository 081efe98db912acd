"""All the series of one file at once: below each other, told apart by a column, or side by side.

The file is parsed once, however many series it holds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from lstmkit.errors import InputError
from lstmkit.stock.reading import bars, series
from lstmkit.stock.reading import column as columns
from lstmkit.stock.reading.opened import Asked, Opened, opened
from lstmkit.stock.reading.table import Table, framed, wanted_of

BESIDE = "columns"
"""What `data.series` is where every column is a series."""


@dataclass(frozen=True)
class Several:
    """The series of one file.

    Attributes:
        tables: By name, in the order of the file.
        left_out: What could not be read, and why.
        repairs: What was decided or mended for all of them.
    """

    tables: dict[str, Table]
    left_out: dict[str, str]
    repairs: tuple[str, ...]


def read(path: Path, asked: Asked, key: str) -> Several:
    """Read every series of a file.

    Args:
        path: The file.
        asked: What the config says about it.
        key: The column that tells the series apart, or `columns`.

    Raises:
        InputError: The file cannot be read as prices; the message has the row number.
    """
    if asked.where is not None:
        raise InputError(
            "data.where chooses one series and data.series takes all of them; give one of the two"
        )
    found = opened(path, asked)
    return _side_by_side(found) if key == BESIDE else _below_each_other(found, key)


def _below_each_other(found: Opened, key: str) -> Several:
    """Return the series of a long table, one row per series and date."""
    table, path = found.table, found.table.path
    label = columns.lookup(table.names, key, named=bool(table.header), path=path, key="data.series")
    if label in found.when.all:
        raise InputError(f"{path}: data.series: column {key!r} is the date; name what tells apart")
    numeric = {index: cells for index, cells in found.numeric.items() if index != label}
    wanted, said = wanted_of(table, found.when, found.asked, None, numeric)
    extremes = bars.extremes_of(table.names, numeric) or ()
    raw = found.raw([*wanted, *extremes], [label])
    dates, timed, notes, raw = found.dated(raw, wanted)
    frame, events = framed(found, raw, dates, wanted, extremes)
    codes, names = pd.factorize(raw[label].astype(str).str.strip())
    order = np.argsort(codes, kind="stable")
    edges = np.searchsorted(codes[order], np.arange(len(names) + 1))
    parts = {
        str(name): frame.iloc[order[first:last]]
        for name, first, last in zip(names, edges[:-1], edges[1:], strict=True)
    }
    nameless = parts.pop("", None)
    if nameless is not None:
        said = [*said, f"{len(nameless):,} rows without a {table.names[label]} left out"]
    shown = tuple(table.names[index] for index in wanted)
    tables = {name: _table(found, part, shown, timed=timed) for name, part in parts.items()}
    repairs = (*table.repairs, *said, *found.grammar.notes, *notes, *events)
    return Several(tables, {}, repairs)


def _side_by_side(found: Opened) -> Several:
    """Return the series of a wide table, which begin and end where their numbers do."""
    table, asked = found.table, found.asked
    if asked.column is not None or asked.inputs:
        raise InputError(
            f"{table.path}: data.series=columns takes every column for a series; leave out "
            f"data.column and data.inputs"
        )
    chosen, left_out = _chosen(found)
    listed = [index for columns_of_one in chosen.values() for index in columns_of_one]
    raw = found.raw(listed)
    dates, timed, notes, raw = found.dated(raw, listed)
    tables: dict[str, Table] = {}
    for name, (target, *extremes) in chosen.items():
        try:
            part, _ = framed(found, raw, dates, [target], extremes)
        except InputError as error:
            left_out[name] = str(error)
            continue
        part = _between_its_ends(part, table.names[target])
        if len(part):
            tables[name] = _table(found, part, (table.names[target],), timed=timed)
        else:
            left_out[name] = f"{table.path}, column {table.names[target]!r}: no number in it"
    return Several(tables, left_out, (*table.repairs, *found.grammar.notes, *notes))


def _chosen(found: Opened) -> tuple[dict[str, list[int]], dict[str, str]]:
    """Return the column of prices of every series, its high and its low after it where known."""
    table, left_out = found.table, dict[str, str]()
    groups = series.side_by_side(table)
    if not groups:
        if not found.numeric:
            raise InputError(f"{table.path}: no column of numbers besides the date")
        return {table.names[index].strip(): [index] for index in found.numeric}, left_out
    chosen = {}
    for label, group in groups.items():
        numeric = {index: cells for index, cells in found.numeric.items() if index in group}
        try:
            target, _ = columns.choose(table.names, numeric, named=True, path=table.path)
        except InputError as error:
            left_out[label] = str(error)
            continue
        chosen[label] = [target, *(bars.extremes_of(table.names, numeric) or ())]
    return chosen, left_out


def _between_its_ends(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    known = np.flatnonzero(frame[column].notna().to_numpy())
    return frame.iloc[known[0] : known[-1] + 1] if len(known) else frame.iloc[:0]


def _table(found: Opened, frame: pd.DataFrame, shown: Sequence[str], *, timed: bool) -> Table:
    table = found.table
    return Table(
        frame=frame,
        columns=tuple(shown),
        all_columns=table.names,
        rows=len(frame),
        layout=table.layout,
        fingerprint=table.fingerprint,
        timed=timed,
    )
