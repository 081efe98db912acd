"""What is varied, and which settings are tried."""

import math

import numpy as np
import pytest

from lstmkit import config as configs
from lstmkit.errors import ConfigError, InputError
from lstmkit.sweep.over import Choice, Span, axes, label, overrides
from lstmkit.sweep.result import Tried, ranked, verdict
from lstmkit.sweep.search import Tpe, listed


def read(*texts, pipeline="stock"):
    config = configs.load(configs.schema_of(pipeline), pipeline, None)
    return axes(texts, pipeline, config)


def test_lists_and_ranges():
    assert read("model.units=[16],[25, 8]") == [Choice("model.units", ([16], [25, 8]))]
    assert read("train.patience=null, 3") == [Choice("train.patience", (None, 3))]
    assert read("train.learning_rate=1e-4..1e-2:log") == [
        Span("train.learning_rate", 1e-4, 1e-2, log=True, whole=False)
    ]
    assert read("train.epochs=1..5") == [Span("train.epochs", 1, 5, log=False, whole=True)]
    assert read("model.dropout=0..0.5") == [Span("model.dropout", 0, 0.5, log=False, whole=False)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("model.unitz=[16]", "--over model.unitz=[16]: model.unitz: unknown key; did you mean"),
        ("model.units=16,25", "expected a valid list, found 16"),
        ("train.learning_rate=1e-4..100", "less than or equal to 10, found 100"),
        ("train.learning_rate=0..1:log", "both above 0"),
        ("train.learning_rate=1..0.1", "expected LOW below HIGH"),
        ("train.start=a..b", "expected numbers around .."),
        ("data.window=10,20", "make a sweep for each value"),
        ("train.supervision=last_step", "decides what is held out or how it is scored"),
        ("seed=1,2", "use --seeds N"),
        ("model.units", "expected KEY=VALUE,VALUE"),
        ("model.units=[16],[25", "not valid YAML"),
    ],
)
def test_a_wrong_axis_is_one_error(text, said):
    with pytest.raises(ConfigError) as error:
        read(text)
    assert said in str(error.value)


def test_a_key_is_varied_once():
    with pytest.raises(ConfigError, match="varied twice"):
        read("model.dropout=0,0.1", "model.dropout=0.2,0.3")


def test_a_grid_is_every_pair_of_values():
    varied = read("model.units=[4],[8]", "model.dropout=0,0.1,0.2")
    found = listed(varied, trials=None, seed=0)
    assert len(found) == 6
    assert found[0] == {"model.units": [4], "model.dropout": 0}
    assert found[-1] == {"model.units": [8], "model.dropout": 0.2}
    some = listed(varied, trials=4, seed=0)
    assert len(some) == 4
    assert all(one in found for one in some)
    assert len({label(one) for one in some}) == 4


def test_what_is_drawn_lies_inside_and_depends_on_the_seed_alone():
    varied = read("train.learning_rate=1e-4..1e-2:log", "train.epochs=2..9", "model.units=[4],[8]")
    found = listed(varied, trials=200, seed=3)
    assert found == listed(varied, trials=200, seed=3)
    assert found != listed(varied, trials=200, seed=4)
    rates = np.array([one["train.learning_rate"] for one in found])
    assert ((rates >= 1e-4) & (rates <= 1e-2)).all()
    assert abs(np.mean(rates < 1e-3) - 0.5) < 0.12  # half of the logarithms
    assert {one["train.epochs"] for one in found} == set(range(2, 10))


def test_a_range_wants_the_number_of_settings():
    with pytest.raises(InputError, match="--trials N"):
        listed(read("model.dropout=0..0.5"), trials=None, seed=0)


def test_a_setting_is_texts_that_the_config_takes():
    setting = {"model.units": [8], "train.learning_rate": 1e-4, "train.patience": None}
    config = configs.load(configs.schema_of("stock"), "stock", None)
    made = configs.changed(config, overrides(setting), option="--over")
    assert (made.model.units, made.train.learning_rate, made.train.patience) == ([8], 1e-4, None)


def asked_by_tpe(folder, stop=None):
    """Return what TPE asks for where the loss is the distance of the rate from 0.001."""
    pytest.importorskip("optuna", reason="needs Optuna (lstmkit[sweep])")
    varied = read("train.learning_rate=1e-5..1:log", "model.units=[4],[8]")
    search = Tpe(varied, trials=25, seed=1, journal=folder / "journal")
    found = []
    while settings := search.ask():
        found += settings
        if stop is not None and len(found) > stop:
            return found
        search.tell([abs(math.log10(one["train.learning_rate"]) + 3) for one in settings])
    return found


def test_tpe_asks_again_for_what_it_asked_for(tmp_path):
    asked_by_tpe(tmp_path, stop=12)  # a sweep that was killed, with its journal
    again = asked_by_tpe(tmp_path)
    assert (tmp_path / "journal").stat().st_size > 0
    (tmp_path / "other").mkdir()
    assert again == asked_by_tpe(tmp_path / "other")
    distance = [abs(math.log10(one["train.learning_rate"]) + 3) for one in again]
    assert np.mean(distance[10:]) < np.mean(distance[:10])  # it learns


def tried(*losses):
    return [Tried(i, {"a.b": i}, np.array(one, float)) for i, one in enumerate(losses, 1)]


def test_the_least_mean_is_best_and_an_incomplete_setting_is_last():
    found = ranked(tried([[3.0], [1.0]], [[math.nan], [0.0]], [[1.0], [1.0]], [[1.0], [1.0]]))
    assert [one.number for one in found] == [3, 4, 1, 2]
    assert found[2].mean == 2.0
    assert found[2].spread == pytest.approx(math.sqrt(2))


def test_the_spread_is_over_seeds_not_over_sources():
    (one,) = tried([[1.0, 9.0], [1.0, 9.0]])
    assert (one.mean, one.spread) == (5.0, 0.0)


@pytest.mark.parametrize(
    ("second", "said"),
    [([[1.0], [1.2]], "it may be as good"), ([[9.0], [9.1]], "more than seeds alone")],
)
def test_the_verdict_tells_luck_from_more(second, said):
    told = verdict(tried([[0.9], [1.1]], second), ["It beats."])
    assert told.startswith(
        "Of 2 settings with 2 seeds each, a.b=1 has the least validation loss, 1"
    )
    assert said in told
    assert told.endswith("Trained with it, and judged once: It beats.")


def test_one_seed_says_nothing_of_luck():
    assert "is luck is not known" in verdict(tried([[1.0]], [[2.0]]), [])
