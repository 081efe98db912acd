"""A price file into a `Dataset`: found, read, repaired where that is safe, resampled, split."""

from __future__ import annotations

import importlib.util
import logging
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from lstmkit.errors import InputError
from lstmkit.files import fingerprint, locate, title
from lstmkit.stock.calendar.ahead import Calendar, infer
from lstmkit.stock.config import DataConfig, StockConfig
from lstmkit.stock.reading import jumps
from lstmkit.stock.reading.mending import mended
from lstmkit.stock.reading.opened import Asked
from lstmkit.stock.reading.resampling import resampled
from lstmkit.stock.reading.table import EXTREMES, Table, read

SAMPLE = "GOOG"
MIN_TRAIN_ROWS, MIN_TEST_ROWS = 30, 10
LARGEST = 1e100
MAX_NO_BARS = 0.1
#: Endings of packed files, which are no part of a name.
PACKED = {".gz": ".gz", ".zip": ".zip", ".bz2": ".bz2", ".xz": ".xz"}

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Dataset:
    """A series in time order.

    Attributes:
        name: The ticker, from the file's name.
        path: The file it came from.
        dates: `datetime64[s]`, finer for ticks within a second, (rows,), strictly increasing.
        values: In the file's units, float64, (rows, columns); column 0 is to be forecast.
        columns: Names of the columns.
        train_rows: Rows, from the start, that anything may be fitted on.
        layout: What the reader recognised, in words.
        repairs: What was mended, each with a count.
        all_columns: Names of all columns of the file.
        fingerprint: Path, bytes and SHA-256 of the file, as `files.fingerprint` gives them.
        extremes: Highest and lowest price of every row, (rows, 2); None: the file has none.
        exchange: The exchange whose sessions its calendar takes, None: its own.
        timed: Whether its dates are written with a time of day.
    """

    name: str
    path: Path
    dates: np.ndarray
    values: np.ndarray
    columns: tuple[str, ...]
    train_rows: int
    layout: str = ""
    repairs: tuple[str, ...] = field(default=())
    all_columns: tuple[str, ...] = ()
    fingerprint: dict[str, Any] = field(default_factory=dict)
    exchange: str | None = None
    timed: bool = False
    extremes: np.ndarray | None = None

    @property
    def prices(self) -> np.ndarray:
        """The column to forecast, (rows,)."""
        return self.values[:, 0]

    @property
    def longest_window(self) -> int:
        """Rows of the longest window that leaves enough to train and test on; may be below 0."""
        test_rows = len(self.dates) - self.train_rows
        return min(self.train_rows - MIN_TRAIN_ROWS, test_rows - MIN_TEST_ROWS)

    @cached_property
    def calendar(self) -> Calendar:
        """When its rows come."""
        return replace(infer(self.dates, self.exchange), timed=self.timed)

    def until(self, stop: int, *, train_rows: int) -> Dataset:
        """Return the rows before `stop`, with another training span."""
        cut = slice(None, stop)
        return replace(
            self,
            dates=self.dates[cut],
            values=self.values[cut],
            extremes=None if self.extremes is None else self.extremes[cut],
            train_rows=int(train_rows),
        )


def load(path: Path | None, config: DataConfig) -> Dataset:
    """Read a price file.

    Args:
        path: The CSV, as the user named it; None: the Google prices that matplotlib ships.
        config: Column, date format, resampling and split.

    Raises:
        InputError: It cannot be read, or not be repaired safely; the message has the row.
    """
    dataset = _sample(config) if path is None else read_file(path, config)
    for repair in dataset.repairs:
        log.warning("%s: %s", dataset.path.name, repair)
    return dataset


