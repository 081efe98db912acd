"""The commands of the letters pipeline, from options to files."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import lstmkit
from lstmkit.letters import model
from lstmkit.training import loop

TINY = ("--set", "model.units=8", "--set", "train.epochs=3", "--set", "train.batch_size=64")
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(lstmkit.__file__).parents[1])}
HEAVY = {"tensorflow", "keras", "pandas", "sklearn"}


def only_run(tmp_path):
    (run,) = (tmp_path / "outputs" / "letters").iterdir()
    return run


def read(run, name):
    return json.loads((run / name).read_text())


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_check_and_write_load_nothing_heavy(cli, tmp_path):
    cli("cells", "learn", *TINY)
    code = (
        "import sys\nfrom lstmkit.cli import main\n"
        "try:\n    main(sys.argv[1:])\nexcept SystemExit as stop:\n    status = stop.code\n"
        f"print(status, *sorted({HEAVY!r} & set(sys.modules)), file=sys.stderr)\n"
    )
    for args in (["check"], ["write", "--count", "1"]):
        done = subprocess.run(
            [sys.executable, "-c", code, "cells", *args],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env=ENVIRONMENT,
            check=True,
        )
        assert done.stderr.splitlines()[-1] == "0"


def test_learn_writes_its_run(cli, tmp_path):
    done = cli("cells", "learn", *TINY, "--json")
    assert done.code == 0
    content = json.loads(done.out)
    run = only_run(tmp_path)
    assert {path.name for path in run.rglob("*") if path.is_file()} == {
        "README.md",
        "config.yaml",
        "history.csv",
        "loss.png",
        "metrics.json",
        "parameters.npz",
        "report.html",
        "run.json",
        "vocabulary.json",
        "written.txt",
    }
    manifest = read(run, "run.json")
    assert (manifest["status"], manifest["verb"]) == ("done", "learn")
    assert manifest["inputs"][0]["path"].endswith("names.txt")
    history = rows_of(run / "history.csv")
    assert [row["epoch"] for row in history] == ["0", "1", "2", "3"]
    assert content["metrics"]["epochs"] == 3
    assert content["metrics"]["best"]["val_loss"] < content["metrics"]["blind_loss"]


def test_learning_lowers_the_loss_to_its_bound_and_names_improve(cli, tmp_path):
    names = [
        f"{first}{last}" for first in ("Bram", "Tol", "Wend") for last in ("by", "wick", "ham")
    ]
    path = tmp_path / "names.txt"
    path.write_text("\n".join(names) + "\n")
    done = cli(
        *("cells", "learn", path, "--json"),
        *("--set", "data.validation_fraction=0", "--set", "train.patience=null"),
        *("--set", "model.units=16", "--set", "train.epochs=150", "--set", "train.batch_size=9"),
    )
    content = json.loads(done.out)
    # Nine names, equally likely, of 7 characters with their end: ln 9 / 7.0 = 0.314 nats at best.
    characters = sum(len(name) + 1 for name in names)
    best_possible = 9 * np.log(9) / characters
    assert best_possible < content["metrics"]["best"]["loss"] < 1.25 * best_possible
    history = rows_of(only_run(tmp_path) / "history.csv")
    assert history[0]["written"] not in names
    assert history[-1]["written"] in names
    assert content["metrics"]["new"] < 0.2
    assert f"{round(100 * content['metrics']['new'])} of 100 lines" in content["verdict"]


def test_learn_twice_with_one_seed_gives_the_same_bytes(cli, tmp_path):
    contents = []
    for output in ("one", "two"):
        assert cli("cells", "learn", *TINY, "--output", output).code == 0
        (run,) = (tmp_path / output / "letters").iterdir()
        contents.append([(run / n).read_bytes() for n in ("history.csv", "written.txt")])
    assert contents[0] == contents[1]
    assert cli("cells", "learn", *TINY, "--seed", "1", "--output", "three").code == 0
    (run,) = (tmp_path / "three" / "letters").iterdir()
    assert (run / "history.csv").read_bytes() != contents[0][0]


@pytest.mark.parametrize("steps", [1, 10])
def test_interrupted_learning_goes_on_to_the_same_end(cli, tmp_path, monkeypatch, steps):
    assert cli("cells", "learn", *TINY, "--output", "whole").code == 0
    count = iter(range(1000))
    with monkeypatch.context() as patch:
        patch.setattr(loop, "SECONDS_PER_CALL", 0.0)  # one step per call: stop anywhere
        patch.setattr(loop, "stop_signals", lambda: _Stop(lambda: next(count) == steps))
        done = cli("cells", "learn", *TINY, "--output", "outputs")
    assert done.code == 130
    run = only_run(tmp_path)
    assert f"lstmkit cells learn --resume outputs/letters/{run.name}" in done.err
    assert read(run, "run.json")["status"] == "interrupted"
    assert cli("cells", "learn", "--resume", run.name).code == 0
    (whole,) = (tmp_path / "whole" / "letters").iterdir()
    for name in ("history.csv", "written.txt", "metrics.json"):
        assert (run / name).read_bytes() == (whole / name).read_bytes()
    assert not (run / loop.CHECKPOINT).exists()


class _Stop:
    def __init__(self, stopped):
        self._stopped = stopped

    def __enter__(self):
        return self._stopped

    def __exit__(self, *exception):
        return None


@pytest.mark.slow
def test_control_c_ends_with_130_and_the_command_that_resumes(tmp_path):
    learner = subprocess.Popen(
        [sys.executable, "-m", "lstmkit", "cells", "learn", "--set", "train.epochs=100000"],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
        env=ENVIRONMENT,
    )
    while "epoch 1" not in (line := learner.stderr.readline()):
        assert line
    time.sleep(0.2)
    learner.send_signal(signal.SIGINT)
    _, err = learner.communicate(timeout=60)
    assert learner.returncode == 130
    assert "lstmkit cells learn --resume" in err
    assert "Traceback" not in err


def test_damaged_checkpoint_is_refused(cli, tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(loop, "stop_signals", lambda: _Stop(lambda: True))
        cli("cells", "learn", *TINY)
    run = only_run(tmp_path)
    (run / loop.CHECKPOINT).write_bytes(b"PK\3\4 no")
    done = cli("cells", "learn", "--resume", run.name)
    assert done.code == 2
    assert "delete it to start this run over" in done.err


def test_resume_stands_alone(cli):
    assert cli("cells", "learn", "--resume", "x", "--seed", "1").code == 2


def test_diverging_ends_with_1_and_advice(cli, tmp_path, monkeypatch):
    monkeypatch.setattr(model, "loss", lambda *_: float("nan"))
    done = cli("cells", "learn", *TINY, "--set", "train.learning_rate=0.5")
    assert done.code == 1
    assert "training diverged" in done.err
    assert "--set train.learning_rate=0.05" in done.err
    assert read(only_run(tmp_path), "run.json")["status"] == "failed"
    assert not (only_run(tmp_path) / loop.CHECKPOINT).exists()


def test_write_draws_from_the_newest_run(cli, tmp_path):
    cli("cells", "learn", *TINY)
    done = cli("cells", "write", "--count", "3", "--seed", "5", "--primer", "Bra", "--json")
    assert done.code == 0
    content = json.loads(done.out)
    assert len(content["written"]) == 3
    assert all(text.startswith("Bra") for text in content["written"])
    assert only_run(tmp_path).name in content["run"]
    again = cli("cells", "write", "--run", only_run(tmp_path).name, "--count", "3", "--seed", "5")
    assert again.out == cli("cells", "write", "--count", "3", "--seed", "5").out


def test_write_without_a_run_says_how_to_begin(cli):
    done = cli("cells", "write")
    assert done.code == 2
    assert "lstmkit cells learn" in done.err


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("parameters.npz", b""),
        ("parameters.npz", b"PK\3\4"),
        ("vocabulary.json", b'{"unit": "line"}'),
    ],
)
def test_write_refuses_a_damaged_run(cli, tmp_path, name, content):
    cli("cells", "learn", *TINY)
    (only_run(tmp_path) / name).write_bytes(content)
    done = cli("cells", "write")
    assert done.code == 2
    assert "damaged" in done.err


def test_write_refuses_pickles(cli, tmp_path):
    cli("cells", "learn", *TINY)
    path = only_run(tmp_path) / "parameters.npz"
    with np.load(path) as saved:
        arrays = {**saved, "Wf": np.array([print], dtype=object)}
    np.savez(path, **arrays)
    assert cli("cells", "write").code == 2


def test_write_refuses_an_unknown_primer(cli):
    cli("cells", "learn", *TINY)
    done = cli("cells", "write", "--primer", "Ω")
    assert done.code == 2
    assert "never seen 'Ω'" in done.err
