"""The file's own calendar: which dates come after the last row.

Nothing is assumed about an exchange unless the config names one. A weekday or a time of day is
closed only where the file had the chance to show it; a holiday is a rule on which the file was
closed in each of its last years.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from lstmkit.errors import InputError
from lstmkit.stock.calendar import exchange, holidays, rhythm

DAY = np.timedelta64(1, "D")
MAX_YEARS = 11
MOST_SHOWN = 14
EARLIEST, LATEST = np.datetime64("1600-01-01"), np.datetime64("2500-01-01")


@dataclass(frozen=True)
class Calendar:
    """When the next rows come.

    Attributes:
        step_seconds: Usual distance of two rows.
        weekdays: Days of the week that have rows, Monday is 0.
        holidays: Rules on which there are none, such as `fixed 12-25` or `easter -2`.
        times: Seconds after midnight that have rows; empty: every step of the day, or, for rows
            a day apart, the time of the last one.
        months: How many months one row stands for; 0: it stands for less.
        anchor: Where in the month rows lie: `last weekday`, `first weekday`, `last day` or "".
        exchange: The code of an exchange whose sessions are taken instead, such as XNYS, or "".
        timed: Whether dates are written with a time of day, midnight too.
    """

    step_seconds: int
    weekdays: tuple[int, ...] = tuple(range(7))
    holidays: tuple[str, ...] = ()
    times: tuple[int, ...] = ()
    months: int = 0
    anchor: str = ""
    exchange: str = ""
    timed: bool = False

    def after(self, last: np.datetime64, count: int) -> np.ndarray:
        """Return the next `count` dates after `last`, `datetime64[s]`, (count,)."""
        rows = self._rows(last.astype("datetime64[s]"))
        found = np.array([next(rows) for _ in range(count)], dtype="datetime64[s]")
        if found[-1] > LATEST:
            raise InputError(f"{count:,} rows ahead end after the year 2500; ask for fewer")
        return found

    @property
    def unit(self) -> str:
        """What one row is called: day, or row where it is not a day."""
        return "day" if self.step_seconds == 86400 and not self.months else "row"

    def describe(self) -> str:
        """Say in words what was seen."""
        if self.months:
            text = "one row a month" if self.months == 1 else f"one row every {self.months} months"
            return f"{text}, on its {self.anchor}" if self.anchor else text
        if self.exchange:
            every = "" if self.step_seconds == 86400 else f"every {self.step_seconds} seconds, "
            return f"{every}sessions of {self.exchange}"
        days = "every day" if len(self.weekdays) == 7 else f"weekdays {_names(self.weekdays)}"
        if self.step_seconds >= 86400:
            text = (
                days if self.step_seconds == 86400 else f"every {self.step_seconds / 86400:g} days"
            )
        else:
            text = f"every {self.step_seconds} seconds, {days}"
            if self.times:
                text += f", {len(self.times)} times a day"
        if not self.holidays:
            return text
        shown = ", ".join(self.holidays[:MOST_SHOWN])
        rest = len(self.holidays) - MOST_SHOWN
        return f"{text}, closed on {shown}" + (f" and {rest:,} more days" if rest > 0 else "")

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Calendar:
        """Build a calendar from its fields in a JSON file."""
        fields: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in content.items()
        }
        return cls(**fields)

    def _rows(self, last: np.datetime64) -> Iterator[np.datetime64]:
        if self.months:
            yield from self._month_rows(last)
        step = np.timedelta64(self.step_seconds, "s")
        if self.step_seconds > 86400:
            while True:
                last = last + step
                yield last
        midnight = last.astype("datetime64[D]")
        times = [np.timedelta64(second, "s") for second in self.times]
        if self.step_seconds == 86400:
            times = times or [last - midnight]
            midnight = midnight + DAY
        elif not times:
            offset = (last - midnight).astype(int) % self.step_seconds
            times = [np.timedelta64(s, "s") for s in range(offset, 86400, self.step_seconds)]
        for day in self._days(midnight):
            close = exchange.close_of(self.exchange, day) if self.exchange else None
            for time in times:
                row = day + time
                if row > last and (close is None or self.step_seconds == 86400 or row < close):
                    yield row

    def _days(self, first: np.datetime64) -> Iterator[np.datetime64]:
        if self.exchange:
            yield from exchange.sessions_from(self.exchange, first)
        while True:
            if self._open(first):
                yield first
            first = first + DAY

    def _month_rows(self, last: np.datetime64) -> Iterator[np.datetime64]:
        day = last.astype("datetime64[D]")
        month = day.astype("datetime64[M]")
        number = day - month.astype("datetime64[D]")
        while True:
            month = month + self.months
            end = (month + 1).astype("datetime64[D]") - DAY
            found = rhythm.anchored(month, self.anchor)
            if found is None:
                found = min(month.astype("datetime64[D]") + number, end)
            yield found.astype("datetime64[s]")

    def _open(self, day: np.datetime64) -> bool:
        plain: date = day.astype("datetime64[D]").astype(object)
        if plain.weekday() not in self.weekdays:
            return False
        return not set(holidays.rules_of(plain)) & set(self.holidays)


def infer(dates: np.ndarray, code: str | None = None) -> Calendar:
    """Read the calendar off a file's dates.

    Args:
        dates: `datetime64`, (rows,), increasing.
        code: An exchange whose sessions are meant; None: what the file shows.

    Raises:
        InputError: No such exchange, or the extra that knows it is not installed.
    """
    dates = dates.astype("datetime64[s]")
    recent = dates[dates > dates[-1] - np.timedelta64(366 * MAX_YEARS, "D")]
    if len(recent) < 3:
        recent = dates
    steps = np.diff(recent).astype(int)
    steps = steps[steps > 0]
    if code is not None:
        exchange.require(code)
    if not len(steps):
        return Calendar(86400, exchange=code or "")
    usual = int(np.median(steps))
    if usual >= 27 * 86400:
        months = max(1, round(usual / (30.44 * 86400)))
        return Calendar(usual, months=months, anchor=rhythm.anchor(recent))
    if usual > 86400:
        return Calendar(86400 * round(usual / 86400))
    days = np.unique(recent.astype("datetime64[D]"))
    if usual > 43200:
        weekdays = rhythm.weekdays(days, closed_nights=False)
        rules = () if code else holidays.infer(days, weekdays)
        return Calendar(86400, weekdays, rules, rhythm.usual_time(recent), exchange=code or "")
    times = rhythm.times(recent, usual)
    weekdays = rhythm.weekdays(days, closed_nights=bool(times))
    rules = () if code else holidays.infer(days, weekdays)
    return Calendar(usual, weekdays, rules, times, exchange=code or "")


def are_dates(values: np.ndarray) -> bool:
    """Return whether an array that was read is one of dates, as a series has them."""
    if values.dtype.kind != "M" or values.ndim != 1 or not len(values) or np.isnat(values).any():
        return False
    increasing = bool((values[1:] > values[:-1]).all())
    return increasing and bool(values[0] >= EARLIEST and values[-1] <= LATEST)


def gaps(dates: np.ndarray, calendar: Calendar, most: int = 3) -> list[str]:
    """Return the longest stretches without rows that the calendar does not explain, in words."""
    steps = np.diff(dates.astype("datetime64[s]")).astype(int)
    usual = max(calendar.step_seconds, 4 * 86400 if calendar.step_seconds == 86400 else 0)
    if calendar.times or len(calendar.weekdays) < 7:
        usual = max(usual, 4 * 86400)
    wide = np.flatnonzero(steps > 2 * usual if calendar.months else steps > usual)
    longest = wide[np.argsort(steps[wide])[::-1][:most]]
    found = [f"{dates[i]} to {dates[i + 1]}" for i in sorted(longest)]
    return [*found, f"{len(wide):,} gaps in all"] if len(wide) > most else found or ["none"]


def _names(weekdays: tuple[int, ...]) -> str:
    return " ".join(holidays.WEEKDAYS[day] for day in weekdays)
