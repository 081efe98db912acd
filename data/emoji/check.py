"""Check the project's own sentences: ``python data/emoji/check.py``.

Balance, duplicates, near-copies within and across the splits, the tutorial's sentences (where its
files are at hand), and how many of the words have a vector. Exits with 1 if anything is wrong.

Two sentences are near-copies if the sets of their character trigrams (lower case, no punctuation)
have a Jaccard similarity of at least 0.6: "I'm hungry" and "hungry", "do you love me" and "Does
she love me", but not "I love sushi" and "I love you so".
"""

import csv
import os
import sys
from collections import Counter
from pathlib import Path

import numpy as np
from scipy.sparse import csr_array

ROOT = Path(__file__).resolve().parent
SPLITS = ("train", "validation", "test")
BLIND = "blind"
CLASSES = 5
MIN_SENTENCES = 2_000
NEAR = 0.6
BLOCK = 500  # texts compared with all others at a time
MIN_COVERAGE = 0.99  # share of the running words that have a vector


def read(path: Path, *, header: bool = True) -> list[tuple[str, int]]:
    """Return text and label of every row."""
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))
    return [(row[0].strip(), int(row[1])) for row in rows[header:]]


def trigrams(texts: list[str]) -> csr_array:
    """Return which character trigrams each text has, 0 or 1, (texts, trigrams)."""
    from lstmkit.emoji.data import folded

    numbers: dict[str, int] = {}
    rows, columns = [], []
    for row, text in enumerate(texts):
        padded = f" {folded(text)} "
        grams = {padded[i : i + 3] for i in range(len(padded) - 2)}
        rows += [row] * len(grams)
        columns += [numbers.setdefault(gram, len(numbers)) for gram in grams]
    ones = np.ones(len(rows), np.float32)
    return csr_array((ones, (rows, columns)), shape=(len(texts), len(numbers)))


def near_copies(texts: list[str], groups: list[str]) -> tuple[int, list[tuple[int, int]]]:
    """Return how many pairs within a group are near-copies, and all such pairs across groups."""
    has = trigrams(texts)
    sizes = has.sum(axis=1)
    within, across = 0, []
    for start in range(0, len(texts), BLOCK):
        shared = (has[start : start + BLOCK] @ has.T).tocoo()
        first, second = shared.row + start, shared.col
        near = shared.data >= NEAR * (sizes[first] + sizes[second] - shared.data)
        for i, j in zip(first[near].tolist(), second[near].tolist(), strict=True):
            if i < j and groups[i] == groups[j]:
                within += 1
            elif i < j:
                across.append((i, j))
    return within, across


def coverage(texts: list[str]) -> tuple[float, Counter[str]]:
    """Return the share of running words with a vector, and the words without."""
    from lstmkit.emoji import embeddings
    from lstmkit.emoji.text import Reader

    reader = Reader(embeddings.load(None).vocabulary)
    pieces = [piece for text in texts for piece in reader.read(text)]
    unknown = Counter(word for piece in pieces for word in piece.unknown)
    return 1 - sum(unknown.values()) / len(pieces), unknown


def problems(folder: Path = ROOT, reference: Path | None = None) -> tuple[list[str], list[str]]:
    """Return what was found, and what is wrong."""
    from lstmkit.emoji.data import folded

    names = [*SPLITS, *([BLIND] if (folder / f"{BLIND}.csv").exists() else [])]
    sets = {name: read(folder / f"{name}.csv") for name in names}
    texts = [text for name in names for text, _ in sets[name]]
    groups = [name for name in names for _ in sets[name]]
    found, wrong = [], []
    for name in names:
        counts = Counter(label for _, label in sets[name])
        found.append(f"{name}: {len(sets[name]):,} sentences, {dict(sorted(counts.items()))}")
        if len(counts) != CLASSES or len(set(counts.values())) != 1:
            wrong.append(f"{name}: the classes are not balanced")
    if len({folded(t) for name in SPLITS for t, _ in sets[name]}) < MIN_SENTENCES:
        wrong.append(f"fewer than {MIN_SENTENCES:,} distinct sentences")
    for text, count in Counter(folded(text) for text in texts).items():
        if count > 1:
            wrong.append(f"{count} times: {text}")
    within, across = near_copies(texts, groups)
    found.append(f"near-copies within a split: {within} pairs; across splits: {len(across)}")
    wrong += [f"near-copies in two splits: {texts[i]} | {texts[j]}" for i, j in across]
    share, unknown = coverage(texts)
    found.append(f"words with a vector: {share:.2%}; without: {', '.join(sorted(unknown))}")
    if share < MIN_COVERAGE:
        wrong.append(f"expected at least {MIN_COVERAGE:.0%} of the words to have a vector")
    lengths = [len(folded(text).split()) for text in texts]
    found.append(
        f"words per sentence: {min(lengths)} to {max(lengths)}, mean {np.mean(lengths):.1f}"
    )
    if reference is not None and (reference / "train_emoji.csv").exists():
        files = [reference / f"{name}_emoji.csv" for name in ("train", "test")]
        tutorial = [text for file in files for text, _ in read(file, header=False)]
        both = [*texts, *dict.fromkeys(tutorial)]
        owners = ["ours"] * len(texts) + ["tutorial"] * (len(both) - len(texts))
        _, copies = near_copies(both, owners)
        found.append(f"near-copies of the tutorial's sentences: {len(copies)}")
        wrong += [f"near a sentence of the tutorial: {both[i]} | {both[j]}" for i, j in copies]
    return found, wrong


def main() -> int:
    """Print what was found and what is wrong."""
    default = ROOT.parent.parent.parent / "shared"
    reference = Path(os.environ.get("LSTMKIT_REFERENCE_DATA", default)) / "data"
    found, wrong = problems(reference=reference)
    sys.stdout.write("".join(f"{line}\n" for line in found))
    sys.stderr.write("".join(f"wrong: {line}\n" for line in wrong))
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
