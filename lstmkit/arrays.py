"""Arrays of ours on the disk, read under guard: no pickle, no more than the file holds."""

import math
import tokenize
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

import numpy as np

from lstmkit.files import undamaged, whole

MAX_BYTES = 1 << 30  # of all arrays of a file together


def save_arrays(path: Path, arrays: Mapping[str, Any], *, parents: bool = True) -> None:
    """Write arrays by name into one `.npz` file, whole, as they are: not packed.

    Args:
        path: The file.
        arrays: What it holds.
        parents: Make its folder where it is missing.

    Raises:
        RunError: The disk is full, the folder is gone, or it cannot be written.
    """
    with whole(path, parents=parents) as made:
        np.savez(made, **arrays)


def load_arrays(path: Path, *, remedy: str = "train again") -> dict[str, np.ndarray]:
    """Return the arrays of an `.npz` file by name.

    Args:
        path: A file that `save_arrays` wrote.
        remedy: What to do where the file is damaged.

    Raises:
        InputError: The file is missing, damaged, or its arrays take more than the file.
    """
    with undamaged(path, remedy=remedy), zipfile.ZipFile(path) as archive:
        told = sum(entry.file_size for entry in archive.infolist())
        most = min(MAX_BYTES, path.stat().st_size)
        if told > most:
            raise ValueError(f"{told:,} bytes of arrays; expected at most {most:,}")
        arrays = {}
        for entry in archive.infolist():
            with archive.open(entry) as stream:
                name = entry.filename.removesuffix(".npy")
                arrays[name] = _array(stream, entry.file_size)
    return arrays


def load_array(path: Path, *, remedy: str = "train again") -> np.ndarray:
    """Return the array of an `.npy` file.

    Raises:
        InputError: The file is missing or damaged.
    """
    with undamaged(path, remedy=remedy), path.open("rb") as stream:
        return _array(stream, path.stat().st_size)


def _array(stream: IO[bytes], size: int) -> np.ndarray:
    """Read an array whose header promises no more than there is."""
    version = np.lib.format.read_magic(stream)
    read = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }.get(version)
    if read is None:
        raise ValueError(f"NPY version {version}")
    try:
        shape, _, dtype = read(stream)
    except tokenize.TokenError as error:
        raise ValueError(f"NPY header: {error.args[0]}") from error
    told = math.prod(shape) * dtype.itemsize
    if dtype.hasobject or told > size:
        raise ValueError(f"{dtype} of shape {shape} in {size:,} bytes")
    stream.seek(0)
    array: np.ndarray = np.lib.format.read_array(stream, allow_pickle=False)
    return array
