"""Kill commands at moments drawn over their whole span, and look at what is left behind.

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
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SAME = {".csv", ".mid", ".txt", ".npz", ".npy"}
SMALL = ("--set", "train.epochs=4", "--set", "train.checkpoint_seconds=0")
COMMANDS = {  # what is run, and what goes on with it
    "learn": (("cells", "learn", *SMALL, "--set", "model.units=8"), ("cells", "learn")),
    "stock": (
        ("stock", "train", *SMALL, "--set", "data.window=20", "--set", "model.units=[4]"),
        ("stock", "train"),
    ),
    "music": (("music", "train", *SMALL, "--set", "model.units=8"), ("music", "train")),
    "emoji": (("emoji", "train", *SMALL, "--set", "model.units=[4]"), ("emoji", "train")),
    "generate": (("music", "generate", "--run", "shipped", "--bars", "4"), None),
    "predict": (("emoji", "predict", "--input", "in.csv", "--to", "out.csv"), None),
}


@dataclass
class Tally:
    """What the kills of one command did."""

    kills: int = 0
    resumed: int = 0
    faults: list[str] = field(default_factory=list)


def start(words, folder):
    """Start a command in a folder of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "lstmkit", *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def prepare(folder):
    """Write what a command reads."""
    lines = "\n".join(f"{i},I love you number {i}" for i in range(2000))
    (folder / "in.csv").write_text(f"id,text\n{lines}\n", encoding="utf-8")


def damaged(folder):
    """Yield what cannot be parsed among the files that have their final names."""
    for path in folder.rglob("*"):
        if not path.is_file() or any(part.startswith(".") for part in path.parts):
            continue
        try:
            if path.suffix == ".json":
                json.loads(path.read_text(encoding="utf-8"))
            elif path.suffix in {".npz", ".keras"}:
                with zipfile.ZipFile(path) as archive:
                    if archive.testzip():
                        yield path.name
            elif path.suffix in {".csv", ".md", ".yaml"}:
                text = path.read_text(encoding="utf-8")
                if text and not text.endswith("\n"):
                    yield path.name
        except (OSError, ValueError, zipfile.BadZipFile):
            yield path.name


def content(folder):
    """Return the bytes of all that is the same whenever it is made."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = "/".join(path.relative_to(folder).parts)
        kept = path.suffix in SAME and "checkpoint" not in name
        if path.is_file() and kept and not any(part.startswith(".") for part in path.parts):
            found[path.name] = path.read_bytes()
    return found


def run_of(folder):
    """Return the only run below a folder, and its status; None where there is none yet."""
    for path in folder.glob("outputs/*/*/run.json"):
        return path.parent, json.loads(path.read_text(encoding="utf-8"))["status"]
    return None


def kill_once(name, chance, seconds, expected, tally):
    """Kill one command once or twice, go on with it, and compare its end."""
    words, resume = COMMANDS[name]
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        prepare(folder)
        kills_left = 1 + (chance.random() < 0.3)
        while True:
            worker = start(words, folder)
            if kills_left:
                time.sleep(chance.uniform(0.0, seconds))
                worker.send_signal(signal.SIGKILL)
                tally.kills += worker.wait() != 0
                kills_left -= 1
            elif worker.wait():
                tally.faults.append(f"exit code {worker.returncode} after a kill")
                return
            tally.faults += [f"{file} is damaged" for file in damaged(folder)]
            found = run_of(folder)
            if found is not None and found[1] == "done":
                break
            if found is None and (folder / "out.csv").exists():
                break
            if found is not None and resume is not None:
                words = (*resume, "--resume", str(found[0]))
                tally.resumed += 1
            elif found is not None:
                return  # it cannot be gone on with: what is there was parsed
        if content(folder) != expected:
            tally.faults.append("the end differs from that of an uninterrupted run")


def campaign(names, kills, seed):
    """Return the tally of each command, with kills spread evenly over them."""
    chance = random.Random(seed)
    tallies = {name: Tally() for name in names}
    for name in names:
        with tempfile.TemporaryDirectory() as place:
            folder, began = Path(place), time.monotonic()
            prepare(folder)
            if start(COMMANDS[name][0], folder).wait():
                tallies[name].faults.append("fails by itself")
                continue
            seconds, expected = time.monotonic() - began, content(folder)
        while tallies[name].kills < kills / len(names) and len(tallies[name].faults) < 5:
            kill_once(name, chance, seconds, expected, tallies[name])
    return tallies


def main():
    """Run the campaign and print its table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", choices=COMMANDS, action="append")
    options = parser.parse_args()
    tallies = campaign(options.only or list(COMMANDS), options.kills, options.seed)
    for name, tally in tallies.items():
        said = "; ".join(tally.faults) or "no fault"
        row = f"{name:9} {tally.kills:4} kills, {tally.resumed:4} resumed: {said}"
        sys.stdout.write(f"{row}\n")
    return any(tally.faults for tally in tallies.values())


if __name__ == "__main__":
    sys.exit(main())
