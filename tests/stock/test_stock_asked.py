"""Price files that can be read in two ways are asked about, and what answers."""

import numpy as np
import pandas as pd
import pytest
from price_tables import DAYS, OPENS, PRICES, load, settings_of, table

from lstmkit.errors import InputError

HALF = tuple(range(30))
SYMBOLS = ["AAA", "BBB"] * 30

REFUSED = {
    "several below each other": (
        table("%Y-%m-%d", PRICES, ["AAA"] * 60, head="date,close,ticker\n")
        + table("%Y-%m-%d", PRICES * 9, ["BBB"] * 60),
        ("'ticker'", "AAA, BBB", "data.where"),
        ("resample",),
    ),
    "several by numbers": (
        table("%Y%m%d,10001", PRICES, head="date,PERMNO,PRC\n") + table("%Y%m%d,10002", PRICES * 9),
        ("'PERMNO'", "10001, 10002"),
        ("resample",),
    ),
    "taking turns without a name": (
        table(
            "%Y-%m-%d",
            np.where(np.arange(60) % 2, PRICES, PRICES * 9),
            SYMBOLS,
            head="day,p,what\n",
        ),
        ("'what'", "data.where=what=AAA"),
        ("resample",),
    ),
    "side by side": (
        "Ticker,XX,XX,YY,YY\nPrice,Open,Close,Open,Close\nDate,,,,\n"
        + table("%Y-%m-%d", OPENS, PRICES, OPENS * 2, PRICES * 2),
        ("XX, YY", "data.where=Ticker=XX"),
        ("data.column",),
    ),
    "one column for each": (
        table("%Y-%m-%d", PRICES, PRICES * 2, head="Date,XX,YY\n"),
        ("which column", "XX, YY"),
        (),
    ),
    "three digits after a comma": (
        table("%Y-%m-%d", [f'"{p:.3f}"'.replace(".", ",") for p in PRICES], head="day,price\n"),
        ("is 102,040 102040 or 102.040?", "data.decimal=point"),
        (),
    ),
    "three digits after a point": (
        table("%d.%m.%Y", [f"{p:.3f}" for p in PRICES], head="Datum;Kurs\n", sep=";"),
        ("102040 or 102.040", "data.decimal=comma"),
        (),
    ),
    "date that can be two": (
        table(
            "%d/%m/%Y",
            PRICES[:5],
            head="d,p\n",
            stamps=pd.to_datetime([f"2024-{m:02d}-01" for m in range(1, 6)]),
        ),
        ("%m/%d/%Y or %d/%m/%Y", "data.date_format"),
        (),
    ),
    "minus of a mean of bid and ask": (
        table("%Y%m%d", np.where(np.arange(60) == 3, -PRICES, PRICES), head="date,PRC\n"),
        ("'PRC'", "row 5", "absolute value"),
        ("data.target=difference",),
    ),
    "one day twice in the middle": (
        table("%Y-%m-%d", PRICES[:30], head="d,p\n")
        + "2024-01-16,5\n"
        + table("%Y-%m-%d", PRICES[30:], stamps=DAYS[30:]),
        ("rows 3 and 32", "2024-01-16"),
        ("resample",),
    ),
    "a row that has no date": (
        table("%Y-%m-%d", PRICES[:30], head="d,p\n")
        + ",5\n"
        + table("%Y-%m-%d", PRICES[30:], stamps=DAYS[30:]),
        ("row 32", "expected a date", "found nothing"),
        (),
    ),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_kind_that_can_be_read_in_two_ways_is_asked_about(tmp_path, kind):
    text, named, never = REFUSED[kind]
    path = tmp_path / "x.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load(path)
    message = str(caught.value)
    assert [words for words in named if words not in message] == []
    assert [words for words in never if words in message] == []


def test_where_takes_one_series_of_several(tmp_path):
    path = tmp_path / "x.csv"
    for kind, choice in (
        ("several below each other", "ticker=BBB"),
        ("several by numbers", "PERMNO=10002"),
        ("side by side", "Ticker=YY"),
    ):
        path.write_text(REFUSED[kind][0], encoding="utf-8")
        found = load(path, f"data.where={choice}")
        factor = 2 if kind == "side by side" else 9
        np.testing.assert_allclose(found.prices, PRICES * factor)
        assert found.name == choice.partition("=")[2]


def test_decimal_answers_the_question(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text(REFUSED["three digits after a comma"][0], encoding="utf-8")
    np.testing.assert_allclose(load(path, "data.decimal=comma").prices, PRICES)
    np.testing.assert_allclose(load(path, "data.decimal=point").prices, PRICES * 1000)


def test_column_names_with_a_colon_and_lists_are_understood(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text(table("%Y-%m-%d", OPENS, PRICES, head="Date,A,Price: USD\n"), encoding="utf-8")
    np.testing.assert_allclose(load(path, "data.column=Price: USD").prices, PRICES)
    with pytest.raises(InputError, match=r"\[A\]"):
        settings_of("data.inputs=A")
