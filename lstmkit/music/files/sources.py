"""One door for every music file: check it, look it up among those read before, read it.

A file is opened once: the score that is read carries the file's fingerprint. A score is cached as
JSON under the checksum of its file; the cache is in `$LSTMKIT_CACHE`, else in the user's cache
folder, and losing it loses nothing.
"""

import contextlib
import gzip
import hashlib
import logging
import os
import zlib
from collections.abc import Callable
from dataclasses import replace
from importlib import metadata
from pathlib import Path

from pydantic import TypeAdapter

from lstmkit.bounds import read_file
from lstmkit.errors import InputError, RunError
from lstmkit.files import cache_folder, locate, title, write_bytes
from lstmkit.music.files.midi.reader import parse_midi
from lstmkit.music.files.musicxml.reader import parse_musicxml
from lstmkit.music.files.score import Score

MIDI_SUFFIXES = (".mid", ".midi", ".kar", ".rmi")
MUSICXML_SUFFIXES = (".musicxml", ".mxl", ".xml")
SUFFIXES = MIDI_SUFFIXES + MUSICXML_SUFFIXES
CORPUS = "corpus:"
MAX_BYTES = 8 << 20
CACHE_VERSION = "5"  # raise it when a reader reads differently

_STORED = TypeAdapter(Score)

log = logging.getLogger(__name__)


def read(source: str | Path) -> Score:
    """Read a MIDI file, a MusicXML file, or `corpus:NAME` from music21's corpus.

    Args:
        source: Path of the file, or the name after `corpus:`.

    Raises:
        InputError: If there is no such file or it cannot be used; the message says why.
    """
    text = str(source)
    if text.startswith(CORPUS):
        score = _cached(
            checksum(f"{text} of music21 {metadata.version('music21')}".encode()),
            lambda: _read_corpus(text),
        )
        named = {"path": text, "bytes": 0, "sha256": checksum(text.encode())}
        return replace(score, fingerprint=named)
    path = _located(text)
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        known = ", ".join(SUFFIXES)
        raise InputError(f"{path}: unknown kind of file; expected one of {known}, or corpus:NAME")
    data = read_bytes(path)
    is_midi = suffix in MIDI_SUFFIXES or data.startswith((b"MThd", b"RIFF"))
    parse = parse_midi if is_midi else parse_musicxml
    digest = checksum(data)
    score = _cached(digest, lambda: parse(data, name=title(path), where=str(path)))
    named = {"path": str(path.resolve()), "bytes": len(data), "sha256": digest}
    return replace(score, name=title(path), fingerprint=named)


def _read_corpus(source: str) -> Score:
    from lstmkit.music.files.musicxml import music21_corpus

    return music21_corpus.parse(source.removeprefix(CORPUS))


def expand(paths: list[str]) -> list[str]:
    """List the music files in folders and keep all else as it is, sorted within a folder.

    Raises:
        InputError: If a folder holds no music.
    """
    found: list[str] = []
    for text in paths:
        folder = Path(text)
        if text.startswith(CORPUS) or not os.path.isdir(folder):
            found.append(text)
            continue
        inside = sorted(p for p in folder.rglob("*") if p.suffix.lower() in SUFFIXES)
        if not inside:
            raise InputError(
                f"{folder}: no music in this folder; expected {', '.join(SUFFIXES)} files"
            )
        found += [str(path) for path in inside]
    return found


def _located(source: str) -> Path:
    return locate(
        Path(source), remedy="name a MIDI or MusicXML file, a folder of them, or corpus:NAME"
    )


def read_bytes(path: Path) -> bytes:
    """Return the bytes of a music file after a look at its size.

    Raises:
        InputError: If it cannot be opened, is empty, or is too large.
    """
    try:
        data = read_file(path, MAX_BYTES)
    except OSError as error:
        raise InputError(f"{path}: cannot be opened: {error.strerror}") from error
    if data is None:
        raise InputError(f"{path}: larger than {MAX_BYTES:,} bytes; no single piece of music is")
    if not data:
        raise InputError(f"{path}: the file is empty")
    return data


def checksum(data: bytes) -> str:
    """Return the SHA-256 of some bytes, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def _cached(key: str, parse: Callable[[], Score]) -> Score:
    path = cache_folder() / "music" / f"{key}-{CACHE_VERSION}.json.gz"
    try:
        with gzip.open(path) as file:
            return _STORED.validate_json(file.read())
    except (OSError, EOFError, zlib.error, ValueError):
        log.debug("%s is not in the cache", key)
    score = parse()
    with contextlib.suppress(RunError):  # a cache that cannot be written is no cache, and no error
        write_bytes(path, gzip.compress(_STORED.dump_json(score), compresslevel=1))
    return score
