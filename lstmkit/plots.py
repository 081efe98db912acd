"""Pieces that every plot shares: a figure with one look, dates on an axis, an atomic PNG."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure

from lstmkit.files import atomic

ACTUAL, PREDICTED, NAIVE, TRAIN = "#1f6fb4", "#d62728", "#404040", "#9dbfdb"
MAX_POINTS = 6000


def new_figure(
    *, title: str, size: tuple[float, float] = (11, 5), panels: tuple[int, int] = (1, 1)
) -> tuple[Figure, Any]:
    """Return a figure and its axes; one panel gives one `Axes`, several an array.

    Args:
        title: What is shown, in plain words.
        size: Width and height in inches.
        panels: Rows and columns of panels.
    """
    figure = Figure(figsize=size, dpi=110, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(*panels)
    figure.suptitle(title, fontsize=12, fontweight="bold", x=0.01, ha="left")
    for one in np.atleast_1d(axes).flat:
        one.spines[["top", "right"]].set_visible(False)
        one.grid(color="0.9", linewidth=0.8)
        one.set_axisbelow(True)
    return figure, axes


def date_axis(axes: Axes) -> None:
    """Write dates under an axis as short as they can be read."""
    locator = AutoDateLocator(minticks=4, maxticks=10)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))


def thin(*series: np.ndarray) -> tuple[np.ndarray, ...]:
    """Keep every k-th point of long series, which a picture cannot show anyway."""
    step = max(1, -(-len(series[0]) // MAX_POINTS))
    return tuple(one[::step] for one in series)


def loss_curves(history: Sequence[Mapping[str, Any]], path: Path, *, title: str, unit: str) -> None:
    """Draw training and validation loss over the epochs, each on its own scale; mark the best."""
    epochs = np.array([row["epoch"] for row in history])
    curves = [("loss", ACTUAL, "training"), ("val_loss", PREDICTED, "validation")]
    known = [curve for curve in curves if any(row.get(curve[0]) is not None for row in history)]
    figure, panels = new_figure(title=title, size=(8, 2.6 * len(known)), panels=(len(known), 1))
    for axes, (name, color, label) in zip(np.atleast_1d(panels), known, strict=True):
        values = np.array([row.get(name) for row in history], dtype=float)
        axes.plot(epochs, values, color=color, label=label, marker="." if len(epochs) < 4 else "")
        axes.set_xlim(epochs[0], max(epochs[-1], epochs[0] + 1))
        axes.set_ylabel(f"{label}\n{unit}", fontsize=9)
        if name == "val_loss":
            best = int(np.nanargmin(values))
            axes.plot(epochs[best], values[best], "o", color=color, label=f"kept: {epochs[best]}")
        axes.legend(frameon=False, loc="upper right")
    np.atleast_1d(panels)[-1].set_xlabel("epoch")
    save(figure, path)


def save(figure: Figure, path: Path) -> None:
    """Write a PNG, whole or not at all; the same figure gives the same bytes."""
    with atomic(path, "wb") as stream:
        figure.savefig(stream, format="png", metadata={"Software": None})
