"""How the network of an emoji model learns, is saved, and gets its temperature."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from lstmkit import runs, runtime
from lstmkit.emoji import classifier
from lstmkit.emoji.classifier import Classifier, Reading
from lstmkit.emoji.config import EmojiConfig, EmojiTrainConfig
from lstmkit.emoji.embeddings import VectorTable
from lstmkit.emoji.text import Reader, known_words
from lstmkit.quiet import native_stderr

if TYPE_CHECKING:
    from lstmkit.emoji.data import Dataset
    from lstmkit.emoji.start import Start


def fit(
    run: runs.Run,
    train_set: Dataset,
    validation: Dataset,
    table: VectorTable,
    config: EmojiConfig,
    start: Start | None = None,
) -> tuple[list[dict[str, Any]], list[str], np.ndarray | None]:
    """Train the network and save it.

    Args:
        run: Where checkpoints and the model go.
        train_set: What it learns from.
        validation: What stops it, where the config has a patience.
        table: The word vectors.
        config: Of the model and its training.
        start: The model that ships, where it lends its LSTM layers and vectors.

    Returns:
        The history, one row per epoch; the words that training met and that have a vector; and
        where it moved these, (words, dimension), or None if they stay where the table has them.
    """
    with native_stderr():
        import keras

    from lstmkit.emoji.model import emojifier_v2, pretrained_embedding_layer
    from lstmkit.training import keras_learner

    settings = config.train.fitted_to(len(train_set))
    keras_learner.seed_everything(config.seed)
    reader = Reader(table.vocabulary)
    met = sorted({w for text in train_set.texts for w in known_words(reader.read(text))})
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
        _optimizer(settings, len(train_set)),
        keras.losses.CategoricalCrossentropy(label_smoothing=config.train.label_smoothing),
        metrics=["accuracy"],
        jit_compile=False,
    )
    keras_learner.accelerate(model, settings)
    rows = {word: row for row, word in enumerate(words)}
    watched = None  # a loss that calibration has not seen yet would choose too early an epoch
    if len(validation) and settings.patience is not None:
        watched = _examples(validation, reader, rows, config.data.window)
    history = keras_learner.fit(
        model,
        _examples(train_set, reader, rows, config.data.window, weighted=settings.class_weights),
        watched,
        batch_size=settings.batch_size,
        config=settings,
        seed=config.seed,
        run=run,
    )
    keras_learner.save_model(saved, run.path / runs.MODEL)
    vectors = embedding.get_weights()[0][1 : len(met) + 1]  # (met, dimension)
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
        steps = (settings.epochs or 1) * -(-examples // settings.batch_size)
        rate = keras.optimizers.schedules.CosineDecay(settings.learning_rate, steps)
        optimizer.learning_rate = rate
    return optimizer


def _examples(
    dataset: Dataset,
    reader: Reader,
    rows: dict[str, int],
    window: int,
    *,
    weighted: bool = False,
) -> Any:
    """Return a set as tensors, texts without a word left out; weighted, rare classes count more."""
    from lstmkit.emoji.model import sentences_to_indices
    from lstmkit.training.keras_learner import ArrayExamples

    words = [known_words(reader.read(text)) for text in dataset.texts]
    dataset = dataset.take([i for i, read in enumerate(words) if read])
    words = [read for read in words if read]
    x = sentences_to_indices(words, rows, window=window)  # (n, window)
    y = np.eye(len(dataset.labels), dtype=np.float32)[dataset.targets]  # (n, classes)
    counts = np.bincount(dataset.targets, minlength=len(dataset.labels))
    if not weighted or counts.min() == counts.max():
        return ArrayExamples(x, y)
    weight = len(dataset) / (len(counts) * counts[dataset.targets])  # mean 1
    return ArrayExamples(x, y, weight.astype(np.float32))
