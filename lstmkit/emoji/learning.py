"""How the network of an emoji model learns, is saved, and gets its temperature."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from lstmkit import config as configs
from lstmkit import runs, runtime
from lstmkit.emoji import classifier
from lstmkit.emoji.classifier import Classifier, Reading
from lstmkit.emoji.config import EmojiConfig, EmojiTrainConfig
from lstmkit.emoji.embeddings import VectorTable
from lstmkit.emoji.text import Reader, known_words
from lstmkit.quiet import native_stderr

if TYPE_CHECKING:
    from lstmkit.emoji.data import Dataset, Taught
    from lstmkit.emoji.start import Start

LEAST_LABELLED = 1 / 3
"""Share of what is learned from that is labelled by people, where there is more from a model."""

OFTEN = 8
"""Times that texts of a model must have a word before its vector stays where they moved it: with
those of rarer words in GloVe's place again, our test sentences are answered no worse."""


def fit(
    run: runs.Run,
    train_set: Dataset,
    validation: Dataset,
    table: VectorTable,
    config: EmojiConfig,
    start: Start | None = None,
    taught: Taught | None = None,
) -> tuple[list[dict[str, Any]], list[str], np.ndarray | None]:
    """Train the network and save it.

    Args:
        run: Where checkpoints and the model go.
        train_set: What it learns from.
        validation: What stops it, where the config has a patience.
        table: The word vectors.
        config: Of the model and its training.
        start: The model that ships, where it lends its LSTM layers and vectors.
        taught: Texts with the probabilities of another model, learned from beside the train set.

    Returns:
        The history, one row per epoch; the words that training met and that have a vector; and
        where it moved these, (words, dimension), or None if they stay where the table has them.
    """
    with native_stderr():
        import keras

    from lstmkit.emoji.model import emojifier_v2, pretrained_embedding_layer
    from lstmkit.training import keras_learner

    texts, y, weight = _lesson(train_set, taught, weighted=config.train.class_weights)
    settings = config.train.fitted_to(len(texts))
    keras_learner.seed_everything(config.seed)
    reader = Reader(table.vocabulary)
    seen = Counter(w for text in dict.fromkeys(texts) for w in known_words(reader.read(text)))
    met = sorted(seen)
    known = {w for text in validation.texts for w in known_words(reader.read(text))}
    words = [*met, *sorted(known.difference(met))]  # only these are looked up while training
    vectors = (start.table if start else table).rows(
        np.array([table.vocabulary[word] for word in words], dtype=np.int64)
    )
    matrix = np.vstack([np.zeros_like(vectors[:1]), vectors])  # (1 + words, dimension)
    embedding = pretrained_embedding_layer(matrix, trainable=config.model.trainable)
    model, saved = emojifier_v2(
        config.model,
        window=config.data.window,
        classes=len(train_set.labels),
        embedding=embedding,
    )
    if start is not None:
        start.lend(model)
    model.compile(
        _optimizer(settings, len(texts)),
        keras.losses.CategoricalCrossentropy(label_smoothing=config.train.label_smoothing),
        metrics=["accuracy"],
        jit_compile=False,
    )
    keras_learner.accelerate(model, settings)
    rows = {word: row for row, word in enumerate(words)}
    watched = None  # a loss that calibration has not seen yet would choose too early an epoch
    if len(validation) and settings.patience is not None:
        right = np.eye(len(train_set.labels), dtype=np.float32)[validation.targets]
        watched = _examples(validation.texts, right, reader, rows, config.data.window)
    history = keras_learner.fit(
        model,
        _examples(texts, y, reader, rows, config.data.window, weight),
        watched,
        batch_size=settings.batch_size,
        config=settings,
        seed=config.seed,
        run=run,
    )
    keras_learner.save_model(saved, run.path / runs.MODEL)
    vectors = embedding.get_weights()[0][1 : len(met) + 1]  # (met, dimension)
    if taught is not None:
        own = {w for text in train_set.texts for w in known_words(reader.read(text))}
        stay = [row for row, word in enumerate(met) if word in own or seen[word] >= OFTEN]
        met, vectors = [met[row] for row in stay], vectors[stay]
    if start is not None:
        return history, *_beside(start, met, vectors)
    return history, met, vectors if config.model.trainable else None


