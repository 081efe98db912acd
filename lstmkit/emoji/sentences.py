"""Files of sentences as people have them: which lines are rows, which column is the text."""

from __future__ import annotations

import csv
import io
import logging
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from lstmkit import tables
from lstmkit.emoji.naming import LONGEST_NAME
from lstmkit.errors import InputError
from lstmkit.tables import layout, source

TEXT_NAMES = (
    "text", "sentence", "message", "tweet", "content", "comment", "review", "body", "utterance",
    "sentences", "texts", "messages", "sms", "post", "headline", "document", "tweet_text",
)  # fmt: skip
LABEL_NAMES = (
    "label", "emoji", "class", "target", "category", "sentiment", "emotion", "polarity", "labels",
    "airline_sentiment", "feeling", "mood", "intent", "topic", "stars", "y",
)  # fmt: skip
OTHER_NAMES = ("v1", "v2", "id", "author", "user", "date", "lang")
#: Frequent words with accents: what a file without a mark was written in is told by them.
ACCENTED = (
    "était", "été", "fête", "très", "crème", "voilà", "für", "über", "schön", "müssen", "größe",
    "mañana", "está", "más", "también", "niño", "não", "você", "coração", "perché", "città", "così",
    "się", "też", "że", "jestem", "není", "jsem", "için", "değil", "çok", "på", "är", "når", "også",
)  # fmt: skip
NAMES = (*TEXT_NAMES, *LABEL_NAMES, *OTHER_NAMES)
HEAD_LINES, MOST_COLUMNS = 300, 100
MARK = "__label__"  # before each label of a file for fastText
PROSE = 0.8  # share of the commas with a blank behind them above which they are punctuation

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Sheet:
    """A file of sentences.

    Attributes:
        path: Where it was read from.
        names: Of its columns.
        header: Whether the file has them; else they are numbers, or `text`.
        cells: Text, (rows, columns); the index is the line number in the file.
    """

    path: Path
    names: tuple[str, ...]
    header: bool
    cells: pd.DataFrame

    def place(self, name: str) -> int:
        """Return the number of a column that was asked for by its name, or its number.

        Raises:
            InputError: There is no such column.
        """
        if name in self.names:
            return self.names.index(name)
        if not self.header and name.isdecimal() and int(name) < len(self.names):
            return int(name)
        shown = ", ".join(self.names)[:200]
        raise InputError(f"{self.path}: no column {name!r:.60}; found: {shown}")


def read(path: Path, *, surplus: bool = False) -> Sheet:
    """Read a file of sentences: a table, JSON lines, or one sentence a line.

    Args:
        path: A file or a pipe; it is opened once.
        surplus: Whether rows may have more cells or fewer than others, as training files do.

    Raises:
        InputError: It cannot be read; the message has the line.
    """
    found = source.read(path, words=ACCENTED)
    lines = found.content.decode("utf-8", "replace").split("\n")
    if all(line.startswith(MARK) for line in lines if line.strip()):
        return _marked(lines, path)
    if _one_a_line(lines, path):
        return _one_column(lines, path, found.repairs)
    content = _evened(found.content, lines) if surplus else found.content
    table = _table(content, path)
    for remark in (*found.repairs, *table.repairs):
        log.warning("%s: %s", path, remark)
    cells = table.columns(range(len(table.names)))
    return Sheet(path, table.names, bool(table.header), cells)


def with_header(sheet: Sheet) -> Sheet:
    """Take the first of several rows of texts for names, if every cell of it is a single word.

    A row that is no sentence is not answered by mistake; `lstmkit.tables` knows a header only by
    its names, or by numbers below it.
    """
    first = [str(cell) for cell in sheet.cells.iloc[0]]
    words = all(re.fullmatch(r"[A-Za-z_]\w*", cell) for cell in first)
    if sheet.header or len(first) < 2 or not words or len({*first}) < len(first):
        return sheet
    return Sheet(sheet.path, tuple(first), header=True, cells=sheet.cells.iloc[1:])


def text_column(sheet: Sheet) -> int | None:
    """Return the column of texts by its name, or the only one; by its cells without a header."""
    named = _named(sheet, TEXT_NAMES)
    if named is not None or len(sheet.names) == 1:
        return named or 0
    return None if sheet.header else _wordiest(sheet, ())


def labelled_columns(
    sheet: Sheet, column: str | None = None, label: str | None = None
) -> tuple[int, int]:
    """Return the columns of texts and of labels: as asked for, else by name, else by their cells.

    Raises:
        InputError: They cannot be told; the message names the columns there are.
    """
    if len(sheet.names) < 2:
        first = str(sheet.cells.iloc[0, 0])
        raise InputError(
            f"{sheet.path}, line {sheet.cells.index[0]}: expected at least two columns, text and "
            f"label, found {first!r:.60}"
        )
    text_at = sheet.place(column) if column else _named(sheet, TEXT_NAMES)
    label_at = sheet.place(label) if label else _named(sheet, LABEL_NAMES, but=text_at)
    guessed = text_at is None or label_at is None
    if text_at is None:
        text_at = _wordiest(sheet, () if label_at is None else (label_at,))
    if label_at is None:
        label_at = _fewest_values(sheet, text_at)
    if label_at is None and not sheet.header:
        text_at, label_at = 0, 1  # by position, as the tutorial's files are
    if label_at is None:
        shown = ", ".join(sheet.names)
        raise InputError(
            f"{sheet.path}: which columns are text and label? name them with --column and --label; "
            f"found: {shown:.200}"
        )
    if guessed and (sheet.header or (text_at, label_at) != (0, 1)):
        heads = sheet.names if sheet.header else tuple(map(str, sheet.cells.iloc[0]))
        log.warning(
            "%s: read as text: %s, as label: %s",
            sheet.path, f"{heads[text_at]:.40}", f"{heads[label_at]:.40}",
        )  # fmt: skip
    return text_at, label_at


