"""The two pictures: how the gradient fades, and how far each cell remembers."""

from pathlib import Path
from typing import Any

import numpy as np

from lstmkit import plots
from lstmkit.chart import ACTUAL, NAIVE, PREDICTED
from lstmkit.lessons.memory import task
from lstmkit.lessons.memory.network import CELLS
from lstmkit.lessons.memory.result import NAMES, Memory

COLORS = {"rnn": PREDICTED, "lstm": ACTUAL}
FLOOR = 1e-16


def draw_gradients(memory: Memory, path: Path, *, lag: int) -> None:
    """Draw the norm of dL/da (and of the LSTM's dL/dc) over the steps back, before and after."""
    figure, panels = plots.new_figure(
        title=f"How much of the gradient is left, step by step back (lag {lag})",
        size=(11, 3.6),
        panels=(1, 2),
    )
    for axes, after in zip(panels, (False, True), strict=True):
        for cell in CELLS:
            backs = [one.after if after else one.before for one in memory.of(cell, lag)]
            curves = np.array([back.a / back.a[0] for back in backs])
            _curve(axes, curves, COLORS[cell], f"{NAMES[cell]}: dL/da", "-")
        axes.set_yscale("log")
        axes.set_xlim(0, lag)
        axes.set_xlabel("steps back from the answer")
        axes.set_title("trained" if after else "untrained", fontsize=10, loc="left")
    low = min(axes.get_ylim()[0] for axes in panels)
    high = max(axes.get_ylim()[1] for axes in panels)
    for axes in panels:
        axes.set_ylim(max(low, FLOOR), high)
    panels[0].set_ylabel("norm, last step = 1")
    panels[0].legend(frameon=False, loc="lower left")
    plots.save(figure, path)


def draw_accuracy(memory: Memory, path: Path) -> None:
    """Draw the accuracy over the lag: a dot for each network, a line through the means."""
    figure, axes = plots.new_figure(
        title="Which symbol was it? Accuracy over the distance", size=(8, 3.2)
    )
    lags = list(memory.plan.lags)
    places = np.arange(len(lags))
    for cell, shift in zip(CELLS, (-0.05, 0.05), strict=True):
        rows = [memory.accuracy(cell, lag) for lag in lags]
        means = [float(np.mean(row)) for row in rows]
        axes.plot(places + shift, means, color=COLORS[cell], label=f"{NAMES[cell]}, mean", zorder=2)
        for place, row in zip(places, rows, strict=True):
            spots = np.full(len(row), place + shift)
            axes.plot(spots, row, "o", color=COLORS[cell], alpha=0.6, zorder=3)
    axes.axhline(task.GUESSING, color=NAIVE, linestyle=":", label="guessing")
    axes.set_xticks(places, [str(lag) for lag in lags])
    axes.set_ylim(0, 1.05)
    axes.set_xlabel("steps between symbol and question")
    axes.set_ylabel(f"accuracy, {memory.plan.seeds} networks each")
    axes.legend(frameon=False, loc="lower left")
    plots.save(figure, path)


def _curve(axes: Any, curves: Any, color: str, label: str, style: str) -> None:
    """Draw each network thin, and their geometric mean thick."""
    floored = np.maximum(curves, FLOOR)
    steps = np.arange(curves.shape[1])
    for one in floored:
        axes.plot(steps, one, color=color, linewidth=0.7, alpha=0.45)
    mean = np.exp(np.log(floored).mean(axis=0))
    axes.plot(steps, mean, style, color=color, linewidth=2, label=label)
