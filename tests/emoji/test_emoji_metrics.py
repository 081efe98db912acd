import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstmkit.emoji import metrics
from lstmkit.emoji.classifier import tempered
from lstmkit.emoji.result import verdict


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
    assert (one["n"], one["accuracy_high"]) == (0, 1)
    assert np.isnan(one["macro_f1"])
    assert np.isnan(one["accuracy"])
    assert metrics.confusion_matrix(np.zeros(0, int), np.zeros(0, int), 2).tolist() == [[0, 0]] * 2


def test_mcnemar_is_a_toss_of_coins_for_the_rows_that_differ():
    targets = np.zeros(10, int)
    one = np.array([0, 0, 0, 0, 0, 0, 1, 1, 1, 1])
    other = np.array([1, 1, 1, 1, 1, 0, 1, 1, 1, 0])
    found = metrics.mcnemar(targets, one, other)
    assert (found["only_one"], found["only_other"]) == (5, 1)
    # 6 tosses, 5 or more of either side: 2 * (6 + 1) / 2**6
    assert found["p_value"] == pytest.approx(14 / 64)
    assert metrics.mcnemar(targets, one, one)["p_value"] == 1


def test_macro_f1_leaves_untested_classes_out():
    probabilities = np.array([[0.8, 0.1, 0.1], [0.1, 0.8, 0.1]])
    assert metrics.scores(probabilities, np.array([0, 1]))["macro_f1"] == 1


@pytest.mark.parametrize(
    ("accuracies", "p_value", "said"),
    [
        ((0.9, 0.5, 0.8), 0.001, "Beats TF-IDF with logistic regression: right on 90.0% of 100"),
        ((0.7, 0.5, 0.8), 0.001, "Loses to TF-IDF with logistic regression"),
        ((0.8, 0.5, 0.81), 0.6, "Equals TF-IDF"),
        ((0.4, 0.5, 0.8), 0.001, "It is worse than the majority class."),
    ],
)
def test_verdict_is_against_the_best_plain_method(accuracies, p_value, said):
    names = ("test", "majority", "tfidf")
    scores = {name: {"accuracy": a, "n": 100} for name, a in zip(names, accuracies, strict=True)}
    tests = {name: {"p_value": p_value} for name in names}
    test = scores.pop("test")
    assert said in verdict(test, scores, tests)


def test_fit_none_weight_loses_no_more_than_it_may():
    random = np.random.default_rng(3)
    probabilities = random.dirichlet([4, 1, 1], 400)
    targets = np.where(random.random(400) < 0.2, 2, probabilities[:, :2].argmax(axis=1))
    weight = metrics.fit_none_weight(probabilities, targets, 2)
    weighted = probabilities * [1, 1, weight * (1 - 1e-9)]
    on = targets != 2
    assert (weighted[on].argmax(axis=1) == 2).mean() <= max(
        metrics.LOST, (probabilities[on].argmax(axis=1) == 2).mean()
    )
    assert 1 <= weight <= metrics.MAX_NONE_WEIGHT
    assert metrics.fit_none_weight(probabilities[:0], targets[:0], 2) == 1
