"""The file's own calendar: which dates come after the last row.

Nothing is assumed about an exchange. Weekdays are those that the file has; a holiday is a rule
(a fixed date, the nth weekday of a month, a distance from Easter) on which the file was closed in
each of its last years; intraday times are those that its days have.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from dateutil.easter import easter

from lstmkit.errors import InputError

DAY = np.timedelta64(1, "D")
SECOND = np.timedelta64(1, "s")
MIN_YEARS, MAX_YEARS = 3, 5
MOST_SHOWN = 14
LATEST = np.datetime64("2500-01-01")
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True)
class Calendar:
    """When the next rows come.

    Attributes:
        step_seconds: Usual distance of two rows.
        weekdays: Days of the week that have rows, Monday is 0.
        holidays: Rules on which there are none, such as `fixed 12-25` or `easter -2`.
        times: Seconds after midnight that have rows; empty: every step of the day.
        months: Whether one row stands for a month (or several).
    """

    step_seconds: int
    weekdays: tuple[int, ...] = tuple(range(7))
    holidays: tuple[str, ...] = ()
    times: tuple[int, ...] = ()
    months: int = 0

    def after(self, last: np.datetime64, count: int) -> np.ndarray:
        """Return the next `count` dates after `last`, `datetime64[s]`, (count,)."""
        rows = self._rows(last.astype("datetime64[s]"))
        found = np.array([next(rows) for _ in range(count)], dtype="datetime64[s]")
        if found[-1] > LATEST:
            raise InputError(f"{count:,} rows ahead end after the year 2500; ask for fewer")
        return found

    def describe(self) -> str:
        """Say in words what was seen."""
        if self.months:
            return "one row a month" if self.months == 1 else f"one row every {self.months} months"
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
            times = [last - midnight]
        elif not times:
            offset = (last - midnight).astype(int) % self.step_seconds
            times = [np.timedelta64(s, "s") for s in range(offset, 86400, self.step_seconds)]
        while True:
            if self._open(midnight):
                yield from (row for t in times if (row := midnight + t) > last)
            midnight = midnight + DAY

    def _month_rows(self, last: np.datetime64) -> Iterator[np.datetime64]:
        day = last.astype("datetime64[D]")
        month = day.astype("datetime64[M]")
        at_end = (month + 1).astype("datetime64[D]") - DAY - day < 4 * DAY
        while True:
            month = month + self.months
            end = (month + 1).astype("datetime64[D]") - DAY
            same = month.astype("datetime64[D]") + (day - day.astype("datetime64[M]"))
            yield (end if at_end else min(same, end)).astype("datetime64[s]")

    def _open(self, day: np.datetime64) -> bool:
        plain: date = day.astype("datetime64[D]").astype(object)
        return plain.weekday() in self.weekdays and not set(rules_of(plain)) & set(self.holidays)


def infer(dates: np.ndarray) -> Calendar:
    """Read the calendar off a file's dates, `datetime64`, (rows,), strictly increasing."""
    dates = dates.astype("datetime64[s]")
    recent = dates[dates > dates[-1] - np.timedelta64(366 * MAX_YEARS, "D")]
    steps = np.diff(recent).astype(int)
    if not len(steps):
        return Calendar(86400)
    usual = int(np.median(steps))
    if usual >= 28 * 86400:
        return Calendar(usual, months=max(1, round(usual / (30.44 * 86400))))
    if usual > 86400:
        return Calendar(86400 * round(usual / 86400))
    days = np.unique(recent.astype("datetime64[D]"))
    weekdays = _weekdays(days)
    holidays = _holidays(days, weekdays)
    if usual > 43200:
        return Calendar(86400, weekdays, holidays)
    return Calendar(usual, weekdays, holidays, _times(recent, days, usual))


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


def rules_of(day: date) -> list[str]:
    """Return every holiday rule that a day would fall under."""
    nth = (day.day - 1) // 7 + 1
    weekday = WEEKDAYS[day.weekday()]
    rules = [f"fixed {day:%m-%d}", f"{nth}. {weekday} of month {day.month}"]
    if (day + timedelta(7)).month != day.month:
        rules.append(f"last {weekday} of month {day.month}")
    if day.weekday() == 0:
        rules.append(f"Monday after {day - timedelta(1):%m-%d}")
    if day.weekday() == 4:
        rules.append(f"Friday before {day + timedelta(1):%m-%d}")
    distance = (day - easter(day.year)).days
    if -3 <= distance <= 60:
        rules.append(f"easter {distance:+d}")
    return rules


def _weekdays(days: np.ndarray) -> tuple[int, ...]:
    numbers = (days.astype(int) + 3) % 7
    counts = np.bincount(numbers, minlength=7)
    weeks = max(1.0, float((days[-1] - days[0]) / DAY) / 7)
    seen = tuple(int(d) for d in range(7) if counts[d] >= 0.4 * weeks)
    return seen or tuple(int(d) for d in np.unique(numbers))


def _holidays(days: np.ndarray, weekdays: tuple[int, ...]) -> tuple[str, ...]:
    """Return the rules that were closed each time, in at least `MIN_YEARS` years."""
    first, last = days[0].astype(object), days[-1].astype(object)
    if (last - first).days < 365 * MIN_YEARS:
        return ()
    have = set(days.astype(object))
    closed: dict[str, set[int]] = {}
    opened: set[str] = set()
    for number in range((last - first).days + 1):
        day = first + timedelta(number)
        if day.weekday() not in weekdays:
            continue
        for rule in rules_of(day):
            if day in have:
                opened.add(rule)
            else:
                closed.setdefault(rule, set()).add(day.year)
    kept = {
        rule: years
        for rule, years in closed.items()
        if rule not in opened and len(years) >= _needed(rule)
    }
    return tuple(sorted(_with_observance(kept)))


def _needed(rule: str) -> int:
    """Fixed dates fall on weekends, and their observed days are rare: fewer years must do."""
    if rule.startswith(("Monday", "Friday")):
        return 1
    return 2 if rule.startswith("fixed") else MIN_YEARS


def _with_observance(kept: dict[str, set[int]]) -> Iterable[str]:
    """Keep an observed Monday or Friday only beside the fixed date it stands for."""
    for rule in kept:
        observed = rule.startswith(("Monday after", "Friday before"))
        if not observed or f"fixed {rule.split()[-1]}" in kept:
            yield rule


def _times(rows: np.ndarray, days: np.ndarray, step: int) -> tuple[int, ...]:
    """Return the times of day with rows on most of the last 60 days; () when that is all day."""
    recent = rows[rows >= days[-60:][0].astype("datetime64[s]")]
    seconds = (recent - recent.astype("datetime64[D]")).astype(int)
    times, counts = np.unique(seconds, return_counts=True)
    seen = times[counts >= 0.5 * min(60, len(days))]
    if not len(seen) or len(seen) >= 0.9 * (86400 // step):
        return ()
    return tuple(int(second) for second in seen)


def _names(weekdays: tuple[int, ...]) -> str:
    return " ".join(WEEKDAYS[day] for day in weekdays)
