"""Numbers as exports write them: currencies, separators, K and M behind them.

Whether `1,234` is a thousand or one and a bit is decided by all number columns together, the form
of the dates and the delimiter; where both readings fit, the reader asks.
"""

import re
from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd

from lstmkit.errors import InputError
from lstmkit.tables.layout import MISSING

Decimal = Literal["point", "comma"]

#: Currencies and marks around a number, which say nothing of its size.
DECORATION = re.compile(
    r"[\s$€£¥₹₽₩₺₴฿₫₿%'’`_*\u00a0\u202f]|R\$|(?:US|A|C|HK|NZ|S|NT)(?=\$)|Rs\.?|kr\.?|zł|Kč|Ft|lei"
    r"|USDT|USD|EUR|GBP|GBX|GBp|CHF|JPY|INR|CNY|RMB|BRL|SEK|NOK|DKK|AUD|CAD|HKD|PLN|TRY|TL|KRW|ZAR"
    r"|RUB|руб\.?|元|円|원|pts?\b"
)
#: What multiplies a number that it stands behind.
SUFFIXES = {
    "K": 1e3, "TSD": 1e3, "M": 1e6, "MM": 1e6, "MN": 1e6, "MIO": 1e6, "MIO.": 1e6, "MLN": 1e6,
    "B": 1e9, "BN": 1e9, "MRD": 1e9, "MRD.": 1e9, "G": 1e9, "T": 1e12, "L": 1e5, "LAKH": 1e5,
    "CR": 1e7, "万": 1e4, "만": 1e4, "亿": 1e8, "億": 1e8, "억": 1e8,
}  # fmt: skip
#: Rows of events that some exports put among those of prices.
EVENT = re.compile(r"dividend|split|spin-?off|distribution|closed|holiday", re.IGNORECASE)
NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
GROUPED: dict[Decimal, str] = {
    "point": r"[-+]?(?:[1-9]\d{0,2}(?:,\d{2,3})*,\d{3}|\d*)(?:\.\d*)?(?:[eE][-+]?\d+)?",
    "comma": r"[-+]?(?:[1-9]\d{0,2}(?:\.\d{3})+|\d*)(?:,\d*)?(?:[eE][-+]?\d+)?",
}
#: What both readings allow.
OPEN: dict[Decimal, re.Pattern[str]] = {
    "comma": re.compile(r"[-+]?[1-9]\d{0,2},\d{3}"),
    "point": re.compile(r"[-+]?[1-9]\d{0,2}\.\d{3}"),
}
JUMP = 5.0  # of logarithms: a factor of 150 between two rows is no price


def is_number(cells: pd.Series) -> bool:
    """Return whether most cells of a sample of text are numbers, under either reading."""
    bare = _bare(cells)[0]
    given = bare[~bare.str.lower().isin(MISSING)]
    if given.empty:
        return False
    fits = given.str.fullmatch(GROUPED["point"]) | given.str.fullmatch(GROUPED["comma"])
    return bool((fits & given.str.contains(r"\d")).mean() >= 0.5)


def decimal_of(
    cells: pd.Series,
    others: Sequence[pd.Series],
    *,
    date_form: str,
    delimiter: str,
    where: str,
) -> tuple[Decimal, str]:
    """Decide how the numbers of a column are written.

    Args:
        cells: A sample of the column, as text.
        others: Samples of the other number columns.
        date_form: How the dates are written.
        delimiter: Between the cells.
        where: File and column, for errors.

    Returns:
        What stands before the decimals, and what to say of it, else "".

    Raises:
        InputError: Both readings fit.
    """
    own = _evidence(cells)
    if len(own) == 1:
        return own.pop(), ""
    bare = _given(cells)
    open_as = [mark for mark in OPEN if bare.str.fullmatch(OPEN[mark]).any()]
    if not open_as or len(own) == 2:
        return ("comma" if own == {"comma"} else "point"), ""
    mark = open_as[0]
    smooth = _by_continuity(bare, mark)
    if smooth is not None:
        return smooth, ""
    elsewhere = {found for other in others for found in _evidence(other)}
    if len(elsewhere) == 1:
        return elsewhere.pop(), ""
    american = date_form.startswith(("%m/", "%b %d", "%m-%d"))
    german = date_form.startswith(("%d.%m.",))
    if mark == "comma" and american and delimiter != ";":
        return "point", ""
    if mark == "comma" and (german or delimiter == ";") and not american:
        shown = bare[bare.str.fullmatch(OPEN[mark])].iloc[0]
        reason = "dates are day.month" if german else "cells are separated by semicolons"
        return (
            "comma",
            f"{shown} read as {shown.replace(',', '.')}: a decimal comma, since {reason}",
        )
    all_open = bool(bare.str.fullmatch(OPEN[mark]).all())
    if mark == "point" and not (all_open and german and delimiter in ";\t"):
        return "point", ""
    raise InputError(_ask(bare[bare.str.fullmatch(OPEN[mark])].iloc[0], where))


def guess(cells: pd.Series) -> Decimal:
    """Return how a sample is written by its own cells alone; a point where they do not tell."""
    return "comma" if _evidence(cells) == {"comma"} else "point"


