"""Daily prices from Yahoo Finance through yfinance, an optional extra, as a CSV like any other."""

from __future__ import annotations

import datetime
import logging
import re
import warnings
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lstmkit.errors import InputError, RunError
from lstmkit.files import write_text

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = {
    "Open": "open",
    "High": "high",
    "Low": "low",
    "Close": "close",
    "Adj Close": "adj_close",
    "Volume": "volume",
}

DEVICES = {
    "CON",
    "PRN",
    "AUX",
    "NUL",
    *(f"{port}{n}" for port in ("COM", "LPT") for n in range(10)),
}


def fetch(
    ticker: str, start: datetime.date | None, end: datetime.date | None, folder: Path
) -> tuple[Path, int]:
    """Bring the daily prices of a ticker into a folder as `<ticker>.csv`.

    Args:
        ticker: As Yahoo writes it, such as DIS or BTC-USD.
        start: First day; None: the first there is.
        end: First day that is left out; None: today.
        folder: Where to.

    Returns:
        The file, and its number of rows.

    Raises:
        InputError: yfinance is not installed, the ticker is unknown, or the days are empty.
        RunError: Yahoo cannot be reached, or refuses.
    """
    if not re.fullmatch(r"[A-Za-z0-9^][A-Za-z0-9.=^&-]{0,19}", ticker):
        raise InputError(f"{ticker!r:.40}: no ticker; expected one such as DIS or BTC-USD")
    if start and end and start >= end:
        raise InputError(f"--start {start} is not before --end {end}")
    if find_spec("yfinance") is None:
        raise InputError('fetching prices needs an extra: pip install "lstmkit[yahoo]"')
    prices = _history(ticker, start, end)
    missing = [name for name in COLUMNS if name not in prices.columns]
    if prices.empty or missing:
        raise InputError(
            f"{ticker}: Yahoo has no daily prices for it"
            + (f" from {start or 'the first day'} to {end or 'today'}" if start or end else "")
            + "; check the ticker and the days"
        )
    table = prices[list(COLUMNS)].rename(columns=COLUMNS)
    table.index = table.index.tz_localize(None).normalize()
    path = folder / file_name(ticker)
    text = table.to_csv(index_label="date", date_format="%Y-%m-%d", lineterminator="\n")
    write_text(path, text)
    return path, len(table)


def file_name(ticker: str) -> str:
    """Return the name of a ticker's file; CON and its like are devices on Windows."""
    name = f"{ticker.upper().replace('^', '')}.csv"
    return f"_{name}" if name.partition(".")[0] in DEVICES else name


def _history(ticker: str, start: datetime.date | None, end: datetime.date | None) -> pd.DataFrame:
    import yfinance

    logging.getLogger("yfinance").setLevel(logging.CRITICAL)
    span: dict[str, Any] = {"start": start, "end": end} if start or end else {"period": "max"}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            prices = yfinance.Ticker(ticker).history(
                interval="1d", auto_adjust=False, actions=False, raise_errors=True, **span
            )
    except (yfinance.exceptions.YFTickerMissingError, yfinance.exceptions.YFInvalidPeriodError):
        raise InputError(f"{ticker}: Yahoo knows no such ticker, or not those days") from None
    except Exception as error:  # yfinance passes on whatever its transport raises
        raise RunError(
            f"{ticker}: no prices from Yahoo ({type(error).__name__}); check the network, or try "
            f"again later"
        ) from error
    return prices
