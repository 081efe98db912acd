"""Many series, one network: fitted, kept and forecast one by one."""

import importlib.util
import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import TINY, write_prices
from panels import NAMES, days, folder, read, settings, table, three_series, walk

from lstmkit import runs
from lstmkit.stock.fitting.panel import Panel
from lstmkit.stock.fitting.span import Span
from lstmkit.stock.panel import member, pipeline, rows

PARQUET = importlib.util.find_spec("pyarrow") is not None


@pytest.fixture(scope="module")
def prices():
    return three_series()


@pytest.fixture(scope="module")
def trained(tmp_path_factory, prices):
    """A run of three series, and the folder that they came from."""
    from lstmkit.stock import pipeline as stock

    place = tmp_path_factory.mktemp("panel")
    files = folder(place / "prices", prices)
    result = stock.train(files, settings(), place / "runs")
    return runs.Run(result.run), files


def test_one_file_in_a_folder_gives_the_bytes_of_the_file(cli, tmp_path, prices):
    files = folder(tmp_path / "files", {"BETA": prices["BETA"]})
    assert cli("stock", "train", files, *TINY, "--output", "one").code == 0
    assert cli("stock", "train", files / "BETA.csv", *TINY, "--output", "other").code == 0
    (one,), (other,) = runs.list_runs(Path("one")), runs.list_runs(Path("other"))
    for name in ("predictions.csv", "forecast.csv", "history.csv", "metrics.json", "fitted.json"):
        assert (one.path / name).read_bytes() == (other.path / name).read_bytes()


def spans_of(group, config):
    return [Span.of(one, config, one.train_rows + config.data.window) for one in group.members]


def test_the_shared_scaling_is_that_of_all_rows_together(tmp_path, prices):
    config = settings("train.start=random")
    panel = Panel.of(spans_of(read(folder(tmp_path / "files", prices)), config))
    raw = []
    for span in panel.spans:
        known = span.dataset.values[: span.dataset.train_rows]
        _, inputs = span.own.track(known, None, span.aim.anchor)
        raw.append(np.array([*inputs])[: panel.inputs, 1:])
    together = np.concatenate(raw, axis=1)
    assert np.allclose(panel.spans[0].scaling.center[: panel.inputs], together.mean(axis=1))
    assert np.allclose(panel.spans[0].scaling.scale[: panel.inputs], together.std(axis=1))


def test_test_rows_from_before_the_last_lesson_are_counted(tmp_path, caplog):
    files = tmp_path / "files"
    files.mkdir()
    write_prices(files / "EARLY.csv", walk(1, 200))
    late = pd.DataFrame({"Date": days(200, "2015-04-01"), "Close": walk(2, 200)})
    late.to_csv(files / "LATE.csv", index=False)
    panel = Panel.of(spans_of(read(files), settings("train.start=random")))
    found = pipeline.overlap(panel)
    assert found == {"learned_until": str(days(100, "2015-04-01")[-1]), "series": 1}
    assert "1 of 2 series have test rows from before 2015-07-09" in caplog.text


def test_stretches_stay_within_their_series(tmp_path, prices):
    config = settings("train.start=random")
    panel = Panel.of(spans_of(read(folder(tmp_path / "files", prices)), config))
    edges = np.cumsum([0, *(span.dataset.train_rows for span in panel.spans)])
    assert len(panel.features) == len(panel.answers) == edges[-1]
    for parts in panel.rows:
        for stretch, first, last in zip(parts, edges[:-1], edges[1:], strict=True):
            assert first + config.data.window <= stretch[0]
            assert stretch[-1] < last


def test_examples_of_many_series_are_those_of_each(tmp_path, prices):
    from lstmkit.stock.fitting.examples import WindowExamples

    config = settings("train.start=random")
    panel = Panel.of(spans_of(read(folder(tmp_path / "files", prices)), config))
    whole = WindowExamples(panel.features, panel.answers, panel.rows[0], 10, targets=5)
    found = [tuple(map(np.asarray, whole.gather(whole.tensors, [i]))) for i in range(len(whole))]
    alone = []
    for span in panel.spans:
        seen = span.view.features[: span.dataset.train_rows, : panel.inputs]
        one = WindowExamples(seen, span.answers, [span.rows[0]], 10, targets=5)
        alone += [tuple(map(np.asarray, one.gather(one.tensors, [i]))) for i in range(len(one))]
    assert len(found) == len(alone)
    for (seen, answers), (own, expected) in zip(found, alone, strict=True):
        assert np.array_equal(seen, own)
        assert np.array_equal(answers, expected)


