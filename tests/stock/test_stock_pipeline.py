"""From a CSV to a run folder, by the command line."""

import csv
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT

from lstmkit.runs import Run
from lstmkit.stock import forecaster
from lstmkit.stock.fitting.scaling import windows


def train(cli, path, tiny, *more):
    ended = cli("stock", "train", path, "--json", *tiny, *more)
    assert ended.code == 0, ended.err
    return json.loads(ended.out)


def rows_of(path):
    with Path(path).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def column(rows, name):
    return np.array([float(row[name]) for row in rows])


@pytest.fixture
def result(cli, price_csv, walk, tiny):
    return train(cli, price_csv(walk), tiny)


def test_train_writes_what_it_promises(result, walk):
    run = Path(result["run"])
    names = {str(Path(path).relative_to(run)) for path in result["files"]}
    assert names == {
        *("config.yaml", "run.json", "model.keras", "fitted.json", "context.npz", "metrics.json"),
        "trained_on.npz",
        *("history.csv", "predictions.csv", "forecast.csv", "report.html", "README.md"),
        *(f"plots/{name}.png" for name in ("prediction", "zoom", "residuals", "loss", "forecast")),
        *(f"plots/{name}.png" for name in ("scale", "calibration")),
    }
    assert {"train", "test", "baselines"} <= set(result["metrics"])
    assert {"naive", "drift", "moving_average", "autoregression"} <= set(
        result["metrics"]["baselines"]
    )
    needed = {"n", "rmse", "naive_rmse", "skill", "mae", "mape", "mase", "directional_accuracy"}
    assert needed | {"coverage", "interval_score"} <= set(result["metrics"]["test"])


def test_predictions_are_aligned_with_the_input_file(result, walk):
    rows = rows_of(Path(result["run"]) / "predictions.csv")
    assert list(rows[0]) == ["date", "actual", "predicted", "naive", "lower", "upper"]
    first = 150 + 10
    assert len(rows) == 300 - first
    dates = np.datetime64("2015-01-01") + np.arange(first, 300)
    assert [row["date"] for row in rows] == np.datetime_as_string(dates).tolist()
    np.testing.assert_allclose(column(rows, "actual"), walk[first:], atol=1e-6)
    np.testing.assert_allclose(column(rows, "naive"), walk[first - 1 : -1], atol=1e-6)
    assert (column(rows, "lower") < column(rows, "predicted")).all()
    assert (column(rows, "predicted") < column(rows, "upper")).all()


def test_metrics_can_be_computed_again_from_the_csv(result):
    rows = rows_of(Path(result["run"]) / "predictions.csv")
    actual, predicted = column(rows, "actual"), column(rows, "predicted")
    test = result["metrics"]["test"]
    assert test["rmse"] == pytest.approx(np.sqrt(np.mean((actual - predicted) ** 2)), rel=1e-6)
    inside = (actual >= column(rows, "lower")) & (actual <= column(rows, "upper"))
    assert test["coverage"] == pytest.approx(inside.mean())
    written = json.loads((Path(result["run"]) / "metrics.json").read_text(encoding="utf-8"))
    assert written["test"] == test


def test_manifest_tells_seed_versions_input_and_status(result, tmp_path):
    import hashlib

    manifest = json.loads((Path(result["run"]) / "run.json").read_text(encoding="utf-8"))
    assert manifest["status"] == "done"
    assert manifest["seed"] == 0
    assert {"python", "tensorflow", "keras", "numpy"} <= set(manifest["versions"])
    content = (tmp_path / "prices.csv").read_bytes()
    assert manifest["inputs"][0]["sha256"] == hashlib.sha256(content).hexdigest()


def test_page_and_card_tell_how_the_run_ended(result):
    run = Path(result["run"])
    assert "| status | done |" in (run / "README.md").read_text(encoding="utf-8")
    head = (run / "report.html").read_text(encoding="utf-8").partition("<h1")[0]
    assert "done" in head[-300:]
    assert "running" not in head[-300:]


def test_same_seed_gives_the_same_bytes(cli, price_csv, walk, tiny):
    path = price_csv(walk)
    first, second = (train(cli, path, tiny, "--seed", 5) for _ in range(2))
    other = train(cli, path, tiny, "--seed", 6)
    for name in ("predictions.csv", "history.csv", "forecast.csv", "plots/zoom.png"):
        one, two, three = (Path(r["run"], name).read_bytes() for r in (first, second, other))
        assert one == two
        assert one != three


