"""A `Result` into CSV, JSON and plots, and into the table that the terminal shows."""

import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from lstmkit import terminal
from lstmkit.chart import loss
from lstmkit.files import write_json
from lstmkit.result import Result, write_history
from lstmkit.runs import METRICS
from lstmkit.stock import pictures
from lstmkit.stock.baselines.volatility import EXTRA, NAMES, why_missing
from lstmkit.stock.dated import write_dated
from lstmkit.stock.panel import report as panel
from lstmkit.stock.panel.result import PanelOutlook
from lstmkit.stock.result import Forecast, Outlook, Scored, iso

ZOOM_ROWS = 120
FOOT_WIDTH = 170


def write(result: Scored) -> None:
    """Write everything about a result into its run folder; `metrics.json` comes last."""
    write_predictions(result, result.run / "predictions.csv")
    if result.epochs:
        write_history(result.epochs, result.run / "history.csv")
    if result.ahead is not None:
        write_forecast(result.ahead, result.run / "forecast.csv")
    draw(result, result.run / "plots")
    write_json(result.run / METRICS, result.metrics)


def write_predictions(result: Scored, path: Path) -> None:
    """Write one line per test row: `date,actual,predicted,naive,lower,upper`."""
    bounds = (result.interval.lower, result.interval.upper)
    columns = (result.actual, result.predicted, result.naive, *bounds)
    header = "date,actual,predicted,naive,lower,upper"
    write_dated(path, header, result.dates[result.rows], columns)


def write_forecast(forecast: Forecast, path: Path) -> None:
    """Write one line per future row, `date,predicted,lower,upper` and the inner band."""
    columns = (
        *(forecast.predicted, forecast.lower, forecast.upper),
        *(forecast.inner_lower, forecast.inner_upper),
    )
    header = "date,predicted,lower,upper,inner_lower,inner_upper"
    write_dated(path, header, forecast.dates, columns)


def shown(result: Result) -> str:
    """Return what the terminal shows before the verdict: tables, and what the interval held."""
    if not isinstance(result, Scored):
        return panel.shown(result)
    parts = [terminal.table(_rows(result)), _intervals(result)]
    if "folds" in result.metrics:
        names = ("fold", "n", "rmse", "naive_rmse", "skill", "dm_p_value", "coverage")
        folds = [{name: fold[name] for name in names} for fold in result.metrics["folds"]]
        parts.insert(0, terminal.table(folds))
    return "\n\n".join(parts)


def shown_ahead(outlook: Outlook | PanelOutlook) -> str:
    """Return what the terminal shows of a forecast: its rows, or the next one of many series."""
    if isinstance(outlook, Outlook):
        return terminal.table(outlook.rows())
    return panel.shown_ahead(outlook)


def _rows(result: Scored) -> list[dict[str, Any]]:
    """Return the rows of the table: the LSTM first, then the baselines."""
    test = result.metrics["test"]
    rows = [{"forecast": "LSTM", **{key: test[key] for key in ("rmse", "mae", "mape", "skill")}}]
    for name, scores in result.metrics["baselines"].items():
        label = {"naive": "naive (tomorrow = today)"}.get(name, name.replace("_", " "))
        rows.append({"forecast": label, **{key: scores[key] for key in rows[0] if key in scores}})
    return rows


def _intervals(result: Scored) -> str:
    """Return the table of intervals under a line that says how to read it."""
    head = (
        f"{result.coverage:.0%} intervals: share of all rows that each held, of the calmest "
        f"quarter and of the wildest; scores: lower is better"
    )
    return f"{head}\n{terminal.table(_interval_rows(result))}"


def _interval_rows(result: Scored) -> list[dict[str, Any]]:
    """Return the rows of the table of intervals: the LSTM's first, then the others."""
    found = [{"interval": "LSTM", **_held(result.metrics["test"])}]
    intervals = result.metrics["intervals"]
    for name, label in NAMES.items():
        if name in intervals:
            found.append({"interval": label, **_held(intervals[name])})
        elif name in EXTRA:
            found.append({"interval": f"{label}: {why_missing()}"})
    return found


def _held(scores: dict[str, Any]) -> dict[str, Any]:
    calm, *_, wild = scores["coverage_by_quarter"]
    return {
        "held": scores["coverage"],
        "calm": calm,
        "wild": wild,
        "winkler": scores["interval_score"],
        "crps": scores["crps"],
        "qlike": scores["qlike"],
    }


def draw(result: Scored, folder: Path) -> None:
    """Draw every chart of a result as PNG."""
    from lstmkit import plots  # a forecast alone needs no plotting library

    name, label = result.name, result.column.replace("_", " ").lower()
    label = "price" if result.column.isdigit() else label
    rows = {
        "date": result.dates[result.rows],
        "actual": result.actual,
        "predicted": result.predicted,
        "naive": result.naive,
        "lower": result.interval.lower,
        "upper": result.interval.upper,
    }
    names: dict[str, Any] = {"label": label, "interval": f"{result.coverage:.0%} interval"}
    first, last = result.rows[0], slice(-ZOOM_ROWS, None)
    before = {"date": result.dates[:first], "actual": result.prices[:first]}
    plots.draw(
        folder / "prediction.png",
        pictures.prices(rows, before=before, **names),
        title=f"{name}: one row ahead over the test span",
        foot=textwrap.fill(result.verdict, FOOT_WIDTH),
    )
    plots.draw(
        folder / "zoom.png",
        pictures.prices({key: one[last] for key, one in rows.items()}, naive=True, **names),
        title=f"{name}: the last {ZOOM_ROWS} rows of the test span",
    )
    plots.draw(
        folder / "residuals.png",
        *pictures.residuals(rows, label=label),
        title=f"{name}: actual minus predicted",
        across=True,
    )
    plots.draw(
        folder / "scale.png",
        pictures.scale(rows, interval=names["interval"]),
        title=f"{name}: how much it moves, and was said to",
    )
    plots.draw(
        folder / "calibration.png",
        pictures.calibration(held_by_name(result.metrics)),
        title=f"{name}: what intervals claimed, and held",
    )
    if result.epochs:
        drawn = loss(result.epochs, unit=result.metrics["loss"])
        plots.draw(folder / "loss.png", drawn, title=f"{name}: loss", size=(8, 4))
    if result.ahead is not None:
        dates, prices, share = result.dates[last], result.prices[last], result.coverage
        draw_forecast(result.ahead, dates, prices, folder, name, coverage=share)


def held_by_name(metrics: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    """Return what every interval held for each share it claimed, the network's first."""
    intervals = {NAMES[name]: one["held"] for name, one in metrics["intervals"].items()}
    return {"LSTM": metrics["test"]["held"], **intervals}


def draw_forecast(
    forecast: Forecast,
    dates: np.ndarray,
    prices: np.ndarray,
    folder: Path,
    name: str,
    *,
    coverage: float,
) -> None:
    """Draw the forecast after the last rows of the file, given as `dates` and `prices`."""
    from lstmkit import plots

    bands = ("predicted", "lower", "upper", "inner_lower", "inner_upper")
    future = {"date": forecast.dates} | {key: getattr(forecast, key) for key in bands}
    past = {"date": dates, "actual": prices}
    fan = pictures.fan(past, future, interval=f"{coverage:.0%} interval")
    title = f"{name}: forecast after {iso(dates[-1:])[0]}"
    plots.draw(folder / "forecast.png", fan, title=title)
