"""One door for every music file: check it, look it up among those read before, read it.

A score is cached as JSON under the checksum of its file: what was read once is read back in a few
milliseconds. The cache is in `$LSTMKIT_CACHE`, else in the user's cache folder;
losing it loses nothing.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import json
import logging
import zlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib import metadata
from pathlib import Path
from typing import Any

from lstmkit import runs
from lstmkit.bounds import read_file
from lstmkit.errors import InputError, RunError
from lstmkit.files import cache_folder, fingerprint, locate, write_bytes
from lstmkit.music.files import midi_score, musicxml
from lstmkit.music.files.score import Score
from lstmkit.music.files.stored import from_json, to_json

MIDI_SUFFIXES = (".mid", ".midi", ".kar", ".rmi")
MUSICXML_SUFFIXES = (".musicxml", ".mxl", ".xml")
SUFFIXES = MIDI_SUFFIXES + MUSICXML_SUFFIXES
CORPUS = "corpus:"
MAX_BYTES = 8 << 20
CACHE_VERSION = "3"  # raise it when a reader reads differently

log = logging.getLogger(__name__)


def read(source: str | Path) -> Score:
    """Read a MIDI file, a MusicXML file, or `corpus:NAME` from music21's corpus.

    Args:
        source: Path of the file, or the name after `corpus:`.

    Raises:
        InputError: If there is no such file or it cannot be used; the message says why.
    """
    if str(source).startswith(CORPUS):
        name = str(source).removeprefix(CORPUS)
        key = f"{source} of music21 {metadata.version('music21')}"
        return _cached(checksum(key.encode()), lambda: _read_corpus(name))
    path = _located(str(source))
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        known = ", ".join(SUFFIXES)
        raise InputError(f"{path}: unknown kind of file; expected one of {known}, or corpus:NAME")
    data = read_bytes(path)
    if suffix in MIDI_SUFFIXES or data.startswith((b"MThd", b"RIFF")):
        return _named(_cached(checksum(data), lambda: _read_midi(data, path)), path)
    return _named(_cached(checksum(data), lambda: _read_musicxml(data, path)), path)


def expand(paths: list[str]) -> list[str]:
    """List the music files in folders and keep all else as it is, sorted within a folder.

    Raises:
        InputError: If a folder holds no music.
    """
    found: list[str] = []
    for text in paths:
        folder = Path(text)
        if text.startswith(CORPUS) or not folder.is_dir():
            found.append(text)
            continue
        inside = sorted(p for p in folder.rglob("*") if p.suffix.lower() in SUFFIXES)
        if not inside:
            raise InputError(
                f"{folder}: no music in this folder; expected {', '.join(SUFFIXES)} files"
            )
        found += [str(path) for path in inside]
    return found


def fingerprints(files: Sequence[str]) -> list[dict[str, Any]]:
    """Return what a manifest says of each source; a piece of the corpus is known by its name."""
    return [
        {"path": source, "bytes": 0, "sha256": checksum(source.encode())}
        if source.startswith(CORPUS)
        else fingerprint(_located(source))
        for source in files
    ]


def unchanged(run: runs.Run) -> list[str]:
    """Return the sources a run was made from.

    Raises:
        InputError: One of them is gone or has changed since.
    """
    noted = run.manifest.get("inputs") or []
    if not isinstance(noted, list) or not noted:
        raise InputError(f"{run.path / runs.MANIFEST}: names no input file")
    files = [str(entry.get("path")) for entry in noted]
    for entry, now in zip(noted, fingerprints(files), strict=True):
        if entry.get("sha256") != now["sha256"]:
            raise InputError(
                f"{now['path']}: changed since the run was made (its SHA-256 differs);"
                " put the old file back, or train anew"
            )
    return files


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


def _read_midi(data: bytes, path: Path) -> Score:
    return midi_score.parse(data, name=path.stem, where=str(path))


def _read_musicxml(data: bytes, path: Path) -> Score:
    return musicxml.parse(data, name=path.stem, where=str(path))


def _read_corpus(name: str) -> Score:
    from lstmkit.music.files import music21_corpus

    return music21_corpus.parse(name)


def _named(score: Score, path: Path) -> Score:
    return replace(score, name=path.stem)


def _cached(key: str, parse: Callable[[], Score]) -> Score:
    path = cache_folder() / "music" / f"{key}-{CACHE_VERSION}.json.gz"
    try:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            return from_json(json.load(file))
    except (OSError, EOFError, zlib.error, KeyError, TypeError, ValueError):
        log.debug("%s is not in the cache", key)
    score = parse()
    with contextlib.suppress(RunError):  # a cache that cannot be written is no cache, and no error
        write_bytes(path, gzip.compress(json.dumps(to_json(score)).encode(), compresslevel=1))
    return score
