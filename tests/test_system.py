"""What Windows and macOS do otherwise is met here too, where neither is at hand."""

import errno
import io
import itertools
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from conftest import ROOT

from lstmkit import backend, bounds, files, liveness, quiet, runs, system, unfinished
from lstmkit.cli import main
from lstmkit.downloads import yahoo
from lstmkit.errors import InputError, RunError
from lstmkit.progress import Progress
from lstmkit.tables import source


@pytest.fixture
def windows(monkeypatch):
    monkeypatch.setattr(system, "IS_WINDOWS", True)


def refuse(times, monkeypatch):
    """Let Windows refuse to give a file its name, some times."""
    replace, count = os.replace, itertools.count()

    def refusing(made, place):
        if next(count) < times:
            raise PermissionError(errno.EACCES, "Access is denied", str(place))
        replace(made, place)

    monkeypatch.setattr(os, "replace", refusing)
    monkeypatch.setattr(unfinished.time, "sleep", lambda _seconds: None)


def test_a_file_that_is_read_elsewhere_is_replaced_a_little_later(windows, monkeypatch, tmp_path):
    refuse(len(unfinished.PAUSES), monkeypatch)
    files.write_text(tmp_path / "run.json", "new")
    assert (tmp_path / "run.json").read_text() == "new"


def test_a_file_that_stays_open_elsewhere_is_named_with_what_to_do(windows, monkeypatch, tmp_path):
    refuse(len(unfinished.PAUSES) + 1, monkeypatch)
    with pytest.raises(RunError, match=r"t\.csv: cannot write: .+; close it where another program"):
        files.write_text(tmp_path / "t.csv", "new")
    assert list(tmp_path.iterdir()) == []


def test_a_path_that_is_too_long_for_windows_is_told_so(windows, tmp_path):
    path = tmp_path / ("y" * 240) / "x.csv"
    error = FileNotFoundError(errno.ENOENT, "The system cannot find the path specified")
    told = pytest.raises(RunError, match=r"Windows takes 260: name a shorter folder")
    with told, files.writing(path):
        raise error


def test_a_mac_is_the_same_machine_in_every_network(monkeypatch):
    monkeypatch.setattr(system, "IS_MAC", True)
    monkeypatch.setattr(system.platform, "node", lambda: "Annas-MacBook-Pro.local")
    here = liveness.identity()
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    monkeypatch.setattr(system.platform, "node", lambda: "Annas-MacBook-Pro.fritz.box")
    assert not liveness.has_ended(here)
    assert liveness.has_ended({**here, "pid": ended.pid})


@pytest.mark.parametrize(
    ("is_windows", "expected"),
    [
        (True, 'lstmkit stock train "C:\\my files\\a.csv" --set model.units=[25]'),
        (False, "lstmkit stock train 'C:\\my files\\a.csv' --set 'model.units=[25]'"),
    ],
)
def test_a_command_is_quoted_for_the_users_own_shell(monkeypatch, is_windows, expected):
    monkeypatch.setattr(system, "IS_WINDOWS", is_windows)
    words = ["stock", "train", "C:\\my files\\a.csv", "--set", "model.units=[25]"]
    assert system.command_line(["lstmkit", *words]) == expected


def test_the_command_that_resumes_can_be_pasted_where_the_folder_has_a_space(
    cli, price_csv, walk, tiny, monkeypatch
):
    def interrupt(*_args):
        raise KeyboardInterrupt

    monkeypatch.setattr("lstmkit.training.loop.forget_checkpoint", interrupt)
    monkeypatch.setattr("lstmkit.work.forget_checkpoint", interrupt)
    stopped = cli("stock", "train", price_csv(walk), *tiny, "--output", "my runs")
    assert stopped.code == 130
    assert "  lstmkit stock train --resume 'my runs/stock/" in stopped.err


def test_a_folder_is_called_one_where_windows_denies_to_open_it(tmp_path, monkeypatch):
    def deny(_path, *_args, **_kwargs):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "open", deny)
    with pytest.raises(IsADirectoryError):
        bounds.read_file(tmp_path, 1)
    with pytest.raises(InputError, match="a folder; expected a file with a table"):
        source.read(tmp_path)


