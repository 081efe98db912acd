"""How good a classifier is, and how far its probabilities can be trusted."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

Z95 = 1.959963984540054  # 97.5 % quantile of the standard normal
BINS = 10
COLDEST, HOTTEST = 0.05, 20.0


def confusion_matrix(targets: np.ndarray, predicted: np.ndarray, classes: int) -> np.ndarray:
    """Return counts, (classes, classes): row the actual class, column the predicted one."""
    pairs = targets.astype(np.int64) * classes + predicted
    return np.bincount(pairs, minlength=classes * classes).reshape(classes, classes)


def wilson_interval(correct: int, total: int) -> tuple[float, float]:
    """Return the 95 % interval of a share (Wilson, 1927).

    Unlike the share plus or minus its standard error it never leaves 0..1, and has a width where
    all or none are correct.
    """
    if total == 0:
        return 0.0, 1.0
    share, z2 = correct / total, Z95**2
    centre = (share + z2 / (2 * total)) / (1 + z2 / total)
    half = Z95 / (1 + z2 / total) * math.sqrt(share * (1 - share) / total + z2 / (4 * total**2))
    return max(0.0, centre - half), min(1.0, centre + half)


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


def tempered(probabilities: np.ndarray, temperature: float) -> np.ndarray:
    """Return ``softmax(log p / temperature)``, (n, classes): above 1 flatter, below 1 sharper."""
    logits = np.log(np.maximum(probabilities.astype(np.float64), 1e-12)) / temperature
    weights = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def fit_temperature(probabilities: np.ndarray, targets: np.ndarray) -> float:
    """Return the temperature under which the log-likelihood of the targets is highest.

    The negative log-likelihood has one minimum in the inverse temperature (it is convex there), so
    a golden-section search finds it (Guo et al., On Calibration of Modern Neural Networks, 2017).
    """

    def loss(inverse: float) -> float:
        chosen = tempered(probabilities, 1 / inverse)[np.arange(len(targets)), targets]
        return float(-np.log(np.maximum(chosen, 1e-300)).mean())

    low, high, ratio = 1 / HOTTEST, 1 / COLDEST, (math.sqrt(5) - 1) / 2
    while high - low > 1e-4:
        left, right = high - ratio * (high - low), low + ratio * (high - low)
        if loss(left) <= loss(right):
            high = right
        else:
            low = left
    return 2 / (low + high)


def scores(probabilities: np.ndarray, targets: np.ndarray) -> dict[str, Any]:
    """Return accuracy with its interval, macro F1, calibration error and log loss.

    Args:
        probabilities: (n, classes).
        targets: (n,).
    """
    classes = probabilities.shape[1]
    matrix = confusion_matrix(targets, probabilities.argmax(axis=1), classes)
    right, total = int(np.trace(matrix)), int(matrix.sum())
    low, high = wilson_interval(right, total)
    chosen = probabilities[np.arange(total), targets]
    return {
        "n": total,
        "correct": right,
        "accuracy": right / total if total else math.nan,
        "accuracy_low": low,
        "accuracy_high": high,
        "macro_f1": float(np.mean([row["f1"] for row in per_class(matrix)])),
        "log_loss": float(-np.log(np.maximum(chosen, 1e-12)).mean()) if total else math.nan,
        "calibration_error": reliability(probabilities, targets).error,
    }


def per_class(matrix: np.ndarray) -> list[dict[str, float]]:
    """Return precision, recall, F1 and support of every class; 0 where nothing was predicted."""
    rows = []
    for i, support in enumerate(matrix.sum(axis=1)):
        hits, predicted = matrix[i, i], matrix[:, i].sum()
        precision = hits / predicted if predicted else 0.0
        recall = hits / support if support else 0.0
        both = precision + recall
        rows.append(
            {
                "precision": float(precision),
                "recall": float(recall),
                "f1": float(2 * precision * recall / both) if both else 0.0,
                "support": int(support),
            }
        )
    return rows
