"""The order in which bars are played: repeats, endings, da capo, dal segno, coda and fine."""

from collections.abc import Sequence
from dataclasses import dataclass

MOST_TIMES = 16  # a repeat is played, at most


@dataclass(frozen=True)
class Marks:
    """What stands at a bar.

    Attributes:
        forward: Whether a repeat begins with it.
        times: How often what ends with it is played; 1 where no repeat ends.
        endings: The times for which it is an ending, such as {1, 2}; empty for other bars.
        segno: Whether a dal segno comes back to it.
        coda: Whether the coda begins with it.
        to_coda: Whether, after da capo or dal segno, the coda follows it.
        fine: Whether, after da capo or dal segno, the piece ends with it.
        back: `start` for da capo, `segno` for dal segno, empty for neither.
    """

    forward: bool = False
    times: int = 1
    endings: frozenset[int] = frozenset()
    segno: bool = False
    coda: bool = False
    to_coda: bool = False
    fine: bool = False
    back: str = ""


def played(marks: Sequence[Marks], *, most: int) -> list[int]:
    """Return the indices of bars in the order in which they are played.

    Repeats are not taken again after da capo or dal segno, where the last ending is played.

    Args:
        marks: Of each bar.
        most: Bars at which it ends, whatever the marks.
    """
    last = _last_endings(marks)
    order: list[int] = []
    start, turn, returned, at = 0, 1, False, 0
    while at < len(marks) and len(order) < most:
        bar = marks[at]
        if bar.forward and start != at:
            start, turn = at, 1
        left_out = bar.endings and (
            max(bar.endings) < last[at] if returned else turn not in bar.endings
        )
        if left_out:
            at += 1
            continue
        order.append(at)
        if returned and bar.fine:
            break
        if returned and bar.to_coda:
            at = next((i for i in range(at + 1, len(marks)) if marks[i].coda), at + 1)
            continue
        times = min(max(bar.times, last[at] if bar.times > 1 else 1), MOST_TIMES)
        if times > 1 and not returned:
            if turn < times:
                at, turn = start, turn + 1
                continue
            start, turn = at + 1, 1
        if bar.back and not returned:
            at, returned = _place(marks, at, bar.back), True
            continue
        if bar.endings and (at + 1 == len(marks) or not marks[at + 1].endings):
            start, turn = at + 1, 1
        at += 1
    return order


def _place(marks: Sequence[Marks], at: int, back: str) -> int:
    """Return where da capo or dal segno leads."""
    if back == "segno":
        return next((i for i in range(at, -1, -1) if marks[i].segno), 0)
    return 0


def _last_endings(marks: Sequence[Marks]) -> list[int]:
    """Return the highest number of the endings that each bar is among; 0 for other bars."""
    found = [0] * len(marks)
    at = 0
    while at < len(marks):
        until = at
        while until < len(marks) and marks[until].endings:
            until += 1
        highest = max((max(marks[i].endings) for i in range(at, until)), default=0)
        found[at:until] = [highest] * (until - at)
        at = max(until, at + 1)
    return found
