"""Many series, one network: read in any layout, judged together, forecast one by one."""

import csv
import importlib.util
import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import TINY, write_prices

from lstmkit import config as configs
from lstmkit import runs
from lstmkit.errors import InputError
from lstmkit.stock.config import StockConfig
from lstmkit.stock.fitting.panel import Panel
from lstmkit.stock.fitting.span import Span
from lstmkit.stock.panel import data, member, pipeline, rows, scores

NAMES = ("ALPHA", "BETA", "GAMMA")
PARQUET = importlib.util.find_spec("pyarrow") is not None


def walk(seed, count=160):
    return 50 * (seed + 1) * np.exp(np.cumsum(np.random.default_rng(seed).normal(0, 0.01, count)))


def days(count, first="2015-01-01"):
    return np.datetime64(first) + np.arange(count)


@pytest.fixture(scope="module")
def prices():
    """Three series with ragged starts: date and close."""
    series = {}
    for seed, name in enumerate(NAMES):
        count = 160 - 10 * seed
        dates = days(160)[-count:].astype(str)
        series[name] = pd.DataFrame({"Date": dates, "Close": np.round(walk(seed, count), 6)})
    return series


def long_of(series):
    return pd.concat([frame.assign(Ticker=name) for name, frame in series.items()])


def wide_of(series):
    return long_of(series).pivot_table(index="Date", columns="Ticker", values="Close")


def settings(*overrides):
    return configs.load(StockConfig, "stock", None, [*TINY[1::2], *overrides])


def folder(path, series):
    path.mkdir()
    for name, frame in series.items():
        frame.to_csv(path / f"{name}.csv", index=False)
    return path


@pytest.fixture(scope="module")
def trained(tmp_path_factory, prices):
    """A run of three series, and the folder that they came from."""
    from lstmkit.stock import pipeline as stock

    place = tmp_path_factory.mktemp("panel")
    files = folder(place / "prices", prices)
    result = stock.train(files, settings(), place / "runs")
    return runs.Run(result.run), files


def table(path):
    with Path(path).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def read(path, *overrides):
    return data.load(path, settings(*overrides).data)


def as_arrays(group):
    return {one.name: (one.dates, one.prices) for one in group.members}


def same(one, other):
    assert one.keys() == other.keys()
    for name, (dates, values) in one.items():
        assert np.array_equal(dates, other[name][0])
        assert np.array_equal(values, other[name][1])


def test_every_layout_holds_the_same_series(tmp_path, prices):
    expected = as_arrays(read(folder(tmp_path / "files", prices)))
    assert [len(dates) for dates, _ in expected.values()] == [160, 150, 140]
    long = long_of(prices)
    long.to_csv(tmp_path / "long.csv", index=False)
    long.sort_values(["Date", "Ticker"]).to_csv(tmp_path / "turns.csv", index=False)
    wide_of(prices).to_csv(tmp_path / "wide.csv")
    same(as_arrays(read(tmp_path / "long.csv", "data.series=ticker")), expected)
    same(as_arrays(read(tmp_path / "wide.csv", "data.series=columns")), expected)
    turns = as_arrays(read(tmp_path / "turns.csv", "data.series=Ticker"))
    same({name: turns[name] for name in NAMES}, expected)


@pytest.mark.skipif(not PARQUET, reason="needs pyarrow")
def test_parquet_holds_the_same_series(tmp_path, prices):
    long_of(prices).to_parquet(tmp_path / "panel.parquet", index=False)
    found = as_arrays(read(tmp_path / "panel.parquet", "data.series=Ticker"))
    same(found, as_arrays(read(folder(tmp_path / "files", prices))))


def test_a_header_of_two_rows_names_series_and_their_columns(tmp_path, prices):
    close = wide_of({name: frame.tail(140) for name, frame in prices.items()})
    frame = pd.concat({"Close": close, "High": close * 1.01, "Low": close * 0.99}, axis=1)
    frame.columns.names = ["Price", "Ticker"]
    frame.to_csv(tmp_path / "wide.csv")
    group = read(tmp_path / "wide.csv", "data.series=columns")
    assert [one.name for one in group.members] == list(NAMES)
    assert np.allclose(group.members[1].prices, close["BETA"])
    assert np.allclose(group.members[1].extremes[:, 0], close["BETA"] * 1.01)


def test_what_cannot_be_read_is_named_and_counted(tmp_path, prices, caplog):
    files = folder(tmp_path / "files", prices)
    (files / "notes.txt").write_text("to do: tidy up\n", encoding="utf-8")
    group = read(files)
    assert [one.name for one in group.members] == list(NAMES)
    assert list(group.left_out) == ["notes.txt"]
    assert "1 of 4 series cannot be read and are left out: notes.txt" in caplog.text


def test_nothing_to_read_is_an_error(cli, tmp_path):
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "a.txt").write_text("no table\n", encoding="utf-8")
    done = cli("stock", "train", "files")
    assert done.code == 2
    assert "files: none of 1 series can be read; first: a.txt" in done.err


@pytest.mark.parametrize(
    ("key", "words"),
    [("data.series=Tikcer", "did you mean 'Ticker'"), ("data.series=Date", "is the date")],
)
def test_a_column_that_names_no_series_is_an_error(tmp_path, prices, key, words):
    long_of(prices).to_csv(tmp_path / "long.csv", index=False)
    with pytest.raises(InputError, match=words):
        read(tmp_path / "long.csv", key)


