"""Dates as exports write them; the file itself decides how they are to be read.

A form counts only if it fits the column; where two forms fit and mean different days, the one that
puts the rows in order wins, and where both still do, the reader asks. The time is kept as it stands
in the file, in its own zone.
"""

import re
from dataclasses import dataclass, field
from functools import cache

import numpy as np
import pandas as pd

from lstmkit.errors import InputError
from lstmkit.stock.reading import formats, instants, spelling

EARLIEST, LATEST = pd.Timestamp("1700-01-01"), pd.Timestamp("2200-01-01")
PIVOT = 2040  # two-digit years from 40 on are of the last century
ENOUGH = 0.9  # share of a sample that a form must fit
CHECKED = 400  # rows that are looked at before all are read


@dataclass(frozen=True)
class Dates:
    """A column of dates, read.

    Attributes:
        stamps: `datetime64[ns]` without a zone, NaT where the cell is no date.
        form: How they are written, such as `%d.%m.%Y`.
        notes: What was decided or mended.
    """

    stamps: pd.Series
    form: str
    notes: tuple[str, ...] = field(default=())


def forms_of(sample: pd.Series) -> list[str]:
    """Return the forms that fit a sample of texts best, [] where none fits enough of it."""
    bare, _ = spelling.without_zone(sample)
    given = spelling.plain(bare[bare != ""])
    if given.empty:
        return []
    counts = {}
    for name in _possible(given):
        fit = int(_read(given, name).notna().sum())
        if fit >= ENOUGH * len(given):
            counts[name] = fit
    best = max(counts.values(), default=0)
    return [name for name, fit in counts.items() if fit == best]


def fits(sample: pd.Series, date_format: str) -> bool:
    """Return whether a strptime format reads most of a sample."""
    read = instants.strptime(sample[sample != ""], date_format)
    return len(read) > 0 and bool(read.notna().mean() >= ENOUGH)


def parse(texts: pd.Series, *, date_format: str | None, where: str) -> Dates:
    """Read a column of dates.

    Args:
        texts: Cells, indexed by line number in the file.
        date_format: The strptime format to use, or None to let the cells decide.
        where: File and column, for errors.

    Raises:
        InputError: No form fits, or two fit and mean different days.
    """
    texts = spelling.stripped(texts)
    if date_format is not None:
        return Dates(_bounded(_asked_for(texts, date_format, where), where), date_format)
    bare, zones = spelling.without_zone(texts)
    bare = spelling.plain(bare)
    chosen = bare[bare != ""]
    chosen = chosen.iloc[np.unique(np.linspace(0, max(0, len(chosen) - 1), CHECKED).astype(int))]
    forms = forms_of(chosen)
    if not forms:
        raise InputError(_nothing_fits(texts, where))
    name, values = _decided([(form, _read(bare, form)) for form in forms], bare, where)
    notes = [note for note in (spelling.zone_note(zones), instants.note(bare, name)) if note]
    values, note = _live(values, bare)
    notes += [note] if note else []
    _refuse_wrapped_years(values, name, where)
    return Dates(_bounded(values, where), name, tuple(notes))


def _asked_for(texts: pd.Series, date_format: str, where: str) -> pd.Series:
    try:
        values = instants.strptime(texts, date_format)
        if values.isna().all():
            values = instants.strptime(spelling.plain(texts), date_format)
    except ValueError as error:
        raise InputError(f"{where}: data.date_format {date_format!r}: {error}") from error
    if values.isna().all():
        raise InputError(
            f"{where}, row {texts.index[0]}: expected a date like {date_format!r}, found "
            f"{texts.iloc[0]!r:.60}"
        )
    return values.dt.tz_localize(None) if values.dt.tz is not None else values


