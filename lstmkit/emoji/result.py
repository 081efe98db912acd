"""What a model of sentences did on one set."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from lstmkit import result
from lstmkit.emoji.labels import Label
from lstmkit.emoji.metrics import confusion_matrix, mcnemar, per_class, scores

BASELINES = {
    "majority": "the majority class",
    "averaged": "averaged vectors (v1)",
    "tfidf": "TF-IDF with logistic regression",
}
SIGNIFICANT = 0.05


@dataclass(frozen=True, kw_only=True, repr=False)
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

    picture: ClassVar[str] = "confusion_matrix"
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
    tests = {
        name: mcnemar(targets, predicted, one.argmax(axis=1)) for name, one in baselines.items()
    }
    return {
        "verdict": verdict(test, others, tests),
        "test": {
            **test,
            "uncalibrated_calibration_error": raw["calibration_error"],
            "uncalibrated_log_loss": raw["log_loss"],
        },
        "baselines": {name: {**others[name], "mcnemar": tests[name]} for name in others},
        "classes": classes,
        "untested_classes": [one["name"] for one in classes if not one["support"]],
        "confusion_matrix": confusion_matrix(targets, predicted, len(labels)).tolist(),
    }


def verdict(
    test: Mapping[str, Any],
    others: Mapping[str, Mapping[str, Any]],
    tests: Mapping[str, Mapping[str, Any]],
) -> str:
    """Say in one sentence whether the model beats, equals or loses to the best plain method.

    Args:
        test: Scores of the model.
        others: Scores of the plain methods, by name.
        tests: The model against each of them, as `metrics.mcnemar` has it.
    """
    figures = f"right on {test['accuracy']:.1%} of {test['n']:,} sentences"
    if not others:
        return f"{figures.capitalize()}; no plain method beside it."
    name, best = max(others.items(), key=lambda item: item[1]["accuracy"])
    against, p_value = BASELINES.get(name, name), tests[name]["p_value"]
    compared = f"{against}: {figures} against {best['accuracy']:.1%}"
    shown = f"exact McNemar p = {p_value:.2g}"
    worse = "majority" in others and test["accuracy"] < others["majority"]["accuracy"]
    warning = " It is worse than the majority class." if worse and name != "majority" else ""
    if p_value >= SIGNIFICANT:
        return f"Equals {compared}, a difference that chance explains ({shown}).{warning}"
    word = "Beats" if test["accuracy"] > best["accuracy"] else "Loses to"
    return f"{word} {compared}, significant ({shown}).{warning}"
