import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstmkit.emoji import metrics
from lstmkit.emoji.classifier import tempered


def test_wilson_interval_matches_the_worked_example():
    # 8 of 10: centre (0.8 + 1.9207/10) / 1.38415, half-width from the formula of 1927
    low, high = metrics.wilson_interval(8, 10)
    assert (low, high) == (pytest.approx(0.49016, abs=1e-5), pytest.approx(0.94332, abs=1e-5))


def test_wilson_interval_has_a_width_where_all_are_right():
    low, high = metrics.wilson_interval(56, 56)
    assert (low, high) == (pytest.approx(56 / (56 + 1.959964**2), abs=1e-5), 1.0)
    assert metrics.wilson_interval(0, 0) == (0.0, 1.0)


def test_confusion_matrix_counts_actual_by_row():
    matrix = metrics.confusion_matrix(np.array([0, 0, 1, 2]), np.array([0, 1, 1, 0]), 3)
    assert matrix.tolist() == [[1, 1, 0], [0, 1, 0], [1, 0, 0]]


def test_per_class_by_hand_and_zero_where_nothing_was_predicted():
    # actual 0 0 1 2, predicted 0 1 1 0: class 0 has 1 hit of 2 predicted and 2 actual
    rows = metrics.per_class(np.array([0, 0, 1, 2]), np.array([0, 1, 1, 0]), 4)
    assert rows == [
        {"precision": 0.5, "recall": 0.5, "f1": 0.5, "support": 2},
        {"precision": 0.5, "recall": 1.0, "f1": pytest.approx(2 / 3), "support": 1},
        {"precision": 0.0, "recall": 0.0, "f1": 0.0, "support": 1},
        {"precision": 0.0, "recall": 0.0, "f1": 0.0, "support": 0},
    ]


def test_calibration_error_by_hand():
    # two answers at 0.9 of which one is right, two at 0.6 both right: (2*0.4 + 2*0.4) / 4
    probabilities = np.array([[0.9, 0.1], [0.9, 0.1], [0.6, 0.4], [0.6, 0.4]])
    bins = metrics.reliability(probabilities, np.array([0, 1, 0, 0]))
    assert bins.error == pytest.approx(0.4)
    assert bins.counts.tolist() == [0, 0, 0, 0, 0, 2, 0, 0, 2, 0]


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.5])
def test_fit_temperature_finds_the_one_that_was_used(temperature):
    random = np.random.default_rng(3)
    logits = random.normal(0, 2, (20_000, 4))
    true = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    targets = (random.random((20_000, 1)) > true.cumsum(axis=1)).sum(axis=1)
    distorted = tempered(true, 1 / temperature)
    assert metrics.fit_temperature(distorted, targets) == pytest.approx(temperature, rel=0.05)


@given(st.floats(0.05, 20), st.lists(st.floats(0.01, 1), min_size=2, max_size=6))
def test_tempered_keeps_order_and_sum(temperature, weights):
    p = np.array([weights]) / np.sum(weights)
    q = tempered(p, temperature)
    assert q.sum() == pytest.approx(1)
    assert q[0, p[0].argmax()] == pytest.approx(q.max())


def test_scores_of_a_perfect_and_certain_model():
    one = metrics.scores(np.eye(3), np.arange(3))
    assert (one["accuracy"], one["macro_f1"], one["log_loss"]) == (1, 1, 0)
    assert one["calibration_error"] == 0


def test_scores_of_nothing_are_no_numbers_and_its_tables_are_zeros():
    one = metrics.scores(np.zeros((0, 2)), np.zeros(0, int))
    assert (one["n"], one["macro_f1"], one["accuracy_high"]) == (0, 0, 1)
    assert np.isnan(one["accuracy"])
    assert metrics.confusion_matrix(np.zeros(0, int), np.zeros(0, int), 2).tolist() == [[0, 0]] * 2
