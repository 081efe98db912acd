"""How good a classifier is, and how far its probabilities can be trusted."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import optimize, stats
from sklearn import metrics

from lstmkit.emoji.classifier import tempered

BINS = 10
COLDEST, HOTTEST = 0.05, 20.0


def confusion_matrix(targets: np.ndarray, predicted: np.ndarray, classes: int) -> np.ndarray:
    """Return counts, (classes, classes): row the actual class, column the predicted one."""
    if not len(targets):  # scikit-learn refuses to count nothing
        return np.zeros((classes, classes), np.int64)
    return np.asarray(metrics.confusion_matrix(targets, predicted, labels=np.arange(classes)))


def wilson_interval(correct: int, total: int) -> tuple[float, float]:
    """Return the 95 % interval of a share (Wilson, 1927).

    Unlike the share plus or minus its standard error it never leaves 0..1, and has a width where
    all or none are correct.
    """
    if total == 0:
        return 0.0, 1.0
    interval = stats.binomtest(correct, total).proportion_ci(method="wilson")
    return float(interval.low), float(interval.high)


@dataclass(frozen=True)
class Bins:
    """Answers sorted into ten bins by their probability.

    Attributes:
        counts: Answers in each bin, (10,).
        confidence: Mean probability in each bin; 0 where it is empty.
        accuracy: Share of right answers in each bin; 0 where it is empty.
    """

    counts: np.ndarray
    confidence: np.ndarray
    accuracy: np.ndarray

    @property
    def error(self) -> float:
        """Expected calibration error: |accuracy - confidence|, weighted by count (Guo, 2017)."""
        gaps = np.abs(self.accuracy - self.confidence)
        return float(np.average(gaps, weights=self.counts)) if self.counts.sum() else 0.0


def reliability(probabilities: np.ndarray, targets: np.ndarray) -> Bins:
    """Sort answers into bins of equal width by the probability of the predicted class.

    Args:
        probabilities: (n, classes).
        targets: (n,).
    """
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == targets
    bins = np.clip(np.ceil(confidence * BINS).astype(int) - 1, 0, BINS - 1)
    counts = np.bincount(bins, minlength=BINS)
    filled = np.maximum(counts, 1)
    return Bins(
        counts,
        np.bincount(bins, confidence, BINS) / filled,
        np.bincount(bins, right.astype(float), BINS) / filled,
    )


def fit_temperature(probabilities: np.ndarray, targets: np.ndarray) -> float:
    """Return the temperature under which the log-likelihood of the targets is highest.

    The negative log-likelihood has one minimum in the inverse temperature, for it is convex there
    (Guo et al., On Calibration of Modern Neural Networks, 2017).
    """

    def loss(inverse: float) -> float:
        chosen = tempered(probabilities, 1 / inverse)[np.arange(len(targets)), targets]
        return float(-np.log(np.maximum(chosen, 1e-300)).mean())

    bounds = (1 / HOTTEST, 1 / COLDEST)
    best = optimize.minimize_scalar(loss, bounds=bounds, method="bounded", options={"xatol": 1e-6})
    return float(1 / best.x)


def scores(probabilities: np.ndarray, targets: np.ndarray) -> dict[str, Any]:
    """Return accuracy with its interval, macro F1, calibration error and log loss.

    Args:
        probabilities: (n, classes).
        targets: (n,).
    """
    predicted, total = probabilities.argmax(axis=1), len(targets)
    right = int((predicted == targets).sum())
    low, high = wilson_interval(right, total)
    chosen = probabilities[np.arange(total), targets]
    return {
        "n": total,
        "correct": right,
        "accuracy": right / total if total else math.nan,
        "accuracy_low": low,
        "accuracy_high": high,
        "macro_f1": float(
            np.mean([row["f1"] for row in per_class(targets, predicted, probabilities.shape[1])])
        ),
        "log_loss": float(-np.log(np.maximum(chosen, 1e-12)).mean()) if total else math.nan,
        "calibration_error": reliability(probabilities, targets).error,
    }


def per_class(targets: np.ndarray, predicted: np.ndarray, classes: int) -> list[dict[str, float]]:
    """Return precision, recall, F1 and support of every class; 0 where nothing was predicted."""
    names = ("precision", "recall", "f1", "support")
    if not len(targets):
        return [dict(zip(names, (0.0, 0.0, 0.0, 0), strict=True)) for _ in range(classes)]
    columns = metrics.precision_recall_fscore_support(
        targets, predicted, labels=np.arange(classes), zero_division=0.0
    )
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return [dict(zip(names, row, strict=True)) for row in rows]
