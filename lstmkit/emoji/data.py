"""Labelled sentences: the project's own set, the tutorial's files, and any CSV of one's own."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from lstmkit.config import package_folder
from lstmkit.emoji import naming, sentences
from lstmkit.emoji.labels import Label
from lstmkit.errors import InputError
from lstmkit.files import locate, title

MAX_ROWS = 5_000_000
MAX_CLASSES = 100
MIN_PER_CLASS = 2
IMBALANCE = 3  # times more sentences in the largest class than in the smallest
HELD_FROM = 3  # different sentences of a class from which on at least one is held out

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


@dataclass(frozen=True)
class Taught:
    """Texts that another model answered to, learned from beside the labelled sentences.

    Attributes:
        path: Of the file.
        texts: As written, (n,).
        probabilities: What that model gave every class, float32, (n, classes); rows sum to 1.
    """

    path: Path
    texts: tuple[str, ...]
    probabilities: np.ndarray

    def __len__(self) -> int:
        return len(self.texts)


def shipped(split: str) -> Path:
    """Return one split of the project's own set: train, validation or test."""
    return package_folder("data") / "emoji" / f"{split}.csv"


def load(
    path: Path,
    entries: dict[str, str],
    *,
    known: Sequence[Label] = (),
    column: str | None = None,
    label: str | None = None,
) -> Dataset:
    """Read a file of sentences and labels: keys of the config, emojis, short names or words.

    Args:
        path: A table of any form that `lstmkit.tables` reads, or JSON lines, with or without a
            header; stray tabs and further columns do no harm.
        entries: The config's `labels:`, key to `EMOJI NAME`.
        known: The labels of a trained model; the file may have no others.
        column: Name of the text column; None: found by its name, or its words.
        label: Name of the label column; None: found by its name, or its few values.

    Raises:
        InputError: It cannot be used; the message has the line.
    """
    found = locate(path, remedy="give a CSV with the columns text,label or text,emoji")
    lines, texts, cells = _labelled(found, column, label)
    _refuse_texts_as_labels(cells, found)
    labels = tuple(known) or naming.from_column(cells, entries)
    index = naming.index_of(labels)
    keys = [naming.canonical(cell) for cell in cells]
    strange = next((i for i, key in enumerate(keys) if key not in index), None)
    if strange is not None:
        allowed = ", ".join(f"{one.key} {one.emoji}".strip() for one in labels[:20])
        raise InputError(
            f"{found}, line {lines[strange]}: unknown label {cells[strange]!r:.40}; expected one "
            f"of: {allowed}"
        )
    targets = np.array([index[key] for key in keys], dtype=np.int64)
    return Dataset(title(found), found, tuple(texts), targets, labels)


def load_taught(path: Path, labels: Sequence[Label], *, column: str | None = None) -> Taught:
    """Read texts with a probability for each label, as another model or several people give them.

    Args:
        path: A table of any form that `lstmkit.tables` reads: a text column, and one for each
            label, headed by its key, emoji or name. A row may sum to 1, to 100 or to a number of
            votes.
        labels: Those of the sentences that are learned from beside it.
        column: Name of the text column; None: found by its name.

    Raises:
        InputError: It cannot be used; the message has the line.
    """
    found = locate(path, remedy="give a table with the column text, and one for each label")
    sheet = sentences.read(found, surplus=True)
    if not sheet.header:  # as where labels are numbers
        names = tuple(str(cell).strip() for cell in sheet.cells.iloc[0])
        sheet = replace(sheet, names=names, header=True, cells=sheet.cells.iloc[1:])
    text_at = sheet.place(column) if column else sentences.text_column(sheet)
    index = naming.index_of(labels) | {label.name: i for i, label in enumerate(labels)}
    heads = [naming.canonical(name) for name in sheet.names]
    places = {index[head]: at for at, head in enumerate(heads) if head in index and at != text_at}
    missing = [label.title for i, label in enumerate(labels) if i not in places]
    if text_at is None or missing or not len(sheet.cells):
        wanted = ", ".join(["text", *(label.key for label in labels)])
        raise InputError(
            f"{found}: expected a header with a text column and one for each label ({wanted}), "
            f"found: {', '.join(sheet.names):.200}"
        )
    cells = sheet.cells[[places[i] for i in range(len(labels))]]
    shares = cells.apply(pd.to_numeric, errors="coerce").to_numpy(np.float64)  # (n, classes)
    wrong = ~np.isfinite(shares).all(axis=1) | (shares < 0).any(axis=1) | ~shares.any(axis=1)
    if wrong.any():
        raise InputError(
            f"{found}, line {cells.index[wrong.argmax()]}: expected a probability for each label, "
            f"found {','.join(cells.iloc[int(wrong.argmax())])!r:.60}"
        )
    texts = tuple(text.strip() for text in sheet.cells[text_at])
    return Taught(found, texts, (shares / shares.sum(axis=1, keepdims=True)).astype(np.float32))


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
                f"{dataset.path}: class {label.title} has {counts[i]} sentences; "
                f"expected at least {MIN_PER_CLASS}; write more, or leave it out"
            )
    largest, smallest = max(counts.values()), min(counts.values())
    if largest > IMBALANCE * smallest:
        log.warning(
            "%s: imbalanced, from %d to %d sentences per class",
            dataset.path, smallest, largest,
        )  # fmt: skip


