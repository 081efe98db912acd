"""How one form of dates is read: strptime, digits alone, Unix time, spreadsheet days, quarters.

A form is a strptime format, or one of the names `unix`, `excel`, `year`, `quarter`, `week`.
"""

import numpy as np
import pandas as pd

from lstmkit.stock.reading import formats

ISO = ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M")


def kinds(sample: pd.Series) -> list[str]:
    """Return the forms other than plain strptime that a sample may have."""
    found = []
    if sample.str.fullmatch(formats.QUARTER).mean() > 0.9:
        found.append("quarter")
    if sample.str.fullmatch(formats.WEEK).mean() > 0.9:
        found.append("week")
    if sample.str.fullmatch(r"-?\d+(?:\.\d+)?").mean() < 0.9:
        return found
    whole = sample.str.fullmatch(r"\d+")
    lengths = sample[whole].str.len()
    length = int(lengths.mode().iloc[0]) if len(lengths) else 0
    if sample.str.fullmatch(r"(?:1[789]|2[01])\d\d").mean() > 0.9:
        return [*found, "year"]
    if length in formats.COMPACT:
        compact = [f for f in formats.COMPACT[length] if _sensible(sample, f)]
        if compact:
            return [*found, compact[0]]
    numbers = pd.to_numeric(sample, errors="coerce")
    if (_units(numbers) >= 0).mean() > 0.9:
        found.append("unix")
    elif numbers.between(*formats.EXCEL).mean() > 0.9:
        found.append("excel")
    return found


def read(texts: pd.Series, form: str) -> pd.Series:
    """Return texts as `datetime64[ns]`, NaT where the form does not fit."""
    if form == "unix":
        return _from_unix(pd.to_numeric(texts, errors="coerce"))
    if form == "excel":
        days = pd.to_numeric(texts, errors="coerce")
        seconds = (days * 86400).round()
        return pd.to_datetime(seconds, unit="s", origin="1899-12-30", errors="coerce")
    if form == "year":
        return strptime(texts.where(texts.str.fullmatch(r"\d{4}"), ""), "%Y")
    if form == "quarter":
        return _quarters(texts)
    if form == "week":
        parts = texts.str.extract(formats.WEEK)
        day = parts["d"].fillna("1")
        return strptime(parts["y"] + "-W" + parts["w"].str.zfill(2) + "-" + day, "%G-W%V-%u")
    return strptime(texts, form)


def strptime(texts: pd.Series, form: str) -> pd.Series:
    """Return texts as pandas reads them under a strptime format, NaT where it does not fit."""
    values = pd.to_datetime(texts, format=form, errors="coerce", exact=True)
    return values if not pd.api.types.is_object_dtype(values) else pd.to_datetime(values, utc=True)


def note(texts: pd.Series, form: str) -> str:
    """Return what is to be said of a form that was guessed or that changes on the way."""
    if form == "excel":
        return "dates are spreadsheet serial days (Excel, counted from 1899-12-30)"
    if form != "unix":
        return ""
    units = _units(pd.to_numeric(texts, errors="coerce"))
    changed = np.flatnonzero((units != units[0]) & (units >= 0))
    if not len(changed):
        return ""
    names = [formats.UNITS[units[i]][0] for i in (0, changed[0])]
    shown = " to ".join(formats.UNIT_NAMES[name] for name in names)
    return f"the unit of the Unix times changes at row {texts.index[changed[0]]}: {shown}"


def clock(texts: pd.Series, *, digits: bool) -> pd.Series:
    """Return times of day in seconds, NaN where a text is none.

    Args:
        texts: Such as `9:30`, `01:00 PM`, `10:00:00.250`; where `digits`, also `0930`, `093000`
            or a whole hour.
        digits: Whether digits alone are times.
    """
    texts = texts.str.strip()
    unique = pd.Series(texts.unique(), dtype=object)
    parts = unique.str.extract(rf"^(?:{formats.CLOCK.pattern})$")
    number = parts[["h", "m", "s"]].astype(float)
    fraction = ("0." + parts["f"].fillna("0")).astype(float)
    half = parts["half"].str.lower().str[0]
    hours = number["h"].where(half.isna(), number["h"] % 12 + 12 * (half == "p"))
    seconds = hours * 3600 + number["m"] * 60 + number["s"].fillna(0) + fraction
    if digits and seconds.isna().all():
        seconds = _clock_of_digits(unique)
    seconds = seconds.where((seconds >= 0) & (seconds <= 86400))
    return texts.map(dict(zip(unique, seconds, strict=True))).astype(float)


def _clock_of_digits(texts: pd.Series) -> pd.Series:
    numbers = pd.to_numeric(texts.str.replace(r"\.0$", "", regex=True), errors="coerce")
    longest = int(texts.str.replace(r"\.0$", "", regex=True).str.len().max())
    if longest <= 2:
        return numbers * 3600
    if longest > 6:
        return _sexagesimal(numbers // 10 ** (longest - 6)) + (
            numbers % 10 ** (longest - 6)
        ) / 10 ** (longest - 6)
    fours = (numbers // 100) * 3600 + (numbers % 100) * 60
    as_fours = longest <= 4 and bool(((numbers <= 2400) & (numbers % 100 < 60)).all())
    return fours if as_fours else _sexagesimal(numbers)


def _sexagesimal(numbers: pd.Series) -> pd.Series:
    seconds = (numbers // 10_000) * 3600 + (numbers // 100 % 100) * 60 + numbers % 100
    return seconds.where((numbers // 100 % 100 < 60) & (numbers % 100 < 60))


def _sensible(sample: pd.Series, form: str) -> bool:
    """Return whether digits alone are dates of our times under a format, nearly all of them."""
    values = strptime(sample, form)
    inside = values.between(pd.Timestamp("1700-01-01"), pd.Timestamp("2200-01-01"))
    return bool(inside.mean() > 0.9)


def _units(numbers: pd.Series) -> np.ndarray:
    """Return the unit of each Unix time by its size, as its place in `UNITS`; -1: it is none."""
    size = numbers.to_numpy(float)
    conditions = [(size >= low) & (size < high) for _, low, high in formats.UNITS]
    return np.select(conditions, range(len(conditions)), default=-1)


def _from_unix(numbers: pd.Series) -> pd.Series:
    units = _units(numbers)
    size = np.where(units >= 0, numbers.to_numpy(float), 0.0)
    milliseconds = np.round(size * np.array([1e3, 1.0, 1e-3, 1e-6, 0.0])[units])
    values = (milliseconds.astype("int64") * 1_000_000).astype("datetime64[ns]")
    values[units < 0] = np.datetime64("NaT", "ns")
    return pd.Series(values, index=numbers.index)


def _quarters(texts: pd.Series) -> pd.Series:
    parts = texts.str.extract(formats.QUARTER)
    year = parts["y1"].fillna(parts["y2"]).fillna(parts["y3"])
    quarter = parts["q1"].fillna(parts["q2"]).fillna(parts["q3"]).astype(float)
    month = (3 * quarter - 2).fillna(0).astype(int).astype(str)
    return strptime(year + "-" + month, "%Y-%m")
