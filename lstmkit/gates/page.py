"""What the report page of a look into the gates shows."""

import csv
from pathlib import Path
from typing import Any

import numpy as np
from bokeh.models import ColorBar, LinearColorMapper
from bokeh.palettes import Viridis256

from lstmkit.files import undamaged
from lstmkit.page import charts
from lstmkit.page.blocks import Block, Chart
from lstmkit.runs import Run

GATES = ("input_gate", "forget_gate", "output_gate")
MAX_ROWS, MAX_NAMED = 500_000, 40


def blocks(run: Run) -> list[Block]:
    """Return the gates over time, and each of them unit by unit."""
    path = run.path / "gates.csv"
    if not path.exists():
        return []
    steps, values = _read_gates(path)
    figure = charts.several(_means(values), x="step", y="openness")
    _name_steps(figure, steps)
    note = "Mean over the units: 0 is closed, 1 is open."
    found: list[Block] = [Chart("The gates over time", figure, note)]
    for name in (*GATES, "cell_state"):
        title = f"{name.replace('_', ' ').capitalize()}, unit by unit"
        found.append(Chart(title, _heat_map(name, steps, values[name])))
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


def _heat_map(name: str, steps: list[str], values: Any) -> Any:
    """Draw one gate: a column for each step, a row for each unit."""
    time, units = values.shape
    chart = charts.new_figure(
        height=260,
        zoom="both",
        x_axis_label="step",
        y_axis_label="unit",
        x_range=(-0.5, time - 0.5),
        y_range=(-0.5, units - 0.5),
    )
    low, high = (0.0, 1.0) if name in GATES else (-(top := max(abs(values).max(), 1e-9)), top)
    colors = LinearColorMapper(palette=Viridis256, low=low, high=high)
    image = chart.image(image=[values.T], x=-0.5, y=-0.5, dw=time, dh=units, color_mapper=colors)
    chart.add_layout(ColorBar(color_mapper=colors, width=10), "right")
    charts.hover(chart, image, [("step", "$x{0}"), ("unit", "$y{0}"), ("value", "@image{0.000}")])
    _name_steps(chart, steps)
    return chart


def _name_steps(chart: Any, steps: list[str]) -> None:
    """Write words, where the steps are words, under the axis."""
    if len(steps) <= MAX_NAMED and any(not step.replace(".", "").isdigit() for step in steps):
        chart.xaxis.ticker = list(range(len(steps)))
        chart.xaxis.major_label_overrides = dict(enumerate(steps))