def test_a_table_that_excel_has_open_is_told_so(windows, tmp_path, monkeypatch):
    def deny(_path, *_args, **_kwargs):
        raise PermissionError(errno.EACCES, "Permission denied")

    (tmp_path / "t.xlsx").write_bytes(b"x")
    monkeypatch.setattr(Path, "open", deny)
    with pytest.raises(InputError, match="Permission denied; close it where another program"):
        source.read(tmp_path / "t.xlsx")


def test_what_systems_put_into_folders_and_archives_is_no_file_of_the_users(tmp_path):
    for name in ("a.csv", "desktop.ini", "Thumbs.db", ".DS_Store"):
        (tmp_path / name).write_text("date,close\n2020-01-02,1\n")
    assert files.files_below(tmp_path) == [tmp_path / "a.csv"]
    packed = tmp_path / "a.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for name in ("p/a.csv", "p/.DS_Store", "__MACOSX/p/._a.csv", "p/desktop.ini"):
            archive.writestr(name, "date,close\n2020-01-02,1\n")
    assert source.read(packed).notes == ("p/a.csv inside the zip",)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("O\u0308l.csv", "Öl.csv"),  # a Mac's way to write it
        ("x" * 59 + ".y", "x" * 59),  # Windows drops a dot at the end
        ('a:b|c?"d', "a-b-c-d"),
    ],
)
def test_a_name_is_made_safe_for_every_system(name, expected):
    assert runs.safe(name) == expected


@pytest.mark.parametrize(
    ("ticker", "expected"),
    [("CON.DE", "_CON.DE.csv"), ("aux", "_AUX.csv"), ("^GSPC", "GSPC.csv"), ("COMP", "COMP.csv")],
)
def test_a_ticker_that_windows_takes_for_a_device_gets_another_name(ticker, expected):
    assert yahoo.file_name(ticker) == expected


def test_lines_end_alike_in_every_pipe_and_what_cannot_be_shown_is_a_sign(monkeypatch):
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, "ascii", newline="\r\n"))
    with pytest.raises(SystemExit):
        main(["config", "show", "stock", "--set", "data.column=Schluß"])
    sys.stdout.flush()
    assert b"\r" not in raw.getvalue()
    assert b"Schlu?" in raw.getvalue()


def test_who_stops_reading_is_told_nothing_on_windows(windows, cli, monkeypatch):
    def closed(*_args, **_kwargs):
        raise OSError(errno.EINVAL, "Invalid argument")

    monkeypatch.setattr("lstmkit.cli.root.main", closed)
    monkeypatch.setattr("lstmkit.cli._give_up_stdout", lambda: None)
    ended = cli("runs", "list")
    assert (ended.code, ended.out, ended.err) == (1, "", "")


def test_a_program_without_a_console_has_its_progress_and_its_silence(monkeypatch):
    monkeypatch.setattr(sys, "stderr", None)
    with quiet.native_stderr(), Progress(2, label="train", seconds=0) as progress:
        progress.update(1)


def test_bytes_stay_as_they_are_where_git_would_end_lines_as_windows_does():
    git = ["git", "-C", str(ROOT), "-c", "core.autocrlf=true"]
    packed = subprocess.run(
        [*git, "archive", "HEAD", "configs", "data/letters"], capture_output=True, check=False
    )
    if packed.returncode:
        pytest.skip("not a checkout")
    assert b"names.txt" in packed.stdout
    assert b"\r\n" not in packed.stdout


def test_training_asks_for_what_the_machine_can_have(monkeypatch):
    monkeypatch.setattr(backend, "NEEDED", ("no_such_module",))
    monkeypatch.setattr(backend.sys, "platform", "darwin")
    monkeypatch.setattr(backend.platform, "machine", lambda: "x86_64")
    with pytest.raises(InputError, match=r"; use a machine with arm64 \(Python 3.10 to 3.13 can "):
        backend.require("training")
