"""What can be predicted is, and what cannot is told so."""

import numpy as np
import pytest

from lstmkit import config as configs
from lstmkit.stock import pipeline
from lstmkit.stock.config import StockConfig


def series(name, seed):
    drawn = np.random.default_rng(seed)
    count = 5000
    if name == "sine":
        return 100 + 20 * np.sin(np.arange(count) * 2 * np.pi / 50) + drawn.normal(0, 1, count)
    noise = drawn.normal(0, 0.01, count)
    returns = noise.copy()
    if name == "autoregressive":
        for t in range(1, count):
            returns[t] = 0.5 * returns[t - 1] + noise[t]
    return 100 * np.exp(np.cumsum(returns))


def train_default(price_csv, prices, folder, seed=0):
    config = configs.load(StockConfig, "stock", None, [f"seed={seed}"])
    return pipeline.train(price_csv(prices), config, folder)


@pytest.mark.slow
def test_predictable_returns_are_predicted_as_well_as_can_be(price_csv, tmp_path):
    result = train_default(price_csv, series("autoregressive", 0), tmp_path)
    best = 1 - np.sqrt(1 - 0.5**2)
    assert result.metrics["test"]["skill"] > 0.95 * best
    assert result.verdict.startswith("Beats")


@pytest.mark.slow
def test_noisy_sine_is_predicted_nearly_as_well_as_can_be(price_csv, tmp_path):
    result = train_default(price_csv, series("sine", 0), tmp_path)
    best = 1 - 1 / result.metrics["test"]["naive_rmse"]
    assert result.metrics["test"]["skill"] > 0.9 * best
    assert result.verdict.startswith("Beats")


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1])
def test_random_walk_is_told_to_equal_naive(price_csv, tmp_path, seed):
    result = train_default(price_csv, series("walk", seed), tmp_path)
    assert result.verdict.startswith("Equals")
    assert abs(result.metrics["test"]["skill"]) < 0.01


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_default_config_on_the_tutorial_file_reaches_its_bounds(reference, tmp_path, seed):
    config = configs.load(StockConfig, "stock", None, [f"seed={seed}"])
    test = pipeline.train(reference / "data" / "DIS.csv", config, tmp_path).metrics["test"]
    assert test["n"] == 2278
    assert test["rmse"] <= 1.01 * test["naive_rmse"]
    assert 0.88 <= test["coverage"] <= 0.92
    assert test["interval_score"] <= 3.45 < test["constant_interval_score"]
