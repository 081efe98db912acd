"""Which records of a text are rows of its table: not what stands above, between and below."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from lstmkit.errors import InputError
from lstmkit.tables.records import Records

COMMENT = ("#", "//", "%", "--", "/*", "!")
MOST_BELOW = 50
MAX_IRREGULAR = 0.1  # share of the rows that may have fewer cells than the others
SHOWN = 60


def width_of(records: Records) -> int:
    """Return how many cells most records have; a single cell counts least."""
    counts = np.bincount(records.counts)
    if len(counts) > 2 and counts[2:].sum() >= counts[1]:
        counts[1] = 0
    return int(counts.argmax()) if len(counts) else 1


def top(records: Records, width: int, first: int) -> tuple[int, list[list[str]]]:
    """Return the first record of the table, and the cells of that and the next ones.

    The table begins with the first record of full width; one that is a cell short right above it
    belongs to it, as its header.
    """
    head = records.counts[:10_000]
    full = np.flatnonzero(head == width)
    full = full[full >= first]
    start = int(full[0]) if len(full) else first
    above = start - 1
    if above >= first and width > 2 and head[above] == width - 1:
        start = above
    found = [records.cells(r) for r in range(start, min(start + 60, len(head)))]
    return start, found


def positions(count: int, head: int, spread: int, tail: int) -> np.ndarray:
    """Return numbers below `count`: the first ones, some from all over, the last ones."""
    if count <= head + spread + tail:
        return np.arange(count)
    middle = np.linspace(head, count - tail - 1, spread).astype(int)
    return np.unique([*range(head), *middle, *range(count - tail, count)])


def spread(
    records: Records, width: int, first: int, head: int, middle: int, tail: int
) -> np.ndarray:
    """Return some records of full width from all over the table, its first rows left out."""
    begin = first + min(6, (len(records) - first + 1) // 2)
    chosen = begin + positions(len(records) - begin, head, middle, tail)
    full = chosen[records.counts[chosen] == width]
    return full if len(full) else np.flatnonzero(records.counts == width)[-1:]


def kept(
    records: Records,
    width: int,
    *,
    first: int,
    names: int,
    surplus: bool,
    path: Path,
) -> tuple[np.ndarray, list[str]]:
    """Return the records that are rows, and what was left out or mended.

    Args:
        records: Its records.
        width: Cells of a row.
        first: The first record of the table.
        names: Its rows of names.
        surplus: Whether cells beyond the last column are left out rather than refused.
        path: For errors.

    Raises:
        InputError: A row has more cells than the table, or many have fewer.
    """
    begin = first + names
    blank = _blank(records)
    keep = np.zeros(len(records), dtype=bool)
    keep[begin:] = ~blank[begin:]
    stop = _bottom(records, blank, width, begin)
    below = np.flatnonzero(keep[stop:]) + stop
    keep[stop:] = False
    again = _header_again(records, first, names)
    again = again[keep[again]]
    keep[again] = False
    odd = np.flatnonzero(keep & (records.counts != width))
    comments = _comments(records, odd, width)
    keep[comments] = False
    repairs = [
        _said(int(blank[begin:stop].sum()), "blank line skipped", "blank lines skipped"),
        _said(
            len(again), "header line in the middle left out", "header lines in the middle left out"
        ),
        _shown(records, comments, "comment line left out", "comment lines left out"),
        _shown(records, below, "line below the table left out", "lines below the table left out"),
        _irregular(records, odd[keep[odd]], width, int(keep.sum()), surplus, path),
    ]
    return np.flatnonzero(keep), [said for said in repairs if said]


def joined(records: Records, rows: np.ndarray) -> tuple[bytes, int, pd.Index]:
    """Return the text of some records, the byte it begins at, and their line numbers.

    Rows that end with the text are not copied.
    """
    breaks = np.flatnonzero(np.diff(rows) > 1)
    firsts = rows[np.concatenate([[0], breaks + 1])]
    lasts = rows[np.concatenate([breaks, [len(rows) - 1]])]
    view = memoryview(records.content)
    pieces = [view[records.starts[a] : records.ends[b]] for a, b in zip(firsts, lasts, strict=True)]
    lines = records.lines[rows]
    index = pd.Index(lines)
    if len(lines) == lines[-1] - lines[0] + 1:
        index = pd.RangeIndex(int(lines[0]), int(lines[-1]) + 1)
    if len(pieces) == 1 and lasts[0] == len(records) - 1:
        return records.content, int(records.starts[firsts[0]]), index
    return b"\n".join(pieces), 0, index


def _blank(records: Records) -> np.ndarray:
    """Return which records have nothing in any cell."""
    length, count = records.ends - records.starts, records.counts
    blank = (length == 0) | ((length == count - 1) & (count > 1))
    view = np.frombuffer(records.content, np.uint8)
    maybe = np.flatnonzero(~blank & ((length == 3 * count - 1) | (count == 1)))
    first = view[records.starts[maybe]]
    for record in maybe[(first == ord('"')) | (first <= ord(" "))]:
        blank[record] = not records.text(record).strip('", ;|\t')
    return blank


def _bottom(records: Records, blank: np.ndarray, width: int, begin: int) -> int:
    """Return the record after the last row of full width, where little stands below it."""
    tail = slice(max(begin, len(records) - MOST_BELOW), None)
    full = np.flatnonzero(_row_like(records, tail, width) & ~blank[tail])
    return int(tail.start + full[-1] + 1) if len(full) else len(records)


def _row_like(records: Records, part: slice, width: int) -> np.ndarray:
    """Return which records are rows: those of full width, and longer ones that begin with a digit.

    The longer ones are to be refused, not to be taken for remarks.
    """
    numbers = range(*part.indices(len(records)))
    digits = [records.text(r).lstrip('" ')[:1].isdigit() for r in numbers]
    counts = records.counts[part]
    return (counts == width) | ((counts > width) & np.array(digits, dtype=bool))


def _header_again(records: Records, first: int, names: int) -> np.ndarray:
    """Return the records below the header that equal its first row, letter for letter."""
    if not names:
        return np.empty(0, dtype=np.int64)
    content = records.content
    line = content[records.starts[first] : records.ends[first]] + b"\n"
    found, at = [], content.find(line, records.ends[first])
    while at >= 0:
        found.append(at)
        at = content.find(line, at + len(line))
    if content.endswith(line[:-1]) and len(content) > len(line):
        found.append(len(content) - len(line) + 1)
    index = np.searchsorted(records.starts, found)
    index = index[index < len(records)]
    exact = np.isin(records.starts[index], found)
    return np.unique(index[exact])


def _comments(records: Records, odd: np.ndarray, width: int) -> np.ndarray:
    """Return which records of another width are remarks: one cell in a table of many, or marked."""
    is_comment = [
        (records.counts[r] == 1 and width > 2) or records.text(r).lstrip('" ').startswith(COMMENT)
        for r in odd[:100_000]
    ]
    return odd[: len(is_comment)][np.array(is_comment, dtype=bool)]


def _irregular(
    records: Records,
    odd: np.ndarray,
    width: int,
    count: int,
    surplus: bool,
    path: Path,
) -> str:
    """Return what to say of rows with fewer or more cells; refuse what would be misread."""
    more = odd[records.counts[odd] > width]
    filled = [r for r in more[:100_000] if _beyond(records, r, width)]
    if filled and not surplus:
        raise InputError(
            f"{path}, row {records.lines[filled[0]]}: expected {width} columns, found "
            f"{records.counts[filled[0]]}, in {len(filled):,} of {count:,} rows; quote cells that "
            f"hold the delimiter"
        )
    fewer = odd[records.counts[odd] < width]
    if len(fewer) > max(3, MAX_IRREGULAR * count):
        raise InputError(
            f"{path}, row {records.lines[fewer[0]]}: expected {width} columns, found "
            f"{records.counts[fewer[0]]}, in {len(fewer):,} of {count:,} rows; is it two tables in "
            f"one file?"
        )
    said = [
        _shown(records, fewer, "row has fewer cells", "rows have fewer cells"),
        _said(
            len(filled), "row has cells too many, left out", "rows have cells too many, left out"
        ),
    ]
    return "; ".join(part for part in said if part)


def _beyond(records: Records, record: int, width: int) -> bool:
    """Return whether a record has something in a cell beyond the last column."""
    return any(records.cells(record)[width:])


def _said(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}" if count else ""


def _shown(records: Records, found: Sequence[int] | np.ndarray, one: str, many: str) -> str:
    if not len(found):
        return ""
    first = int(found[0])
    text = " ".join(records.text(first).split())[:SHOWN]
    return f"{_said(len(found), one, many)} (row {records.lines[first]}: {text})"
