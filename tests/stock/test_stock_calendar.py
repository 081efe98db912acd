import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.tseries.holiday import (
    AbstractHolidayCalendar,
    GoodFriday,
    Holiday,
    USLaborDay,
    USMartinLutherKingJr,
    USMemorialDay,
    USPresidentsDay,
    USThanksgivingDay,
    nearest_workday,
    sunday_to_monday,
)

from lstmkit import config as configs
from lstmkit.errors import InputError
from lstmkit.stock import data
from lstmkit.stock.calendar.ahead import Calendar, gaps, infer
from lstmkit.stock.config import StockConfig
from lstmkit.stock.result import Forecast


class Exchange(AbstractHolidayCalendar):
    """New York's holidays as they were until 2021."""

    rules = (
        Holiday("new year", month=1, day=1, observance=sunday_to_monday),
        USMartinLutherKingJr,
        USPresidentsDay,
        GoodFriday,
        USMemorialDay,
        Holiday("independence", month=7, day=4, observance=nearest_workday),
        USLaborDay,
        USThanksgivingDay,
        Holiday("christmas", month=12, day=25, observance=nearest_workday),
    )


def trading_days(first, last):
    closed = Exchange().holidays(first, last)
    offset = pd.offsets.CustomBusinessDay(holidays=closed)
    return pd.date_range(first, last, freq=offset).to_numpy().astype("datetime64[s]")


@pytest.mark.parametrize("year", [2017, 2018, 2019, 2020])
def test_infer_finds_the_holidays_of_years_it_has_not_seen(year):
    seen = trading_days("2005-01-03", f"{year - 1}-12-31")
    true = trading_days(f"{year}-01-01", f"{year}-12-31")
    np.testing.assert_array_equal(infer(seen).after(seen[-1], len(true)), true)


def test_infer_on_the_tutorial_file_knows_2017(reference):
    days = pd.read_csv(reference / "data" / "DIS.csv", header=None, usecols=[0])[0]
    dates = pd.to_datetime(days).to_numpy()
    true = trading_days("2017-01-01", "2017-12-31")
    np.testing.assert_array_equal(infer(dates).after(dates[-1], len(true)), true)


def test_short_file_assumes_no_holidays():
    calendar = infer(trading_days("2016-01-04", "2016-12-30"))
    assert calendar.holidays == ()
    assert calendar.weekdays == (0, 1, 2, 3, 4)


@pytest.mark.parametrize(
    ("unit", "step"), [("m", 60), ("h", 3600), ("D", 86400)], ids=["minutes", "hours", "days"]
)
def test_series_without_pause_goes_on_without_pause(unit, step):
    dates = np.arange("2020-02-20", "2020-03-20", dtype=f"datetime64[{unit}]")
    after = infer(dates).after(dates[-1], 50)
    np.testing.assert_array_equal(np.diff(after).astype(int), step)
    assert after[0] == dates[-1] + 1


def test_exchange_minutes_stay_inside_the_sessions():
    days = trading_days("2020-02-03", "2020-02-28")
    minutes = np.arange(570, 960) * np.timedelta64(60, "s")
    dates = (days[:, None] + minutes).ravel()
    after = infer(dates).after(dates[-1], 391)
    assert after[0] == np.datetime64("2020-03-02T09:30:00")
    assert after[389] == np.datetime64("2020-03-02T15:59:00")
    assert after[390] == np.datetime64("2020-03-03T09:30:00")


@pytest.mark.parametrize(
    ("frequency", "expected"),
    [
        ("MS", ["2021-01-01", "2021-02-01", "2021-03-01"]),
        ("ME", ["2021-01-31", "2021-02-28", "2021-03-31"]),
        ("QE", ["2021-03-31", "2021-06-30", "2021-09-30"]),
        ("W-FRI", ["2021-01-01", "2021-01-08", "2021-01-15"]),
    ],
)
def test_long_steps_keep_their_place(frequency, expected):
    dates = pd.date_range("2015-01-01", "2020-12-31", freq=frequency).to_numpy()
    after = infer(dates).after(dates[-1], 3)
    np.testing.assert_array_equal(after, np.array(expected, dtype="datetime64[s]"))


def test_calendar_survives_json():
    calendar = infer(trading_days("2005-01-03", "2016-12-31"))
    import json
    from dataclasses import asdict

    assert Calendar.from_json(json.loads(json.dumps(asdict(calendar)))) == calendar


def test_gaps_names_the_week_the_exchange_was_closed():
    days = trading_days("2001-01-02", "2001-12-31")
    out = (days >= np.datetime64("2001-09-11")) & (days < np.datetime64("2001-09-17"))
    found = gaps(days[~out], infer(days[~out]))
    assert found == ["2001-09-10T00:00:00 to 2001-09-17T00:00:00"]


@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=60), st.integers(1, 30))
def test_any_increasing_dates_have_a_future(steps, count):
    dates = np.datetime64("2000-01-01", "s") + np.cumsum(steps).astype("timedelta64[s]")
    after = infer(dates).after(dates[-1], count)
    assert len(after) == count
    assert (np.diff(np.concatenate([dates[-1:], after])).astype(int) > 0).all()


