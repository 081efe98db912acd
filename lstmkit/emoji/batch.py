"""Answers to a whole file of sentences, some thousand at a time."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from lstmkit.emoji import pipeline, sentences
from lstmkit.emoji.classifier import Classifier, Reading
from lstmkit.emoji.sentences import Sheet
from lstmkit.emoji.text import unknown_words
from lstmkit.errors import InputError
from lstmkit.files import atomic, locate
from lstmkit.progress import Progress

ADDED = ("emoji", "label", "probability", "unknown_words")
STDOUT = Path("-")


def predict_file(
    source: Path,
    target: Path,
    column: str | None,
    *,
    run: Path | None,
    output: Path,
    vectors: Path | None,
    min_confidence: float,
) -> dict[str, int]:
    """Copy a file with its answers in further columns: emoji, label, probability, unknown words.

    Args:
        source: A table, JSON lines, or one sentence a line; a pipe is read once.
        target: The CSV to write, whole or not at all; `-` is stdout.
        column: Name of the text column; None: one called text, or the only one.
        run: The model; None: the newest run, else the one that ships.
        output: Folder of all runs.
        vectors: The word vectors it was trained with; None: found by checksum.
        min_confidence: Probability below which there is no emoji.

    Returns:
        What to tell the user: `rows`, `unknown_words`, `long_texts`, `without_emoji`.

    Raises:
        InputError: The file or the column cannot be used.
    """
    sheet = sentences.with_header(sentences.read(locate(source, remedy="give a file of sentences")))
    place = sheet.place(column) if column else sentences.text_column(sheet)
    if place is None:
        shown = ", ".join(sheet.names)
        raise InputError(f"{source}: which column is the text? --column one of: {shown:.200}")
    told = {"rows": 0, "unknown_words": 0, "long_texts": 0, "without_emoji": 0}
    model, readings = pipeline.predict(sheet.cells[place], run, output, vectors=vectors)
    with _opened(target) as stream, Progress(
        len(sheet.cells), label="predict", unit="row"
    ) as progress:  # fmt: skip
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow([*sheet.names, *(_free(name, sheet) for name in ADDED)])
        for row, reading in zip(sheet.cells.itertuples(index=False), readings, strict=True):
            answer = _answer(model, reading, min_confidence)
            writer.writerow([*row, *answer])
            told["rows"] += 1
            told["unknown_words"] += bool(answer[3])
            told["long_texts"] += reading.windows > 1
            told["without_emoji"] += not answer[0]
            progress.update(1)
    return told


def summary(told: dict[str, int], target: Path) -> str:
    """Say how a batch went, and where it landed."""
    place = "stdout" if target == STDOUT else target
    return (
        f"{place}: {told['rows']:,} rows; {told['unknown_words']:,} with words that have no "
        f"vector, {told['long_texts']:,} longer than the model's window (read in parts), "
        f"{told['without_emoji']:,} without an emoji"
    )


@contextmanager
def _opened(target: Path) -> Iterator[IO[Any]]:
    if target == STDOUT:
        yield sys.stdout
        return
    with atomic(target) as stream:
        yield stream


def _answer(model: Classifier, reading: Reading, min_confidence: float) -> list[str]:
    unknown = " ".join(unknown_words(reading.pieces))
    if reading.best is None and model.none is None:
        return ["", "", "", unknown]
    best, probability = model.answer(reading), reading.probabilities.max()
    if best is None or probability < min_confidence:
        return ["", "", f"{probability:.6f}", unknown]
    label = model.labels[best]
    return [label.emoji, label.key, f"{probability:.6f}", unknown]


def _free(name: str, sheet: Sheet) -> str:
    """Return a name for a new column that the file does not have yet."""
    while name in sheet.names:
        name = f"predicted_{name}"
    return name
