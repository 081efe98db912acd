"""Find the likely cause: try the known mistakes on the reader's numbers."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from lstmkit.lessons.exercises.checks.exercise import Call, Exercise
from lstmkit.lessons.exercises.compare import TOLERANCE, Part, as_numbers, distance
from lstmkit.lessons.exercises.process import Ran

Named = Sequence[Mapping[str, Any]]
Mistakes = tuple[str, ...]


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
    best: tuple[list[str], Mistakes] = ([], ())
    for mistakes in _candidates(exercise):
        made = exercise.answers(calls, mistakes)
        explained, whole = _explained(calls, named, made, wrong)
        if whole:
            return tuple(exercise.hints[one] for one in mistakes)
        if len(mistakes) == 1 and len(explained) > len(best[0]):
            best = explained, mistakes
    if best[0]:
        hint = exercise.hints[best[1][0]]
        rest = ", ".join(one for one in wrong if one not in best[0])
        return (hint + f" (This explains {', '.join(best[0])}, not {rest}.)" * bool(rest),)
    return tuple(filter(None, (_seen(calls, named, name) for name in wrong)))[:3]


def _candidates(exercise: Exercise) -> Iterator[Mistakes]:
    for size in (1, 2):
        yield from itertools.combinations(exercise.hints, size)


def _raised(exercise: Exercise, calls: Sequence[Call], run: Ran) -> tuple[str, ...]:
    found = []
    for call, error in zip(calls, run.errors, strict=True):
        kind = (error or "").partition(":")[0]
        for key in (f"{call.function}:{kind}", kind):
            if kind and key in exercise.errors and exercise.errors[key] not in found:
                found.append(exercise.errors[key])
    return tuple(found)


def _explained(
    calls: Sequence[Call], named: Named, made: Named, wrong: Sequence[str]
) -> tuple[list[str], bool]:
    """Return which wrong parts a mistake explains, and whether it explains everything."""
    differ = {
        name
        for call, answer, mistaken in zip(calls, named, made, strict=True)
        for name in call.truth
        if not _same(answer.get(name), mistaken.get(name))
    }
    return [name for name in wrong if name not in differ], not differ


def _same(found: Any, made: Any) -> bool:
    if found is None or made is None:
        return found is made
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
            (answer[name], call.truth[name])
            for call, answer in zip(calls, named, strict=True)
            if name in call.truth and name in answer
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