def lenient(cells: pd.Series, decimal: Decimal) -> pd.Series:
    """Return a sample as float64, NaN for what is no number."""
    bare, factor = _bare(cells)
    return pd.to_numeric(_plain(bare, decimal), errors="coerce").astype("float64") * factor


def parse(cells: pd.Series, decimal: Decimal, where: str) -> tuple[np.ndarray, int]:
    """Read a column.

    Args:
        cells: float64, or text as it stands in the file.
        decimal: What stands before the decimals.
        where: File and column, for errors.

    Returns:
        float64, (rows,), NaN where there is nothing; and how many cells name an event, such as a
        dividend, instead.

    Raises:
        InputError: A cell is no number, or infinite.
    """
    events = 0
    if not pd.api.types.is_float_dtype(cells):
        cells, events = _clean(cells, decimal, where)
    values: np.ndarray = cells.to_numpy(dtype=np.float64, na_value=np.nan)
    infinite = np.isinf(values)
    if infinite.any():
        line = cells.index[infinite][0]
        raise InputError(f"{where}, row {line}: expected a finite number, found infinity")
    return values, events


def _clean(texts: pd.Series, decimal: Decimal, where: str) -> tuple[pd.Series, int]:
    bare, factor = _bare(texts)
    missing = bare.str.lower().isin(MISSING)
    event = ~missing & texts.str.contains(EVENT)
    missing |= event
    good = bare.str.fullmatch(GROUPED[decimal]) & bare.str.contains(r"\d")
    bad = ~(good | missing)
    if bad.any():
        line = texts.index[bad][0]
        like = " like the others" if good.any() else ""
        raise InputError(f"{where}, row {line}: expected a number{like}, found {texts[line]!r:.60}")
    values = pd.to_numeric(_plain(bare.where(~missing), decimal), errors="coerce")
    return values.astype("float64") * factor, int(event.sum())


def _plain(bare: pd.Series, decimal: Decimal) -> pd.Series:
    if decimal == "comma":
        return bare.str.replace(".", "", regex=False).str.replace(",", ".", regex=False)
    return bare.str.replace(",", "", regex=False)


def _bare(texts: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return numbers without decoration, and what their suffixes multiply them by."""
    if all(isinstance(text, str) and NUMBER.fullmatch(text) for text in texts):
        return texts, pd.Series(1.0, index=texts.index)
    bare = texts.str.replace("\u2212", "-", regex=False)
    bare = bare.str.replace(DECORATION, "", regex=True)
    bare = bare.str.replace(r"^\((.*)\)$", r"-\1", regex=True)
    bare = bare.str.replace(r"^(\d[\d.,]*)-$", r"-\1", regex=True)
    behind = bare.str.extract(r"\d([^\d.,\-+()]{1,4}\.?)$", expand=False).str.upper()
    factor = behind.map(SUFFIXES)
    known = factor.notna()
    if known.any():
        lengths = behind.str.len().where(known, 0).astype(int)
        cut = [t[: len(t) - n] for t, n in zip(bare, lengths, strict=True)]
        bare = pd.Series(cut, index=texts.index, dtype=object)
    return bare, factor.astype("float64").fillna(1.0)


def _given(cells: pd.Series) -> pd.Series:
    bare = _bare(cells)[0]
    return bare[~bare.str.lower().isin(MISSING) & bare.str.contains(r"\d")]


def _evidence(cells: pd.Series) -> set[Decimal]:
    """Return the readings that some cell of a column allows alone."""
    return {sure for text in _given(cells) if (sure := _only_reading(text)) is not None}


def _only_reading(text: str) -> Decimal | None:
    """Return the one reading that a number allows, None where both or neither do."""
    marks = [c for c in text if c in ".,"]
    if not marks:
        return None
    if len(set(marks)) == 2:
        return "point" if marks[-1] == "." else "comma"
    as_decimal: Decimal = "point" if marks[0] == "." else "comma"
    other: Decimal = "comma" if as_decimal == "point" else "point"
    if len(marks) > 1:
        return other
    return None if OPEN[as_decimal].fullmatch(text) else as_decimal


def _by_continuity(bare: pd.Series, mark: Decimal) -> Decimal | None:
    """Decide by the rows without a separator beside those with one: prices do not jump."""
    if bare.str.fullmatch(OPEN[mark]).all():
        return None
    separator = "," if mark == "comma" else "."
    as_thousands = pd.to_numeric(bare.str.replace(separator, "", regex=False), errors="coerce")
    as_decimals = pd.to_numeric(bare.str.replace(separator, ".", regex=False), errors="coerce")
    jumps = [
        np.abs(np.diff(np.log(values[values > 0]))).max(initial=0)
        for values in (as_thousands, as_decimals)
    ]
    other: Decimal = "point" if mark == "comma" else "comma"
    if jumps[0] < JUMP <= jumps[1]:
        return other
    return mark if jumps[1] < JUMP <= jumps[0] else None


def _ask(shown: str, where: str) -> str:
    mark = "," if "," in shown else "."
    thousand, one = shown.replace(mark, ""), shown.replace(mark, ".")
    grouping, decimals = ("point", "comma") if mark == "," else ("comma", "point")
    return (
        f"{where}: is {shown} {thousand} or {one}? Nothing in the file decides; say what stands "
        f"before decimals: --set data.decimal={grouping} reads {thousand}, "
        f"--set data.decimal={decimals} reads {one}"
    )
