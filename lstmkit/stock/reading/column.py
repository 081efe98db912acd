"""Which column holds the prices: by its name, else by the numbers, else the reader asks."""

import difflib
import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from lstmkit.errors import InputError
from lstmkit.stock.reading import bars
from lstmkit.stock.reading.formats import plain

ADJUSTED = (
    *("adj close", "adjusted close", "close adj", "close adjusted", "adjclose", "adj price"),
    *("adjusted closing price", "adj close price", "adjusted price", "cours ajuste", "prc adj"),
    *("bereinigter schlusskurs", "cierre ajustado", "后复权收盘价", "前复权收盘价", "調整後終値"),
    *("수정종가", "fechamento ajustado", "chiusura rettificata", "closeadj", "uclose"),
)
CLOSE = (
    *(
        "close",
        "closing price",
        "close price",
        "price close",
        "close last",
        "closing",
        "closeprice",
    ),
    *("schlusskurs", "schlußkurs", "schluss", "schluß", "cierre", "cours de cloture", "cloture"),
    *("fermeture", "chiusura", "fechamento", "slotkoers", "slot", "kapanis", "zamkniecie"),
    *("закрытие", "цена закрытия", "закр", "收盘", "收盘价", "收盤", "收盤價", "收市", "収市"),
    *("終値", "종가", "settle", "settlement", "settlement price", "settle price", "px settle"),
    *("px last", "last close", "prc", "c", "stangning", "slutkurs", "sluttkurs", "paatoskurssi"),
    *("closing value", "close value", "收市价", "ultimo cierre", "zaverecna cena", "zaro"),
)
LAST = (
    *("last", "last price", "last trade", "zuletzt", "ultimo", "ultimo prezzo", "dernier"),
    *("dernier cours", "simdi", "laatste", "ostatni", "最新", "最新价", "現在値", "현재가", "ltp"),
    *("price", "kurs", "preis", "prix", "precio", "prezzo", "preco", "prijs", "cena", "pris"),
    *("fiyat", "цена", "价格", "価格", "가격", "rate", "spot", "spot price", "trade price"),
    *(
        "market price",
        "price usd",
        "close usd",
        "cours",
        "koers",
        "nav",
        "net asset value",
        "seneste",
    ),
    *("index value", "index level", "level", "fixing", "mid", "mid price"),
)
RANKS = (ADJUSTED, CLOSE, LAST)
VALUE = ("value", "wert", "valor", "valeur", "valore", "weighted price", "vwap", "average", "值")
#: Words of columns that are no price of the day's end, whatever else they say.
_NO_PRICE = (
    "prev previous pre change chg pct percent volume vol turnover open high low spread yield "
    "return ret time date count trades ratio split dividend average avg mean min max diff "
    "vorheriger anterior prior yesterday"
)
NEVER = frozenset(_NO_PRICE.split())
#: Words of names that this room looks for, also where the encoding has to be guessed.
WORDS = frozenset((*ADJUSTED, *CLOSE, *LAST, *VALUE))


def choose(
    names: Sequence[str], numbers: dict[int, pd.Series], *, named: bool, path: Path
) -> tuple[int, str]:
    """Choose the column to forecast.

    Args:
        names: Of all columns.
        numbers: A sample of each number column, float64.
        named: Whether the table has a header.
        path: For errors.

    Returns:
        The column, and what was decided, else "".

    Raises:
        InputError: The file does not decide; the message advises the likeliest.
    """
    if not numbers:
        raise InputError(
            f"{path}: no column of numbers besides the date; columns: {', '.join(names)}"
        )
    ranked = by_name(names, list(numbers)) if named else []
    if len(ranked) == 1:
        return ranked[0], ""
    if not ranked and len(numbers) == 1:
        return next(iter(numbers)), ""
    bar = None if ranked else bars.bar_of(numbers)
    if bar is not None:
        close = bar.close
        adjusted = bars.adjusted_of(numbers, bar)
        if adjusted is not None:
            return adjusted, f"column {names[adjusted]} follows the close: taken as adjusted close"
        said = f"column {names[close]} lies between high and low: taken as the close"
        return close, said
    likely = bars.likeliest(ranked or list(numbers), numbers)
    shown = ", ".join(names[i] for i in ranked) if ranked else ", ".join(names)
    raise InputError(
        f"{path}: which column are the prices? Found {shown!s:.300}; name one, such as "
        f'--set "data.column={names[likely]}"'
    )


def by_name(names: Sequence[str], numeric: Sequence[int]) -> list[int]:
    """Return the columns whose name is that of a price, only the best rank of names."""
    bare = {i: _bare(names[i]) for i in numeric}
    for rank in RANKS:
        for known in rank:
            found = [i for i in numeric if bare[i] == known]
            if found:
                return found[:1]
        for known in rank:
            found = [i for i in numeric if _within(known, bare[i])]
            if found:
                return found
    for known in VALUE:
        found = [i for i in numeric if bare[i] == known]
        if found and len(numeric) <= 2:
            return found[:1]
    return []


def lookup(names: Sequence[str], column: str | int, *, named: bool, path: Path, key: str) -> int:
    """Return the column that a user means, by name or by zero-based number.

    Raises:
        InputError: There is none.
    """
    lower = [name.strip().lower() for name in names]
    text = str(column).strip().lower()
    if named and text in lower:
        return lower.index(text)
    if isinstance(column, int):
        same = [i for i, name in enumerate(lower) if name.isdigit() and int(name) == column]
        if column < len(names):
            return column
        if same and named:
            return same[0]
        raise InputError(f"{path}: {key}: no column {column}; columns 0 to {len(names) - 1} exist")
    if text in lower:
        return lower.index(text)
    alike = [i for i, name in enumerate(names) if plain(name) == plain(str(column))]
    if len(alike) == 1:
        return alike[0]
    close = difflib.get_close_matches(text, lower, n=1)
    guess = f"; did you mean {names[lower.index(close[0])]!r}?" if close else ""
    raise InputError(f"{path}: {key}: no column {column!r}; found {', '.join(names)}{guess}")


def _bare(name: str) -> str:
    """Return a name without accents, units and what stands in brackets."""
    name = re.sub(r"(?<!\s)\s*[\[(][^\[\]()]*[\])]", "", name) or name
    split = unicodedata.normalize("NFKD", plain(name))
    kept = "".join(c for c in split if not unicodedata.combining(c)).replace("ı", "i")
    return unicodedata.normalize("NFC", kept)


def _within(known: str, name: str) -> bool:
    """Return whether the words of a price stand in a longer name that says nothing else."""
    words = name.split()
    if len(known) < 3 or NEVER & set(words):
        return False
    return set(known.split()) <= set(words)
