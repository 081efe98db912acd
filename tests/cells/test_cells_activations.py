import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstmkit.cells.activations import sigmoid, softmax

FLOATS = st.floats(allow_nan=False)


@given(FLOATS)
def test_sigmoid_at_any_float_is_a_share_without_a_warning(x):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        y = sigmoid(np.array([x]))[0]
    assert 0 <= y <= 1
    assert y >= 0.5 if x >= 0 else y <= 0.5


@given(st.floats(-700, 700))
def test_sigmoid_of_minus_x_is_one_minus_sigmoid_of_x(x):
    assert sigmoid(np.array([-x])) == pytest.approx(1 - sigmoid(np.array([x])), abs=1e-15)


def test_sigmoid_keeps_its_digits_far_below_zero():
    assert sigmoid(np.array([-100.0]))[0] == pytest.approx(np.exp(-100.0), rel=1e-15)


def test_sigmoid_by_hand():
    assert sigmoid(np.log([1.0, 3.0, 1 / 4])) == pytest.approx([1 / 2, 3 / 4, 1 / 5], rel=1e-15)


def test_sigmoid_of_not_a_number_is_not_a_number():
    assert np.isnan(sigmoid(np.array([np.nan])))[0]


def test_softmax_by_hand():
    scores = np.log([[1.0, 5.0], [2.0, 5.0], [3.0, 10.0]])
    expected = [[1 / 6, 1 / 4], [2 / 6, 1 / 4], [3 / 6, 2 / 4]]
    assert softmax(scores) == pytest.approx(np.array(expected), rel=1e-15)


@given(st.lists(st.floats(-1e308, 1e308), min_size=1, max_size=5), st.floats(-100, 100))
def test_softmax_sums_to_one_and_ignores_a_common_shift(scores, shift):
    column = np.array(scores)[:, None]
    y = softmax(column)
    assert y.sum() == pytest.approx(1, abs=1e-12)
    small = np.clip(column, -100, 100)
    assert softmax(small + shift) == pytest.approx(softmax(small), abs=1e-12)
