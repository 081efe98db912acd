"""Many series, read in any layout."""

import importlib.util

import numpy as np
import pandas as pd
import pytest
from panels import NAMES, folder, long_of, read, settings, three_series, wide_of

from lstmkit.errors import InputError
from lstmkit.stock.panel import data

PARQUET = importlib.util.find_spec("pyarrow") is not None


@pytest.fixture(scope="module")
def prices():
    return three_series()


def as_arrays(group):
    return {one.name: (one.dates, one.prices) for one in group.members}


def same(one, other):
    assert one.keys() == other.keys()
    for name, (dates, values) in one.items():
        assert np.array_equal(dates, other[name][0])
        assert np.array_equal(values, other[name][1])


def test_every_layout_holds_the_same_series(tmp_path, prices):
    expected = as_arrays(read(folder(tmp_path / "files", prices)))
    assert [len(dates) for dates, _ in expected.values()] == [160, 150, 140]
    long = long_of(prices)
    long.to_csv(tmp_path / "long.csv", index=False)
    long.sort_values(["Date", "Ticker"]).to_csv(tmp_path / "turns.csv", index=False)
    wide_of(prices).to_csv(tmp_path / "wide.csv")
    same(as_arrays(read(tmp_path / "long.csv", "data.series=ticker")), expected)
    same(as_arrays(read(tmp_path / "wide.csv", "data.series=columns")), expected)
    turns = as_arrays(read(tmp_path / "turns.csv", "data.series=Ticker"))
    same({name: turns[name] for name in NAMES}, expected)


@pytest.mark.skipif(not PARQUET, reason="needs pyarrow")
def test_parquet_holds_the_same_series(tmp_path, prices):
    long_of(prices).to_parquet(tmp_path / "panel.parquet", index=False)
    found = as_arrays(read(tmp_path / "panel.parquet", "data.series=Ticker"))
    same(found, as_arrays(read(folder(tmp_path / "files", prices))))


def test_a_header_of_two_rows_names_series_and_their_columns(tmp_path, prices):
    close = wide_of({name: frame.tail(140) for name, frame in prices.items()})
    frame = pd.concat({"Close": close, "High": close * 1.01, "Low": close * 0.99}, axis=1)
    frame.columns.names = ["Price", "Ticker"]
    frame.to_csv(tmp_path / "wide.csv")
    group = read(tmp_path / "wide.csv", "data.series=columns")
    assert [one.name for one in group.members] == list(NAMES)
    assert np.allclose(group.members[1].prices, close["BETA"])
    assert np.allclose(group.members[1].extremes[:, 0], close["BETA"] * 1.01)


def test_what_cannot_be_read_is_named_and_counted(tmp_path, prices, caplog):
    files = folder(tmp_path / "files", prices)
    (files / "notes.txt").write_text("to do: tidy up\n", encoding="utf-8")
    group = read(files)
    assert [one.name for one in group.members] == list(NAMES)
    assert list(group.left_out) == ["notes.txt"]
    assert "1 of 4 series cannot be read and are left out: notes.txt" in caplog.text


def test_nothing_to_read_is_an_error(cli, tmp_path):
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "a.txt").write_text("no table\n", encoding="utf-8")
    done = cli("stock", "train", "files")
    assert done.code == 2
    assert "files: none of 1 series can be read; first: a.txt" in done.err


@pytest.mark.parametrize(
    ("key", "words"),
    [("data.series=Tikcer", "did you mean 'Ticker'"), ("data.series=Date", "is the date")],
)
def test_a_column_that_names_no_series_is_an_error(tmp_path, prices, key, words):
    long_of(prices).to_csv(tmp_path / "long.csv", index=False)
    with pytest.raises(InputError, match=words):
        read(tmp_path / "long.csv", key)


def test_one_of_a_name_and_all_series_cannot_be_asked_at_once(tmp_path, prices):
    long_of(prices).to_csv(tmp_path / "long.csv", index=False)
    with pytest.raises(InputError, match="give one of the two"):
        read(tmp_path / "long.csv", "data.series=Ticker", "data.where=Ticker=BETA")


def test_two_series_of_one_name_get_numbers(tmp_path, prices, caplog):
    files = folder(tmp_path / "files", prices)
    prices["BETA"].to_csv(files / "beta.txt", index=False)
    assert [one.name for one in read(files).members] == [*NAMES, "beta (2)"]
    assert "1 series have a name that was there before, and a number now: beta (2)" in caplog.text


def test_a_series_too_short_for_the_window_is_left_out_once(tmp_path, prices, caplog):
    files = folder(tmp_path / "files", {**prices, "NEW": prices["BETA"].tail(70)})
    group, config = data.bearing(read(files), settings())
    assert [one.name for one in group.members] == list(NAMES)
    assert group.left_out == {"NEW": "70 rows are too few for a window of 10"}
    assert caplog.text.count("too short for a window of 10 rows") == 1
    assert config.data.window == 10


def test_a_window_that_most_cannot_bear_is_that_of_the_one_in_the_middle(tmp_path, prices):
    group, config = data.bearing(
        read(folder(tmp_path / "files", prices)), settings("data.window=90")
    )
    middle = read(tmp_path / "files" / "BETA.csv").members[0]
    assert config == data.data.window_for(middle, settings("data.window=90"))
    assert [one.name for one in group.members][:2] == ["ALPHA", "BETA"]
