"""The emoji story: train, evaluate, predict."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lstmkit import backend, runs, trials
from lstmkit.emoji import classifier, embeddings, learning
from lstmkit.emoji.classifier import Classifier, Reading
from lstmkit.emoji.config import EmojiConfig
from lstmkit.emoji.embeddings import VectorTable
from lstmkit.emoji.text import Reader, unknown_words
from lstmkit.errors import InputError
from lstmkit.files import fingerprint
from lstmkit.work import work

if TYPE_CHECKING:
    from lstmkit.emoji.data import Dataset, Taught
    from lstmkit.emoji.result import Result

    Splits = tuple[Dataset, Dataset, Dataset]

Columns = tuple[str | None, str | None]

READ_AHEAD = 4096  # texts answered at a time

FEW_TESTED = 30
MANY_UNREAD = 0.1  # share of the words without a vector from which on it is said

log = logging.getLogger(__name__)


def train(
    source: Path | None,
    config: EmojiConfig,
    output: Path,
    *,
    test: Path | None = None,
    vectors: Path | None = None,
    taught: Path | None = None,
    columns: Columns = (None, None),
) -> Result:
    """Train on labelled sentences, calibrate, score the test sentences, write the run.

    Args:
        source: The training file; None: the project's own three splits.
        config: The resolved config.
        output: Folder of all runs.
        test: Further sentences to score on; None: a share of the training file.
        vectors: A text file of word vectors; None: the table that ships.
        taught: Further texts with a probability for each label, as another model gave them.
        columns: Names of the columns of texts and of labels; None: found.

    Raises:
        InputError: A file cannot be used.
        InterruptedRunError: The user stopped it; the message tells how to go on.
    """
    backend.require("emoji train")
    splits = _splits(source, test, config, columns)
    table = embeddings.load(vectors)
    if source is None:  # its own sentences are what the model that ships learned from
        config = config.model_copy(
            update={"train": config.train.model_copy(update={"start": "random"})}
        )
    _tell_of_unread(splits[0], table)
    further = _taught(taught, splits[0], columns)
    named = {"csv": source, "test": test, "vectors": vectors, "taught": taught}
    run = runs.create(
        output,
        "emoji",
        splits[0].name if source else "sentences",
        config,
        inputs=_fingerprints(splits, further),
        files={name: str(path.absolute()) if path else None for name, path in named.items()},
        columns=list(columns),
    )
    return _train(run, splits, table, further)


def trial(source: Path | None, config: EmojiConfig, output: Path) -> trials.Trial:
    """Train on labelled sentences and score those that calibrate, never the test sentences.

    Args:
        source: The training file; None: the project's own three splits.
        config: The resolved config.
        output: Folder of all runs.
    """
    from lstmkit.emoji.metrics import scores

    backend.require("emoji trial")
    (train_set, validation, test), table = _splits(source, None, config), embeddings.load(None)
    run = runs.create(
        *(output, "emoji", train_set.name, config),
        inputs=_fingerprints((train_set, validation, test)),
        verb=trials.VERB,
    )
    if not len(validation):
        raise InputError(f"{train_set.path}: nothing is held out; set train.validation_fraction")
    with trials.fitting(run):
        history, words, moved = learning.fit(run, train_set, validation, table, config)
        model = learning.calibrated(run, train_set, validation, table, words, moved, config)
        probabilities = learning.stacked(model.read(validation.texts))
        loss = scores(probabilities, validation.targets)["log_loss"]
        return trials.seen(run, history, loss)


def resume(wanted: Path, output: Path) -> Result:
    """Go on with an interrupted training, under its own config.

    Raises:
        InputError: There is nothing to go on with, or a file has changed.
    """
    backend.require("emoji train")
    run = runs.resumable(output, "emoji", wanted, verb="train")
    source, test, vectors, taught = _named_files(run)
    columns = _named_columns(run)
    splits = _splits(source, test, run.config(EmojiConfig), columns)
    further = _taught(taught, splits[0], columns)
    runs.unchanged(run, _fingerprints(splits, further))
    return _train(run, splits, embeddings.load(vectors), further)


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

    readings = model.read(test.texts)
    unknown = [unknown_words(reading.pieces) for reading in readings]
    notes: dict[str, Any] = {
        "temperature": model.temperature,
        "unknown_words": sum(map(len, unknown)),
        "texts_with_unknown_words": sum(map(bool, unknown)),
        "texts_longer_than_window": sum(reading.windows > 1 for reading in readings),
    }
    others = {}
    if train_set is not None:
        others = baselines.all_of(train_set, test.texts, model.table)
        notes["train_sentences"] = len(train_set)
        notes["test_sentences_also_in_train"] = data.overlap(train_set, test)
        if notes["test_sentences_also_in_train"]:
            log.warning(
                "%d of %d test sentences are in the training file too",
                notes["test_sentences_also_in_train"], len(test),
            )  # fmt: skip
    if len(test) < FEW_TESTED:
        log.warning("%d test sentences say little: mind the interval", len(test))
    probabilities = learning.stacked(readings)
    uncalibrated = learning.stacked(replace(model, temperature=1.0).read(test.texts))
    judged = judge(
        test.targets,
        model.labels,
        probabilities,
        uncalibrated=uncalibrated,
        baselines=others,
    )
    if judged["untested_classes"]:
        log.warning(
            "without a test sentence, so untested and not in macro F1: %s",
            ", ".join(judged["untested_classes"]),
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
        epochs=history,
    )


def _train(run: runs.Run, splits: Splits, table: VectorTable, taught: Taught | None) -> Result:
    from lstmkit.emoji.report import write
    from lstmkit.emoji.start import start_for

    train_set, validation, test = splits
    config = run.config(EmojiConfig)
    start = start_for(config, table, test)
    with work(run, f"lstmkit emoji train --resume {run.path}") as timings:
        fitted = learning.fit(run, train_set, validation, table, config, start, taught)
        history, words, moved = fitted
        timings.note("train")
        log.warning("trained; now the calibration, the baselines, the test and the report")
        model = learning.calibrated(run, train_set, validation, table, words, moved, config)
        result = score(run.path, model, test, train_set, history)
        write(result)
    return result


def _tell_of_unread(train_set: Dataset, table: VectorTable) -> None:
    """Say how many words of the training sentences have no vector.

    Raises:
        InputError: None has one.
    """
    reader = Reader(table.vocabulary)
    pieces = [piece for text in train_set.texts for piece in reader.read(text)]
    unread = sum(bool(piece.unknown) for piece in pieces)
    read = sum(bool(piece.words) for piece in pieces)
    advice = "give word vectors of this language with --embeddings FILE"
    if not read:
        raise InputError(f"{train_set.path}: no word has a vector in {table.name}; {advice}")
    if unread > MANY_UNREAD * (read + unread):
        log.warning(
            "%s: %d of %d words have no vector, so are not read (%.0f %%); %s",
            train_set.path, unread, read + unread, 100 * unread / (read + unread), advice,
        )  # fmt: skip


def _splits(
    source: Path | None, test: Path | None, config: EmojiConfig, columns: Columns = (None, None)
) -> Splits:
    """Return the sentences to learn from, to calibrate with and to test on."""
    from lstmkit.emoji import data

    column, label = columns
    named = source or data.shipped("train")
    train_set = data.load(named, config.labels, column=column, label=label)
    labels = train_set.labels
    data.require_trainable(train_set)
    for remark in data.remarks(train_set):
        log.warning("%s: %s", train_set.path, remark)
    if source is None:
        validation = data.load(data.shipped("validation"), config.labels, known=labels)
        tested = data.load(test or data.shipped("test"), config.labels, known=labels)
        return train_set, validation, tested
    split_seed = config.data.split_seed
    seed = config.seed if split_seed is None else split_seed
    if test is not None:
        tested = data.load(test, config.labels, known=labels, column=column, label=label)
    else:
        train_set, tested = data.split(train_set, config.data.test_fraction, seed)
    train_set, validation = data.split(train_set, config.train.validation_fraction, seed)
    data.require_tested(train_set, tested)
    return train_set, validation, tested


def _taught(path: Path | None, train_set: Dataset, columns: Columns) -> Taught | None:
    from lstmkit.emoji import data

    return None if path is None else data.load_taught(path, train_set.labels, column=columns[0])


def _fingerprints(splits: Splits, taught: Taught | None = None) -> list[dict[str, Any]]:
    paths = [one.path for one in splits] + ([taught.path] if taught else [])
    return [fingerprint(path) for path in dict.fromkeys(paths)]


def _named_files(run: runs.Run) -> tuple[Path | None, ...]:
    """Return what the user named for a run: sentences, test sentences, vectors, taught texts."""
    noted = run.manifest.get("files", {})
    names = ("csv", "test", "vectors", "taught")
    return tuple(Path(noted[n]) if noted.get(n) else None for n in names)


def _named_columns(run: runs.Run) -> Columns:
    """Return the columns that the user named for a run: texts, labels."""
    column, label = run.manifest.get("columns", (None, None))
    return column, label


def _training_set_of(run: runs.Run) -> Dataset | None:
    """Return the sentences a run was trained on, if they are still there unchanged."""
    source, test, _, _ = _named_files(run)
    try:
        splits = _splits(source, test, run.config(EmojiConfig), _named_columns(run))
        prints = _fingerprints(splits)  # of the labelled sentences; baselines learn from no others
        runs.unchanged(run, [*prints, *runs.inputs_of(run)[len(prints) :]])
    except InputError as error:
        log.warning("no baselines: not what the model was trained on (%s)", error)
        return None
    return splits[0]


def _readings(model: Classifier, texts: Iterable[str]) -> Iterator[Reading]:
    source = iter(texts)
    while chunk := list(islice(source, READ_AHEAD)):
        yield from model.read(chunk)
