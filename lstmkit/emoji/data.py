"""Labelled sentences: the project's own set, the tutorial's files, and any CSV of one's own."""

from __future__ import annotations

import csv
import itertools
import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from lstmkit.config import package_folder
from lstmkit.emoji import labels as label_sets
from lstmkit.emoji.labels import Label
from lstmkit.errors import InputError
from lstmkit.files import locate

MAX_CELL = 1 << 24  # characters in one cell of a CSV
MAX_ROWS = 5_000_000
MAX_CLASSES = 100
MIN_PER_CLASS = 2
IMBALANCE = 3  # times more sentences in the largest class than in the smallest
TEXT_NAMES = ("text", "sentence", "message", "tweet", "content")
LABEL_NAMES = ("label", "class", "target", "category")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Dataset:
    """Labelled sentences.

    Attributes:
        name: Of the file.
        path: Of the file.
        texts: As written, (n,).
        targets: Index into `labels`, (n,).
        labels: The classes.
    """

    name: str
    path: Path
    texts: tuple[str, ...]
    targets: np.ndarray
    labels: tuple[Label, ...]

    def __len__(self) -> int:
        return len(self.texts)

    def take(self, rows: Sequence[int] | np.ndarray) -> Dataset:
        """Return some rows."""
        chosen = np.asarray(rows, dtype=np.int64)
        texts = tuple(self.texts[row] for row in chosen)
        return replace(self, texts=texts, targets=self.targets[chosen])


def shipped(split: str) -> Path:
    """Return one split of the project's own set: train, validation or test."""
    return package_folder("data") / "emoji" / f"{split}.csv"


def load(path: Path, entries: dict[str, str], *, known: Sequence[Label] = ()) -> Dataset:
    """Read a CSV of sentences and labels or emojis, with or without a header.

    Args:
        path: `text,label` or `text,emoji`; headerless files are read by position, as the
            tutorial's are: stray tabs and further columns do no harm.
        entries: The config's `labels:`, key to `EMOJI NAME`.
        known: The labels of a trained model; the file may have no others.

    Raises:
        InputError: It cannot be used; the message has the line.
    """
    found = locate(path, remedy="give a CSV with the columns text,label or text,emoji")
    rows = list(_labelled(found))
    if not rows:
        raise InputError(f"{found}: no sentences in it; expected lines such as: I love you,0")
    cells = [cell for _, _, cell in rows]
    labels = tuple(known) or _labels_of(cells, entries, found)
    index = {label.key: i for i, label in enumerate(labels)}
    index |= {label.emoji: i for i, label in enumerate(labels)}
    for line, _, cell in rows:
        if cell not in index:
            allowed = ", ".join(f"{label.key} {label.emoji}" for label in labels[:20])
            raise InputError(
                f"{found}, line {line}: unknown label {cell!r:.40}; expected one of: {allowed}"
            )
    targets = np.array([index[cell] for cell in cells], dtype=np.int64)
    return Dataset(found.stem, found, tuple(text for _, text, _ in rows), targets, labels)


def require_trainable(dataset: Dataset) -> None:
    """Refuse a set that no classifier can be trained on; warn of imbalance.

    Raises:
        InputError: Fewer than two or more than a hundred classes, or a class of one sentence.
    """
    counts = Counter(dataset.targets.tolist())
    if not 2 <= len(dataset.labels) <= MAX_CLASSES:
        raise InputError(
            f"{dataset.path}: expected 2 to {MAX_CLASSES} classes, found {len(dataset.labels)}"
        )
    for i, label in enumerate(dataset.labels):
        if counts[i] < MIN_PER_CLASS:
            raise InputError(
                f"{dataset.path}: class {label.key} {label.emoji} has {counts[i]} sentences; "
                f"expected at least {MIN_PER_CLASS}; write more, or leave it out"
            )
    largest, smallest = max(counts.values()), min(counts.values())
    if largest > IMBALANCE * smallest:
        log.warning(
            "%s: imbalanced, from %d to %d sentences per class; rare classes are weighted up",
            dataset.path, smallest, largest,
        )  # fmt: skip