def calibrated(
    run: runs.Run,
    train_set: Dataset,
    validation: Dataset,
    table: VectorTable,
    words: list[str],
    moved: np.ndarray | None,
    config: EmojiConfig,
) -> Classifier:
    """Fit temperature and weight of none on the validation sentences; write what decodes."""
    from lstmkit.emoji.metrics import fit_none_weight, fit_temperature

    model = Classifier(
        network=runtime.load(run.path / runs.MODEL),
        table=table,
        labels=train_set.labels,
        window=config.data.window,
        temperature=1.0,
        reader=Reader(table.vocabulary),
    )
    classifier.save(run, model, words, moved)
    model = classifier.load(run, table=table)  # what is scored is what is saved
    if not len(validation):
        return model
    if model.none is not None:
        probabilities = stacked(model.read(validation.texts))
        weight = fit_none_weight(probabilities, validation.targets, model.none)
        model = replace(model, none_weight=weight)
    probabilities = stacked(model.read(validation.texts))
    model = replace(model, temperature=fit_temperature(probabilities, validation.targets))
    classifier.save(run, model, words, moved)
    return model


def _beside(start: Start, met: list[str], vectors: np.ndarray) -> tuple[list[str], np.ndarray]:
    """Return words and vectors of a training, and behind them those that its start has moved."""
    further = sorted(set(start.words).difference(met))
    rows = np.array([start.table.vocabulary[word] for word in further], dtype=np.int64)
    return [*met, *further], np.vstack([vectors, start.table.rows(rows)])


def stacked(readings: Sequence[Reading]) -> np.ndarray:
    """Return those of every reading, (readings, classes)."""
    return np.array([reading.probabilities for reading in readings])


def _optimizer(settings: EmojiTrainConfig, examples: int) -> Any:
    import keras

    from lstmkit.training import keras_learner

    optimizer = keras_learner.optimizer(settings)
    if settings.schedule == "cosine":
        steps = (settings.epochs or 1) * configs.steps_of_epoch(examples, settings.batch_size)
        rate = keras.optimizers.schedules.CosineDecay(settings.learning_rate, steps)
        optimizer.learning_rate = rate
    return optimizer


def _lesson(
    train_set: Dataset, taught: Taught | None, *, weighted: bool
) -> tuple[tuple[str, ...], np.ndarray, np.ndarray | None]:
    """Return the texts to learn from, what each is to be answered with, and how much it weighs.

    Labelled sentences come up so often that they are a third of all at least: what people said
    counts for more than what a model said. Weighted, all classes count alike (mean 1).
    """
    texts = train_set.texts
    y = np.eye(len(train_set.labels), dtype=np.float32)[train_set.targets]  # (n, classes)
    if taught is not None:
        times = max(1, round(len(taught) / (len(train_set) * (1 / LEAST_LABELLED - 1))))
        texts = texts * times + taught.texts
        y = np.vstack([*[y] * times, taught.probabilities])
    shares = y.mean(axis=0)
    if not weighted or shares.min() == shares.max():
        return texts, y, None
    return texts, y, y @ (1 / (len(shares) * shares)).astype(np.float32)


def _examples(
    texts: Sequence[str],
    y: np.ndarray,
    reader: Reader,
    rows: dict[str, int],
    window: int,
    weight: np.ndarray | None = None,
) -> Any:
    """Return texts and targets as tensors, texts without a word left out."""
    from lstmkit.emoji.model import sentences_to_indices
    from lstmkit.training.keras_learner import ArrayExamples

    words = [known_words(reader.read(text)) for text in texts]
    kept = [i for i, read in enumerate(words) if read]
    x = sentences_to_indices([words[i] for i in kept], rows, window=window)  # (n, window)
    return ArrayExamples(x, y[kept], None if weight is None else weight[kept])
