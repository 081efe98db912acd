"""Time `emoji predict` as a process, and a batch: `python tests/benchmarks/bench_emoji.py`.

Prints the seconds of `emoji predict`, of `import keras` and of an empty Python, best of five in
turn, and the time and memory of 100,000 sentences. The project promises at most a tenth of
`import keras`, and 100,000 sentences within a minute.

`python tests/benchmarks/bench_emoji.py accuracy` trains with the default config on the tutorial's
own files (LSTMKIT_REFERENCE_DATA) under five seeds, beside the plain methods.
"""

import csv
import itertools
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from lstmkit import config as configs
from lstmkit.emoji import pipeline
from lstmkit.emoji.config import EmojiConfig

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 5
SENTENCES = 100_000
COMMANDS = {
    "emoji predict": ["-m", "lstmkit", "emoji", "predict", "I love you!"],
    "import keras": ["-c", "import keras"],
    "python": ["-c", "pass"],
}


def seconds(arguments: list[str]) -> float:
    """Return how long a Python process takes."""
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=tempfile.gettempdir(),
        capture_output=True,
        check=True,
    )
    return time.perf_counter() - began


def batch(folder: Path, count: int) -> tuple[float, float]:
    """Return seconds and peak MB of a batch of the project's own sentences, over and over."""
    with (ROOT / "data" / "emoji" / "train.csv").open(encoding="utf-8", newline="") as stream:
        texts = [row["text"] for row in csv.DictReader(stream)]
    with (folder / "in.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["text"])
        writer.writerows([text] for text in itertools.islice(itertools.cycle(texts), count))
    files = ["--input", str(folder / "in.csv"), "--to", str(folder / "out.csv")]
    took = seconds(["-m", "lstmkit", "emoji", "predict", *files])
    return took, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def accuracy(seeds: int = 5) -> None:
    """Print how often the default config and the plain methods are right on the tutorial's test."""
    folder = Path(os.environ.get("LSTMKIT_REFERENCE_DATA", ROOT.parent / "shared")) / "data"
    train, test = folder / "train_emoji.csv", folder / "test_emoji.csv"
    found: dict[str, list[float]] = {}
    for seed in range(seeds):
        config = configs.load(EmojiConfig, "emoji", None, [f"seed={seed}"])
        with tempfile.TemporaryDirectory() as output:
            metrics = pipeline.train(train, config, Path(output), test=test).metrics
        for name, scores in {"lstm": metrics["test"], **metrics["baselines"]}.items():
            found.setdefault(name, []).append(scores["accuracy"])
    for name, values in found.items():
        listed = " ".join(f"{value:.3f}" for value in values)
        sys.stdout.write(f"{name:>16}: {sum(values) / len(values):.3f} ({listed})\n")


def main() -> None:
    """Measure and print."""
    if sys.argv[1:] == ["accuracy"]:
        accuracy()
        return
    with tempfile.TemporaryDirectory() as folder:
        half = batch(Path(folder), SENTENCES // 2)
        whole = batch(Path(folder), SENTENCES)
    best = dict.fromkeys(COMMANDS, float("inf"))
    for _, (name, arguments) in itertools.product(range(ROUNDS), COMMANDS.items()):
        best[name] = min(best[name], seconds(arguments))
    for name, took in best.items():
        sys.stdout.write(f"{name:>16}: {took:.3f} s\n")
    ratio = best["emoji predict"] / best["import keras"]
    sys.stdout.write(f"{'share of keras':>16}: {ratio:.1%}\n")
    for count, (took, peak) in ((SENTENCES // 2, half), (SENTENCES, whole)):
        sys.stdout.write(f"{count:>10,} texts: {took:.1f} s, peak {peak:.0f} MB\n")


if __name__ == "__main__":
    main()
