"""A table: its layout from a sample, its columns parsed by pandas when they are asked for."""

import csv
import io
import re
import warnings
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from lstmkit.errors import InputError
from lstmkit.tables import layout, rows, source
from lstmkit.tables.layout import DELIMITERS, MISSING, SEPARATOR_LINE
from lstmkit.tables.records import Records, scan

SAMPLE_BYTES, SAMPLE_LINES = 1 << 17, 300
HEAD_ROWS, SPREAD_ROWS, TAIL_ROWS = 200, 200, 30
#: What stands for no number, as pandas is told it.
NO_NUMBER = sorted({*MISSING, *(m.upper() for m in MISSING), *(m.title() for m in MISSING), "NaN"})


@dataclass(frozen=True)
class Table:
    """A table of text.

    Attributes:
        path: Where it was read from.
        names: Of its columns; their numbers, where it has none.
        header: The cells of every row of names, () where there is none.
        rows: Number of rows of data.
        sample: Some of them as text: the first, some from all over, the last; (rows, columns),
            columns are numbered, the index is the line number in the file.
        delimiter: Between cells; "" where there is one column.
        encoding: What the file was written in.
        layout: What was recognised, in words.
        repairs: What was mended or left out, each with a count.
        fingerprint: Path, bytes and SHA-256 of what was read.
    """

    path: Path
    names: tuple[str, ...]
    header: tuple[tuple[str, ...], ...]
    rows: int
    sample: pd.DataFrame
    delimiter: str
    encoding: str
    layout: str
    repairs: tuple[str, ...]
    fingerprint: dict[str, Any]
    _body: bytes
    _begin: int
    _blanks: bool
    _ragged: bool
    _lines: pd.Index

    def columns(self, wanted: Sequence[int], *, numbers: Collection[int] = ()) -> pd.DataFrame:
        """Parse some columns of all rows.

        Args:
            wanted: Numbers of the columns.
            numbers: Those that may come as float64, with NaN for what is missing, where every
                cell is a plain number such as `-1.5e3`; else as text, like all the others.

        Returns:
            One column per number in `wanted`; text has "" where there is nothing. The index is
            the line number in the file.

        Raises:
            InputError: pandas cannot parse it.
        """
        texts = [index for index in wanted if index not in numbers]
        frame = self._parsed(wanted, texts=texts)
        mixed = [i for i in wanted if i in numbers and not pd.api.types.is_numeric_dtype(frame[i])]
        if mixed:
            again = self._parsed(mixed, texts=mixed)
            for index in mixed:
                frame[index] = again[index]
        for index in wanted:
            number = index not in texts and index not in mixed
            frame[index] = frame[index].astype("float64" if number else object)
        return frame

    def _parsed(self, wanted: Sequence[int], *, texts: Sequence[int]) -> pd.DataFrame:
        numbers = [index for index in wanted if index not in texts]
        stream = io.BytesIO(self._body)
        stream.seek(self._begin)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", pd.errors.DtypeWarning)
                frame = pd.read_csv(
                    stream,
                    sep=self.delimiter or "\x1f",
                    header=None,
                    names=list(range(len(self.names))),
                    index_col=False,
                    usecols=sorted(set(wanted)),
                    dtype=dict.fromkeys(texts, object),
                    skipinitialspace=self._blanks,
                    quoting=csv.QUOTE_MINIMAL if self.delimiter else csv.QUOTE_NONE,
                    skip_blank_lines=False,
                    encoding="utf-8",
                    keep_default_na=False,
                    na_values=dict.fromkeys(numbers, NO_NUMBER),
                )
        except (
            pd.errors.ParserError,
            pd.errors.EmptyDataError,
            ValueError,
            OverflowError,
        ) as error:
            detail = (str(error).strip().splitlines() or ["?"])[-1]
            raise InputError(f"{self.path}: cannot be read as a table: {detail:.120}") from error
        if len(frame) != self.rows:
            raise InputError(
                f"{self.path}: its quotes cannot be followed: expected {self.rows:,} rows, found "
                f"{len(frame):,}; double the quotes inside of cells"
            )
        frame.index = self._lines
        for index in texts if self._ragged else ():
            frame[index] = frame[index].fillna("")
        return frame


