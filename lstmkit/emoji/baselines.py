"""What any model must beat: the majority class, and what is trained on a laptop in a second."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from lstmkit.emoji.embeddings import VectorTable
from lstmkit.emoji.text import Reader, known_words

if TYPE_CHECKING:
    from lstmkit.emoji.data import Dataset

MAX_STEPS = 2000  # of the optimizer; most sets need a tenth
STRENGTH = 10.0  # inverse of the regularisation of TF-IDF: that of scikit-learn's text examples


def all_of(train: Dataset, texts: Sequence[str], table: VectorTable) -> dict[str, np.ndarray]:
    """Return the probabilities of every baseline by its name, (texts, classes) each.

    Args:
        train: What they learn from.
        texts: What they answer to.
        table: The word vectors; a move by another model's training is undone.
    """
    classes = len(train.labels)
    plain = replace(table, moved=None, places=None)
    means = (averaged_vectors(some, plain) for some in (train.texts, texts))
    return {
        "majority": majority(train.targets, classes, len(texts)),
        "averaged": logistic_regression(next(means), train.targets, next(means), classes),
        "tfidf": tfidf(train.texts, train.targets, texts, classes),
    }


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

    model = LogisticRegression(max_iter=MAX_STEPS, class_weight="balanced")
    return _probabilities(model.fit(train_means, targets), test_means, classes)


def tfidf(
    train_texts: Sequence[str], targets: np.ndarray, test_texts: Sequence[str], classes: int
) -> np.ndarray:
    """Fit a softmax on words and pairs of words by TF-IDF, and return its probabilities.

    This is what most people would try first; it knows no vectors.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    words = TfidfVectorizer(
        ngram_range=(1, 2), sublinear_tf=True, tokenizer=_tokens, token_pattern=None
    )
    rows = words.fit_transform(train_texts)
    model = LogisticRegression(max_iter=MAX_STEPS, C=STRENGTH, class_weight="balanced")
    return _probabilities(model.fit(rows, targets), words.transform(test_texts), classes)


def _tokens(text: str) -> list[str]:
    """Return words and signs; a text without any is one token, so that no set is without."""
    return re.findall(r"[\w']+|[^\w\s]", text) or [""]


def _probabilities(model: Any, rows: Any, classes: int) -> np.ndarray:
    """Return a fitted model's probabilities; a class it never met has 0, (rows, classes)."""
    probabilities = np.zeros((rows.shape[0], classes))
    probabilities[:, model.classes_] = model.predict_proba(rows)
    return probabilities
