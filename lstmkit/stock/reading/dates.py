"""Dates as exports write them: ISO, day first, month first, month names, Unix time.

The file itself decides: a format counts only if every row fits it. Where day-first and month-first
both fit every row, the one that puts the rows in order wins; where both still do, the reader asks.
"""

import re
from functools import cache

import numpy as np
import pandas as pd

from lstmkit.errors import InputError

DAY_FORMATS = (
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%d.%m.%Y",
    "%d.%m.%y",
    "%m/%d/%Y",
    "%d/%m/%Y",
    "%m/%d/%y",
    "%d/%m/%y",
    "%m-%d-%Y",
    "%d-%m-%Y",
    "%b %d, %Y",
    "%B %d, %Y",
    "%d %b %Y",
    "%d %B %Y",
    "%d-%b-%Y",
    "%d-%b-%y",
    "%b %Y",
    "%Y-%m",
)
TIME_FORMATS = (
    *("", " %H:%M:%S", " %H:%M", "T%H:%M:%S", "T%H:%M", " %H:%M:%S.%f", "T%H:%M:%S.%f"),
    *(" %I:%M %p", " %I:%M:%S %p", " %I-%p"),
)
UNITS = (("s", 1e8, 1e10), ("ms", 1e11, 1e13), ("us", 1e14, 1e16), ("ns", 1e17, 1e19))
DIGITS = {"%Y": r"\d{4}", "%y": r"\d{2}(?!\d)", "%M": r"\d{2}", "%S": r"\d{2}", "%f": r"\d{1,9}"}
SHAPES = DIGITS | dict.fromkeys(("%m", "%d", "%H", "%I"), r"\d{1,2}")
SHAPES |= {"%b": r"[^\W\d]{3}\.?", "%B": r"[^\W\d]{3,}", "%p": r"[ap]m"}
OFFSET = re.compile(r"\s*(?:Z|UTC|GMT|[+-]\d{2}:?\d{2})$")
EARLIEST, LATEST = pd.Timestamp("1800-01-01"), pd.Timestamp("2200-01-01")


COMPACT = {8: "%Y%m%d", 10: "%Y%m%d%H", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}


def looks_like_dates(cells: pd.Series) -> bool:
    """Return whether every cell of a sample reads as a date in one common format."""
    cells = cells.dropna().astype(str).str.strip()
    if cells.empty or (cells == "").any():
        return False
    numbers = pd.to_numeric(cells, errors="coerce")
    if numbers.notna().all():
        return _compact(cells) is not None or _unit(numbers.to_numpy(float)) is not None
    return bool(_fitting(_without_offset(cells)[0]))


def parse(cells: pd.Series, *, date_format: str | None, where: str) -> pd.Series:
    """Read a column of dates.

    Args:
        cells: Texts or numbers, indexed by line number in the file; no missing ones.
        date_format: The strptime format to use, or None to let the cells decide.
        where: File and column, for errors.

    Returns:
        `datetime64[ns]` without a zone, with the index of `cells`. Times with a zone become UTC,
        unless all are midnights of their own zone: then they are days.

    Raises:
        InputError: No format fits every row, or two fit and mean different days.
    """
    if date_format is not None:
        return _bounded(_strptime(_texts(cells), date_format, where), where)
    if pd.api.types.is_numeric_dtype(cells):
        compact = _compact(_texts(cells.iloc[:50]))
        unit = _unit(cells.to_numpy(float)) if compact is None else None
        if unit is not None:
            return _bounded(_from_unix(cells, unit), where)
    texts = _texts(cells)
    compact = _compact(texts.iloc[:50])
    if compact is not None:
        return _bounded(_strptime(texts, compact, where), where)
    stripped, offsets = _without_offset(texts)
    sample = stripped.iloc[np.unique(np.linspace(0, len(stripped) - 1, 400).astype(int))]
    formats = _fitting(sample)
    if not formats and texts.str.fullmatch(r"-?\d+(\.\d+)?").all():
        unit = _unit(texts.astype(float).to_numpy())
        if unit is not None:
            return _bounded(_from_unix(texts.astype(float), unit), where)
    whole = [(f, read) for f in formats if (read := _reads(stripped, f)).notna().all()]
    if not whole:
        raise InputError(_nothing_fits(stripped, where))
    parsed = _the_ordered_one(whole, stripped, where)
    _refuse_wrapped_years(parsed, [name for name, _ in whole], where)
    if offsets is not None and not (parsed == parsed.dt.normalize()).all():
        parsed = parsed - offsets
    return _bounded(parsed, where)


def _texts(cells: pd.Series) -> pd.Series:
    if pd.api.types.is_float_dtype(cells) and (cells == cells.round()).all():
        cells = cells.astype("int64")
    return cells.astype(str).str.strip()


def _without_offset(texts: pd.Series) -> tuple[pd.Series, pd.Series | None]:
    """Take a zone such as `Z` or `-05:00` off; also return it as a time difference."""
    head = texts.iloc[:50]
    with_time = head.str.contains(r"\d:\d\d").all()
    if not with_time or not head.str.contains(OFFSET, regex=True).all():
        return texts, None
    zones = texts.str.extract(f"({OFFSET.pattern})", expand=False).fillna("Z").str.strip()
    digits = zones.str.replace(":", "")
    numeric = digits.where(digits.str.match(r"[+-]\d{4}"), "+0000")
    minutes = numeric.str[1:3].astype(int) * 60 + numeric.str[3:5].astype(int)
    signed = minutes.where(numeric.str[0] == "+", -minutes)
    return texts.str.replace(OFFSET, "", regex=True), pd.to_timedelta(signed, unit="min")


