"""What the report page of a stock run shows."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from lstmkit.chart import loss, thin
from lstmkit.errors import InputError
from lstmkit.page.blocks import Block, Chart, Table, number, percent
from lstmkit.page.history import read_history
from lstmkit.runs import Run
from lstmkit.stock import pictures
from lstmkit.stock.baselines.volatility import EXTRA, NAMES, why_missing
from lstmkit.stock.panel import page as panel
from lstmkit.stock.panel.page import part as part
from lstmkit.stock.pictures import Columns
from lstmkit.stock.report import held_by_name
from lstmkit.stock.scores.bands import QUARTERS

LAST_ROWS = 120
ROWS_AT_ONCE = 262_144  # of a file: dates are texts while they are read, thrice their size
INTERVAL_HEADS = (
    *("interval", "held", "calm rows", "2nd", "3rd", "wild rows"),
    *("Winkler", "CRPS", "QLIKE"),
)
COLUMNS = ("rmse", "mae", "mape", "mase", "skill", "directional_accuracy")
SHARES = ("mape", "skill", "directional_accuracy")
FOLD_HEADS = ["fold", "rows", "RMSE", "naive RMSE", "skill", "p-value", "interval held"]
FOLD_COLUMNS = ("fold", "n", "rmse", "naive_rmse", "skill", "dm_p_value", "coverage")


def blocks(run: Run) -> list[Block]:
    """Return scores beside the baselines, the forecasts with their interval, and the loss."""
    found: list[Block] = []
    metrics = run.metrics
    if "series" in metrics:
        many = "intervals" in metrics  # else every series was walked through by itself
        return panel.blocks(run) if many else [_series(metrics["series"])]
    if metrics:
        found.append(_scores(metrics))
    if "intervals" in metrics:
        found.append(_intervals(metrics))
    if metrics.get("folds"):
        found.append(_folds(metrics["folds"]))
    predictions = _dated(run.path / "predictions.csv")
    if predictions is not None:
        found += [*_predictions(predictions), _scale(predictions)]
    if "intervals" in metrics:
        found.append(_calibration(metrics))
    forecast = _dated(run.path / "forecast.csv")
    if forecast is not None:
        note = "Each row's interval was calibrated by itself, on errors so many rows ahead."
        shows = pictures.fan(None if predictions is None else _last(predictions), forecast)
        found.append(Chart("What comes next", shows, note, height=340))
    history = read_history(run)
    if history:
        note = "Epoch 0 is the network before it has learned anything; the best epoch is kept."
        found.append(Chart("Loss", loss(history, unit=metrics.get("loss", "loss")), note))
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


def _series(rows: list[dict[str, Any]]) -> Table:
    shown = [
        [
            row["series"],
            *(_fold_cell(key, row.get(key)) for key in FOLD_COLUMNS[1:]),
            row["beside_naive"],
        ]
        for row in rows
    ]
    heads = ["series", *FOLD_HEADS[1:], "beside naive"]
    note = "The verdict takes p-values corrected for their number (Benjamini and Hochberg)."
    return Table("Series by series", heads, shown, note, sortable=True)


def _intervals(metrics: dict[str, Any]) -> Table:
    rows = [["LSTM", *_interval_cells(metrics["test"])]]
    for name, label in NAMES.items():
        if name in metrics["intervals"]:
            rows.append([label, *_interval_cells(metrics["intervals"][name])])
        elif name in EXTRA:
            rows.append([label, why_missing(), *[""] * (len(INTERVAL_HEADS) - 2)])
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
    rows = [[_fold_cell(key, fold.get(key)) for key in FOLD_COLUMNS] for fold in folds]
    note = "Each fold's model has seen only the rows before it."
    return Table("Fold by fold", FOLD_HEADS, rows, note)


def _fold_cell(key: str, value: Any) -> str:
    return (percent if key in SHARES or key == "coverage" else number)(value)


def _predictions(rows: Columns) -> list[Block]:
    count = len(rows["date"])
    whole, step = "Drag to zoom, click a name in the legend to hide it.", thin(count).step
    if step > 1:
        whole += f" Every {step}th of {count:,} rows is drawn."
    last = _last(rows)
    return [
        Chart("Test span: actual and predicted", pictures.prices(rows), whole, height=380),
        Chart(
            f"The last {len(last['date'])} rows, beside “tomorrow = today”",
            pictures.prices(last, naive=True),
            "A forecast that is the naive line moved a little has learned little more than it.",
            height=380,
        ),
    ]


def _scale(rows: Columns) -> Chart:
    note = (
        "Where points lie above the line the interval missed: about one row in ten, calm or wild."
    )
    return Chart("How much it moves, and was said to", pictures.scale(rows), note, height=340)


def _calibration(metrics: dict[str, Any]) -> Chart:
    note = "Below the broken line an interval promised more than it held, above it less."
    shows = pictures.calibration(held_by_name(metrics))
    return Chart("What intervals claimed, and held", shows, note, height=340)


def _last(rows: Columns) -> Columns:
    return {name: values[-LAST_ROWS:] for name, values in rows.items()}


def _dated(path: Path) -> Columns | None:
    if not path.exists():
        return None
    try:
        with pd.read_csv(path, dtype={"date": str}, chunksize=ROWS_AT_ONCE) as tables:
            parts = [_columns(table) for table in tables]
        return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path}: damaged ({error}); make the run again") from error


def _columns(table: pd.DataFrame) -> Columns:
    columns = {name: table[name].to_numpy() for name in table}
    return columns | {"date": columns["date"].astype("datetime64[s]")}  # ISO, as we write it
