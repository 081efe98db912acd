"""Kill sweeps and backtests at moments drawn over their whole span, and compare their ends.

    python tests/sweeps.py --kills 10 [--seed 0] [--what letters|sweep|backtest] [--count 20]

A worker or the parent gets SIGKILL; the parent is gone on with. The tables of every end are
compared byte for byte with those of a run that nobody disturbed. Prints one row.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import psutil

ROOT = Path(__file__).resolve().parent.parent
TABLES = ("settings.csv", "trials.csv", "series.csv")
TINY = (
    *("--set", "data.window=10", "--set", "model.units=[4]", "--set", "train.epochs=2"),
    *("--set", "baselines.lags=3", "--set", "interval.horizons=4"),
)
SECONDS = 3600


def texts(folder, count):
    """Write files of eight short lines each."""
    folder.mkdir()
    for number in range(count):
        lines = [f"{'abcdefgh'[line]}{number:02}{'xyz'[line % 3]}" for line in range(8)]
        (folder / f"T{number:02}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def prices(folder, count):
    """Write files of random walks, of different lengths."""
    folder.mkdir()
    for number in range(count):
        steps = np.random.default_rng(number).normal(0, 0.01, 160 + number)
        days = np.datetime64("2015-01-01") + np.arange(len(steps))
        rows = zip(days, 100 * np.exp(np.cumsum(steps)), strict=True)
        lines = [f"{day},{price:.6f}" for day, price in rows]
        path = folder / f"S{number:02}.csv"
        path.write_text("Date,Close\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return folder


@dataclass
class Campaign:
    """A command over many files.

    Attributes:
        command: Its words, such as `sweep cells`.
        words: What it is given besides.
        folder: Where its folders are made.
    """

    command: tuple[str, ...]
    words: tuple[str, ...]
    folder: Path

    def start(self, *words):
        """Start it as a process of its own, in a folder of its own."""
        place = Path(tempfile.mkdtemp(dir=self.folder))
        work = Work(self.command, place)
        work.run(*self.words, *words)
        return work

    def undisturbed(self, *words):
        """Return its tables where nobody kills it."""
        return self.start(*words).ended()


@dataclass
class Work:
    """One process, or several that went on one after the other."""

    command: tuple[str, ...]
    folder: Path
    process: subprocess.Popen = field(init=False)

    def run(self, *words):
        """Start the process."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "lstmkit", *self.command, *map(str, words)],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )

    def place(self):
        """Return its run folder; None where there is none yet."""
        return next(self.folder.glob("outputs/*/*"), None)

    def go_on(self, *words):
        """Start the process that goes on."""
        self.run("--resume", self.place(), *words)

    def kill(self):
        """Kill the process that waits."""
        self.process.send_signal(signal.SIGKILL)
        self.process.communicate()

    def worker(self):
        """Return a process that works."""
        children = psutil.Process(self.process.pid).children(recursive=True)
        return next(one for one in children if "LokyProcess" in " ".join(one.cmdline()))

    def done(self):
        """Return the manifests of the trials that are there, each with when it was written."""
        found = self.folder.glob("outputs/*/*/trials/[A-Z]*/run.json")
        return {path: path.stat().st_mtime_ns for path in found}

    def wait_for(self, count):
        """Wait until so many trials are there."""
        while len(self.done()) < count and self.process.poll() is None:
            time.sleep(0.02)

    def ended(self):
        """Wait for its end and return its tables."""
        _, said = self.process.communicate(timeout=SECONDS)
        if self.process.returncode:
            raise RuntimeError(said)
        run = self.place()
        return {name: (run / name).read_bytes() for name in TABLES if (run / name).exists()}


def letters(folder, count):
    """Return a sweep over texts, which needs no TensorFlow: ten trials of each."""
    small = ("--set", "train.epochs=1", "--set", "model.units=4")
    over = ("--over", "train.learning_rate=0.01,0.02,0.05,0.1,0.2", "--seeds", "2")
    return Campaign(("sweep", "cells"), (texts(folder / "in", count), *small, *over), folder)


def sweep(folder, count):
    """Return a sweep over price files."""
    over = ("--over", "train.learning_rate=0.01,0.02")
    return Campaign(("sweep", "stock"), (prices(folder / "in", count), *TINY, *over), folder)


def backtest(folder, count):
    """Return a backtest over price files."""
    words = (prices(folder / "in", count), *TINY, "--folds", "2")
    return Campaign(("stock", "backtest"), words, folder)


def disturb(campaign, kills, chance, seconds):
    """Kill a campaign's workers and parent at random; return its tables and what was killed."""
    work, killed = campaign.start("--jobs", "2"), {"worker": 0, "parent": 0}
    for _ in range(kills):
        time.sleep(chance.uniform(0, seconds))
        if work.process.poll() is not None:
            break
        if chance.random() < 0.5:
            try:
                work.worker().send_signal(signal.SIGKILL)
                killed["worker"] += 1
            except (StopIteration, psutil.Error):
                continue
        else:
            work.kill()
            killed["parent"] += 1
            if work.place() is None or not (work.place() / "run.json").exists():
                work = campaign.start("--jobs", "2")
            else:
                work.go_on("--jobs", "2")
    return work.ended(), killed


def main():
    """Run a campaign and print its row."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--what", choices=["letters", "sweep", "backtest"], default="letters")
    parser.add_argument("--count", type=int, default=20)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        made = {"letters": letters, "sweep": sweep, "backtest": backtest}[options.what]
        campaign = made(Path(place), options.count)
        began = time.monotonic()
        expected = campaign.undisturbed("--jobs", "2")
        seconds = time.monotonic() - began
        chance = random.Random(options.seed)
        found, killed = disturb(campaign, options.kills, chance, 2 * seconds / options.kills)
        same = "the same bytes" if found == expected else "OTHER BYTES"
        row = f"{options.what}, {options.count} files: {killed}, {same}, {seconds:.0f} s calm\n"
        sys.stdout.write(row)
    return found != expected


if __name__ == "__main__":
    sys.exit(main())
