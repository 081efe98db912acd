"""Word vectors: the packed GloVe table that ships, and any other, packed once into the cache.

A packed table is a folder of four files: `words.txt` (one word a line, most frequent first),
`vectors.i8` (one signed byte per number, row by row), `scales.npy` (float32, one per row: the
row's largest number is 127 of it) and `source.json`. Measured on the table that ships, one byte
per number keeps the cosine of every word with its original above 0.9999, at an eighth of the text.
"""

from __future__ import annotations

import hashlib
import json
import logging
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from lstmkit.arrays import load_array
from lstmkit.config import package_folder
from lstmkit.errors import InputError, RunError
from lstmkit.files import cache_folder, fingerprint, locate, undamaged, whole, write_json

SHIPPED = "glove.6B.100d.40k"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class VectorTable:
    """Words and their vectors.

    Attributes:
        name: The file it was packed from.
        sha256: Of that file.
        vocabulary: Word to row, the most frequent first.
        codes: int8, (words, dimension).
        scales: float32, (words,).
        moved: float32, (moved words, dimension): rows that training changed.
        places: int32, (words,): row of `moved` that counts instead, or -1.
    """

    name: str
    sha256: str
    vocabulary: dict[str, int]
    codes: np.ndarray
    scales: np.ndarray
    moved: np.ndarray | None = None
    places: np.ndarray | None = None

    @property
    def dimension(self) -> int:
        """Numbers per word."""
        return int(self.codes.shape[1])

    def rows(self, indices: np.ndarray) -> np.ndarray:
        """Return the vectors at `indices`, float32, (n, dimension)."""
        vectors = self.codes[indices] * self.scales[indices, None]
        if self.moved is not None and self.places is not None:
            places = self.places[indices]
            vectors[places >= 0] = self.moved[places[places >= 0]]
        return vectors

    def with_rows(self, indices: np.ndarray, vectors: np.ndarray) -> VectorTable:
        """Return the same table with other vectors, (n, dimension), at `indices`."""
        if vectors.shape != (len(indices), self.dimension) or vectors.dtype.kind != "f":
            raise ValueError(f"vectors of shape {vectors.shape}, {vectors.dtype}")
        if not np.isfinite(vectors).all():
            raise ValueError("a number is infinite or NaN")
        places = np.full(len(self.vocabulary), -1, np.int32)
        places[indices] = np.arange(len(indices))
        return replace(self, moved=vectors.astype(np.float32), places=places)


def shipped_folder() -> Path:
    """Return the folder of the packed table that ships with the project."""
    return package_folder("data") / "glove" / SHIPPED


def load(path: Path | None) -> VectorTable:
    """Return a table of word vectors.

    Args:
        path: A GloVe or word2vec text file, also gzipped; it is packed into the user's cache the
            first time. None: the table that ships.

    Raises:
        InputError: The file cannot be read; the message has the line.
    """
    return open_packed(shipped_folder() if path is None else _cached(path))


def load_by_sha256(sha256: str, name: str) -> VectorTable:
    """Return the table a model was trained with: the shipped one, or one from the cache.

    Raises:
        InputError: It is neither; the message says how to get it.
    """
    shipped = shipped_folder()
    if (shipped / "source.json").is_file():
        table = open_packed(shipped)
        if table.sha256 == sha256:
            return table
    folder = packed_folder() / sha256
    if (folder / "source.json").is_file():
        return open_packed(folder)
    raise InputError(
        f"this model reads the word vectors of {name} (SHA-256 {sha256[:12]}...), and they are not "
        f"in {packed_folder()}; name the file once with --embeddings {name}"
    )


def open_packed(folder: Path) -> VectorTable:
    """Open a packed table; the vectors stay on the disk until they are asked for.

    Raises:
        InputError: The folder is damaged.
    """
    with undamaged(folder, remedy="delete it, and it is made again"):
        source = json.loads((folder / "source.json").read_text(encoding="utf-8"))
        shape = (int(source["words"]), int(source["dimension"]))
        words = (folder / "words.txt").read_text(encoding="utf-8").split("\n")
        codes = np.memmap(folder / "vectors.i8", dtype=np.int8, mode="r", shape=shape)
        scales = load_array(folder / "scales.npy", remedy="delete its folder")
        if len(words) != shape[0] or scales.shape != shape[:1]:
            raise ValueError(f"{len(words)} words and {len(scales)} scales for {shape[0]} rows")
    vocabulary = dict(zip(words, range(len(words)), strict=True))
    return VectorTable(str(source["name"]), str(source["sha256"]), vocabulary, codes, scales)


def packed_folder() -> Path:
    """Return where packed tables are kept."""
    return cache_folder() / "embeddings"


def _cached(path: Path) -> Path:
    """Return the packed folder of a text file; pack it if this is the first time."""
    path = locate(path, remedy="give a GloVe or word2vec text file")
    sha256 = _sha256(path)
    folder = packed_folder() / sha256
    if not (folder / "source.json").is_file():
        log.warning("%s: packing it once into %s", path, folder)
        _pack_into(path, folder, sha256)
    return folder


def _pack_into(path: Path, folder: Path, sha256: str) -> None:
    """Pack beside the final place and rename, so that no reader ever sees half a table."""
    from lstmkit.emoji.packing import pack

    try:
        with whole(folder) as made:
            made.mkdir()
            words, dimension = pack(path, made)
            write_json(
                made / "source.json",
                {"name": path.name, "sha256": sha256, "words": words, "dimension": dimension},
            )
    except RunError:
        if not (folder / "source.json").is_file():  # else another process was first
            raise


def _sha256(path: Path) -> str:
    """Return a file's SHA-256; it is read again only if its size or time has changed."""
    try:
        status = path.stat()
    except OSError as error:
        raise InputError(f"{path}: cannot read the word vectors: {error.strerror}") from error
    if not path.is_file():
        raise InputError(f"{path}: expected a text file of word vectors, found a folder")
    place = hashlib.sha256(str(path.resolve()).encode()).hexdigest()
    stamp = packed_folder() / "seen" / f"{place}.json"
    state: dict[str, Any] = {"bytes": status.st_size, "mtime_ns": status.st_mtime_ns}
    try:
        seen = json.loads(stamp.read_text(encoding="utf-8"))
        if {key: seen[key] for key in state} == state:
            return str(seen["sha256"])
    except (OSError, ValueError, KeyError, TypeError):
        log.debug("%s: not seen before", path)
    sha256 = str(fingerprint(path)["sha256"])
    write_json(stamp, {**state, "sha256": sha256, "path": str(path.resolve())})
    return sha256
