"""Predictions and forecasts of many series in one file: CSV, or Parquet where they are many."""

from __future__ import annotations

import contextlib
import importlib.util
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

import numpy as np
import pandas as pd

from lstmkit.errors import InputError
from lstmkit.files import atomic, undamaged, whole
from lstmkit.runs import Run
from lstmkit.stock.dated import lines
from lstmkit.stock.result import Forecast, Scored, is_daily

PREDICTIONS = ("actual", "predicted", "naive", "lower", "upper")
FORECAST = ("predicted", "lower", "upper", "inner_lower", "inner_upper")
CHUNK = 200_000

Columns = dict[str, np.ndarray]


class Rows(Protocol):
    """Takes the rows of one series after another."""

    def add(self, name: str, dates: np.ndarray, columns: Sequence[np.ndarray]) -> None:
        """Write the rows of a series: its name, dates, (n,), and columns, (n,) each."""


class _Lines:
    def __init__(self, stream: Any, names: Sequence[str]) -> None:
        self._stream = stream
        stream.write(",".join(("series", "date", *names)) + "\n")

    def add(self, name: str, dates: np.ndarray, columns: Sequence[np.ndarray]) -> None:
        text = f'"{name.replace(chr(34), chr(34) * 2)}"' if set(name) & set(',"\n\r') else name
        self._stream.writelines(lines(dates, columns, daily=is_daily(dates), before=f"{text},"))


class _Groups:
    def __init__(self, path: Path, names: Sequence[str]) -> None:
        self._arrow, self._names = _pyarrow(), names
        kinds = [("series", self._arrow.string()), ("date", self._arrow.timestamp("us"))]
        self._schema = self._arrow.schema(
            [*kinds, *((name, self._arrow.float64()) for name in names)]
        )
        self.writer = _parquet().ParquetWriter(path, self._schema)

    def add(self, name: str, dates: np.ndarray, columns: Sequence[np.ndarray]) -> None:
        cells = [[name] * len(dates), dates.astype("datetime64[us]"), *columns]
        self.writer.write_table(self._arrow.table(cells, schema=self._schema))


@contextlib.contextmanager
def writer(folder: Path, stem: str, names: Sequence[str], kind: str) -> Iterator[Rows]:
    """Open a file for the rows of many series; it appears under its name once it is whole.

    Args:
        folder: Where to.
        stem: Of its name.
        names: Of the columns after `series` and `date`.
        kind: `csv` or `parquet`.
    """
    path = folder / f"{stem}.{kind}"
    if kind == "csv":
        with atomic(path) as stream:
            yield _Lines(stream, names)
        return
    with whole(path) as made:
        groups = _Groups(made, names)
        with groups.writer:
            yield groups


def require(kind: str) -> None:
    """Refuse Parquet where nothing can write it.

    Raises:
        InputError: pyarrow is not installed.
    """
    if kind == "parquet":
        _pyarrow()


def add_scored(rows: Rows, result: Scored) -> None:
    """Write the test rows of a series."""
    bounds = (result.interval.lower, result.interval.upper)
    columns = (result.actual, result.predicted, result.naive, *bounds)
    rows.add(result.name, result.dates[result.rows], columns)


def write_forecasts(forecasts: Mapping[str, Forecast], folder: Path, kind: str) -> None:
    """Write the future of many series."""
    with writer(folder, "forecast", FORECAST, kind) as rows:
        for name, one in forecasts.items():
            rows.add(name, one.dates, [getattr(one, column) for column in FORECAST])


def join(parts: Sequence[Path], folder: Path, stem: str, kind: str) -> None:
    """Write one file of rows from those of the same columns in other folders, one after another."""
    path = folder / f"{stem}.{kind}"
    if kind == "csv":
        with atomic(path) as stream:
            for number, part in enumerate(parts):
                with (part / path.name).open(encoding="utf-8", newline="") as piece:
                    head = piece.readline()
                    stream.write("" if number else head)
                    shutil.copyfileobj(piece, stream)
        return
    parquet = _parquet()
    with whole(path) as made:
        schema = parquet.read_schema(parts[0] / path.name)
        with parquet.ParquetWriter(made, schema) as written:
            for part in parts:
                written.write_table(parquet.read_table(part / path.name))


def read(run: Run, stem: str, names: Sequence[str]) -> dict[str, Columns]:
    """Return the rows of some series, by name, a piece of the file in memory at a time.

    Raises:
        InputError: The file is damaged.
    """
    found: dict[str, list[pd.DataFrame]] = {name: [] for name in names}
    for path in (run.path / f"{stem}.csv", run.path / f"{stem}.parquet"):
        if not path.exists():
            continue
        with undamaged(path, remedy="make the run again"):
            for piece in _pieces(path, names):
                for name, rows in piece.groupby("series", sort=False):
                    found[str(name)].append(rows)
    return {name: _columns(parts) for name, parts in found.items() if parts}


def _pieces(path: Path, names: Sequence[str]) -> Iterator[pd.DataFrame]:
    if path.suffix == ".parquet":
        _pyarrow()
        yield pd.read_parquet(path, filters=[("series", "in", list(names))])
        return
    text = {"series": str}
    with pd.read_csv(path, chunksize=CHUNK, dtype=text, keep_default_na=False) as pieces:
        for piece in pieces:
            yield piece[piece["series"].isin(names)]


def _columns(parts: list[pd.DataFrame]) -> Columns:
    frame = pd.concat(parts)
    dates = pd.to_datetime(frame["date"]).to_numpy()
    numbers = [name for name in frame if name not in ("series", "date")]
    return {"date": dates, **{name: frame[name].to_numpy(np.float64) for name in numbers}}


def _parquet() -> ModuleType:
    _pyarrow()
    return importlib.import_module("pyarrow.parquet")


def _pyarrow() -> ModuleType:
    if importlib.util.find_spec("pyarrow") is None:
        raise InputError(
            'data.tables: parquet needs pyarrow; pip install "lstmkit[parquet]", or set it to csv'
        )
    return importlib.import_module("pyarrow")
