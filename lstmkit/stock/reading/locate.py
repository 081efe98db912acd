"""Which columns hold the date and the time of day: by their names, and by what is in them."""

from dataclasses import dataclass

import pandas as pd

from lstmkit.errors import InputError
from lstmkit.stock.reading import dates, formats, instants
from lstmkit.tables import Table

NUMERIC = ("unix", "excel", "year", "%Y%m", "%y%m%d", "%d%m%Y")
PARTS = {
    "year": ("year", "yr", "jahr", "año", "année", "yyyy"),
    "month": ("month", "mo", "monat", "mes", "mois", "mm"),
    "day": ("day", "dy", "tag", "dia", "jour", "dd"),
    "quarter": ("quarter", "qtr", "q"),
}


@dataclass(frozen=True)
class Where:
    """The columns of a table that say when.

    Attributes:
        columns: Those that make up the date, joined by `joint`.
        joint: What stands between them.
        time: The column of the time of day, or None.
    """

    columns: tuple[int, ...]
    joint: str = ""
    time: int | None = None

    @property
    def all(self) -> tuple[int, ...]:
        """Every column that says when."""
        return self.columns if self.time is None else (*self.columns, self.time)


def locate(table: Table, date_format: str | None) -> Where:
    """Find the columns of a table that say when.

    Args:
        table: What was read.
        date_format: The strptime format that the user gave, or None.

    Raises:
        InputError: There are none.
    """
    sample = table.sample.apply(lambda cells: cells.str.strip())
    parts = _parts(table, sample)
    if parts is not None:
        return parts
    for index in _candidates(table, sample):
        cells = sample[index]
        if date_format is not None:
            split = _split_format(table, sample, index, date_format)
            if split is not None:
                return split
            continue
        if _holds_dates(table, cells, index):
            return Where((index,), time=_time(table, sample, index))
    named = [i for i in range(len(table.names)) if _rank(table, i) is not None]
    if named and date_format is None and _mostly_dated(sample[named[0]]):
        return Where((named[0],), time=_time(table, sample, named[0]))
    raise InputError(_no_dates(table, date_format))


def _candidates(table: Table, sample: pd.DataFrame) -> list[int]:
    """Return columns of named dates first, then the others from left to right."""
    ranks = {i: _rank(table, i) for i in range(len(table.names))}
    last = len(formats.DATE_NAMES) * 2
    ordered = sorted(ranks, key=lambda i: last if (rank := ranks[i]) is None else rank)
    return [i for i in ordered if (sample[i] != "").mean() >= 0.5]


def _rank(table: Table, index: int) -> int | None:
    return formats.rank(table.names[index], formats.DATE_NAMES) if table.header else None


def _holds_dates(table: Table, cells: pd.Series, index: int) -> bool:
    forms = dates.forms_of(cells)
    if not forms:
        return False
    if not any(form in NUMERIC for form in forms) or _rank(table, index) is not None:
        return not _is_clock(cells)
    numbers = pd.to_numeric(cells, errors="coerce").dropna()
    ordered = numbers.is_monotonic_increasing or numbers.is_monotonic_decreasing
    unnamed = not table.header or table.names[index] == str(index)
    whole = bool((numbers == numbers.round()).all())
    return bool(ordered and numbers.is_unique and (unnamed or (index == 0 and whole)))


def _mostly_dated(cells: pd.Series) -> bool:
    digits = cells.str.count(r"\d")
    return bool((digits >= 4).mean() >= 0.5)


def _is_clock(cells: pd.Series) -> bool:
    return bool(cells.str.fullmatch(formats.CLOCK).mean() > 0.9)


def _split_format(table: Table, sample: pd.DataFrame, index: int, date_format: str) -> Where | None:
    """Return where a given format fits: one column, or this one and the time of day after it."""
    if dates.fits(sample[index], date_format):
        return Where((index,), time=_time(table, sample, index))
    after = index + 1
    if after in sample and dates.fits(sample[index] + " " + sample[after], date_format):
        return Where((index, after), " ")
    return None


def _time(table: Table, sample: pd.DataFrame, date: int) -> int | None:
    """Return the column of times of day beside days, by its cells, or its name and its digits."""
    days = dates.forms_of(sample[date])
    if any(mark in form for form in days for mark in ("%H", "%I", "unix")):
        return None
    for index in sample:
        cells = sample[index]
        if index != date and _is_clock(cells) and instants.clock(cells, digits=False).notna().all():
            return int(index)
    for index in sample:
        named = _is_named_time(table, int(index))
        next_to = not table.header and index == date + 1
        if index == date or not (named or next_to):
            continue
        if _digit_clock(sample[index], sample[date], named=named):
            return int(index)
    return None


def _is_named_time(table: Table, index: int) -> bool:
    named = formats.rank(table.names[index], formats.TIME_NAMES)
    return bool(table.header) and named is not None


def _digit_clock(cells: pd.Series, days: pd.Series, *, named: bool) -> bool:
    given = cells[cells != ""]
    if given.empty or not given.str.fullmatch(r"\d{1,9}(?:\.0)?").all():
        return False
    seconds = instants.clock(given, digits=True)
    if not seconds.notna().all():
        return False
    lengths = set(given.str.len())
    fixed = len(lengths) == 1 and lengths <= {4, 6, 9}
    return bool(named or (fixed and given.str.startswith("0").any() and days.duplicated().any()))


def _parts(table: Table, sample: pd.DataFrame) -> Where | None:
    """Return year, month and day in columns of their own."""
    found: dict[str, int] = {}
    for index, name in enumerate(table.names if table.header else ()):
        for part, names in PARTS.items():
            if formats.plain(name) in names and part not in found:
                found[part] = index
    years = sample[found["year"]] if "year" in found else None
    if years is None or not years.str.fullmatch(r"\d{4}(?:\.0)?").mean() > 0.9:
        return None
    if "month" in found and _is_part(sample[found["month"]], 12):
        columns = [found["year"], found["month"]]
        if "day" in found and _is_part(sample[found["day"]], 31):
            columns.append(found["day"])
        return Where(tuple(columns), "-", _time_of_parts(table, sample, columns))
    if "quarter" in found:
        cells = sample[found["quarter"]].str.upper().str.lstrip("Q")
        if cells.isin(["1", "2", "3", "4"]).mean() > 0.9:
            return Where((found["year"], found["quarter"]), "Q")
    return None


def _is_part(cells: pd.Series, most: int) -> bool:
    numbers = pd.to_numeric(cells, errors="coerce")
    words = cells.str.lower().isin(formats.MONTH_OF)
    return bool((numbers.between(1, most) | words).mean() > 0.9)


def _time_of_parts(table: Table, sample: pd.DataFrame, columns: list[int]) -> int | None:
    for index in sample:
        named = _is_named_time(table, int(index))
        cells = sample[index]
        if index not in columns and named and instants.clock(cells, digits=True).notna().all():
            return int(index)
    return None


def _no_dates(table: Table, date_format: str | None) -> str:
    shown = ", ".join(table.names)
    first = list(table.sample.iloc[0])
    if date_format is not None:
        return (
            f"{table.path}, row {table.sample.index[0]}: expected a date like {date_format!r} in "
            f"one of the columns {shown!s:.300}; found rows like {first!r:.100}"
        )
    return (
        f"{table.path}: no column of dates in the columns {shown!s:.300}; expected dates such as "
        f"2016-12-30 or Unix time, found rows like {first!r:.100}"
    )
