"""The plots of the emoji pipeline; axes carry names, for matplotlib's fonts have no emoji."""

from pathlib import Path

import numpy as np

from lstmkit import plots
from lstmkit.emoji.labels import Label
from lstmkit.emoji.metrics import BINS, reliability
from lstmkit.emoji.result import Result

MAX_NUMBERED = 20  # classes above which the cells carry no numbers
MAX_NAME = 22


def confusion(result: Result, path: Path) -> None:
    """Draw the confusion matrix: counts in the cells, shares of each actual class as colour."""
    matrix = result.matrix
    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    names = [_name(label) for label in result.labels]
    side = min(16.0, max(6.0, 2.5 + 0.75 * len(names)))
    figure, axes = plots.new_figure(
        title=f"Confusion matrix, {result.name}: {np.trace(matrix)} of {matrix.sum()} right",
        size=(side + 1, side),
    )
    image = axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    axes.grid(False)
    axes.set_xticks(range(len(names)), names, rotation=35, ha="right")
    axes.set_yticks(range(len(names)), names)
    axes.set_xlabel("predicted")
    axes.set_ylabel("actual")
    if len(names) <= MAX_NUMBERED:
        for (row, column), count in np.ndenumerate(matrix):
            color = "white" if shares[row, column] > 0.55 else "0.15"
            axes.text(column, row, str(count), ha="center", va="center", color=color)
    figure.colorbar(image, ax=axes, label="share of the actual class", shrink=0.8)
    plots.save(figure, path)


def reliability_diagram(result: Result, path: Path) -> None:
    """Draw how often answers of each probability are right, before and after calibration."""
    figure, axes = plots.new_figure(title=f"Reliability, {result.name}", size=(7, 6))
    axes.plot([0, 1], [0, 1], color=plots.NAIVE, linewidth=1, label="perfectly calibrated")
    curves = [
        ("as trained", result.uncalibrated, plots.TRAIN, "o--"),
        ("calibrated", result.probabilities, plots.PREDICTED, "o-"),
    ]
    for label, probabilities, color, style in curves:
        bins = reliability(probabilities, result.targets)
        filled = bins.counts > 0
        text = f"{label}: expected calibration error {bins.error:.3f}"
        axes.plot(bins.confidence[filled], bins.accuracy[filled], style, color=color, label=text)
    counts = reliability(result.probabilities, result.targets).counts
    for i, count in enumerate(counts):
        if count:
            axes.text((i + 0.5) / BINS, 0.01, str(count), ha="center", fontsize=8, color="0.4")
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1.02)
    axes.set_xlabel("probability of the answer (numbers at the foot: answers per tenth)")
    axes.set_ylabel("share of right answers")
    axes.legend(frameon=False, loc="upper left")
    plots.save(figure, path)


def loss(result: Result, path: Path) -> None:
    """Draw training and validation loss over the epochs."""
    plots.loss_curves(result.history, path, title="Loss", unit="cross-entropy")


def _name(label: Label) -> str:
    text = label.name if label.name.isascii() else ascii(label.name).strip("'")
    return text if len(text) <= MAX_NAME else text[: MAX_NAME - 1] + "…"
