"""Files as brokers and exchanges write them."""

import gzip

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from price_tables import load, refusal, write

from lstmkit import config as configs
from lstmkit.stock import data
from lstmkit.stock.config import StockConfig

LAYOUTS = {
    "tutorial": (
        "1996-12-31,23.01,23.17,22.80,22.92,17.80,2719200\n"
        "1997-01-02,22.92,22.97,21.94,22.14,17.19,8115400\n"
        "1997-01-03,22.39,22.80,22.39,22.76,17.67,4650000\n",
        ["1996-12-31", "1997-01-02", "1997-01-03"],
        [17.80, 17.19, 17.67],
    ),
    "yahoo": (
        "Date,Open,High,Low,Close,Adj Close,Volume\n"
        "2016-12-28,1,2,3,4.5,4.25,100\n2016-12-29,1,2,3,null,null,null\n"
        "2016-12-30,1,2,3,4.75,4.5,100\n",
        ["2016-12-28", "2016-12-30"],
        [4.25, 4.5],
    ),
    "yfinance": (
        "Date,Open,Close\n2016-12-29 00:00:00-05:00,1,2.5\n2016-12-30 00:00:00-05:00,1,2.75\n",
        ["2016-12-29", "2016-12-30"],
        [2.5, 2.75],
    ),
    "stooq": (
        "<TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>,<OPENINT>\n"
        "DIS.US,D,20161229,000000,1,2,3,104.3,5,0\nDIS.US,D,20161230,000000,1,2,3,104.2,5,0\n",
        ["2016-12-29", "2016-12-30"],
        [104.3, 104.2],
    ),
    "nasdaq": (
        "Date,Close/Last,Volume,Open,High,Low\n"
        "12/30/2016,$104.22,7020000,$104.47,$104.85,$103.85\n"
        "12/29/2016,$1,104.56,7020000,$104.30,$104.63,$104.17\n".replace(
            "$1,104.56", '"$1,104.56"'
        ),
        ["2016-12-29", "2016-12-30"],
        [1104.56, 104.22],
    ),
    "investing": (
        '"Date","Price","Open","High","Low","Vol.","Change %"\n'
        '"Dec 30, 2016","1,104.22","104.47","104.85","103.85","7.02M","-0.33%"\n'
        '"Dec 29, 2016","1,104.56","104.30","104.63","104.17","3.89M","0.25%"\n',
        ["2016-12-29", "2016-12-30"],
        [1104.56, 1104.22],
    ),
    "european": (
        "Datum;Kurs\n29.12.2016;1.104,56\n30.12.2016;1.104,22\n",
        ["2016-12-29", "2016-12-30"],
        [1104.56, 1104.22],
    ),
    "day first": (
        "date,price\n30/11/2016,1\n01/12/2016,2\n02/12/2016,3\n",
        ["2016-11-30", "2016-12-01", "2016-12-02"],
        [1, 2, 3],
    ),
    "month first by order": (
        "date,price\n01/02/2016,1\n02/01/2016,2\n03/01/2016,3\n",
        ["2016-01-02", "2016-02-01", "2016-03-01"],
        [1, 2, 3],
    ),
    "unix seconds": (
        "Timestamp,Open,Close,Volume_(BTC)\n1325317920,4.39,4.39,0.4\n1325317980,4.40,4.41,0.4\n",
        ["2011-12-31T07:52:00", "2011-12-31T07:53:00"],
        [4.39, 4.41],
    ),
    "unix milliseconds": (
        "open_time\tclose\n1502942400000\t4261.48\n1502942460000\t4261.5\n",
        ["2017-08-17T04:00:00", "2017-08-17T04:01:00"],
        [4261.48, 4261.5],
    ),
    "line before the header": (
        "https://www.example.org\nunix,date,symbol,close\n"
        "1609459200,2021-01-01 00:00:00,BTC/USD,29000.5\n"
        "1609545600,2021-01-02 00:00:00,BTC/USD,29400.5\n",
        ["2021-01-01", "2021-01-02"],
        [29000.5, 29400.5],
    ),
    "one number column": (
        "when;degrees\n2020-01-01;3.5\n2020-01-02;4.5\n",
        ["2020-01-01", "2020-01-02"],
        [3.5, 4.5],
    ),
    "separate time column": (
        "Date,Time,Close\n2020-01-02,09:30,5\n2020-01-02,09:31,6\n",
        ["2020-01-02T09:30:00", "2020-01-02T09:31:00"],
        [5, 6],
    ),
    "zones that differ in summer": (
        "Datetime,Close\n2020-03-07 09:30:00-05:00,5\n2020-03-09 09:30:00-04:00,6\n",
        ["2020-03-07T09:30:00", "2020-03-09T09:30:00"],
        [5, 6],
    ),
    "decimal comma with three decimals": (
        "Datum;Kurs\n01.01.2015;1,100\n02.01.2015;0,987\n",
        ["2015-01-01", "2015-01-02"],
        [1.1, 0.987],
    ),
    "three header rows": (
        "Price,Close,Volume\nTicker,DIS,DIS\nDate,,\n2016-12-29,2.5,100\n2016-12-30,2.75,90\n",
        ["2016-12-29", "2016-12-30"],
        [2.5, 2.75],
    ),
    "compact hours": (
        "time,close\n2015010100,1\n2015010101,2\n",
        ["2015-01-01T00:00:00", "2015-01-01T01:00:00"],
        [1, 2],
    ),
    "compact minutes": (
        "201501010930;1\n201501010931;2\n",
        ["2015-01-01T09:30:00", "2015-01-01T09:31:00"],
        [1, 2],
    ),
    "suffixes": (
        "date,price\n2020-01-01,1.5K\n2020-01-02,2M\n2020-01-03,3\n",
        ["2020-01-01", "2020-01-02", "2020-01-03"],
        [1500, 2e6, 3],
    ),
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("packing", ["plain", "bom", "gzip", "utf-16", "crlf"])
def test_read_knows_the_layout(tmp_path, layout, packing):
    text, dates, prices = LAYOUTS[layout]
    content = text.encode()
    if packing == "bom":
        content = b"\xef\xbb\xbf" + content
    elif packing == "gzip":
        content = gzip.compress(content)
    elif packing == "utf-16":
        content = text.encode("utf-16")
    elif packing == "crlf":
        content = text.replace("\n", "\r\n").encode()
    found = load(write(tmp_path, content))
    np.testing.assert_array_equal(found.dates, np.array(dates, dtype="datetime64[s]"))
    np.testing.assert_allclose(found.prices, prices)


def test_read_tutorial_file_takes_the_adjusted_close(reference):
    found = load(reference / "data" / "DIS.csv")
    assert found.values.shape == (5035, 1)
    assert found.columns == ("5",)
    assert found.prices[0] == 17.804647
    assert found.train_rows == 2517
    assert found.repairs == ("column 5 follows the close: taken as adjusted close",)


def test_column_by_name_number_and_further_inputs(tmp_path):
    path = write(tmp_path, LAYOUTS["yahoo"][0])
    assert load(path, "data.column=close").prices.tolist() == [4.5, 4.75]
    assert load(path, "data.column=4").columns == ("Close",)
    several = load(path, "data.inputs=[Volume, 4]")
    assert several.columns == ("Adj Close", "Volume", "Close")
    assert several.values.shape == (2, 3)
    assert "did you mean 'Close'" in refusal(path, "data.column=clsoe")
    assert "columns 0 to 6 exist" in refusal(path, "data.column=7")
    assert "is the date" in refusal(path, "data.column=0")


def test_repairs_are_said_once_with_a_count(tmp_path, caplog):
    text = "date,price\n2020-01-03,3\n\n2020-01-02,\n2020-01-02,2\n2020-01-02,2\n2020-01-01,1\n"
    found = load(write(tmp_path, text))
    assert found.prices.tolist() == [1, 2, 3]
    assert found.repairs == (
        "1 blank line skipped",
        "1 rows without a number in price left out",
        "newest row first: turned round",
        "1 repeated rows left out",
    )
    assert len(caplog.records) == 4


def test_a_few_rows_out_of_order_are_sorted(tmp_path):
    days = [f"2020-01-{day:02d},{day}" for day in range(1, 31)]
    days[10], days[11] = days[11], days[10]
    found = load(write(tmp_path, "date,price\n" + "\n".join(days)))
    assert found.prices.tolist() == list(range(1, 31))
    assert found.repairs == ("1 rows out of order: sorted by date",)


def test_resample_keeps_the_last_value_and_sums_volume(tmp_path):
    rows = [f"2020-01-0{1 + hour // 24} {hour % 24:02d}:00:00,{hour + 1},10" for hour in range(48)]
    path = write(tmp_path, "time,close,volume\n" + "\n".join(rows))
    found = load(path, "data.resample=1D", "data.inputs=[volume]")
    np.testing.assert_array_equal(found.values, [[24, 240], [48, 240]])
    assert found.repairs == ("48 rows resampled to 2 of 1D",)


def test_resample_leaves_out_periods_without_rows(tmp_path):
    text = "time,close,volume\n2020-01-01 10:00,1,5\n2020-01-01 11:00,2,6\n2020-01-03 10:00,3,7\n"
    found = load(write(tmp_path, text), "data.resample=1D", "data.column=volume")
    assert found.prices.tolist() == [11, 7]
    seconds = load(write(tmp_path, text), "data.resample=1s")
    assert len(seconds.dates) == 3
    weeks = load(write(tmp_path, text), "data.resample=1W")
    assert str(weeks.dates[0])[:10] == "2020-01-05"


def test_user_data_folder_is_looked_into(tmp_path, monkeypatch):
    monkeypatch.setenv("LSTMKIT_DATA", str(tmp_path))
    write(tmp_path, LAYOUTS["yahoo"][0], "Y.csv")
    from pathlib import Path

    assert load(Path("Y.csv")).name == "Y"


def test_too_short_file_says_how_many_rows_would_do(cli, price_csv, walk):
    ended = cli("stock", "train", price_csv(walk[:80]))
    assert ended.code == 2
    assert "expected at least 102 rows" in ended.err
    assert "found 80" in ended.err


def test_window_shrinks_to_what_a_short_file_can_bear(price_csv, walk, caplog):
    config = configs.load(StockConfig, "stock", None)
    dataset = data.load(price_csv(walk[:252]), config.data)
    assert data.window_for(dataset, config).data.window == 63
    assert "a window of 63 rows is taken" in caplog.text
    longer = data.load(price_csv(np.concatenate([walk, walk])), config.data)
    assert data.window_for(longer, config) is config


def test_sample_is_google_2004_to_2008():
    found = load(None)
    assert found.name == "GOOG"
    assert str(found.dates[0])[:10] == "2004-08-19"
    assert len(found.dates) == 1047


@given(
    st.integers(2, 40),
    st.sampled_from(["%Y-%m-%d", "%d.%m.%Y", "%m/%d/%Y", "%d %B %Y", "%b %d, %Y", "%Y%m%d"]),
    st.booleans(),
)
def test_any_written_series_is_read_back(tmp_path, count, date_format, newest_first):
    days = pd.date_range("2019-12-15", periods=count)
    prices = np.arange(1, count + 1) / 8
    lines = [f'"{day.strftime(date_format)}";{p}' for day, p in zip(days, prices, strict=True)]
    path = write(tmp_path, "day;value\n" + "\n".join(lines[::-1] if newest_first else lines))
    found = load(path) if count > 18 else load(path, f"data.date_format={date_format}")
    np.testing.assert_array_equal(found.dates, days.to_numpy().astype("datetime64[s]"))
    np.testing.assert_array_equal(found.prices, prices)
