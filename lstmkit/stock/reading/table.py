"""Any price CSV into dates and numbers, or one error that says which row is wrong and why.

Known by sight: the tutorial's seven headerless columns, Yahoo, Stooq, Nasdaq and investing.com
exports, exchange dumps with Unix time, and any CSV with one date and one numeric column. Only the
columns that are needed are kept in memory.
"""

import csv
import difflib
import gzip
import io
import re
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from lstmkit.errors import InputError
from lstmkit.stock.reading import dates

MAX_BYTES = 1 << 30
SAMPLE_BYTES = 1 << 16
SAMPLE_ROWS = 200
MISSING = ("", "null", "none", "nan", "na", "n/a", "#n/a", "-", "--", ".", "nil")
DATE_NAMES = (
    *("date", "datetime", "timestamp", "time", "unix", "unix timestamp", "unix_timestamp"),
    *("open time", "open_time", "opentime", "snapped_at", "day", "observation_date"),
)
PRICE_NAMES = (
    *("adj close", "adj_close", "adjclose", "adjusted close", "adjusted_close"),
    *("close", "close/last", "close*", "last", "price", "weighted_price", "value"),
)
NUMBER = re.compile(r"^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$")
DECORATION = re.compile(r"[\s$€£¥₿%'_]|USD|EUR")
GROUPED = {
    "point": r"[-+]?(?:[1-9]\d{0,2}(?:,\d{3})+|\d*)(?:\.\d*)?(?:[eE][-+]?\d+)?",
    "comma": r"[-+]?(?:[1-9]\d{0,2}(?:\.\d{3})+|\d*)(?:,\d*)?",
}
SUFFIX = {"K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12}


@dataclass(frozen=True)
class Table:
    """The columns that were asked for, as they stand in the file.

    Attributes:
        frame: `date` and the number columns, indexed by line number; missing values are NaN.
        columns: Names of the number columns; the first one is to be forecast.
        all_columns: Names of all columns of the file.
        rows: Rows of the file, header and blank lines not counted.
        blank: Number of blank lines.
        layout: What was recognised, in words.
    """

    frame: pd.DataFrame
    columns: tuple[str, ...]
    all_columns: tuple[str, ...]
    rows: int
    blank: int
    layout: str


def read(
    path: Path,
    *,
    column: str | int | None,
    inputs: Sequence[str | int] = (),
    date_format: str | None = None,
) -> Table:
    """Read the date column and the asked number columns of a CSV.

    Args:
        path: Plain or gzipped text; comma, semicolon, tab or bar separated; UTF-8 or UTF-16.
        column: The column to forecast, by name or zero-based number; None: the file decides.
        inputs: Further columns.
        date_format: strptime format of the dates; None: the file decides.

    Raises:
        InputError: The file cannot be read as prices; the message has the row number.
    """
    content, encoding = _content(path)
    layout = _sniff(content, encoding, path)
    _refuse_surplus(content, encoding, layout, path)
    date_columns = _date_columns(layout, path)
    target = _target(layout, column, date_columns, path)
    others = [_lookup(layout, name, path, "data.inputs") for name in inputs]
    wanted = list(dict.fromkeys([target, *others]))
    for index in wanted:
        if index in date_columns:
            raise InputError(f"{path}: column {layout.names[index]!r} is the date, not a number")
    raw = _parse(content, encoding, layout, [*date_columns, *wanted], path)
    rows = len(raw)
    blank_rows = raw.isna().all(axis=1)
    blank = int(blank_rows.sum())
    if blank:
        raw = raw[~blank_rows]
    if raw.empty:
        raise InputError(f"{path}: no rows of data")
    frame = pd.DataFrame({"date": _dates(raw, date_columns, layout, date_format, path)})
    for index in wanted:
        where = f"{path}, column {layout.names[index]!r}"
        frame[layout.names[index]] = _numbers(raw[index], layout.delimiter, where)
    names = tuple(layout.names[index] for index in wanted)
    return Table(frame, names, tuple(layout.names), rows - blank, blank, layout.words)


@dataclass(frozen=True)
class _Layout:
    delimiter: str
    skip: int
    header_rows: int
    names: list[str]
    sample: pd.DataFrame
    words: str


def _content(path: Path) -> tuple[bytes, str]:
    """Return the bytes of the file, unpacked, and their encoding."""
    try:
        with path.open("rb") as stream:
            packed = stream.read(2) == b"\x1f\x8b"
        if path.stat().st_size > MAX_BYTES:
            raise InputError(f"{path}: over {MAX_BYTES >> 20:,} MiB; cut or resample it first")
        if packed:
            with gzip.open(path, "rb") as unpacked:
                content = unpacked.read(MAX_BYTES + 1)
        else:
            content = path.read_bytes()
    except IsADirectoryError as error:
        raise InputError(f"{path}: a folder; expected a CSV file") from error
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise InputError(f"{path}: damaged gzip ({error}); fetch it again") from error
    except OSError as error:
        raise InputError(f"{path}: cannot read it: {error.strerror or error}") from error
    if len(content) > MAX_BYTES:
        raise InputError(f"{path}: unpacks to over {MAX_BYTES >> 20:,} MiB")
    if not content.strip():
        raise InputError(f"{path}: empty; expected a CSV with dates and prices")
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content, "utf-16"
    if b"\0" in content[:SAMPLE_BYTES]:
        raise InputError(f"{path}: not a text file; expected a CSV with dates and prices")
    return content, "utf-8-sig"


def _sniff(content: bytes, encoding: str, path: Path) -> _Layout:
    """Find delimiter, lines before the table, header and column names from the first lines."""
    head = content[:SAMPLE_BYTES]
    try:
        text = head.decode(encoding, errors="strict" if len(content) <= len(head) else "ignore")
    except UnicodeDecodeError as error:
        line = head[: error.start].count(b"\n") + 1
        raise InputError(f"{path}, row {line}: not UTF-8; save the file as UTF-8") from error
    lines = text.splitlines()
    if len(content) > len(head) and len(lines) > 1:
        lines.pop()
    lines = lines[: SAMPLE_ROWS + 50]
    if not text.strip():
        raise InputError(f"{path}: empty; expected a CSV with dates and prices")
    delimiter, width = _delimiter(lines)
    rows = [_split(line, delimiter) for line in lines]
    skip = next((i for i, row in enumerate(rows) if len(row) == width and any(row)), 0)
    body = [row for row in rows[skip:] if any(row)]
    if width < 2 or not body:
        raise InputError(
            f"{path}: expected columns of dates and prices separated by , ; tab or |, "
            f"found {lines[0]!r:.80}"
        )
    header_rows = _header_rows(body)
    names = body[0] if header_rows else [str(i) for i in range(width)]
    names = [name.strip().strip("<>").strip() or str(i) for i, name in enumerate(names)]
    names = [f"{n} ({i})" if names.index(n) != i else n for i, n in enumerate(names)]
    data = [row[:width] + [""] * (width - len(row)) for row in body[header_rows:]]
    data = data[:SAMPLE_ROWS]
    if not data:
        found = "a header and no rows of data" if len(body) == 1 else "no number in any row"
        raise InputError(
            f"{path}: {found}; expected dates and prices, found columns {', '.join(names)!r:.80}"
        )
    shown = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}[delimiter]
    words = f"{shown} separated, {width} columns, {'with' if header_rows else 'no'} header"
    if skip:
        words += f", {skip} lines before the table"
    return _Layout(delimiter, skip, header_rows, names, pd.DataFrame(data, dtype=str), words)


