"""Hold what the reader's functions returned against what is right, and say what may be wrong."""

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lstmkit.lessons.exercises import causes, process
from lstmkit.lessons.exercises.checks.exercise import Call, Exercise
from lstmkit.lessons.exercises.compare import Part, compare

SEEDS = (3, 19, 41)
POINTS = 10


@dataclass(frozen=True)
class Verdict:
    """What became of one exercise.

    Attributes:
        exercise: Which one.
        parts: Each thing that was asked for: a gradient, an array, a function's answer.
        message: One sentence for reader and grader.
        causes: Likely causes of what is wrong, the likeliest first.
        remark: What the reader's numbers do in practice; empty where there is nothing to say.
        printed: What the reader's code printed.
    """

    exercise: Exercise
    parts: Sequence[Part]
    message: str
    causes: Sequence[str] = ()
    remark: str = ""
    printed: str = ""

    @property
    def passed(self) -> bool:
        """Whether everything is right."""
        return bool(self.parts) and all(part.right for part in self.parts)

    @property
    def points(self) -> int:
        """Points out of `POINTS`: the share of the parts that are right, rounded down."""
        right = sum(part.right for part in self.parts)
        return POINTS * right // len(self.parts) if self.parts else 0

    def to_json(self) -> dict[str, Any]:
        """Return the object that `--json` prints."""
        return {
            "exercise": self.exercise.number,
            "name": self.exercise.name,
            "passed": self.passed,
            "points": self.points,
            "out_of": POINTS,
            "message": self.message,
            "causes": list(self.causes),
            "remark": self.remark,
            "parts": [part.to_json() for part in self.parts],
        }


def check(
    exercise: Exercise,
    source: str,
    *,
    path: str = "exercise.py",
    keras: bool = False,
    seconds: float = process.TIME_LIMIT,
) -> Verdict:
    """Run the reader's functions at hidden seeds and judge them.

    Args:
        exercise: Which one.
        source: The reader's Python file; run in a process of its own, never in this one.
        path: Its name, for messages.
        keras: Ask Keras as well, where it has a say.
        seconds: How long that process may take.

    Returns:
        The verdict.
    """
    holes = open_holes(source)
    if holes:
        line, text = holes[0]
        return Verdict(exercise, (), f"{path}, line {line}: a hole is still open: {text}")
    rounds = [exercise.calls(seed) for seed in SEEDS]
    calls = [call for drawn in rounds for call in drawn]
    run = process.run(source, path, calls, seconds=seconds)
    if run.failed:
        return Verdict(exercise, (), run.failed, printed=run.printed)
    named = [
        call.named(value) if error is None else {}
        for call, value, error in zip(calls, run.values, run.errors, strict=True)
    ]
    parts = compare(calls, named, run)
    if keras and all(part.right for part in parts):
        parts = [*parts, *_keras_parts(calls, named)]
    wrong = [part.name for part in parts if not part.right]
    found = causes.find(exercise, calls, named, run, parts) if wrong else ()
    remark = _remark(exercise, rounds[0], run.values) if not any(run.errors) else ""
    return Verdict(exercise, parts, _message(exercise, parts, keras), found, remark, run.printed)


def open_holes(source: str) -> list[tuple[int, str]]:
    """Return line and text of every `...` that is left in a file; none where it does not parse.

    `x[..., 0]` is an index, not a hole.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # the last two: nested too deep
        return []
    lines = source.splitlines()
    indices = [n.slice for n in ast.walk(tree) if isinstance(n, ast.Subscript)]
    meant = {id(inner) for index in indices for inner in ast.walk(index)}
    holes = (n for n in ast.walk(tree) if isinstance(n, ast.Constant) and n.value is Ellipsis)
    open_ones = (hole.lineno for hole in holes if id(hole) not in meant)
    return sorted((line, lines[line - 1].strip()) for line in open_ones)


def _message(exercise: Exercise, parts: Sequence[Part], keras: bool) -> str:
    right, total = sum(part.right for part in parts), len(parts)
    if right == total:
        judges = exercise.judge + (" and Keras" if keras and total > _asked(parts) else "")
        return f"right: {right} of {total}, held against {judges}"
    wrong = ", ".join(part.name for part in parts if not part.right)
    good = ", ".join(part.name for part in parts if part.right)
    return f"{right} of {total} right; wrong: {wrong}" + (f"; right: {good}" if good else "")


def _asked(parts: Sequence[Part]) -> int:
    return sum(not part.name.startswith("Keras: ") for part in parts)


def _keras_parts(calls: Sequence[Call], named: Sequence[Mapping[str, Any]]) -> list[Part]:
    from lstmkit.lessons.exercises.checks import truth

    found: dict[str, Part] = {}
    for call, answer in zip(calls, named, strict=True):
        if call.problem is None:
            continue
        for one in truth.with_keras(call.problem, answer):
            name = f"Keras: {one.name}"
            if name not in found or found[name].right:
                found[name] = Part(name, one.passed, one.relative_error, "")
    return list(found.values())


def _remark(exercise: Exercise, calls: list[Call], values: Sequence[Any]) -> str:
    if exercise.remark is None:
        return ""
    try:
        return exercise.remark(calls, list(values[: len(calls)]))
    except (TypeError, ValueError, AttributeError, IndexError):  # answers of another form
        return ""
