"""Answers to a whole CSV, streamed: memory does not grow with the file."""

import csv
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from lstmkit.emoji import pipeline
from lstmkit.emoji.classifier import Classifier, Reading
from lstmkit.emoji.data import TEXT_NAMES, cells
from lstmkit.emoji.text import unknown_words
from lstmkit.errors import InputError
from lstmkit.files import atomic, locate
from lstmkit.progress import Progress

ADDED = ("emoji", "label", "probability", "unknown_words")


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
    """Copy a CSV with its answers in further columns: emoji, label, probability, unknown words.

    Args:
        source: A CSV with a header.
        target: Where the copy goes; written whole or not at all.
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
    found = locate(source, remedy="give a CSV with a header and a column of texts")
    rows = cells(found)
    first = next(rows, None)
    if first is None:
        raise InputError(f"{found}: empty; expected a header and texts")
    header = [cell.strip() for cell in first[1]]
    place = _column(header, column, found)
    kept: deque[list[str]] = deque()
    told = {"rows": 0, "unknown_words": 0, "long_texts": 0, "without_emoji": 0}
    with ExitStack() as stack:
        stream = stack.enter_context(atomic(target))
        progress = stack.enter_context(Progress(_lines(found), label="predict", unit="row"))
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow([*header, *(_free(name, header) for name in ADDED)])
        model, readings = pipeline.predict(
            _texts(rows, place, kept, found), run, output, vectors=vectors
        )
        for reading in readings:
            answer = _answer(model, reading, min_confidence)
            writer.writerow([*kept.popleft(), *answer])
            told["rows"] += 1
            told["unknown_words"] += bool(answer[3])
            told["long_texts"] += reading.windows > 1
            told["without_emoji"] += not answer[0]
            progress.update(1)
    return told


def summary(told: dict[str, int], target: Path) -> str:
    """Say how a batch went, and where it landed."""
    return (
        f"{target}: {told['rows']:,} rows; {told['unknown_words']:,} with words that have no "
        f"vector, {told['long_texts']:,} longer than the model's window (read in parts), "
        f"{told['without_emoji']:,} without an emoji"
    )


def _texts(
    rows: Iterator[tuple[int, list[str]]], place: int, kept: deque[list[str]], path: Path
) -> Iterator[str]:
    """Yield the text of every row; the row itself waits in `kept` for its answer."""
    for line, row in rows:
        if len(row) <= place:
            raise InputError(
                f"{path}, line {line}: expected at least {place + 1} columns, found {len(row)}"
            )
        kept.append(row)
        yield row[place]


def _answer(model: Classifier, reading: Reading, min_confidence: float) -> list[str]:
    unknown = " ".join(unknown_words(reading.pieces))
    best = reading.best
    if best is None or reading.probabilities[best] < min_confidence:
        probability = "" if best is None else f"{reading.probabilities[best]:.6f}"
        return ["", "", probability, unknown]
    label = model.labels[best]
    return [label.emoji, label.key, f"{reading.probabilities[best]:.6f}", unknown]


def _column(header: list[str], wanted: str | None, path: Path) -> int:
    if wanted is not None:
        if wanted in header:
            return header.index(wanted)
        raise InputError(f"{path}, line 1: no column {wanted!r}; found: {', '.join(header)[:200]}")
    named = [i for i, name in enumerate(header) if name.lower() in TEXT_NAMES]
    if named or len(header) == 1:
        return named[0] if named else 0
    raise InputError(
        f"{path}: which column is the text? --column one of: {', '.join(header)[:200]}"
    )


def _free(name: str, header: list[str]) -> str:
    """Return a name for a new column that the file does not have yet."""
    while name in header:
        name = f"predicted_{name}"
    return name


def _lines(path: Path) -> int:
    count = 0
    try:
        with path.open("rb") as stream:
            while block := stream.read(1 << 20):
                count += block.count(b"\n")
    except OSError as error:
        raise InputError(f"{path}: cannot read it: {error.strerror}") from error
    return count
