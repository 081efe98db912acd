"""Bytes of any encoding into UTF-8: by their mark, by being UTF-8, else by charset-normalizer."""

import codecs
from collections.abc import Iterable
from pathlib import Path

from charset_normalizer import from_bytes

from lstmkit.errors import InputError

SAMPLE_BYTES = 1 << 16
BLOCK = 1 << 24
#: Marks at the start of a file; the longer ones first, since UTF-32 begins like UTF-16.
WIDE = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
#: What files are written in besides UTF-8; where two fit, the earlier one.
COMMON = (
    *("cp1252", "gb18030", "cp932", "cp949", "big5", "cp1251", "cp1250", "cp1254", "cp1253"),
    *("cp1255", "cp1256", "cp874", "cp1258", "koi8_r", "mac_roman", "cp850"),
)


def as_utf8(content: bytes, path: Path, *, words: Iterable[str]) -> tuple[bytes, str, str]:
    """Return the text as UTF-8, the encoding it was in, and what to say of a guess, else `""`.

    Raises:
        InputError: It is no text in any encoding.
    """
    if content.startswith(codecs.BOM_UTF8):
        return as_utf8(content.removeprefix(codecs.BOM_UTF8), path, words=words)
    for mark, wide in WIDE.items():
        if content.startswith(mark):
            return _from(content, wide, path), wide, ""
    wide = _without_mark(content)
    if wide:
        return _from(content, wide, path), wide, f"no UTF-8: read as {wide}"
    if b"\0" in content:
        raise InputError(f"{path}: not a text file; expected a table of text")
    if content.isascii() or _is_utf8(content):
        return content, "utf-8", ""
    name = _guess(content, words)
    if not name:
        line = _first_bad_line(content)
        raise InputError(
            f"{path}, row {line}: not UTF-8, and no other encoding fits; save the file as UTF-8"
        )
    return _from(content, name, path), name, f"not UTF-8: read as {name}, a guess"


def _from(content: bytes, name: str, path: Path) -> bytes:
    try:
        return content.decode(name).encode()
    except UnicodeError as error:
        at = getattr(error, "start", 0)
        line = content[:at].count(b"\n") + 1
        raise InputError(f"{path}, row {line}: not {name}; save the file as UTF-8") from error


def _without_mark(content: bytes) -> str:
    """Return UTF-16 by its zero bytes: every second one of plain letters."""
    head = content[:SAMPLE_BYTES]
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > 0.3 * len(head) / 2 and even < 0.05 * odd:
        return "utf-16-le"
    return "utf-16-be" if even > 0.3 * len(head) / 2 and odd < 0.05 * even else ""


def _is_utf8(content: bytes) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for begin in range(0, len(content), BLOCK):
            decoder.decode(content[begin : begin + BLOCK])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _guess(content: bytes, words: Iterable[str]) -> str:
    """Return the encoding in which words of the field appear, else charset-normalizer's, or ""."""
    head = [line for line in content[:SAMPLE_BYTES].splitlines() if not line.isascii()]
    sample = b"\n".join(head) or _around_the_first(content)
    fitting = {name: text for name in COMMON if (text := _decoded(content, sample, name))}
    foreign = [word.lower() for word in words if not word.isascii()]
    hits = {name: sum(word in text.lower() for word in foreign) for name, text in fitting.items()}
    best = max(hits, key=lambda name: hits[name], default=None)
    if best is not None and hits[best]:
        return best
    match = from_bytes(sample, cp_isolation=list(fitting)).best() if fitting else None
    if match is None:
        return next(iter(fitting), "")
    alike = {match.encoding, *match.could_be_from_charset}
    return next((name for name in fitting if name in alike), match.encoding)


def _decoded(content: bytes, sample: bytes, name: str) -> str:
    """Return the sample's text, or nothing where sample or file are not in this encoding."""
    try:
        text = sample.decode(name)
        decoder = codecs.getincrementaldecoder(name)()
        for begin in range(0, len(content), BLOCK):
            decoder.decode(content[begin : begin + BLOCK])
        decoder.decode(b"", final=True)
    except UnicodeError:
        return ""
    return text


def _around_the_first(content: bytes) -> bytes:
    line = _first_bad_line(content)
    return b"\n".join(content.split(b"\n", line + 20)[line - 1 : line + 20])


def _first_bad_line(content: bytes) -> int:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        return content[: error.start].count(b"\n") + 1
    return 1