def test_the_run_holds_every_series(trained, prices):
    run, _ = trained
    predictions, ahead, series = (
        table(run.path / f"{stem}.csv") for stem in ("predictions", "forecast", "series")
    )
    header = ["series", "date", "actual", "predicted", "naive", "lower", "upper"]
    assert list(predictions[0]) == header
    assert [row["series"] for row in series] == list(NAMES)
    for row in series:
        own = [one for one in predictions if one["series"] == row["series"]]
        close = prices[row["series"]]["Close"].to_numpy()
        assert len(own) == int(row["n"]) == len(close) - len(close) // 2 - 10
        assert np.allclose([float(one["actual"]) for one in own], close[-len(own) :])
        assert [one["date"] for one in own] == list(prices[row["series"]]["Date"])[-len(own) :]
        errors = [float(one["actual"]) - float(one["predicted"]) for one in own]
        assert np.isclose(np.sqrt(np.mean(np.square(errors))), float(row["rmse"]), rtol=1e-6)
    assert len(ahead) == 3 * 4
    assert member.names_of(run) == list(NAMES)


def test_the_verdict_counts_every_series(trained):
    test, verdict = trained[0].metrics["test"], trained[0].metrics["verdict"]
    assert test["beats"] + test["equals"] + test["loses"] == test["series"] == 3
    assert test["n"] == sum(row["n"] for row in trained[0].metrics["series"])
    assert "3 series" in verdict
    assert "correction for many tests" in verdict
    assert "than EWMA's" in verdict


@pytest.mark.parametrize("name", ["ALPHA", "gamma"])
def test_one_series_is_forecast_as_among_all(cli, trained, name):
    run, _ = trained
    every = json.loads(cli("stock", "forecast", "--run", run.path, "--days", 3, "--json").out)
    alone = json.loads(
        cli("stock", "forecast", "--run", run.path, "--days", 3, "--series", name, "--json").out
    )
    own = [row for row in every["forecast"] if row.pop("series").lower() == name.lower()]
    assert len(every["forecast"]) == 9
    assert alone["forecast"] == own


def test_a_newer_file_of_a_series_goes_on_from_its_own_rows(cli, trained):
    run, files = trained
    kept = cli("stock", "forecast", "--run", run.path, "--series", "BETA", "--json")
    again = cli("stock", "forecast", files / "BETA.csv", "--run", run.path, "--json")
    for one, other in zip(
        *(json.loads(done.out)["forecast"] for done in (kept, again)), strict=True
    ):
        assert one.pop("date") == other.pop("date")
        assert one == pytest.approx(other)


def test_a_series_that_the_network_never_saw_is_forecast(cli, trained, tmp_path):
    run, _ = trained
    path = write_prices(tmp_path / "NEW.csv", walk(9, 200))
    done = cli("stock", "forecast", path, "--run", run.path, "--days", 2, "--json")
    assert done.code == 0, done.err
    found = json.loads(done.out)["forecast"]
    assert [row["date"] for row in found] == [str(day) for day in days(202)[-2:]]
    last = walk(9, 200)[-1]
    assert all(row["lower"] < last < row["upper"] for row in found)
    judged = json.loads(cli("stock", "evaluate", path, "--run", run.path, "--json").out)
    assert judged["metrics"]["test"]["n"] == 200 - 100 - 10


def test_of_newer_files_those_that_are_too_short_are_left_out(cli, trained, tmp_path):
    run, _ = trained
    files = tmp_path / "newer"
    files.mkdir()
    for name, count in (("ONE", 200), ("TWO", 180), ("SHORT", 40)):
        write_prices(files / f"{name}.csv", walk(count, count))
    done = cli("stock", "forecast", files, "--run", run.path, "--days", 2, "--json")
    assert done.code == 0, done.err
    assert [row["series"] for row in json.loads(done.out)["forecast"]] == ["ONE"] * 2 + ["TWO"] * 2
    assert "1 of 3 series are left out, such as SHORT" in done.err


def test_evaluating_its_own_series_gives_the_scores_of_the_training(cli, trained):
    run, _ = trained
    every = json.loads(cli("stock", "evaluate", "--run", run.path, "--json").out)
    assert every["metrics"]["series"] == run.metrics["series"]
    alone = json.loads(
        cli("stock", "evaluate", "--run", run.path, "--series", "beta", "--json").out
    )
    (row,) = [one for one in run.metrics["series"] if one["series"] == "BETA"]
    assert alone["metrics"]["test"]["rmse"] == row["rmse"]