def _header_rows(body: Sequence[Sequence[str]]) -> int:
    """Return the rows before the data: names, and further ones without a digit, as yfinance has."""
    if any(_is_number(cell) for cell in body[0]):
        return 0
    rows = 1
    while rows < len(body) and not any(char.isdigit() for cell in body[rows] for char in cell):
        rows += 1
    return rows


def _delimiter(lines: Sequence[str]) -> tuple[str, int]:
    best, chosen, width = -1.0, ",", 1
    for delimiter in (",", ";", "\t", "|"):
        counts = Counter(len(_split(line, delimiter)) for line in lines if line.strip())
        common, times = counts.most_common(1)[0] if counts else (1, 0)
        score = times / max(1, sum(counts.values())) + (0.001 * min(common, 50))
        if delimiter == ";" and common > 1:
            score += 0.5
        if common > 1 and score > best:
            best, chosen, width = score, delimiter, common
    return chosen, width


def _split(line: str, delimiter: str) -> list[str]:
    try:
        row = next(csv.reader([line], delimiter=delimiter, skipinitialspace=True), [])
    except csv.Error:
        return []
    return [cell.strip() for cell in row]


def _is_number(cell: str) -> bool:
    return bool(NUMBER.match(_plain_number(cell)))


def _plain_number(cell: str) -> str:
    text = DECORATION.sub("", cell).replace(",", "")
    return text[:-1] if text[-1:].upper() in SUFFIX and text[:1].isdigit() else text


