"""Check both cells: their gradients against differences of the loss, and against another judge."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from lstmkit.cells import gradcheck
from lstmkit.cells.gradcheck import Comparison, LSTMBackward, Problem

Judge = Callable[[Problem, LSTMBackward | None], list[Comparison]]


@dataclass(frozen=True)
class Check:
    """One line of the table of `cells check`.

    Attributes:
        cell: `rnn` or `lstm`.
        against: `differences` or `keras`.
        comparison: What was compared.
    """

    cell: str
    against: str
    comparison: Comparison

    @property
    def passed(self) -> bool:
        """Whether both agree."""
        return self.comparison.passed

    def row(self) -> dict[str, Any]:
        """Return the line as the table has it."""
        one = self.comparison
        return {
            "cell": self.cell,
            "parameter": one.name,
            "analytic": one.analytic,
            "numeric" if self.against == "differences" else "keras": one.numeric,
            "relative error": one.relative_error,
            "pass": "yes" if one.passed else "NO",
        }

    def to_json(self) -> dict[str, Any]:
        """Return the line for `--json`."""
        return {"cell": self.cell, "against": self.against, **asdict(self.comparison)}


def check_cells(
    seed: int = 0, *, keras: Judge | None = None, without_carry: bool = False
) -> list[Check]:
    """Check the gradients of both cells.

    Args:
        seed: Draws the networks.
        keras: `keras_parity.compare_with_keras`, to compare with Keras's own layers as well.
        without_carry: Show the LSTM's backpropagation with the carry left out instead.

    Returns:
        One line of the table for every array.
    """
    lines = []
    for cell in ("lstm",) if without_carry else ("rnn", "lstm"):
        problem = gradcheck.random_problem(cell, np.random.default_rng(seed))
        backward = gradcheck.lstm_backward_without_carry if without_carry else None
        compared = gradcheck.check_gradients(problem, gradients=problem.gradients(backward))
        lines += [Check(cell, "differences", one) for one in compared]
        if keras is not None:
            lines += [Check(cell, "keras", one) for one in keras(problem, backward)]
    return lines
