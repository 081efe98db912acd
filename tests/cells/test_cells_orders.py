"""The table of gates in the docstring of `lstmkit.cells` says what the code does."""

import re

import numpy as np

import lstmkit.cells
from lstmkit.cells import keras_weights
from lstmkit.cells.fast import LSTMRecurrence
from lstmkit.cells.gradcheck import random_problem

ORDERS = dict(
    re.findall(r"^ {4}(\S.*?) {2,}([fico] [fico] [fico] [fico]) ", lstmkit.cells.__doc__, re.M)
)


def order(beginning):
    (found,) = (value for where, value in ORDERS.items() if where.startswith(beginning))
    return found.replace(" ", "")


def test_table_has_the_order_of_keras():
    assert order("Keras") == keras_weights.KERAS_GATES


def test_table_has_the_order_of_fast():
    p = random_problem("lstm", np.random.default_rng(0)).parameters
    weights = np.abs(LSTMRecurrence(p, activation=np.tanh)._weights)
    stacked = [np.abs(np.hstack([p[f"W{k}"], p[f"b{k}"]])) for k in order("`fast`")]
    np.testing.assert_array_equal(weights, np.vstack(stacked))


def test_table_has_the_order_of_block_lstm():
    from lstmkit.training import block_lstm

    said = re.search(r"gates come in the order (.*?);", block_lstm.__doc__)[1]
    assert order("TensorFlow") == said.replace(", ", "")
