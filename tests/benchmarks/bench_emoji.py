"""Time `emoji predict` as a process, and a batch: `python tests/benchmarks/bench_emoji.py`.

Prints the seconds of `emoji predict`, of `import keras` and of an empty Python, best of five in
turn, and the time and memory of 100,000 sentences. The project promises at most a tenth of
`import keras`, and 100,000 sentences within a minute.
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
    files = ["--input", str(folder / "in.csv"), "--output", str(folder / "out.csv")]
    took = seconds(["-m", "lstmkit", "emoji", "predict", *files])
    return took, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def main() -> None:
    """Measure and print."""
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