def test_one_of_a_name_and_all_series_cannot_be_asked_at_once(tmp_path, prices):
    long_of(prices).to_csv(tmp_path / "long.csv", index=False)
    with pytest.raises(InputError, match="give one of the two"):
        read(tmp_path / "long.csv", "data.series=Ticker", "data.where=Ticker=BETA")


def test_two_series_of_one_name_get_numbers(tmp_path, prices, caplog):
    files = folder(tmp_path / "files", prices)
    prices["BETA"].to_csv(files / "beta.txt", index=False)
    assert [one.name for one in read(files).members] == [*NAMES, "beta (2)"]
    assert "1 series have a name that was there before, and a number now: beta (2)" in caplog.text


def test_a_series_too_short_for_the_window_is_left_out_once(tmp_path, prices, caplog):
    files = folder(tmp_path / "files", {**prices, "NEW": prices["BETA"].tail(70)})
    group, config = data.bearing(read(files), settings())
    assert [one.name for one in group.members] == list(NAMES)
    assert group.left_out == {"NEW": "70 rows are too few for a window of 10"}
    assert caplog.text.count("too short for a window of 10 rows") == 1
    assert config.data.window == 10


def test_a_window_that_most_cannot_bear_is_that_of_the_one_in_the_middle(tmp_path, prices):
    group, config = data.bearing(
        read(folder(tmp_path / "files", prices)), settings("data.window=90")
    )
    middle = read(tmp_path / "files" / "BETA.csv").members[0]
    assert config == data.data.window_for(middle, settings("data.window=90"))
    assert [one.name for one in group.members][:2] == ["ALPHA", "BETA"]


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
    found = [tuple(map(np.asarray, whole.gather([i]))) for i in range(len(whole))]
    alone = []
    for span in panel.spans:
        seen = span.view.features[: span.dataset.train_rows, : panel.inputs]
        one = WindowExamples(seen, span.answers, [span.rows[0]], 10, targets=5)
        alone += [tuple(map(np.asarray, one.gather([i]))) for i in range(len(one))]
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


def test_series_that_never_move_have_a_verdict():
    still = {**row("still", None, None), "relative": {}}
    judged = scores.judge([still], coverage=0.9)
    assert judged["verdict"].endswith("Their 90% intervals held 90.0% of 100 rows.")
    assert judged["test"]["equals"] == 1


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


def test_p_values_are_corrected_as_benjamini_and_hochberg_have_it():
    given = [0.01, None, 0.04, 0.03, 0.005]
    judged, test = scores.beside_naive([row(str(p), 0.1, p) for p in given])
    assert [one["q_value"] for one in judged] == pytest.approx([0.02, None, 0.04, 0.04, 0.02])
    assert (test["beats"], test["equals"], test["loses"]) == (0, 5, 0)
    judged, _ = scores.beside_naive([row("same", None, None)])
    assert [one["q_value"] for one in judged] == [None]


def row(name, skill, p_value, relative=1.0, width=None):
    return {
        "series": name,
        "n": 100,
        "skill": skill,
        "dm_p_value": p_value,
        "coverage": 0.9,
        "relative": {"ewma": relative},
        "interval_p_value": width,
    }


def test_chance_alone_beats_nothing_and_skill_does():
    chance = np.random.default_rng(3).uniform(size=500)
    noise = [row(f"N{i}", 0.01 * (-1) ** i, float(p)) for i, p in enumerate(chance)]
    assert sum(p < 0.01 for p in chance) > 0
    judged = scores.judge(noise, coverage=0.9)["test"]
    assert (judged["beats"], judged["equals"], judged["loses"]) == (0, 500, 0)
    able = [row("able", 0.2, 1e-9, 0.9, 1e-9), row("bad", -0.2, 1e-9, 1.1, 1e-9)]
    judged = scores.judge([*noise, *able], coverage=0.9)
    words = {one["series"]: (one["beside_naive"], one["beside_ewma"]) for one in judged["series"]}
    assert words["able"] == ("beats", "sharper")
    assert words["bad"] == ("loses", "less sharp")
    assert "502 series: 1 beat it, 1 lose to it and 500 equal it" in judged["verdict"]


@pytest.mark.slow
def test_of_a_hundred_walks_none_beats(tmp_path):
    from lstmkit.stock import pipeline as stock

    files = tmp_path / "walks"
    files.mkdir()
    for seed in range(100):
        write_prices(files / f"W{seed:03d}.csv", walk(seed + 100, 700))
    small = ("data.window=60", "model.units=[8]", "train.start=random")
    config = configs.load(StockConfig, "stock", None, [*small, "train.epochs=30"])
    result = stock.train(files, config, tmp_path / "runs")
    test = result.metrics["test"]
    assert (test["beats"], test["series"]) == (0, 100)
    assert test["loses"] <= 2
    assert test["median_skill"] > -0.002
    assert 0.88 < test["coverage"] < 0.92
    assert result.metrics["intervals"]["constant"]["relative"] < 1.02
    assert test["less_sharp"] == 0
