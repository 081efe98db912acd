import json

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstmkit import config
from lstmkit.errors import ConfigError
from lstmkit.stock.config import StockConfig


def load(text=None, *overrides, folder=None):
    path = None
    if text is not None:
        path = folder / "my.yaml"
        path.write_text(text, encoding="utf-8")
    return config.load(StockConfig, "stock", path, overrides)


def message(text=None, *overrides, folder=None):
    with pytest.raises(ConfigError) as caught:
        load(text, *overrides, folder=folder)
    return str(caught.value)


def test_load_takes_file_over_default_and_set_over_file(tmp_path):
    text = "train:\n  epochs: 7\n  patience: 3\n"
    resolved = load(text, "train.patience=4", folder=tmp_path)
    assert (resolved.train.epochs, resolved.train.patience) == (7, 4)
    assert resolved.train.batch_size == 240


def test_quotes_that_cmd_leaves_in_place_are_taken_off():
    assert load(None, "'train.epochs=3'").train.epochs == 3
    assert load(None, "data.column='Close'").data.column == "Close"


def test_load_reads_exponents_as_numbers(tmp_path):
    assert load("train:\n  learning_rate: 1e-3\n", folder=tmp_path).train.learning_rate == 0.001
    assert load(None, "train.learning_rate=5e-4").train.learning_rate == 0.0005


def test_config_is_frozen():
    with pytest.raises(ValueError, match="frozen"):
        load().train.epochs = 3


def test_unknown_key_names_nearest_key_file_and_line(tmp_path):
    text = "seed: 1\ntrain:\n  epochs: 2\n  pateince: 3\n"
    found = message(text, folder=tmp_path)
    assert found == (
        f"{tmp_path}/my.yaml:4: train.pateince: unknown key; did you mean 'train.patience'?"
    )


def test_unknown_key_without_neighbour_lists_the_known_ones():
    assert "known keys here: units, dropout" in message(None, "model.xyzzy=1")


@pytest.mark.parametrize(
    ("override", "expected"),
    [
        ("train.epochs=many", "train.epochs: expected a valid integer, found 'many'"),
        ("train.epochs=2.5", "train.epochs: expected a valid integer"),
        ("train.accelerate=1", "train.accelerate: expected a valid boolean, found 1"),
        ("seed=-1", "seed: expected greater than or equal to 0, found -1"),
        ("model.dropout=1.0", "model.dropout: expected less than 1, found 1.0"),
        ("model.units=[]", "model.units: "),
        (
            "data.target=returns",
            "data.target: expected 'auto', 'log_return', 'difference' or 'price'",
        ),
        (
            "data.resample=1 fortnight",
            "data.resample: expected a number and one of s, min, h, D, W",
        ),
        ("train=3", "train: expected a section of keys, found 3"),
        ("seed", "expected section.key=value"),
        ("=3", "expected section.key=value"),
        ("train.epochs=[1", "not valid YAML"),
    ],
)
def test_bad_value_names_override_and_expectation(override, expected):
    found = message(None, override)
    assert expected in found
    assert found.startswith(f"--set {override}: ")


@pytest.mark.parametrize(
    ("text", "line", "expected"),
    [
        ("model:\n  units: 25\n", 2, "model.units: expected a valid list, found 25"),
        ("train:\n  epochs: 1\n epochs: 2\n", 3, "not valid YAML"),
        ("train:\n  epochs: 1\n  epochs: 2\n", 3, "not valid YAML"),
        ("- 1\n- 2\n", 1, "expected sections"),
        ("model: &m\n  dropout: 0.2\ntrain: *m\n", 3, "aliases (*name) are not read"),
        ("seed: !!python/object/apply:os.system ['true']\n", 1, "seed"),
        ("train:\n  patience: 2\n  validation_fraction: 0.0\n", 3, "validation_fraction above 0"),
    ],
)
def test_bad_file_names_file_and_line(tmp_path, text, line, expected):
    found = message(text, folder=tmp_path)
    assert found.startswith(f"{tmp_path}/my.yaml:{line}: ")
    assert expected in found


def test_endless_nesting_and_unknown_pipelines_are_refused():
    with pytest.raises(ConfigError, match="nested too deeply"):
        config.load(StockConfig, "stock", None, ["train.epochs=" + "[" * 3000])
    with pytest.raises(ConfigError, match="expected one of emoji, letters, music, stock"):
        config.schema_of("nothing")


def test_bad_value_inside_an_overridden_section_names_the_override():
    with pytest.raises(ConfigError, match=r"^--set labels=\{0: 1\}: labels\.0: expected"):
        config.load(config.schema_of("emoji"), "emoji", None, ["labels={0: 1}"])


def test_conflict_names_both_keys():
    found = message(None, "data.window=10")
    assert "baselines.lags (20)" in found
    assert "data.window (10)" in found


def test_missing_file_lists_the_configs_that_ship(tmp_path):
    with pytest.raises(ConfigError, match="stock-tutorial"):
        config.load(StockConfig, "stock", tmp_path / "none.yaml")


def test_binary_file_is_refused(tmp_path):
    path = tmp_path / "x.yaml"
    path.write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(ConfigError, match="not UTF-8"):
        config.load(StockConfig, "stock", path)


def test_shipped_config_is_found_by_name():
    from pathlib import Path

    tutorial = config.load(StockConfig, "stock", Path("stock-tutorial"))
    assert tutorial.data.target == "price"
    assert tutorial.train.epochs == 1000
    assert tutorial.train.patience is None


def test_shown_config_keeps_comments_and_loads_to_the_same(tmp_path):
    first = load(None, "model.units=[3, 4]", "data.column=Close", "train.clip_norm=null")
    text = config.show(first, "stock")
    assert "# one LSTM layer per number" in text
    assert load(text, folder=tmp_path) == first


@given(
    st.integers(1, 10**6), st.floats(1e-9, 10), st.text(max_size=20), st.lists(st.integers(1, 99))
)
def test_shown_config_round_trips_any_value(tmp_path, epochs, rate, column, inputs):
    base = load().model_dump()
    base["train"] |= {"epochs": epochs, "learning_rate": rate}
    base["data"] |= {"column": column, "inputs": inputs}
    first = StockConfig.model_validate(base)
    assert load(config.show(first, "stock"), folder=tmp_path) == first


@given(st.text(max_size=60))
def test_any_text_as_override_loads_or_says_why(text):
    try:
        load(None, text)
    except ConfigError as error:
        assert str(error)


@given(st.binary(max_size=200))
def test_any_bytes_as_file_load_or_say_why(tmp_path, content):
    path = tmp_path / "any.yaml"
    path.write_bytes(content)
    try:
        config.load(StockConfig, "stock", path)
    except ConfigError as error:
        assert str(error)


def test_schema_accepts_the_default_and_refuses_a_typo():
    schema = config.json_schema(StockConfig, "stock")
    jsonschema.validate({"train": {"epochs": 5}}, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"train": {"epoch": 5}}, schema)
    epochs = schema["$defs"]["StockTrainConfig"]["properties"]["epochs"]
    assert epochs["default"] == 1000
    assert "patience" in epochs["description"]


def test_config_commands_print_yaml_and_schema(cli):
    shown = cli("config", "show", "stock", "--set", "train.epochs=5")
    assert shown.code == 0
    assert "epochs: 5 " in shown.out
    assert json.loads(cli("config", "schema", "stock").out)["title"] == "lstmkit stock config"
    wrong = cli("config", "show", "stick")
    assert wrong.code == 2
    assert "did you mean 'stock'?" in wrong.err
