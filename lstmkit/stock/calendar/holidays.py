"""Holidays as rules, told from the days on which a file has no rows.

A rule is a text: `fixed 07-14`; with the weekday that stands for a weekend, `sunday 01-01` (Monday
for a Sunday), `nearest 07-04` (also Friday for a Saturday) or `next 12-25` (Monday for both);
`4. Thu of month 11`, `last Mon of month 5`, or days from Easter Sunday, `easter -2`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from dateutil.easter import easter

MIN_YEARS = 3
NEEDED = 2  # years in which a fixed date must have been closed, the last ones
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
FIXED = ("fixed", "sunday", "nearest", "next")
#: By how a file's holidays treat weekends: in which order the kinds of fixed dates are tried.
ORDER = {
    "fixed": ("fixed", "sunday", "nearest", "next"),
    "sunday": ("sunday", "nearest", "next", "fixed"),
    "nearest": ("nearest", "sunday", "next", "fixed"),
    "next": ("next", "sunday", "nearest", "fixed"),
}
#: Months whose Monday holidays are by custom the last Monday, not the fourth.
LAST_MONDAYS = (5, 8)


def rules_of(day: date) -> list[str]:
    """Return every rule that a day would fall under."""
    nth = (day.day - 1) // 7 + 1
    weekday = WEEKDAYS[day.weekday()]
    rules = [*_fixed(FIXED, day), f"{nth}. {weekday} of month {day.month}"]
    if (day + timedelta(7)).month != day.month:
        rules.append(f"last {weekday} of month {day.month}")
    if day.weekday() == 0:
        sunday, saturday = day - timedelta(1), day - timedelta(2)
        rules += [*_fixed(FIXED[1:], sunday), *_fixed(("next",), saturday)]
    if day.weekday() == 4:
        rules += _fixed(("nearest",), day + timedelta(1))
    distance = (day - easter(day.year)).days
    if -3 <= distance <= 60:
        rules.append(f"easter {distance:+d}")
    return rules


def _fixed(kinds: Iterable[str], day: date) -> list[str]:
    date_of_year = f"{day.month:02}-{day.day:02}"  # `strftime` takes ten times as long
    return [f"{kind} {date_of_year}" for kind in kinds]


def infer(days: np.ndarray, weekdays: tuple[int, ...]) -> tuple[str, ...]:
    """Return the rules under which a file was closed in each of its last years.

    Args:
        days: Days with rows, `datetime64[D]`, increasing.
        weekdays: Days of the week that are open, Monday is 0.
    """
    first, last = days[0].astype(object), days[-1].astype(object)
    if (last - first).days < 365 * MIN_YEARS - 10:
        return ()
    have = set(days.astype(object))
    seen: dict[str, list[tuple[date, bool]]] = {}
    for number in range((last - first).days + 1):
        day = first + timedelta(number)
        if day.weekday() in weekdays:
            for rule in rules_of(day):
                seen.setdefault(rule, []).append((day, day not in have))
    lasting = {rule: held for rule, times in seen.items() if (held := _held(rule, times))}
    return tuple(sorted(_simplest(lasting)))


@dataclass(frozen=True)
class Held:
    """How a rule has held.

    Attributes:
        days: The closed days since it last did not.
        always: Whether it always did.
    """

    days: frozenset[date]
    always: bool


def _held(rule: str, times: list[tuple[date, bool]]) -> Held | None:
    """Return how a rule has held, None where that is too short to count.

    A fixed date counts after two years, since weekends hide it, and only with a day of its own;
    where it was open before, those must be the last two years.
    """
    latest = []
    for day, closed in reversed(times):
        if not closed:
            break
        latest.append(day)
    years = {_year(day) for day in latest}
    always = len(latest) == len(times)
    if not rule.startswith(FIXED):
        needed = MIN_YEARS
    elif not any(f"{day:%m-%d}" == rule.split()[-1] for day in latest):
        return None
    else:
        last = _year(times[-1][0])
        needed = NEEDED if always or {last, last - 1} <= years else MIN_YEARS
    return Held(frozenset(latest), always) if len(years) >= needed else None


def _year(day: date) -> int:
    """Return the year that a closed day belongs to: 31 December may stand for New Year."""
    return (day + timedelta(3)).year


def _simplest(lasting: dict[str, Held]) -> Iterable[str]:
    """Return the rules that explain closed days not yet explained, the surest kinds first."""
    observed = _observance(lasting)

    def preference(rule: str) -> tuple[bool, bool, int, int, str]:
        kind, held = rule.split()[0], lasting[rule]
        if kind not in FIXED:
            return False, not held.always, 0, kind != "easter" and 1 + _unusual(rule), rule
        return True, not held.always, -len(held.days), ORDER[observed].index(kind), rule

    kept: list[str] = []
    explained: set[date] = set()
    for rule in sorted(lasting, key=preference):
        days = lasting[rule].days
        if len(days - explained) < NEEDED or _date_of(rule) in map(_date_of, kept):
            continue
        kept.append(rule)
        explained |= days
    return kept


def _date_of(rule: str) -> str:
    """Return the date of a fixed rule, else the rule."""
    return rule.split()[-1] if rule.startswith(FIXED) else rule


def _observance(lasting: dict[str, Held]) -> str:
    """Return how the file's fixed holidays treat weekends, by the days that tell."""
    votes = dict.fromkeys(FIXED, 0)
    for rule, held in lasting.items():
        kind = rule.split()[0]
        if kind in votes and held.always:
            votes[kind] += sum(f"{day:%m-%d}" != rule.split()[-1] for day in held.days)
    return max(FIXED, key=lambda kind: (votes[kind], -FIXED.index(kind)))


def _unusual(rule: str) -> int:
    """Return 1 for the last weekday of a month where custom counts from its start, and so on."""
    customary = "Mon of month" in rule and int(rule.split()[-1]) in LAST_MONDAYS
    return int(rule.startswith("last") != customary)
