"""The heat map of a trained LSTM's gates."""

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes

from lstmkit import plots
from lstmkit.cells.types import Array
from lstmkit.gates.result import GATES, Result

MAX_TICKS = 12
DRAWN = "fiogc"


def draw_gates(result: Result, path: Path) -> None:
    """Draw the input, and below it each gate: steps to the right, units downwards.

    Gates run from 0, shut, to 1, open. Candidate and cell state are drawn around 0; the scale of
    the cell state is its own.

    Args:
        result: What was recorded.
        path: Where the PNG goes.
    """
    shown, inside = result.shown, result.inside
    steps, units = inside["f"].shape
    above = 0 if shown.curve is None else 1  # panels above the gates
    figure, panels = plots.new_figure(
        title=f"{result.layer} ({units} units) over its input, step by step",
        size=(11, 2 * above + 2 * len(DRAWN)),
        panels=(above + len(DRAWN), 1),
    )
    for axes, key in zip(panels[above:], DRAWN, strict=True):
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
    if shown.curve is None:
        _label_words(panels[0], shown.steps)
        _label_steps(panels[-1], tuple(str(t) for t in range(steps)))
    else:
        _draw_curve(panels[0], shown.curve, shown.caption)
        _label_steps(panels[-1], shown.steps)
    plots.save(figure, path)


def _label_words(axes: Axes, words: tuple[str, ...]) -> None:
    rotation = 0 if len(words) <= MAX_TICKS else 90
    axes.set_xticks(range(len(words)), words, fontsize=9, rotation=rotation)
    axes.tick_params(axis="x", top=False, bottom=False, labeltop=True, labelbottom=False)


def _draw_curve(axes: Axes, curve: Array, caption: str) -> None:
    axes.plot(curve, color=plots.ACTUAL, linewidth=1)
    axes.set_xlim(-0.5, len(curve) - 0.5)
    axes.set_ylabel(caption, fontsize=9)
    axes.set_xticks([])


def _label_steps(axes: Axes, steps: tuple[str, ...]) -> None:
    every = max(1, -(-len(steps) // MAX_TICKS))
    ticks = range(0, len(steps), every)
    axes.set_xticks(ticks, [steps[t] for t in ticks], fontsize=8)
    axes.set_xlabel("step")
