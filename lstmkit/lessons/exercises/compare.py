"""One answer beside the right one: the same, or in which way not."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from lstmkit.lessons.exercises.checks.exercise import Call
from lstmkit.lessons.exercises.codec import Other
from lstmkit.lessons.exercises.process import Ran

TOLERANCE = 1e-6
SMALLEST = 1e-2  # norms below it are compared as if they were it: differences have rounding too


@dataclass(frozen=True)
class Part:
    """One thing that an exercise asks for, over all its calls.

    Attributes:
        name: `dWf`, `a_next`, a function's name.
        right: Whether it is right in every call.
        error: Largest relative error, norm over norm; None where there are no numbers to compare.
        said: What is wrong about its form; empty where that is right.
    """

    name: str
    right: bool
    error: float | None
    said: str

    def to_json(self) -> dict[str, Any]:
        """Return the object that `--json` prints; infinity becomes null."""
        content = asdict(self)
        if self.error is not None and not np.isfinite(self.error):
            content["error"] = None
        return content


def compare(calls: Sequence[Call], named: Sequence[Mapping[str, Any]], run: Ran) -> list[Part]:
    """Compare every call's answers with the right ones, by name.

    Args:
        calls: What was asked.
        named: What came back, by name.
        run: The same as it came, and what was raised.

    Returns:
        One part for every name that is asked for, in the order of asking.
    """
    found: dict[str, Part] = {}
    for call, answer, value, error in zip(calls, named, run.values, run.errors, strict=True):
        for name, expected in call.truth.items():
            if error is not None:
                part = Part(name, False, None, error)
            elif name not in answer:
                part = Part(name, False, None, _missing(call, value))
            else:
                part = one(name, answer[name], expected)
            before = found.get(name)
            if before is None or (before.right and not part.right):
                found[name] = part
            elif before.error is not None and part.error is not None:
                worst = max(before.error, part.error)
                found[name] = Part(name, before.right and part.right, worst, before.said)
    return list(found.values())


def one(name: str, found: Any, expected: Any) -> Part:
    """Compare one answer with the right one."""
    if isinstance(found, Other):
        return Part(name, False, None, f"is {found.name}")
    if found is None:
        return Part(name, False, None, "is None: does the function return it?")
    if _texts(expected):
        same = list(found) == list(expected) if isinstance(found, list | tuple) else False
        return Part(name, same, None, "" if same else _first_text(found, expected))
    array = as_numbers(found)
    if array is None:
        return Part(name, False, None, f"is {found!r:.60}; expected numbers")
    right = np.asarray(expected, float)
    if array.shape != right.shape:
        return Part(name, False, None, f"has shape {array.shape}; expected {right.shape}")
    error = distance(array, right)
    return Part(name, error <= TOLERANCE, error, "" if np.isfinite(error) else "holds NaN or inf")


def as_numbers(value: Any) -> Any:
    """Return a value as an array of floats; None where it is none."""
    try:
        return np.asarray(value, float)
    except (TypeError, ValueError):
        return None


def distance(found: Any, right: Any) -> float:
    """Return the norm of a difference over the larger norm; infinite where NaNs or infs differ."""
    odd = ~np.isfinite(found) | ~np.isfinite(right)
    if not np.array_equal(found[odd], right[odd], equal_nan=True):
        return float("inf")
    found, right = np.where(odd, 0, found), np.where(odd, 0, right)
    scale = max(float(np.linalg.norm(found)), float(np.linalg.norm(right)), SMALLEST)
    return float(np.linalg.norm(found - right)) / scale


def _texts(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], str)


def _first_text(found: Any, expected: Sequence[str]) -> str:
    if not isinstance(found, list | tuple):
        return f"is {type(found).__name__}; expected a list of texts"
    if len(found) != len(expected):
        return f"has {len(found)} entries; expected {len(expected)}"
    place = next(
        k for k, pair in enumerate(zip(found, expected, strict=True)) if pair[0] != pair[1]
    )
    return f"entry {place} is {found[place]!r:.40}; expected {expected[place]!r:.40}"


def _missing(call: Call, value: Any) -> str:
    if value is None:
        return f"{call.function} returned None: is the return line there?"
    if isinstance(value, dict):
        return "is missing from the dictionary"
    wanted = ", ".join(call.names)
    number = len(value) if isinstance(value, tuple | list) else "one thing"
    return f"{call.function} should return {wanted or 'a dictionary'}; found {number}"
