"""The face for notebooks: light to import, keywords checked as YAML is, results that show."""

import html
import importlib
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT

import lstmkit
from lstmkit import face, notebook
from lstmkit.config import Config, Section
from lstmkit.errors import ConfigError, InputError
from lstmkit.result import Result

TINY = {
    "data": {"window": 10},
    "units": [4],
    "epochs": 2,
    "lags": 3,
    "horizons": 4,
}


def test_import_is_light_and_names_are_found():
    code = (
        "import sys, lstmkit; heavy = {'numpy', 'pandas', 'keras', 'tensorflow', 'click'};"
        "assert not heavy & sys.modules.keys(); assert 'stock' in dir(lstmkit);"
        "lstmkit.emoji; assert 'predict' in dir(lstmkit.emoji);"
        "assert not heavy & sys.modules.keys()"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'stocks'"):
        _ = lstmkit.stocks


def test_keywords_are_keys_sections_and_what_set_takes():
    made = face.configured("stock", {**TINY, "seed": 3, "set": "train.patience=7"})
    assert (made.train.epochs, made.model.units, made.data.window) == (2, [4], 10)
    assert (made.seed, made.train.patience) == (3, 7)
    assert face.configured("stock", {"config": "stock-tutorial"}).train.epochs == 1000


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"epochs": 0}, r"train\.epochs: expected greater than or equal to 1"),
        ({"epoch": 3}, r"epoch: unknown key"),
        ({"units": np.array([3])}, r"^units: expected .* found ndarray$"),
        ({"train": {"epochz": 3}}, r"did you mean 'train\.epochs'"),
    ],
)
def test_a_wrong_keyword_is_one_clear_error(given, said):
    with pytest.raises(ConfigError, match=said):
        face.configured("stock", given)


def test_a_keyword_of_two_sections_asks_which():
    class Part(Section):
        window: int

    class Both(Config):
        data: Part
        train: Part

    with pytest.raises(ConfigError, match=r"data=\{'window': \.\.\.\} or train="):
        face._key(Both, "window")


def test_a_run_is_trained_shown_and_forecast(price_csv, walk, tmp_path):
    made = lstmkit.stock.train(price_csv(walk), output=tmp_path / "out", **TINY)
    assert list(made.predictions)[:3] == ["date", "actual", "predicted"]
    assert made.predictions["date"].dtype.kind == "M"
    assert len(made.table("history")) == len(made.history)
    assert made.plot().path.name == "prediction.png"
    assert made.plot("loss")._repr_png_().startswith(b"\x89PNG")
    shown = made._repr_html_()
    assert html.escape(made.verdict) in shown
    assert "<th>naive</th>" in shown
    assert "data:image/png;base64," in shown
    ahead = lstmkit.stock.forecast(run=made, days=3, output=tmp_path / "out")
    assert len(ahead.table("forecast")) == 3
    assert ahead.plot().path.name == "forecast.png"
    with pytest.raises(InputError, match=r"no table is called 'predictions'; there are: forecast"):
        _ = ahead.predictions
    network = lstmkit.load(str(made.run / "model.keras"))
    ((_, steps, features),) = network.input_shapes
    assert network.predict(np.zeros((1, steps, features), np.float32)).shape[0] == 1


def test_texts_are_answered_as_a_table(tmp_path):
    said = lstmkit.emoji.predict(["I love you", "the best pizza in town"], output=tmp_path)
    assert said.emojis == ["❤️", "🍴"]
    assert isinstance(said.predictions, pd.DataFrame)
    assert "I love you" in said._repr_html_()
    assert lstmkit.emoji.predict("I love you", output=tmp_path).emojis == ["❤️"]


def test_a_solo_shows_its_player(tmp_path):
    made = lstmkit.music.generate("Dm7 G7 | Cmaj7", bars=4, seed=1, output=tmp_path)
    assert len(made.solos[0].measures) == 4
    shown = made._repr_html_()
    assert "<iframe sandbox=" in shown
    assert "class=&quot;roll&quot;" in shown


def test_a_prompt_shows_the_folder_and_the_verdict_not_every_number(tmp_path):
    made = Result(run=tmp_path, metrics={"verdict": "It is so.", "test": {"mae": 1.0}})
    assert repr(made) == f"<lstmkit.Result {tmp_path}>\nIt is so."


def kinds(kind=Result):
    for child in kind.__subclasses__():
        yield child
        yield from kinds(child)


def test_every_kind_of_result_is_as_short():
    for path in sorted((ROOT / "lstmkit").rglob("result.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        importlib.import_module(name)
    found = [kind for kind in kinds() if kind.__module__.startswith("lstmkit.")]
    assert {"Scored", "PanelOutlook"} <= {kind.__name__ for kind in found}
    assert [kind for kind in found if kind.__repr__ is not Result.__repr__] == []


def test_a_kernel_without_widgets_shows_lines_and_warns_of_nothing():
    code = (
        "import sys, types, warnings; warnings.simplefilter('error');"
        "sys.modules['ipykernel'] = types.ModuleType('ipykernel');"
        "sys.modules['ipywidgets'] = None;"
        "from lstmkit.progress import Progress;"
        "progress = Progress(2, label='train', seconds=0); progress.update(1); progress.close()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, encoding="utf-8", timeout=60, check=True
    )
    assert done.stderr.startswith("train: 1/2 steps")


def test_html_is_escaped(tmp_path):
    made = Result(
        run=tmp_path,
        metrics={"verdict": "<b>", "test": {"mae": 1.0}, "baselines": {"<i>": {"mae": 2}}},
    )
    shown = made._repr_html_()
    assert "<b>" not in shown
    assert "<i>" not in shown
    assert "&lt;i&gt;" in shown


def test_scores_need_something_to_beat():
    assert notebook.scores({"test": {"mae": 1.0}}) == ""
    assert "<td>–</td>" not in notebook.scores({"test": {"a": 1}, "baselines": {"b": {"a": 2}}})


def test_any_keras_model_is_accelerated():
    import keras

    model = keras.Sequential([keras.Input((5, 2)), keras.layers.LSTM(3)])
    (report,) = lstmkit.accelerate(model)
    assert report.layer == "lstm" or report.layer.startswith("lstm_")
