"""What a stock model did on one series."""

from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from lstmkit import result
from lstmkit.files import finite
from lstmkit.stock.scores.bands import Band, Ends


@dataclass(frozen=True)
class Forecast:
    """Rows that lie in the future.

    Attributes:
        dates: `datetime64[s]`, (n,).
        predicted: In the file's unit, (n,).
        lower: Lower end of the interval, (n,).
        upper: Upper end of the interval, (n,).
        inner_lower: Lower end of the band that should hold half of the rows, (n,).
        inner_upper: Upper end of it, (n,).
        timed: Whether dates are written with a time of day, midnight too, as in the file.
    """

    dates: np.ndarray
    predicted: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    inner_lower: np.ndarray
    inner_upper: np.ndarray
    timed: bool = field(default=False, kw_only=True)

    def rows(self) -> list[dict[str, Any]]:
        """Return `date, predicted, lower, upper` of every row."""
        columns = (self.predicted, self.lower, self.upper, self.inner_lower, self.inner_upper)
        dates = np.datetime_as_string(self.dates) if self.timed else iso(self.dates)
        cells = zip(dates.tolist(), *(c.tolist() for c in columns), strict=True)
        names = ("date", "predicted", "lower", "upper", "inner_lower", "inner_upper")
        return [dict(zip(names, row, strict=True)) for row in cells]


@dataclass(frozen=True, kw_only=True, repr=False)
class Result(result.Result):
    """What one model did, on one series (`Scored`) or on many (`lstmkit.stock.panel.result`).

    Attributes:
        name: The ticker, or what the series are of.
        coverage: What share of rows the intervals aim to hold.
    """

    name: str
    coverage: float


@dataclass(frozen=True, kw_only=True, repr=False)
class Scored(Result):
    """What one model did on one series.

    `metrics` holds `verdict`, `train`, `test`, `baselines` and `intervals`, and `folds` of a
    backtest.

    Attributes:
        column: Name of the forecast column.
        dates: Of all rows, `datetime64[s]`, (rows,).
        prices: Of all rows, (rows,).
        rows: The test rows, (n,), indices into `dates`.
        predicted: Forecast of every test row, (n,).
        interval: Where the network's interval of every test row ends.
        bands: How that did, `lstm`, and those it is held against, by name.
        baselines: Forecasts of the test rows by name, (n,) each.
        forecast: The future; None where it was not asked for.
    """

    picture: ClassVar[str] = "prediction"
    column: str
    dates: np.ndarray
    prices: np.ndarray
    rows: np.ndarray
    predicted: np.ndarray
    interval: Ends
    bands: dict[str, Band]
    baselines: dict[str, np.ndarray]
    forecast: Forecast | None = None

    @property
    def actual(self) -> np.ndarray:
        """What happened on the test rows, (n,)."""
        return self.prices[self.rows]

    @property
    def naive(self) -> np.ndarray:
        """The price of the row before each test row, (n,)."""
        return self.prices[self.rows - 1]


@dataclass(frozen=True, kw_only=True, repr=False)
class Outlook(result.Result):
    """The rows that come next.

    Attributes:
        name: The ticker.
        forecast: The future.
    """

    picture: ClassVar[str] = "forecast"
    name: str
    forecast: Forecast

    def rows(self) -> list[dict[str, Any]]:
        """Return `date, predicted, lower, upper` of every row."""
        return self.forecast.rows()

    def to_json(self) -> dict[str, Any]:
        """Return the object that `--json` prints."""
        return {**super().to_json(), "forecast": finite(self.rows())}


def iso(dates: np.ndarray) -> np.ndarray:
    """Return dates as ISO texts: days where every row is a midnight, else seconds."""
    return np.datetime_as_string(
        dates.astype("datetime64[D]" if is_daily(dates) else "datetime64[s]")
    )


def is_daily(dates: np.ndarray) -> bool:
    """Return whether every row is a midnight."""
    return bool((dates.astype("datetime64[D]") == dates).all())
