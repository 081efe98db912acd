"""The story of a trace: choose a cell, take it apart, show a step."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lstmkit.errors import InputError
from lstmkit.lessons.trace import lines, page
from lstmkit.lessons.trace.sources import of_run, tiny
from lstmkit.lessons.trace.step import Trace

__all__ = ["Shown", "of_run", "show", "tiny"]


@dataclass(frozen=True)
class Shown:
    """A step of a trace.

    Attributes:
        text: One unit at one step: equations and numbers.
        content: All units, at that step or at all of them, for JSON.
    """

    text: str
    content: dict[str, Any]


def show(trace: Trace, *, step: int | None = None, unit: int = 0, to: Path | None = None) -> Shown:
    """Show one unit at one step, and write the page.

    Args:
        trace: What was taken apart.
        step: From 1; None: the last, and all of them in `content`.
        unit: From 0.
        to: Where to write the page; None: nowhere.

    Raises:
        InputError: There is no such step or unit.
        RunError: The page cannot be written.
    """
    count = len(trace.steps)
    if step is not None and not 1 <= step <= count:
        raise InputError(f"--step {step}: there are {count} steps; expected 1 to {count}")
    if not 0 <= unit < trace.n_a:
        raise InputError(
            f"--unit {unit}: layer {trace.layer} has {trace.n_a} units; expected 0 to"
            f" {trace.n_a - 1}"
        )
    at = (step or count) - 1
    if to is not None:
        page.write(trace, to, step=at, unit=unit)
    chosen = range(count) if step is None else [at]
    return Shown(lines.table(trace, at, unit), lines.content(trace, chosen))
