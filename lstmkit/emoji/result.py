"""What a model of sentences did on one set."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lstmkit import result
from lstmkit.emoji.labels import Label
from lstmkit.emoji.metrics import confusion_matrix, per_class, scores

BASELINES = {"majority": "majority class", "averaged": "averaged vectors (v1)"}


@dataclass(frozen=True, kw_only=True)
class Result(result.Result):
    """What one model did on one set of sentences.

    Attributes:
        name: Of the set.
        texts: (n,).
        targets: (n,).
        labels: The classes.
        probabilities: Calibrated, (n, classes).
        uncalibrated: As the network gave them, (n, classes).
    """

    name: str
    texts: Sequence[str]
    targets: np.ndarray
    labels: tuple[Label, ...]
    probabilities: np.ndarray
    uncalibrated: np.ndarray

    @property
    def matrix(self) -> np.ndarray:
        """The confusion matrix, (classes, classes): rows actual, columns predicted."""
        return confusion_matrix(self.targets, self.probabilities.argmax(axis=1), len(self.labels))


def judge(
    targets: np.ndarray,
    labels: Sequence[Label],
    probabilities: np.ndarray,
    *,
    uncalibrated: np.ndarray,
    baselines: Mapping[str, np.ndarray],
) -> dict[str, Any]:
    """Score a model beside what it has to beat.

    Args:
        targets: (n,).
        labels: The classes.
        probabilities: Calibrated, (n, classes).
        uncalibrated: As the network gave them, (n, classes).
        baselines: Probabilities by name, (n, classes) each.

    Returns:
        The verdict and the scores, as `metrics.json` holds them.
    """
    predicted = probabilities.argmax(axis=1)
    raw, test = scores(uncalibrated, targets), scores(probabilities, targets)
    others = {name: scores(one, targets) for name, one in baselines.items()}
    rows = per_class(targets, predicted, len(labels))
    classes = [
        {"label": label.value, "emoji": label.emoji, "name": label.name, **row}
        for label, row in zip(labels, rows, strict=True)
    ]
    return {
        "verdict": verdict(test, others),
        "test": {
            **test,
            "uncalibrated_calibration_error": raw["calibration_error"],
            "uncalibrated_log_loss": raw["log_loss"],
        },
        "baselines": others,
        "classes": classes,
        "confusion_matrix": confusion_matrix(targets, predicted, len(labels)).tolist(),
    }


def verdict(test: Mapping[str, Any], others: Mapping[str, Mapping[str, Any]]) -> str:
    """Say in one sentence how often the model is right, and what the best baseline does."""
    sentence = f"Right on {test['accuracy']:.1%} of {test['n']:,} sentences"
    if not others:
        return f"{sentence}."
    name, best = max(others.items(), key=lambda item: item[1]["accuracy"])
    return f"{sentence}; {BASELINES.get(name, name)}: {best['accuracy']:.1%}."
