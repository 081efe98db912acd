"""The fast layout is held to the lesson."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstmkit.cells.fast import LSTMRecurrence, RNNRecurrence
from lstmkit.cells.gradcheck import random_problem
from lstmkit.cells.lstm import lstm_forward
from lstmkit.cells.rnn import rnn_forward


def lesson_and_fast(cell, seed, scale, **sizes):
    problem = random_problem(cell, np.random.default_rng(seed), bias_scale=scale, **sizes)
    x, a0 = problem.inputs["x"], problem.inputs["a0"]
    batch_first = x.transpose(1, 2, 0)
    if cell == "rnn":
        a, _, _ = rnn_forward(x, a0, problem.parameters)
        return (a,), RNNRecurrence(problem.parameters), batch_first, (a0.T,)
    c0 = problem.inputs["c0"]
    a, _, c, _ = lstm_forward(x, a0, problem.parameters, c0=c0)
    return (a, c), LSTMRecurrence(problem.parameters), batch_first, (a0.T, c0.T)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(["rnn", "lstm"]),
    st.integers(0, 2**32 - 1),
    st.sampled_from([1.0, 20.0, 1000.0]),
    st.integers(1, 5),
    st.integers(1, 6),
    st.integers(1, 9),
    st.integers(1, 20),
)
def test_recurrence_is_the_lesson(cell, seed, scale, n_x, n_a, m, T_x):
    lesson, recurrence, x, states = lesson_and_fast(
        cell, seed, scale, n_x=n_x, n_a=n_a, m=m, T_x=T_x
    )
    run = recurrence.run(x, states, sequences=True, gates=True)
    np.testing.assert_allclose(run.a, lesson[0].transpose(1, 2, 0), atol=1e-12)
    for state, expected in zip(run.states, lesson, strict=True):
        np.testing.assert_allclose(state, expected[:, :, -1].T, atol=1e-12)
    np.testing.assert_allclose(recurrence.run(x, states).a, run.a[:, -1], atol=1e-12)


def test_recurrence_in_float32_is_the_lesson_to_float32():
    problem = random_problem("lstm", np.random.default_rng(0), n_a=25, n_x=1, m=8, T_x=240)
    x, a0 = problem.inputs["x"], np.zeros((25, 8))
    a, _, _, _ = lstm_forward(x, a0, problem.parameters)
    single = {name: value.astype(np.float32) for name, value in problem.parameters.items()}
    run = LSTMRecurrence(single).run(x.transpose(1, 2, 0).astype(np.float32), sequences=True)
    assert run.a.dtype == np.float32
    np.testing.assert_allclose(run.a, a.transpose(1, 2, 0), atol=5e-6)


def test_gates_are_those_of_the_lesson():
    problem = random_problem("lstm", np.random.default_rng(1))
    x, a0, c0 = (problem.inputs[name] for name in ("x", "a0", "c0"))
    _, _, _, (caches, _) = lstm_forward(x, a0, problem.parameters, c0=c0)
    run = LSTMRecurrence(problem.parameters).run(x.transpose(1, 2, 0), (a0.T, c0.T), gates=True)
    for t, cache in enumerate(caches):
        names = ("a", "c", None, None, "f", "i", "g", "o")
        for name, expected in zip(names, cache, strict=False):
            if name:
                np.testing.assert_allclose(run.gates[name][:, t], expected.T, atol=1e-12)


def test_masked_steps_change_nothing_and_repeat_the_output():
    _, recurrence, x, states = lesson_and_fast("lstm", 2, 1.0, m=2, T_x=6)
    mask = np.array([[0, 1, 1, 0, 1, 0], [1, 1, 1, 1, 0, 0]], bool)
    run = recurrence.run(x, states, mask=mask, sequences=True)
    for k in range(2):
        alone = recurrence.run(x[k : k + 1, mask[k]], tuple(s[k : k + 1] for s in states))
        for state, expected in zip(run.states, alone.states, strict=True):
            np.testing.assert_allclose(state[k], expected[0], atol=1e-12)
        np.testing.assert_allclose(run.a[k, -1], alone.a[0], atol=1e-12)
    assert not run.a[0, 0].any()  # nothing came yet
    np.testing.assert_array_equal(run.a[0, 3], run.a[0, 2])


def test_a_mask_without_a_masked_step_is_none():
    _, recurrence, x, states = lesson_and_fast("lstm", 2, 1.0, m=2, T_x=6)
    whole = recurrence.run(x, states, mask=np.ones((2, 6), bool), sequences=True)
    np.testing.assert_array_equal(whole.a, recurrence.run(x, states, sequences=True).a)


def test_masked_steps_give_zeros_where_asked():
    _, recurrence, x, _ = lesson_and_fast("lstm", 3, 1.0, m=1, T_x=4)
    mask = np.array([[True, False, True, False]])
    repeated = recurrence.run(x, mask=mask, sequences=True)
    zeroed = recurrence.run(x, mask=mask, sequences=True, zero_output_for_mask=True)
    assert not zeroed.a[0, [1, 3]].any()
    np.testing.assert_array_equal(zeroed.a[0, [0, 2]], repeated.a[0, [0, 2]])
    last = recurrence.run(x, mask=mask, zero_output_for_mask=True)
    assert not last.a.any()
    np.testing.assert_array_equal(last.states[0], repeated.states[0])


def test_one_step_after_another_is_the_whole_run():
    lesson, recurrence, x, states = lesson_and_fast("lstm", 4, 1.0, T_x=9)
    for t in range(9):
        states = recurrence.run(x[:, t : t + 1], states).states
    np.testing.assert_allclose(states[0], lesson[0][:, :, -1].T, atol=1e-12)
    np.testing.assert_allclose(states[1], lesson[1][:, :, -1].T, atol=1e-12)


def test_own_activations_are_used():
    problem = random_problem("lstm", np.random.default_rng(5))
    x = problem.inputs["x"].transpose(1, 2, 0)
    usual = LSTMRecurrence(problem.parameters).run(x).a
    named = LSTMRecurrence(
        problem.parameters, activation=np.tanh, gate_activation=lambda z: 1 / (1 + np.exp(-z))
    )
    np.testing.assert_allclose(named.run(x).a, usual, atol=1e-12)
    other = LSTMRecurrence(problem.parameters, activation=np.sin)
    assert np.abs(other.run(x).a - usual).max() > 1e-3


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_not_a_number_stays_in_its_example(value):
    _, recurrence, x, _ = lesson_and_fast("lstm", 6, 1.0, m=3)
    clean = recurrence.run(x).a
    x = x.copy()
    x[1, 2] = value
    with np.errstate(invalid="ignore", over="ignore"):
        dirty = recurrence.run(x).a
    np.testing.assert_array_equal(dirty[[0, 2]], clean[[0, 2]])
    assert not np.array_equal(dirty[1], clean[1])
