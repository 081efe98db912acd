"""When rows come, told from their dates: days of the week, times of day, places in the month."""

import numpy as np

DAY = np.timedelta64(1, "D")
RECENT_DAYS = 60  # that tell the times of day
BUSINESS = "last weekday"
ANCHORS = (BUSINESS, "first weekday", "last day")
CHANCE = 1e-4  # of seeing no row where there are some


def anchored(month: np.datetime64, anchor: str) -> np.datetime64 | None:
    """Return the day of a month that an anchor names, None for no anchor."""
    if anchor not in ANCHORS:
        return None
    first, end = month.astype("datetime64[D]"), (month + 1).astype("datetime64[D]") - DAY
    if anchor == BUSINESS:
        return np.busday_offset(end, 0, roll="backward")
    return end if anchor == "last day" else np.busday_offset(first, 0, roll="forward")


def anchor(dates: np.ndarray) -> str:
    """Return where in its month nearly every row lies, "" where that is one day of the month."""
    days = dates.astype("datetime64[D]")
    months = days.astype("datetime64[M]")
    if len(np.unique((days - months.astype("datetime64[D]")).astype(int))) == 1:
        return ""
    for place in ("last day", *ANCHORS):
        expected = np.array([anchored(month, place) for month in months])
        if (expected == days).mean() >= 0.9:
            return place
    ends = (months + 1).astype("datetime64[D]") - days
    return BUSINESS if (ends.astype(int) <= 4).all() else ""


def weekdays(days: np.ndarray, *, closed_nights: bool) -> tuple[int, ...]:
    """Return the open days of the week: all but those that had the chance and no rows.

    Where the nights are closed, it is an exchange, and weekends that a file of less than a week
    cannot show are closed too.
    """
    numbers = (days.astype(int) + 3) % 7
    span = np.arange(days[0], days[-1] + DAY)
    chances = np.bincount((span.astype(int) + 3) % 7, minlength=7)
    counts = np.bincount(numbers, minlength=7)
    unseen = [d for d in range(7) if chances[d] == 0 and (not closed_nights or d < 5)]
    seen = [d for d in range(7) if counts[d] and counts[d] >= 0.4 * chances[d]]
    return tuple(sorted({*unseen, *seen})) or tuple(int(d) for d in np.unique(numbers))


def usual_time(rows: np.ndarray) -> tuple[int, ...]:
    """Return the time of day of rows a day apart, where the last row has another one."""
    seconds = (rows - rows.astype("datetime64[D]")).astype(int)
    clock, counts = np.unique(seconds, return_counts=True)
    usual = int(clock[counts.argmax()])
    return (usual,) if counts.max() > 0.5 * len(rows) and seconds[-1] != usual else ()


def times(rows: np.ndarray, step: int) -> tuple[int, ...]:
    """Return the times of day that are open; () when that is all day.

    A time is closed if it had rows on none, or on next to none, of the days on which it could.
    """
    days = rows.astype("datetime64[D]")
    rows = rows[days >= np.unique(days)[-RECENT_DAYS:][0]]
    days = rows.astype("datetime64[D]")
    seconds = (rows - days).astype(int)
    offset = int(np.bincount(seconds % step).argmax()) if step > 1 else 0
    on_grid = seconds % step == offset
    if on_grid.mean() < 0.8 or 86400 % step:
        return ()
    slots = np.arange(offset, 86400, step)
    open_days = np.unique(days)
    counts = np.bincount((seconds[on_grid] - offset) // step, minlength=len(slots))
    starts = open_days.astype("datetime64[s]")
    first, last = rows[0] - starts[0], rows[-1] - starts[-1]
    chances = np.full(len(slots), len(open_days))
    chances -= slots < first.astype(int)
    chances -= slots > last.astype(int)
    used = counts > 0
    filled = min(1.0, float(counts[used].sum() / max(1, chances[used].sum())))
    typical = float(np.median(counts[used]))
    never = (counts == 0) & (chances > 0) & ((1 - filled) ** chances < CHANCE)
    rarely = (counts < 0.2 * typical) & (chances >= 10)
    closed = never | rarely
    return () if not closed.any() else tuple(int(s) for s in slots[~closed])
