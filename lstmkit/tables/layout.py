"""Which delimiter a text has, and which of its first rows are names of which columns."""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from lstmkit.tables.records import split

#: Delimiters, how they are called, and how much they are preferred where two fit as well.
DELIMITERS = {"\t": ("tab", 0.1), ";": ("semicolon", 0.1), "|": ("bar", 0.05), ",": ("comma", 0.0)}
SEPARATOR_LINE = re.compile(r'^"?sep=(.)"?,*$', re.IGNORECASE)
MISSING = frozenset(
    ("", "null", "none", "nan", "na", "n/a", "#n/a", "-", "--", ".", "nil", "nat", "?", "n.a.")
)
CLOCK = re.compile(r"\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?( ?[AaPp]\.?[Mm]\.?)?|\d{6}|\d{4}")
DATE_WORDS = re.compile(
    r"date|time|day|month|datum|tag|fecha|data|jour|tarih|дата|日|날짜|期", re.I
)


@dataclass(frozen=True)
class Header:
    """The rows above the data.

    Attributes:
        rows: How many; 0: the table has no names.
        names: One per column.
        all_rows: Their cells.
        note: What was mended, or "".
    """

    rows: int
    names: tuple[str, ...]
    all_rows: tuple[tuple[str, ...], ...]
    note: str = ""


def delimiter_of(lines: Sequence[str]) -> str:
    """Return the delimiter under which most lines have the same number of cells; "" for none."""
    said = SEPARATOR_LINE.match(lines[0]) if lines else None
    if said:
        return said[1]
    filled = [line for line in lines if line.strip()]
    scores = {mark: _score(filled, mark) for mark in DELIMITERS}
    best = max(scores, key=lambda mark: scores[mark], default="")
    return best if best and scores[best] > 0 else ""


def _score(lines: Sequence[str], mark: str) -> float:
    """Return how well a delimiter fits: the same cells in most lines, the header's among them."""
    counts = [len(split(line, mark)) for line in lines]
    width, times = Counter(counts).most_common(1)[0] if counts else (1, 0)
    if width < 2:
        return 0.0
    first = counts.index(width)
    heads = first == 0 or not any(c.isdigit() for c in lines[first])
    return times / len(counts) + 0.5 * heads + DELIMITERS[mark][1] + 0.0001 * min(width, 50)


def has_columns_of_blanks(lines: Sequence[str]) -> bool:
    """Return whether lines without a delimiter are columns set apart by blanks, with numbers."""
    rows = [line.split() for line in lines if line.strip()]
    body = rows[1:] if len(rows) > 3 else []
    width = len(body[0]) if body else 0
    if width < 2 or any(len(row) != width for row in body):
        return False
    return all(any(c.isdigit() for c in cell) for row in body for cell in row[:2])


def header_of(
    rows: Sequence[Sequence[str]],
    body: Sequence[Sequence[str]],
    words: Collection[str],
    *,
    named: bool,
) -> Header:
    """Find the names.

    Args:
        rows: First rows of the table, from its first row of full width or one cell less.
        body: Rows from all over the table, of full width.
        words: Names, in lower case, that mark a header where the cells do not tell.
        named: Whether the first row is surely one of names.
    """
    width = len(body[0])
    kinds = [_Kind([row[i] for row in body]) for i in range(width)]
    count = int(named or (len(rows) == 1 and not any(c.isdigit() for c in "".join(rows[0]))))
    while count < len(rows) - 1 and _is_header(rows[count], kinds, words, first=count == 0):
        count += 1
    heads = [list(row) for row in rows[:count]]
    if not heads:
        return Header(0, tuple(str(i) for i in range(width)), ())
    note = ""
    for row in heads:
        if len(row) == width - 1:
            note = _complete(row, body, kinds)
    padded = [(row + [""] * width)[:width] for row in heads]
    chosen = max(padded, key=lambda row: _naming(row, words))
    return Header(count, _unique(chosen), tuple(map(tuple, padded)), note)


class _Kind:
    """What the cells of one column have in common."""

    def __init__(self, cells: Sequence[str]) -> None:
        given = [cell for cell in cells if cell.lower() not in MISSING]
        with_digit = [cell for cell in given if any(c.isdigit() for c in cell)]
        self.digits = bool(given) and len(with_digit) >= 0.8 * len(given)
        self.letters = max((_letters(cell) for cell in with_digit), default=0)
        shapes = Counter(_shape(cell) for cell in given)
        self.shapes = {shape for shape, times in shapes.items() if times > 1 or len(given) < 20}
        dated = [cell for cell in with_digit if sum(c.isdigit() for c in cell) >= 4]
        marked = [cell for cell in dated if re.search(r"\d[-/.: A-Za-z]|\d{6}", cell)]
        self.dated = bool(given) and len(marked) >= 0.95 * len(cells)

    def refuses(self, cell: str) -> bool:
        """Return whether a cell cannot be data of this column."""
        if not self.digits or cell.lower() in MISSING:
            return False
        return not any(c.isdigit() for c in cell) or _letters(cell) > self.letters

    def is_date(self, cell: str) -> bool:
        return self.dated and _shape(cell) in self.shapes


def _is_header(
    row: Sequence[str], kinds: Sequence[_Kind], words: Collection[str], *, first: bool
) -> bool:
    if not any(row):
        return not first
    pairs = list(zip(row, kinds, strict=False))
    if any(kind.is_date(cell) and not cell.isdigit() for cell, kind in pairs):
        return False
    if any(kind.refuses(cell) for cell, kind in pairs):
        return True
    if first and not row[0] and kinds[0].dated:
        return True
    return first and not any(kind.digits for kind in kinds) and _hits(row, words) > 0


def _naming(row: Sequence[str], words: Collection[str]) -> tuple[int, int]:
    return _hits(row, words), len({cell for cell in row if cell})


def _hits(row: Sequence[str], words: Collection[str]) -> int:
    return sum(cell.strip("<> ").lower() in words for cell in row)


def _complete(row: list[str], body: Sequence[Sequence[str]], kinds: Sequence[_Kind]) -> str:
    """Give a header that is one cell short the name that is missing; return what to say."""
    last = [cells[-1] for cells in body]
    if not any(last):
        row.append("")
        return "rows end in a delimiter, the header does not"
    second = [cells[1] for cells in body]
    dated = bool(DATE_WORDS.search(row[0])) and kinds[0].digits
    if dated and all(map(CLOCK.fullmatch, second)) and not DATE_WORDS.search(row[1]):
        row.insert(1, "Time")
        return f"the header is one cell short: the names after {row[0]!r} moved by one"
    if dated:
        row.append("")
        return f"the header is one cell short: column {len(row) - 1} has no name"
    row.insert(0, "")
    return "the header is one cell short: its names moved by one, the first column has none"


def _unique(cells: Sequence[str]) -> tuple[str, ...]:
    named = [cell.strip().strip("<>").strip() or str(i) for i, cell in enumerate(cells)]
    return tuple(f"{n} ({i})" if named.index(n) != i else n for i, n in enumerate(named))


def _letters(cell: str) -> int:
    return sum(c.isalpha() for c in cell)


def _shape(cell: str) -> str:
    return "".join("9" if c.isdigit() else "a" if c.isalpha() else c for c in cell)
