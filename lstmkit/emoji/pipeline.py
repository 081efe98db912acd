"""The emoji story: train, evaluate, predict."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lstmkit import runs, runtime
from lstmkit.emoji import classifier, embeddings
from lstmkit.emoji.classifier import Classifier, Reading
from lstmkit.emoji.config import EmojiConfig
from lstmkit.emoji.embeddings import VectorTable
from lstmkit.emoji.text import Reader, known_words, unknown_words
from lstmkit.errors import InputError
from lstmkit.files import fingerprint
from lstmkit.quiet import native_stderr
from lstmkit.work import work

if TYPE_CHECKING:
    from lstmkit.emoji.data import Dataset
    from lstmkit.emoji.result import Result

    Splits = tuple[Dataset, Dataset, Dataset]

READ_AHEAD = 4096  # texts answered at a time

FEW_TESTED = 30

log = logging.getLogger(__name__)


def train(
    source: Path | None,
    config: EmojiConfig,
    output: Path,
    *,
    test: Path | None = None,
    vectors: Path | None = None,
) -> Result:
    """Train on labelled sentences, calibrate, score the test sentences, write the run.

    Args:
        source: The training file; None: the project's own three splits.
        config: The resolved config.
        output: Folder of all runs.
        test: Further sentences to score on; None: a share of the training file.
        vectors: A text file of word vectors; None: the table that ships.

    Raises:
        InputError: A file cannot be used.
        InterruptedRunError: The user stopped it; the message tells how to go on.
    """
    splits = _splits(source, test, config)
    table = embeddings.load(vectors)
    named = {"csv": source, "test": test, "vectors": vectors}
    run = runs.create(
        output,
        "emoji",
        splits[0].name if source else "sentences",
        config,
        inputs=_fingerprints(splits),
        files={name: str(path.absolute()) if path else None for name, path in named.items()},
    )
    return _train(run, splits, table)


def resume(wanted: Path, output: Path) -> Result:
    """Go on with an interrupted training, under its own config.

    Raises:
        InputError: There is nothing to go on with, or a file has changed.
    """
    run = runs.resumable(output, "emoji", wanted, verb="train")
    source, test, vectors = _named_files(run)
    splits = _splits(source, test, run.config(EmojiConfig))
    runs.unchanged(run, _fingerprints(splits))
    return _train(run, splits, embeddings.load(vectors))


def evaluate(
    source: Path | None, run: Path | None, output: Path, *, vectors: Path | None = None
) -> Result:
    """Score a trained model on labelled sentences.

    Args:
        source: The sentences; None: the project's own test split.
        run: The run; None: the newest.
        output: Folder of all runs.
        vectors: The word vectors it was trained with; None: found by checksum.
    """
    from lstmkit.emoji import data
    from lstmkit.emoji.report import write

    found = runs.find(output, run, "emoji")
    config, model = found.config(EmojiConfig), classifier.load(found, vectors)
    try:
        test = data.load(source or data.shipped("test"), config.labels, known=model.labels)
    except InputError as error:
        if source is not None:
            raise
        raise InputError(
            f"{found.path}: this model has labels of its own, which the sentences that ship do not "
            f"carry; name the CSV to score it on"
        ) from error
    train_set = _training_set_of(found)
    made = runs.create(
        output, "emoji", test.name, config,
        inputs=[fingerprint(test.path)], verb="evaluate", model=str(found.path),
    )  # fmt: skip
    with work(made):
        result = score(made.path, model, test, train_set)
        write(result)
    return result


def predict(
    texts: Iterable[str], run: Path | None, output: Path, *, vectors: Path | None = None
) -> tuple[Classifier, Iterator[Reading]]:
    """Answer to texts, some thousand at a time.

    Args:
        texts: May be endless, and is read no further than needed.
        run: The run; None: the newest, else the model that ships.
        output: Folder of all runs.
        vectors: The word vectors it was trained with; None: found by checksum.

    Returns:
        The model, and one reading per text, in their order.
    """
    model = load(run, output, vectors=vectors)
    return model, _readings(model, texts)


def load(run: Path | None, output: Path, *, vectors: Path | None = None) -> Classifier:
    """Open the model to answer with: a run, the newest one, or the one that ships."""
    return classifier.load(runs.find(output, run, "emoji"), vectors)


def score(
    folder: Path,
    model: Classifier,
    test: Dataset,
    train_set: Dataset | None,
    history: Sequence[dict[str, Any]] = (),
) -> Result:
    """Score a model and, where its training sentences are known, both baselines beside it."""
    from lstmkit.emoji import baselines, data
    from lstmkit.emoji.result import Result, judge

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
    probabilities = model.probabilities(rows)
    uncalibrated = replace(model, temperature=1.0).probabilities(rows)
    judged = judge(
        test.targets,
        model.labels,
        probabilities,
        uncalibrated=uncalibrated,
        baselines=others,
    )
    return Result(
        run=folder,
        name=test.name,
        texts=test.texts,
        targets=test.targets,
        labels=model.labels,
        probabilities=probabilities,
        uncalibrated=uncalibrated,
        metrics={"set": test.name, **judged, **notes},
        history=history,
    )


def _train(run: runs.Run, splits: Splits, table: VectorTable) -> Result:
    from lstmkit.emoji.report import write

    train_set, validation, test = splits
    config = run.config(EmojiConfig)
    with work(run, f"lstmkit emoji train --resume {run.path}") as timings:
        history, words, moved = fit(run, train_set, validation, table, config)
        timings.note("train")
        log.warning("trained; now the calibration, the baselines, the test and the report")
        model = _calibrated(run, train_set, validation, table, words, moved, config)
        result = score(run.path, model, test, train_set, history)
        write(result)
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
    from lstmkit.training import keras_learner

    keras_learner.seed_everything(config.seed)
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
    keras_learner.accelerate(model, config.train)
    rows = {word: row for row, word in enumerate(words)}
    history = keras_learner.fit(
        model,
        _examples(train_set, reader, rows, config.data.window, weighted=True),
        _examples(validation, reader, rows, config.data.window) if len(validation) else None,
        batch_size=config.train.batch_size,
        config=config.train,
        seed=config.seed,
        run=run,
    )
    keras_learner.save_model(saved, run.path / runs.MODEL)
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

    from lstmkit.training import keras_learner

    optimizer = keras_learner.optimizer(config.train)
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
    from lstmkit.training.keras_learner import ArrayExamples

    words = [known_words(reader.read(text)) for text in dataset.texts]
    x = sentences_to_indices(words, rows, window=window)  # (n, window)
    y = np.eye(len(dataset.labels), dtype=np.float32)[dataset.targets]  # (n, classes)
    counts = np.bincount(dataset.targets, minlength=len(dataset.labels))
    if not weighted or counts.min() == counts.max():
        return ArrayExamples(x, y)
    weight = len(dataset) / (len(counts) * counts[dataset.targets])  # mean 1
    return ArrayExamples(x, y, weight.astype(np.float32))


def _splits(source: Path | None, test: Path | None, config: EmojiConfig) -> Splits:
    """Return the sentences to learn from, to calibrate with and to test on."""
    from lstmkit.emoji import data

    train_set = data.load(source or data.shipped("train"), config.labels)
    labels = train_set.labels
    data.require_trainable(train_set)
    if source is None:
        validation = data.load(data.shipped("validation"), config.labels, known=labels)
        tested = data.load(test or data.shipped("test"), config.labels, known=labels)
        return train_set, validation, tested
    if test is not None:
        tested = data.load(test, config.labels, known=labels)
    else:
        train_set, tested = data.split(train_set, config.data.test_fraction, config.seed)
    train_set, validation = data.split(train_set, config.train.validation_fraction, config.seed)
    return train_set, validation, tested


def _fingerprints(splits: Splits) -> list[dict[str, Any]]:
    return [fingerprint(path) for path in dict.fromkeys(one.path for one in splits)]


def _named_files(run: runs.Run) -> tuple[Path | None, ...]:
    """Return what the user named for a run: sentences, test sentences, vectors."""
    noted = run.manifest.get("files", {})
    return tuple(Path(noted[n]) if noted.get(n) else None for n in ("csv", "test", "vectors"))


def _training_set_of(run: runs.Run) -> Dataset | None:
    """Return the sentences a run was trained on, if they are still there unchanged."""
    source, test, _ = _named_files(run)
    try:
        splits = _splits(source, test, run.config(EmojiConfig))
        runs.unchanged(run, _fingerprints(splits))
    except InputError as error:
        log.warning("no baselines: not what the model was trained on (%s)", error)
        return None
    return splits[0]


def _readings(model: Classifier, texts: Iterable[str]) -> Iterator[Reading]:
    source = iter(texts)
    while chunk := list(islice(source, READ_AHEAD)):
        yield from model.read(chunk)