def _named(sheet: Sheet, wanted: Sequence[str], *, but: int | None = None) -> int | None:
    if not sheet.header:
        return None
    lower = [name.lower() for name in sheet.names]
    places = [lower.index(name) for name in wanted if name in lower]
    return next((place for place in places if place != but), None)


def _wordiest(sheet: Sheet, but: Sequence[int]) -> int:
    """Return the column with the most words; the first of several."""
    sample = sheet.cells.head(1000)
    counts = {at: sample[at].str.split().str.len().mean() for at in sample if at not in but}
    return max(counts, key=lambda at: counts[at])


def _fewest_values(sheet: Sheet, but: int) -> int | None:
    """Return the first column whose cells are short and repeat themselves, as labels do."""
    for at in sheet.cells:
        cells = sheet.cells[at][sheet.cells[at] != ""]
        repeats = 2 <= cells.nunique() <= max(2, len(cells) // 2)
        if at != but and len(cells) and repeats and cells.str.len().max() <= LONGEST_NAME:
            return int(at)
    return None


def _one_a_line(lines: Sequence[str], path: Path) -> bool:
    """Return whether every line is a sentence, whatever commas and quotes are in it."""
    head = [line for line in lines[:HEAD_LINES] if line.strip()]
    delimiter = layout.delimiter_of(head)
    tabbed = delimiter == "\t"
    if (path.suffix == ".txt" and not tabbed) or head[0].strip().lower() in TEXT_NAMES:
        return True
    if delimiter != ",":
        return not delimiter
    cells = [cell.strip().lower() for cell in head[0].split(",")]
    if any(cell in NAMES for cell in cells):
        return False
    bare = [re.sub(r'"[^"]*"', "", line) for line in head]
    return sum(line.count(", ") for line in bare) >= PROSE * sum(line.count(",") for line in bare)


def _marked(lines: Sequence[str], path: Path) -> Sheet:
    """Return the sentences of a file as fastText has them: `__label__joy what a day`."""
    index = pd.Index([number for number, line in enumerate(lines, start=1) if line.strip()])
    labels, texts = [], []
    for line in (lines[number - 1] for number in index):
        words = line.split()
        count = next((at for at, word in enumerate(words) if not word.startswith(MARK)), len(words))
        labels.append(",".join(word.removeprefix(MARK) for word in words[:count]))
        texts.append(" ".join(words[count:]))
    cells = pd.DataFrame({0: texts, 1: labels}, index=index, dtype=object)
    return Sheet(path, ("text", "label"), header=True, cells=cells)


def _one_column(lines: list[str], path: Path, remarks: Sequence[str]) -> Sheet:
    """Return one text a row: quoted cells where all quotes pair, else every line as it stands."""
    rows = _quoted(lines)
    if rows is None:
        remarks = (*remarks, "its quotes do not pair: every line is read as one text")
        rows = [(number, line) for number, line in enumerate(lines, start=1)]
    for remark in remarks:
        log.warning("%s: %s", path, remark)
    filled = [(number, text.strip()) for number, text in rows if text.strip()]
    header = bool(filled) and filled[0][1].lower() in TEXT_NAMES
    body = filled[1:] if header else filled
    if not body:
        found = f"a header, {filled[0][1]!r}, and no rows" if header else "empty cells only"
        raise InputError(f"{path}: expected sentences, found {found}")
    index = pd.Index([number for number, _ in body], dtype="int64")
    cells = pd.DataFrame({0: [text for _, text in body]}, index=index, dtype=object)
    return Sheet(path, (filled[0][1] if header else "text",), header, cells)


def _quoted(lines: list[str]) -> list[tuple[int, str]] | None:
    """Return the cells of a column as a CSV has them; None where a quote is out of place."""
    if not any(line.startswith('"') for line in lines):
        return list(enumerate(lines, start=1))
    reader = csv.reader(io.StringIO("\n".join(lines)), delimiter="\x1f", strict=True)
    rows, began = [], 1
    try:
        for row in reader:
            rows.append((began, row[0] if row else ""))
            began = reader.line_num + 1
    except csv.Error:
        return None
    return rows


def _evened(content: bytes, lines: Sequence[str]) -> bytes:
    """Return a table whose rows all have as many cells, empty ones behind those of short rows."""
    delimiter = layout.delimiter_of([line for line in lines[:HEAD_LINES] if line.strip()])
    reader = csv.reader(io.StringIO(content.decode("utf-8", "replace")), delimiter=delimiter)
    try:
        rows = list(reader)
    except csv.Error:
        return content
    width = max(map(len, rows), default=0)
    if all(len(row) in (0, width) for row in rows) or width > MOST_COLUMNS:
        return content
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    writer.writerows(row + [""] * (width - len(row)) if row else row for row in rows)
    return text.getvalue().encode()


def _table(content: bytes, path: Path) -> tables.Table:
    """Read what has several columns; a pipe has been read by now, its text has not."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / path.name
        copy.write_bytes(content)
        try:
            return tables.read(copy, words=NAMES, surplus=False)
        except InputError as error:
            raise InputError(str(error).replace(str(copy), str(path))) from error
