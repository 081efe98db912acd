"""What the shell is offered after Tab."""

import shutil
import subprocess

import pytest
from click.shell_completion import ShellComplete

from lstmkit import cli, runs
from lstmkit.config import load
from lstmkit.stock.config import StockConfig


def offered(*words):
    *before, last = words
    complete = ShellComplete(cli.root, {}, "lstmkit", "_LSTMKIT_COMPLETE")
    return [item.value for item in complete.get_completions(before, last)]


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return runs.create(tmp_path / "outputs", "stock", "DIS", load(StockConfig, "stock", None))


def test_commands_and_options_are_offered():
    assert offered("sto") == ["stock"]
    assert "forecast" in offered("stock", "")
    assert offered("stock", "train", "--res") == ["--resume"]


def test_run_names_are_offered_where_a_run_is_expected(run):
    for command in (["stock", "train", "--resume"], ["report"], ["runs", "show"]):
        assert offered(*command, "") == [run.name]
        assert offered(*command, run.name[:9]) == [run.name]
    assert run.name not in offered("runs", "show", "nothing-of-this-name")


def test_only_runs_that_fit_are_offered(run):
    using = (["stock", "evaluate"], ["stock", "forecast"], ["cells", "gates"])
    models = (["export"], *([*command, "--run"] for command in using))
    for command in models:
        assert offered(*command, "") == [""]  # folders
    (run.path / runs.MODEL).touch()
    run.update(status="done")
    for command in models:
        assert offered(*command, "") == [run.name]
    assert offered("music", "generate", "--run", "") == [""]
    assert offered("stock", "train", "--resume", "") == [""]


def test_names_of_configs_and_of_data_are_offered():
    assert offered("stock", "train", "--config", "stock-t") == ["stock-tutorial"]
    assert offered("stock", "train", "--config", "./") == ["./"]
    assert offered("data", "fetch", "dis", "g") == ["glove"]


def test_config_keys_of_the_pipeline_are_offered():
    assert offered("stock", "train", "--set", "train.ep") == ["train.epochs="]
    assert "seed=" in offered("stock", "train", "--set", "")
    assert offered("config", "show", "sto") == ["stock"]
    assert offered("config", "show", "stock", "--set", "data.win") == ["data.window="]


def test_bash_script_is_valid_bash(cli):
    script = cli("completion", "bash").out
    assert "_LSTMKIT_COMPLETE=bash_complete" in script
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("needs bash")
    subprocess.run([bash, "-n"], input=script, text=True, check=True)
