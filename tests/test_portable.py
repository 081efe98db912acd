"""A saved model opens in an older Keras than the one that saved it."""

import zipfile

import keras
import numpy as np
import pytest

from lstmkit.config import package_folder
from lstmkit.training.keras_learner import save_model
from lstmkit.training.portable import NEWER


def newer_options(path):
    """Return the options of a model's file that the lowest Keras allowed does not know."""
    with zipfile.ZipFile(path) as archive:
        config = archive.read("config.json").decode()
    return {name for name in NEWER if f'"{name}"' in config}


def test_a_saved_model_names_no_option_that_an_older_keras_refuses(tmp_path):
    layers = [keras.Input((5, 2)), keras.layers.LSTM(3, seed=1), keras.layers.Dense(1)]
    model, path = keras.Sequential(layers), tmp_path / "model.keras"
    save_model(model, path)
    assert newer_options(path) == set()
    again, x = keras.models.load_model(path), np.ones((1, 5, 2), np.float32)
    np.testing.assert_array_equal(again.predict_on_batch(x), model.predict_on_batch(x))
    assert [one.name for one in tmp_path.iterdir()] == ["model.keras"]


@pytest.mark.parametrize("name", ["emoji", "music", "stock"])
def test_models_that_ship_open_in_this_keras(name):
    path = package_folder("data") / "models" / name / "model.keras"
    assert keras.models.load_model(path, compile=False).weights


@pytest.mark.parametrize("name", ["emoji", "music", "stock"])
def test_models_that_ship_open_in_the_oldest_keras_allowed(name):
    assert newer_options(package_folder("data") / "models" / name / "model.keras") == set()
