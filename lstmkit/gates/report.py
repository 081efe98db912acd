"""A `Result` into CSV, JSON and a heat map."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np

from lstmkit import plots
from lstmkit.chart import Chart, Line
from lstmkit.files import atomic, write_json
from lstmkit.gates import pictures
from lstmkit.gates.result import GATES, Result
from lstmkit.runs import METRICS

DRAWN = "fiogc"


def write(result: Result) -> None:
    """Write `gates.csv`, one line per step and unit, and a heat map; `metrics.json` last."""
    names = [name.replace(" ", "_") for name in GATES.values()]
    columns = [result.inside[key] for key in GATES]
    with atomic(result.run / "gates.csv") as stream:
        lines = csv.writer(stream, lineterminator="\n")
        lines.writerow(["step", "input", "unit", *names])
        for t, step in enumerate(result.shown.steps):
            for unit in range(columns[0].shape[1]):
                values = (f"{column[t, unit]:.6f}" for column in columns)
                lines.writerow([t, step, unit, *values])
    draw(result, result.run / "plots" / "gates.png")
    write_json(result.run / METRICS, result.metrics)


def draw(result: Result, path: Path) -> None:
    """Draw the input where it is a curve, and below it each gate."""
    shown, units = result.shown, result.inside["f"].shape[1]
    charts = [pictures.heat_map(GATES[key].replace(" ", "_"), result.inside[key]) for key in DRAWN]
    if shown.curve is not None:
        count = len(shown.curve)
        curve = Line(x=np.arange(count), y=shown.curve)
        ends = (-0.5, count - 0.5)
        charts.insert(0, Chart(layers=[curve], y=shown.caption, x_range=ends))
    charts = [replace(chart, x="") for chart in charts[:-1]] + [
        replace(charts[-1], steps=pictures.words(shown.steps))
    ]
    title = f"{result.layer} ({units} units) over its input, step by step"
    plots.draw(path, *charts, title=title, size=(11, 2 * len(charts)))
