"""The heat map of a trained LSTM's gates."""

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes

from lstmkit import plots
from lstmkit.cells.report import GATES, Gates

MAX_TICKS = 12
DRAWN = "fiogc"


def draw_gates(result: Gates, path: Path) -> None:
    """Draw the input, and below it each gate: steps to the right, units downwards.

    Gates run from 0, shut, to 1, open. Candidate and cell state are drawn around 0; the scale of
    the cell state is its own.

    Args:
        result: What was recorded.
        path: Where the PNG goes.
    """
    shown, inside = result.shown, result.inside
    steps, units = inside["f"].shape
    figure, panels = plots.new_figure(
        title=f"{result.layer} ({units} units) over its input, step by step",
        size=(11, 2 + 2 * len(DRAWN)),
        panels=(1 + len(DRAWN), 1),
    )
    _draw_input(panels[0], result)
    for axes, key in zip(panels[1:], DRAWN, strict=True):
        values = inside[key].T  # (units, steps)
        reach = 1.0 if key == "g" else max(float(np.abs(values).max()), 1e-6)
        limits = (0.0, 1.0) if key in "fio" else (-reach, reach)
        image = axes.imshow(
            values,
            aspect="auto",
            interpolation="nearest",
            cmap="viridis" if key in "fio" else "RdBu_r",
            vmin=limits[0],
            vmax=limits[1],
            extent=(-0.5, steps - 0.5, units - 0.5, -0.5),
        )
        axes.grid(visible=False)
        axes.set_ylabel(f"{GATES[key]}\nunit", fontsize=9)
        figure.colorbar(image, ax=axes, pad=0.01, fraction=0.03)
        axes.set_xlim(-0.5, steps - 0.5)
        axes.set_xticks([])
    numbers = tuple(str(t) for t in range(steps))
    _label_steps(panels[-1], numbers if shown.curve is None else shown.steps)
    plots.save(figure, path)


def _draw_input(axes: Axes, result: Gates) -> None:
    shown = result.shown
    axes.set_xlim(-0.5, len(shown.steps) - 0.5)
    if shown.curve is None:
        axes.set_axis_off()
        rotation = 0 if len(shown.steps) <= MAX_TICKS else 90
        for t, step in enumerate(shown.steps):
            axes.text(t, 0, step, ha="center", va="bottom", rotation=rotation, fontsize=8)
        return
    axes.plot(shown.curve, color=plots.ACTUAL, linewidth=1)
    axes.set_ylabel(shown.caption, fontsize=9)
    axes.set_xticks([])


def _label_steps(axes: Axes, steps: tuple[str, ...]) -> None:
    every = max(1, -(-len(steps) // MAX_TICKS))
    ticks = range(0, len(steps), every)
    axes.set_xticks(ticks, [steps[t] for t in ticks], fontsize=8)
    axes.set_xlabel("step")
