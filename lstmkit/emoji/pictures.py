"""What the charts of the emoji pipeline show, on its page and in its PNGs."""

from collections.abc import Sequence

import numpy as np

from lstmkit.chart import ACTUAL, NAIVE, PREDICTED, Bars, Chart, Heat, Layer, Line
from lstmkit.emoji.metrics import BINS, Bins

MAX_NAME = 22


def confusion(matrix: np.ndarray, names: Sequence[str]) -> Chart:
    """Describe the confusion matrix: counts in the cells, shares of each actual class as colour."""
    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    heat = Heat(
        values=shares,
        limits=(0, 1),
        palette="share",
        meaning="share of the actual class",
        names=tuple(names),
        counts=matrix,
    )
    return Chart(layers=[heat], x="predicted", y="actual")


def reliability(bins: Bins, raw: Bins | None = None) -> Chart:
    """Describe how often answers of each probability are right.

    Args:
        bins: The answers as they are given.
        raw: Before their probabilities were calibrated.
    """
    even = np.array([0.0, 1.0])
    layers: list[Layer] = [
        Bars(
            edges=np.linspace(0, 1, BINS + 1),
            heights=bins.accuracy,
            alpha=(0.25 + 0.75 * np.sqrt(bins.counts / max(1, bins.counts.max()))),
            told={
                "answers": bins.counts,
                "mean probability": bins.confidence,
                "right": bins.accuracy,
            },
        ),
        Line(x=even, y=even, label="perfectly calibrated", color=NAIVE, dashed=True),
    ]
    for one, name, color in ((raw, "as trained", PREDICTED), (bins, "calibrated", ACTUAL)):
        if one is not None and raw is not None:
            at, label = one.counts > 0, f"{name}: expected calibration error {one.error:.3f}"
            x, y = one.confidence[at], one.accuracy[at]
            layers.append(Line(x=x, y=y, label=label, color=color, dots=5))
    return Chart(
        layers=layers,
        x="probability of the answer",
        y="share that is right",
        x_range=(0, 1),
        y_range=(0, 1.02),
    )


def plain(name: str) -> str:
    """Return a name as matplotlib's fonts have it, which have no emoji."""
    text = name if name.isascii() else ascii(name).strip("'")
    return text if len(text) <= MAX_NAME else text[: MAX_NAME - 1] + "…"
