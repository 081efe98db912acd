"""Whatever stage of whatever learner is stopped: told how to go on, no epoch again, same bytes."""

import json

import numpy as np
import pytest
from conftest import TINY, write_prices

from lstmkit import runs, unfinished
from lstmkit.training import loop

ONE_EPOCH = ("--set", "train.epochs=1")
WORDS = ("red", "blue", "green", "old", "new", "big", "small", "warm", "cold", "dark")


def stock(folder):
    walk = 100 * np.exp(np.cumsum(np.random.default_rng(5).normal(0, 0.01, 120)))
    return ("stock", "train", write_prices(folder / "prices.csv", walk), *TINY)


def panel(folder):
    (folder / "prices").mkdir()
    for seed in (5, 6):
        walk = 100 * np.exp(np.cumsum(np.random.default_rng(seed).normal(0, 0.01, 120)))
        write_prices(folder / "prices" / f"walk-{seed}.csv", walk)
    (folder / "prices" / "notes.txt").write_text("no prices\n", encoding="utf-8")
    return ("stock", "train", folder / "prices", *TINY)


def emoji(folder):
    path = folder / "mine.csv"
    rows = [f"good {word} food,🍴\nsad {word} day,😞" for word in WORDS]
    path.write_text("text,emoji\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return ("emoji", "train", path, *ONE_EPOCH, "--set", "model.units=[4]")


def music(_folder):
    tune = runs.config.package_folder("data") / "music" / "blues_in_f.mid"
    small = ("--set", "model.units=8", "--set", "generate.bars=2", "--set", "generate.takes=1")
    return ("music", "train", tune, *ONE_EPOCH, *small)


def letters(_folder):
    small = ("--set", "model.units=4", "--set", "train.batch_size=64")
    return ("cells", "learn", *ONE_EPOCH, *small)


LEARNERS = {"stock": stock, "panel": panel, "emoji": emoji, "music": music, "letters": letters}
DECODER = {
    "stock": "fitted.json",
    "panel": "start.json",
    "emoji": "labels.json",
    "music": "songbook.json",
    "letters": "parameters.npz",
}
ALWAYS = ("metrics.json", "report.html")
LONG = ("history.csv", "loss.png", "README.md")
STAGES = [
    *((name, stage) for name in LEARNERS for stage in (DECODER[name], *ALWAYS)),
    *(pytest.param(name, stage, marks=pytest.mark.slow) for name in LEARNERS for stage in LONG),
]


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """What each learner writes when nobody stops it."""
    known = {}

    def of(name, cli):
        if name not in known:
            folder = tmp_path_factory.mktemp(name)
            done = cli(*LEARNERS[name](folder), "--output", folder / "whole")
            assert done.code == 0, done.err
            known[name] = content(only_run(folder / "whole"))
        return known[name]

    return of


def only_run(output):
    (run,) = runs.list_runs(output)
    return run


def content(run):
    """Return the bytes of all that has the same bytes whenever it is made."""
    return {
        path.relative_to(run.path).as_posix(): path.read_bytes()
        for path in run.files()
        if path.suffix in {".csv", ".mid", ".txt", ".npz", ".npy"} or path.name == "metrics.json"
    }


def stop_at(monkeypatch, wanted):
    """Let the user press Ctrl-C while a file is written."""
    finish = unfinished.finish

    def stop(made, place):
        if place.name == wanted:
            raise KeyboardInterrupt
        finish(made, place)

    monkeypatch.setattr(unfinished, "finish", stop)


@pytest.mark.parametrize(("name", "stage"), STAGES)
def test_stopped_at_any_stage_it_goes_on_to_the_same_end(
    cli, whole, tmp_path, monkeypatch, name, stage
):
    expected = whole(name, cli)
    command = LEARNERS[name](tmp_path)
    with monkeypatch.context() as patch:
        stop_at(patch, stage)
        stopped = cli(*command, "--output", "runs")
    run = only_run(tmp_path / "runs")
    assert stopped.code == 130
    resume = [line.strip() for line in stopped.err.splitlines() if "--resume" in line][-1]
    assert resume.endswith(f"--resume runs/{run.path.parent.name}/{run.name}")
    assert run.status == "interrupted"

    def no_epoch(*_args):
        pytest.fail("an epoch was trained again")

    with monkeypatch.context() as patch:
        patch.setattr(loop.Loop, "_epoch", no_epoch)
        resumed = cli(*resume.split()[1:], "--output", "runs")
    assert resumed.code == 0, resumed.err
    assert run.status == "done"
    assert content(run) == expected
    assert not (run.path / loop.CHECKPOINT).exists()
    assert (run.path / "report.html").exists()


@pytest.mark.parametrize("name", LEARNERS)
def test_stopped_before_the_first_epoch_it_begins_anew(cli, whole, tmp_path, monkeypatch, name):
    def stop(*_args, **_options):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(loop.Loop, "run_to_end", stop)
        assert cli(*LEARNERS[name](tmp_path), "--output", "runs").code == 130
    run = only_run(tmp_path / "runs")
    words = {"letters": ("cells", "learn"), "panel": ("stock", "train")}.get(name, (name, "train"))
    assert cli(*words, "--resume", run.path).code == 0
    assert content(run) == whole(name, cli)


@pytest.mark.parametrize("name", LEARNERS)
def test_every_result_has_the_same_fields(cli, tmp_path, name):
    done = cli(*LEARNERS[name](tmp_path), "--output", "runs", "--json")
    shown = json.loads(done.out)
    assert {"run", "verdict", "metrics", "files"} <= set(shown)
    assert len(shown["verdict"]) > 20
    manifest = only_run(tmp_path / "runs").manifest
    assert {"train", "total"} <= set(manifest["timings"])
    assert manifest["status"] == "done"
