"""How good a classifier is, and how far its probabilities can be trusted."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import optimize, stats
from sklearn import metrics

from lstmkit.emoji.classifier import tempered

BINS = 10
COLDEST, HOTTEST = 0.05, 20.0
LOST, MAX_NONE_WEIGHT = 0.025, 10.0  # share of the sentences that have an emoji; times


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
    return binned(probabilities.max(axis=1), probabilities.argmax(axis=1) == targets)


def binned(confidence: np.ndarray, right: np.ndarray) -> Bins:
    """Sort answers into bins by how sure they are and whether they are right, (n,) each."""
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


def fit_none_weight(probabilities: np.ndarray, targets: np.ndarray, none: int) -> float:
    """Return how much likelier than said the answer "none" may be taken.

    It is the largest weight under which no more than `LOST` of the sentences that have an emoji
    are left without one. At the weight 1 a network answers too many texts that no emoji fits,
    since it has seen but a few of the many things that people write about.

    Args:
        probabilities: (n, classes).
        targets: (n,).
        none: The class that means no emoji.
    """
    fitting = probabilities[targets != none]
    if not len(fitting):
        return 1.0
    others = np.delete(fitting, none, axis=1).max(axis=1)
    turning = others / np.maximum(fitting[:, none], 1e-12)  # the weight from which each is lost
    limit = float(np.quantile(turning, LOST, method="lower"))
    return float(np.clip(limit, 1.0, MAX_NONE_WEIGHT))


def scores(probabilities: np.ndarray, targets: np.ndarray) -> dict[str, Any]:
    """Return accuracy with its interval, macro F1 of the tested classes, calibration, log loss.

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
        "macro_f1": _macro_f1(per_class(targets, predicted, probabilities.shape[1])),
        "log_loss": float(-np.log(np.maximum(chosen, 1e-12)).mean()) if total else math.nan,
        "calibration_error": reliability(probabilities, targets).error,
    }


def mcnemar(targets: np.ndarray, one: np.ndarray, other: np.ndarray) -> dict[str, Any]:
    """Compare two models on the same rows by the exact test of McNemar (1947).

    Only rows where one is right and the other wrong tell them apart; if the models are equally
    good, each of these is a toss of a coin.

    Args:
        targets: (n,).
        one: Predicted classes, (n,).
        other: Predicted classes, (n,).

    Returns:
        `only_one` and `only_other`, the rows that just one of them has right, and `p_value`.
    """
    first, second = one == targets, other == targets
    better, worse = int((first & ~second).sum()), int((second & ~first).sum())
    p_value = stats.binomtest(better, better + worse).pvalue if better + worse else 1.0
    return {"only_one": better, "only_other": worse, "p_value": float(p_value)}


def _macro_f1(rows: Sequence[Mapping[str, float]]) -> float:
    """Return the mean F1 of the classes that have test sentences; NaN where there are none."""
    tested = [row["f1"] for row in rows if row["support"]]
    return float(np.mean(tested)) if tested else math.nan


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
