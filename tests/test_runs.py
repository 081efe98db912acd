import json
import os
import signal
import time

import pytest

from lstmkit import config as configs
from lstmkit import files, runs
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
    with pytest.raises(InputError, match="lstmkit stock train"):
        runs.find(tmp_path, None, "stock")
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
