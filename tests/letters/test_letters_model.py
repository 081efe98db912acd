import numpy as np
import pytest

from lstmkit.cells.gradcheck import numeric_gradient
from lstmkit.errors import InputError
from lstmkit.letters import data, model
from lstmkit.letters.config import ModelConfig

VOCABULARY = data.Vocabulary("\nab")


def parameters(seed=0, n_a=3):
    return model.build_model(ModelConfig(units=n_a), 3, np.random.default_rng(seed))


def certain(characters):
    """A model that always expects these characters alike, and no other."""
    weights = {name: np.zeros_like(weight) for name, weight in parameters().items()}
    weights["by"][:] = -1000
    for character in characters:
        weights["by"][VOCABULARY.characters.index(character)] = 0
    return weights


def write(weights, seed=0, **options):
    options = {"temperature": 1.0, "max_length": 5, **options}
    return model.write(weights, VOCABULARY, np.random.default_rng(seed), **options)


def test_parameters_have_the_shapes_of_the_lstm_and_an_open_forget_gate():
    weights = parameters()
    shapes = {name: weight.shape for name, weight in weights.items()}
    gates = {f"W{k}": (3, 6) for k in "fico"} | {f"b{k}": (3, 1) for k in "fico"}
    assert shapes == {**gates, "Wy": (3, 3), "by": (3, 1)}
    assert (weights["bf"] == 1).all()
    assert not weights["bi"].any()


def test_gradients_are_the_mean_over_the_characters_padding_left_out():
    weights = parameters()
    x, y = data.examples(VOCABULARY, ["abba\n", "b\n"])
    total, gradients = model.loss_and_gradients(weights, x, y)
    assert total == pytest.approx(model.loss(weights, x, y))
    for name, weight in weights.items():
        numeric = numeric_gradient(
            lambda: model.loss(weights, x, y), weight, np.arange(weight.size)
        )
        np.testing.assert_allclose(gradients[f"d{name}"].ravel(), numeric / 7, atol=1e-9)


def test_blind_model_needs_the_logarithm_of_the_number_of_characters():
    blind = {name: np.zeros_like(weight) for name, weight in parameters().items()}
    x, y = data.examples(VOCABULARY, ["abba\n"])
    assert model.loss(blind, x, y) == pytest.approx(5 * np.log(3))


def test_write_ends_at_the_end_or_at_the_longest():
    assert write(certain("\n")) == ""
    assert write(certain("a")) == "aaaaa"
    assert write(certain("\n"), ends=False) == "\n\n\n\n\n"


def test_write_begins_with_the_primer():
    assert write(certain("a"), primer="bb") == "bbaaa"
    assert write(certain("\n"), primer="bb") == "bb"
    assert write(certain("a"), primer="bbbbbbb") == "bbbbbbb"


def test_write_refuses_a_primer_it_cannot_know():
    with pytest.raises(InputError, match="never seen 'z'"):
        write(certain("a"), primer="z")


def test_write_depends_on_the_seed_alone():
    weights = parameters(1)
    texts = [write(weights, seed, max_length=40, ends=False) for seed in (3, 3, 4)]
    assert texts[0] == texts[1] != texts[2]


def test_temperature_sharpens_and_flattens():
    weights = certain("ab")
    weights["by"][2] = -np.log(4)  # a: 4/5, b: 1/5
    share = {}
    for temperature in (0.05, 1.0, 50.0):
        drawn = write(weights, 0, temperature=temperature, max_length=4000, ends=False)
        share[temperature] = drawn.count("b") / len(drawn)
    assert share[0.05] == 0
    assert share[1.0] == pytest.approx(1 / 5, abs=0.03)
    assert 0.4 < share[50.0] < 0.5


def test_write_hands_its_own_character_back():
    weights = certain("ab")
    # The candidate of the one unit that matters is driven by the character before: after a comes b.
    for gate in "io":
        weights[f"b{gate}"][:] = 50
    weights["bf"][:] = -50
    weights["Wc"][0, 3 + 1], weights["Wc"][0, 3 + 2] = 50, -50
    weights["Wy"][1, 0], weights["Wy"][2, 0] = -100, 100
    assert write(weights, primer="a", max_length=6) == "ababab"
