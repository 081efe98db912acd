"""What an exercise is: calls with the right answers, and known faults with their hints."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from lstmkit.cells.gradcheck import Problem

#: Switches a known mistake on in a function that is otherwise right.
Faults = frozenset[str]
NONE: Faults = frozenset()


@dataclass(frozen=True)
class Call:
    """One call of the reader's function.

    Attributes:
        function: Its name.
        arguments: What it is given.
        answer: The same function of ours, with faults to switch on.
        names: What a returned tuple holds, in order; empty where it returns one thing or a
            dictionary, which has names of its own.
        truth: The right answers by name where they do not come from `answer` but from an
            independent computation, such as central differences.
        problem: The network behind the numbers, where Keras can run it too.
    """

    function: str
    arguments: tuple[Any, ...]
    answer: Callable[..., Any]
    names: tuple[str, ...] = ()
    truth: Mapping[str, Any] | None = None
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

    def answered(self, faults: Faults = NONE) -> dict[str, Any]:
        """Return our answer by name, with faults."""
        with np.errstate(all="ignore"):
            return self.named(self.answer(*self.arguments, faults=faults))

    @property
    def expected(self) -> dict[str, Any]:
        """The right answer by name."""
        return self.answered() if self.truth is None else dict(self.truth)


@dataclass(frozen=True)
class Exercise:
    """One exercise.

    Attributes:
        number: Its place, from 1.
        name: Names its file, `NN_name.py`.
        title: What is written, in plain words.
        page: The page of `docs/learn` it belongs to.
        calls: Draws the calls of a hidden seed.
        hints: By fault, what to look at, in the words that are shown.
        nudges: What `lstmkit exercise hint` says, one after the other.
        judge: What the answers are held against, in words.
        errors: By kind of exception, or `function:kind`, what may be behind it.
        remark: From the values that came back, call by call, what they do in practice: a coverage,
            a leak. None where there is nothing to say.
    """

    number: int
    name: str
    title: str
    page: str
    calls: Callable[[np.random.Generator], list[Call]]
    hints: Mapping[str, str]
    nudges: tuple[str, ...]
    judge: str = "our own answer at hidden seeds"
    errors: Mapping[str, str] = field(default_factory=dict)
    remark: Callable[[list[Call], list[Any]], str] | None = None

    @property
    def file(self) -> str:
        """The name of its file."""
        return f"{self.number:02d}_{self.name}.py"
