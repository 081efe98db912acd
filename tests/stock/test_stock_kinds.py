"""Kinds of price files, each a small one of our own: read right, or asked about, never misread."""

from functools import cache

import numpy as np
import pandas as pd
import pytest

from lstmkit import config as configs
from lstmkit.errors import InputError
from lstmkit.stock import data
from lstmkit.stock.config import StockConfig

DAYS = pd.bdate_range("2024-01-15", periods=60)
PRICES = np.round(100 + np.cumsum(np.random.default_rng(3).normal(0, 1, 60)), 2)
OPENS = np.round(PRICES + 0.3, 2)
HIGHS, LOWS = np.round(np.maximum(PRICES, OPENS) + 0.5, 2), np.round(PRICES - 0.7, 2)
VOLUMES = np.random.default_rng(4).integers(10_000, 900_000, 60)


@cache
def settings_of(*overrides):
    return configs.load(StockConfig, "stock", None, overrides).data


def load(path, *overrides):
    return data.load(path, settings_of(*overrides))


def table(form, *columns, head="", sep=",", stamps=DAYS):
    """Write a table: dates by a strftime form, then columns of numbers or texts."""
    dates = [stamp.strftime(form) for stamp in stamps]
    rows = zip(dates, *[[str(cell) for cell in column] for column in columns], strict=False)
    return head + "".join(sep.join(row) + "\n" for row in rows)


def quoted(values, decimal=".", group=""):
    text = [f"{value:,.2f}" for value in values]
    swap = [t.replace(",", "@").replace(".", decimal).replace("@", group) for t in text]
    return [f'"{t}"' for t in swap]


BAR = (OPENS, HIGHS, LOWS, PRICES, VOLUMES)
HOURS = pd.date_range("2024-03-12", periods=60, freq="h")
MINUTES = pd.date_range("2024-03-04 22:30", periods=60, freq="min")
BIG = PRICES * 100
EURO = [f"{p:.2f}".replace(".", ",") for p in PRICES]

