"""The reader's folder of exercises: files begun, hints taken, exercises solved."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lstmkit import files
from lstmkit.errors import InputError
from lstmkit.lessons.exercises import catalogue, judge
from lstmkit.lessons.exercises.checks.exercise import Exercise

PROGRESS = "progress.json"
MAX_SOURCE = 1 << 20


@dataclass(frozen=True)
class Folder:
    """Where a reader works.

    Attributes:
        path: The folder; it need not be there yet.
    """

    path: Path

    def file(self, exercise: Exercise) -> Path:
        """Return where the reader's file of an exercise is."""
        return self.path / exercise.file

    def start(self, exercise: Exercise) -> Path:
        """Write the file with the holes.

        Raises:
            InputError: It is there already; nothing is overwritten.
        """
        path = self.file(exercise)
        if path.exists():
            raise InputError(
                f"{path}: already there, and it stays as it is; go on in it, or delete it to begin"
                f" anew"
            )
        files.write_text(path, exercise.task)
        return path

    def source(self, exercise: Exercise) -> str:
        """Return the reader's file.

        Raises:
            InputError: It is not there, or no text.
        """
        path = self.file(exercise)
        try:
            if path.stat().st_size > MAX_SOURCE:
                raise InputError(f"{path}: over {MAX_SOURCE:,} bytes; expected a Python file")
            return path.read_text(encoding="utf-8-sig")
        except FileNotFoundError as error:
            raise InputError(
                f"{path}: no such file; begin with `lstmkit exercise start {exercise.number}`"
            ) from error
        except OSError as error:
            raise InputError(f"{path}: cannot read it: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise InputError(f"{path}: not UTF-8 (byte {error.start}); save it as UTF-8") from error

    def check(self, exercise: Exercise, *, keras: bool = False) -> judge.Verdict:
        """Judge the reader's file, and keep what came of it.

        Raises:
            InputError: There is no such file.
        """
        path = str(self.file(exercise))
        verdict = judge.check(exercise, self.source(exercise), path=path, keras=keras)
        best = max(verdict.points, int(self._noted("points").get(exercise.name, 0)))
        self._note("points", exercise, best)
        if verdict.passed:
            self._note("solved", exercise, True)
        return verdict

    def not_begun(self, exercise: Exercise) -> judge.Verdict:
        """Return the verdict on a file that is not there."""
        return judge.Verdict(exercise, (), f"{self.file(exercise)}: not begun")

    def hint(self, exercise: Exercise) -> tuple[int, str]:
        """Return the number of the next hint, from 1, and the hint; the last one stays."""
        taken = int(self._noted("hints").get(exercise.name, 0))
        number = min(taken + 1, len(exercise.nudges))
        self._note("hints", exercise, number)
        return number, exercise.nudges[number - 1]

    def solution(self, exercise: Exercise) -> str:
        """Return one solution, and note that it was seen."""
        self._note("solutions", exercise, True)
        return exercise.solution

    def state(self, exercise: Exercise) -> str:
        """Return solved, begun, or nothing."""
        if self._noted("solved").get(exercise.name):
            return "solved"
        return "begun" if self.file(exercise).exists() else ""

    def begun(self) -> Sequence[Exercise]:
        """Return the exercises whose files are there."""
        return [one for one in catalogue.EXERCISES if self.file(one).exists()]

    def next(self) -> Exercise | None:
        """Return the first exercise that is not solved; None where all are."""
        unsolved = (one for one in catalogue.EXERCISES if self.state(one) != "solved")
        return next(unsolved, None)

    def to_json(self, exercise: Exercise) -> dict[str, Any]:
        """Return what is known about one exercise."""
        return {
            "exercise": exercise.number,
            "name": exercise.name,
            "title": exercise.title,
            "state": self.state(exercise) or "not begun",
            "points": int(self._noted("points").get(exercise.name, 0)),
            "hints": int(self._noted("hints").get(exercise.name, 0)),
            "solution_seen": bool(self._noted("solutions").get(exercise.name)),
            "page": f"docs/learn/{exercise.page}",
        }

    def _noted(self, kind: str) -> dict[str, Any]:
        path = self.path / PROGRESS
        if not path.exists():
            return {}
        with files.undamaged(path, remedy="delete it to begin your record anew"):
            noted = files.read_json(path, remedy="delete it to begin your record anew")
            return dict(noted.get(kind, {}))

    def _note(self, kind: str, exercise: Exercise, value: Any) -> None:
        path = self.path / PROGRESS
        kinds = ("points", "solved", "hints", "solutions")
        content = {one: self._noted(one) for one in kinds}
        content[kind][exercise.name] = value
        files.write_json(path, content)
