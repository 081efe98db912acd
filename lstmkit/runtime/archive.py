"""Read a `.keras` archive without trusting it.

A `.keras` file is a zip archive of three members: `metadata.json`, `config.json` (the
layers and how they are joined) and `model.weights.h5` (HDF5, one small group for each layer). It
may come from anywhere, so everything it says about its own size is compared with a bound, and with
the size of the file, before memory is taken; names are looked up, never written to; and links out
of the HDF5 file, its plug-in filters and its virtual data are not followed. Nothing in it is
executed.
"""

from __future__ import annotations

import io
import json
import math
import os
import struct
import zipfile
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from lstmkit.cells.types import Array
from lstmkit.errors import InputError

MAX_ARCHIVE_BYTES = 1 << 30
MAX_CONFIG_BYTES = 8 << 20
MAX_DIRECTORY_BYTES = 1 << 16
MEMBERS = frozenset({"metadata.json", "config.json", "model.weights.h5"})

_END_OF_DIRECTORY = struct.Struct("<4s4H2LH")  # signature, ..., members, size of the directory, ...
_ZIP64_LOCATOR_BYTES = 20


class Weights:
    """The arrays of one layer, or of one part of it."""

    def __init__(self, root: h5py.File, path: str, budget: list[int]) -> None:
        """Point at a group.

        Args:
            root: The open HDF5 file.
            path: Where the layer's group is, e.g. `layers/lstm_1`.
            budget: Bytes that arrays may still take, shared by all layers of the file.
        """
        self._root, self._path, self._budget = root, path, budget

    def part(self, name: str) -> Weights:
        """Look inside: `weights.part("cell")`."""
        return Weights(self._root, f"{self._path}/{name}", self._budget)

    def read(self, *shapes: tuple[int | None, ...]) -> list[Array]:
        """Read the variables of this group, in order.

        Args:
            *shapes: The shape that each must have; None for a size of at least 1.

        Returns:
            One float32 array for each shape.

        Raises:
            InputError: One is missing, of another shape or type, stored in a way that Keras does
                not store them, or larger than the file.
        """
        variables = self._group(f"{self._path}/vars")
        if len(variables) != len(shapes):
            raise InputError(
                f"{self._path}: expected {len(shapes)} arrays, found {len(variables)}."
            )
        return [self._array(variables, str(k), shape) for k, shape in enumerate(shapes)]

    def _group(self, path: str) -> h5py.Group:
        group: Any = self._root
        for name in path.split("/"):
            group = _member(group, name, h5py.Group, path)
        return group

    def _array(self, variables: h5py.Group, key: str, shape: tuple[int | None, ...]) -> Array:
        where = f"{self._path}/vars/{key}"
        dataset = _member(variables, key, h5py.Dataset, where)
        sizes_agree = len(dataset.shape or ()) == len(shape) and all(
            size >= 1 and size == (wanted or size)
            for size, wanted in zip(dataset.shape or (), shape, strict=False)
        )
        if not sizes_agree:
            expected = tuple("any" if size is None else size for size in shape)
            raise InputError(f"{where}: expected shape {expected}, found {dataset.shape}.")
        if dataset.dtype.kind != "f" or dataset.dtype.itemsize != 4:
            raise InputError(f"{where}: expected float32, found {dataset.dtype}.")
        if dataset.chunks or dataset.external or dataset.is_virtual:
            raise InputError(f"{where}: expected a plain array, found chunked or outside data.")
        self._budget[0] -= 4 * math.prod(dataset.shape)
        if self._budget[0] < 0:
            raise InputError(f"{where}: the arrays claim to be larger than the file.")
        array = np.empty(dataset.shape, np.float32)
        dataset.read_direct(array)
        if not np.isfinite(array).all():
            raise InputError(f"{where}: a weight is infinite or NaN; train again.")
        return array


def _member(group: h5py.Group, name: str, kind: type, where: str) -> Any:
    link = group.get(name, getlink=True)
    if link is None:
        raise InputError(f"{where}: expected weights there, found none.")
    if not isinstance(link, h5py.HardLink) or group.get(name, getclass=True) is not kind:
        raise InputError(f"{where}: expected a {kind.__name__.lower()}, found something else.")
    return group[name]


class Archive:
    """A `.keras` file, opened: its config, and its weights on request.

    Use as a context manager; reading takes place inside it.

    Attributes:
        config: `config.json`.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        """Open the file; raises `InputError`, or one of `lstmkit.files.DAMAGE`."""
        raw_config, raw_weights = _read_members(Path(path))
        try:
            self.config: Any = json.loads(raw_config)
        except RecursionError as error:
            raise InputError("config.json is nested too deeply.") from error
        self._file = h5py.File(io.BytesIO(raw_weights), "r")
        self._budget = [len(raw_weights)]

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *exception: object) -> None:
        self._file.close()

    def weights(self, path: str) -> Weights:
        """Return the arrays at `path`, e.g. `layers/dense`."""
        return Weights(self._file, path, self._budget)


def _read_members(path: Path) -> tuple[bytes, bytes]:
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        if size > MAX_ARCHIVE_BYTES:
            raise InputError(f"expected at most {MAX_ARCHIVE_BYTES} bytes, found {size}.")
        _check_directory(file, size)
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
            names = [member.filename for member in members]
            if sorted(names) != sorted(MEMBERS):
                raise InputError(
                    f"expected the members {', '.join(sorted(MEMBERS))}, "
                    f"found {', '.join(map(repr, names[:5])) or 'none'}."
                )
            for member in members:
                bound = size if member.filename.endswith(".h5") else MAX_CONFIG_BYTES
                if member.file_size > bound:
                    raise InputError(
                        f"{member.filename} claims {member.file_size} bytes; "
                        f"expected at most {bound}."
                    )
            return archive.read("config.json"), archive.read("model.weights.h5")


def _check_directory(file: io.BufferedReader, size: int) -> None:
    """Bound the zip directory, which `zipfile` reads whole before anything can be asked of it."""
    tail_size = min(size, _END_OF_DIRECTORY.size + _ZIP64_LOCATOR_BYTES + 0xFFFF)
    file.seek(size - tail_size)
    tail = file.read(tail_size)
    at = tail.rfind(b"PK\5\6")
    if at < 0 or at + _END_OF_DIRECTORY.size > len(tail):
        raise InputError("it is not a zip archive, or its end is missing.")
    *_, members, directory_bytes, _, _ = _END_OF_DIRECTORY.unpack_from(tail, at)
    zip64 = tail[max(0, at - _ZIP64_LOCATOR_BYTES) : at].startswith(b"PK\6\7")
    if zip64 or members > len(MEMBERS) or directory_bytes > MAX_DIRECTORY_BYTES:
        raise InputError(
            f"expected a directory of {len(MEMBERS)} members, found {members} members in "
            f"{directory_bytes} bytes{', zip64' if zip64 else ''}."
        )
