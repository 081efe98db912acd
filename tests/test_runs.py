import json
import os
import signal
import subprocess
import time

import pytest

from lstmkit import config as configs
from lstmkit import files, runs, unfinished
from lstmkit.errors import InputError, InterruptedRunError, RunError
from lstmkit.stock.config import StockConfig
from lstmkit.work import work


@pytest.fixture
def config():
    return configs.load(StockConfig, "stock", None)


def test_create_never_uses_a_folder_twice(tmp_path, config):
    made = [runs.create(tmp_path, "stock", "DIS", config) for _ in range(3)]
    assert len({run.path for run in made}) == 3
    assert all(run.status == "running" for run in made)


def test_create_makes_a_safe_name_of_any_name(tmp_path, config):
    run = runs.create(tmp_path, "stock", "../../<script> 日本\0", config)
    assert run.path.parent == tmp_path / "stock"
    assert "<" not in run.name
    assert "/" not in run.name


def test_atomic_leaves_the_old_file_when_writing_fails(tmp_path):
    path = tmp_path / "x.csv"
    files.write_text(path, "old")

    def fail_halfway():
        with files.atomic(path) as stream:
            stream.write("new")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_halfway()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_atomic_on_a_full_disk_is_one_clear_error(tmp_path, monkeypatch):
    def full(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(RunError, match=r"x\.csv: cannot write: No space left"):
        files.write_text(tmp_path / "x.csv", "new")
    assert list(tmp_path.iterdir()) == []


def test_what_is_brought_to_the_disk_is_open_for_writing_as_windows_wants_it(tmp_path, monkeypatch):
    brought = []
    monkeypatch.setattr(os, "fsync", lambda number: brought.append(os.write(number, b"")))
    files.write_text(tmp_path / "x.csv", "new")
    assert brought == [0]


def test_output_that_is_a_file_is_one_clear_error(tmp_path, config):
    (tmp_path / "out").write_text("")
    with pytest.raises(RunError, match="cannot write"):
        runs.create(tmp_path / "out", "stock", "x", config)


@pytest.mark.parametrize(
    ("error", "status"),
    [(None, "done"), (KeyboardInterrupt(), "interrupted"), (ValueError(), "failed")],
)
def test_work_notes_how_it_ended(tmp_path, config, error, status):
    run = runs.create(tmp_path, "stock", "x", config)
    try:
        with work(run):
            if error is not None:
                raise error
    except (KeyboardInterrupt, ValueError):
        pass
    assert run.status == status
    assert (run.path / "report.html").exists() == (status == "done")


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_work_that_is_stopped_tells_how_to_go_on(tmp_path, config, name):
    run = runs.create(tmp_path, "stock", "x", config)

    def stop():
        with work(run, "lstmkit HERE"):
            os.kill(os.getpid(), getattr(signal, name))
            time.sleep(1)

    with pytest.raises(InterruptedRunError, match="go on with:\n  lstmkit HERE"):
        stop()
    assert run.status == "interrupted"


def test_find_takes_the_newest_finished_training(tmp_path, config):
    def make(status, verb="train"):
        run = runs.create(tmp_path, "stock", "x", config, verb=verb)
        run.update(status=status)
        return run

    make("done")
    wanted = make("done")
    make("interrupted")
    make("done", "evaluate")
    assert runs.find(tmp_path, None, "stock") == wanted
    assert runs.find(tmp_path, wanted.path, "stock") == wanted
    assert runs.find(tmp_path, type(tmp_path)(wanted.name), "stock") == wanted


def test_find_without_runs_says_how_to_make_one(tmp_path):
    with pytest.raises(InputError, match="lstmkit cells learn"):
        runs.find(tmp_path, None, "letters")  # no model of it ships
    with pytest.raises(InputError, match="runs list"):
        runs.find(tmp_path, tmp_path / "none", "stock")


@pytest.mark.parametrize("content", ["", "{", "[1]", "\xff", '{"a": ' * 2000])
def test_damaged_manifest_is_one_clear_error(tmp_path, content):
    (tmp_path / runs.MANIFEST).write_text(content, encoding="latin-1")
    with pytest.raises(InputError, match=r"run\.json"):
        runs.Run(tmp_path).manifest  # noqa: B018


def test_write_json_turns_what_json_lacks_into_null(tmp_path):
    files.write_json(tmp_path / "x.json", {"a": float("nan"), "b": [float("inf"), 1.5]})
    assert json.loads((tmp_path / "x.json").read_text()) == {"a": None, "b": [None, 1.5]}


def test_runs_commands_list_and_show(cli, tmp_path, config):
    assert "no runs below" in cli("runs", "list").err
    run = runs.create(tmp_path / "outputs", "stock", "DIS", config)
    files.write_json(run.path / "metrics.json", {"verdict": "Equals."})
    assert run.name in cli("runs", "list").out
    assert json.loads(cli("runs", "list", "--json").out)["status"] == "running"
    shown = cli("runs", "show", run.name)
    assert "Equals." in shown.out
    assert "metrics.json" in shown.out
    assert json.loads(cli("runs", "show", run.path, "--json").out)["seed"] == 0
    assert cli("runs", "show", "nothing").code == 2


def test_shipped_is_a_run_for_every_command(cli, tmp_path):
    for words in (("runs", "show", "shipped"), ("runs", "show", "music/shipped", "--json")):
        assert cli(*words).code == 0
    assert cli("export", "shipped", "--format", "keras", "--to", tmp_path / "m.keras").code == 0
    assert (tmp_path / "m.keras").stat().st_size > 1000
    told = cli("export", "letters/shipped", "--format", "keras")
    assert (told.code, "no model ships for letters" in told.err) == (2, True)


def test_run_left_out_is_the_newest(cli, tmp_path, config):
    assert "no runs below" in cli("runs", "show").err
    assert "no runs below" in cli("report").err
    names = [runs.create(tmp_path / "outputs", "stock", f"r{n}", config).name for n in range(10)]
    assert json.loads(cli("runs", "show", "--json").out)["name"] == "r9"
    assert names[9] in cli("report").out


def test_newest_is_right_with_ten_runs_in_one_second(tmp_path, config):
    made = [runs.create(tmp_path, "stock", "x", config) for _ in range(12)]
    assert [run.name for run in runs.list_runs(tmp_path)] == [run.name for run in made]


def test_what_is_no_ordinary_file_is_written_into(tmp_path):
    target = tmp_path / "target.csv"
    target.write_text("old")
    target.chmod(0o600)
    link = tmp_path / "link.csv"
    link.symlink_to(target)
    files.write_text(link, "new")
    assert link.is_symlink()
    assert target.read_text() == "new"
    assert target.stat().st_mode & 0o777 == 0o600
    files.write_text(type(tmp_path)("/dev/null"), "gone")
    assert type(tmp_path)("/dev/null").is_char_device()


def test_pipe_is_written_into(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = subprocess.Popen(["cat", pipe], stdout=subprocess.PIPE, text=True)
    files.write_text(pipe, "through")
    assert reader.communicate(timeout=20)[0] == "through"
    assert pipe.is_fifo()


def test_run_of_a_killed_process_is_interrupted_and_a_live_one_is_not_resumed(tmp_path, config):
    run = runs.create(tmp_path, "stock", "x", config)
    assert run.status == "running"
    with pytest.raises(InputError, match=f"process {os.getpid()} is working on it"):
        runs.resumable(tmp_path, "stock", run.path, verb="train")
    ended = subprocess.Popen(["true"])
    ended.wait()
    run.update(process={"pid": ended.pid})
    assert run.status == "interrupted"
    assert runs.resumable(tmp_path, "stock", run.path, verb="train") == run
    run.update(process={"host": "elsewhere"})
    assert run.status == "running"


def test_what_a_killed_process_left_half_made_is_removed(tmp_path):
    ended = subprocess.Popen(["true"])
    ended.wait()
    mine = unfinished.prefix()
    left = tmp_path / f"{mine.replace(str(os.getpid()), str(ended.pid))}abc"
    alive = tmp_path / f"{mine}def"
    for folder in (left, alive):
        folder.mkdir()
        (folder / "half").write_text("x")
    files.write_text(tmp_path / "x.csv", "new")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([alive.name, "x.csv"])
