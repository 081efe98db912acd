"""A `Result` into CSV, JSON and a heat map."""

import csv

from lstmkit.files import atomic, write_json
from lstmkit.gates import pictures
from lstmkit.gates.result import GATES, Result
from lstmkit.runs import METRICS


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
    pictures.draw_gates(result, result.run / "plots" / "gates.png")
    write_json(result.run / METRICS, result.metrics)
