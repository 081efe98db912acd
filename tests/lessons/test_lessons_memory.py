"""The RNN problem: the task asks for memory, the way back is right, the report is true."""

import json

import numpy as np
import pytest
from PIL import Image

from lstmkit.cells.gradcheck import numeric_gradient
from lstmkit.lessons.memory import measure, network, report, result, task
from lstmkit.lessons.memory.network import Start

SMALL = measure.Plan(lags=(2, 4), seeds=2, steps=60, start=Start(units=8))


@pytest.fixture(scope="module")
def small():
    return result.Memory(SMALL, list(measure.measure(SMALL)))


def test_symbol_is_seen_once_and_at_the_first_step():
    x, symbols = task.draw(7, 50, np.random.default_rng(0))
    assert x.shape == (task.FEATURES, 50, 8)
    np.testing.assert_array_equal(x.sum(axis=0), 1)
    np.testing.assert_array_equal(x[: task.SYMBOLS, :, 0].argmax(axis=0), symbols)
    assert not x[: task.SYMBOLS, :, 1:].any()


@pytest.mark.parametrize("cell", network.CELLS)
def test_way_back_is_that_of_differences(cell):
    rng = np.random.default_rng(1)
    p = network.initialize(cell, Start(units=3), rng)
    x, symbols = task.draw(4, 6, rng)

    def loss():
        y = network.predict(cell, p, x)[1]
        return float(-np.log(y[symbols, np.arange(6)]).mean())

    back, _ = network.go_back(cell, p, x, symbols)
    for name, weight in p.items():
        numeric = numeric_gradient(loss, weight, np.arange(weight.size)).reshape(weight.shape)
        np.testing.assert_allclose(back.gradients[f"d{name}"], numeric, atol=1e-9)
    assert len(back.a) == 5


def test_rotations_keep_lengths():
    p = network.initialize("rnn", Start(orthogonal=True), np.random.default_rng(0))
    np.testing.assert_allclose(p["Waa"] @ p["Waa"].T, np.eye(16), atol=1e-12)


def test_open_forget_gate_lets_the_gradient_through():
    rng = np.random.default_rng(0)
    x, symbols = task.draw(50, 8, rng)
    left = {}
    for bias in (0.0, 5.0):
        p = network.initialize("lstm", Start(forget_bias=bias), np.random.default_rng(2))
        back, _ = network.go_back("lstm", p, x, symbols)
        left[bias] = back.a[-1] / back.a[0]
    assert left[5.0] > 1e-2
    assert left[0.0] < 1e-6


def test_short_lags_are_learnt_and_the_same_seed_gives_the_same(small):
    assert small.longest("lstm") >= 2
    again = result.Memory(SMALL, list(measure.measure(SMALL)))
    assert again.to_json() == small.to_json()


def test_report_says_what_was_measured(small, tmp_path):
    files = report.write(small, tmp_path)
    assert [path.name for path in files] == [
        "gradients.png", "accuracy.png", "memory.csv", "memory.json",
    ]  # fmt: skip
    rows = (tmp_path / "memory.csv").read_text(encoding="utf-8").splitlines()
    assert len(rows) == 1 + 2 * 2 * 2
    content = json.loads((tmp_path / "memory.json").read_text(encoding="utf-8"))
    mean = np.mean([one["accuracy"] for one in content["networks"] if one["cell"] == "rnn"][:2])
    assert content["rows"][0]["RNN accuracy"] == pytest.approx(mean)
    for path in files[:2]:
        with Image.open(path) as picture:
            assert picture.width > 600
    assert "guessing: 25%" in content["verdict"]


def test_not_learnt_is_said(small):
    failed = [measure.Trained(**{**vars(one), "accuracy": 0.3}) for one in small.trained]
    verdict = result.Memory(SMALL, failed).verdict
    assert "the RNN not even 2 steps" in verdict
    assert "the LSTM not even 2 steps" in verdict
