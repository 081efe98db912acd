"""No file is renamed, replaced or removed while this process has it open: Windows refuses that."""

import contextlib
import errno
import json
import os
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from conftest import ROOT

from lstmkit.downloads import fetch
from lstmkit.downloads.remote import RemoteFile

pytestmark = [
    pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="needs /proc"),
    pytest.mark.skipif(sys.version_info < (3, 11), reason="pathlib keeps its own os.unlink"),
]


def held_open():
    """Return the files that this process has open, or mapped into its memory."""
    found = set()
    for descriptor in os.listdir("/proc/self/fd"):
        with contextlib.suppress(OSError):
            found.add(os.readlink(f"/proc/self/fd/{descriptor}"))
    for line in Path("/proc/self/maps").read_text("utf-8").splitlines():
        found.add(line.split(maxsplit=5)[-1])
    return {path for path in found if path.startswith("/") and os.path.isfile(path)}


def refusing(work):
    """Return `work` on a path as Windows does it: not while this process holds it open."""

    def run(path, *more, dir_fd=None, **options):
        folder = os.getcwd() if dir_fd is None else os.readlink(f"/proc/self/fd/{dir_fd}")
        place = os.path.join(folder, os.fspath(path))
        for held in held_open():
            if held == place or held.startswith(f"{place}/"):
                raise PermissionError(errno.EACCES, "open in this process", held)
        given = {} if dir_fd is None else {"dir_fd": dir_fd}
        return work(path, *more, **given, **options)

    return run


@pytest.fixture
def windows(monkeypatch):
    for name in ("unlink", "remove", "rename", "replace"):
        monkeypatch.setattr(os, name, refusing(getattr(os, name)))


def test_an_open_file_is_not_removed_here(windows, tmp_path):
    path = tmp_path / "x"
    with path.open("w"), pytest.raises(PermissionError):
        path.unlink()
    path.unlink()


def test_commands_close_what_they_rename_and_remove(windows, cli, price_csv, walk, tiny, tmp_path):
    (tmp_path / "own.csv").write_text("text,emoji\nI love you,❤️\na sad day,😞\n", "utf-8")
    made = cli("stock", "train", price_csv(walk), *tiny, "--json")
    assert made.code == 0, made.err
    run = json.loads(made.out)["run"]
    for command in (
        ("stock", "evaluate", "--run", run),
        ("stock", "forecast", "--run", run, "--days", "2"),
        ("stock", "inspect", "prices.csv"),
        ("emoji", "predict", "--input", "own.csv", "--to", "out.csv"),
        ("emoji", "evaluate", "own.csv", "--run", "shipped"),
        ("music", "inspect", ROOT / "data" / "music" / "blues_in_c.mid"),
        ("music", "generate", "--bars", "2", "--run", "shipped", "--wav"),
        ("cells", "gates", "--text", "not happy", "--run", "emoji/shipped"),
        ("cells", "learn", "--set", "train.epochs=1", "--set", "model.units=4"),
        ("export", run, "--format", "keras", "--to", "copy.keras"),
        ("report", run),
        ("exercise", "start", "1"),
    ):
        done = cli(*command)
        assert done.code == 0, done.err


def test_what_is_longer_than_it_should_be_is_closed_and_removed(windows, tmp_path, monkeypatch):
    part = tmp_path / "part"
    part.touch()
    answer = SimpleNamespace(iter_content=lambda _size: [b"ab", b"cd"])
    monkeypatch.setattr(fetch, "_asked", lambda *_: contextlib.nullcontext(answer))
    with pytest.raises(fetch.WrongLengthError, match="sends more"):
        fetch._receive("", part, RemoteFile("x", url="", sha256="", size=3))
    assert not part.exists()
