"""Measure on public sentences: after `lstmkit data fetch public`, run this file.

`sentences` (the default) asks the model that ships, and plain methods trained on the same sentences
as it, for emojis to public sentences that others labelled by emotion. Only labels that say clearly
which emoji is right count (`MEANING`), and sentences with just one of them; an answer "none" to
them is wrong. How often neutral sentences get an emoji is told beside it.

`sets` trains the default config on three public label sets, and prints the verdict on each.

Both read the files where `lstmkit data fetch` puts them, checked by their sums.
"""

import csv
import sys
import tempfile
from pathlib import Path

import numpy as np

from lstmkit import config as configs
from lstmkit.downloads.fetch import is_present
from lstmkit.downloads.public import PUBLIC
from lstmkit.emoji import baselines, classifier, data, pipeline
from lstmkit.emoji.config import EmojiConfig
from lstmkit.emoji.metrics import mcnemar, reliability
from lstmkit.files import data_folder
from lstmkit.runs import Run

LOVE, JOY, SADNESS, NONE = 0, 2, 3, 5
MEANING = {
    **dict.fromkeys(["love"], LOVE),
    **dict.fromkeys(["joy", "amusement", "excitement", "gratitude", "pride", "admiration"], JOY),
    **dict.fromkeys(["optimism"], JOY),
    **dict.fromkeys(["sadness", "anger", "annoyance", "disappointment", "grief"], SADNESS),
    **dict.fromkeys(["disgust", "remorse"], SADNESS),
    "neutral": NONE,
}
EMOTIONS = ("anger", "joy", "optimism", "sadness")  # of TweetEval, in its order
IRONY = ("plain", "irony")


def lines(folder: Path, name: str) -> list[str]:
    """Return the lines of a text file."""
    return (folder / name).read_text(encoding="utf-8").splitlines()


def tweeteval(folder: Path, task: str, split: str, names: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return texts and names of their labels of one part of TweetEval."""
    texts, labels = (
        (folder / f"tweeteval_{task}_{split}_{what}.txt").read_text(encoding="utf-8")
        for what in ("text", "labels")
    )
    pairs = zip(texts.strip("\n").split("\n"), labels.split(), strict=True)
    return [(text.strip(), names[int(label)]) for text, label in pairs]


def goemotions(folder: Path) -> list[tuple[str, str]]:
    """Return the test sentences of GoEmotions that have one label, and its name."""
    names = lines(folder, "goemotions_labels.txt")
    rows = (line.split("\t") for line in lines(folder, "goemotions_test.tsv"))
    return [(text, names[int(label)]) for text, label, _ in rows if label.isdecimal()]


def sentences(folder: Path) -> None:
    """Print how often the model that ships is right on public sentences."""
    run = Run(configs.package_folder("data") / "models" / "emoji")
    model = classifier.load(run)
    train = data.load(data.shipped("train"), run.config(EmojiConfig).labels)
    named = {
        "GoEmotions, test": goemotions(folder),
        "TweetEval emotion, test": tweeteval(folder, "emotion", "test", EMOTIONS),
    }
    for name, rows in named.items():
        meant = [(text, MEANING[label]) for text, label in rows if label in MEANING]
        targets = np.array([target for _, target in meant])
        answers = {"lstm": np.array([r.probabilities for r in model.read([t for t, _ in meant])])}
        answers |= baselines.all_of(train, [text for text, _ in meant], model.table)
        fits = targets != NONE
        sys.stdout.write(f"{name}: {fits.sum():,} sentences with an emoji\n")
        for method, p in answers.items():
            tell(method, p, targets, answers["lstm"])


def tell(method: str, p: np.ndarray, targets: np.ndarray, ours: np.ndarray) -> None:
    """Print what one method makes of the sentences."""
    fits, predicted = targets != NONE, p.argmax(axis=1)
    emojis = np.delete(p, NONE, axis=1).argmax(axis=1)
    compared = mcnemar(targets[fits], ours.argmax(axis=1)[fits], predicted[fits])
    line = f"  {method:>9}: right {(predicted == targets)[fits].mean():.3f}"
    line += f", none {(predicted == NONE)[fits].mean():.3f}"
    line += f", right where it must answer {(emojis == targets)[fits].mean():.3f}"
    line += f", calibration error {reliability(p[fits], targets[fits]).error:.3f}"
    line += f", McNemar against lstm p = {compared['p_value']:.1g}"
    if not fits.all():
        line += (
            f"; of {(~fits).sum():,} neutral ones answered {(predicted != NONE)[~fits].mean():.3f}"
        )
    sys.stdout.write(f"{line}\n")


def sets(folder: Path) -> None:
    """Train the default config on each set, and print its verdict."""
    parts = {
        name: tuple(tweeteval(folder, name, split, labels) for split in ("train", "test"))
        for name, labels in (("emotion", EMOTIONS), ("irony", IRONY))
    }
    rows = [tuple(line.split("\t", 1)[::-1]) for line in lines(folder, "sms_spam.tsv")]
    parts["sms"] = ([(text, label) for text, label in rows], [])
    for name, (train, test) in parts.items():
        with tempfile.TemporaryDirectory() as place:
            files = [write(Path(place) / f"{part}.csv", rows) for part, rows in
                     (("train", train), ("test", test)) if rows]  # fmt: skip
            config = configs.load(EmojiConfig, "emoji", None)
            tested = files[1] if len(files) > 1 else None
            result = pipeline.train(files[0], config, Path(place) / "out", test=tested)
            scores = {"lstm": result.metrics["test"], **result.metrics["baselines"]}
            told = ", ".join(f"{key} {value['accuracy']:.3f}" for key, value in scores.items())
            sys.stdout.write(f"{name}: {told}\n  {result.verdict}\n")
            sys.stdout.flush()


def write(path: Path, rows: list[tuple[str, str]]) -> Path:
    """Write texts and labels as a CSV."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([("text", "label"), *rows])
    return path


def main() -> None:
    """Measure and print."""
    folder = data_folder()
    missing = [file.name for file in PUBLIC.files if not is_present(file, folder)]
    if missing:
        sys.exit(f"not in {folder}: {', '.join(missing)}; run lstmkit data fetch public")
    sets(folder) if sys.argv[1:] == ["sets"] else sentences(folder)


if __name__ == "__main__":
    main()
