"""A price file into a `Dataset`: found, read, repaired where that is safe, resampled, split."""

from __future__ import annotations

import importlib.util
import logging
import re
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from lstmkit.errors import InputError
from lstmkit.files import locate
from lstmkit.stock.calendar import Calendar, infer
from lstmkit.stock.config import DataConfig
from lstmkit.stock.reading.table import Table, read

SAMPLE = "GOOG"
MIN_TRAIN_ROWS, MIN_TEST_ROWS = 30, 10
SMALLEST_ADVICE = 21  # the default lags and moving average fit
MAX_DISORDER, MAX_MISSING = 0.05, 0.5
LARGEST = 1e100
SECONDS = {"s": 1, "min": 60, "h": 3600, "D": 86400, "W": 7 * 86400}

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Dataset:
    """A series in time order.

    Attributes:
        name: The ticker, from the file's name.
        path: The file it came from.
        dates: `datetime64[s]`, (rows,), strictly increasing.
        values: In the file's units, float64, (rows, columns); column 0 is to be forecast.
        columns: Names of the columns.
        train_rows: Rows, from the start, that anything may be fitted on.
        layout: What the reader recognised, in words.
        repairs: What was mended, each with a count.
        all_columns: Names of all columns of the file.
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

    @property
    def prices(self) -> np.ndarray:
        """The column to forecast, (rows,)."""
        return self.values[:, 0]

    @cached_property
    def calendar(self) -> Calendar:
        """When its rows come."""
        return infer(self.dates)

    def until(self, stop: int, *, train_rows: int) -> Dataset:
        """Return the rows before `stop`, with another training span."""
        cut = slice(None, stop)
        return replace(
            self, dates=self.dates[cut], values=self.values[cut], train_rows=int(train_rows)
        )


def load(path: Path | None, config: DataConfig) -> Dataset:
    """Read a price file.

    Args:
        path: The CSV, as the user named it; None: the Google prices that matplotlib ships.
        config: Column, date format, resampling and split.

    Raises:
        InputError: It cannot be read, or not be repaired safely; the message has the row.
    """
    dataset = _sample(config) if path is None else _read(path, config)
    for repair in dataset.repairs:
        log.warning("%s: %s", dataset.path.name, repair)
    return dataset


def require_rows(dataset: Dataset, config: DataConfig) -> None:
    """Refuse a series that is too short to train and test on.

    Raises:
        InputError: With the number of rows that would do.
    """
    rows, window = len(dataset.dates), config.window
    test_rows = rows - dataset.train_rows
    if dataset.train_rows - window >= MIN_TRAIN_ROWS and test_rows - window >= MIN_TEST_ROWS:
        return
    needed = int(
        np.ceil(
            max(
                (window + MIN_TRAIN_ROWS) / config.train_fraction,
                (window + MIN_TEST_ROWS) / (1 - config.train_fraction),
            )
        )
    )
    smaller = int(min(config.train_fraction, 1 - config.train_fraction) * rows) - MIN_TRAIN_ROWS
    advice = f"a smaller window such as --set data.window={min(smaller, window // 2)} needs fewer"
    if min(smaller, window // 2) < SMALLEST_ADVICE:
        advice = "a longer file is needed"
    raise InputError(
        f"{dataset.path}: too short: expected at least {needed:,} rows for data.window={window} "
        f"and data.train_fraction={config.train_fraction:g}, found {rows:,}; {advice}"
    )


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
    frame.insert(0, "date", pd.to_datetime(table["date"]))
    frame.index = pd.RangeIndex(1, len(frame) + 1)
    parsed = Table(frame, tuple(wanted), ("date", *names), len(frame), 0, "NumPy archive")
    log.warning(
        "no CSV given: using the daily Google prices 2004-2008 that matplotlib ships (%s)", path
    )
    return _clean(SAMPLE, path, parsed, config)


def _sample_column(names: list[str], column: str | int) -> str:
    if isinstance(column, int) and 1 <= column <= len(names):
        return names[column - 1]
    if isinstance(column, str) and column.lower() in names:
        return column.lower()
    raise InputError(f"data.column: no column {column!r} in the sample; found {', '.join(names)}")


def _read(path: Path, config: DataConfig) -> Dataset:
    found = locate(
        path,
        remedy="check the name, fetch the tutorial's prices with `lstmkit data fetch dis`, or give "
        "no CSV to use the sample that ships",
    )
    table = read(found, column=config.column, inputs=config.inputs, date_format=config.date_format)
    name = found.name.removesuffix(".gz").rsplit(".", 1)[0]
    return _clean(name, found, table, config)


def _clean(name: str, path: Path, table: Table, config: DataConfig) -> Dataset:
    """Repair what is safe to repair, refuse the rest, resample, split."""
    frame, repairs = table.frame, []
    frame["date"] = frame["date"].dt.floor("s")
    if table.blank:
        repairs.append(f"{table.blank:,} blank lines skipped")
    steps = [_without_missing, _in_order]
    if config.resample is None:
        steps.append(_without_duplicates)
    for step in steps:
        frame, repair = step(frame, table.columns, path)
        repairs += [repair] if repair else []
    if config.resample is not None:
        before = len(frame)
        frame = _resampled(frame, config.resample)
        repairs.append(f"{before:,} rows resampled to {len(frame):,} of {config.resample}")
    _refuse_no_price(frame, table.columns, config, path)
    return Dataset(
        name=name,
        path=path,
        dates=frame["date"].to_numpy().astype("datetime64[s]"),
        values=frame[list(table.columns)].to_numpy(np.float64),
        columns=table.columns,
        train_rows=int(len(frame) * config.train_fraction),
        layout=table.layout,
        repairs=tuple(repairs),
        all_columns=table.all_columns,
    )


def _without_missing(
    frame: pd.DataFrame, columns: tuple[str, ...], path: Path
) -> tuple[pd.DataFrame, str]:
    missing = frame[list(columns)].isna().any(axis=1)
    count = int(missing.sum())
    if count > MAX_MISSING * len(frame):
        raise InputError(
            f"{path}, row {frame.index[missing][0]}: {count:,} of {len(frame):,} rows have no "
            f"number in {', '.join(columns)}; expected at most half; choose another data.column"
        )
    if not count:
        return frame, ""
    return frame[~missing], f"{count:,} rows without a number in {', '.join(columns)} left out"


def _in_order(
    frame: pd.DataFrame, _columns: tuple[str, ...], path: Path
) -> tuple[pd.DataFrame, str]:
    dates = frame["date"]
    if dates.is_monotonic_increasing:
        return frame, ""
    steps = np.diff(dates.to_numpy()).astype("timedelta64[s]").astype(np.int64)
    if (steps > 0).sum() < (steps < 0).sum():
        frame, steps = frame.iloc[::-1], -steps[::-1]
        repair = "newest row first: turned round"
        if (steps >= 0).all():
            return frame, repair
    else:
        repair = ""
    late = steps < 0
    count = int(late.sum())
    if count > max(1, MAX_DISORDER * len(frame)):
        line = int(frame.index[1:][late][0])
        raise InputError(
            f"{path}, row {line}: dates go back {count:,} times in {len(frame):,} rows; expected "
            f"one series in time order; does the file hold several series, or does it need "
            f"--set data.date_format=...?"
        )
    sorted_frame = frame.sort_values("date", kind="stable")
    said = f"{count:,} rows out of order: sorted by date"
    return sorted_frame, f"{repair}; {said}" if repair else said


def _without_duplicates(
    frame: pd.DataFrame, columns: tuple[str, ...], path: Path
) -> tuple[pd.DataFrame, str]:
    again = frame.duplicated("date", keep="first")
    count = int(again.sum())
    if not count:
        return frame, ""
    different = again & ~frame.duplicated(["date", *columns], keep="first")
    if different.any():
        date = frame.loc[different, "date"].iloc[0]
        first, second = frame.index[frame["date"] == date][0], frame.index[different][0]
        raise InputError(
            f"{path}, rows {first} and {second}: two different values for {date}; expected one "
            f"row per date; remove one, or resample (such as --set data.resample=1D)"
        )
    return frame[~again], f"{count:,} repeated rows left out"


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
    if config.target == "log_return" and bad.any():
        line = int(frame.index[bad][0])
        raise InputError(
            f"{path}, row {line}, column {column!r}: expected a price above 0, found "
            f"{frame[column][line]:g} ({int(bad.sum()):,} such rows); correct the file, or, if "
            f"these are no prices, use --set data.target=difference"
        )


def _resampled(frame: pd.DataFrame, period: str) -> pd.DataFrame:
    """Keep the last row of every period that has rows; volumes are summed.

    Periods count from midnight, weeks from Monday; a period is dated by its start, weeks by their
    Sunday.
    """
    number, unit = re.fullmatch(r"(\d+)(\w+)", period).groups()  # type: ignore[union-attr]
    step = np.timedelta64(int(number) * SECONDS[unit], "s")
    anchor = np.datetime64("1970-01-05" if unit == "W" else "1970-01-01", "s")
    dates = frame["date"].to_numpy().astype("datetime64[s]")
    starts = anchor + (dates - anchor) // step * step
    label = starts + step - np.timedelta64(1, "D") if unit == "W" else starts
    rules = {
        name: "sum" if "vol" in name.lower() else "last" for name in frame.columns if name != "date"
    }
    binned = frame.drop(columns="date").groupby(label).agg(rules)
    return binned.rename_axis("date").reset_index()