def require_tested(train_set: Dataset, tested: Dataset) -> None:
    """Refuse a file that is too small for a sentence to be held out.

    Raises:
        InputError: No test sentence is left.
    """
    if not len(tested):
        raise InputError(
            f"{train_set.path}: too few sentences to test on; expected at least {HELD_FROM} "
            f"different ones in a class, or a file of test sentences: --test FILE"
        )


def split(dataset: Dataset, fraction: float, seed: int) -> tuple[Dataset, Dataset]:
    """Hold a share of every class out; texts that differ in capitals or spaces stay together.

    Of a class of three sentences or more at least one is held out, unless the share is 0.

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
        least = int(fraction > 0 and len(groups) >= HELD_FROM)
        wanted = min(max(round(fraction * len(groups)), least), len(groups) - 1)
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


def remarks(dataset: Dataset) -> list[str]:
    """Return what makes a set hard to learn from: one sentence under two labels."""
    answers: dict[str, set[int]] = {}
    for text, target in zip(dataset.texts, dataset.targets.tolist(), strict=True):
        answers.setdefault(folded(text), set()).add(target)
    torn = sum(len(found) > 1 for found in answers.values())
    noun = "sentence stands" if torn == 1 else "sentences stand"
    return [f"{torn:,} {noun} in it with different labels"] if torn else []


def _labelled(
    path: Path, column: str | None, label: str | None
) -> tuple[np.ndarray, list[str], list[str]]:
    """Return line numbers, texts and label cells of every row."""
    sheet = sentences.read(path, surplus=True)
    if len(sheet.cells) > MAX_ROWS:
        raise InputError(f"{path}: over {MAX_ROWS:,} lines to train on; give fewer")
    text_at, label_at = sentences.labelled_columns(sheet, column, label)
    texts, cells = sheet.cells[text_at], sheet.cells[label_at]
    if not sheet.header and _is_heading(texts, cells):
        log.warning("%s: its first line is read as a header", path)
        texts, cells = texts.iloc[1:], cells.iloc[1:]
    missing = (texts.str.strip() == "") | (cells.str.strip() == "")
    if missing.any():
        row = sheet.cells.loc[missing.idxmax()]
        raise InputError(
            f"{path}, line {missing.idxmax()}: expected a text and a label, found "
            f"{','.join(row)!r:.60}; a text with a comma needs quotes"
        )
    return texts.index.to_numpy(), [t.strip() for t in texts], [c.strip() for c in cells]


def _is_heading(texts: pd.Series[str], cells: pd.Series[str]) -> bool:
    """Return whether the first row names columns: single words, a label met only once of many."""
    heads = str(texts.iloc[0]), str(cells.iloc[0])
    if len(cells) < 4 or any(len(head.split()) != 1 or not head.isascii() for head in heads):
        return False
    counts = cells.value_counts()
    known = all(head.lower() in sentences.NAMES for head in heads)
    once = counts[heads[1]] == 1 and not any(c.isdigit() for c in heads[1])
    return known or bool(once and (counts.drop(heads[1]) > 1).all())


def _refuse_texts_as_labels(cells: Sequence[str], path: Path) -> None:
    longest = max(cells, key=len)
    if len(longest) > naming.LONGEST_NAME:
        raise InputError(
            f"{path}: expected labels of at most {naming.LONGEST_NAME} characters, found "
            f"{longest!r:.60}; name the columns with --column and --label"
        )
