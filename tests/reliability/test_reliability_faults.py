"""Faults of the world around, each with its exit code and what is left behind."""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass

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


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_full_disk_under_stdout_ends_with_1(lstmkit, unbuffered):
    done = lstmkit(*PREDICT, shell=f"PYTHONUNBUFFERED={unbuffered} LSTMKIT > /dev/full")
    assert done.returncode == 1
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


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


@dataclass(frozen=True)
class Fault:
    """A fault, the shell that makes it, how the command ends, and what it leaves behind.

    Attributes:
        shell: Bash; LSTMKIT is the command.
        words: The command.
        code: Its exit code.
        said: What its message holds.
        left: Names of all that is there at the end, hidden files too.
    """

    shell: str
    words: tuple = LEARN
    code: int = 1
    said: str = ""
    left: tuple = ()


TO = ("emoji", "predict", "--input", "in.csv", "--run", "shipped", "--to")
EXPORT = ("export", "shipped", "--format", "keras", "--to")
FULL = "ulimit -f 0; trap '' XFSZ; "  # no file may grow: what a full disk does
FAULTS = {
    "disk is full": Fault(FULL + "LSTMKIT", said="cannot write", left=("outputs",)),
    "disk is full for a file": Fault(FULL + "LSTMKIT", (*TO, "out.csv"), said="cannot write"),
    "disk is full for an export": Fault(FULL + "LSTMKIT", (*EXPORT, "a"), said="cannot write"),
    "disk is full after a while": Fault(
        "ulimit -f 200; trap '' XFSZ; LSTMKIT", (*EXPORT, "a"), said="free space"
    ),
    "place is read-only": Fault("LSTMKIT", (*LEARN, "--output", "/proc/x"), said="cannot write"),
    "file's place is read-only": Fault("LSTMKIT", (*TO, "/proc/x/out.csv"), said="cannot write"),
    "folder is a file": Fault("LSTMKIT", (*TO, "in.csv/out.csv"), said="cannot write"),
    "folder vanished before": Fault(
        "mkdir gone; cd gone; rmdir ../gone; LSTMKIT",
        (*LEARN, "--output", "o"),
        said="cannot write",
    ),
    "folder of the input vanished": Fault(
        "mkdir gone; cd gone; rmdir ../gone; LSTMKIT",
        ("stock", "inspect", "x.csv"),
        code=2,
        said="no such file",
    ),
    "input vanished": Fault("LSTMKIT", (*TO[:3], "no.csv", *TO[4:], "o"), 2, "no such file"),
    "input is a folder": Fault("LSTMKIT", (*TO[:3], ".", *TO[4:], "o"), 2, "folder"),
    "output is a folder": Fault("mkdir o; LSTMKIT", (*TO, "o"), 1, "cannot write", ("o",)),
}


@pytest.mark.parametrize("name", FAULTS)
def test_fault_ends_with_its_code_and_leaves_nothing_half_made(lstmkit, tmp_path, name):
    fault = FAULTS[name]
    (tmp_path / "in.csv").write_text("text\n" + "I love you\n" * 20)
    done = lstmkit(*fault.words, shell=fault.shell)
    assert done.returncode == fault.code, done.stderr
    assert fault.said in done.stderr
    assert "Traceback" not in done.stderr
    assert "bug" not in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(("in.csv", *fault.left))
    assert not list(tmp_path.rglob(".lstmkit*"))
    assert not list(tmp_path.glob("outputs/*/*"))


def test_folder_that_vanishes_while_it_is_written_ends_with_1(tmp_path):
    words = (*LEARN[:2], "--set", "train.epochs=100000", "--set", "train.checkpoint_seconds=0")
    worker = subprocess.Popen(
        command(*words),
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    while not list(tmp_path.glob("outputs/letters/*/checkpoint.npz")):
        assert worker.poll() is None
        time.sleep(0.05)
    (tmp_path / "outputs").rename(tmp_path / "elsewhere")
    _, said = worker.communicate(timeout=120)
    assert worker.returncode == 1
    assert "the run's folder is gone" in said
    assert "Traceback" not in said
    assert not (tmp_path / "outputs").exists()


def test_short_memory_ends_with_1_and_a_run_that_failed(lstmkit, tmp_path):
    shell = "export OPENBLAS_NUM_THREADS=1; ulimit -v 900000; LSTMKIT"
    done = lstmkit("cells", "learn", "--set", "model.units=2048", shell=shell)
    assert done.returncode == 1
    assert "out of memory" in done.stderr
    assert "Traceback" not in done.stderr
    (manifest,) = tmp_path.glob("outputs/letters/*/run.json")
    assert json.loads(manifest.read_text())["status"] == "failed"


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
