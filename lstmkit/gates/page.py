"""What the report page of a look into the gates shows."""

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from lstmkit.chart import several
from lstmkit.files import undamaged
from lstmkit.gates.pictures import heat_map, words
from lstmkit.page.blocks import Block, Chart, Table, number
from lstmkit.runs import Run

GATES = ("input_gate", "forget_gate", "output_gate")
MAX_ROWS = 500_000
MOST_READ = 40  # steps of the table


def blocks(run: Run) -> list[Block]:
    """Return the gates over time, and each of them unit by unit."""
    path = run.path / "gates.csv"
    if not path.exists():
        return []
    steps, values = _read_gates(path)
    named = words(steps)
    shows = replace(several(_means(values), x="step", y="openness"), steps=named)
    note = "Mean over the units: 0 is closed, 1 is open."
    found: list[Block] = [Chart("The gates over time", shows, note), _in_numbers(steps, values)]
    for name in (*GATES, "cell_state"):
        title = f"{name.replace('_', ' ').capitalize()}, unit by unit"
        shows = heat_map(name, values[name], steps=named)
        found.append(Chart(title, shows, height=260))
    return found


def _in_numbers(steps: list[str], values: dict[str, Any]) -> Table:
    """Say the chart in numbers, for those who read it with a keyboard or hear it."""
    means = {name: one.mean(axis=1)[:MOST_READ] for name, one in values.items()}
    heads = ["step", *(name.replace("_", " ") for name in means)]
    rows = [
        [step, *(number(float(column[t]), 2) for column in means.values())]
        for t, step in enumerate(steps[:MOST_READ])
    ]
    note = f"The first {MOST_READ} of {len(steps)} steps." if len(steps) > MOST_READ else ""
    return Table("The same in numbers: means over the units", heads, rows, note)


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