def test_saved_model_opens_with_plain_keras_and_agrees(result, walk, tmp_path):
    """In a process that cannot import lstmkit."""
    run = Path(result["run"])
    fitted = json.loads((run / "fitted.json").read_text(encoding="utf-8"))
    code = (
        "import sys, keras, numpy as np\n"
        "model = keras.models.load_model(sys.argv[1])\n"
        "x = np.load(sys.argv[2])\n"
        "np.save(sys.argv[3], model.predict(x, verbose=0))\n"
        "assert 'lstmkit' not in sys.modules\n"
    )
    trained = forecaster.load(Run(run))
    view = trained.network.view(walk[:, None], None)
    batch = windows(view.features, fitted["window"], np.arange(160, 300))
    np.save(tmp_path / "x.npy", batch)
    files = [str(run / "model.keras"), str(tmp_path / "x.npy"), str(tmp_path / "y.npy")]
    subprocess.run(
        [sys.executable, "-c", code, *files], check=True, cwd=tmp_path, capture_output=True
    )
    answer = np.load(tmp_path / "y.npy")
    assert answer.shape == (140, 2)
    np.testing.assert_allclose(answer, trained.network.tell(view, first=160)[:-1], atol=1e-5)


def test_nothing_before_a_day_depends_on_what_comes_after(cli, price_csv, walk, tiny):
    """Change every price after day t: every number up to day t stays, byte for byte."""
    day = 230
    changed = walk.copy()
    changed[day:] = changed[day:][::-1] * 1.7
    first = train(cli, price_csv(walk, "a.csv"), tiny)
    second = train(cli, price_csv(changed, "b.csv"), tiny)
    one, two = (
        (Path(r["run"]) / "predictions.csv").read_text(encoding="utf-8").splitlines()
        for r in (first, second)
    )
    known = 1 + day - 160
    assert one[:known] == two[:known]
    assert one[known:] != two[known:]
    for name in ("fitted.json", "history.csv"):
        a, b = (Path(r["run"], name).read_text(encoding="utf-8") for r in (first, second))
        a, b = a.replace('"name": "a"', ""), b.replace('"name": "b"', "")
        assert a == b
    assert first["metrics"]["train"] == second["metrics"]["train"]


def test_evaluate_repeats_the_test_scores_without_tensorflow(cli, process, result):
    done = process("stock", "evaluate", "--run", result["run"], "--json")
    assert done.returncode == 0, done.stderr
    again = json.loads(done.stdout)
    assert again["metrics"]["test"] == result["metrics"]["test"]
    assert again["run"] != result["run"]


