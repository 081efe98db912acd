"""The charts that pages share, all with hover, zoom by dragging, and one look.

Text and grid have no colour here that matters: `charts.js` sets both for light and dark.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from bokeh.embed import json_item
from bokeh.models import (
    BoxZoomTool,
    ColumnDataSource,
    DataRange1d,
    HoverTool,
    LinearAxis,
    PanTool,
    ResetTool,
    WheelZoomTool,
)
from bokeh.plotting import figure
from bokeh.resources import Resources

ACTUAL, PREDICTED, NAIVE, GOOD = "#3b82c4", "#e0533d", "#8a8a8a", "#3f9c5a"
MAX_POINTS = 4000


def new_figure(*, height: int = 340, zoom: str = "width", **options: Any) -> Any:
    """Return an empty chart as wide as the page.

    Args:
        height: In pixels.
        zoom: What dragging a box zooms: `width`, or `both` axes.
        options: As `bokeh.plotting.figure` takes them.
    """
    box = BoxZoomTool(dimensions=zoom)
    chart = figure(
        height=height,
        sizing_mode="stretch_width",
        tools=[box, PanTool(), WheelZoomTool(), ResetTool()],
        active_drag=box,
        active_scroll=None,
        background_fill_color=None,
        border_fill_color=None,
        outline_line_color=None,
        lod_threshold=None,
        **options,
    )
    chart.toolbar.logo = None
    chart.toolbar.autohide = True
    chart.xgrid.grid_line_color = None
    return chart


def finish(chart: Any, *, legend: str = "top_left") -> Any:
    """Place the legend; a click on an entry hides its line."""
    if chart.legend:
        chart.legend.location = legend
        chart.legend.orientation = "horizontal"
        chart.legend.background_fill_alpha = 0
        chart.legend.border_line_color = None
        chart.legend.click_policy = "hide"
        chart.add_layout(chart.legend[0], "above")
    return chart


def thin(count: int) -> slice:
    """Return every k-th of `count` points, so that at most `MAX_POINTS` are drawn."""
    return slice(None, None, max(1, -(-count // MAX_POINTS)))


def hover(chart: Any, renderer: Any, tips: Sequence[tuple[str, str]], **options: Any) -> None:
    """Show values under the pointer."""
    chart.add_tools(HoverTool(renderers=[renderer], tooltips=list(tips), **options))


def loss(history: Sequence[dict[str, float | None]], *, unit: str) -> Any:
    """Draw training and validation loss over the epochs, each on its own axis where far apart.

    Args:
        history: Rows with `epoch`, `loss` and, where examples were held out, `val_loss`.
        unit: What the loss is measured in.
    """
    columns = {
        name: np.array([_float(row.get(name)) for row in history])
        for name in ("epoch", "loss", "val_loss")
    }
    scale = "log" if _is_steep(columns["loss"]) else "linear"
    chart = new_figure(height=300, y_axis_type=scale, x_axis_label="epoch", y_axis_label=unit)
    source = ColumnDataSource(columns)
    apart = _are_apart(columns["loss"], columns["val_loss"])
    drawn = []
    curves = (("loss", ACTUAL, "training"), ("val_loss", PREDICTED, "validation"))
    for name, color, label in curves:
        if not np.isfinite(columns[name]).any():
            continue
        look: dict[str, Any] = {"source": source, "color": color, "legend_label": label}
        if apart:
            chart.extra_y_ranges[name] = DataRange1d(renderers=[])
            look["y_range_name"] = name
        drawn.append(chart.line("epoch", name, **look))
        points = chart.scatter("epoch", name, size=3, **look)
        if apart:
            chart.extra_y_ranges[name].renderers = [drawn[-1], points]
            side = "left" if name == "loss" else "right"
            chart.add_layout(LinearAxis(y_range_name=name, axis_label=f"{label}, {unit}"), side)
    if apart:
        chart.yaxis[0].visible = False  # each curve has its own, at its side
    tips = [("epoch", "@epoch"), ("training", "@loss{0.[000000]}")]
    if len(drawn) > 1:
        tips.append(("validation", "@val_loss{0.[000000]}"))
    hover(chart, drawn[0], tips, mode="vline")
    return finish(chart)


def several(
    curves: Mapping[str, tuple[Sequence[float], Sequence[float]]], *, x: str, y: str
) -> Any:
    """Draw one named line per entry, to compare runs."""
    chart = new_figure(height=320, x_axis_label=x, y_axis_label=y)
    colors = (ACTUAL, PREDICTED, GOOD, "#9467bd", "#c78b1f", "#17a2b8", "#d46fb0", NAIVE)
    for number, (name, (across, up)) in enumerate(curves.items()):
        color = colors[number % len(colors)]
        source = ColumnDataSource({"x": list(across), "y": list(up)})
        line = chart.line("x", "y", source=source, color=color, line_width=2, legend_label=name)
        hover(chart, line, [(x, "@x"), (name, "@y{0.[000000]}")])
    return finish(chart)


def embedded(figures: Mapping[int, Any]) -> tuple[dict[int, Any], Sequence[str]]:
    """Return each chart as JSON, drawn into the element `chart-KEY`, and Bokeh's scripts."""
    items = {key: json_item(chart, f"chart-{key}") for key, chart in figures.items()}
    return items, Resources(mode="inline", components=["bokeh"], log_level="warn").js_raw


def _float(value: float | None) -> float:
    return float("nan") if value is None else float(value)


def _are_apart(one: np.ndarray, other: np.ndarray) -> bool:
    """Return whether two curves have no value in common, so that on one axis both look flat."""
    first, second = one[np.isfinite(one)], other[np.isfinite(other)]
    if not len(first) or not len(second) or _is_steep(first):
        return False
    return bool(first.min() > second.max() or first.max() < second.min())


def _is_steep(values: np.ndarray) -> bool:
    known = values[np.isfinite(values)]
    return bool(len(known) and known.min() > 0 and known.max() / known.min() > 30)
