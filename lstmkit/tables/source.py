"""Whatever a path leads to, as UTF-8 text with newline ends: unpacked, decoded, read once."""

import bz2
import gzip
import hashlib
import io
import lzma
import re
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import IO, Any

from lstmkit import files, system
from lstmkit.bounds import read_at_most, read_file
from lstmkit.errors import InputError
from lstmkit.tables import encoding, foreign

MAX_BYTES = 1 << 30
MAX_LAYERS = 3
HEAD = 1 << 12
DAMAGE: tuple[type[Exception], ...] = (*files.DAMAGE, lzma.LZMAError)
PACKED: dict[bytes, tuple[str, Callable[[IO[bytes]], Any]]] = {
    b"\x1f\x8b": ("gzip", gzip.open),
    b"BZh": ("bzip2", bz2.BZ2File),
    b"\xfd7zXZ\x00": ("xz", lzma.LZMAFile),
}
UNREADABLE = {
    b"\xd0\xcf\x11\xe0": "an old Excel file (.xls); save it as .xlsx or as CSV",
    b"%PDF": "a PDF; export the table as CSV",
    b"7z\xbc\xaf": "a 7z archive; unpack it first",
    b"Rar!": "a RAR archive; unpack it first",
    b"\x28\xb5\x2f\xfd": "packed by zstd; unpack it first",
}
#: A quote inside of a quoted cell behind a backslash, where CSV would double it.
ESCAPED = re.compile(rb'(?m)(?:^|[,;\t|])"[^"\n]*\\"[^",;\t|\n]')
PAGE = re.compile(rb"\s*(?:<!doctype|<html|<\?xml|<table|<head)", re.IGNORECASE)


@dataclass(frozen=True)
class Source:
    r"""The text of a table.

    Attributes:
        content: UTF-8 without a mark, every line ended by `\n` alone.
        encoding: What it was written in.
        fingerprint: Path, bytes and SHA-256 of what was read, as `files.fingerprint` gives them.
        repairs: What was guessed or chosen on the way.
        notes: What it was found in, such as the member of an archive.
        named: Whether its first row is surely names; else its cells have to tell.
    """

    content: bytes
    encoding: str
    fingerprint: dict[str, Any]
    repairs: tuple[str, ...] = field(default=())
    notes: tuple[str, ...] = field(default=())
    named: bool = False


def read(path: Path, *, words: Iterable[str] = ()) -> Source:
    """Read a file or a pipe to its end, once.

    Args:
        path: What to read.
        words: Words of the field in many languages: a guess of the encoding that finds some wins.

    Raises:
        InputError: It cannot be read, is damaged, too large, or no text.
    """
    raw, mark = _raw(path)
    content, notes = _unpacked(raw, path)
    del raw
    _refuse_empty(content, path)
    converted = foreign.as_csv(content, path)
    if converted is not None:
        content, note, named = converted
        return Source(content, "utf-8", mark, (), (*notes, note), named)
    _refuse_no_table(content, path)
    content, name, repair = encoding.as_utf8(content, path, words=words)
    if b"\r" in content:
        content = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    named, lines = False, foreign.json_as_csv(content, path)
    repairs = [repair] if repair else []
    if lines is not None:
        content, note, named = lines
        notes = (*notes, note)
    elif b'\\"' in content and ESCAPED.search(content):
        content = content.replace(b'\\"', b'""')
        repairs.append("quotes inside of cells stand behind backslashes: read as quotes")
    _refuse_empty(content, path)
    return Source(content, name, mark, tuple(repairs), notes, named)


def _raw(path: Path) -> tuple[bytes, dict[str, Any]]:
    try:
        content = read_file(path, MAX_BYTES)
    except IsADirectoryError as error:
        raise InputError(f"{path}: a folder; expected a file with a table") from error
    except OSError as error:
        reason = f"{error.strerror or error}{system.if_open_elsewhere(error)}"
        raise InputError(f"{path}: cannot read it: {reason}") from error
    if content is None:
        raise InputError(f"{path}: over {MAX_BYTES >> 20:,} MiB; cut it first")
    digest = hashlib.sha256(content).hexdigest()
    return content, {"path": str(path.absolute()), "bytes": len(content), "sha256": digest}


def _unpacked(content: bytes, path: Path) -> tuple[bytes, tuple[str, ...]]:
    """Return what is inside of gzip, bzip2, xz or a zip with one member, in layers."""
    notes: list[str] = []
    for _ in range(MAX_LAYERS):
        found = next((PACKED[mark] for mark in PACKED if content.startswith(mark)), None)
        if found is not None:
            kind, opening = found
            content = _opened(partial(opening, io.BytesIO(content)), kind, path)
        elif content.startswith(b"PK\x03\x04") and not foreign.is_workbook(content):
            content, member = _member(content, path)
            notes.append(f"{member} inside the zip")
        else:
            break
    return content, tuple(notes)


def _opened(opening: Callable[[], IO[bytes]], kind: str, path: Path) -> bytes:
    try:
        with opening() as stream:
            content = read_at_most(stream, MAX_BYTES)
    except DAMAGE as error:
        raise InputError(f"{path}: damaged {kind} ({error}); fetch it again") from error
    if content is None:
        raise InputError(f"{path}: unpacks to over {MAX_BYTES >> 20:,} MiB")
    return content


def _member(content: bytes, path: Path) -> tuple[bytes, str]:
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except DAMAGE as error:
        raise InputError(f"{path}: damaged zip ({error}); fetch it again") from error
    names = [info.filename for info in archive.infolist() if _is_a_users(info)]
    if len(names) != 1:
        shown = ", ".join(names[:10]) or "nothing"
        raise InputError(
            f"{path}: expected one file in the zip, found {len(names):,} ({shown:.300}); unpack it "
            f"and give the one that is meant"
        )
    return _opened(lambda: archive.open(names[0]), "zip", path), names[0]


def _is_a_users(info: zipfile.ZipInfo) -> bool:
    """Return whether a member is a file that a user put there, and no system did."""
    *folders, name = info.filename.split("/")
    hidden = any(part.startswith(".") or part == "__MACOSX" for part in (*folders, name))
    return not (info.is_dir() or hidden or name in files.OF_THE_SYSTEM)


def _refuse_empty(content: bytes, path: Path) -> None:
    blank = b"\0 \t\r\n\xef\xbb\xbf\xff\xfe"
    if not content[:HEAD].strip(blank) and not content.strip(blank):
        raise InputError(f"{path}: empty; expected a table")


def _refuse_no_table(content: bytes, path: Path) -> None:
    for mark, what in UNREADABLE.items():
        if content.startswith(mark):
            raise InputError(f"{path}: {what}")
    if content[257:262] == b"ustar":
        raise InputError(f"{path}: a tar archive; unpack it and give the file that is meant")
    if PAGE.match(content[:200].removeprefix(b"\xef\xbb\xbf")):
        raise InputError(
            f"{path}: a web page or XML, not a table of text; was it saved from a page that asked "
            f"to sign in? Export the table as CSV"
        )
