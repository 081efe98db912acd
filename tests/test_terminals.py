"""Nothing breaks where a terminal shows no emoji, no colour, or is none at all."""

import importlib
import json
import os
import re
import shutil
import struct
import subprocess
import sys

import numpy as np
import pytest
from conftest import ROOT

PLAIN = {
    "ascii": {"PYTHONIOENCODING": "ascii"},
    "latin": {"PYTHONIOENCODING": "latin-1"},
    "no colour": {"NO_COLOR": "1"},
    "dumb": {"TERM": "dumb", "LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
    "windows": {"PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"},
}


COMMANDS = [
    ("--help",),
    ("config", "show", "stock"),
    ("config", "schema", "music"),
    ("data", "list"),
    ("runs", "list"),
    ("cells", "check"),
]


@pytest.mark.parametrize(
    ("env", "arguments"),
    [*((PLAIN["dumb"], one) for one in COMMANDS)]
    + [(env, ("stock", "inspect")) for env in PLAIN.values()],
)
def test_commands_work_in_plain_terminals(process, env, arguments):
    done = process(*arguments, **env)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert "\x1b[" not in done.stdout + done.stderr


@pytest.mark.parametrize("env", [PLAIN["ascii"], PLAIN["windows"], PLAIN["dumb"]])
def test_where_there_are_no_emojis_their_names_are_shown(process, env):
    done = process("emoji", "predict", "I love you!", "--top", "2", **env)
    assert done.returncode == 0, done.stderr
    first, best, _ = done.stdout.splitlines()
    assert first == "I love you! :love:"
    assert best.startswith("  :love: ")
    assert done.stdout.isascii()


def test_json_loses_no_sign_in_a_pipe_that_is_no_utf_8(process):
    env = PLAIN["windows"]
    done = process("emoji", "predict", "Ça va? I love you!", "--json", **env)
    assert done.returncode == 0, done.stderr
    assert done.stdout.isascii()
    found = json.loads(done.stdout)
    assert (found["text"], found["emoji"]) == ("Ça va? I love you!", "❤️")
    done = process("stock", "train", "Öl.csv", "--json", **env)
    assert json.loads(done.stderr.splitlines()[-1])["where"] == "Öl.csv"


def test_a_file_whose_name_is_no_text_in_the_locale_is_read_and_drawn(
    process, price_csv, walk, tmp_path
):
    price_csv(np.tile(walk, 2), "Öl.csv")
    (tmp_path / "sätze.csv").write_text("text,emoji\nI love you,❤️\na sad day,😞\n", "utf-8")
    shutil.copy(ROOT / "data" / "music" / "blues_in_c.mid", tmp_path / "Mélodie.mid")
    env = {**PLAIN["dumb"], "LSTMKIT_CACHE": str(tmp_path / "cache")}
    for command in (
        ("stock", "evaluate", "Öl.csv", "--run", "shipped"),
        ("emoji", "evaluate", "sätze.csv", "--run", "shipped"),
        ("music", "inspect", "Mélodie.mid"),
        ("runs", "list"),
    ):
        done = process(*command, **env)
        assert done.returncode == 0, done.stderr


def test_where_stdout_is_ascii_nothing_else_is_written(process, tmp_path):
    (tmp_path / "own.csv").write_text("text,emoji\nI love you,❤️\na sad day,😞\n", "utf-8")
    done = process("emoji", "evaluate", "own.csv", "--run", "shipped", **PLAIN["ascii"])
    assert done.returncode == 0, done.stderr
    assert done.stdout.isascii()
    assert "? love" in done.stdout


def test_a_text_is_read_as_it_was_typed_in_a_locale_of_ascii(process, tmp_path):
    chords = ("music", "generate", "--chords", "Dø7 G7 | Cm", "--bars", "2", "--json")
    done = process(*chords, **PLAIN["dumb"])
    assert done.returncode == 0, done.stderr
    done = process("emoji", "predict", "Ça va", "--json", **PLAIN["dumb"])
    assert json.loads(done.stdout)["text"] == "Ça va"
    done = process("stock", "train", "Öl.csv", "--json", **PLAIN["dumb"])
    assert done.returncode == 2


@pytest.mark.slow
def test_emoji_training_lets_nothing_of_tensorflows_own_through(process, tmp_path):
    rows = [f"good {n} food,🍴\nsad {n} day,😞" for n in "abcdefghijkl"]
    (tmp_path / "own.csv").write_text("text,emoji\n" + "\n".join(rows), encoding="utf-8")
    tiny = ("--set", "train.epochs=1", "--set", "model.units=[4]")
    done = process("emoji", "train", "own.csv", *tiny)
    assert done.returncode == 0, done.stderr
    assert not re.search(r"absl|cuda|^[IWE]\d{4} ", done.stderr, flags=re.MULTILINE), done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_training_shows_its_progress_in_a_dumb_ascii_terminal(price_csv, walk, tiny, tmp_path):
    fcntl, pty, termios = (importlib.import_module(name) for name in ("fcntl", "pty", "termios"))
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    env = {**os.environ, **PLAIN["dumb"], "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "lstmkit", "stock", "train", price_csv(walk), *tiny]
    with subprocess.Popen(command, cwd=tmp_path, env=env, stdout=slave, stderr=slave) as running:
        os.close(slave)
        shown = b"".join(iter(lambda: _read(master), b""))
    os.close(master)
    text = shown.decode("ascii")  # raises where anything else was written
    assert running.returncode == 0, text
    assert "train " in text
    assert "left" in text
    assert "tomorrow = today" in text


def _read(descriptor):
    try:
        return os.read(descriptor, 4096)
    except OSError:  # Linux says so when the other side has closed
        return b""
