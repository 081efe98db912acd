"""A `Result` into CSV, JSON and plots, and into the table that the terminal shows."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from lstmkit.files import atomic, files_below, finite, write_json
from lstmkit.runs import write_history

NUMBER = "%.10g"
ZOOM_ROWS = 120
BLOCK = 100_000


@dataclass(frozen=True)
class Forecast:
    """Rows that lie in the future.

    Attributes:
        dates: `datetime64[s]`, (n,).
        predicted: In the file's unit, (n,).
        lower: Lower end of the interval, (n,).
        upper: Upper end of the interval, (n,).
    """

    dates: np.ndarray
    predicted: np.ndarray
    lower: np.ndarray
    upper: np.ndarray


@dataclass(frozen=True)
class Bounds:
    """Both ends of an interval, in the file's unit, (n,) each."""

    lower: np.ndarray
    upper: np.ndarray


@dataclass(frozen=True)
class Result:
    """What one model did on one series.

    Attributes:
        run: The run folder.
        name: The ticker.
        column: Name of the forecast column.
        dates: Of all rows, `datetime64[s]`, (rows,).
        prices: Of all rows, (rows,).
        rows: The test rows, (n,), indices into `dates`.
        predicted: Forecast of every test row, (n,).
        interval: The calibrated interval of every test row.
        constant: One of constant width, to compare with.
        baselines: Forecasts of the test rows by name, (n,) each.
        coverage: What share of rows the intervals aim to hold.
        metrics: `verdict`, `train`, `test` and `baselines`; `folds` of a backtest.
        history: One row per epoch; empty where nothing was trained.
        forecast: The future; None where it was not asked for.
    """

    run: Path
    name: str
    column: str
    dates: np.ndarray
    prices: np.ndarray
    rows: np.ndarray
    predicted: np.ndarray
    interval: Bounds
    constant: Bounds
    baselines: dict[str, np.ndarray]
    coverage: float
    metrics: dict[str, Any] = field(default_factory=dict)
    history: Sequence[dict[str, Any]] = ()
    forecast: Forecast | None = None

    @property
    def actual(self) -> np.ndarray:
        """What happened on the test rows, (n,)."""
        return self.prices[self.rows]

    @property
    def naive(self) -> np.ndarray:
        """The price of the row before each test row, (n,)."""
        return self.prices[self.rows - 1]

    @property
    def verdict(self) -> str:
        """One sentence: beats, equals or loses to "tomorrow = today"."""
        return str(self.metrics["verdict"])

    def with_metrics(self, metrics: dict[str, Any]) -> "Result":
        """Return the same result with its scores."""
        return replace(self, metrics=metrics)

    def to_json(self) -> dict[str, Any]:
        """Return the object that ``--json`` prints."""
        files = files_below(self.run)
        scores = {name: value for name, value in self.metrics.items() if name != "verdict"}
        content = {
            "run": str(self.run),
            "verdict": self.verdict,
            "metrics": scores,
            "files": [str(path) for path in files],
        }
        return dict(finite(content))


def write(result: Result) -> None:
    """Write everything about a result into its run folder; ``metrics.json`` comes last."""
    write_predictions(result, result.run / "predictions.csv")
    if result.history:
        write_history(result.history, result.run / "history.csv")
    if result.forecast is not None:
        write_forecast(result.forecast, result.run / "forecast.csv")
    draw(result, result.run / "plots")
    write_json(result.run / "metrics.json", result.metrics)


def write_predictions(result: Result, path: Path) -> None:
    """Write one line per test row: ``date,actual,predicted,naive,lower,upper``."""
    bounds = (result.interval.lower, result.interval.upper)
    columns = (result.actual, result.predicted, result.naive, *bounds)
    header = "date,actual,predicted,naive,lower,upper"
    _write_dated(path, header, result.dates[result.rows], columns)


def write_forecast(forecast: Forecast, path: Path) -> None:
    """Write one line per future row: ``date,predicted,lower,upper``."""
    columns = (forecast.predicted, forecast.lower, forecast.upper)
    _write_dated(path, "date,predicted,lower,upper", forecast.dates, columns)


def iso(dates: np.ndarray) -> np.ndarray:
    """Return dates as ISO texts: days where every row is a midnight, else seconds."""
    return np.datetime_as_string(
        dates.astype("datetime64[D]" if _daily(dates) else "datetime64[s]")
    )


def _daily(dates: np.ndarray) -> bool:
    return bool((dates.astype("datetime64[D]") == dates).all())


def table(result: Result) -> list[dict[str, Any]]:
    """Return the rows of the table that the terminal shows: the LSTM first, then the baselines."""
    test = result.metrics["test"]
    rows = [{"forecast": "LSTM", **{key: test[key] for key in ("rmse", "mae", "mape", "skill")}}]
    for name, scores in result.metrics["baselines"].items():
        label = {"naive": "naive (tomorrow = today)"}.get(name, name.replace("_", " "))
        rows.append({"forecast": label, **{key: scores[key] for key in rows[0] if key in scores}})
    return rows


def fold_table(result: Result) -> list[dict[str, Any]]:
    """Return the rows of the table of a backtest, one per fold."""
    names = ("fold", "n", "rmse", "naive_rmse", "skill", "dm_p_value", "coverage")
    return [{name: fold[name] for name in names} for fold in result.metrics["folds"]]


def interval_line(result: Result) -> str:
    """Say how the interval did, beside one of constant width."""
    test = result.metrics["test"]
    return (
        f"{result.coverage:.0%} interval: held {test['coverage']:.1%} of the days, interval score "
        f"{test['interval_score']:.4g} (constant width: {test['constant_coverage']:.1%}, "
        f"{test['constant_interval_score']:.4g}; lower is better)"
    )


def forecast_rows(forecast: Forecast) -> list[dict[str, Any]]:
    """Return the forecast as rows ``date, predicted, lower, upper``."""
    columns = (forecast.predicted, forecast.lower, forecast.upper)
    cells = zip(iso(forecast.dates).tolist(), *(c.tolist() for c in columns), strict=True)
    return [dict(zip(("date", "predicted", "lower", "upper"), row, strict=True)) for row in cells]


def draw(result: Result, folder: Path) -> None:
    """Draw every plot of a result as PNG."""
    from lstmkit.stock import pictures

    pictures.prediction(result, folder / "prediction.png")
    pictures.zoom(result, folder / "zoom.png", rows=ZOOM_ROWS)
    pictures.residuals(result, folder / "residuals.png")
    if result.history:
        pictures.loss(result, folder / "loss.png")
    if result.forecast is not None:
        last = slice(-ZOOM_ROWS, None)
        dates, prices, path = result.dates[last], result.prices[last], folder / "forecast.png"
        pictures.fan(result.forecast, dates, prices, path, name=result.name)


def _write_dated(path: Path, header: str, dates: np.ndarray, columns: Sequence[np.ndarray]) -> None:
    line = ",".join(["%s", *[NUMBER] * len(columns)]) + "\n"
    dates = dates.astype("datetime64[D]" if _daily(dates) else "datetime64[s]")
    with atomic(path) as stream:
        stream.write(header + "\n")
        for start in range(0, len(dates), BLOCK):
            block = slice(start, start + BLOCK)
            texts = np.datetime_as_string(dates[block])
            cells = zip(texts, *(column[block].tolist() for column in columns), strict=True)
            stream.write("".join(line % row for row in cells))
