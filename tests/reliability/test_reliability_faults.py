"""Faults of the world around, each with its exit code and what is left behind."""

import json
import os
import subprocess
import sys

import pytest
from conftest import ROOT

PREDICT = ("emoji", "predict", "I love you", "--run", "shipped", "--json")
LEARN = ("cells", "learn", "--set", "train.epochs=1", "--set", "model.units=4")


def command(*words):
    return [sys.executable, "-m", "lstmkit", *map(str, words)]


@pytest.fixture
def lstmkit(tmp_path):
    """Run a command in an empty folder, in a surrounding of one's own."""

    def run(*words, shell=None, env=None, **options):
        surrounding = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
        surrounding |= os.environ if env is None else env
        surrounding["PYTHONPATH"] = str(ROOT)
        quoted = " ".join(f"'{word}'" for word in command(*words))
        return subprocess.run(
            shell.replace("LSTMKIT", quoted) if shell else command(*words),
            shell=bool(shell),
            executable="/bin/bash" if shell else None,
            cwd=tmp_path,
            env=surrounding,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            **options,
        )

    return run


def test_full_disk_under_stdout_ends_with_1(lstmkit):
    done = lstmkit(*PREDICT, shell="LSTMKIT > /dev/full")
    assert done.returncode == 1
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr


def test_pipe_that_is_closed_ends_quietly(lstmkit):
    done = lstmkit("emoji", "predict", "-", shell="yes hello | LSTMKIT | head -n 1")
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == 1
    assert "Traceback" not in done.stderr


def test_streams_that_are_closed_are_no_fault(lstmkit):
    assert lstmkit(*PREDICT, shell="LSTMKIT <&- >&- 2>&-").returncode == 0


@pytest.mark.parametrize(
    "env",
    [{}, {"HOME": "/nowhere"}, {"TMPDIR": "/nowhere"}, {"LC_ALL": "C", "PYTHONUTF8": "0"}],
    ids=["nothing", "HOME", "TMPDIR", "locale C"],
)
def test_surrounding_that_lacks_something_still_answers(lstmkit, env):
    done = lstmkit(*PREDICT, env=env)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["text"] == "I love you"


def test_output_that_is_a_file_is_refused_and_left_alone(lstmkit, tmp_path):
    (tmp_path / "outputs").write_text("mine")
    done = lstmkit(*LEARN)
    assert done.returncode == 2
    assert "'outputs' is a file" in done.stderr
    assert (tmp_path / "outputs").read_text() == "mine"


def test_two_at_once_do_not_meet(tmp_path):
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    both = [
        subprocess.Popen(command(*LEARN), cwd=tmp_path, env=env, stderr=subprocess.DEVNULL)
        for _ in range(2)
    ]
    assert [one.wait(timeout=120) for one in both] == [0, 0]
    found = list((tmp_path / "outputs" / "letters").iterdir())
    assert len(found) == 2
    assert all(json.loads((run / "run.json").read_text())["status"] == "done" for run in found)


def test_device_is_written_into(lstmkit, tmp_path):
    (tmp_path / "in.csv").write_text("text\nI love you\n")
    words = ("emoji", "predict", "--input", "in.csv", "--to", "/dev/null", "--run", "shipped")
    assert lstmkit(*words).returncode == 0
    assert os.path.exists("/dev/null")
    assert not os.path.isfile("/dev/null")
