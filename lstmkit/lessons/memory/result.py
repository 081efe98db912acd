"""What was measured: a table, a sentence, numbers."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from tabulate import tabulate

from lstmkit.lessons.memory import task
from lstmkit.lessons.memory.measure import Plan, Trained, left
from lstmkit.lessons.memory.network import CELLS

LEARNT = 0.9
NAMES = {"rnn": "RNN", "lstm": "LSTM"}
WIDTH = 96
TABLE, CONTENT = "memory.csv", "memory.json"


@dataclass(frozen=True)
class Memory:
    """Every network that was trained.

    Attributes:
        plan: What was measured.
        trained: The networks.
    """

    plan: Plan
    trained: Sequence[Trained]

    def of(self, cell: str, lag: int) -> list[Trained]:
        """Return the networks of one kind at one lag."""
        return [one for one in self.trained if (one.cell, one.lag) == (cell, lag)]

    def accuracy(self, cell: str, lag: int) -> list[float]:
        """Return the accuracy of each of them."""
        return [one.accuracy for one in self.of(cell, lag)]

    def left(self, cell: str, lag: int, *, after: bool) -> float:
        """Return the share of the gradient that is left at the symbol, geometric mean."""
        found = [left(one.after if after else one.before) for one in self.of(cell, lag)]
        return float(np.exp(np.log(np.maximum(found, 1e-300)).mean()))

    def rows(self) -> list[dict[str, Any]]:
        """Return the table: a row for each lag."""
        rows = []
        for lag in self.plan.lags:
            row: dict[str, Any] = {"lag": lag}
            for cell in CELLS:
                row[f"{NAMES[cell]} accuracy"] = float(np.mean(self.accuracy(cell, lag)))
            for cell in CELLS:
                row[f"{NAMES[cell]} dL/da left, untrained"] = self.left(cell, lag, after=False)
            for cell in CELLS:
                row[f"{NAMES[cell]} dL/da left, trained"] = self.left(cell, lag, after=True)
            rows.append(row)
        return rows

    def longest(self, cell: str) -> int:
        """Return the lag up to which a cell's mean accuracy is `LEARNT`; 0 where there is none."""
        reached = 0
        for lag in self.plan.lags:
            if np.mean(self.accuracy(cell, lag)) < LEARNT:
                break
            reached = lag
        return reached

    @property
    def verdict(self) -> str:
        """Say in three sentences what was measured."""
        reached = [
            f"the {NAMES[cell]} " + (f"up to {lag} steps" if lag else f"not even {shortest} steps")
            for cell in CELLS
            for lag, shortest in [(self.longest(cell), self.plan.lags[0])]
        ]
        lag = shown_lag(self.plan)
        shares = [
            f"{self.left(cell, lag, after=False):.0e} of the {NAMES[cell]}'s" for cell in CELLS
        ]
        return (
            f"Learnt (mean accuracy of {self.plan.seeds} at least {LEARNT:.0%};"
            f" guessing: {task.GUESSING:.0%}): {', '.join(reached)}. Before training, {lag} steps"
            f" back, {' and '.join(shares)} dL/da is left."
        )

    def table(self) -> str:
        """Return the table and the verdict as text."""
        rows = []
        for lag in self.plan.lags:
            row = {"lag": str(lag)}
            row |= {NAMES[cell]: f"{np.mean(self.accuracy(cell, lag)):.0%}" for cell in CELLS}
            for when, after in (("untrained", False), ("trained", True)):
                shares = {cell: self.left(cell, lag, after=after) for cell in CELLS}
                row |= {f"{NAMES[cell]} {when}": f"{shares[cell]:.0e}" for cell in CELLS}
            rows.append(row)
        table = tabulate(rows, headers="keys", disable_numparse=True)
        head = "Accuracy, and the share of dL/da that is left at the symbol"
        return "\n\n".join([head, table, textwrap.fill(self.verdict, WIDTH)])

    @staticmethod
    def files(folder: Path) -> list[Path]:
        """Return where `write` puts two pictures and the numbers."""
        return [folder / n for n in ("gradients.png", "accuracy.png", TABLE, CONTENT)]

    def to_json(self) -> dict[str, Any]:
        """Return the object that `--json` prints."""
        start = self.plan.start
        return {
            "verdict": self.verdict,
            "units": start.units,
            "orthogonal": start.orthogonal,
            "forget_bias": start.forget_bias,
            "clip": self.plan.clip,
            "seeds": self.plan.seeds,
            "seed": self.plan.seed,
            "rows": self.rows(),
            "networks": [
                {
                    "cell": one.cell,
                    "lag": one.lag,
                    "accuracy": one.accuracy,
                    "updates": one.updates,
                    "da_untrained": one.before.a.tolist(),
                    "da_trained": one.after.a.tolist(),
                }
                for one in self.trained
            ],
        }


def shown_lag(plan: Plan) -> int:
    """Return the lag whose gradients are drawn: 50, or the longest that is measured."""
    return 50 if 50 in plan.lags else plan.lags[-1]
