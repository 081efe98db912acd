"""Inputs that once crashed, hung or took gigabytes: each a success or one clear error."""

import json
import os
import shutil
import subprocess
import sys

import pytest
from conftest import ROOT

CORPUS = ROOT / "tests" / "fuzz" / "corpus" / "runs"
SECONDS, BYTES = 2.0, 500 << 20  # of CPU, and of memory at its highest
STOCK = ("stock", "inspect")
KINDS = {  # how the name of a case begins, and the commands it is given to
    "config-": [("config", "show", "stock", "--config", "CASE")],
    "csv-": [(*STOCK, "CASE")],
    "emoji-batch-": [
        ("emoji", "predict", "--input", "CASE", "--to", "out.csv", "--run", "shipped")
    ],
    "glove-": [("emoji", "train", "--embeddings", "CASE")],
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


def cases():
    folder = os.environ.get("LSTMKIT_REFERENCE_DATA", ROOT.parent / "shared")
    found = sorted(path.name for path in ROOT.joinpath(folder, "cases", "reliability").glob("*-*"))
    return found or ["no cases here"]


#: A process counts what its parent had when it was made: so a small one makes it, not pytest.
LAUNCHER = """
import json, os, sys
worker = os.posix_spawn(sys.argv[2], sys.argv[2:], os.environ)
_, status, usage = os.wait4(worker, 0)
said = os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime, usage.ru_maxrss
with open(sys.argv[1], "w", encoding="utf-8") as stream:
    json.dump(said, stream)
"""


def measured(words, folder):
    """Run a command; return what it said, its seconds of CPU, its highest memory."""
    command = [sys.executable, "-m", "lstmkit", *words]
    with (folder / "out").open("w+b") as out, (folder / "err").open("w+b") as err:
        subprocess.run(
            [sys.executable, "-c", LAUNCHER, folder / "usage", *command],
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
    return code, *texts, seconds, peak * (1 if sys.platform == "darwin" else 1024)


@pytest.fixture(scope="module")
def usual(tmp_path_factory):
    """Seconds and bytes that a command takes for nothing but itself, by its first word."""
    folder, found = tmp_path_factory.mktemp("usual"), {}
    rows = "".join(f"2020-01-{day:02},{day}\n" for day in range(1, 29))
    (folder / "good.csv").write_text(f"Date,Close\n{rows}", encoding="utf-8")
    for name, words in {"stock": (*STOCK, "good.csv"), "emoji": ("emoji", "predict", "hi")}.items():
        code, _, err, seconds, _ = measured(words, folder)
        assert code == 0, err
        found[name] = seconds
    return found


@pytest.mark.parametrize("name", cases())
def test_case_ends_as_success_or_one_clear_error_in_bounds(reference, tmp_path, usual, name):
    case = reference / "cases" / "reliability" / name
    if not case.exists():
        pytest.skip("no such case in the reference data")
    kind = next(begin for begin in KINDS if name.startswith(begin))
    given = case
    for pipeline in ("stock", "emoji"):
        shutil.copytree(CORPUS / pipeline, tmp_path / "outputs" / pipeline / "run")
    if kind in PLACES:
        given = tmp_path.joinpath("outputs", PLACES[kind][0], "run", PLACES[kind][1])
        shutil.copy(case, given)
    for words in KINDS[kind]:
        text = given.read_text(encoding="utf-8") if "TEXT" in words else ""
        filled = [{"CASE": str(given), "TEXT": text.strip()}.get(word, word) for word in words]
        code, out, err, seconds, peak = measured(filled, tmp_path)
        assert code in (0, 2), err
        assert "bug in lstmkit" not in err
        assert "Traceback" not in err
        assert "\x1b" not in out + err
        assert seconds < SECONDS + usual.get(words[0], 1.0)
        assert peak < BYTES
        assert code == 0 or "Error: " in err
    assert not (tmp_path / "written-by-model").exists()


def test_every_kind_of_case_is_known(reference):
    folder = reference / "cases" / "reliability"
    names = [path.name for path in folder.glob("*-*")] if folder.exists() else []
    assert [n for n in names if not n.startswith(tuple(KINDS))] == []


@pytest.mark.parametrize("words", [("--input", "-"), ("--input", "/dev/stdin")])
def test_five_thousand_rows_through_a_pipe_are_all_answered(tmp_path, words):
    rows = "".join(f"I love you number {number}\n" for number in range(5000))
    done = subprocess.run(
        [sys.executable, "-m", "lstmkit", "emoji", "predict", *words, "--to", "out.csv"],
        input=f"text\n{rows}",
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 2), done.stderr
    if done.returncode == 0:
        assert len((tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()) == 5001


def test_json_error_stands_alone_on_stderr(tmp_path):
    code, out, err, _, _ = measured(("stock", "inspect", "none.csv", "--json"), tmp_path)
    assert (code, out, json.loads(err)["code"]) == (2, "", 2)
