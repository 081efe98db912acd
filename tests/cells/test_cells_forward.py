"""Forward passes: numbers worked by hand, and identities."""

import numpy as np
import pytest

from lstmkit.cells.gradcheck import random_problem
from lstmkit.cells.lstm import lstm_cell_forward, lstm_forward
from lstmkit.cells.rnn import rnn_cell_forward, rnn_forward


def column(*values):
    return np.array(values, float)[:, None]


def test_rnn_cell_forward_by_hand():
    parameters = {
        "Wax": np.array([[2.0]]),
        "Waa": np.array([[0.5]]),
        "ba": column(np.log(2) - 1),
        "Wya": np.array([[0.0], [np.log(3) / 0.6]]),
        "by": column(0, 0),
    }
    # 2 * 0.25 + 0.5 * 1 + ln 2 - 1 = ln 2, and tanh(ln 2) = (2 - 1/2) / (2 + 1/2) = 0.6
    a_next, y, _ = rnn_cell_forward(column(0.25), column(1.0), parameters)
    assert a_next[0, 0] == pytest.approx(0.6, rel=1e-14)
    assert y[:, 0] == pytest.approx([1 / 4, 3 / 4], rel=1e-14)  # softmax of 0 and ln 3


def lstm_by_hand():
    log = np.log
    parameters = {f"W{gate}": np.zeros((1, 2)) for gate in "fico"}
    parameters |= {
        "bf": column(log(3)),  # forget gate 3/4
        "bi": column(log(1 / 4)),  # update gate 1/5
        "bc": column(0.0),
        "bo": column(log(9)),  # output gate 9/10
        "Wy": np.zeros((2, 1)),
        "by": column(0, log(4)),
    }
    parameters["Wc"] = np.array([[0.0, log(2)]])  # candidate tanh(x ln 2) = 0.6 at x = 1
    return parameters


def test_lstm_cell_forward_by_hand():
    a, c, y, cache = lstm_cell_forward(column(1.0), column(0.3), column(0.2), lstm_by_hand())
    assert c[0, 0] == pytest.approx(3 / 4 * 0.2 + 1 / 5 * 0.6, rel=1e-14)  # 0.27
    assert a[0, 0] == pytest.approx(9 / 10 * np.tanh(0.27), rel=1e-14)
    assert y[:, 0] == pytest.approx([1 / 5, 4 / 5], rel=1e-14)
    gates = [float(gate[0, 0]) for gate in cache[4:8]]
    assert gates == pytest.approx([3 / 4, 1 / 5, 0.6, 9 / 10], rel=1e-14)


def test_lstm_weights_meet_the_hidden_state_first_and_the_input_after_it():
    parameters = lstm_by_hand()
    parameters["Wc"] = np.array([[np.log(2), 0.0]])
    _, c, _, _ = lstm_cell_forward(column(5.0), column(1.0), column(0.0), parameters)
    assert c[0, 0] == pytest.approx(1 / 5 * 0.6, rel=1e-14)


def test_lstm_cell_state_with_open_forget_and_shut_update_gate_is_kept_for_a_hundred_steps():
    parameters = lstm_by_hand()
    parameters["bf"], parameters["bi"] = column(50.0), column(-50.0)
    x = np.random.default_rng(0).normal(size=(1, 1, 100))
    _, _, c, _ = lstm_forward(x, np.zeros((1, 1)), parameters, c0=column(0.7))
    assert c[0, 0] == pytest.approx(np.full(100, 0.7), rel=1e-12)


def test_lstm_cell_state_starts_at_zero_where_left_out():
    problem = random_problem("lstm", np.random.default_rng(1))
    x, a0 = problem.inputs["x"], problem.inputs["a0"]
    a, y, c, _ = lstm_forward(x, a0, problem.parameters)
    b, z, d, _ = lstm_forward(x, a0, problem.parameters, c0=np.zeros_like(a0))
    for left, right in ((a, b), (y, z), (c, d)):
        np.testing.assert_array_equal(left, right)


def test_lstm_hidden_and_cell_states_are_two_arrays():
    problem = random_problem("lstm", np.random.default_rng(2))
    problem.parameters["bf"][:] = problem.parameters["bi"][:] = 50  # all is kept, all is let in
    a, _, c, _ = lstm_forward(problem.inputs["x"], problem.inputs["a0"], problem.parameters)
    assert not np.shares_memory(a, c)
    assert np.abs(a).max() < 1 < np.abs(c).max()  # only the hidden state is squashed


@pytest.mark.parametrize("cell", ["rnn", "lstm"])
def test_forward_in_two_halves_is_forward_at_once(cell):
    problem = random_problem(cell, np.random.default_rng(3), T_x=8)
    x, a0 = problem.inputs["x"], problem.inputs["a0"]
    if cell == "rnn":
        whole, _, _ = rnn_forward(x, a0, problem.parameters)
        first, _, _ = rnn_forward(x[:, :, :5], a0, problem.parameters)
        second, _, _ = rnn_forward(x[:, :, 5:], first[:, :, -1], problem.parameters)
    else:
        c0, p = problem.inputs["c0"], problem.parameters
        whole, _, _, _ = lstm_forward(x, a0, p, c0=c0)
        first, _, c, _ = lstm_forward(x[:, :, :5], a0, p, c0=c0)
        second, _, _, _ = lstm_forward(x[:, :, 5:], first[:, :, -1], p, c0=c[:, :, -1])
    np.testing.assert_allclose(np.concatenate([first, second], axis=2), whole, rtol=1e-12)


@pytest.mark.parametrize("cell", ["rnn", "lstm"])
def test_examples_of_a_batch_do_not_touch_each_other(cell):
    problem = random_problem(cell, np.random.default_rng(4), m=3)
    a, y, _ = problem.forward()
    one = {name: values[:, 1:2] for name, values in problem.inputs.items()}
    problem = type(problem)(cell, one, problem.parameters, problem.y[:, 1:2])
    b, z, _ = problem.forward()
    np.testing.assert_allclose(b, a[:, 1:2], rtol=1e-12)
    np.testing.assert_allclose(z, y[:, 1:2], rtol=1e-12)
