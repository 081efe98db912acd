"""Prices from Yahoo, with yfinance replaced: no test asks the network."""

import importlib.machinery
import json
import sys
import types

import pandas as pd
import pytest

from lstmkit.downloads import yahoo


class MissingTickerError(Exception):
    pass


@pytest.fixture
def fake(monkeypatch):
    """Put a yfinance in place that answers with two days, or as told."""
    index = pd.DatetimeIndex(["2016-12-29", "2016-12-30"], tz="America/New_York", name="Date")
    columns = ["Open", "High", "Low", "Close", "Adj Close", "Volume"]
    table = pd.DataFrame([[1.5, 2, 1, 1.75, 1.25, 100]] * 2, index=index, columns=columns)
    told = types.SimpleNamespace(table=table, error=None, asked=[])

    class Ticker:
        def __init__(self, name):
            told.asked.append(name)

        def history(self, **options):
            told.asked.append(options)
            if told.error:
                raise told.error
            return told.table

    module = types.ModuleType("yfinance")
    module.__spec__ = importlib.machinery.ModuleSpec("yfinance", None)
    module.Ticker = Ticker
    module.exceptions = types.SimpleNamespace(
        YFTickerMissingError=MissingTickerError, YFInvalidPeriodError=MissingTickerError
    )
    monkeypatch.setitem(sys.modules, "yfinance", module)
    return told


def test_fetch_writes_a_csv_that_inspect_reads(cli, fake, tmp_path):
    done = cli("stock", "fetch", "dis", "--start", "2016-12-29", "--json", "--data", tmp_path / "d")
    assert done.code == 0, done.err
    path = tmp_path / "d" / "DIS.csv"
    assert json.loads(done.out) == {"ticker": "dis", "file": str(path), "rows": 2}
    assert path.read_text(encoding="utf-8").splitlines() == [
        "date,open,high,low,close,adj_close,volume",
        "2016-12-29,1.5,2,1,1.75,1.25,100",
        "2016-12-30,1.5,2,1,1.75,1.25,100",
    ]
    assert str(fake.asked[1]["start"]) == "2016-12-29"
    assert fake.asked[1]["auto_adjust"] is False
    shown = cli("stock", "inspect", path, "--json")
    assert json.loads(shown.out)["inputs"] == ["adj_close"]


def test_fetch_takes_an_ampersand_and_inspect_reads_what_it_wrote(cli, fake, tmp_path):
    done = cli("stock", "fetch", "M&M.NS", "--json", "--data", tmp_path / "d")
    assert done.code == 0, done.err
    path = json.loads(done.out)["file"]
    shown = json.loads(cli("stock", "inspect", path, "--json").out)
    assert path.endswith("M&M.NS.csv")
    assert (shown["rows"], shown["inputs"]) == (2, ["adj_close"])


@pytest.mark.parametrize(
    ("change", "arguments", "code", "text"),
    [
        ({"error": MissingTickerError()}, ["XXXX"], 2, "knows no such ticker"),
        ({"error": OSError("offline")}, ["DIS"], 1, "check the network"),
        ({"table": pd.DataFrame()}, ["DIS"], 2, "has no daily prices"),
        ({}, ["../../etc/x"], 2, "no ticker"),
        ({}, ["DIS", "--start", "2020-01-02", "--end", "2020-01-01"], 2, "is not before"),
        ({}, ["DIS", "--start", "yesterday"], 2, "yesterday"),
    ],
)
def test_fetch_that_fails_says_why_and_writes_nothing(
    cli, fake, tmp_path, change, arguments, code, text
):
    vars(fake).update(change)
    done = cli("stock", "fetch", *arguments, "--data", tmp_path / "d")
    assert done.code == code
    assert text in done.err
    assert not (tmp_path / "d").exists()


def test_fetch_without_the_extra_names_it(cli, monkeypatch, tmp_path):
    monkeypatch.setattr(yahoo, "find_spec", lambda _: None)
    done = cli("stock", "fetch", "DIS", "--data", tmp_path / "d")
    assert done.code == 2
    assert 'pip install "lstmkit[yahoo]"' in done.err
