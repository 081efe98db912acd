"""The plots of the stock pipeline."""

import textwrap
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes

from lstmkit import plots
from lstmkit.plots import ACTUAL, NAIVE, PREDICTED, TRAIN
from lstmkit.stock.result import Forecast, Result, iso
from lstmkit.stock.volatility import NAMES

VERDICT_WIDTH = 190  # letters in a line below the picture
RIVAL_COLORS = ("0.55", "tab:orange", "tab:green", "tab:purple", "tab:brown")


def prediction(result: Result, path: Path) -> None:
    """Draw the test span, actual and predicted with the interval, and the span before it."""
    figure, axes = plots.new_figure(title=f"{result.name}: one row ahead over the test span")
    before, prices = plots.thin(result.dates[: result.rows[0]], result.prices[: result.rows[0]])
    if len(before):
        axes.plot(before, prices, color=TRAIN, linewidth=1, label="before the test span")
    dates, actual, predicted, lower, upper = plots.thin(
        result.dates[result.rows],
        result.actual,
        result.predicted,
        result.interval.lower,
        result.interval.upper,
    )
    share = f"{result.coverage:.0%} interval"
    axes.fill_between(dates, lower, upper, color=PREDICTED, alpha=0.25, linewidth=0, label=share)
    axes.plot(dates, predicted, color=PREDICTED, linewidth=2.2, alpha=0.75, label="predicted")
    axes.plot(dates, actual, color=ACTUAL, linewidth=0.9, label="actual")
    _finish(axes, _label(result))
    said = textwrap.fill(result.verdict, VERDICT_WIDTH)
    axes.set_xlabel(said, fontsize=8, color="0.35", loc="left", multialignment="left")
    plots.save(figure, path)


def zoom(result: Result, path: Path, *, rows: int) -> None:
    """Draw the last test rows, where prediction and "tomorrow = today" can be told apart."""
    figure, axes = plots.new_figure(title=f"{result.name}: the last {rows} rows of the test span")
    last = slice(-rows, None)
    dates = result.dates[result.rows][last]
    axes.fill_between(
        dates,
        result.interval.lower[last],
        result.interval.upper[last],
        color=PREDICTED,
        alpha=0.15,
        linewidth=0,
        label=f"{result.coverage:.0%} interval",
    )
    axes.plot(dates, result.actual[last], color=ACTUAL, marker=".", label="actual")
    axes.plot(dates, result.predicted[last], color=PREDICTED, label="predicted")
    axes.plot(dates, result.naive[last], color=NAIVE, linestyle="--", label="tomorrow = today")
    _finish(axes, _label(result))
    plots.save(figure, path)


def residuals(result: Result, path: Path) -> None:
    """Draw the errors over time with the interval around them, and their distribution."""
    figure, (over_time, spread) = plots.new_figure(
        title=f"{result.name}: actual minus predicted", panels=(1, 2)
    )
    error = result.actual - result.predicted
    dates, shown, low, high = plots.thin(
        result.dates[result.rows],
        error,
        result.interval.lower - result.predicted,
        result.interval.upper - result.predicted,
    )
    over_time.fill_between(dates, low, high, color=PREDICTED, alpha=0.2, linewidth=0)
    over_time.plot(dates, shown, ".", markersize=2, color=ACTUAL)
    over_time.set_ylabel(f"error, in the unit of {_label(result)}")
    plots.date_axis(over_time)
    edge = np.quantile(np.abs(error), 0.995) or 1.0
    bins = np.linspace(-edge, edge, 61)
    naive = result.actual - result.naive
    spread.hist(error, bins=bins, color=PREDICTED, alpha=0.6, label="LSTM")
    spread.hist(naive, bins=bins, histtype="step", color="0.2", label="naive")
    spread.set_xlabel("error")
    spread.set_ylabel("rows")
    spread.legend(frameon=False)
    plots.save(figure, path)


