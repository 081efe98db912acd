"""How much it will move: inputs, likelihood, head, rivals, anchors, by hand and by their truth."""

import json

import numpy as np
import pytest
from arch import arch_model

from lstmkit.stock.baselines import volatility
from lstmkit.stock.baselines.prices import find_season
from lstmkit.stock.baselines.volatility import fit_rivals
from lstmkit.stock.fitting.anchor import Anchor, choose_anchor
from lstmkit.stock.fitting.head import fit_head
from lstmkit.stock.fitting.inputs import OWN, Track, moving_averages
from lstmkit.stock.fitting.intervals import LEVELS
from lstmkit.stock.fitting.scaling import Scaling, fit_scaling
from lstmkit.stock.fitting.target import choose_aim


def returns(seed, rows=300, scale=0.01):
    drawn = scale * np.random.default_rng(seed).standard_t(6, rows)
    drawn[0] = 0.0
    return drawn


def inputs_of(changes, ranges):
    return np.array([*Track.of(changes, decay=0.94).inputs(ranges, np.empty((len(changes), 0)))])


def test_moving_averages_by_hand():
    found, newest = moving_averages(np.array([4.0, 1.0, 1.0]), (0.5, 0.0))
    np.testing.assert_allclose(found, [4, 2 / 3 * 1 + 1 / 3 * 4, (4 + 2 + 4) / 7])
    np.testing.assert_array_equal(newest, [4, 1, 1])


def test_inputs_do_not_know_the_unit_of_the_series():
    changes = returns(0)
    one, two = (inputs_of(unit * changes, None) for unit in (1.0, 1e4))
    np.testing.assert_allclose(one, two, rtol=1e-9, atol=1e-12)
    assert one.shape == (OWN, 300)


def test_inputs_of_a_row_know_nothing_later():
    changes = returns(1)
    later = changes.copy()
    later[200:] *= 5
    one, two = (inputs_of(series, np.abs(series)) for series in (changes, later))
    np.testing.assert_array_equal(one[:, :200], two[:, :200])
    assert (one[:, 200:] != two[:, 200:]).any()


def test_a_file_without_ranges_is_shown_their_mean():
    values = 100 * np.exp(np.cumsum(returns(2)))[:, None]
    extremes = np.column_stack([values * 1.01, values * 0.99])
    scaling = fit_scaling(values, "log_return", extremes=extremes)
    _, inputs = scaling.track(values, None, Anchor())
    np.testing.assert_array_equal(scaling.features(inputs)[:, OWN:], 0)


def test_likelihood_by_hand_and_untrained_network_is_the_moving_average(tmp_path):
    import keras

    from lstmkit.stock.config import ModelConfig
    from lstmkit.stock.model import DEGREES, build_model, student_t

    change, answer = np.array([[[2.0]]]), np.array([[[0.5, np.log(3.0)]]])
    tail = np.log1p((1.5 / 3) ** 2 / DEGREES)
    found = keras.ops.convert_to_numpy(student_t(change, answer))
    np.testing.assert_allclose(found, [[np.log(3) + (DEGREES + 1) / 2 * tail]], rtol=1e-6)
    config = ModelConfig(units=[4], dropout=0.1)
    model = build_model(config, window=5, columns=OWN, with_scale=True)
    x = np.random.default_rng(0).normal(size=(3, 5, OWN)).astype(np.float32)
    np.testing.assert_array_equal(model.predict(x, verbose=0), np.zeros((3, 2)))


