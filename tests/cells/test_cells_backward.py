"""Backward passes against central differences."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstmkit.cells.gradcheck import (
    TOLERANCE,
    check_gradients,
    compare,
    lstm_backward_without_carry,
    numeric_gradient,
    random_problem,
)
from lstmkit.cells.lstm import lstm_backward, lstm_cell_backward, lstm_cell_forward, lstm_forward
from lstmkit.cells.output import cross_entropy, output_backward
from lstmkit.cells.rnn import rnn_backward, rnn_forward

CELLS = st.sampled_from(["rnn", "lstm"])
SEEDS = st.integers(0, 2**32 - 1)


def failures(comparisons):
    return [comparison for comparison in comparisons if not comparison.passed]


def test_tolerance_is_that_of_the_issue():
    assert TOLERANCE <= 1e-7


@settings(max_examples=25, deadline=None)
@given(
    CELLS,
    SEEDS,
    st.integers(1, 4),
    st.integers(1, 4),
    st.integers(1, 4),
    st.integers(1, 3),
    st.integers(1, 7),
)
def test_gradients_over_random_shapes_agree_with_differences(cell, seed, n_x, n_a, n_y, m, T_x):
    rng = np.random.default_rng(seed)
    problem = random_problem(cell, rng, n_x=n_x, n_a=n_a, n_y=n_y, m=m, T_x=T_x)
    assert not failures(check_gradients(problem, rng=rng, entries=12))


@settings(max_examples=6, deadline=None)
@given(CELLS, SEEDS, st.integers(20, 100))
def test_gradients_over_long_sequences_agree_with_differences(cell, seed, T_x):
    rng = np.random.default_rng(seed)
    problem = random_problem(cell, rng, n_x=2, n_a=3, m=1, T_x=T_x)
    assert not failures(check_gradients(problem, rng=rng, entries=3))


@settings(max_examples=12, deadline=None)
@given(CELLS, SEEDS, st.sampled_from([5.0, 20.0, 50.0]))
def test_gradients_of_saturated_gates_agree_with_differences(cell, seed, bias_scale):
    rng = np.random.default_rng(seed)
    problem = random_problem(cell, rng, bias_scale=bias_scale, T_x=5)
    assert not failures(check_gradients(problem, rng=rng, entries=12))


def test_problem_has_every_input_and_parameter_of_an_lstm():
    problem = random_problem("lstm", np.random.default_rng(0))
    names = [comparison.name for comparison in check_gradients(problem)]
    assert sorted(names) == sorted(
        ["x", "a0", "c0", "Wf", "bf", "Wi", "bi", "Wc", "bc", "Wo", "bo", "Wy", "by"]
    )


def test_lstm_backward_returns_the_keys_and_shapes_of_the_course():
    problem = random_problem("lstm", np.random.default_rng(0), n_x=3, n_a=5, m=10, T_x=7)
    _, _, _, caches = lstm_forward(problem.inputs["x"], problem.inputs["a0"], problem.parameters)
    gradients = lstm_backward(np.ones((5, 10, 7)), caches)
    shapes = {key: value.shape for key, value in gradients.items()}
    assert shapes == {
        "dx": (3, 10, 7),
        "da0": (5, 10),
        "dc0": (5, 10),
        **{f"dW{gate}": (5, 8) for gate in "fico"},
        **{f"db{gate}": (5, 1) for gate in "fico"},
    }


def test_rnn_backward_returns_the_keys_and_shapes_of_the_course():
    problem = random_problem("rnn", np.random.default_rng(0), n_x=3, n_a=5, m=10, T_x=4)
    _, _, caches = rnn_forward(problem.inputs["x"], problem.inputs["a0"], problem.parameters)
    gradients = rnn_backward(np.ones((5, 10, 4)), caches)
    shapes = {key: value.shape for key, value in gradients.items()}
    assert shapes == {
        "dx": (3, 10, 4),
        "da0": (5, 10),
        "dWax": (5, 3),
        "dWaa": (5, 5),
        "dba": (5, 1),
    }


def test_lstm_cell_backward_takes_the_gradient_of_the_cell_state():
    rng = np.random.default_rng(5)
    problem = random_problem("lstm", rng)
    x, a0, c0 = (problem.inputs[name] for name in ("x", "a0", "c0"))
    weight_a, weight_c = rng.normal(size=a0.shape), rng.normal(size=c0.shape)

    def loss():
        a, c, _, _ = lstm_cell_forward(x[:, :, 0], a0, c0, problem.parameters)
        return float((weight_a * a + weight_c * c).sum())

    *_, cache = lstm_cell_forward(x[:, :, 0], a0, c0, problem.parameters)
    analytic = lstm_cell_backward(weight_a, weight_c, cache)
    for name, array in (("a_prev", a0), ("c_prev", c0), ("Wf", problem.parameters["Wf"])):
        numeric = numeric_gradient(loss, array, np.arange(array.size))
        np.testing.assert_allclose(analytic[f"d{name}"].ravel(), numeric, rtol=1e-8, atol=1e-10)


def test_gradient_reaches_the_first_step_through_a_hundred_open_forget_gates():
    problem = random_problem("lstm", np.random.default_rng(6), T_x=100)
    problem.parameters["bf"][:], problem.parameters["bi"][:] = 50, -50
    *_, caches = lstm_forward(problem.inputs["x"], problem.inputs["a0"], problem.parameters)
    da = np.zeros((4, 2, 100))
    da[:, :, -1] = 1
    without = lstm_backward_without_carry(da, caches)
    assert np.abs(lstm_backward(da, caches)["dc0"]).max() > 1e-3
    assert not without["dc0"].any()
    assert not without["dx"][:, :, 0].any()


def test_backward_without_the_carry_fails_the_check_by_tens_of_per_cent():
    problem = random_problem("lstm", np.random.default_rng(0))
    wrong = problem.gradients(lstm_backward_without_carry)
    failed = failures(check_gradients(problem, gradients=wrong))
    recurrent = {"x", "a0", "c0", "Wf", "bf", "Wi", "bi", "Wc", "bc", "Wo", "bo"}
    assert {comparison.name for comparison in failed} == recurrent
    assert 0.1 < max(comparison.relative_error for comparison in failed) < 1


def test_backward_without_the_carry_is_right_for_a_single_step():
    problem = random_problem("lstm", np.random.default_rng(0), T_x=1)
    wrong = problem.gradients(lstm_backward_without_carry)
    assert not failures(check_gradients(problem, gradients=wrong))


def test_numeric_gradient_of_a_cube_by_hand():
    w = np.array([1.0, 2.0, -3.0])
    numeric = numeric_gradient(lambda: float((w**3).sum()), w, np.array([1, 2]))
    assert numeric == pytest.approx([12, 27], rel=1e-11)
    np.testing.assert_array_equal(w, [1.0, 2.0, -3.0])


def test_compare_measures_the_difference_by_the_larger_norm():
    comparison = compare("w", np.array([3.0, 4.0]), np.array([3.0, 4.5]), tolerance=0.1)
    assert comparison.analytic == 5
    assert comparison.relative_error == pytest.approx(0.5 / np.hypot(3, 4.5))
    assert comparison.passed


def test_cross_entropy_by_hand():
    y_pred = np.array([[1 / 2, 1 / 8, 0.1], [1 / 2, 7 / 8, 0.9]])
    y = np.array([[1.0, 1.0, 0.0], [0.0, 0.0, 0.0]])
    assert cross_entropy(y_pred, y) == pytest.approx(np.log(16), rel=1e-15)


def test_cross_entropy_of_the_impossible_is_infinite_and_of_padding_nothing():
    y_pred = np.array([[0.0, 0.0], [1.0, 1.0]])
    assert cross_entropy(y_pred, np.array([[1.0, 0.0], [0.0, 0.0]])) == np.inf
    assert cross_entropy(y_pred, np.zeros((2, 2))) == 0


def test_output_backward_by_hand():
    y_pred, y = np.array([[[0.25]], [[0.75]]]), np.array([[[0.0]], [[1.0]]])
    a, Wy = np.array([[[2.0]]]), np.array([[3.0], [5.0]])
    da, dWy, dby = output_backward(y_pred, y, a, Wy)
    np.testing.assert_allclose(dby, [[0.25], [-0.25]])
    np.testing.assert_allclose(dWy, [[0.5], [-0.5]])
    np.testing.assert_allclose(da, [[[3 * 0.25 - 5 * 0.25]]])


def test_output_backward_leaves_padding_out():
    problem = random_problem("lstm", np.random.default_rng(7))
    problem.y[:, 0, 3:] = 0
    assert not failures(check_gradients(problem))
