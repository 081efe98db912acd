"""What the two pictures show: how the gradient fades, and how far each cell remembers."""

import numpy as np

from lstmkit.chart import ACTUAL, NAIVE, PREDICTED, Chart, Line
from lstmkit.lessons.memory import task
from lstmkit.lessons.memory.network import CELLS
from lstmkit.lessons.memory.result import NAMES, Memory

COLORS = {"rnn": PREDICTED, "lstm": ACTUAL}
FLOOR = 1e-16


def gradients(memory: Memory, *, lag: int, after: bool) -> Chart:
    """Describe the norm of dL/da over the steps back: each network thin, their mean thick.

    Args:
        memory: What was measured.
        lag: Distance of the task.
        after: Whether of the trained networks.
    """
    lines, steps = [], np.arange(lag + 1)
    for cell in CELLS:
        backs = [one.after if after else one.before for one in memory.of(cell, lag)]
        curves = np.maximum([back.a / back.a[0] for back in backs], FLOOR)  # (networks, steps)
        mean, label = np.exp(np.log(curves).mean(axis=0)), f"{NAMES[cell]}: dL/da"
        lines += [Line(x=steps, y=one, color=COLORS[cell], width=0.6) for one in curves]
        lines.append(Line(x=steps, y=mean, color=COLORS[cell], width=2.5, label=label))
    networks = [one for cell in CELLS for one in memory.of(cell, lag)]
    shares = [way.a / way.a[0] for one in networks for way in (one.before, one.after)]
    ends = max(float(np.min(shares)) / 2, FLOOR), 2 * float(np.max(shares))
    when = "trained" if after else "untrained"
    x, y = "steps back from the answer", f"{when}: norm, last step = 1"
    return Chart(layers=lines, x=x, y=y, log=True, x_range=(0, lag), y_range=ends)


def accuracy(memory: Memory) -> Chart:
    """Describe the accuracy over the lag: a dot for each network, a line through the means."""
    lags = memory.plan.lags
    places = np.arange(len(lags))
    lines = []
    for cell, shift in zip(CELLS, (-0.05, 0.05), strict=True):
        rows = np.array([memory.accuracy(cell, lag) for lag in lags])  # (lags, networks)
        x, color = places + shift, COLORS[cell]
        lines += [Line(x=x, y=one, color=color, width=0, dots=7) for one in rows.T]
        mean, label = rows.mean(axis=1), f"{NAMES[cell]}, mean"
        lines.append(Line(x=x, y=mean, color=color, label=label))
    guessed = np.full(len(lags), task.GUESSING)
    lines.append(Line(x=places, y=guessed, color=NAIVE, dashed=True, label="guessing"))
    return Chart(
        layers=lines,
        x="steps between symbol and question",
        y=f"accuracy, {memory.plan.seeds} networks each",
        y_range=(0, 1.05),
        steps=[str(lag) for lag in lags],
    )