def head_of(rows, *, read, fall=0.3):
    drawn = np.random.default_rng(0)
    said, newest = drawn.normal(size=rows), drawn.normal(size=(rows, 3))
    log_scale = 0.2 + 0.7 * said + newest @ [fall, 0.0, -0.2]
    changes = np.exp(log_scale) * drawn.normal(size=rows)
    return fit_head(said, newest, changes, read=read, held_out=rows // 5)


def test_head_finds_the_scale_that_made_the_changes():
    """A ridge of 0.3 beside information 60 / 33 shrinks a weight to 0.83 of itself."""
    head = head_of(20_000, read=0)
    assert head.level == pytest.approx(0.2, abs=0.06)
    assert head.share == pytest.approx(0.7, abs=0.06)
    np.testing.assert_allclose(head.weights, [0.25, 0.0, -0.17], atol=0.03)


def test_head_keeps_the_network_word_of_what_it_has_read_unless_the_rows_object():
    """A ridge of 3 beside 60 / 33 leaves a third of a weight; where it matters, 0.3 is chosen."""
    kept, free = (head_of(20, read=read).weights[0] for read in (3, 0))  # too few rows to choose by
    assert abs(kept) < 0.5 * abs(free)
    assert head_of(20_000, read=2).weights == head_of(20_000, read=0).weights


def test_head_of_few_rows_keeps_the_network_word():
    few, many = (abs(head_of(rows, read=0).weights[0]) for rows in (60, 20_000))
    assert few < 0.4 * many


@pytest.mark.parametrize(
    ("name", "kind", "sign"), [("garch_t", "GARCH", 0), ("egarch_t", "EGARCH", 1)]
)
def test_garch_agrees_with_arch(name, kind, sign):
    changes = returns(3, 800)
    rivals = fit_rivals(changes, None, first=100, coverage=0.9, decay=0.94)
    unit = np.std(changes[1:])
    other = arch_model(changes[1:] / unit, vol=kind, o=sign, dist="t").fit(disp="off")
    found = dict(rivals.scales(changes, None))[name]
    np.testing.assert_allclose(found[1:], unit * other.conditional_volatility, rtol=1e-6)


def test_a_garch_whose_scale_runs_away_is_fitted_anew_or_left_out(monkeypatch):
    changes = np.concatenate([[0.0], np.random.default_rng(0).normal(0, 0.01, 150)])
    largest = 10 * np.abs(changes).max()

    def scales():
        rivals = fit_rivals(changes, None, first=50, coverage=0.9, decay=0.94)
        return dict(rivals.scales(changes, None))

    assert scales()["egarch_t"].max() <= largest
    monkeypatch.setattr(volatility, "STARTS", {"garch_t": None, "egarch_t": None})
    assert set(scales()) == {"constant", "ewma", "har", "garch_t"}
    assert volatility.why_missing() == "no fit on the training rows"


def test_rivals_hold_their_share_of_the_rows_they_were_fitted_on():
    changes = returns(4, 600)
    rivals = fit_rivals(changes, np.abs(changes) + 0.01, first=100, coverage=0.9, decay=0.94)
    for name, scale in rivals.scales(changes, np.abs(changes) + 0.01):
        rival = rivals.fitted[name]
        assert np.mean(np.abs(changes[100:]) <= rival.quantile * scale[100:]) >= 0.9
        assert len(rival.curve) == len(LEVELS)
    assert "har" not in dict(rivals.scales(changes, None))


def test_season_is_found_and_chance_is_none():
    drawn = np.random.default_rng(0)
    monthly = np.tile([3, -1, 2, 0, -4, 1, 5, -2, -3, 1, 0, -2.0], 20) + drawn.normal(0, 0.3, 240)
    assert find_season(monthly, longest=60) == 12
    assert find_season(drawn.normal(size=1000), longest=200) is None


def test_anchor_is_an_autoregression_only_where_that_clearly_helps():
    noise = np.random.default_rng(1).normal(0, 0.01, 1200)
    kept = noise.copy()
    for row in range(1, 1200):
        kept[row] += 0.5 * kept[row - 1]
    held_out = np.arange(960, 1200)
    assert not choose_anchor(noise, held_out, lags=5, season=None).lags
    anchor = choose_anchor(kept, held_out, lags=5, season=None)
    assert anchor.coefficients[0] == pytest.approx(0.5, abs=0.1)
    newest = kept[::-1][: len(anchor.lags)]
    by_hand = anchor.intercept + newest @ anchor.coefficients
    assert anchor.foreseen(kept)[-1] == pytest.approx(by_hand)
    assert anchor.next(kept[None])[0] == pytest.approx(by_hand)


def test_target_is_returns_for_prices_and_differences_near_zero():
    prices = 100 * np.exp(np.cumsum(returns(5, 1000)))
    held_out = np.arange(400, 500)
    settings = {"asked": None, "lags": 5, "longest": 60}
    assert choose_aim(prices, 500, held_out, **settings).target == "log_return"
    assert choose_aim(prices - prices.mean(), 500, held_out, **settings).target == "difference"
    assert Scaling("difference", (0.0,), (1.0,), 0.94, ranges=False).with_scale


def series_of(tmp_path, first_day, rows=700):
    days = np.datetime64(first_day) + np.arange(rows)
    prices = 100 * np.exp(np.cumsum(returns(6, rows)))
    path = tmp_path / "prices.csv"
    lines = [f"{day},{price:.4f}" for day, price in zip(days, prices, strict=True)]
    path.write_text("Date,Close\n" + "\n".join(lines), encoding="utf-8")
    return path


def test_the_model_that_ships_forecasts_without_training(cli, tmp_path):
    path = series_of(tmp_path, "2015-01-01")
    ended = cli("stock", "forecast", path, "--run", "shipped", "--days", "5", "--json")
    assert ended.code == 0, ended.err
    rows = json.loads(ended.out)["forecast"]
    widths = [row["upper"] - row["lower"] for row in rows]
    assert rows[0]["date"] == "2016-12-01"
    assert widths == sorted(widths)
    assert all(
        row["lower"] < row["inner_lower"] < row["inner_upper"] < row["upper"] for row in rows
    )


def test_no_day_that_the_shipped_model_learned_from_is_scored(cli, tmp_path):
    path = series_of(tmp_path, "2000-01-01")
    ended = cli("stock", "evaluate", path, "--run", "shipped")
    assert ended.code == 2
    assert "later than 2002-05-31" in ended.err


def test_the_shipped_model_forecasts_a_series_whose_changes_repeat(cli, price_csv):
    changes = 0.01 * np.random.default_rng(3).normal(size=600)
    for row in range(1, 600):
        changes[row] += 0.8 * changes[row - 1]
    prices = price_csv(100 * np.exp(np.cumsum(changes)))
    done = cli("stock", "forecast", prices, "--run", "shipped", "--days", "3", "--json")
    assert done.code == 0, done.err
    ahead = json.loads(done.out)["forecast"]
    assert len(ahead) == 3
