"""How dates are spelt: zones behind times, months in many languages, weekdays, ordinals."""

import re
from functools import cache

import numpy as np
import pandas as pd

from lstmkit.stock.reading import formats


def stripped(texts: pd.Series) -> pd.Series:
    """Return texts without blanks around them; a look at some decides whether that is needed."""
    head = texts.iloc[np.unique(np.linspace(0, max(0, len(texts) - 1), 400).astype(int))]
    return texts.str.strip() if any(text != text.strip() for text in head) else texts


def without_zone(texts: pd.Series) -> tuple[pd.Series, set[str]]:
    """Take zones such as `Z` or `-05:00` off behind times; also return them."""
    head = texts.iloc[np.unique(np.linspace(0, max(0, len(texts) - 1), 400).astype(int))]
    if not any(formats.ZONED.search(text) for text in head):
        return texts, set()
    zones = texts.str.extract(formats.ZONED, expand=False)
    zone = zones if isinstance(zones, pd.Series) else zones["zone"]
    has = zone.notna()
    lengths = zone.str.len().fillna(0).astype(int)
    cut = [t[: len(t) - n] if n else t for t, n in zip(texts, lengths, strict=True)]
    return pd.Series(cut, index=texts.index, dtype=object), set(zone[has].str.strip().unique())


def plain(texts: pd.Series) -> pd.Series:
    """Make months English, and take weekdays, ordinals and commas off; digits are left alone."""
    if texts.empty:
        return texts
    head = texts.iloc[np.unique(np.linspace(0, len(texts) - 1, 50).astype(int))]
    if all(re.fullmatch(r"(?!.*\d[.\-] )[\d:/.\-+ ]*|[\d:.\-]+T[\d:.]+", text) for text in head):
        return texts.str.replace("  ", " ", regex=False) if "  " in head.iloc[0] else texts
    return pd.Series([_one(text) for text in texts], index=texts.index, dtype=object)


@cache
def _one(text: str) -> str:
    text = re.sub("[年月년월]", "-", text)
    text = re.sub("[日일,']", " ", text)
    text = re.sub(r"(?<=[^\W\d_])\.", " ", text)
    text = re.sub(r"(?<=\d)\.(?=\s)", " ", text)
    text = re.sub(r"[^\W\d_]+", _word, text)
    return re.sub(r"\s*-\s*$", "", " ".join(text.split()).lstrip("- ")).replace("- ", "-")


def _word(match: re.Match[str]) -> str:
    word = match[0].lower()
    if word in formats.KEPT:
        return word.upper()
    if word in formats.MONTH_OF:
        return formats.MONTH_OF[word]
    return "" if word in formats.IDLE else match[0]


def zone_note(zones: set[str]) -> str:
    """Return what to say of the zones that times were in, else ""."""
    if not zones:
        return ""
    shown = ", ".join(sorted(zones)[:3])
    if len({re.sub(r"\W|^0+", "", zone) for zone in zones}) == 1 and shown in ("Z", "UTC"):
        return f"times in UTC ({shown})"
    return f"times with a zone ({shown}): the local time of the file is kept"