def split(dataset: Dataset, fraction: float, seed: int) -> tuple[Dataset, Dataset]:
    """Hold a share of every class out; texts that differ in capitals or spaces stay together.

    Returns:
        The rest, and what is held out.
    """
    random = np.random.default_rng(seed)
    held: list[int] = []
    for target in range(len(dataset.labels)):
        groups: dict[str, list[int]] = {}
        for row in np.flatnonzero(dataset.targets == target):
            groups.setdefault(folded(dataset.texts[row]), []).append(int(row))
        order = random.permutation(len(groups))
        wanted = min(round(fraction * len(groups)), len(groups) - 1)
        members = list(groups.values())
        held += [row for i in order[:wanted] for row in members[i]]
    kept = np.setdiff1d(np.arange(len(dataset)), held)
    return dataset.take(kept), dataset.take(sorted(held))


def overlap(one: Dataset, other: Dataset) -> int:
    """Count the sentences of `other` that are in `one` but for capitals, spaces, punctuation."""
    seen = {folded(text) for text in one.texts}
    return sum(folded(text) in seen for text in other.texts)


def folded(text: str) -> str:
    """Return the letters and digits of a text in lower case, words a space apart."""
    kept = "".join(c if c.isalnum() else " " for c in text.lower().replace("'", ""))
    return " ".join(kept.split()) or text.strip()


def cells(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield line number and cells of every row of a CSV that is not blank.

    Raises:
        InputError: It cannot be read as UTF-8 CSV; the message has the line.
    """
    csv.field_size_limit(MAX_CELL)
    line = 0
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.reader(stream)
            for row in reader:
                line = reader.line_num
                if any(cell.strip() for cell in row):
                    yield line, row
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8, after line {line}; save it as UTF-8") from error
    except csv.Error as error:
        raise InputError(f"{path}, line {line + 1}: not a CSV row: {error}") from error
    except OSError as error:
        raise InputError(f"{path}: cannot read it: {error.strerror}") from error


def _labelled(path: Path) -> Iterator[tuple[int, str, str]]:
    """Yield line number, text and label cell of every row."""
    rows = cells(path)
    first = next(rows, None)
    if first is None:
        return
    text_at, label_at, is_header = _columns(first[1], path)
    for line, row in rows if is_header else itertools.chain([first], rows):
        if line > MAX_ROWS:
            raise InputError(f"{path}: over {MAX_ROWS:,} lines to train on; give fewer")
        if len(row) <= max(text_at, label_at) or not row[label_at].strip():
            raise InputError(
                f"{path}, line {line}: expected a text and a label, found {','.join(row)!r:.60}; "
                f"a text with a comma needs quotes"
            )
        yield line, row[text_at].strip(), row[label_at].strip()


def _columns(row: Sequence[str], path: Path) -> tuple[int, int, bool]:
    """Return where text and label stand, and whether this row is a header."""
    names = [cell.strip().lower() for cell in row]
    texts = [i for i, name in enumerate(names) if name in TEXT_NAMES]
    answers = [i for i, name in enumerate(names) if name in ("emoji", *LABEL_NAMES)]
    if texts and answers:
        return texts[0], answers[0], True
    if len(row) < 2:
        raise InputError(
            f"{path}, line 1: expected at least two columns, text and label, found {row[0]!r:.60}"
        )
    return 0, 1, False


def _labels_of(cells: Sequence[str], entries: dict[str, str], path: Path) -> tuple[Label, ...]:
    """Return the classes that a file has: the config's, or its own emojis."""
    listed = label_sets.from_config(entries)
    present = set(cells)
    if present <= listed.keys():
        return tuple(label for key, label in listed.items() if key in present)
    by_emoji = {label.emoji: label for label in listed.values()}
    if present <= by_emoji.keys():
        return tuple(label for emoji, label in by_emoji.items() if emoji in present)
    plain = sorted(cell for cell in present if cell.isascii() and cell not in listed)
    if plain:
        raise InputError(
            f"{path}: no emoji for label {plain[0]!r:.40}; say it in the config, such as\n"
            f"labels:\n  {plain[0]:.40}: 🎉 party"
        )
    return tuple(label_sets.from_emoji(cells))
