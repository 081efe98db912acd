"""What the report page of a look into the gates shows."""

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from lstmkit.chart import several
from lstmkit.files import undamaged
from lstmkit.gates.pictures import heat_map, words
from lstmkit.page.blocks import Block, Chart
from lstmkit.runs import Run

GATES = ("input_gate", "forget_gate", "output_gate")
MAX_ROWS = 500_000


def blocks(run: Run) -> list[Block]:
    """Return the gates over time, and each of them unit by unit."""
    path = run.path / "gates.csv"
    if not path.exists():
        return []
    steps, values = _read_gates(path)
    named = words(steps)
    shows = replace(several(_means(values), x="step", y="openness"), steps=named)
    note = "Mean over the units: 0 is closed, 1 is open."
    found: list[Block] = [Chart("The gates over time", shows, note)]
    for name in (*GATES, "cell_state"):
        title = f"{name.replace('_', ' ').capitalize()}, unit by unit"
        shows = heat_map(name, values[name], steps=named)
        found.append(Chart(title, shows, height=260))
    return found


def _read_gates(path: Path) -> tuple[list[str], dict[str, Any]]:
    """Return the input of each step, and each gate as (time, units)."""
    steps: dict[int, str] = {}
    columns: dict[str, list[float]] = {name: [] for name in (*GATES, "cell_state")}
    with undamaged(path, remedy="make the run again"):
        with path.open(encoding="utf-8", newline="") as stream:
            for _, row in zip(range(MAX_ROWS), csv.DictReader(stream), strict=False):
                steps[int(row["step"])] = row["input"]
                for name, column in columns.items():
                    column.append(float(row[name]))
        values = {
            name: np.array(column).reshape(len(steps), -1) for name, column in columns.items()
        }
    return list(steps.values()), values


def _means(values: dict[str, Any]) -> dict[str, tuple[list[float], list[float]]]:
    """Return, for each gate, the steps and the mean over the units at each."""
    return {
        gate.replace("_", " "): (list(range(len(values[gate]))), values[gate].mean(axis=1).tolist())
        for gate in GATES
    }
