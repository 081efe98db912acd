"""A sweep chooses by what is held out, judges once, and its run is a model to use."""

import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT

from lstmkit import config as configs
from lstmkit import parallel, runs
from lstmkit.task import perform

FAST = ("--set", "train.epochs=2", "--jobs", "1")


@pytest.fixture
def here(monkeypatch):
    """Do tasks in this process."""

    def doing(left, place, **_):
        for task in list(left.values()):
            yield perform(task, place)

    monkeypatch.setattr(parallel, "_on_cores", doing)


@pytest.fixture
def names(tmp_path):
    """A text of forty short lines."""
    path = tmp_path / "names.txt"
    path.write_text("\n".join(f"ab{i:02}c" for i in range(40)) + "\n", encoding="utf-8")
    return path


def test_a_typo_ends_before_anything_heavy_is_imported():
    code = (
        "import sys\nfrom lstmkit.cli import main\n"
        "try:\n    main(sys.argv[1:])\nexcept SystemExit as stop:\n    print(stop.code)\n"
        "print({'joblib', 'numpy', 'optuna', 'distributed', 'tensorflow'} & set(sys.modules))"
    )
    words = ["sweep", "stock", "x.csv", "--over", "model.unit=[4],[8]"]
    done = subprocess.run(
        [sys.executable, "-c", code, *words], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.split("\n")[:2] == ["2", "set()"]
    assert "did you mean 'model.units'?" in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "nothing is varied"),
        (("--over", "model.units=2..4"), "--trials N"),
        (("--over", "model.units=2,4", "--search", "tpe"), "say how many settings"),
        (("--over", "model.units=2,4", "--resume", "x"), "takes no --over"),
    ],
)
def test_what_is_missing_is_one_error(cli, words, said):
    done = cli("sweep", "cells", *words)
    assert (done.code, done.out) == (2, "")
    assert said in done.err


def test_a_sweep_of_the_letters(cli, here, names):
    done = cli(
        "sweep", "cells", names, "--over", "model.units=2,6", "--seeds", "2", *FAST, "--json"
    )
    assert done.code == 0, done.err
    told = json.loads(done.out)
    run = runs.Run(names.parent / told["run"])
    settings = pd.read_csv(run.path / "settings.csv")
    trials = pd.read_csv(run.path / "trials.csv")
    assert list(settings["rank"]) == [1, 2]
    assert list(trials["seed"]) == [0, 1, 0, 1]
    means = trials.groupby("setting")["validation"].mean()
    assert settings["validation"].tolist() == pytest.approx(sorted(means))
    (winner,) = (run.path / "winners").iterdir()
    best = settings["model.units"][0]
    assert f"  units: {best}" in (winner / "config.yaml").read_text()
    assert told["metrics"]["best"] == {"model.units": best}
    assert "Of 2 settings with 2 seeds each" in told["verdict"]
    assert "Along model.units" in (run.path / "report.html").read_text()
    assert runs.find(names.parent / "outputs", None, "letters").path == winner
    assert cli("cells", "write", "--run", run.name, "--count", "1").code == 0
    assert cli("report", trials_of(run)[0]).code == 0


def trials_of(run):
    return sorted((run.path / "trials").iterdir())


def test_the_seeds_of_a_sweep_share_what_is_held_out(cli, here, names):
    cli("sweep", "cells", names, "--over", "model.units=2,3", "--seeds", "2", *FAST, "--seed", "5")
    (run,) = (names.parent / "outputs" / "letters").iterdir()
    for trial in trials_of(runs.Run(run)):
        assert "  split_seed: 5" in (trial / "config.yaml").read_text()


def test_a_setting_that_fails_is_named_and_not_chosen(cli, here, names):
    words = ("--over", "data.nothing=1")
    assert cli("sweep", "cells", names, *words).code == 2
    bad = names.parent / "bad.txt"
    bad.write_bytes(b"\x00")
    done = cli("sweep", "cells", names, bad, "--over", "model.units=2,3", *FAST)
    assert done.code == 1
    assert "no setting has all of its trials" in done.err
    assert "bad-" in done.err


def test_a_sweep_by_tpe_goes_on_as_it_would_have(cli, here, names):
    pytest.importorskip("optuna", reason="needs Optuna (lstmkit[sweep])")
    words = ("--over", "train.learning_rate=1e-3..1:log", "--search", "tpe", "--trials", "12")
    first = cli("sweep", "cells", names, *words, *FAST, "--json")
    assert first.code == 0, first.err
    run = runs.Run(names.parent / json.loads(first.out)["run"])
    expected = (run.path / "trials.csv").read_bytes()
    assert (run.path / "optuna.journal").stat().st_size > 0
    run.update(status="interrupted")
    for name in ("settings.csv", "trials.csv"):
        (run.path / name).unlink()
    again = cli("sweep", "cells", "--resume", run.path)
    assert again.code == 0, again.err
    assert (run.path / "trials.csv").read_bytes() == expected


def test_a_trial_is_the_same_whatever_the_test_rows_are(tmp_path, walk, price_csv, tiny):
    from lstmkit.stock import pipeline

    chosen = [word for word in tiny if word != "--set"]
    config = configs.load(configs.schema_of("stock"), "stock", None, chosen)
    one = pipeline.trial(price_csv(walk, "one.csv"), config, tmp_path / "one")
    wild = np.concatenate([walk[:151], walk[151:] * 3])  # after the training half
    other = pipeline.trial(price_csv(wild, "other.csv"), config, tmp_path / "other")
    assert one.metrics["validation"] == other.metrics["validation"]
    assert "test" not in one.metrics