READ = {
    "Yahoo": table(
        "%Y-%m-%d", *BAR[:4], PRICES, VOLUMES, head="Date,Open,High,Low,Close,Adj Close,Volume\n"
    ),
    "Stooq": table("%Y-%m-%d", *BAR, head="Data,Otwarcie,Najwyzszy,Najnizszy,Zamkniecie,Wolumen\n"),
    "Onvista": table("%d.%m.%Y", EURO, EURO, head="Datum;Eröffnung;Schluss\n", sep=";"),
    "Ariva": table(
        "%Y-%m-%d", EURO, EURO, EURO, EURO, head="Datum;Erster;Hoch;Tief;Schlusskurs\n", sep=";"
    ),
    "Boursorama": table(
        "%d/%m/%Y 00:00",
        OPENS,
        HIGHS,
        LOWS,
        PRICES,
        head="date\touv\thaut\tbas\tclot\n".replace("clot", "Clôture"),
        sep="\t",
    ),
    "Borsa Italiana": table("%d/%m/%Y", EURO, EURO, head="Data;Apertura;Chiusura\n", sep=";"),
    "BME": table("%d/%m/%Y", EURO, EURO, head="Fecha;Apertura;Último\n", sep=";"),
    "B3": table(
        "%d.%m.%Y",
        [f"R$ {p}" for p in EURO],
        [f"{p}M" for p in EURO],
        head="Data;Fechamento;Volume\n",
        sep=";",
    ),
    "Turkish": table(
        "%d.%m.%Y",
        [f'"{p}"' for p in EURO],
        [f'"{p}"' for p in EURO],
        head='"Tarih","Şimdi","Açılış"\n',
    ),
    "Russian": table("%d.%m.%Y", PRICES, OPENS, head="Дата;Закрытие;Открытие\n", sep=";"),
    "Finam": table(
        "XX;D;%Y%m%d;%H%M%S",
        *BAR,
        head="<TICKER>;<PER>;<DATE>;<TIME>;<OPEN>;<HIGH>;<LOW>;<CLOSE>;<VOL>\n",
        sep=";",
    ),
    "Japanese": table("%Y年%m月%d日", OPENS, PRICES, head="日付,始値,終値\n"),
    "Korean": table("%Y. %m. %d", quoted(BIG), quoted(BIG), head="일자,종가,시가\n"),
    "Chinese": table("%Y/%m/%d", OPENS, PRICES, VOLUMES, head="日期,开盘价,收盘价,成交量\n"),
    "Swiss": table("%d.%m.%Y", [f"CHF 1'{p:06.2f}" for p in PRICES], head="Datum;Kurs\n", sep=";"),
    "rupees": table("%d-%b-%Y", [f'"₹ {p}"' for p in quoted(BIG)], head="Date,Close\n")
    .replace('""', '"')
    .replace('"₹ "', '"₹ '),
    "crowns": table(
        "%Y-%m-%d",
        [f"{p} kr" for p in EURO],
        head="Dato;Lukkekurs;\n".replace("Lukkekurs;", "Kurs"),
        sep=";",
    ),
    "dollars": table("%m/%d/%Y", [f"US${p}" for p in PRICES], head="Date,Close/Last\n"),
    "spaces between thousands": table(
        "%d.%m.%Y", [f"1 {p:06.2f}".replace(".", ",") for p in PRICES], head="Datum;Kurs\n", sep=";"
    ),
    "headerless bars": table("%Y-%m-%d", *BAR),
    "headerless bars, close first": table("%Y-%m-%d", OPENS, PRICES, HIGHS, LOWS, VOLUMES),
    "headerless tutorial": table("%Y-%m-%d", *BAR[:4], np.round(PRICES * 0.7, 6), VOLUMES),
    "MT4": table("%Y.%m.%d,%H:%M", *BAR, stamps=HOURS),
    "MT5": table(
        "%Y.%m.%d\t%H:%M:%S",
        *BAR,
        head="<DATE>\t<TIME>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\n",
        sep="\t",
        stamps=HOURS,
    ),
    "TradeStation": table(
        '"%m/%d/%Y",%H%M',
        *BAR,
        head='"Date","Time","Open","High","Low","Close","Vol"\n',
        stamps=HOURS,
    ),
    "Interactive Brokers": table(
        "%Y%m%d  %H:%M:%S", *BAR, head="date,open,high,low,close,volume\n", stamps=HOURS
    ),
    "Interactive Brokers with a zone": table(
        "%Y%m%d %H:%M:%S US/Eastern", *BAR, head="date,open,high,low,close,volume\n", stamps=HOURS
    ),
    "WRDS": table("14593,%d%b%Y", PRICES, VOLUMES, head="PERMNO,date,PRC,VOL\n"),
    "Bloomberg": "Security,DIS US Equity\nStart Date,1/15/2024\n\n"
    + table("%m/%d/%Y", PRICES, VOLUMES, head="Date,PX_LAST,PX_VOLUME\n"),
    "FRED": table("%Y-%m-%d", PRICES, head="observation_date,DEXUSEU\n"),
    "Coinmarketcap": table(
        "%Y-%m-%dT23:59:59.999Z", *BAR, head="timestamp;open;high;low;close;volume\n", sep=";"
    ),
    "CryptoDataDownload": "https://www.example.org\n"
    + table(
        "%s,%Y-%m-%d 00:00:00,BTC/USD",
        *BAR,
        head="unix,date,symbol,open,high,low,close,Volume USD\n",
    ),
    "Coingecko": table(
        "%Y-%m-%d 00:00:00 UTC",
        PRICES,
        [p * 1e9 for p in PRICES],
        VOLUMES,
        head="snapped_at,price,market_cap,total_volume\n",
    ),
    "quarters": table(
        "%YQ1",
        PRICES[:20],
        stamps=pd.date_range("2000-01-01", periods=20, freq="YS"),
        head="Quarter,Price\n",
    ),
    "German months": table(
        "%d. Januar %Y",
        PRICES[:12],
        stamps=pd.date_range("2024-01-10", periods=12),
        head="Datum\tKurs\n",
        sep="\t",
    ),
    "French days": table(
        "lundi %d janvier %Y",
        PRICES[:12],
        stamps=pd.date_range("2024-01-10", periods=12),
        head="date\tprix\n",
        sep="\t",
    ),
    "ordinals": table(
        "January %dth, %Y".replace(",", ""),
        PRICES[:12],
        stamps=pd.date_range("2024-01-10", periods=10),
        head="Date;Price\n",
        sep=";",
    ),
    "year and month": "".join(
        [
            "Year,Month,Price\n",
            *(f"{1990 + i // 12},{1 + i % 12},{p}\n" for i, p in enumerate(PRICES)),
        ]
    ),
    "day and hour": table("%Y-%m-%d,%H", PRICES, head="Date,Hour,Price\n", stamps=HOURS),
    "time without zeros": table(
        "%Y-%m-%d",
        [int(f"{s:%H%M%S}") for s in MINUTES],
        PRICES,
        head="Date,Time,Close\n",
        stamps=MINUTES,
    ),
    "dividend rows": table("%b %d %Y", PRICES, head="Date\tClose\n", sep="\t").replace(
        "\n", "\nJan 02 2024\t0.24 Dividend\n", 1
    ),
    "rows end in a comma": table("%Y-%m-%d", PRICES, [""] * 60, head="Date,Close,\n"),
    "header again": table("%Y-%m-%d", PRICES[:30], head="Date,Close\n")
    + table("%Y-%m-%d", PRICES[30:], head="Date,Close\n", stamps=DAYS[30:]),
    "comments": "# made by hand\n" + table("%Y-%m-%d", PRICES, head="Date,Close\n") + "# end\n",
    "average below": table("%Y-%m-%d", PRICES, VOLUMES, head="Date,Close,Volume\n")
    + "Average,101.5,450000\n",
    "source below": table("%Y-%m-%d", PRICES, VOLUMES, head="Date,Close,Volume\n")
    + "\nSource: example.org\n",
    "numbered names": table(
        "%Y-%m-%d", *BAR, head="timestamp,1. open,2. high,3. low,4. close,5. volume\n"
    ),
    "a prefix of the ticker": table(
        "%Y-%m-%d", *BAR, head=",AAPL.Open,AAPL.High,AAPL.Low,AAPL.Close,AAPL.Volume\n"
    ),
    "index without a name": table("%Y-%m-%d", PRICES, head=",Close\n"),
    "settle": table(
        "%Y-%m-%d", OPENS, PRICES, PRICES + 1, head="Date,Open,Settle,Previous Day Open Interest\n"
    ),
    "turnover before the close": table("%Y-%m-%d", VOLUMES, PRICES, head="Date,Value,Last Price\n"),
    "volume like Unix time": table(
        "%Y-%m-%d", PRICES, 1_500_000_000 + VOLUMES, head="Date,Close,Volume\n"
    ),
    "JSON lines": "".join(
        f'{{"date": "{d:%Y-%m-%d}", "close": {p}}}\n' for d, p in zip(DAYS, PRICES, strict=True)
    ),
    "Unix times in JSON": "["
    + ",".join(f"[{int(d.timestamp() * 1000)}, {p}]" for d, p in zip(DAYS, PRICES, strict=True))
    + "]",
    "blanks between": table("%Y-%m-%d", PRICES, head="Date Close\n", sep="    "),
    "ISO weeks": table(
        "%G-W%V",
        PRICES,
        head="Week,Price\n",
        stamps=pd.date_range("2024-01-01", periods=60, freq="W-MON"),
    ),
    "ambiguous days beside a day over twelve": table("%d/%m/%Y", PRICES, head="Date,Close\n"),
    "newest first": "Date,Close\n"
    + "".join(reversed(table("%d.%m.%y", PRICES).splitlines(keepends=True))),
    "brackets in names": table("%Y-%m-%d", OPENS, PRICES, head="Date,Open (USD),Close (USD)\n"),
    "adjusted beside the close": table(
        "%Y-%m-%d", PRICES + 9, PRICES, head="date,close,adjusted_close\n"
    ),
}

SCALED = {"Korean": 100, "rupees": 100}
ADDED = {"Swiss": 1000, "spaces between thousands": 1000}
FACTOR = {"headerless tutorial": 0.7}
COUNTS = {"quarters": 20, "German months": 12, "French days": 12, "ordinals": 10}


@pytest.mark.parametrize("kind", READ)
def test_kind_is_read_right(tmp_path, kind):
    path = tmp_path / "x.csv"
    path.write_text(READ[kind], encoding="utf-8")
    found = load(path)
    count = len(found.prices)
    assert count == COUNTS.get(kind, 60)
    expected = PRICES[:count] * SCALED.get(kind, 1) * FACTOR.get(kind, 1) + ADDED.get(kind, 0)
    np.testing.assert_allclose(found.prices, expected, atol=1e-6)
    assert (np.diff(found.dates).astype(int) > 0).all()


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
