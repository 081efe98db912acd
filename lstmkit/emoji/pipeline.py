"""The emoji story: train, evaluate, predict."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lstmkit import config as configs
from lstmkit import files, runs, runtime
from lstmkit.emoji import classifier, embeddings
from lstmkit.emoji.classifier import Classifier, Reading
from lstmkit.emoji.config import EmojiConfig
from lstmkit.emoji.embeddings import VectorTable
from lstmkit.emoji.text import Reader, known_words, unknown_words
from lstmkit.errors import InputError
from lstmkit.quiet import native_stderr

if TYPE_CHECKING:
    from lstmkit.emoji.data import Dataset
    from lstmkit.emoji.report import Result

READ_AHEAD = 4096  # texts answered at a time

FEW_TESTED = 30

log = logging.getLogger(__name__)


def train(
    csv: Path | None,
    config: EmojiConfig,
    output: Path,
    *,
    test: Path | None = None,
    vectors: Path | None = None,
) -> Result:
    """Train on labelled sentences, calibrate, score the test sentences, write the run.

    Args:
        csv: The training file; None: the project's own three splits.
        config: The resolved config.
        output: Folder of all runs.
        test: Further sentences to score on; None: a share of the training file.
        vectors: A text file of word vectors; None: the table that ships.

    Raises:
        InputError: A file cannot be used.
        InterruptedRunError: The user stopped it; the message tells how to go on.
    """
    splits = _splits(csv, test, config)
    table = embeddings.load(vectors)
    inputs = [files.fingerprint(path) for path in dict.fromkeys(one.path for one in splits)]
    run = runs.create(
        output,
        "emoji",
        splits[0].name if csv else "sentences",
        config,
        inputs=inputs,
        files={
            "csv": str(csv.absolute()) if csv else None,
            "test": str(test.absolute()) if test else None,
            "vectors": str(vectors.absolute()) if vectors else None,
        },
    )
    return _train(run, splits, table, config)


def resume(folder: Path, output: Path) -> Result:
    """Go on with an interrupted training, under its own config.

    Raises:
        InputError: There is nothing to go on with, or a file has changed.
    """
    run = runs.resumable(output, "emoji", folder, verb="train")
    config = config_of(run)
    noted = run.manifest.get("files", {})
    csv, test, vectors = (
        Path(noted[name]) if noted.get(name) else None for name in ("csv", "test", "vectors")
    )
    splits = _splits(csv, test, config)
    prints = [files.fingerprint(path) for path in dict.fromkeys(one.path for one in splits)]
    if [p["sha256"] for p in prints] != [p["sha256"] for p in run.manifest["inputs"]]:
        raise InputError(
            f"{run.path}: its files have changed since (their SHA-256 differs); "
            f"put the old files back, or train anew"
        )
    return _train(run, splits, embeddings.load(vectors), config)


def evaluate(
    csv: Path | None, folder: Path | None, output: Path, *, vectors: Path | None = None
) -> Result:
    """Score a trained model on labelled sentences.

    Args:
        csv: The sentences; None: the project's own test split.
        folder: The run; None: the newest.
        output: Folder of all runs.
        vectors: The word vectors it was trained with; None: found by checksum.
    """
    from lstmkit.emoji import data
    from lstmkit.emoji.report import write
    from lstmkit.page import build

    run = runs.find(output, "emoji", folder)
    config, model = config_of(run), classifier.load(run, vectors)
    try:
        test = data.load(csv or data.shipped("test"), config.labels, known=model.labels)
    except InputError as error:
        if csv is not None:
            raise
        raise InputError(
            f"{run.path}: this model has labels of its own, which the sentences that ship do not "
            f"carry; name the CSV to score it on"
        ) from error
    train_set = _training_set_of(run, config)
    made = runs.create(
        output, "emoji", test.name, config,
        inputs=[files.fingerprint(test.path)], verb="evaluate", model=str(run.path),
    )  # fmt: skip
    with runs.recorded(made):
        result = score(made.path, model, test, train_set)
        write(result)
    build.write(made)
    return result


def predict(
    texts: Iterable[str], folder: Path | None, output: Path, *, vectors: Path | None = None
) -> tuple[Classifier, Iterator[Reading]]:
    """Answer to texts, some thousand at a time.

    Args:
        texts: May be endless, and is read no further than needed.
        folder: The run; None: the newest, else the model that ships.
        output: Folder of all runs.
        vectors: The word vectors it was trained with; None: found by checksum.

    Returns:
        The model, and one reading per text, in their order.
    """
    model = load(folder, output, vectors=vectors)
    return model, _readings(model, texts)


def load(folder: Path | None, output: Path, *, vectors: Path | None = None) -> Classifier:
    """Open the model to answer with: a run, the newest one, or the one that ships."""
    return classifier.load(runs.find(output, "emoji", folder), vectors)


def score(
    folder: Path,
    model: Classifier,
    test: Dataset,
    train_set: Dataset | None,
    history: list[dict[str, Any]] | None = None,
) -> Result:
    """Score a model and, where its training sentences are known, both baselines beside it."""
    from lstmkit.emoji import baselines, data
    from lstmkit.emoji.report import Result

    pieces = [model.reader.read(text) for text in test.texts]
    rows = [np.array([model.table.vocabulary[w] for w in known_words(p)], int) for p in pieces]
    notes: dict[str, Any] = {
        "temperature": model.temperature,
        "unknown_words": sum(len(unknown_words(p)) for p in pieces),
        "texts_with_unknown_words": sum(bool(unknown_words(p)) for p in pieces),
        "texts_longer_than_window": sum(len(r) > model.window for r in rows),
    }
    others = {}
    if train_set is not None:
        means = (baselines.averaged_vectors(s.texts, model.table) for s in (train_set, test))
        classes = len(model.labels)
        others = {
            "majority": baselines.majority(train_set.targets, classes, len(test)),
            "averaged": baselines.logistic_regression(
                next(means), train_set.targets, next(means), classes
            ),
        }
        notes["train_sentences"] = len(train_set)
        notes["test_sentences_also_in_train"] = data.overlap(train_set, test)
        if notes["test_sentences_also_in_train"]:
            log.warning(
                "%d of %d test sentences are in the training file too",
                notes["test_sentences_also_in_train"], len(test),
            )  # fmt: skip
    if len(test) < FEW_TESTED:
        log.warning("%d test sentences say little: mind the interval", len(test))
    return Result(
        run=folder,
        name=test.name,
        texts=test.texts,
        targets=test.targets,
        labels=model.labels,
        probabilities=model.probabilities(rows),
        uncalibrated=replace(model, temperature=1.0).probabilities(rows),
        baselines=others,
        notes=notes,
        history=history or (),
    )


def config_of(run: runs.Run) -> EmojiConfig:
    """Return the config a run was made with."""
    return configs.load(EmojiConfig, "emoji", run.path / "config.yaml")


def _train(
    run: runs.Run,
    splits: tuple[Dataset, Dataset, Dataset],
    table: VectorTable,
    config: EmojiConfig,
) -> Result:
    from lstmkit.emoji.report import write
    from lstmkit.page import build

    log.warning("run folder: %s", run.path)
    began = time.monotonic()
    train_set, validation, test = splits
    with runs.recorded(run):
        history, words, moved = fit(run, train_set, validation, table, config)
        fitted_at = time.monotonic()
        log.warning("trained; now the calibration, the baselines, the test and the report")
        model = _calibrated(run, train_set, validation, table, words, moved, config)
        result = score(run.path, model, test, train_set, history)
        write(result)
        run.note_seconds(train=fitted_at - began, total=time.monotonic() - began)
    build.write(run)
    return result


def fit(
    run: runs.Run,
    train_set: Dataset,
    validation: Dataset,
    table: VectorTable,
    config: EmojiConfig,
) -> tuple[list[dict[str, Any]], list[str], np.ndarray | None]:
    """Train the network and save it.

    Returns:
        The history, one row per epoch; the words of the training sentences that have a vector;
        and where training moved these, (words, dimension), or None if they are frozen.
    """
    with native_stderr():
        import keras

    from lstmkit.emoji.model import emojifier_v2, pretrained_embedding_layer
    from lstmkit.training import loop

    loop.seed_everything(config.seed)
    reader = Reader(table.vocabulary)
    met = sorted({w for text in train_set.texts for w in known_words(reader.read(text))})
    known = {w for text in validation.texts for w in known_words(reader.read(text))}
    words = [*met, *sorted(known.difference(met))]  # only these are looked up while training
    vectors = table.rows(np.array([table.vocabulary[word] for word in words], dtype=np.int64))
    matrix = np.vstack([np.zeros_like(vectors[:1]), vectors])  # (1 + words, dimension)
    embedding = pretrained_embedding_layer(matrix, trainable=config.model.trainable)
    model, saved = emojifier_v2(
        config.model,
        window=config.data.window,
        classes=len(train_set.labels),
        embedding=embedding,
    )
    model.compile(
        _optimizer(config, len(train_set)),
        keras.losses.CategoricalCrossentropy(label_smoothing=config.train.label_smoothing),
        metrics=["accuracy"],
        jit_compile=False,
    )
    loop.accelerate(model, config.train)
    rows = {word: row for row, word in enumerate(words)}
    history = loop.fit(
        model,
        _examples(train_set, reader, rows, config.data.window, weighted=True),
        _examples(validation, reader, rows, config.data.window) if len(validation) else None,
        batch_size=config.train.batch_size,
        config=config.train,
        seed=config.seed,
        run=run,
        resume_command=f"lstmkit emoji train --resume {run.path}",
    )
    loop.save_model(saved, run.path / runs.MODEL)
    loop.forget_checkpoint(run)
    moved = embedding.get_weights()[0][1 : len(met) + 1] if config.model.trainable else None
    return history, met, moved


def _calibrated(
    run: runs.Run,
    train_set: Dataset,
    validation: Dataset,
    table: VectorTable,
    words: list[str],
    moved: np.ndarray | None,
    config: EmojiConfig,
) -> Classifier:
    """Fit the temperature on the validation sentences, and write what decodes the network."""
    from lstmkit.emoji.metrics import fit_temperature

    model = Classifier(
        network=runtime.load(run.path / runs.MODEL),
        table=table,
        labels=train_set.labels,
        window=config.data.window,
        temperature=1.0,
        reader=Reader(table.vocabulary),
    )
    classifier.save(run, model, words, moved)
    if not len(validation):
        return model
    model = classifier.load(run, table=table)
    probabilities = np.array([reading.probabilities for reading in model.read(validation.texts)])
    model = replace(model, temperature=fit_temperature(probabilities, validation.targets))
    classifier.save(run, model, words, moved)
    return model


def _optimizer(config: EmojiConfig, examples: int) -> Any:
    import keras

    from lstmkit.training import loop

    optimizer = loop.optimizer(config.train)
    if config.train.schedule == "cosine":
        steps = config.train.epochs * -(-examples // config.train.batch_size)
        rate = keras.optimizers.schedules.CosineDecay(config.train.learning_rate, steps)
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
    """Return a set as tensors; rare classes weigh more where they are to be learnt from."""
    from lstmkit.emoji.model import sentences_to_indices
    from lstmkit.training.loop import ArrayExamples

    words = [known_words(reader.read(text)) for text in dataset.texts]
    x = sentences_to_indices(words, rows, window=window)  # (n, window)
    y = np.eye(len(dataset.labels), dtype=np.float32)[dataset.targets]  # (n, classes)
    counts = np.bincount(dataset.targets, minlength=len(dataset.labels))
    if not weighted or counts.min() == counts.max():
        return ArrayExamples(x, y)
    weight = len(dataset) / (len(counts) * counts[dataset.targets])  # mean 1
    return ArrayExamples(x, y, weight.astype(np.float32))


def _splits(
    csv: Path | None, test: Path | None, config: EmojiConfig
) -> tuple[Dataset, Dataset, Dataset]:
    """Return the sentences to learn from, to calibrate with and to test on."""
    from lstmkit.emoji import data

    train_set = data.load(csv or data.shipped("train"), config.labels)
    labels = train_set.labels
    data.require_trainable(train_set)
    if csv is None:
        validation = data.load(data.shipped("validation"), config.labels, known=labels)
        tested = data.load(test or data.shipped("test"), config.labels, known=labels)
        return train_set, validation, tested
    if test is not None:
        tested = data.load(test, config.labels, known=labels)
    else:
        train_set, tested = data.split(train_set, config.data.test_fraction, config.seed)
    train_set, validation = data.split(train_set, config.train.validation_fraction, config.seed)
    return train_set, validation, tested


def _training_set_of(run: runs.Run, config: EmojiConfig) -> Dataset | None:
    """Return the sentences a run was trained on, if they are still there unchanged."""
    noted = run.manifest.get("files", {})
    csv, test = (Path(noted[name]) if noted.get(name) else None for name in ("csv", "test"))
    try:
        train_set = _splits(csv, test, config)[0]
    except InputError as error:
        log.warning("no baselines: the training sentences cannot be read (%s)", error)
        return None
    expected = [one["sha256"] for one in run.manifest.get("inputs", [])[:1]]
    if expected != [files.fingerprint(train_set.path)["sha256"]]:
        log.warning("no baselines: %s is not what the model was trained on", train_set.path)
        return None
    return train_set


def _readings(model: Classifier, texts: Iterable[str]) -> Iterator[Reading]:
    source = iter(texts)
    while chunk := list(islice(source, READ_AHEAD)):
        yield from model.read(chunk)
