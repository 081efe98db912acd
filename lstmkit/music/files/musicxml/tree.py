"""The XML of a MusicXML file, compressed or not, in whatever encoding, as a tree.

expat reads it, which neither opens other files nor, as entities are refused here, grows what it
reads.
"""

import codecs
import io
import re
import zipfile
import zlib
from fractions import Fraction
from math import isfinite
from typing import IO
from xml.etree import ElementTree

from lstmkit.bounds import read_at_most
from lstmkit.errors import InputError

MAX_BYTES = 8 << 20
MAX_ELEMENTS = {"measure": 6_000, "note": 100_000}  # of a file, all parts together
MAX_CONTAINER = 1 << 20
CONTAINER = "META-INF/container.xml"

_DECLARATION = re.compile(r"^\s*<\?xml([^>]*)\?>")
_ENCODING = re.compile(r"encoding\s*=\s*[\"']([\w.:-]+)[\"']")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\x00?\x00", "utf-16-le"),
    (b"\x00<\x00?", "utf-16-be"),
)
_ZIP_ERRORS = (
    zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, ValueError, EOFError,
    OSError, LookupError,
)  # fmt: skip


def read(data: bytes, where: str) -> ElementTree.Element:
    """Return the root element of a MusicXML file.

    Args:
        data: The whole file.
        where: Path of the file, for error messages.

    Raises:
        InputError: If it is damaged, too large, or not XML.
    """
    if data.startswith(b"PK"):
        data = _unpacked(data, where)
    if len(data) > MAX_BYTES:
        raise InputError(
            f"{where}: {len(data):,} bytes; a MusicXML file may have {MAX_BYTES:,} here"
        )
    text = _DECLARATION.sub("", _text(data), count=1)
    if re.search(r"<!ENTITY", text, re.IGNORECASE):
        raise InputError(f"{where}: the file defines XML entities, which no MusicXML file needs")
    for name, most in MAX_ELEMENTS.items():
        count = len(re.findall(rf"<{name}[\s>/]", text))
        if count > most:
            raise InputError(
                f"{where}: {count:,} <{name}> elements; at most {most:,} are read; cut it down to"
                " the parts and bars that matter, or export it as MIDI"
            )
    try:
        return ElementTree.fromstring(text)  # noqa: S314  expat opens no files; no entities here
    except (ElementTree.ParseError, ValueError) as error:
        raise InputError(
            f"{where}: not a readable MusicXML file: {error}; open and save it again in a notation"
            " program"
        ) from error


def _text(data: bytes) -> str:
    """Decode by the byte order mark, else by the declaration, else as UTF-8 or Windows Latin."""
    marked = next((name for mark, name in _MARKS if data.startswith(mark)), None)
    declaration = _DECLARATION.match(data[:200].decode("latin-1"))
    match = _ENCODING.search(declaration[1]) if declaration else None
    declared = match[1] if match and not match[1].lower().startswith("utf-16") else None
    for encoding in (marked, declared, "utf-8", "cp1252"):
        try:
            if encoding is not None:
                return data.decode(encoding)
        except (LookupError, UnicodeError):
            continue
    return data.decode("utf-8", "replace")


def _unpacked(data: bytes, where: str) -> bytes:
    """Return the score in an archive: the one that its container names, else the first."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = _candidates(archive)
            if not names:
                raise InputError(f"{where}: the archive holds no MusicXML")
            with archive.open(names[0]) as file:
                return _bounded(file, where)
    except _ZIP_ERRORS as error:
        raise InputError(f"{where}: not a readable compressed MusicXML file: {error}") from error


def _candidates(archive: zipfile.ZipFile) -> list[str]:
    inside = archive.namelist()
    rootfiles: list[str] = []
    if CONTAINER in inside:
        with archive.open(CONTAINER) as file:
            container = _text(file.read(MAX_CONTAINER))
        rootfiles = re.findall(r"<rootfile\b[^<>]*?full-path\s*=\s*[\"']([^\"']+)[\"']", container)
    named = [name for name in rootfiles if name in inside]
    scores = [
        name
        for name in inside
        if name.lower().endswith((".musicxml", ".xml")) and not name.startswith("META-INF")
    ]
    return named or sorted(scores, key=lambda name: not name.lower().endswith(".musicxml"))


def _bounded(file: IO[bytes], where: str) -> bytes:
    content = read_at_most(file, MAX_BYTES)
    if content is None:
        raise InputError(f"{where}: unpacks to over {MAX_BYTES:,} bytes")
    return content


def fraction(text: str | None) -> Fraction:
    """Read the number that an element or attribute holds; 0 where there is none."""
    try:
        value = float(text or "0")
    except ValueError:
        return Fraction(0)
    return Fraction(value).limit_denominator(10_000) if isfinite(value) else Fraction(0)
