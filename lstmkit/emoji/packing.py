"""A text file of word vectors into the three files of a packed table.

GloVe's text format has a word and its numbers on every line (Pennington, Socher and Manning,
2014); word2vec's has a first line with the number of words and of numbers per word besides.
"""

import gzip
import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np

from lstmkit.bounds import refuse_less
from lstmkit.errors import InputError
from lstmkit.progress import Progress

MAX_LINE = 1 << 17  # bytes: 2,000 numbers of 60 digits
MAX_WORDS = 10_000_000
BLOCK = 2_000  # lines turned into bytes at a time


def pack(path: Path, folder: Path) -> tuple[int, int]:
    """Write `words.txt`, `vectors.i8` and `scales.npy` into a folder.

    Args:
        path: The text file; gzipped if its name ends in `.gz`.
        folder: Where the files go.

    Returns:
        The number of words, and of numbers per word.

    Raises:
        InputError: A line is broken, of another width, or not UTF-8; the message has its number.
    """
    words: dict[str, None] = {}
    scales: list[np.ndarray] = []
    rows: list[list[float]] = []
    dimension = 0
    with (folder / "vectors.i8").open("wb") as out:
        for number, word, values in _lines(path):
            dimension = dimension or len(values)
            if len(values) != dimension:
                raise InputError(
                    f"{path}, line {number}: expected {dimension} numbers after the word, as on "
                    f"the lines before, found {len(values)}"
                )
            if word in words:
                continue
            words[word] = None
            rows.append(values)
            if len(rows) == BLOCK:
                scales.append(_write_rows(rows, out, path, number))
                rows = []
        if rows:
            scales.append(_write_rows(rows, out, path, number))
    if not words:
        raise InputError(f"{path}: no word vectors in it; expected a word and its numbers per line")
    (folder / "words.txt").write_text("\n".join(words), encoding="utf-8", newline="\n")
    np.save(folder / "scales.npy", np.concatenate(scales))
    return len(words), dimension


def _lines(path: Path) -> Iterator[tuple[int, str, list[float]]]:
    """Yield the number of a line, its word and its numbers."""
    width = 0
    for number, line in _decoded(path):
        fields = line.split(" ")
        if number == 1 and len(fields) == 2 and all(field.isdecimal() for field in fields):
            width = int(fields[1])
            continue
        width = width or len(fields) - 1
        head, *texts = line.rsplit(" ", width) if len(fields) > width else fields
        if " " in head and _is_number(head.rsplit(" ", 1)[1]):  # too many, not a word with a space
            head, *texts = fields
        try:
            values = [float(text) for text in texts]
        except ValueError as error:
            raise InputError(
                f"{path}, line {number}: expected a word and {width} numbers, found {line[:60]!r}"
            ) from error
        if len(values) < 2 or not head:
            raise InputError(
                f"{path}, line {number}: expected a word and at least 2 numbers with single spaces "
                f"between them, found {line[:60]!r}"
            )
        if number > MAX_WORDS:
            raise InputError(f"{path}: over {MAX_WORDS:,} lines; keep the most frequent words")
        yield number, head, values


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _decoded(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the lines of a text file with their numbers, and show how far it is."""
    try:
        promised = path.stat().st_size
        with path.open("rb") as raw, Progress(promised, label="packing") as progress:
            is_gzip = path.suffix == ".gz"
            stream: BinaryIO = io.BufferedReader(gzip.GzipFile(fileobj=raw)) if is_gzip else raw
            number = place = 0
            while line := stream.readline(MAX_LINE):
                number += 1
                if len(line) == MAX_LINE:
                    raise InputError(f"{path}, line {number}: over {MAX_LINE:,} bytes long")
                if number % BLOCK == 0:
                    progress.update(raw.tell() - place)
                    place = raw.tell()
                text = line.decode("utf-8").removeprefix("\ufeff" * (number == 1)).rstrip(" \r\n")
                if text:
                    yield number, text
            refuse_less(raw.tell(), 0 if is_gzip else promised, path)
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path}, line {number}: not UTF-8 text (byte {error.start} of the line); expected a "
            f"GloVe or word2vec text file, not a binary one"
        ) from error
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"{path}: cannot read the word vectors: {error}") from error


def _write_rows(rows: list[list[float]], out: BinaryIO, path: Path, number: int) -> np.ndarray:
    """Write rows as signed bytes; return the scale of each, float32, (rows,)."""
    with np.errstate(over="ignore"):  # what overflows is infinite, and refused
        values = np.array(rows, dtype=np.float32)  # (rows, dimension)
    if not np.isfinite(values).all():
        raise InputError(f"{path}: a number is infinite or NaN in the lines up to {number}")
    codes, scale = packed(values)
    out.write(codes.tobytes())
    return scale


def packed(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return rows as signed bytes, (rows, dimension), and what 1 stands for in each, (rows,)."""
    scale = np.abs(values).max(axis=1) / 127
    scale[scale == 0] = 1
    return np.rint(values / scale[:, None]).astype(np.int8), scale.astype(np.float32)