def _date_columns(layout: _Layout, path: Path) -> list[int]:
    """Return the date column, and a separate time column after it if there is one."""
    lower = [name.lower() for name in layout.names]
    by_name = [lower.index(name) for name in DATE_NAMES if name in lower]
    candidates = [*by_name, *(i for i in range(len(lower)) if i not in by_name)]
    for index in candidates:
        cells = layout.sample[index]
        if dates.looks_like_dates(cells[cells != ""]):
            return [index, *_time_column(layout, index)]
    shown = f"columns {', '.join(layout.names)}"
    if by_name:
        return [by_name[0]]
    raise InputError(
        f"{path}: no column of dates in the {shown}; expected dates such as 2016-12-30 "
        f"or Unix time, found rows like {list(layout.sample.iloc[0])!r:.100}"
    )


def _time_column(layout: _Layout, date_index: int) -> list[int]:
    for index, name in enumerate(layout.names):
        if index == date_index or name.lower() != "time":
            continue
        cells = layout.sample[index]
        if cells.str.fullmatch(r"\d{1,2}:\d{2}(:\d{2})?|\d{6}").all():
            return [index]
    return []


def _target(
    layout: _Layout, column: str | int | None, date_columns: Sequence[int], path: Path
) -> int:
    if column is not None:
        return _lookup(layout, column, path, "data.column")
    lower = [name.lower() for name in layout.names]
    for name in PRICE_NAMES:
        if layout.header_rows and name in lower:
            return lower.index(name)
    numeric = [
        index
        for index in range(len(lower))
        if index not in date_columns and _mostly_numbers(layout.sample[index])
    ]
    if not layout.header_rows and date_columns == [0] and len(lower) in (6, 7):
        return 5 if len(lower) == 7 else 4
    if len(numeric) == 1:
        return numeric[0]
    if not numeric:
        raise InputError(
            f"{path}: no column of numbers besides the date; columns: {', '.join(layout.names)}"
        )
    raise InputError(
        f"{path}: which column are the prices? Found {', '.join(layout.names)}; "
        f"name one with --set 'data.column={layout.names[numeric[0]]}'"
    )


def _mostly_numbers(cells: pd.Series) -> bool:
    given = [cell for cell in cells if cell.lower() not in MISSING]
    return bool(given) and sum(map(_is_number, given)) > len(given) / 2


def _lookup(layout: _Layout, column: str | int, path: Path, key: str) -> int:
    lower = [name.lower() for name in layout.names]
    if isinstance(column, int):
        if column < len(lower):
            return column
        raise InputError(f"{path}: {key}: no column {column}; columns 0 to {len(lower) - 1} exist")
    if column.lower() in lower:
        return lower.index(column.lower())
    close = difflib.get_close_matches(column.lower(), lower, n=1)
    guess = f"; did you mean {layout.names[lower.index(close[0])]!r}?" if close else ""
    raise InputError(f"{path}: {key}: no column {column!r}; found {', '.join(layout.names)}{guess}")


def _parse(
    content: bytes, encoding: str, layout: _Layout, columns: Sequence[int], path: Path
) -> pd.DataFrame:
    """Parse the wanted columns; the index is the line number in the file, from 1."""
    first = layout.skip + layout.header_rows
    width = len(layout.names)
    try:
        frame = pd.read_csv(
            io.BytesIO(content),
            sep=layout.delimiter,
            header=None,
            names=list(range(width)),
            index_col=False,
            usecols=sorted(columns),
            skiprows=first,
            skipinitialspace=True,
            skip_blank_lines=False,
            encoding=encoding,
            na_values=[*MISSING, *(text.upper() for text in MISSING), "None", "Null"],
            on_bad_lines="error",
            low_memory=False,
        )
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 (byte {error.start}); save it as UTF-8") from error
    except pd.errors.EmptyDataError as error:
        raise InputError(f"{path}: no rows of data") from error
    except (pd.errors.ParserError, csv.Error, ValueError, OverflowError) as error:
        detail = (str(error).strip().splitlines() or ["?"])[-1]
        raise InputError(f"{path}: cannot be read as CSV: {detail:.120}") from error
    frame.index = pd.RangeIndex(first + 1, first + 1 + len(frame))
    return frame


