"""What `run.json` may hold, and what is said where it holds something else."""

import json
import os

import pytest

from lstmkit import config as configs
from lstmkit import runs
from lstmkit.errors import InputError, RunError
from lstmkit.stock.config import StockConfig


@pytest.fixture
def run(tmp_path):
    settings = configs.load(StockConfig, "stock", None)
    return runs.create(tmp_path / "outputs", "stock", "x", settings)


WRONG = {
    "inputs": [{"path": True, "sha256": "x"}],
    "timings": [1],
    "process": "1234",
    "files": {"csv": 3},
    "columns": ["a"],
    "command": "lstmkit",
    "seed": 0.5,
    "status": None,
}


@pytest.mark.parametrize("key", WRONG)
def test_key_of_another_type_is_one_clear_error(run, cli, key):
    content = {**json.loads((run.path / runs.MANIFEST).read_text()), key: WRONG[key]}
    (run.path / runs.MANIFEST).write_text(json.dumps(content))
    with pytest.raises(InputError, match=rf"run\.json: damaged: {key}"):
        runs.inputs_of(run)
    told = cli("report", run.path)
    assert (told.code, f"damaged: {key}" in told.err, "bug" in told.err) == (2, True, False)


def test_damaged_run_is_listed_as_damaged_and_never_taken_for_the_newest(run, cli):
    broken = run.path.with_name("99991231T000000Z-broken")
    broken.mkdir()
    (broken / runs.MANIFEST).write_text('{"status"')
    listed = [json.loads(line) for line in cli("runs", "list", "--json").out.splitlines()]
    assert [one["status"] for one in listed] == ["running", "damaged"]
    assert broken.name in listed[1]["run"]
    assert "damaged" in cli("runs", "list").out
    assert runs.newest(run.path.parents[1]).path == run.path


def test_run_that_cannot_be_begun_leaves_no_folder(tmp_path, monkeypatch):
    def full(*_):
        raise RunError("disk full")

    monkeypatch.setattr(runs, "write_json", full)
    with pytest.raises(RunError, match="disk full"):
        runs.create(tmp_path, "stock", "x", configs.load(StockConfig, "stock", None))
    assert list((tmp_path / "stock").iterdir()) == []


def test_name_that_is_not_utf8_is_kept_and_found_again(tmp_path, cli):
    name = os.fsdecode(b"caf\xe9.txt")
    (tmp_path / name).write_text("anna\nbert\nclara\ndora\nemil\n")
    options = ("--set", "train.epochs=1", "--set", "model.units=2")
    told = cli("cells", "learn", name, *options, "--json")
    assert told.code == 0, told.err
    (run,) = (tmp_path / "outputs" / "letters").iterdir()
    assert runs.unchanged_input(runs.Run(run)) == tmp_path / name
    assert json.loads(told.out)["run"] == str(run.relative_to(tmp_path))
