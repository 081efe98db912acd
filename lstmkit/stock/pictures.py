"""What the charts of the stock pipeline show, on its page and in its PNGs."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from lstmkit.chart import (
    ACTUAL,
    BEFORE,
    COLORS,
    GOOD,
    NAIVE,
    PREDICTED,
    Band,
    Bars,
    Chart,
    Layer,
    Line,
    thin,
)

Columns = Mapping[str, np.ndarray]
SPREAD_BARS = 41


def prices(
    rows: Columns,
    *,
    naive: bool = False,
    before: Columns | None = None,
    label: str = "price",
    interval: str = "interval",
) -> Chart:
    """Describe the forecasts of rows that are known, inside their interval.

    Args:
        rows: `date`, `actual`, `predicted`, `naive`, `lower`, `upper`, (n,) each.
        naive: Whether to draw "tomorrow = today" as well.
        before: `date` and `actual` of the rows before.
        label: Name of the column that was forecast.
        interval: What the band is called.
    """
    few = thin(len(rows["date"]))
    x, curves = rows["date"][few], {name: rows[name][few] for name in rows if name != "date"}
    look = [("predicted", PREDICTED, 2.2), ("actual", ACTUAL, 1.4)]
    layers: list[Layer] = [
        Band(x=x, lower=curves["lower"], upper=curves["upper"], label=interval),
        *(Line(x=x, y=curves[name], label=name, color=c, width=w) for name, c, w in look),
    ]
    if before is not None and len(before["date"]):
        few = thin(len(before["date"]))
        past, y = before["date"][few], before["actual"][few]
        layers.insert(0, Line(x=past, y=y, label="before the test span", color=BEFORE))
    today = "tomorrow = today"
    if naive:
        layers.insert(1, Line(x=x, y=curves["naive"], label=today, color=NAIVE, dashed=True))
    told = {} if naive or before is not None else {today: curves["naive"]}
    return Chart(layers=layers, y=label, dates=True, told=told)


def fan(past: Columns | None, future: Columns, *, interval: str = "interval") -> Chart:
    """Describe the forecast after the last known rows.

    Args:
        past: `date` and `actual`; None: not known.
        future: `date`, `predicted`, `lower`, `upper`, `inner_lower`, `inner_upper`.
        interval: What the outer band is called.
    """
    layers: list[Layer] = []
    if past is not None:
        layers.append(Line(x=past["date"], y=past["actual"], label="actual"))
        last = {key: past["date" if key == "date" else "actual"][-1:] for key in future}
        future = {key: np.concatenate([last[key], values]) for key, values in future.items()}
    x, middle = future["date"], future["predicted"]
    half, wide = (future["inner_lower"], future["inner_upper"]), (future["lower"], future["upper"])
    bands = [
        Band(x=x, lower=wide[0], upper=wide[1], label=interval),
        Band(x=x, lower=half[0], upper=half[1], label="half of the rows", alpha=0.4),
    ]
    line = Line(x=x, y=middle, label="forecast", color=PREDICTED, width=2, dots=4)
    return Chart(layers=[*layers, *bands, line], y="price", dates=True)


def scale(rows: Columns, *, interval: str = "interval") -> Chart:
    """Describe how much the rows moved beside how much they were said to.

    Args:
        rows: `date`, `actual`, `predicted`, `naive`, `lower`, `upper`, (n,) each.
        interval: What the band is called.
    """
    few = thin(len(rows["date"]))
    one = {name: values[few] for name, values in rows.items()}
    relative = bool((one["naive"] > 0).all())
    unit = 100 / one["naive"] if relative else np.ones(len(one["naive"]))
    moved = np.abs(one["actual"] - one["naive"]) * unit
    width = (one["upper"] - one["lower"]) / 2 * unit
    layers: list[Layer] = [
        Line(x=one["date"], y=moved, label="size of the move", color=BEFORE, width=0, dots=2.5),
        Line(x=one["date"], y=width, label=f"half the {interval}", color=PREDICTED),
    ]
    return Chart(layers=layers, y="percent" if relative else "in the file's unit", dates=True)


def calibration(intervals: Mapping[str, Mapping[str, float]]) -> Chart:
    """Describe the share that intervals should hold beside the share that they held, from half on.

    Args:
        intervals: By name, the share of the rows held for each share claimed.
    """
    whole = np.array([50.0, 100.0])
    layers: list[Layer] = [Line(x=whole, y=whole, label="as claimed", color=NAIVE, dashed=True)]
    others = (BEFORE, *(color for color in COLORS if color not in (PREDICTED, NAIVE)))
    colors = (PREDICTED, *others)
    for (name, held), color in zip(intervals.items(), colors, strict=False):
        points = np.array([(float(share), found) for share, found in held.items()]) * 100
        claimed, found = points[points[:, 0] >= whole[0]].T
        width, dots = (2.6, 6) if color == PREDICTED else (1.2, 0)
        layers.append(Line(x=claimed, y=found, label=name, color=color, width=width, dots=dots))
    return Chart(layers=layers, x="percent of the rows claimed", y="percent of the rows held")


def residuals(rows: Columns, *, label: str) -> tuple[Chart, Chart]:
    """Describe the errors over time with the interval around them, and their distribution."""
    error, few = rows["actual"] - rows["predicted"], thin(len(rows["date"]))
    low, high = (rows[name][few] - rows["predicted"][few] for name in ("lower", "upper"))
    x = rows["date"][few]
    points = Line(x=x, y=error[few], label="error", width=0, dots=2.5)
    over_time: list[Layer] = [Band(x=x, lower=low, upper=high, label="interval"), points]
    edge = np.quantile(np.abs(error), 0.995) or 1.0
    edges = np.linspace(-edge, edge, 61)
    bars: list[Layer] = [
        Bars(edges=edges, heights=np.histogram(one, edges)[0], label=name, color=color, alpha=alpha)
        for one, name, color, alpha in (
            (rows["actual"] - rows["naive"], "naive", NAIVE, np.full(60, 0.7)),
            (error, "LSTM", PREDICTED, np.full(60, 0.5)),
        )
    ]
    unit = f"error, in the unit of {label}"
    return Chart(layers=over_time, y=unit, dates=True), Chart(layers=bars, x="error", y="rows")


def spread(series: Sequence[Mapping[str, Any]]) -> tuple[Chart, Chart]:
    """Describe how skill, and the sharpness of intervals, are spread over many series.

    Args:
        series: Rows with `skill`, `beside_naive`, `relative` and `beside_ewma`.
    """
    skills = np.array([row["skill"] or 0.0 for row in series])
    sharper = np.array([1 - row["relative"].get("ewma", 1.0) for row in series])
    prices = ("equals", "beats", "loses"), [row["beside_naive"] for row in series]
    widths = ("equal", "sharper", "less sharp"), [row["beside_ewma"] for row in series]
    return (
        _spread(skills, *prices, x='percent of the RMSE of "tomorrow = today" saved'),
        _spread(sharper, *widths, x="percent of the interval score of EWMA saved"),
    )


def _spread(shares: np.ndarray, words: Sequence[str], told: Sequence[str], *, x: str) -> Chart:
    """Describe how shares are spread, (series,), in one colour for each word told of them."""
    edge = max(float(np.quantile(np.abs(shares), 0.99)) * 100, 0.1)
    edges = np.linspace(-edge, edge, SPREAD_BARS + 1)
    inside, layers = np.clip(shares * 100, -edge, edge), list[Layer]()
    for word, color in zip(words, (NAIVE, GOOD, PREDICTED), strict=True):
        found = inside[[one == word for one in told]]
        heights, alpha = np.histogram(found, edges)[0], np.full(SPREAD_BARS, 0.7)
        label = f"{word} ({len(found):,})"
        layers.append(Bars(edges=edges, heights=heights, label=label, color=color, alpha=alpha))
    return Chart(layers=layers, x=x, y="series")
