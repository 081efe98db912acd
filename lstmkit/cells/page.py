"""What the report page of a run of the cells shows."""

import csv
from collections import defaultdict
from pathlib import Path
from typing import Any

from lstmkit.errors import InputError
from lstmkit.page import charts
from lstmkit.page.blocks import Block, Chart, Table
from lstmkit.page.history import read_history
from lstmkit.runs import Run

GATES = ("input_gate", "forget_gate", "output_gate")
MAX_ROWS, MAX_LINES = 500_000, 40


def verdict(metrics: dict[str, Any]) -> str:
    """Return the sentence that stands first; none where nothing was scored."""
    return str(metrics.get("verdict", ""))


def blocks(run: Run) -> list[Block]:
    """Return the loss and what the network wrote, or the gates over time."""
    found: list[Block] = []
    history = read_history(run)
    if history:
        figure = charts.loss(history, unit="nats a character")
        found.append(Chart("Loss", figure, "Epoch 0 is the untrained network."))
    written = run.path / "written.txt"
    if written.exists():
        lines = written.read_text(encoding="utf-8", errors="replace").splitlines()[:MAX_LINES]
        found.append(Table("What it writes", ["text"], [[line] for line in lines]))
    gates = run.path / "gates.csv"
    if gates.exists():
        note = "Mean over the units: 0 is closed, 1 is open."
        figure = charts.several(_means(gates), x="step", y="openness")
        found.append(Chart("The gates over time", figure, note))
    return found


def _means(path: Path) -> dict[str, tuple[list[float], list[float]]]:
    """Return, for each gate, the steps and the mean over the units at each."""
    sums: dict[str, defaultdict[float, list[float]]] = {gate: defaultdict(list) for gate in GATES}
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            for _, row in zip(range(MAX_ROWS), csv.DictReader(stream), strict=False):
                for gate in GATES:
                    sums[gate][float(row["step"])].append(float(row[gate]))
    except (OSError, ValueError, KeyError, TypeError, csv.Error) as error:
        raise InputError(f"{path}: damaged ({error!r}); make the run again") from error
    return {
        gate.replace("_", " "): (list(steps), [sum(units) / len(units) for units in steps.values()])
        for gate, steps in sums.items()
    }
