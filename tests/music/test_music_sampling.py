import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstmkit.music.play.sampling import draw, sharpen


def test_sharpen_at_temperature_1_changes_nothing():
    p = np.array([0.5, 0.3, 0.2])
    np.testing.assert_allclose(sharpen(p, 1, 1), p)


def test_sharpen_is_a_power_of_the_probabilities():
    p = np.array([0.5, 0.3, 0.2])
    np.testing.assert_allclose(sharpen(p, 0.5, 1), p**2 / (p**2).sum())
    np.testing.assert_array_equal(sharpen(p, 0, 1), [1, 0, 0])


def test_sharpen_keeps_the_nucleus():
    p = np.array([0.1, 0.5, 0.15, 0.25])
    np.testing.assert_allclose(sharpen(p, 1, 0.6), [0, 2 / 3, 0, 1 / 3])
    np.testing.assert_allclose(sharpen(p, 1, 0.5), [0, 1, 0, 0])


def test_draw_follows_the_probabilities():
    p = np.array([0.2, 0.0, 0.5, 0.3])
    generator = np.random.default_rng(0)
    everything = np.ones(4, bool)
    drawn = [draw(p, everything, generator, temperature=1, top_p=1) for _ in range(4000)]
    np.testing.assert_allclose(np.bincount(drawn, minlength=4) / 4000, p, atol=0.03)


@given(
    st.lists(st.floats(0, 1), min_size=1, max_size=20),
    st.data(),
    st.sampled_from([0, 0.3, 1, 4]),
    st.sampled_from([0.1, 0.9, 1]),
)
def test_draw_gives_only_what_is_allowed(weights, data, temperature, top_p):
    allowed = np.array(
        data.draw(st.lists(st.booleans(), min_size=len(weights), max_size=len(weights)))
    )
    generator = np.random.default_rng(0)
    value = draw(np.array(weights), allowed, generator, temperature=temperature, top_p=top_p)
    assert (value is None) == (not allowed.any())
    assert value is None or allowed[value]


@pytest.mark.parametrize("top_p", [0.2, 1])
def test_draw_at_temperature_0_takes_the_likeliest_and_no_chance(top_p):
    generator = np.random.default_rng(0)
    before = generator.bit_generator.state
    allowed = np.array([True, False, True])
    assert draw(np.array([0.2, 0.5, 0.3]), allowed, generator, temperature=0, top_p=top_p) == 2
    assert generator.bit_generator.state == before
