"""Where TensorFlow and Keras are missing, everything works but training, which says so."""

import json
import os
import re

import pytest
from conftest import ROOT
from packaging.markers import Marker

from lstmkit import backend
from lstmkit.config import package_folder
from lstmkit.errors import InputError

BLOCKER = '''
import sys


class Blocker:
    """As if neither were installed."""

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"tensorflow", "keras"}:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


sys.meta_path.insert(0, Blocker())
'''


@pytest.fixture
def bare(process, tmp_path, monkeypatch):
    """Run lstmkit as a process in which TensorFlow and Keras cannot be imported."""
    folder = tmp_path / "blocked"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(BLOCKER, encoding="utf-8")
    monkeypatch.setenv("LSTMKIT_DATA", str(tmp_path / "no-user-data"))
    return lambda *args: process(*args, PYTHONPATH=os.pathsep.join(map(str, (folder, ROOT))))


@pytest.mark.parametrize(
    "command",
    [
        ("cells", "check"),
        ("emoji", "predict", "I love you"),
        ("music", "generate", "--bars", "4", "--chords", "Dm7 G7 | Cmaj7"),
        ("music", "inspect", "music.mid"),
        ("stock", "forecast", "--days", "3"),
        ("doctor",),
        ("demo",),
        ("export", "shipped-emoji", "--format", "keras", "--to", "copy.keras"),
    ],
    ids=" ".join,
)
def test_what_trains_nothing_works_without_keras(bare, tmp_path, command):
    (tmp_path / "music.mid").write_bytes(
        (package_folder("data") / "music" / "blues_in_f.mid").read_bytes()
    )
    shipped = str(package_folder("data") / "models" / "emoji")
    done = bare(*(shipped if word == "shipped-emoji" else word for word in command))
    assert done.returncode == 0, done.stderr
    assert done.stdout


def test_a_run_made_elsewhere_forecasts_and_is_scored_without_keras(
    bare, cli, price_csv, walk, tiny
):
    made = cli("stock", "train", price_csv(walk), *tiny, "--json")
    assert made.code == 0, made.err
    run = json.loads(made.out)["run"]
    for verb in (("forecast", "--days", "3"), ("evaluate",)):
        done = bare("stock", *verb, "--run", run, "--json")
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["run"]


@pytest.mark.parametrize(
    "command",
    [
        ("stock", "train"),
        ("stock", "backtest"),
        ("emoji", "train"),
        ("music", "train"),
        ("cells", "check", "--keras"),
    ],
    ids=" ".join,
)
def test_what_trains_says_in_one_line_which_pythons_can(bare, tmp_path, command):
    done = bare(*command)
    assert done.returncode == 2
    last = done.stderr.splitlines()[-1]
    assert re.fullmatch(
        r"Error: .+ needs tensorflow and keras, .+Python 3\.10 to 3\.13 can train.+", last
    )
    assert not (tmp_path / "outputs").exists()


def test_doctor_says_why_nothing_can_be_trained_and_that_all_else_is_well(bare):
    found = json.loads(bare("doctor", "--json").stdout)
    assert found["self_test"]["passed"]
    assert found["training"].startswith("training needs tensorflow and keras")
    assert found["accelerator"] is None


def test_the_line_names_what_is_missing_and_nothing_where_all_is_there(monkeypatch):
    backend.require("training")
    monkeypatch.setattr(backend, "NEEDED", ("tensorflow", "no_such_module"))
    with pytest.raises(InputError, match=r"^training needs no_such_module, which this Python 3"):
        backend.require("training")


def test_the_line_does_not_send_to_pip_where_there_is_no_release(monkeypatch):
    monkeypatch.setattr(backend, "NEEDED", ("no_such_module",))
    monkeypatch.setattr(backend, "FIRST_WITHOUT", (3, 0))
    with pytest.raises(InputError, match=r"; use lstmkit on another Python \(Python 3.10 to 3.13"):
        backend.require("training")


def markers():
    """Return the environment markers of TensorFlow and Keras in setup.cfg."""
    setup = (ROOT / "setup.cfg").read_text(encoding="utf-8")
    return re.findall(r"^    (?:tensorflow|keras)>=[^;]+; (.+)$", setup, re.M)


MACHINES = {
    "Linux": ("3.12", "linux", "aarch64", True),
    "macOS on Apple's processors": ("3.12", "darwin", "arm64", True),
    "macOS on Intel": ("3.12", "darwin", "x86_64", False),
    "Windows": ("3.13", "win32", "AMD64", True),
    "Windows on ARM": ("3.13", "win32", "ARM64", False),
    "a Python without a release": ("3.14", "linux", "x86_64", False),
}


@pytest.mark.parametrize("name", MACHINES)
def test_the_markers_of_setup_cfg_ask_for_tensorflow_only_where_it_has_a_release(name):
    python, system, machine, expected = MACHINES[name]
    here = {"python_version": python, "sys_platform": system, "platform_machine": machine}
    found = [Marker(marker).evaluate(here) for marker in markers()]
    assert found == [expected, expected]


def test_the_markers_of_setup_cfg_are_what_the_line_says():
    assert len(set(markers())) == 1
    [last] = re.findall(r'python_version < "3\.(\d+)"', markers()[0])
    processors = re.findall(r'sys_platform != "(\w+)" or platform_machine == "(\w+)"', markers()[0])
    assert (3, int(last)) == backend.FIRST_WITHOUT
    assert backend.TRAINS_ON.endswith(f"3.{int(last) - 1}")
    assert dict(processors) == backend.ONLY
