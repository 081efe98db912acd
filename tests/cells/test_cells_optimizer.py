import numpy as np
import pytest

from lstmkit.cells.optimizer import clip, initialize_adam, update_parameters_with_adam


def test_clip_bounds_both_sides_in_place():
    gradients = {"dW": np.array([-12.0, -3.0, 0.0, 10.0, 11.0])}
    clip(gradients, 10)
    np.testing.assert_array_equal(gradients["dW"], [-10, -3, 0, 10, 10])


def test_adam_first_step_is_one_learning_rate_against_the_sign():
    parameters = {"W": np.array([1.0, 1.0, 1.0])}
    v, s = initialize_adam(parameters)
    gradients = {"dW": np.array([0.001, -50.0, 0.0])}
    update_parameters_with_adam(parameters, gradients, v, s, 1, learning_rate=0.1)
    assert parameters["W"] == pytest.approx([0.9, 1.1, 1.0], abs=1e-5)


def test_adam_two_steps_by_hand():
    parameters = {"W": np.array([0.0])}
    v, s = initialize_adam(parameters)
    for t, gradient in ((1, 1.0), (2, 3.0)):
        update_parameters_with_adam(
            parameters, {"dW": np.array([gradient])}, v, s, t, 0.1, 0.5, 0.5
        )
    # v = 0.5, then 0.5 * 0.5 + 0.5 * 3 = 1.75; corrected 1.75 / 0.75 = 7/3
    # s = 0.5, then 0.5 * 0.5 + 0.5 * 9 = 4.75; corrected 4.75 / 0.75 = 19/3
    assert v["dW"] == pytest.approx([1.75])
    assert s["dW"] == pytest.approx([4.75])
    assert parameters["W"] == pytest.approx([-0.1 - 0.1 * (7 / 3) / np.sqrt(19 / 3)], rel=1e-6)


def test_adam_finds_the_bottom_of_a_bowl():
    parameters = {"W": np.array([4.0, -3.0])}
    v, s = initialize_adam(parameters)
    for t in range(1, 2001):
        gradients = {"dW": 2 * (parameters["W"] - np.array([1.0, 2.0]))}
        update_parameters_with_adam(parameters, gradients, v, s, t, learning_rate=0.02)
    assert parameters["W"] == pytest.approx([1.0, 2.0], abs=1e-3)