def window_for(dataset: Dataset, config: StockConfig) -> StockConfig:
    """Return the config with a window that the file can bear: the one asked for, or half a span.

    Raises:
        InputError: The series is too short to train and test on; with the rows that would do.
    """
    settings, rows = config.data, len(dataset.dates)
    spans = dataset.train_rows, rows - dataset.train_rows
    most = dataset.longest_window
    if most >= settings.window:
        return config
    least = max(config.baselines.lags, config.baselines.moving_average) + 1
    if most < least:
        share = settings.train_fraction
        needed = max((least + MIN_TRAIN_ROWS) / share, (least + MIN_TEST_ROWS) / (1 - share))
        raise InputError(
            f"{dataset.path}: too short: expected at least {int(np.ceil(needed)):,} rows for a "
            f"window of {least} (baselines.lags and baselines.moving_average must fit into it) and "
            f"data.train_fraction={share:g}, found {rows:,}; a longer file is needed"
        )
    window = max(least, min(most, min(spans) // 2))
    log.warning(
        "%s: %s rows cannot bear data.window=%d: a window of %d rows is taken",
        *(dataset.path.name, f"{rows:,}", settings.window, window),
    )
    return config.model_copy(update={"data": settings.model_copy(update={"window": window})})


def sample_path() -> Path:
    """Return the price file that matplotlib ships, without importing matplotlib."""
    spec = importlib.util.find_spec("matplotlib")
    if spec is None or spec.origin is None:
        raise InputError("matplotlib is not installed; its sample prices cannot be read")
    return Path(spec.origin).parent / "mpl-data" / "sample_data" / "goog.npz"


def _sample(config: DataConfig) -> Dataset:
    path = sample_path()
    try:
        with np.load(path, allow_pickle=False) as archive:
            table = archive["price_data"]
    except (OSError, ValueError, KeyError) as error:
        raise InputError(
            f"{path}: cannot read matplotlib's sample ({error}); give a CSV"
        ) from error
    names = [name for name in table.dtype.names or () if name != "date"]
    column = "adj_close" if config.column is None else config.column
    wanted = list(dict.fromkeys(_sample_column(names, c) for c in (column, *config.inputs)))
    frame = pd.DataFrame({name: table[name].astype(np.float64) for name in wanted})
    for name, source in zip(EXTREMES, ("high", "low"), strict=True):
        frame[name] = table[source].astype(np.float64)
    frame.insert(0, "date", pd.to_datetime(table["date"]))
    frame.index = pd.RangeIndex(1, len(frame) + 1)
    parsed = Table(
        frame,
        tuple(wanted),
        ("date", *names),
        len(frame),
        "NumPy archive",
        fingerprint=fingerprint(path),
    )
    log.warning(
        "no CSV given: using the daily Google prices 2004-2008 that matplotlib ships (%s)", path
    )
    return cleaned(SAMPLE, path, parsed, config)


def _sample_column(names: list[str], column: str | int) -> str:
    if isinstance(column, int) and 1 <= column <= len(names):
        return names[column - 1]
    if isinstance(column, str) and column.lower() in names:
        return column.lower()
    raise InputError(f"data.column: no column {column!r} in the sample; found {', '.join(names)}")


def read_file(path: Path, config: DataConfig) -> Dataset:
    """Read the one series of a file; what was mended stands in it and is not yet said.

    Raises:
        InputError: It cannot be read, or not be repaired safely; the message has the row.
    """
    found = locate(
        path,
        remedy="check the name, fetch the tutorial's prices with `lstmkit data fetch dis`, or give "
        "no CSV to use the sample that ships",
    )
    return cleaned(name_of(found, config.where), found, read(found, asked_of(config)), config)


def asked_of(config: DataConfig) -> Asked:
    """Return what the config says about a file."""
    return Asked(config.column, config.inputs, config.date_format, config.decimal, config.where)


def name_of(path: Path, where: str | None = None) -> str:
    """Return the ticker: the one that was chosen, else the file's name without its endings."""
    if where is not None:
        return where.partition("=")[2].strip()
    return title(Path(path.name.removesuffix(PACKED.get(path.suffix.lower(), ""))))


def cleaned(name: str, path: Path, table: Table, config: DataConfig) -> Dataset:
    """Mend what is safe to mend, refuse the rest, resample, split.

    Raises:
        InputError: It cannot be mended safely, or has no prices.
    """
    alone = config.resample is None
    frame, repairs = mended(table.frame, table.columns, path, alone=alone)
    if config.resample is not None:
        calendar = infer(_instants(frame["date"]), config.calendar)
        frame, said = resampled(frame, config.resample, calendar)
        repairs.append(said)
    _refuse_no_price(frame, table.columns, config, path)
    dates = _instants(frame["date"])
    repairs += jumps.found(dates, frame[table.columns[0]].to_numpy(np.float64))
    return Dataset(
        name=name,
        path=path,
        dates=dates,
        values=frame[list(table.columns)].to_numpy(np.float64),
        columns=table.columns,
        train_rows=int(len(frame) * config.train_fraction),
        layout=table.layout,
        repairs=(*table.repairs, *repairs),
        all_columns=table.all_columns,
        fingerprint=table.fingerprint,
        exchange=config.calendar,
        timed=table.timed and config.resample is None,
        extremes=_extremes(frame),
    )


def _extremes(frame: pd.DataFrame) -> np.ndarray | None:
    """Return high and low of every row; a row without them has those of the row before.

    None where there are none, or where too many rows are no bars.
    """
    if not set(EXTREMES) <= set(frame.columns):
        return None
    found = frame[list(EXTREMES)]
    high, low = (found[name] for name in EXTREMES)
    found = found.where((high >= low) & (low > 0))
    if float(found.isna().any(axis=1).mean()) > MAX_NO_BARS:
        return None
    return np.asarray(found.ffill().bfill().to_numpy(np.float64))


def _instants(dates: pd.Series) -> np.ndarray:
    """Return dates as `datetime64[s]`, or finer where rows are less than a second apart."""
    found = dates.to_numpy()
    for unit in ("s", "ms", "us"):
        rounded = found.astype(f"datetime64[{unit}]")
        if unit == "us" or (np.diff(rounded).astype(np.int64) > 0).all():
            break
    return rounded


def _refuse_no_price(
    frame: pd.DataFrame, columns: tuple[str, ...], config: DataConfig, path: Path
) -> None:
    """Refuse prices that have no logarithm where one is taken, and sizes that overflow."""
    for column in columns:
        size = frame[column].abs()
        bad = (size > LARGEST) | ((size > 0) & (size < 1 / LARGEST))
        if bad.any():
            line = int(frame.index[bad][0])
            raise InputError(
                f"{path}, row {line}, column {column!r}: expected a number between "
                f"{1 / LARGEST:g} and {LARGEST:g}, found {frame[column][line]:g}"
            )
    column = columns[0]
    bad = frame[column] <= 0
    if bad.any() and (config.target == "log_return" or _is_price(frame[column], config.target)):
        line = int(frame.index[bad][0])
        raise InputError(
            f"{path}, row {line}, column {column!r}: expected a price above 0, found "
            f"{frame[column][line]:g} ({int(bad.sum()):,} such rows); {_advice(frame[column])}"
        )


def _is_price(values: pd.Series, target: str) -> bool:
    """Return whether a few values at zero or below are faults: the others stay far above it."""
    above = values[values > 0]
    few = len(above) > 0.5 * len(values)
    return target == "auto" and few and bool(above.quantile(0.01) > 0.2 * above.median())


def _advice(prices: pd.Series) -> str:
    """Say what negative prices may be: a mark on a mean of bid and ask, or no prices at all."""
    usual, negative = prices[prices > 0].median(), prices[prices < 0].abs()
    marked = len(negative) and 0.2 < negative.median() / usual < 5
    if marked and len(negative) < 0.5 * len(prices):
        return (
            "in CRSP files the sign marks the average of bid and ask on a day without a trade: "
            "if that is so here, write the absolute value; if not, correct the file"
        )
    return "correct the file, or, if these are no prices, use --set data.target=difference"
