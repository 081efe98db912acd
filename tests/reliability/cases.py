"""Inputs that once crashed, hung or took gigabytes: what each is given to, and what that takes."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CORPUS = ROOT / "tests" / "fuzz" / "corpus"
GOOD_RUNS = CORPUS / "runs"
MOST_SECONDS = 120  # after which a command hangs; no figure of its speed
SHORT = ("--set", "train.epochs=1")
KINDS = {  # how the name of a case begins, and the commands it is given to
    "config-": [("config", "show", "stock", "--config", "CASE")],
    "csv-": [("stock", "inspect", "CASE")],
    "emoji-batch-": [
        ("emoji", "predict", "--input", "CASE", "--to", "out.csv", "--run", "shipped")
    ],
    "glove-": [("emoji", "train", "--embeddings", "CASE", *SHORT)],
    "keras-": [
        ("export", "outputs/stock/run", "--format", "keras"),
        ("stock", "forecast", "--run", "outputs/stock/run"),
    ],
    "midi-": [("music", "inspect", "CASE")],
    "mxl-": [("music", "inspect", "CASE")],
    "run-json-": [
        ("report", "outputs/stock/run"),
        ("runs", "list"),
        ("runs", "show", "outputs/stock/run"),
    ],
    "set-": [("config", "show", "stock", "--set", "TEXT")],
    "tuned-shape-": [("emoji", "predict", "happy", "--run", "outputs/emoji/run")],
}
PLACES = {  # where a case lies that is a file of a run
    "keras-": ("stock", "model.keras"),
    "run-json-": ("stock", "run.json"),
    "tuned-shape-": ("emoji", "tuned.npy"),
}
GOOD = {  # an input of the kind that is read
    "config-": CORPUS / "yaml" / "stock.yaml",
    "csv-": CORPUS / "prices" / "plain.csv",
    "emoji-batch-": CORPUS / "sentences" / "plain.csv",
    "glove-": CORPUS / "glove" / "plain.txt.gz",
    "midi-": CORPUS / "midi" / "two.mid",
    "mxl-": CORPUS / "musicxml" / "packed.mxl",
    "set-": CORPUS / "set" / "stock.a",
    **{kind: GOOD_RUNS.joinpath(*place) for kind, place in PLACES.items()},
}


@dataclass(frozen=True)
class Measured:
    """What a command said, its exit code, its seconds of CPU, its highest memory in bytes."""

    code: int
    out: str
    err: str
    seconds: float
    peak: int


def found():
    """Return the cases of the reference data, by name."""
    data = os.environ.get("LSTMKIT_REFERENCE_DATA", ROOT.parent / "shared")
    return sorted(ROOT.joinpath(data, "cases", "reliability").glob("*-*"))


def kind_of(name):
    """Return how the names of such cases begin; None of a kind that is not known."""
    return next((begin for begin in KINDS if name.startswith(begin)), None)


def commands(kind, case, folder):
    """Lay a case out in a folder, beside good runs, and return the commands it is given to."""
    given = case
    for pipeline in ("stock", "emoji"):
        shutil.copytree(GOOD_RUNS / pipeline, folder / "outputs" / pipeline / "run")
    if kind in PLACES:
        pipeline, name = PLACES[kind]
        given = folder / "outputs" / pipeline / "run" / name
        shutil.copy(case, given)
    text = given.read_text(encoding="utf-8").strip() if "TEXT" in KINDS[kind][0] else ""
    filled = {"CASE": str(given), "TEXT": text}
    return [[filled.get(word, word) for word in words] for words in KINDS[kind]]


#: A process counts what its parent had when it was made: so a small one makes it, not pytest.
LAUNCHER = """
import json, os, signal, sys
usage, most, *command = sys.argv[1:]
worker = os.posix_spawn(command[0], command, os.environ)
signal.signal(signal.SIGALRM, lambda *_: os.kill(worker, signal.SIGKILL))
signal.alarm(int(most))
_, status, used = os.wait4(worker, 0)
said = os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime, used.ru_maxrss
with open(usage, "w", encoding="utf-8") as stream:
    json.dump(said, stream)
"""


def measured(words, folder):
    """Run a command of lstmkit in a folder, at most two minutes."""
    command = [sys.executable, "-m", "lstmkit", *words]
    with (folder / "out").open("w+b") as out, (folder / "err").open("w+b") as err:
        subprocess.run(
            [sys.executable, "-c", LAUNCHER, folder / "usage", str(MOST_SECONDS), *command],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT), "LSTMKIT_CACHE": str(folder / "cache")},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            check=True,
        )
    texts = [
        (folder / name).read_text(encoding="utf-8", errors="replace") for name in ("out", "err")
    ]
    code, seconds, peak = json.loads((folder / "usage").read_text(encoding="utf-8"))
    return Measured(code, *texts, seconds, peak * (1 if sys.platform == "darwin" else 1024))
