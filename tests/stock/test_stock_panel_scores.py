"""Many series, judged together."""

import numpy as np
import pytest
from conftest import write_prices
from panels import walk

from lstmkit import config as configs
from lstmkit.stock.config import StockConfig
from lstmkit.stock.panel import scores


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


def test_series_that_never_move_have_a_verdict():
    still = {**row("still", None, None), "relative": {}}
    judged = scores.judge([still], coverage=0.9)
    assert judged["verdict"].endswith("Their 90% intervals held 90.0% of 100 rows.")
    assert judged["test"]["equals"] == 1


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