def _fitting(sample: pd.Series) -> list[str]:
    """Return the formats that read every cell of a sample."""
    possible = _possible(str(sample.iloc[0]))
    return [name for name in possible if _reads(sample, name).notna().all()]


def _possible(text: str) -> list[str]:
    """Return the formats whose shape a text has; cheap, so that few are tried in earnest."""
    found = []
    for day in DAY_FORMATS:
        start = _shape(day).match(text)
        if start:
            rest = text[start.end() :]
            found += [day + time for time in TIME_FORMATS if _shape(time).fullmatch(rest)]
    return found


@cache
def _shape(date_format: str) -> re.Pattern[str]:
    pattern = re.escape(date_format).replace("\\ ", " ")
    for directive, shape in SHAPES.items():
        pattern = pattern.replace(directive, shape)
    return re.compile(pattern, re.IGNORECASE)


def _reads(texts: pd.Series, date_format: str) -> pd.Series:
    return pd.to_datetime(texts, format=date_format, errors="coerce", exact=True)


def _strptime(texts: pd.Series, date_format: str, where: str) -> pd.Series:
    try:
        parsed = pd.to_datetime(texts, format=date_format, errors="coerce", exact=True)
    except ValueError as error:
        raise InputError(f"{where}: data.date_format {date_format!r}: {error}") from error
    if parsed.isna().any():
        line = parsed.index[parsed.isna()][0]
        raise InputError(
            f"{where}, row {line}: expected a date like {date_format!r}, found {texts[line]!r:.60}"
        )
    return parsed.dt.tz_localize(None) if parsed.dt.tz is not None else parsed


def _the_ordered_one(
    candidates: list[tuple[str, pd.Series]], texts: pd.Series, where: str
) -> pd.Series:
    different: list[tuple[str, pd.Series]] = []
    for name, parsed in candidates:
        if not any(parsed.equals(other) for _, other in different):
            different.append((name, parsed))
    if len(different) == 1:
        return different[0][1]
    ordered = [
        (name, parsed)
        for name, parsed in different
        if parsed.is_monotonic_increasing or parsed.is_monotonic_decreasing
    ]
    if len(ordered) == 1:
        return ordered[0][1]
    names = " or ".join(name for name, _ in ordered or different)
    raise InputError(
        f"{where}: the dates can be read in more than one way (such as {texts.iloc[0]!r}: {names}) "
        f"and nothing in the file decides; say which with --set 'data.date_format=...'"
    )


def _refuse_wrapped_years(parsed: pd.Series, formats: list[str], where: str) -> None:
    """Refuse two-digit years that pass from 68 to 69, which strptime reads as 2068 and 1969."""
    ordered = parsed.is_monotonic_increasing or parsed.is_monotonic_decreasing
    if all("%y" in name for name in formats) and not ordered and np.ptp(parsed.dt.year) > 80:
        raise InputError(f"{where}: two-digit years of two centuries; write years with four digits")


def _nothing_fits(texts: pd.Series, where: str) -> str:
    """Say which row is no date, in the format that reads most rows."""
    read = [_reads(texts, name) for name in _possible(texts.iloc[0])]
    best = max(read, key=lambda parsed: parsed.notna().sum(), default=None)
    if best is not None and best.notna().any():
        bad = texts[best.isna()]
        good = texts[best.notna()].iloc[0]
        return (
            f"{where}, row {bad.index[0]}: expected a date like {good!r}, found {bad.iloc[0]!r:.60}"
        )
    return (
        f"{where}, row {texts.index[0]}: expected a date (such as 2016-12-30, 12/30/2016, "
        f"'Dec 30, 2016' or Unix time), found {texts.iloc[0]!r:.60}; "
        f"or say how to read it with --set 'data.date_format=%d.%m.%Y'"
    )


def _compact(texts: pd.Series) -> str | None:
    """Return the format of dates without separators, such as 20150102 or 201501020930."""
    name = COMPACT.get(len(str(texts.iloc[0])))
    if name is None or not texts.str.fullmatch(r"(?:1[89]|2[01])\d+").all():
        return None
    read = pd.to_datetime(texts, format=name, errors="coerce", exact=True)
    return name if read.notna().all() else None


def _unit(numbers: np.ndarray) -> str | None:
    """Return the unit of Unix times, by their size, or None."""
    for unit, low, high in UNITS:
        if len(numbers) and (numbers >= low).all() and (numbers < high).all():
            return unit
    return None


def _from_unix(cells: pd.Series, unit: str) -> pd.Series:
    return pd.to_datetime(cells.round().astype("int64"), unit=unit)


def _bounded(parsed: pd.Series, where: str) -> pd.Series:
    outside = (parsed < EARLIEST) | (parsed > LATEST)
    if outside.any():
        line = parsed.index[outside][0]
        raise InputError(
            f"{where}, row {line}: expected a date between 1800 and 2200, found {parsed[line]}"
        )
    return parsed.astype("datetime64[ns]")
