"""Answers of many rows at two steps a row: what the network was trained to say, and no other."""

import numpy as np
import pytest

from lstmkit import runtime
from lstmkit.stock.config import ModelConfig
from lstmkit.stock.fitting import stretches
from lstmkit.stock.fitting.network import Network, View
from lstmkit.stock.fitting.scaling import Scaling, windows
from lstmkit.stock.model import build_model

WINDOW, ROWS = 6, 40


@pytest.fixture(params=[True, False], ids=["with scale", "price"])
def made(request, tmp_path):
    """Return the same weights twice: as they are trained on stretches, and as they are saved."""
    config, rng = ModelConfig(units=[4, 3], dropout=0.0), np.random.default_rng(0)
    given = {"window": WINDOW, "columns": 2, "with_scale": request.param}
    trained = build_model(config, targets=WINDOW, **given)
    trained.set_weights([rng.normal(0, 0.5, w.shape) for w in trained.get_weights()])
    saved = build_model(config, **given)
    saved.set_weights(trained.get_weights())
    saved.save(tmp_path / "model.keras")
    features = rng.normal(size=(ROWS, 2)).astype(np.float32)
    return trained, runtime.load(tmp_path / "model.keras"), features


def test_stretches_give_the_answers_of_training(made):
    trained, model, features = made
    rows = np.arange(WINDOW, ROWS)  # 34: five stretches of six answers, and one that overlaps
    said = stretches.answers(model, features, rows, WINDOW)
    starts = [*range(WINDOW, ROWS - WINDOW + 1, WINDOW)]
    inputs = windows(features, 2 * WINDOW - 1, np.array(starts) + WINDOW - 1)
    expected = np.concatenate(trained.predict(inputs, verbose=0))
    np.testing.assert_allclose(said[: len(expected)], expected, atol=1e-5)
    last = trained.predict(features[None, -2 * WINDOW :][:, :-1], verbose=0)[0]
    np.testing.assert_allclose(said[len(expected) :], last[len(expected) - len(rows) :], atol=1e-5)


def test_the_row_to_come_is_forecast_from_the_newest_window(made, monkeypatch):
    _, model, features = made
    monkeypatch.setattr(stretches, "MANY_ROWS", 10)
    scaling = Scaling("log_return", (0.0, 0.0), (1.0, 1.0), 0.94, ranges=False)
    view = View(features, features, None, np.zeros(ROWS + 1))
    told = {each: Network(model, WINDOW, scaling, every_step=each).tell(view) for each in (0, 1)}
    np.testing.assert_array_equal(told[0][-1], told[1][-1])
    np.testing.assert_allclose(told[0][0], told[1][0], atol=1e-6)  # it has seen a window, no more
    assert np.abs(told[0] - told[1]).max() > 1e-3