def _refuse_surplus(content: bytes, encoding: str, layout: _Layout, path: Path) -> None:
    """Refuse rows with more cells than columns, which pandas would cut off without a word."""
    width = len(layout.names)
    rows = content.count(b"\n") + (not content.endswith(b"\n"))
    plain = b'"' not in content and encoding != "utf-16"
    if plain and content.count(layout.delimiter.encode()) == rows * (width - 1):
        return
    with io.TextIOWrapper(io.BytesIO(content), encoding, errors="replace", newline="") as lines:
        reader = csv.reader(lines, delimiter=layout.delimiter, skipinitialspace=True)
        try:
            for number, row in enumerate(reader):
                if number >= layout.skip and len(row) > width and any(row[width:]):
                    raise InputError(
                        f"{path}, row {reader.line_num}: expected {width} columns, "
                        f"found {len(row)}; quote cells that hold a {layout.delimiter!r}"
                    )
        except csv.Error as error:
            raise InputError(f"{path}, row {reader.line_num}: not CSV: {error}") from error


def _dates(
    raw: pd.DataFrame,
    columns: Sequence[int],
    layout: _Layout,
    date_format: str | None,
    path: Path,
) -> pd.Series:
    where = f"{path}, column {layout.names[columns[0]]!r}"
    cells = raw[columns[0]]
    if cells.isna().any():
        line = cells.index[cells.isna()][0]
        raise InputError(f"{where}, row {line}: expected a date, found nothing")
    parsed = dates.parse(cells, date_format=date_format, where=where)
    if len(columns) == 1:
        return parsed
    clock = raw[columns[1]].astype(str).str.replace(":", "").str.replace(r"\.0$", "", regex=True)
    clock = clock.str.zfill(6) if clock.str.len().max() > 4 else clock.str.zfill(4) + "00"
    parts = [clock.str[i : i + 2] for i in (0, 2, 4)]
    seconds = sum(
        pd.to_numeric(p, errors="coerce") * s for p, s in zip(parts, (3600, 60, 1), strict=True)
    )
    if seconds.isna().any():
        line = seconds.index[seconds.isna()][0]
        raise InputError(f"{path}, column 'Time', row {line}: expected a time such as 16:30")
    return parsed + pd.to_timedelta(seconds, unit="s")


def _numbers(cells: pd.Series, delimiter: str, where: str) -> np.ndarray:
    """Return a column as float64, (rows,); missing values are NaN."""
    if not pd.api.types.is_numeric_dtype(cells) or pd.api.types.is_bool_dtype(cells):
        cells = _clean(cells.astype("string"), delimiter, where)
    values: np.ndarray = cells.to_numpy(dtype=np.float64, na_value=np.nan)
    infinite = np.isinf(values)
    if infinite.any():
        line = cells.index[infinite][0]
        raise InputError(f"{where}, row {line}: expected a finite number, found infinity")
    return values


def _clean(texts: pd.Series, delimiter: str, where: str) -> pd.Series:
    """Read numbers with currency signs, separators and K, M or B behind them."""
    bare = texts.str.replace(DECORATION.pattern, "", regex=True)
    bare = bare.str.replace(r"^\((.*)\)$", r"-\1", regex=True)
    last = bare.str[-1:].str.upper()
    factor = last.map(SUFFIX).astype("float64").fillna(1.0)
    bare = bare.where(factor == 1.0, bare.str[:-1])
    missing = texts.isna() | bare.str.lower().isin(MISSING)
    bare = _point_for_decimals(bare, texts, missing, delimiter, where)
    plain = bare.str.fullmatch(NUMBER.pattern)
    bad = ~(plain.fillna(False).astype(bool) | missing)
    if bad.any():
        line = texts.index[bad][0]
        raise InputError(f"{where}, row {line}: expected a number, found {texts[line]!r:.60}")
    return pd.to_numeric(bare.where(~missing), errors="coerce").astype("float64") * factor


def _point_for_decimals(
    bare: pd.Series, texts: pd.Series, missing: pd.Series, delimiter: str, where: str
) -> pd.Series:
    """Return numbers with a decimal point and no thousands separators.

    The whole column is read one way: `1,234.5` or `1.234,5`. Where both ways fit every cell
    (`1,234`), a comma is a decimal comma in files that are not comma separated.
    """
    given = bare[~missing]
    fits = {name: given.str.fullmatch(shape).fillna(False) for name, shape in GROUPED.items()}
    whole = [name for name, fit in fits.items() if fit.all()]
    if not whole:
        best = max(fits, key=lambda name: int(fits[name].sum()))
        line = given.index[~fits[best].astype(bool)][0]
        raise InputError(
            f"{where}, row {line}: expected a number"
            f"{' like the others' if fits[best].any() else ''}, found {texts[line]!r:.60}"
        )
    has_comma = given.str.contains(",", regex=False).any()
    comma = "comma" in whole and has_comma and (len(whole) == 1 or delimiter in ";\t")
    if comma:
        return bare.str.replace(".", "", regex=False).str.replace(",", ".", regex=False)
    return bare.str.replace(",", "", regex=False)