def read(path: Path, *, words: Iterable[str] = (), surplus: bool = False) -> Table:
    """Read a table.

    Args:
        path: A file or a pipe; it is opened once.
        words: Names that columns of this field have, in many languages: they mark a header of a
            table that is all text, and decide between encodings.
        surplus: Whether cells beyond the last column are left out and counted rather than refused.

    Raises:
        InputError: It cannot be read as a table; the message has the line.
    """
    words = frozenset(word.lower() for word in words)
    found = source.read(path, words=words)
    content = found.content
    lines = _head(content)
    delimiter = layout.delimiter_of(lines)
    blanks = not delimiter and layout.has_columns_of_blanks(lines)
    if blanks:
        content, delimiter = re.sub(rb"[ \t]+", b"\t", re.sub(rb"(?m)^[ \t]+", b"", content)), "\t"
    records = scan(content, delimiter, path)
    width = rows.width_of(records)
    first = 1 if SEPARATOR_LINE.match(lines[0]) else 0
    first, head = rows.top(records, width, first)
    picked = rows.spread(records, width, first, HEAD_ROWS, SPREAD_ROWS, TAIL_ROWS)
    body = [cells for r in picked if len(cells := records.cells(r)) == width]
    if not body:
        raise InputError(
            f"{path}: no row can be cut into cells; its quotes or delimiters do not pair"
        )
    header = layout.header_of(head, body, words, named=found.named)
    kept, repairs = rows.kept(
        records, width, first=first, names=header.rows, surplus=surplus, path=path
    )
    if not len(kept):
        raise InputError(_no_rows(header, path))
    packed, begin, index = rows.joined(records, kept)
    sample = _sample(records, kept, len(header.names))
    if header.note:
        repairs = [header.note, *repairs]
    return Table(
        path=path,
        names=header.names,
        header=header.all_rows,
        rows=len(kept),
        sample=sample,
        delimiter=delimiter,
        encoding=found.encoding,
        layout=_words(delimiter, blanks, header, first, found),
        repairs=(*found.repairs, *repairs),
        fingerprint=found.fingerprint,
        _body=packed,
        _begin=begin,
        _ragged=bool((records.counts[kept] < width).any()),
        _blanks=bool(delimiter) and f"{delimiter} ".encode() in packed,
        _lines=index,
    )


def _head(content: bytes) -> list[str]:
    head = content[:SAMPLE_BYTES].decode("utf-8", errors="ignore")
    lines = head.split("\n")
    if len(content) > SAMPLE_BYTES and len(lines) > 1:
        lines.pop()
    return lines[:SAMPLE_LINES]


def _sample(records: Records, kept: np.ndarray, width: int) -> pd.DataFrame:
    chosen = kept[rows.positions(len(kept), HEAD_ROWS, SPREAD_ROWS, TAIL_ROWS)]
    data = [records.cells(r) for r in chosen]
    data = [(row + [""] * width)[:width] for row in data]
    return pd.DataFrame(data, index=pd.Index(records.lines[chosen]), dtype=object)


def _words(
    delimiter: str, blanks: bool, header: layout.Header, above: int, found: source.Source
) -> str:
    kind = DELIMITERS.get(delimiter, (f"{delimiter!r}", 0))[0]
    kind = "blank" if blanks else kind
    parts = [f"{kind} separated" if delimiter else "one column", f"{len(header.names)} columns"]
    parts.append("with header" if header.rows else "no header")
    if header.rows > 1:
        parts[-1] += f" of {header.rows} rows"
    if above:
        parts.append(f"{above} lines before the table")
    if found.encoding != "utf-8":
        parts.append(found.encoding)
    return ", ".join([*parts, *found.notes])


def _no_rows(header: layout.Header, path: Path) -> str:
    shown = ", ".join(header.names)
    return f"{path}: a header and no rows of data; expected a table, found columns {shown!r:.80}"
