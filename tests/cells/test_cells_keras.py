"""The cells against Keras's `SimpleRNN` and `LSTM`."""

import keras
import numpy as np
import pytest

from lstmkit.cells.gradcheck import lstm_backward_without_carry, random_problem
from lstmkit.cells.keras_parity import compare_with_keras
from lstmkit.cells.keras_weights import from_keras, to_keras
from lstmkit.cells.lstm import lstm_forward
from lstmkit.cells.rnn import rnn_forward

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # Keras on NumPy 2

SHAPES = [
    {"n_x": 1, "n_a": 1, "n_y": 2, "m": 1, "T_x": 1},
    {"n_x": 3, "n_a": 5, "n_y": 4, "m": 6, "T_x": 12},
    {"n_x": 7, "n_a": 2, "n_y": 3, "m": 2, "T_x": 40},
]


@pytest.mark.parametrize("sizes", SHAPES, ids=str)
@pytest.mark.parametrize("cell", ["rnn", "lstm"])
def test_outputs_and_gradients_are_those_of_keras(cell, sizes):
    problem = random_problem(cell, np.random.default_rng(0), **sizes)
    comparisons = compare_with_keras(problem)
    names = {comparison.name for comparison in comparisons}
    assert names == {"a", "y_pred", *problem.inputs, *problem.parameters}
    assert [comparison for comparison in comparisons if not comparison.passed] == []


def test_gradients_without_the_carry_are_not_those_of_keras():
    problem = random_problem("lstm", np.random.default_rng(0))
    comparisons = compare_with_keras(problem, lstm_backward_without_carry)
    right = {comparison.name for comparison in comparisons if comparison.passed}
    assert right == {"a", "y_pred", "Wy", "by"}


@pytest.mark.parametrize("cell", ["rnn", "lstm"])
def test_weights_from_a_keras_layer_give_its_outputs(cell):
    kind = keras.layers.SimpleRNN if cell == "rnn" else keras.layers.LSTM
    layer = kind(4, return_sequences=True, bias_initializer="normal")
    x = np.random.default_rng(1).normal(size=(3, 2, 9))  # (n_x, m, T_x)
    expected = np.asarray(layer(x.transpose(1, 2, 0).astype(np.float32)))
    parameters = from_keras(layer.get_weights())
    forward = rnn_forward if cell == "rnn" else lstm_forward
    a, y_pred, *_ = forward(x, np.zeros((4, 2)), parameters)
    np.testing.assert_allclose(a.transpose(1, 2, 0), expected, atol=1e-6)
    np.testing.assert_array_equal(y_pred, np.ones((1, 2, 9)))  # no output layer


@pytest.mark.parametrize("cell", ["rnn", "lstm"])
def test_to_keras_and_back_is_the_identity(cell):
    parameters = random_problem(cell, np.random.default_rng(2)).parameters
    returned = from_keras(to_keras(parameters))
    assert returned.keys() == parameters.keys()
    for name, weight in parameters.items():
        np.testing.assert_array_equal(returned[name], weight)


def test_gates_of_a_keras_kernel_are_in_the_order_input_forget_candidate_output():
    recurrent = np.arange(4.0)[None]  # one unit: i = 0, f = 1, c = 2, o = 3
    parameters = from_keras([10 + recurrent, recurrent, 20 + recurrent[0]])
    for gate, number in zip("ifco", range(4), strict=True):
        np.testing.assert_array_equal(parameters[f"W{gate}"], [[number, 10 + number]])
        np.testing.assert_array_equal(parameters[f"b{gate}"], [[20 + number]])
