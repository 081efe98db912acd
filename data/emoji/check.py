"""Check the project's own sentences: `python data/emoji/check.py`.

Balance, duplicates, near-copies within and across the splits, the tutorial's sentences (where its
files are at hand), and how many of the words have a vector; then, of the model that ships, the
share of right answers for every kind of sentence that it was not trained on, how often it answers
where no emoji fits, and every miss on the last blind set. Exits with 1 if anything is wrong with
the sentences.

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
BLIND = ("blind", "blind_register", "blind_kinds", "blind_candidate", "blind_final", "blind_last",
         "blind_taught", "blind_variants")  # fmt: skip
CLASSES, NONE = 5, 5  # emojis, and the label of the sentences that none fits
MAX_IMBALANCE = 1.5  # times more sentences of one emoji than of another
SURE = 0.9
DRAWS = 1000  # of which answers are right, for the error that chance alone makes
MIN_SENTENCES = 2_000
NEAR = 0.6
BLOCK = 500  # texts compared with all others at a time
MIN_COVERAGE = 0.99  # share of the running words that have a vector


def read(path: Path, *, header: bool = True) -> list[tuple[str, int]]:
    """Return text and label of every row."""
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))
    return [(row[0].strip(), int(row[1])) for row in rows[header:]]


def kinds(path: Path) -> list[str]:
    """Return the kind of every row; of a file without this column, its name."""
    with path.open(encoding="utf-8", newline="") as stream:
        return [row.get("kind", path.stem) for row in csv.DictReader(stream)]


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

    names = [*SPLITS, *(name for name in BLIND if (folder / f"{name}.csv").exists())]
    sets = {name: read(folder / f"{name}.csv") for name in names}
    texts = [text for name in names for text, _ in sets[name]]
    groups = [name for name in names for _ in sets[name]]
    found, wrong = [], []
    for name in names:
        counts = Counter(label for _, label in sets[name])
        found.append(f"{name}: {len(sets[name]):,} sentences, {dict(sorted(counts.items()))}")
        emojis = [counts[label] for label in range(CLASSES)]
        if name in SPLITS and max(emojis) > MAX_IMBALANCE * min(emojis):  # blind: as they came
            wrong.append(f"{name}: the classes are not balanced")
    if len({folded(t) for name in SPLITS for t, _ in sets[name]}) < MIN_SENTENCES:
        wrong.append(f"fewer than {MIN_SENTENCES:,} distinct sentences")
    for text, count in Counter(folded(text) for text in texts).items():
        if count > 1:
            wrong.append(f"{count} times: {text}")
    within, across = near_copies(texts, groups)
    found.append(f"near-copies within a split: {within} pairs; across splits: {len(across)}")
    wrong += [f"near-copies in two splits: {texts[i]} | {texts[j]}" for i, j in across]
    share, unknown = coverage(
        [text for name in names for text, label in sets[name] if label != NONE]
    )
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


def by_chance(confidence: np.ndarray) -> float:
    """Return the calibration error to expect of so few answers if their probabilities are exact."""
    from lstmkit.emoji.metrics import binned

    draws = np.random.default_rng(0).random((DRAWS, len(confidence)))
    return float(np.mean([binned(confidence, draw < confidence).error for draw in draws]))


def recall_by_kind(folder: Path = ROOT) -> list[str]:
    """Return what the model that ships makes of every kind of sentence it was not trained on."""
    from lstmkit.config import package_folder
    from lstmkit.emoji import classifier
    from lstmkit.emoji.metrics import reliability
    from lstmkit.runs import Run

    model = classifier.load(Run(package_folder("data") / "models" / "emoji"))
    found = []
    for name in ("test", *BLIND):
        path = folder / f"{name}.csv"
        if not path.exists():
            continue
        rows, groups = read(path), np.array(kinds(path))
        targets = np.array([label for _, label in rows])
        answers = np.array([r.probabilities for r in model.read([text for text, _ in rows])])
        predicted, on = answers.argmax(axis=1), targets != NONE
        right = predicted == targets
        found += [
            f"{name}, {kind}: {right[chosen].mean():.3f} of {chosen.sum()}"
            for kind in dict.fromkeys(groups[on])
            if (chosen := on & (groups == kind)).any()
        ]
        found.append(
            f"{name}, all with an emoji: {right[on].mean():.3f} of {on.sum()}, "
            f"{(predicted[on] == NONE).mean():.3f} left without one, calibration error "
            f"{reliability(answers[on], targets[on]).error:.3f} "
            f"({by_chance(answers[on].max(axis=1)):.3f} were every probability exact)"
        )
        if not on.all():
            answered = predicted[~on] != NONE
            sure = answered & (answers[~on].max(axis=1) >= SURE)
            found.append(
                f"{name}, none fits: {answered.mean():.3f} of {(~on).sum()} answered, "
                f"{sure.mean():.3f} at p >= {SURE}"
            )
        if name == BLIND[-1]:
            found += [
                f"{name}, wrong: {text} ({target}, answered {answer} at {p:.2f})"
                for (text, target), answer, p in zip(
                    rows, predicted, answers.max(axis=1), strict=True
                )
                if answer != target
            ]
    return found


def main() -> int:
    """Print what was found and what is wrong."""
    default = ROOT.parent.parent.parent / "shared"
    reference = Path(os.environ.get("LSTMKIT_REFERENCE_DATA", default)) / "data"
    found, wrong = problems(reference=reference)
    found += recall_by_kind()
    sys.stdout.write("".join(f"{line}\n" for line in found))
    sys.stderr.write("".join(f"wrong: {line}\n" for line in wrong))
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
