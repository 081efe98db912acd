"""Price files with something in them to mend, which is mended and said."""

import numpy as np
import pandas as pd
import pytest
from price_tables import BAR, DAYS, HIGHS, LOWS, OPENS, PRICES, VOLUMES, load, table

MENDED = {
    "the last day twice": (
        table("%Y-%m-%d", PRICES, head="d,p\n") + f"{DAYS[-1]:%Y-%m-%d},7\n",
        60,
        7,
        "the later one is kept",
    ),
    "the last day live": (
        table("%Y-%m-%d 00:00:00+09:00", PRICES[:-1], head="d,p\n")
        + f"{DAYS[-1]:%Y-%m-%d} 15:15:02+09:00,7\n",
        60,
        7,
        "has a time of day (15:15:02)",
    ),
    "a month live": (
        table(
            "%Y-%m-%d",
            PRICES[:20],
            head="d,p\n",
            stamps=pd.date_range("2020-01-01", periods=20, freq="MS"),
        )
        + "2021-08-17,7\n",
        20,
        7,
        "takes the place",
    ),
    "a week live": (
        table(
            "%Y-%m-%d",
            PRICES[:20],
            head="d,p\n",
            stamps=pd.date_range("2020-01-06", periods=20, freq="7D"),
        )
        + "2020-05-21,7\n",
        20,
        7,
        "takes the place",
    ),
    "a month that is not over": (
        table(
            "%Y-%m-%d",
            PRICES[:20],
            head="d,p\n",
            stamps=pd.date_range("2020-01-31", periods=20, freq="BME"),
        )
        + "2021-09-17,7\n",
        20,
        PRICES[19],
        "not over",
    ),
    "units that change": (
        table("%s000", PRICES[:30], head="time,close\n")
        + table("%s000000", PRICES[30:], stamps=DAYS[30:]),
        60,
        PRICES[-1],
        "milliseconds to microseconds",
    ),
    "spreadsheet days": (
        "Date,Close\n" + "".join(f"{45306 + i},{p}\n" for i, p in enumerate(PRICES)),
        60,
        PRICES[-1],
        "serial days",
    ),
}


@pytest.mark.parametrize("kind", MENDED)
def test_kind_is_mended_and_said(tmp_path, kind):
    text, rows, last, words = MENDED[kind]
    path = tmp_path / "x.csv"
    path.write_text(text, encoding="utf-8")
    found = load(path)
    assert (len(found.prices), found.prices[-1]) == (rows, last)
    assert words in " ".join(found.repairs)


def test_autumn_hour_without_a_zone_keeps_one_row(tmp_path):
    stamps = pd.date_range("2024-10-26", periods=60, freq="h", tz="Europe/Berlin").tz_localize(None)
    path = tmp_path / "x.csv"
    path.write_text(table("%Y-%m-%d %H:%M", PRICES, head="d,p\n", stamps=stamps), encoding="utf-8")
    found = load(path)
    assert len(found.prices) == 59
    assert "clocks went back is there twice (2024-10-27)" in " ".join(found.repairs)
    assert (np.diff(found.dates).astype(int) == 3600).all()


def test_splits_and_spikes_are_named(tmp_path):
    path = tmp_path / "x.csv"
    split, spike = np.where(np.arange(60) < 40, PRICES * 4, PRICES), PRICES.copy()
    spike[20] *= 10
    path.write_text(table("%Y-%m-%d", split, head="d,p\n"), encoding="utf-8")
    assert f"{DAYS[40]:%Y-%m-%d} falls from" in " ".join(load(path).repairs)
    path.write_text(table("%Y-%m-%d", spike, head="d,p\n"), encoding="utf-8")
    assert f"{DAYS[20]:%Y-%m-%d} is {spike[20]:g}" in " ".join(load(path).repairs)
    path.write_text(table("%Y-%m-%d", PRICES, head="d,p\n"), encoding="utf-8")
    assert load(path).repairs == ()


def test_resample_makes_bars_and_leaves_the_unfinished_one_out(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text(
        table("%Y-%m-%d", *BAR, head="Date,Open,High,Low,Close,Volume\n", stamps=DAYS[:13]),
        encoding="utf-8",
    )
    inputs = "data.inputs=[Open, High, Low, Volume]"
    found = load(path, "data.resample=1W", inputs)
    week = slice(5, 10)
    expected = PRICES[9], OPENS[5], HIGHS[week].max(), LOWS[week].min(), VOLUMES[week].sum()
    np.testing.assert_allclose(found.values[1], expected)
    assert [str(d)[:10] for d in found.dates] == ["2024-01-21", "2024-01-28"]
    assert "unfinished and left out" in found.repairs[-1]
