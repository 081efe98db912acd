"""Charts as PNG, drawn by matplotlib: one look, and the same bytes for the same chart."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import ListedColormap, to_rgba
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure

from lstmkit.chart import Band, Bars, Chart, Heat, Line, shades
from lstmkit.files import atomic

MAX_NUMBERED = 20  # rows above which the cells of a table of colours carry no numbers
MAX_STEPS, MAX_LEVEL = 40, 12  # names along an axis, and those that are not turned
LETTERS_PER_LINE = 90  # of a legend


def draw(
    path: Path,
    *charts: Chart,
    title: str,
    size: tuple[float, float] = (11, 5),
    across: bool = False,
    foot: str = "",
) -> None:
    """Draw charts into one picture, whole or not at all; the same charts give the same bytes.

    Args:
        path: Where the PNG goes.
        *charts: One below the other.
        title: What is shown, in plain words.
        size: Width and height in inches.
        across: Side by side instead.
        foot: What to write below.
    """
    figure = Figure(figsize=size, dpi=110, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(*((1, len(charts)) if across else (len(charts), 1)))
    figure.suptitle(title, fontsize=12, fontweight="bold", x=0.01, ha="left")
    for one, chart in zip(np.atleast_1d(axes).flat, charts, strict=True):
        one.spines[["top", "right"]].set_visible(False)
        one.grid(color="0.9", linewidth=0.8)
        one.set_axisbelow(True)
        _draw(figure, one, chart)
    if foot:
        figure.supxlabel(foot, x=0.01, ha="left", fontsize=8, color="0.35")
    with atomic(path, "wb") as stream:
        figure.savefig(stream, format="png", metadata={"Software": None})


def _draw(figure: Figure, axes: Axes, chart: Chart) -> None:
    axes.set(xlabel=chart.x, ylabel=chart.y, yscale="log" if chart.log else "linear")
    axes.margins(x=0.01)
    scales = {"": axes}
    for layer in chart.layers:
        if isinstance(layer, Line):
            if layer.axis not in scales:
                scales[layer.axis] = axes if len(scales) == 1 else axes.twinx()
                scales[layer.axis].set_ylabel(layer.axis)
            _line(scales[layer.axis], layer)
        elif isinstance(layer, Band):
            band = axes.fill_between(layer.x, layer.lower, layer.upper, label=layer.label)
            band.set(color=layer.color, alpha=layer.alpha, linewidth=0)
        elif isinstance(layer, Bars):
            _bars(axes, layer)
        else:
            _heat(figure, axes, layer)
    handles = [entry for one in dict.fromkeys(scales.values()) for entry in _legend(one)]
    if handles:
        letters = sum(len(label) for _, label in handles)
        columns = len(handles) if letters < LETTERS_PER_LINE else 1
        axes.legend(
            *zip(*handles, strict=True), frameon=False, fontsize=9,
            loc="lower right", bbox_to_anchor=(1, 1), ncols=columns,
        )  # fmt: skip
    if chart.x_range:
        axes.set_xlim(*chart.x_range)
    if chart.y_range:
        axes.set_ylim(*chart.y_range)
    if chart.dates:
        locator = AutoDateLocator(minticks=4, maxticks=10)
        axes.xaxis.set_major_locator(locator)
        axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))
    count = len(chart.steps)
    if count:
        at = range(0, count, 1 if count <= MAX_STEPS else -(-count // MAX_LEVEL))
        rotation = 90 if len(at) > MAX_LEVEL else 0
        axes.set_xticks(at, [chart.steps[i] for i in at], fontsize=8, rotation=rotation)


def _line(axes: Axes, line: Line) -> None:
    axes.plot(
        line.x,
        line.y,
        color=line.color,
        linewidth=line.width * 0.8,
        linestyle="--" if line.dashed else "-" if line.width else "",
        marker="o" if line.dots else "",
        markersize=line.dots * 0.8,
        markeredgewidth=0,
        label=line.label or None,
    )


def _bars(axes: Axes, bars: Bars) -> None:
    colors = [to_rgba(bars.color, alpha) for alpha in bars.alpha]
    widths, label = np.diff(bars.edges), bars.label or None
    axes.bar(bars.edges[:-1], bars.heights, widths, align="edge", color=colors, label=label)
    foot = next(iter(bars.told.values()), np.zeros(len(widths), int))
    for x, count in zip(bars.edges[:-1] + widths / 2, foot, strict=True):
        if count:
            axes.text(x, 0.01, str(count), ha="center", fontsize=8, color="0.3")


def _heat(figure: Figure, axes: Axes, heat: Heat) -> None:
    names, (low, high) = heat.names, heat.limits
    image = axes.imshow(
        heat.values,
        aspect="auto",
        interpolation="nearest",
        origin="upper" if names else "lower",
        cmap=ListedColormap(shades(heat.palette)),
        vmin=low,
        vmax=high,
    )
    axes.grid(visible=False)
    figure.colorbar(image, ax=axes, label=heat.meaning, pad=0.01, fraction=0.03)
    if not axes.get_xlabel():
        axes.set_xticks([])
    if names:
        axes.set_xticks(range(len(names)), names, rotation=35, ha="right")
        axes.set_yticks(range(len(names)), names)
    if heat.counts is not None and len(heat.counts) <= MAX_NUMBERED:
        for (row, column), count in np.ndenumerate(heat.counts):
            ink = "white" if heat.values[row, column] > 0.5 else "0.15"
            axes.text(column, row, str(count), ha="center", va="center", color=ink)


def _legend(axes: Axes) -> Sequence[tuple[Any, str]]:
    handles, labels = axes.get_legend_handles_labels()
    return list(zip(handles, labels, strict=True))