def scale(result: Result, path: Path) -> None:
    """Draw how much the rows moved, and how much they were said to, over the test span."""
    figure, axes = plots.new_figure(title=f"{result.name}: how much it moves, and was said to")
    moved, half = (
        np.abs(result.actual - result.predicted),
        (result.interval.upper - result.interval.lower) / 2,
    )
    relative = bool((result.naive > 0).all())
    unit = 100 / result.naive if relative else np.ones(len(moved))
    dates, sizes, widths = plots.thin(result.dates[result.rows], moved * unit, half * unit)
    axes.vlines(dates, 0, sizes, color=ACTUAL, alpha=0.35, linewidth=0.6, label="size of the move")
    axes.plot(dates, widths, color=PREDICTED, linewidth=1.4, label=f"{result.coverage:.0%} width")
    axes.set_ylim(0, float(np.quantile(sizes, 0.999)) * 1.15 or 1.0)
    _finish(axes, "percent of the price" if relative else f"in the unit of {_label(result)}")
    plots.save(figure, path)


def calibration(result: Result, path: Path) -> None:
    """Draw the share of rows that intervals should hold against the share that they held."""
    figure, axes = plots.new_figure(title=f"{result.name}: intervals that should hold, and did")
    axes.plot([50, 100], [50, 100], color="0.6", linewidth=1, linestyle="--", label="as claimed")
    shown = {"LSTM": result.metrics["test"], **result.metrics["intervals"]}
    for (name, scores), color in zip(shown.items(), (PREDICTED, *RIVAL_COLORS), strict=False):
        claimed, held = np.array([(float(k), v) for k, v in scores["held"].items()]).T * 100
        ours = name == "LSTM"
        axes.plot(
            claimed[claimed >= 50],
            held[claimed >= 50],
            marker="o" if ours else None,
            color=color,
            linewidth=2.4 if ours else 1,
            zorder=3 if ours else 2,
            label=NAMES.get(name, name),
        )
    axes.set_xlabel("share that the interval claims, percent")
    axes.set_ylabel("share of the test rows that it held, percent")
    axes.legend(frameon=False, loc="upper left")
    plots.save(figure, path)


def loss(result: Result, path: Path) -> None:
    """Draw the loss curves."""
    title = f"{result.name}: loss"
    plots.loss_curves(result.history, path, title=title, unit=result.metrics["loss"])


def fan(
    forecast: Forecast,
    dates: np.ndarray,
    prices: np.ndarray,
    path: Path,
    *,
    name: str,
    coverage: float,
) -> None:
    """Draw the forecast after the last rows of the file, given as `dates` and `prices`."""
    figure, axes = plots.new_figure(title=f"{name}: forecast after {iso(dates[-1:])[0]}")
    axes.plot(dates, prices, color=ACTUAL, label="actual")
    start = slice(-1, None)
    future = np.concatenate([dates[start], forecast.dates])
    middle, lower, upper, inner_lower, inner_upper = (
        np.concatenate([prices[start], values])
        for values in (
            *(forecast.predicted, forecast.lower, forecast.upper),
            *(forecast.inner_lower, forecast.inner_upper),
        )
    )
    shade = {"color": PREDICTED, "linewidth": 0}
    outer = f"{coverage:.0%} interval"
    axes.fill_between(future, lower, upper, alpha=0.15, label=outer, **shade)
    axes.fill_between(future, inner_lower, inner_upper, alpha=0.3, label="50% interval", **shade)
    axes.plot(future, middle, color=PREDICTED, marker=".", label="forecast")
    _finish(axes, "price")
    plots.save(figure, path)


def _finish(axes: Axes, label: str) -> None:
    axes.set_ylabel(label)
    axes.legend(frameon=False, loc="upper left")
    axes.margins(x=0.01)
    plots.date_axis(axes)


def _label(result: Result) -> str:
    return "price" if result.column.isdigit() else result.column.replace("_", " ").lower()
