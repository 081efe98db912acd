"""Kinds of price files, each a small one of our own, and what is read from them."""

import numpy as np
import pandas as pd
import pytest
from price_tables import (
    BAR,
    BIG,
    DAYS,
    EURO,
    HIGHS,
    HOURS,
    LOWS,
    MINUTES,
    OPENS,
    PRICES,
    VOLUMES,
    load,
    quoted,
    table,
)

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
    "Korean, spaced": table("%Y- %m- %d", OPENS, PRICES, head="날짜,시가,종가\n"),
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
