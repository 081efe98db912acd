"""Kill every command that writes at moments drawn over its whole span; look at what is left behind.

    python tests/reliability/kills.py --kills 200 [--seed 0] [--only learn]

Every file that a kill leaves is parsed; the run is gone on with, killed again now and then, and its
end is compared byte for byte with that of a run nobody killed. Prints one row per command.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from dataclasses import dataclass, field, replace
from pathlib import Path

import mido
import numpy as np
from commands import COMMANDS, OLD, fetch_words, prepare
from PIL import Image

from lstmkit.errors import LstmkitError
from lstmkit.runs import Run

ROOT = Path(__file__).resolve().parents[2]
SAME = {".csv", ".mid", ".txt", ".npz", ".npy", ".py"}
MOST_FAULTS = 5
AGAIN = 0.3  # share of the kills whose resumption is killed as well
MANY = 3  # times as many kills for a command that trains by no Keras


@dataclass
class Tally:
    """What the kills of one command did."""

    kills: int = 0
    resumed: int = 0
    faults: list[str] = field(default_factory=list)


def start(command, folder):
    """Start a command in a folder of its own."""
    words = command.words or fetch_words()
    caches = {"LSTMKIT_CACHE": str(folder / ".cache"), "NO_PROXY": "*"}
    return subprocess.Popen(
        [*command.program, *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **caches},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def damaged(folder):
    """Yield what cannot be parsed among the files that have their final names."""
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or any(part.startswith(".") for part in path.parts):
            continue
        try:
            if not _is_whole(path):
                yield path.name
        except (OSError, ValueError, EOFError, SyntaxError, zipfile.BadZipFile):
            yield path.name


def _is_whole(path):
    kind = path.suffix
    if kind == ".json":
        return isinstance(json.loads(path.read_text(encoding="utf-8")), dict)
    if kind in {".npz", ".keras"}:
        with zipfile.ZipFile(path) as archive:
            return archive.testzip() is None
    if kind == ".npy":
        return np.load(path, allow_pickle=False) is not None
    if kind == ".png":
        with Image.open(path) as image:
            return image.load() is not None
    if kind == ".mid":
        return bool(mido.MidiFile(path).tracks)
    if kind == ".html":
        return path.read_text(encoding="utf-8").rstrip().endswith("</html>")
    if kind in {".csv", ".md", ".yaml"}:
        content = path.read_bytes()
        return not content or content.endswith(b"\n") or path.name == "file.csv"
    return True


def content(folder):
    """Return the bytes of all that is the same whenever it is made, of the newest run."""
    found = {}
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        kept = path.suffix in SAME and "checkpoint" not in path.name
        if path.is_file() and kept and not any(part.startswith(".") for part in parts):
            found[path.name] = path.read_bytes()
    return found


def run_of(folder):
    """Return the newest run that was made below a folder; None where there is none."""
    made = [Run(path.parent) for path in sorted(folder.glob("outputs/*/*/run.json"))]
    made = [run for run in made if not run.name.startswith(OLD)]
    return made[-1] if made else None


def looked_at(folder):
    """Return what is wrong with what a kill has left."""
    faults = [f"{file} is damaged" for file in damaged(folder)]
    run = run_of(folder)
    try:
        if run is not None and run.status == "running":
            faults.append("a killed run is said to be running")
        if run is not None and run.status == "done" and not (run.path / "report.html").exists():
            faults.append("a run is done without its page")
    except LstmkitError as error:
        faults.append(str(error))
    return faults


def kill_once(command, moments, expected, tally):
    """Kill a command after each of some seconds, go on with it, and compare its end."""
    with tempfile.TemporaryDirectory() as place:
        folder, now = Path(place), command
        prepare(folder)
        for moment in (*moments, None):
            worker = start(now, folder)
            if moment is not None:
                time.sleep(moment)
                worker.send_signal(signal.SIGKILL)
                tally.kills += worker.wait() != 0
            elif worker.wait():
                tally.faults.append(f"exit code {worker.returncode} after a kill")
                return
            tally.faults += looked_at(folder)
            run = run_of(folder)
            made = command.made and (folder / command.made).exists()
            if worker.returncode == 0 or made or (run is not None and run.status == "done"):
                break
            if run is not None and command.resume:
                now = replace(command, words=(*command.resume, "--resume", str(run.path)))
                tally.resumed += 1
        if content(folder) != expected:
            tally.faults.append("the end differs from that of an uninterrupted run")
        if command.resume and [*folder.glob("outputs/*/*/.lstmkit-*")]:
            tally.faults.append("half-made files stay")


def campaign(commands, kills, seed):
    """Return the tally of each command; those that train by Keras get fewer of the kills."""
    chance = random.Random(seed)
    tallies = {name: Tally() for name in commands}
    weights = {name: 1 if one.slow else MANY for name, one in commands.items()}
    for name, command in commands.items():
        tally, wanted = tallies[name], max(1, kills * weights[name] // sum(weights.values()))
        with tempfile.TemporaryDirectory() as place:
            folder, began = Path(place), time.monotonic()
            prepare(folder)
            if start(command, folder).wait():
                tally.faults.append("fails by itself")
                continue
            seconds, expected = time.monotonic() - began, content(folder)
        for turn in range(4 * wanted):  # some come when all is done
            if tally.kills >= wanted or len(tally.faults) >= MOST_FAULTS:
                break
            first = (turn % wanted + chance.random()) / wanted  # each part of the span has its own
            again = [chance.random()] * (chance.random() < AGAIN)
            kill_once(command, [seconds * share for share in (first, *again)], expected, tally)
        sys.stdout.write(row(name, tally))
        sys.stdout.flush()
    return tallies


def row(name, tally):
    """Return a line of the table."""
    said = "; ".join(dict.fromkeys(tally.faults)) or "no fault"
    return f"{name:9} {tally.kills:4} kills, {tally.resumed:4} resumed: {said}\n"


def main():
    """Run the campaign and print its table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", choices=COMMANDS, action="append")
    options = parser.parse_args()
    chosen = {name: COMMANDS[name] for name in options.only or COMMANDS}
    tallies = campaign(chosen, options.kills, options.seed)
    sys.stdout.write(f"{sum(tally.kills for tally in tallies.values())} kills\n")
    return any(tally.faults for tally in tallies.values())


if __name__ == "__main__":
    sys.exit(main())
