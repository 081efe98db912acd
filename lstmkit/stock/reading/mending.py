"""What is safe to mend in rows of dates and numbers; the rest is refused, with its row."""

from pathlib import Path

import numpy as np
import pandas as pd

from lstmkit.errors import InputError

MAX_DISORDER, MAX_MISSING = 0.05, 0.5
DAY = np.timedelta64(86400, "s")
CLOCK_MONTHS = (3, 4, 9, 10, 11)  # in which clocks go back, on a Sunday, somewhere
MONTH = 30.44
OFTEN = 0.02  # share of rows with a date that was there before, above which it is no slip


def mended(
    frame: pd.DataFrame, columns: tuple[str, ...], path: Path, *, alone: bool
) -> tuple[pd.DataFrame, list[str]]:
    """Leave out rows without a number, put the others in order, and keep one per date.

    Args:
        frame: `date` and the columns, indexed by line number.
        columns: Names of the number columns.
        path: For errors.
        alone: Whether a date must be there once; not where rows are resampled next.

    Raises:
        InputError: It cannot be mended safely.
    """
    steps = [_without_missing, _in_order]
    if alone:
        steps += [_without_duplicates, _without_live_row]
    repairs = []
    for step in steps:
        frame, repair = step(frame, columns, path)
        repairs += [repair] if repair else []
    return frame, repairs


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
    steps = np.diff(dates.to_numpy()).astype(np.int64)
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
    if (np.diff(frame["date"].to_numpy()).astype(np.int64) > 0).all():
        return frame, ""
    again = frame.duplicated(["date", *columns], keep="first")
    said = [f"{int(again.sum()):,} repeated rows left out"] if again.any() else []
    frame = frame[~again]
    twice = frame[frame["date"].duplicated(keep=False)]
    if twice.empty:
        return frame, said[0]
    newest = frame["date"].iloc[-1]
    if (twice["date"] == newest).all():
        kept = frame[~frame["date"].duplicated(keep="last")]
        said.append(f"{len(twice)} rows for {_shown(newest)}, the last date: the later one is kept")
        return kept, "; ".join(said)
    if _clocks_went_back(frame["date"], twice["date"]):
        days = sorted({f"{date:%Y-%m-%d}" for date in twice["date"]})
        said.append(
            f"the hour when clocks went back is there twice ({', '.join(days[:3])}"
            f"{' ...' if len(days) > 3 else ''}): its first rows are kept"
        )
        return frame[~frame["date"].duplicated(keep="first")], "; ".join(said)
    raise InputError(_two_values(frame, twice, path))


def _clocks_went_back(dates: pd.Series, twice: pd.Series) -> bool:
    """Return whether dates are there twice only in one hour of a Sunday night."""
    steps = np.diff(dates.unique()).astype("timedelta64[s]").astype(np.int64)
    hourly = len(steps) > 0 and float(np.median(steps)) <= 3600
    nights = (twice.dt.day_of_week == 6) & twice.dt.month.isin(CLOCK_MONTHS) & (twice.dt.hour <= 3)
    counts = twice.value_counts()
    hours = twice.dt.floor("h").drop_duplicates()
    once = not hours.dt.normalize().duplicated().any()
    return bool(hourly and nights.all() and (counts == 2).all() and once)


def _two_values(frame: pd.DataFrame, twice: pd.DataFrame, path: Path) -> str:
    date = twice["date"].iloc[0]
    first, second = twice.index[twice["date"] == date][:2]
    steps = np.diff(frame["date"].unique()).astype("timedelta64[s]").astype(np.int64)
    usual = float(np.median(steps)) if len(steps) else 86400.0
    start = f"{path}, rows {first} and {second}: two different values for {_shown(date)}"
    if usual < 60:
        return f"{start}; several trades in one instant? Resample: --set data.resample=1s"
    if len(twice) > max(4, OFTEN * len(frame)):
        return (
            f"{start}, and so on {len(twice):,} of {len(frame):,} rows; expected one row per date: "
            f"does the file hold several series? If a column tells them apart, say which one is "
            f'meant with --set "data.where=COLUMN=VALUE"'
        )
    return f"{start}; expected one row per date; remove the wrong one"


def _without_live_row(
    frame: pd.DataFrame, columns: tuple[str, ...], path: Path
) -> tuple[pd.DataFrame, str]:
    """Mend a last row that is newer than the last week or month that the file has."""
    if len(frame) < 5:
        return frame, ""
    dates = frame["date"].to_numpy().astype("datetime64[D]")
    steps = np.diff(dates).astype(int)
    usual, last = float(np.median(steps[:-1])), int(steps[-1])
    if usual >= 27:
        same, unfinished = _in_month(dates, max(1, round(usual / MONTH)))
    elif usual == 7 and last < 7:
        same, unfinished = _in_week(dates)
    else:
        return frame, ""
    shown = f"row {frame.index[-1]} ({dates[-1]})"
    if same:
        frame = frame.copy()
        frame.loc[frame.index[-2], list(columns)] = frame.loc[frame.index[-1], list(columns)]
        return frame.iloc[:-1], (
            f"{shown} is a newer value of the period of {dates[-2]}: it takes the place of that row"
        )
    if unfinished:
        return frame.iloc[:-1], f"{shown} is of a period that is not over: left out"
    return frame, ""


def _in_month(dates: np.ndarray, months: int) -> tuple[bool, bool]:
    """Return whether the last row is of the month before it again, or of one that is not over."""
    number = dates.astype("datetime64[M]").astype(int)
    gaps = np.diff(number)
    regular = (gaps[:-1] == months).mean() > 0.9
    ends = ((dates.astype("datetime64[M]") + 1).astype("datetime64[D]") - dates).astype(int) <= 4
    at_end = ends[:-1].mean() > 0.95
    return bool(regular and gaps[-1] < months and not at_end), bool(
        regular and at_end and not ends[-1]
    )


def _in_week(dates: np.ndarray) -> tuple[bool, bool]:
    weekdays = (dates.astype(int) + 3) % 7
    usual = int(np.bincount(weekdays[:-1], minlength=7).argmax())
    if (weekdays[:-1] == usual).mean() < 0.8 or weekdays[-1] == usual:
        return False, False
    if usual < 3:
        return True, False
    return False, int((dates[-1] - dates[-2]).astype(int)) <= 5


def _shown(date: pd.Timestamp) -> str:
    return f"{date:%Y-%m-%d}" if date == date.normalize() else str(date)