@pytest.mark.parametrize("command", [["evaluate"], ["forecast", "--days", "3"]])
def test_predicting_never_loads_tensorflow_or_keras(result, tmp_path, command):
    code = (
        "import sys\nfrom lstmkit.cli import main\n"
        "try:\n    main(sys.argv[1:])\nexcept SystemExit as stop:\n    assert not stop.code\n"
        "assert not {'tensorflow', 'keras', 'jax', 'torch'} & set(sys.modules)\n"
    )
    verb, *rest = command
    args = ["stock", verb, "--run", result["run"], *rest]
    done = subprocess.run(
        [sys.executable, "-c", code, *args],
        check=False,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def test_evaluate_scores_every_row_of_a_file_it_never_saw(cli, price_csv, result):
    other = 50 * np.exp(np.cumsum(np.random.default_rng(1).normal(0, 0.02, 90)))
    ended = cli(
        "stock", "evaluate", price_csv(other, "other.csv"), "--run", result["run"], "--json"
    )
    scored = json.loads(ended.out)
    assert scored["metrics"]["test"]["n"] == 90 - 10
    assert scored["metrics"]["train"] is None
    short = cli("stock", "evaluate", price_csv(other[:10], "short.csv"), "--run", result["run"])
    assert short.code == 2
    assert "expected more than 10 rows, found 10" in short.err


def test_evaluate_refuses_a_file_that_has_changed(cli, price_csv, walk, result):
    price_csv(walk * 2)
    ended = cli("stock", "evaluate", "--run", result["run"])
    assert ended.code == 2
    assert "changed since the run was made" in ended.err


DAMAGE = {
    "interval": {"quantiles": []},
    "scaling": {"scale": ["a"]},
    "baselines": {"moving_average": 10**6},
    "calendar": {"step_seconds": -5},
    "window": 30,
    "name": 3,
}


@pytest.mark.parametrize("section", DAMAGE)
def test_edited_statistics_are_one_clear_error(cli, result, section):
    path = Path(result["run"]) / "fitted.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    change = DAMAGE[section]
    content[section] = content[section] | change if isinstance(change, dict) else change
    path.write_text(json.dumps(content), encoding="utf-8")
    for verb in ("forecast", "evaluate"):
        ended = cli("stock", verb, "--run", result["run"])
        assert ended.code == 2
        assert "fitted.json: " in ended.err


@pytest.mark.parametrize("name", ["context.npz", "model.keras", "fitted.json", "run.json"])
@pytest.mark.parametrize("keep", [0.0, 0.5, 0.99])
def test_truncated_files_are_one_clear_error(cli, result, name, keep):
    path = Path(result["run"]) / name
    content = path.read_bytes()
    path.write_bytes(content[: int(keep * len(content))])
    ended = cli("stock", "forecast", "--run", result["run"])
    assert ended.code == 2
    assert name in ended.err


def test_using_what_is_no_trained_run_is_one_clear_error(cli, result, tmp_path):
    made = json.loads(cli("stock", "forecast", "--json").out)["run"]
    assert "holds no model" in cli("stock", "evaluate", "--run", made).err
    assert "already finished" in cli("stock", "train", "--resume", result["run"]).err
    assert "a file" in cli("stock", "evaluate", "--run", tmp_path / "prices.csv").err
    assert (
        "expected one of `stock backtest`"
        in cli("stock", "backtest", "--resume", result["run"]).err
    )


def test_manifest_of_a_forecast_names_model_and_file(cli, result, tmp_path):
    made = cli("stock", "forecast", tmp_path / "prices.csv", "--json")
    manifest = json.loads(Path(json.loads(made.out)["run"], "run.json").read_text(encoding="utf-8"))
    names = [Path(entry["path"]).name for entry in manifest["inputs"]]
    assert names == ["prices.csv", "model.keras"]


def test_stopping_after_the_fit_keeps_the_training(cli, price_csv, walk, tiny, monkeypatch):
    from lstmkit.stock.scores import evaluation
    from lstmkit.training import loop

    def stop(*_args, **_kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(evaluation, "score", stop)
        ended = cli("stock", "train", price_csv(walk), *tiny)
    assert ended.code == 130
    run = next(Path("outputs/stock").iterdir())
    assert f"lstmkit stock train --resume {run}" in ended.err
    assert (run / loop.CHECKPOINT).exists()
    assert cli("stock", "train", "--resume", run).code == 0
    assert not (run / loop.CHECKPOINT).exists()


def test_a_backtest_holds_no_model_to_forecast_with(cli, price_csv, walk, tiny):
    made = cli("stock", "backtest", price_csv(walk), *tiny, "--folds", "2", "--json")
    ended = cli("stock", "forecast", "--run", json.loads(made.out)["run"])
    assert (ended.code, "which holds no model" in ended.err) == (2, True)


def test_too_many_folds_are_refused(cli, price_csv, walk, tiny):
    ended = cli("stock", "backtest", price_csv(walk), "--folds", 50, *tiny)
    assert ended.code == 2
    assert "--folds 50: expected at most 15" in ended.err


def test_forecast_goes_on_after_the_last_row_and_widens(cli, result):
    ended = cli("stock", "forecast", "--days", 6, "--json")
    assert "model: the newest run" in ended.err
    rows = json.loads(ended.out)["forecast"]
    assert [row["date"] for row in rows] == [f"2015-10-{day:02d}" for day in (28, 29, 30, 31)] + [
        "2015-11-01",
        "2015-11-02",
    ]
    widths = np.log([row["upper"] / row["lower"] for row in rows])
    assert (np.diff(widths) >= 0).all()
    assert widths[-1] > widths[0]


def test_forecast_of_the_same_file_agrees_with_training(cli, result, tmp_path):
    written = rows_of(Path(result["run"]) / "forecast.csv")
    ended = cli("stock", "forecast", "--run", result["run"], "--days", 4, "--json")
    rows = json.loads(ended.out)["forecast"]
    newer = cli(
        *("stock", "forecast", "--run", result["run"], "--days", 4, "--json"),
        *(tmp_path / "prices.csv", "--plot"),
    )
    for other in (rows, json.loads(newer.out)["forecast"]):
        np.testing.assert_allclose(column(written, "upper"), column(other, "upper"), rtol=1e-6)
    folder = Path(json.loads(newer.out)["run"])
    assert (folder / "plots" / "forecast.png").stat().st_size > 5000


def test_backtest_covers_all_rows_after_the_first_training_span(cli, price_csv, walk, tiny):
    ended = cli("stock", "backtest", price_csv(walk), "--folds", 2, "--json", *tiny)
    assert ended.code == 0, ended.err
    found = json.loads(ended.out)
    assert [fold["n"] for fold in found["metrics"]["folds"]] == [75, 75]
    rows = rows_of(Path(found["run"]) / "predictions.csv")
    np.testing.assert_allclose(column(rows, "actual"), walk[150:], atol=1e-6)


def test_several_columns_and_layers_are_trained(cli, tmp_path, walk, tiny):
    path = tmp_path / "two.csv"
    days = np.datetime64("2015-01-01") + np.arange(300)
    lines = [f"{day},{p:.4f},{i % 7}" for i, (day, p) in enumerate(zip(days, walk, strict=True))]
    path.write_text("Date,Close,Volume\n" + "\n".join(lines), encoding="utf-8")
    more = ("--set", "model.units=[4, 3]", "--set", "data.inputs=[Volume]")
    found = train(cli, path, tiny, *more)
    fitted = Path(found["run"], "fitted.json").read_text(encoding="utf-8")
    assert json.loads(fitted)["scaling"]["scale"][1] > 0


@pytest.mark.parametrize("target", ["difference", "price"])
def test_other_targets_are_trained(cli, price_csv, walk, tiny, target):
    found = train(cli, price_csv(walk), tiny, "--set", f"data.target={target}")
    assert found["metrics"]["test"]["rmse"] > 0


def test_last_step_and_every_step_predict_the_same_rows(cli, price_csv, walk, tiny):
    path = price_csv(walk)
    one, two = (
        train(cli, path, tiny, "--set", f"train.supervision={name}")
        for name in ("every_step", "last_step")
    )
    assert one["metrics"]["test"]["n"] == two["metrics"]["test"]["n"]


def test_table_and_verdict_on_stdout_files_on_stderr(cli, price_csv, walk, tiny):
    ended = cli("stock", "train", price_csv(walk), *tiny)
    assert '"tomorrow = today"' in ended.out
    assert "naive (tomorrow = today)" in ended.out
    assert "model.keras" in ended.err
    assert "model.keras" not in ended.out


def test_inspect_shows_what_would_be_read(cli, price_csv, walk):
    ended = cli("stock", "inspect", price_csv(walk), "--json")
    found = json.loads(ended.out)
    assert found["rows"] == 300
    assert found["inputs"] == ["Close"]
    assert found["calendar"] == "every day"
    assert found["test_rows"] == 150
    assert found["scored_rows"] == 75  # with a window of 75 rows, not the 240 asked for
    assert "a window of 75 rows is taken" in ended.err
    assert re.search(r"train rows +150\n", cli("stock", "inspect", price_csv(walk)).out)


def test_inspect_says_what_a_file_is_too_short_for(cli, price_csv, walk):
    ended = cli("stock", "inspect", price_csv(walk[:80]), "--json")
    assert json.loads(ended.out)["scored_rows"] == 0
    assert "expected at least 102 rows" in ended.err


def test_resume_stands_alone(cli):
    ended = cli("stock", "train", "x.csv", "--resume", "run")
    assert ended.code == 2
    assert "give it alone" in ended.err


def test_evaluate_scores_only_the_test_span_of_the_file_it_was_trained_on(
    cli, price_csv, walk, tiny
):
    csv = price_csv(walk)
    trained = json.loads(cli("stock", "train", csv, *tiny, "--json").out)
    again = cli("stock", "evaluate", csv, "--run", trained["run"], "--json")
    assert "trained on 150 of its 300 rows; only the 140 rows after them" in again.err
    assert json.loads(again.out)["metrics"]["test"]["n"] == trained["metrics"]["test"]["n"]
