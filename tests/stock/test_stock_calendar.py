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

from lstmkit.stock.calendar import Calendar, gaps, infer


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
