"""What the report page of a stock run shows."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from bokeh.models import ColumnDataSource

from lstmkit.errors import InputError
from lstmkit.page import charts
from lstmkit.page.blocks import Block, Chart, Table, number, percent
from lstmkit.page.charts import ACTUAL, NAIVE, PREDICTED
from lstmkit.page.history import read_history
from lstmkit.runs import Run
from lstmkit.stock.bands import QUARTERS
from lstmkit.stock.volatility import ADVICE, EXTRA, NAMES

LAST_ROWS = 120
INTERVAL_HEADS = (
    *("interval", "held", "calm rows", "2nd", "3rd", "wild rows"),
    *("Winkler", "CRPS", "QLIKE"),
)
COLUMNS = ("rmse", "mae", "mape", "mase", "skill", "directional_accuracy")
SHARES = ("mape", "skill", "directional_accuracy")
FOLD_COLUMNS = ("fold", "n", "rmse", "naive_rmse", "skill", "dm_p_value", "coverage")


def blocks(run: Run) -> list[Block]:
    """Return scores beside the baselines, the forecasts with their interval, and the loss."""
    found: list[Block] = []
    metrics = run.metrics
    if metrics:
        found += [_scores(metrics), _intervals(metrics)]
    if metrics.get("folds"):
        found.append(_folds(metrics["folds"]))
    predictions = _dated(run.path / "predictions.csv")
    if predictions is not None:
        found += _predictions(predictions)
    forecast = _dated(run.path / "forecast.csv")
    if forecast is not None:
        note = "The interval widens with every row that lies between it and the last known price."
        found.append(Chart("What comes next", _forecast(predictions, forecast), note))
    history = read_history(run)
    if history:
        note = "Epoch 0 is the network before it has learned anything; the best epoch is kept."
        figure = charts.loss(history, unit=metrics.get("loss", "loss"))
        found.append(Chart("Loss", figure, note))
    return found


def _scores(metrics: dict[str, Any]) -> Table:
    rows = [["LSTM", *_cells(metrics["test"])]]
    for name, scores in metrics.get("baselines", {}).items():
        label = 'naive ("tomorrow = today")' if name == "naive" else name.replace("_", " ")
        rows.append([label, *_cells(scores)])
    test = metrics["test"]
    note = (
        f"{test['n']:,} test rows, all after what the model was fitted on. Skill is the share of "
        f"the naive forecast's RMSE that is saved; the direction counts only rows that moved."
    )
    return Table(
        "One row ahead, beside the baselines",
        ["forecast", "RMSE", "MAE", "MAPE", "MASE", "skill", "direction right"],
        rows,
        note,
        first_is_ours=True,
    )


def _intervals(metrics: dict[str, Any]) -> Table:
    rows = [["LSTM", *_interval_cells(metrics["test"])]]
    for name, label in NAMES.items():
        if name in metrics["intervals"]:
            rows.append([label, *_interval_cells(metrics["intervals"][name])])
        elif name in EXTRA:
            rows.append([label, ADVICE, *[""] * (len(INTERVAL_HEADS) - 2)])
    note = (
        "Winkler scores the width and every miss, CRPS the whole distribution, QLIKE the variance: "
        "lower is better. Quarters go from the calmest rows to the wildest."
    )
    return Table(
        "How wide, beside the others", list(INTERVAL_HEADS), rows, note, first_is_ours=True
    )


def _interval_cells(scores: dict[str, Any]) -> list[str]:
    shares = [scores["coverage"], *scores["coverage_by_quarter"]]
    shares += [None] * (1 + QUARTERS - len(shares))
    losses = [scores[name] for name in ("interval_score", "crps", "qlike")]
    return [*map(percent, shares), *map(number, losses)]


def _cells(scores: dict[str, Any]) -> list[str]:
    return [(percent if name in SHARES else number)(scores.get(name)) for name in COLUMNS]


def _folds(folds: list[dict[str, Any]]) -> Table:
    rows = [
        [
            (percent if key in SHARES or key == "coverage" else number)(fold.get(key))
            for key in FOLD_COLUMNS
        ]
        for fold in folds
    ]
    heads = ["fold", "rows", "RMSE", "naive RMSE", "skill", "p-value", "interval held"]
    return Table("Fold by fold", heads, rows, "Each fold's model has seen only the rows before it.")


def _predictions(table: pd.DataFrame) -> list[Block]:
    thin = charts.thin(len(table))
    whole = "Drag to zoom, click a name in the legend to hide it."
    if thin.step > 1:
        whole += f" Every {thin.step}th of {len(table):,} rows is drawn."
    last = table[-LAST_ROWS:]
    return [
        Chart("Test span: actual and predicted", _prices(table[thin]), whole),
        Chart(
            f"The last {len(last)} rows, beside “tomorrow = today”",
            _prices(last, naive=True),
            "A forecast that is the naive line moved a little has learned little more than it.",
        ),
    ]


def _prices(table: pd.DataFrame, *, naive: bool = False) -> Any:
    source = ColumnDataSource({name: table[name].to_numpy() for name in table.columns})
    chart = charts.new_figure(height=380, x_axis_type="datetime", y_axis_label="price")
    chart.varea(
        "date",
        "lower",
        "upper",
        source=source,
        color=PREDICTED,
        alpha=0.18,
        legend_label="interval",
    )
    if naive:
        chart.line(
            "date",
            "naive",
            source=source,
            color=NAIVE,
            line_dash="dashed",
            legend_label="tomorrow = today",
        )
    chart.line(
        "date", "predicted", source=source, color=PREDICTED, line_width=2, legend_label="predicted"
    )
    actual = chart.line(
        "date", "actual", source=source, color=ACTUAL, line_width=1.4, legend_label="actual"
    )
    tips = [
        ("date", _date_format(table)),
        ("actual", "@actual{0,0.00[00]}"),
        ("predicted", "@predicted{0,0.00[00]}"),
        ("naive", "@naive{0,0.00[00]}"),
        ("interval", "@lower{0,0.00} to @upper{0,0.00}"),
    ]
    charts.hover(chart, actual, tips, mode="vline", formatters={"@date": "datetime"})
    return charts.finish(chart)


def _forecast(predictions: pd.DataFrame | None, forecast: pd.DataFrame) -> Any:
    chart = charts.new_figure(height=340, x_axis_type="datetime", y_axis_label="price")
    future = ColumnDataSource({name: forecast[name].to_numpy() for name in forecast.columns})
    if predictions is not None:
        past = predictions[-LAST_ROWS:]
        chart.line(
            past["date"].to_numpy(),
            past["actual"].to_numpy(),
            color=ACTUAL,
            line_width=1.6,
            legend_label="actual",
        )
    chart.varea(
        "date",
        "lower",
        "upper",
        source=future,
        color=PREDICTED,
        alpha=0.18,
        legend_label="interval",
    )
    chart.varea(
        "date",
        "inner_lower",
        "inner_upper",
        source=future,
        color=PREDICTED,
        alpha=0.18,
        legend_label="50% interval",
    )
    line = chart.line(
        "date", "predicted", source=future, color=PREDICTED, line_width=2, legend_label="forecast"
    )
    chart.scatter(
        "date", "predicted", source=future, color=PREDICTED, size=4, legend_label="forecast"
    )
    tips = [
        ("date", _date_format(forecast)),
        ("forecast", "@predicted{0,0.00[00]}"),
        ("interval", "@lower{0,0.00} to @upper{0,0.00}"),
    ]
    charts.hover(chart, line, tips, mode="vline", formatters={"@date": "datetime"})
    return charts.finish(chart)


def _date_format(table: pd.DataFrame) -> str:
    dates = table["date"].to_numpy()
    days = dates.astype("datetime64[D]")
    return "@date{%F}" if bool(np.all(days == dates)) else "@date{%F %H:%M}"


def _dated(path: Path) -> pd.DataFrame | None:
    if not path.exists():
        return None
    try:
        return pd.read_csv(path, parse_dates=["date"])
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"{path}: damaged ({error}); make the run again") from error