def test_a_holiday_that_is_new_counts_after_two_years():
    days = pd.bdate_range("2015-01-02", "2023-12-29").to_numpy().astype("datetime64[D]")
    new = np.array(["2022-06-20", "2023-06-19"], dtype="datetime64[D]")
    kept = days[~np.isin(days, new)].astype("datetime64[s]")
    ahead = infer(kept).after(kept[-1], 200).astype("datetime64[D]")
    assert np.datetime64("2024-06-19") not in ahead
    assert len(np.setdiff1d(pd.bdate_range("2024-01-01", "2024-09-01").to_numpy(), ahead)) == 1


def test_fourth_thursday_is_preferred_where_the_last_fits_too():
    seen = trading_days("2020-01-02", "2022-12-30")
    ahead = infer(seen).after(seen[-1], 240).astype("datetime64[D]").astype(str)
    assert "2023-11-30" in ahead
    assert not {"2023-11-23", "2023-07-04", "2023-12-25", "2023-05-29"} & set(ahead)


@pytest.mark.parametrize(
    ("stamps", "following"),
    [
        (pd.date_range("2024-06-04 07:11", periods=1000, freq="min"), ["2024-06-04T23:51:00"]),
        (pd.date_range("2024-06-03", periods=120, freq="h"), ["2024-06-08T00:00:00"]),
        (pd.date_range("2024-06-03", periods=4000, freq="min")[::3], ["2024-06-05T18:42:00"]),
        (
            pd.date_range("2015-01-31", periods=90, freq="BME"),
            ["2022-08-31", "2022-09-30", "2022-10-31", "2022-11-30", "2022-12-30"],
        ),
        (pd.date_range("2015-01-31", periods=90, freq="ME"), ["2022-07-31", "2022-08-31"]),
        (pd.date_range("1900-01-01", periods=90, freq="YS"), ["1990-01-01", "1991-01-01"]),
        (pd.date_range("2015-03-31", periods=30, freq="BQE"), ["2022-09-30", "2022-12-30"]),
    ],
)
def test_next_rows_follow_what_the_file_shows(stamps, following):
    dates = stamps.to_numpy().astype("datetime64[s]")
    found = infer(dates).after(dates[-1], len(following))
    assert [
        str(date)[: len(text)] for date, text in zip(found, following, strict=True)
    ] == following


def test_minutes_with_gaps_stay_every_minute_around_the_clock():
    rng = np.random.default_rng(0)
    minutes = pd.date_range("2024-12-01 10:00", periods=4000, freq="min").to_numpy()
    kept = minutes[np.sort(rng.choice(4000, 2600, replace=False))].astype("datetime64[s]")
    calendar = infer(kept)
    assert (calendar.times, calendar.weekdays) == ((), tuple(range(7)))


def test_session_of_an_exchange_closes_nights_and_weekends():
    days = pd.bdate_range("2024-03-04", periods=3)
    rows = [day + pd.Timedelta(hours=9.5 + hour) for day in days for hour in range(7)]
    dates = np.array(rows, dtype="datetime64[s]")[:-7]
    friday = np.concatenate([dates, dates[-7:] + np.timedelta64(3, "D")])
    found = infer(friday).after(friday[-1], 1)
    assert str(found[0]) == "2024-03-11T09:30:00"


def test_usual_time_of_day_survives_a_half_day_at_the_end():
    days = pd.bdate_range("2024-03-04", periods=30).to_numpy().astype("datetime64[s]")
    hours = np.where(np.arange(30) == 29, 13, 16)
    dates = days + hours * np.timedelta64(3600, "s")
    assert str(infer(dates).after(dates[-1], 1)[0]).endswith("T16:00:00")


def test_an_exchange_that_is_named_dates_the_forecast():
    pytest.importorskip("exchange_calendars")
    days = pd.bdate_range("2024-03-04", "2024-07-02").to_numpy().astype("datetime64[s]")
    calendar = infer(days, "XNYS")
    found = [str(date)[:10] for date in calendar.after(days[-1], 3)]
    assert found == ["2024-07-03", "2024-07-05", "2024-07-08"]
    assert calendar.describe() == "sessions of XNYS"
    with pytest.raises(InputError, match="no exchange"):
        infer(days, "NOWHERE")


@pytest.mark.parametrize(("clock", "shown"), [(" 00:00:00+09:00", "T00:00:00"), ("", "")])
def test_forecast_writes_its_dates_as_the_file_does(tmp_path, clock, shown):
    days = [f"2024-01-{day:02d}{clock},{100 + day}" for day in range(1, 31)]
    path = tmp_path / "x.csv"
    path.write_text("Date,Close\n" + "\n".join(days) + "\n")
    calendar = data.load(path, configs.load(StockConfig, "stock", None).data).calendar
    assert calendar.timed == bool(shown)
    ahead = calendar.after(np.datetime64("2024-01-30T00:00:00"), 1)
    one = np.ones(1)
    (row,) = Forecast(ahead, one, one, one, one, one, timed=calendar.timed).rows()
    assert row["date"] == f"2024-01-31{shown}"
