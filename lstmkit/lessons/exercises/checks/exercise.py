"""What an exercise is: calls with the right answers, and known mistakes with their hints."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib import resources
from textwrap import dedent
from typing import Any

import numpy as np

from lstmkit.cells.gradcheck import Problem

ARROW = " -> "  # between what stands in a solution and what people write instead
#: In the text of an exercise: an answer, and what the task shows instead where that is not `...`.
_HOLE = re.compile(r"<<(.*?)(?:\|\|(.*?))?>>", re.DOTALL)
_BESIDE_A_HOLE = re.compile(r"(>>[^\n#]*?)  #[^\n]*")
_MISTAKE = re.compile(r"((?:^\S.*\n)+)((?:^ .*\n)+)", re.MULTILINE)


@dataclass(frozen=True)
class Call:
    """One call of the reader's function.

    Attributes:
        function: Its name.
        arguments: What it is given.
        names: What a returned tuple holds, in order; empty where it returns one thing or a
            dictionary, which has names of its own.
        truth: The right answers by name, from an independent computation such as central
            differences; where there is none, the solution's.
        problem: The network behind the numbers, where Keras can run it too.
    """

    function: str
    arguments: tuple[Any, ...]
    names: tuple[str, ...] = ()
    truth: Mapping[str, Any] = field(default_factory=dict)
    problem: Problem | None = None

    def named(self, value: Any) -> dict[str, Any]:
        """Return what a function returned by the names of its parts; empty if it has another form.

        Args:
            value: What came back.
        """
        if isinstance(value, dict):
            return value
        if not self.names:
            return {self.function: value}
        fits = isinstance(value, tuple | list) and len(value) == len(self.names)
        return dict(zip(self.names, value, strict=True)) if fits else {}


@dataclass(frozen=True)
class Exercise:
    """One exercise.

    Attributes:
        file: Of the reader: its place, from 1, and its name, `NN_name.py`.
        page: The page of `docs/learn` it belongs to.
        draw: Draws the calls of a hidden seed.
        mistakes: What people write: what stands in the solution, an arrow, what they write instead,
            such as `1 - a**2 -> 1 - a`, a line for each piece; then, indented, what to look at.
        nudges: What `lstmkit exercise hint` says, one after the other.
        judge: What the answers are held against, in words.
        errors: By kind of exception, or `function:kind`, what may be behind it.
        remark: From the values that came back, call by call, what they do in practice: a coverage,
            a leak. None where there is nothing to say.
    """

    file: str
    page: str
    draw: Callable[[np.random.Generator], list[Call]]
    mistakes: str
    nudges: tuple[str, ...]
    judge: str = "our own answer at hidden seeds"
    errors: Mapping[str, str] = field(default_factory=dict)
    remark: Callable[[list[Call], list[Any]], str] | None = None

    @property
    def number(self) -> int:
        """Its place, from 1."""
        return int(self.file[:2])

    @property
    def name(self) -> str:
        """Its name."""
        return self.file[3:].removesuffix(".py")

    @property
    def title(self) -> str:
        """What is written, in plain words: the first line of the task."""
        return self.task.partition(": ")[2].partition(".\n")[0]

    @cached_property
    def hints(self) -> dict[str, str]:
        """What to look at, in the words that are shown, by mistake: what is swapped in it."""
        found = _MISTAKE.findall(dedent(self.mistakes))
        return {pieces.strip(): " ".join(hint.split()) for pieces, hint in found}

    @cached_property
    def task(self) -> str:
        """The file that the reader fills in."""
        return _HOLE.sub(lambda hole: hole[2] or "...", self._text)

    @cached_property
    def solution(self) -> str:
        """One way to do it, without what the task says beside its holes."""
        code = _BESIDE_A_HOLE.sub(r"\1", self._text).partition('\n"""\n')[2]
        return f'"""One way to do exercise {self.number}."""\n' + _HOLE.sub(r"\1", code)

    @property
    def _text(self) -> str:
        folder = resources.files("lstmkit.lessons.exercises") / "tasks"
        return (folder / f"{self.file[:-3]}.txt").read_text(encoding="utf-8")

    def calls(self, seed: int) -> list[Call]:
        """Return the calls of a hidden seed, each with what is right."""
        drawn = self.draw(np.random.default_rng([self.number, seed]))
        answers = self.answers(drawn)
        return [replace(c, truth=c.truth or a) for c, a in zip(drawn, answers, strict=True)]

    def answers(
        self, calls: Sequence[Call], mistakes: Collection[str] = ()
    ) -> list[dict[str, Any]]:
        """Return the answer of the solution to each call, by name, with mistakes put into it."""
        source = self.solution
        for piece in "\n".join(mistakes).splitlines():
            right, written = piece.split(ARROW)
            source = source.replace(right, written)
        functions: dict[str, Any] = {"np": np}
        with np.errstate(all="ignore"):
            exec(source, functions)  # noqa: S102 - our own solution, and pieces of our own
            return [_answer(functions[call.function], call) for call in calls]


def _answer(function: Callable[..., Any], call: Call) -> dict[str, Any]:
    """Return what a function of ours answers, by name; nothing where a mistake makes it raise."""
    try:
        return call.named(function(*call.arguments))
    except (ArithmeticError, LookupError, TypeError, ValueError):
        return {}
