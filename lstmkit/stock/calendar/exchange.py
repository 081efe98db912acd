"""The sessions of exchanges, as the library exchange_calendars knows them; an optional extra."""

import importlib.util
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from lstmkit.errors import InputError

YEARS = 3  # that are asked of the library at once
DAY = np.timedelta64(1, "D")


def require(code: str) -> None:
    """Check that an exchange is known.

    Raises:
        InputError: It is not, or the extra is not installed.
    """
    if importlib.util.find_spec("exchange_calendars") is None:
        raise InputError(
            f'data.calendar={code} needs an extra: pip install "lstmkit[calendars]"; or leave it '
            f"out, and the file's own calendar is taken"
        )
    import exchange_calendars

    names = exchange_calendars.get_calendar_names()
    if code.upper() not in names:
        raise InputError(
            f"data.calendar: no exchange {code!r}; expected a code such as XNYS, XLON, XTKS or "
            f"XFRA, of those that exchange_calendars knows"
        )


def sessions_from(code: str, first: np.datetime64) -> Iterator[np.datetime64]:
    """Yield the days from `first` on that an exchange is open, `datetime64[D]`, without end."""
    start = first
    while True:
        found, stop = _sessions(code.upper(), str(start))
        yield from found
        start = stop + DAY


def close_of(code: str, day: np.datetime64) -> np.datetime64:
    """Return when an exchange closes on a day it is open, in its own time, `datetime64[s]`."""
    calendar = _calendar(code.upper(), str(day))
    local = calendar.session_close(str(day)).tz_convert(calendar.tz).tz_localize(None)
    return np.datetime64(local.to_datetime64(), "s")


def _sessions(code: str, start: str) -> tuple[np.ndarray, np.datetime64]:
    calendar = _calendar(code, start)
    days = calendar.sessions.to_numpy().astype("datetime64[D]")
    stop = np.datetime64(start, "D") + YEARS * 365 * DAY
    return days[(days >= np.datetime64(start, "D")) & (days <= stop)], stop


@lru_cache(maxsize=8)
def _between(code: str, first: str, last: str) -> Any:
    import exchange_calendars

    try:
        return exchange_calendars.get_calendar(code, start=first, end=last)
    except (ValueError, KeyError) as error:
        raise InputError(f"data.calendar={code}: {error!s:.200}") from error


def _calendar(code: str, day: str) -> Any:
    """Return a calendar that knows the years around a day; one object per few years."""
    year = int(day[:4]) // YEARS * YEARS
    return _between(code, f"{year}-01-01", f"{year + 2 * YEARS}-12-31")
