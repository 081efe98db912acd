"""Tables that are no lines of cells: JSON, Excel and Parquet, as CSV."""

import csv
import importlib.util
import io
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lstmkit.errors import InputError

MAX_UNPACKED = 1 << 30
EXTRAS = {"excel": ("openpyxl", "an Excel file"), "parquet": ("pyarrow", "a Parquet file")}


def is_workbook(content: bytes) -> bool:
    """Return whether a zip is an Excel workbook."""
    return b"[Content_Types].xml" in content[:4096] or b"xl/workbook" in content[:4096]


def as_csv(content: bytes, path: Path) -> tuple[bytes, str, bool] | None:
    """Return an Excel or Parquet file as CSV, what to say, and whether names come first.

    Raises:
        InputError: It is damaged, or the extra that reads it is not installed.
    """
    if content.startswith(b"PK\x03\x04") and is_workbook(content):
        _require("excel", path)
        return _excel(content, path)
    if content.startswith(b"PAR1"):
        _require("parquet", path)
        return _parquet(content, path)
    return None


def json_as_csv(content: bytes, path: Path) -> tuple[bytes, str, bool] | None:
    """Return JSON lines, or a JSON list of objects, lists or texts, as CSV, with the same.

    Raises:
        InputError: A line is damaged, or is no object.
    """
    head = content[:1000].lstrip()
    if head[:1] == b"{" and b"\n" in content.strip():
        found = _lines(content, path)
        if found is not None:
            return _table(found, path), "JSON lines", True
    if head[:1] not in (b"[", b"{"):
        return None
    try:
        whole = json.loads(content)
    except (ValueError, RecursionError):
        return None
    if isinstance(whole, dict):
        lists = [value for value in whole.values() if isinstance(value, list)]
        columns = all(isinstance(value, list) for value in whole.values())
        if columns and len({len(value) for value in lists}) == 1:
            whole = [dict(zip(whole, row, strict=True)) for row in zip(*lists, strict=True)]
        elif len(lists) == 1:
            whole = lists[0]
    if isinstance(whole, list) and all(isinstance(row, str) for row in whole):
        whole = [[text] for text in whole]
    if not (isinstance(whole, list) and whole) or not all(
        isinstance(row, dict | list) for row in whole
    ):
        raise InputError(f"{path}: expected a JSON list of rows or JSON lines, found other JSON")
    return _table(whole, path), "JSON", isinstance(whole[0], dict)


def _lines(content: bytes, path: Path) -> list[Any] | None:
    rows: list[Any] = []
    for number, line in enumerate(content.split(b"\n"), start=1):
        if not line.strip():
            rows.append({})
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            if not rows:
                return None
            raise InputError(f"{path}, row {number}: damaged JSON: {error}") from error
        if not isinstance(row, dict):
            raise InputError(f"{path}, row {number}: expected a JSON object, found {line[:60]!r}")
        rows.append(row)
    return rows


def _table(rows: Sequence[Any], path: Path) -> bytes:
    objects = [row for row in rows if isinstance(row, dict)]
    if objects and len(objects) != len(rows):
        raise InputError(f"{path}: expected JSON objects or JSON lists, found both")
    names = list(dict.fromkeys(name for row in objects for name in row))
    body = [[row.get(name) for name in names] for row in objects] if objects else rows
    with io.StringIO(newline="") as text:
        writer = csv.writer(text, lineterminator="\n")
        writer.writerows([names] if objects else [])
        writer.writerows([_text(cell) for cell in row] for row in body)
        return text.getvalue().encode()


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    return cell if isinstance(cell, str) else json.dumps(cell, ensure_ascii=False)


def _require(extra: str, path: Path) -> None:
    module, what = EXTRAS[extra]
    if importlib.util.find_spec(module) is None:
        raise InputError(
            f'{path}: {what}; reading it needs an extra: pip install "lstmkit[{extra}]", or save '
            f"it as CSV"
        )


def _excel(content: bytes, path: Path) -> tuple[bytes, str, bool]:
    import pandas as pd

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(info.file_size for info in archive.infolist()) > MAX_UNPACKED:
                raise InputError(f"{path}: unpacks to over {MAX_UNPACKED >> 20:,} MiB")
        sheets = pd.read_excel(
            io.BytesIO(content), sheet_name=None, header=None, dtype=object, engine="openpyxl"
        )
    except (zipfile.BadZipFile, KeyError, ValueError, OSError, TypeError) as error:
        raise InputError(f"{path}: damaged Excel file ({error!s:.100})") from error
    filled = {name: sheet for name, sheet in sheets.items() if len(sheet)}
    if not filled:
        raise InputError(f"{path}: empty; expected a table")
    if len(filled) > 1:
        raise InputError(
            f"{path}: expected one sheet with a table, found {', '.join(filled)!s:.200}; save the "
            f"one that is meant as CSV"
        )
    name, sheet = next(iter(filled.items()))
    text = sheet.to_csv(index=False, header=False, lineterminator="\n")
    return text.encode(), f"sheet {name!r} of an Excel file", False


def _parquet(content: bytes, path: Path) -> tuple[bytes, str, bool]:
    import pandas as pd

    try:
        frame = pd.read_parquet(io.BytesIO(content))
    except (ValueError, OSError, KeyError) as error:
        raise InputError(f"{path}: damaged Parquet file ({error!s:.100})") from error
    named = frame.index.name is not None or not isinstance(frame.index, pd.RangeIndex)
    text = frame.to_csv(index=named, lineterminator="\n")
    return text.encode(), "a Parquet file", True
