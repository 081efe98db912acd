"""Scaling, baselines, intervals and metrics: by hand, by identity, by another implementation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats
from sklearn.linear_model import LinearRegression

from lstmkit.stock.baselines.prices import fit_baselines
from lstmkit.stock.fitting.intervals import Interval, adapted, conformal_quantile, interval_score
from lstmkit.stock.fitting.scaling import fit_scaling, windows
from lstmkit.stock.scores import metrics

PRICES = arrays(np.float64, st.integers(5, 40), elements=st.floats(0.5, 1e4))
TARGETS = ("log_return", "difference", "price")


def interval_of(*, quantiles, mixtures):
    return Interval(
        coverage=0.9,
        rate=0.0,
        quantiles=quantiles,
        inner=quantiles,
        mixtures=mixtures,
        curve=(),
        constant=1.0,
        unit=1.0,
        calibration_rows=100,
    )


def test_price_scaling_is_zero_to_one_on_the_training_span():
    scaling = fit_scaling(np.array([[10.0], [30.0], [20.0]]), "price")
    found = scaling.features([np.array([10.0, 30.0, 50.0])])[:, 0]
    np.testing.assert_allclose(found, [0, 1, 2])
    np.testing.assert_allclose(scaling.to_price(found), [10, 30, 50])


@pytest.mark.parametrize("target", TARGETS)
def test_shift_undoes_error(target):
    scaling = fit_scaling(np.array([[10.0], [12.0], [11.0]]), target)
    actual, predicted = np.array([10.0, 20.0]), np.array([11.0, 19.0])
    np.testing.assert_allclose(scaling.shift(predicted, scaling.error(actual, predicted)), actual)


def test_windows_end_just_before_their_row():
    features = np.arange(10, dtype=np.float32)[:, None]
    found = windows(features, 3, np.array([3, 9]))
    np.testing.assert_array_equal(found[:, :, 0], [[0, 1, 2], [6, 7, 8]])


@pytest.mark.parametrize("in_logs", [True, False])
def test_autoregression_agrees_with_scikit_learn(in_logs):
    prices = np.exp(np.cumsum(np.random.default_rng(0).normal(0, 0.02, 400)))
    fitted = fit_baselines(prices[:300], in_logs=in_logs, moving_average=5, lags=4)
    changes = np.diff(np.log(prices) if in_logs else prices, prepend=np.nan)
    design = np.column_stack([np.roll(changes, lag) for lag in range(1, 5)])
    rows = np.arange(5, 300)
    other = LinearRegression().fit(design[rows], changes[rows])
    np.testing.assert_allclose(fitted.coefficients, other.coef_, rtol=1e-7)
    test = np.arange(300, 400)
    step = other.predict(design[test])
    last = prices[test - 1]
    expected = last * np.exp(step) if in_logs else last + step
    np.testing.assert_allclose(fitted.predict(prices, test)["autoregression"], expected)


def test_simple_baselines_by_hand():
    prices = np.array([1.0, 2.0, 4.0, 8.0, 4.0, 2.0])
    fitted = fit_baselines(prices[:4], in_logs=True, moving_average=2, lags=1)
    found = fitted.predict(prices, np.array([4, 5]))
    np.testing.assert_allclose(found["naive"], [8, 4])
    np.testing.assert_allclose(found["drift"], [16, 8])
    np.testing.assert_allclose(found["moving_average"], [6, 6])
    assert fitted.naive_mae == pytest.approx((1 + 2 + 4) / 3)


def test_conformal_quantile_by_hand():
    scores = np.arange(1.0, 20.0)
    assert conformal_quantile(scores, 0.9) == 18
    assert conformal_quantile(scores[:5], 0.9) == 5


@given(st.integers(20, 200), st.integers(0, 10**6))
def test_conformal_quantile_covers_exchangeable_errors(count, seed):
    drawn = np.random.default_rng(seed).normal(size=(400, count + 1))
    inside = [row[-1] <= conformal_quantile(row[:-1], 0.9) for row in drawn]
    assert np.mean(inside) > 0.9 - 4 * np.sqrt(0.09 / 400)


def test_interval_score_by_hand():
    lower, upper = np.zeros(3), np.ones(3)
    found = interval_score(np.array([0.5, -0.1, 1.3]), lower, upper, 0.9)
    np.testing.assert_allclose(found, [1, 1 + 20 * 0.1, 1 + 20 * 0.3])


def test_interval_widens_and_then_with_the_root_of_time():
    interval = interval_of(quantiles=(1.0, 1.5, 3.0), mixtures=(1.0, 0.5, 0.0))
    widths = [float(interval.half_width(2.0, 8.0, h)) for h in (1, 2, 3, 12)]
    assert widths == pytest.approx([2, 1.5 * 4, 3 * 8, 2 * 3 * 8])


def test_width_learns_from_every_miss_by_hand():
    found = adapted(np.array([2.0, 0.5, 0.5]), np.ones(3), 0.9, 0.1)
    np.testing.assert_allclose(np.log(found), [0, 0.09, 0.08, 0.07])


@given(st.integers(0, 10**6))
def test_width_that_learns_holds_its_share_though_the_scale_doubles(seed):
    errors = np.random.default_rng(seed).normal(size=4000)
    errors[2000:] *= 2
    half = np.full(4000, 1.645)
    factors = adapted(errors, half, 0.9, 0.02)[:-1]
    assert np.mean(np.abs(errors) <= half * factors) == pytest.approx(0.9, abs=0.02)
    assert np.mean(np.abs(errors) <= half) < 0.85


def test_score_by_hand():
    actual, predicted = np.array([10.0, 12.0, 9.0, 9.0]), np.array([11.0, 11.0, 10.0, 8.0])
    naive = np.array([9.0, 10.0, 12.0, 9.0])
    found = metrics.score(actual, predicted, naive, naive_mae=2.0)
    assert found["rmse"] == 1
    assert found["naive_rmse"] == pytest.approx(np.sqrt((1 + 4 + 9) / 4))
    assert found["mae"] == 1
    assert found["mase"] == 0.5
    assert found["mape"] == pytest.approx((1 / 10 + 1 / 12 + 1 / 9 + 1 / 9) / 4)
    assert found["directional_accuracy"] == 1
    assert found["directional_n"] == 3


def test_best_shift_unmasks_a_forecast_that_repeats_today(walk):
    assert metrics.best_shift(walk[1:], walk[:-1]) == 1
    assert metrics.best_shift(walk, walk) == 0


def test_diebold_mariano_agrees_with_its_formula():
    first, second = np.random.default_rng(1).normal(size=(2, 200)) ** 2
    statistic, p_value = metrics.diebold_mariano(first, second)
    loss = first - second
    plain = loss.mean() / np.sqrt(loss.var() / 200)
    harvey = plain * np.sqrt(199 / 200)
    assert statistic == pytest.approx(harvey, rel=1e-9)
    assert p_value == pytest.approx(2 * stats.t.sf(abs(harvey), 199), rel=1e-9)


@pytest.mark.parametrize("margin", [0.0, 0.25])
def test_the_same_margin_on_every_row_cannot_be_tested(margin):
    loss = np.arange(50) / 4
    assert metrics.diebold_mariano(loss, loss + margin) == (None, None)


@pytest.mark.parametrize(
    ("skill", "p_value", "start"),
    [
        (0.2, 0.001, "Beats"),
        (-0.2, 0.001, "Loses to"),
        (0.2, 0.3, "Equals"),
        (-0.2, 0.02, "Equals"),
        (-0.2, 0.3, "Equals"),
        (0.0, None, "Equals"),
        (None, None, "Cannot be judged"),
        (1.0, None, "Beats"),
        (-0.1, None, "Loses to"),
    ],
)
def test_verdict_follows_skill_and_significance(skill, p_value, start):
    scores = {"skill": skill, "dm_p_value": p_value, "rmse": 1.0, "naive_rmse": 1.2, "n": 99}
    assert metrics.verdict(scores).startswith(start)


def test_verdict_names_its_level_and_the_baseline_that_does_better():
    scores = {"skill": 0.2, "dm_p_value": 0.001, "rmse": 1.0, "naive_rmse": 1.25, "n": 99}
    ahead = {"autoregression": {"skill": 0.3, "dm_p_value": 1e-4, "rmse": 0.875}}
    behind = {"moving_average": {"skill": 0.1, "dm_p_value": 1e-4, "rmse": 1.125}}
    chance = {"drift": {"skill": 0.3, "dm_p_value": 0.4, "rmse": 0.875}}
    assert "significant at 1%" in metrics.verdict(scores, {})
    assert "not significant at 1%" in metrics.verdict({**scores, "dm_p_value": 0.03}, {})
    told = metrics.verdict(scores, ahead | behind)
    assert told.startswith("Is better than")
    assert told.endswith("The autoregression baseline does better: RMSE 0.875.")
    assert metrics.verdict(scores, behind | chance).startswith("Beats")


@given(PRICES, st.integers(0, 9))
def test_score_of_any_prices_is_finite_or_none(prices, seed):
    predicted = prices * np.random.default_rng(seed).choice([1.0, 1.01], len(prices))
    found = metrics.score(prices[1:], predicted[1:], prices[:-1], naive_mae=1.0)
    assert all(value is None or np.isfinite(value) for value in found.values())


def test_naive_scores_the_published_figures_on_the_tutorial_file(reference):
    prices = np.genfromtxt(reference / "data" / "DIS.csv", delimiter=",", usecols=5)
    rows = np.arange(2517 + 240, len(prices))
    assert len(rows) == 2278
    assert metrics.rmse(prices[rows], prices[rows - 1]) == pytest.approx(0.8139, abs=5e-5)


def test_tutorial_file_is_one_day_off_and_scores_2_17_aligned(reference):
    path = reference / "reference" / "tutorial_lstm_result.csv"
    published = np.genfromtxt(path, delimiter=";", skip_header=1)
    predicted, shown = published[:, 0], published[:, 1]
    aligned = np.sqrt(np.mean((predicted[1:] - shown[:-1]) ** 2))
    assert aligned == pytest.approx(2.17, abs=0.005)
