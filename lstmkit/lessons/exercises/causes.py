"""Find the likely cause: try the known mistakes on the reader's numbers."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from lstmkit.lessons.exercises.checks.exercise import Call, Exercise, Faults
from lstmkit.lessons.exercises.compare import TOLERANCE, Part, as_numbers, distance
from lstmkit.lessons.exercises.process import Ran

Named = Sequence[Mapping[str, Any]]


def find(
    exercise: Exercise, calls: Sequence[Call], named: Named, run: Ran, parts: Sequence[Part]
) -> tuple[str, ...]:
    """Return likely causes of what is wrong, in words.

    Every known mistake, and every two of them, is made on the same inputs. One whose numbers are
    the reader's own, in what is wrong and in what is right, is the cause. Where none is, a mistake
    that explains some of the wrong parts is offered; where that fails too, what can be seen in the
    numbers by themselves: a constant factor, a transposition.
    """
    raised = _raised(exercise, calls, run)
    if raised:
        return raised
    wrong = [part.name for part in parts if not part.right]
    best: tuple[list[str], Faults] = ([], frozenset())
    for faults in _candidates(exercise):
        explained, whole = _explained(calls, named, faults, wrong)
        if whole:
            return tuple(exercise.hints[name] for name in exercise.hints if name in faults)
        if len(faults) == 1 and len(explained) > len(best[0]):
            best = explained, faults
    if best[0]:
        (name,) = best[1]
        rest = [one for one in wrong if one not in best[0]]
        return (
            (
                f"{exercise.hints[name]} (This explains {', '.join(best[0])}, not"
                f" {', '.join(rest)}.)",
            )
            if rest
            else (exercise.hints[name],)
        )
    return tuple(filter(None, (_seen(calls, named, name) for name in wrong)))[:3]


def _candidates(exercise: Exercise) -> Iterator[Faults]:
    for size in (1, 2):
        yield from map(frozenset, itertools.combinations(exercise.hints, size))


def _raised(exercise: Exercise, calls: Sequence[Call], run: Ran) -> tuple[str, ...]:
    found = []
    for call, error in zip(calls, run.errors, strict=True):
        kind = (error or "").partition(":")[0]
        for key in (f"{call.function}:{kind}", kind):
            if kind and key in exercise.errors and exercise.errors[key] not in found:
                found.append(exercise.errors[key])
    return tuple(found)


def _explained(
    calls: Sequence[Call], named: Named, faults: Faults, wrong: Sequence[str]
) -> tuple[list[str], bool]:
    """Return which wrong parts a mistake explains, and whether it explains everything."""
    agrees = dict.fromkeys(wrong, True)
    whole = True
    for call, answer in zip(calls, named, strict=True):
        try:
            made = call.answered(faults)
        except (ValueError, TypeError, IndexError):
            return [], False
        for name, number in made.items():
            same = name in answer and _same(answer[name], number)
            whole = whole and (same or name not in call.expected)
            if name in agrees and not same:
                agrees[name] = False
    return [name for name in wrong if agrees[name]], whole


def _same(found: Any, made: Any) -> bool:
    if isinstance(made, list) and made and isinstance(made[0], str):
        return bool(found == made)
    ours, theirs = as_numbers(made), as_numbers(found)
    if ours is None or theirs is None or ours.shape != theirs.shape:
        return False
    return distance(theirs, ours) <= TOLERANCE


def _seen(calls: Sequence[Call], named: Named, name: str) -> str:
    """Say what can be seen in wrong numbers by themselves."""
    found, right = (
        next(
            (answer[name], call.expected[name])
            for call, answer in zip(calls, named, strict=True)
            if name in call.expected and name in answer
        )
        if any(name in answer for answer in named)
        else (None, None)
    )
    ours, theirs = as_numbers(right), as_numbers(found)
    if ours is None or theirs is None or not theirs.size:
        return ""
    if theirs.ndim == 2 and theirs.shape == ours.T.shape and distance(theirs, ours.T) <= TOLERANCE:
        return f"{name} is transposed."
    if theirs.shape != ours.shape:
        return ""
    with np.errstate(all="ignore"):
        factor = float((theirs * ours).sum() / (ours * ours).sum())
        if np.isfinite(factor) and abs(factor) > TOLERANCE:
            close = distance(theirs, factor * ours) <= TOLERANCE
            if close and abs(factor + 1) <= TOLERANCE:
                return f"{name} has the wrong sign."
            if close and abs(factor - 1) > TOLERANCE:
                return f"{name} is off by the constant factor {factor:.4g}."
    return ""
