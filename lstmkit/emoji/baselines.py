"""What any model must beat: the majority class, and averaged vectors (Emojifier-v1)."""

from collections.abc import Sequence

import numpy as np

from lstmkit.emoji.embeddings import VectorTable
from lstmkit.emoji.text import Reader, known_words


def averaged_vectors(texts: Sequence[str], table: VectorTable) -> np.ndarray:
    """Return the mean vector of the words of each text, (texts, dimension); zeros without words."""
    reader = Reader(table.vocabulary)
    means = np.zeros((len(texts), table.dimension))
    for i, text in enumerate(texts):
        rows = [table.vocabulary[word] for word in known_words(reader.read(text))]
        if rows:
            means[i] = table.rows(np.array(rows)).mean(axis=0)
    return means


def majority(targets: np.ndarray, classes: int, rows: int) -> np.ndarray:
    """Return the class shares of the training set for every row, (rows, classes)."""
    shares = np.bincount(targets, minlength=classes) / max(1, len(targets))
    return np.tile(shares, (rows, 1))


def logistic_regression(
    train_means: np.ndarray, targets: np.ndarray, test_means: np.ndarray, classes: int
) -> np.ndarray:
    """Fit a softmax on averaged vectors, and return its probabilities, (test, classes).

    This is Emojifier-v1 of the course, fitted to its optimum instead of for 400 epochs.
    """
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(max_iter=2000, class_weight="balanced").fit(train_means, targets)
    probabilities = np.zeros((len(test_means), classes))
    probabilities[:, model.classes_] = model.predict_proba(test_means)
    return probabilities