@pytest.mark.parametrize(
    "command", [("stock", "forecast"), ("stock", "evaluate"), ("report",)], ids=" ".join
)
def test_a_series_that_is_not_there_is_an_error(cli, trained, command):
    run, _ = trained
    where = ("--run", run.path) if command[0] == "stock" else (run.path,)
    done = cli(*command, *where, "--series", "DELTA")
    assert done.code == 2
    assert "no series 'DELTA'; found ALPHA, BETA, GAMMA; name one with --series" in done.err


def test_the_page_of_one_series_shows_its_rows(cli, trained):
    run, _ = trained
    done = cli("report", run.path, "--series", "beta")
    assert done.code == 0, done.err
    page = Path(done.out.strip())
    assert page.parent == run.path / "series" / "0001-BETA"
    own = [row for row in table(run.path / "predictions.csv") if row.pop("series") == "BETA"]
    assert table(page.parent / "predictions.csv") == own
    assert "Test span: actual and predicted" in page.read_text(encoding="utf-8")


def test_the_page_of_all_has_one_table_and_few_charts(trained):
    text = (trained[0].path / "report.html").read_text(encoding="utf-8")
    assert all(f"<td>{name}</td>" in text for name in NAMES)
    assert text.count('class="item"') == 2 + len(NAMES) + 1
    assert "sortable" in text


def test_a_run_of_another_kind_has_no_series(cli, price_csv, tiny):
    assert cli("stock", "train", price_csv(walk(1)), *tiny, "--output", "one").code == 0
    (run,) = runs.list_runs(Path("one"))
    done = cli("stock", "forecast", "--run", run.path, "--series", "prices")
    assert done.code == 2
    assert "no series" in done.err


@pytest.mark.skipif(not PARQUET, reason="needs pyarrow")
def test_parquet_holds_what_csv_holds(tmp_path, trained):
    run, _ = trained
    expected = rows.read(run, "predictions", ["GAMMA", "ALPHA"])
    with rows.writer(tmp_path, "predictions", rows.PREDICTIONS, "parquet") as written:
        for name, columns in expected.items():
            written.add(name, columns["date"], [columns[one] for one in rows.PREDICTIONS])
    found = rows.read(runs.Run(tmp_path), "predictions", ["GAMMA", "ALPHA"])
    for name, columns in expected.items():
        for one, values in columns.items():
            assert np.array_equal(found[name][one], values)


def test_a_name_with_a_comma_stays_one_cell(tmp_path):
    with rows.writer(tmp_path, "forecast", ("predicted",), "csv") as written:
        written.add('A, "B" 100%', days(2), [np.array([1.0, 2.0])])
    found = table(tmp_path / "forecast.csv")
    assert [row["series"] for row in found] == ['A, "B" 100%'] * 2
    assert [row["predicted"] for row in found] == ["1", "2"]


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_rows_of_several_folders_are_joined_as_if_written_together(tmp_path, kind):
    if kind == "parquet":
        pytest.importorskip("pyarrow", reason="needs pyarrow")
    series = {"A": np.array([1.0, 2.0]), "B, C": np.array([3.0])}
    for name, values in series.items():
        (tmp_path / name).mkdir()
        with rows.writer(tmp_path / name, "forecast", ("predicted",), kind) as written:
            written.add(name, days(len(values)), [values])
    rows.join([tmp_path / name for name in series], tmp_path, "forecast", kind)
    found = rows.read(runs.Run(tmp_path), "forecast", list(series))
    assert {name: columns["predicted"].tolist() for name, columns in found.items()} == {
        name: values.tolist() for name, values in series.items()
    }


def test_shares_of_workers_make_the_same_files_as_one_process(
    trained, prices, tmp_path, monkeypatch
):
    from lstmkit.parallel import Pool
    from lstmkit.stock import pipeline as stock
    from lstmkit.stock.panel import shares

    run, _ = trained
    files = folder(tmp_path / "prices", prices)
    prices["BETA"].head(14).to_csv(files / "SHORT.csv", index=False)
    shutil.copyfile(files / "ALPHA.csv", files / "ALPHA.txt")  # a name that is there before
    alone = stock.evaluate(files, run.path, tmp_path / "alone")
    monkeypatch.setattr(shares, "SIZE", 2)
    shared = stock.evaluate(files, run.path, tmp_path / "shared", pool=Pool(2))
    assert len(shared.metrics["series"]) > 2
    assert {path.relative_to(alone.run) for path in alone.files} == {
        path.relative_to(shared.run) for path in shared.files
    }
    for name in ("series.csv", "predictions.csv", "metrics.json"):
        assert (shared.run / name).read_bytes() == (alone.run / name).read_bytes()
    assert sorted(p.name for p in (shared.run / "series").iterdir()) == sorted(
        p.name for p in (alone.run / "series").iterdir()
    )