def _possible(sample: pd.Series) -> list[str]:
    """Return the forms whose shape some cells have; cheap, so that few are tried in earnest."""
    found = dict.fromkeys(instants.kinds(sample))
    for text in dict.fromkeys(sample.iloc[[0, len(sample) // 2, -1]]):
        for day in formats.DAYS:
            start = _shape(day).match(text)
            rest = text[start.end() :] if start else None
            if rest is None:
                continue
            times = formats.TIMES if "%Y" in day else formats.CLEAR_TIMES
            found |= {day + time: None for time in times if _shape(time).fullmatch(rest)}
    return list(found)


@cache
def _shape(date_format: str) -> re.Pattern[str]:
    pattern = re.escape(date_format).replace("\\ ", " ")
    for directive, shape in formats.SHAPES.items():
        pattern = pattern.replace(directive, shape)
    return re.compile(pattern, re.IGNORECASE)


def _read(texts: pd.Series, form: str) -> pd.Series:
    values = instants.read(texts, form)
    if "%y" in form:
        late = values.dt.year >= PIVOT
        values = values.where(~late, values - pd.DateOffset(years=100))
    return values


def _decided(
    candidates: list[tuple[str, pd.Series]], texts: pd.Series, where: str
) -> tuple[str, pd.Series]:
    """Return the one form that fits most cells, or of several the one that orders the rows."""
    most = max(int(values.notna().sum()) for _, values in candidates)
    different: list[tuple[str, pd.Series]] = []
    for name, values in candidates:
        fits_most = int(values.notna().sum()) == most
        if fits_most and not any(values.equals(other) for _, other in different):
            different.append((name, values))
    if len(different) == 1:
        return different[0]
    ordered = [(name, values) for name, values in different if _in_order(values)]
    if len(ordered) == 1:
        return ordered[0]
    names = " or ".join(name for name, _ in ordered or different)
    raise InputError(
        f"{where}: the dates can be read in more than one way (such as {texts.iloc[0]!r}: {names}) "
        f'and nothing in the file decides; say which with --set "data.date_format=..."'
    )


def _in_order(values: pd.Series) -> bool:
    given = values.dropna()
    return bool(given.is_monotonic_increasing or given.is_monotonic_decreasing)


def _live(values: pd.Series, texts: pd.Series) -> tuple[pd.Series, str]:
    """Take the newest row of a daily file, written with the time of its last trade, as its day."""
    given = values.dropna()
    if len(given) < 3 or not (given.iloc[1:-1] == given.iloc[1:-1].dt.normalize()).all():
        return values, ""
    values = values.copy()
    for end in (values.index[-1], values.index[0]):
        if pd.isna(values[end]):
            single = texts[[end]]
            forms = forms_of(single)
            values[end] = _read(single, forms[0]).iloc[0] if len(forms) == 1 else pd.NaT
        stamp = values[end]
        if pd.notna(stamp) and stamp != stamp.normalize():
            values[end] = stamp.normalize()
            return values, (
                f"row {end} has a time of day ({stamp:%H:%M:%S}), the others have none: taken as "
                f"its day, which may be live still"
            )
    return values, ""


def _refuse_wrapped_years(values: pd.Series, form: str, where: str) -> None:
    """Refuse two-digit years that pass from 39 to 40, which are read as 2039 and 1940."""
    if "%y" in form and not _in_order(values) and np.ptp(values.dropna().dt.year) > 80:
        raise InputError(f"{where}: two-digit years of two centuries; write years with four digits")


def _nothing_fits(texts: pd.Series, where: str) -> str:
    """Say which row is no date, in the form that reads most rows."""
    given = spelling.plain(spelling.without_zone(texts)[0])
    read = [_read(given, form) for form in _possible(given)] if len(given) else []
    best = max(read, key=lambda values: values.notna().sum(), default=None)
    line, like = texts.index[0], "(such as 2016-12-30, 12/30/2016, 'Dec 30, 2016' or Unix time)"
    if best is not None and best.notna().any() and best.isna().any():
        line, like = texts.index[best.isna()][0], f"like {texts[best.notna()].iloc[0]!r}"
    found = f"{texts[line]!r:.60}" if texts[line] else "nothing"
    return (
        f"{where}, row {line}: expected a date {like}, found {found}; or say how to read it with "
        f'--set "data.date_format=%d.%m.%Y"'
    )


def _bounded(values: pd.Series, where: str) -> pd.Series:
    outside = (values < EARLIEST) | (values > LATEST)
    if outside.any():
        line = values.index[outside][0]
        raise InputError(
            f"{where}, row {line}: expected a date between {EARLIEST.year} and {LATEST.year}, "
            f"found {values[line]}"
        )
    return values.astype("datetime64[ns]")
