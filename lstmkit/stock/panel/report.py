"""A `PanelResult` into CSV, JSON and a few plots, and into what the terminal shows."""

from __future__ import annotations

import csv
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lstmkit import terminal
from lstmkit.chart import loss
from lstmkit.files import atomic, write_json
from lstmkit.result import Result, write_history
from lstmkit.runs import METRICS, Run
from lstmkit.stock import pictures
from lstmkit.stock.panel.result import PanelOutlook, PanelResult

if TYPE_CHECKING:
    from lstmkit.stock.panel.scores import Row

TABLE = "series.csv"
SHOWN = 20
FOOT_WIDTH = 170
COLUMNS = (
    *("series", "first", "n", "rmse", "naive_rmse", "skill", "dm_p_value", "q_value"),
    *("beside_naive", "best_baseline", "best_baseline_rmse", "coverage", "interval_score"),
    *("relative_to_ewma", "interval_p_value", "interval_q_value", "beside_ewma"),
)


def write(result: PanelResult, kind: str) -> None:
    """Write all but the predictions, which were written as they came; `metrics.json` comes last.

    Args:
        result: What to write.
        kind: `csv` or `parquet`, for the forecasts.
    """
    from lstmkit.stock.panel import rows  # a forecast alone needs no pandas

    write_series(result.metrics["series"], result.run)
    if result.epochs:
        write_history(result.epochs, result.run / "history.csv")
    if result.forecasts:
        rows.write_forecasts(result.forecasts, result.run, kind)
    draw(result, result.run / "plots")
    write_json(result.run / METRICS, result.metrics)


def write_series(series: Sequence[Row], folder: Path, columns: Sequence[str] = COLUMNS) -> None:
    """Write one line of scores per series."""
    with atomic(folder / TABLE) as stream:
        lines = csv.writer(stream, lineterminator="\n")
        lines.writerow(columns)
        for row in series:
            full = {**row, "relative_to_ewma": row.get("relative", {}).get("ewma")}
            lines.writerow([_cell(full[name]) for name in columns])


def shown(result: Result) -> str:
    """Return what the terminal shows before the verdict: the best and the worst series."""
    names = ("series", "n", "rmse", "naive_rmse", "skill", "q_value", "beside_naive", "coverage")
    ranked = ranking(result.metrics["series"])
    few = ranked if len(ranked) <= SHOWN else [*ranked[: SHOWN // 2], *ranked[-SHOWN // 2 :]]
    text = terminal.table([{name: row[name] for name in names} for row in few])
    if len(few) < len(ranked):
        text = (
            f"the {SHOWN // 2} series of {len(ranked):,} with the highest skill and the "
            f"{SHOWN // 2} with the lowest; all: {TABLE}\n{text}"
        )
    return text


def shown_ahead(outlook: PanelOutlook) -> str:
    """Return what the terminal shows of a forecast: the next row of some series."""
    ahead = [{"series": n, **one.rows()[0]} for n, one in outlook.forecasts.items()]
    text = terminal.table(ahead[:SHOWN])
    steps = max(len(one.dates) for one in outlook.forecasts.values())
    more = f" of {SHOWN} series of {len(ahead):,}" if len(ahead) > SHOWN else ""
    return f"{text}\nthe next row{more}; all {steps:,} rows ahead: forecast"


def ranking(series: Sequence[Row]) -> list[Row]:
    """Return the series from the highest skill to the lowest."""
    return sorted(series, key=lambda row: -(row["skill"] or 0.0))


def few(series: Sequence[Row]) -> list[str]:
    """Return the names of the best, the middle and the worst series by skill."""
    ranked = ranking(series)
    chosen = [ranked[0], ranked[len(ranked) // 2], ranked[-1]]
    return list(dict.fromkeys(str(row["series"]) for row in chosen))


def draw(result: PanelResult, folder: Path) -> None:
    """Draw the spread of skill, three series and the loss as PNG."""
    from lstmkit import plots
    from lstmkit.stock.panel import rows

    series = result.metrics["series"]
    plots.draw(
        folder / "skill.png",
        *pictures.spread(series),
        title=f"{result.name}: {len(series):,} series beside what they have to beat",
        across=True,
        foot=textwrap.fill(result.verdict, FOOT_WIDTH),
    )
    drawn = rows.read(Run(result.run), "predictions", few(series))
    charts = [
        pictures.prices(columns, label=name, interval=f"{result.coverage:.0%} interval")
        for name, columns in drawn.items()
    ]
    plots.draw(
        folder / "prediction.png",
        *charts,
        title=f"{result.name}: the series of highest, middle and lowest skill",
        size=(11, 4 * len(charts)),
    )
    if result.epochs:
        curve = loss(result.epochs, unit=result.metrics["loss"])
        plots.draw(folder / "loss.png", curve, title=f"{result.name}: loss", size=(8, 4))


def _cell(value: Any) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return f"{value:.10g}"
