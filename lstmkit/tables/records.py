"""Where the records of a text begin and how many cells each has, a block at a time in NumPy."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lstmkit.errors import InputError

BLOCK = 1 << 22
NEWLINE, QUOTE, SPACE = 10, 34, 32
MAX_CELL = 1 << 24  # characters


@dataclass(frozen=True)
class Records:
    r"""The records of a text; one may span several lines inside quotes.

    Attributes:
        content: The text, UTF-8 with newline ends.
        delimiter: Between cells; "" where a record is one cell.
        starts: Byte at which each begins, int64, (records,).
        ends: Byte after its last, the `\n` not counted, int64, (records,).
        counts: Its number of cells, int32, (records,).
        lines: Number in the file of its first line, from 1, int64, (records,).
    """

    content: bytes
    delimiter: str
    starts: np.ndarray
    ends: np.ndarray
    counts: np.ndarray
    lines: np.ndarray

    def __len__(self) -> int:
        return len(self.starts)

    def text(self, record: int) -> str:
        """Return one record as it stands in the file."""
        return self.content[self.starts[record] : self.ends[record]].decode("utf-8", "replace")

    def cells(self, record: int) -> list[str]:
        """Return the cells of one record."""
        return split(self.text(record), self.delimiter)


def scan(content: bytes, delimiter: str, path: Path) -> Records:
    """Find the records of a text.

    Args:
        content: UTF-8 with newline ends.
        delimiter: One character, or "" where a record is one cell.
        path: For errors.

    Raises:
        InputError: A quote is never closed.
    """
    quotes = _positions(content, QUOTE) if delimiter else np.empty(0, dtype=np.int64)
    if len(quotes) and not _in_their_places(content, quotes, delimiter):
        return _scan_slowly(content, delimiter, path)
    ends, cells = _ends_and_cells(content, delimiter, quoted=bool(len(quotes)))
    starts = np.concatenate([[0], ends[:-1] + 1])
    lines = np.arange(1, len(starts) + 1)
    if len(quotes):
        lines = 1 + np.searchsorted(_positions(content, NEWLINE), starts)
    return Records(content, delimiter, starts, ends, cells, lines)


def split(text: str, delimiter: str) -> list[str]:
    """Return the cells of one record, blanks around them taken off."""
    if not delimiter:
        return [text.strip()]
    csv.field_size_limit(MAX_CELL)
    try:
        row = next(csv.reader([text], delimiter=delimiter, skipinitialspace=True), [])
    except csv.Error:
        return [text]
    return [cell.strip() for cell in row]


def _ends_and_cells(
    content: bytes, delimiter: str, *, quoted: bool
) -> tuple[np.ndarray, np.ndarray]:
    view = np.frombuffer(content, np.uint8)
    separator = ord(delimiter) if delimiter else NEWLINE
    ends, counts = [], []
    inside, pending = 0, 0
    for begin in range(0, len(view), BLOCK):
        part = view[begin : begin + BLOCK]
        marks = (part == NEWLINE) | (part == separator)
        if quoted:
            parity = (np.cumsum(part == QUOTE, dtype=np.uint8) + np.uint8(inside)) & 1
            inside = int(parity[-1])
            marks &= parity == 0
        at = np.flatnonzero(marks)
        newlines = np.flatnonzero(part[at] == NEWLINE)
        ends.append(at[newlines] + begin)
        counts.append(np.diff(newlines, prepend=-1 - pending).astype(np.int32))
        pending = pending + len(at) if not len(newlines) else len(at) - int(newlines[-1]) - 1
    if not content.endswith(b"\n") or inside:
        ends.append(np.array([len(content)]))
        counts.append(np.array([pending + 1], dtype=np.int32))
    return np.concatenate(ends), np.concatenate(counts)


def _positions(content: bytes, byte: int) -> np.ndarray:
    if byte not in content:
        return np.empty(0, dtype=np.int64)
    view = np.frombuffer(content, np.uint8)
    blocks = range(0, len(view), BLOCK)
    return np.concatenate([np.flatnonzero(view[b : b + BLOCK] == byte) + b for b in blocks])


def _in_their_places(content: bytes, quotes: np.ndarray, delimiter: str) -> bool:
    """Return whether every quote opens or closes a cell, or is doubled inside one."""
    if len(quotes) % 2:
        return False
    view = np.frombuffer(content, np.uint8)
    allowed = np.zeros(256, dtype=bool)
    allowed[[NEWLINE, QUOTE, SPACE, ord(delimiter) if delimiter else NEWLINE]] = True
    opening, closing = quotes[::2], quotes[1::2]
    before = view[opening[opening > 0] - 1]
    after = view[closing[closing < len(view) - 1] + 1]
    return bool(allowed[before].all() and allowed[after].all())


def _scan_slowly(content: bytes, delimiter: str, path: Path) -> Records:
    """Read record by record what has quotes in the middle of cells."""
    csv.field_size_limit(MAX_CELL)
    newlines = np.concatenate([_positions(content, NEWLINE), [len(content)]])
    text = io.TextIOWrapper(io.BytesIO(content), "utf-8", newline="\n")
    reader = csv.reader(text, delimiter=delimiter or "\x1f", skipinitialspace=True)
    cells, last = [], []
    try:
        for row in reader:
            cells.append(max(1, len(row)))
            last.append(reader.line_num)
    except csv.Error as error:
        raise InputError(f"{path}, row {reader.line_num}: not a table: {error}") from error
    ends = newlines[np.array(last) - 1]
    starts = np.concatenate([[0], ends[:-1] + 1])
    lines = 1 + np.concatenate([[0], last[:-1]]).astype(np.int64)
    _refuse_open_quote(content[starts[-1] : ends[-1]].decode(), delimiter, int(lines[-1]), path)
    return Records(content, delimiter, starts, ends, np.array(cells, dtype=np.int32), lines)


def _refuse_open_quote(text: str, delimiter: str, line: int, path: Path) -> None:
    reader = csv.reader(
        io.StringIO(text), delimiter=delimiter or "\x1f", skipinitialspace=True, strict=True
    )
    try:
        for _ in reader:
            pass
    except csv.Error as error:
        if "unexpected end" in str(error):
            raise InputError(
                f"{path}, row {line}: a quote opens a cell and never closes; close it, or double "
                f"the quotes inside of cells"
            ) from error
