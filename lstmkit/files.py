r"""Files of ours: written whole, read under guard, found where a user keeps them.

Whatever is written appears under its name at once and whole: it is made in a hidden folder beside
its place and renamed, so that no reader ever sees half a file and no kill leaves one. What is no
ordinary file (a device, a pipe) is written into, never replaced; a link is followed; the mode of a
file that was there stays. Text is UTF-8 with `\n` line ends.
"""

import contextlib
import csv
import hashlib
import json
import os
import shutil
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

import platformdirs

from lstmkit import system, unfinished
from lstmkit.errors import InputError, RunError

MAX_JSON_BYTES = 64 << 20
#: What systems put into the folders of their users, unasked.
OF_THE_SYSTEM = {"desktop.ini", "Thumbs.db"}
#: A file's name that is not UTF-8 is written as JSON and Python escape it, and JSON reads it back.
UTF8 = {"encoding": "utf-8", "errors": "backslashreplace"}
#: What NumPy, h5py, json, csv and zipfile raise for a file that is not what it should be.
DAMAGE: tuple[type[Exception], ...] = (
    OSError,
    EOFError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    OverflowError,
    RuntimeError,  # h5py's own, and RecursionError
    csv.Error,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)


@contextlib.contextmanager
def whole(path: Path, *, parents: bool = True) -> Iterator[Path]:
    """Give a path to make a file or a folder at, and put it in its place once it is whole.

    Args:
        path: The place.
        parents: Make its folder where it is missing.

    Yields:
        A path of the same name in a hidden folder beside it.

    Raises:
        RunError: The disk is full, or the folder cannot be written.
    """
    with writing(path):
        place = path.resolve() if path.is_symlink() else path
        special = place.exists() and not (place.is_file() or place.is_dir())
        beside = Path(tempfile.gettempdir()) if special else place.parent
        if parents:
            beside.mkdir(parents=True, exist_ok=True)
        unfinished.sweep(beside)
        folder = Path(tempfile.mkdtemp(dir=beside, prefix=unfinished.prefix()))
        try:
            made = folder / place.name
            yield made
            if special:
                with made.open("rb") as source, place.open("wb") as target:
                    shutil.copyfileobj(source, target)
            else:
                unfinished.finish(made, place)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def atomic(path: Path, mode: str = "w") -> Iterator[IO[Any]]:
    """Open a file that appears under its name once the block has ended well.

    Raises:
        RunError: The disk is full, or the folder cannot be written.
    """
    text: dict[str, Any] = {} if "b" in mode else {**UTF8, "newline": "\n"}
    with whole(path) as made, made.open(mode, **text) as stream:
        yield stream


def write_text(path: Path, text: str) -> None:
    """Write a text file whole."""
    with atomic(path) as stream:
        stream.write(text)


def write_bytes(path: Path, content: bytes) -> None:
    """Write a binary file whole."""
    with atomic(path, "wb") as stream:
        stream.write(content)


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write a JSON object whole; NaN becomes null, since JSON has none."""
    write_text(path, json.dumps(finite(content), indent=2, ensure_ascii=False) + "\n")


def read_json(path: Path, *, remedy: str = "train again") -> dict[str, Any]:
    """Return the object in a JSON file of ours.

    Raises:
        InputError: The file is missing, too large, or damaged.
    """
    with undamaged(path, remedy=remedy):
        if path.stat().st_size > MAX_JSON_BYTES:
            raise ValueError(f"over {MAX_JSON_BYTES:,} bytes")
        content = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(content, dict):
            raise ValueError(f"expected a JSON object, found {content!r:.40}")
    return content


@contextlib.contextmanager
def undamaged(path: Path, *, remedy: str = "train again") -> Iterator[None]:
    """Turn what reading a damaged file of ours raises into one error.

    Args:
        path: The file that the block reads.
        remedy: What to do about it; ends the message.

    Raises:
        InputError: The file is missing, damaged, or from another version.
    """
    try:
        yield
    except FileNotFoundError as error:
        text = f"{path}: no such file, so its folder is not whole; {remedy}"
        raise InputError(text, where=str(path), hint=remedy) from error
    except DAMAGE as error:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        text = f"{path}: damaged or from another version ({reason}); {remedy}"
        raise InputError(text, where=str(path), hint=remedy) from error


def finite(value: Any) -> Any:
    """Return the value with every NaN and infinity inside replaced by None."""
    if isinstance(value, Mapping):
        return {key: finite(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [finite(inner) for inner in value]
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return None
    return value


def fingerprint(path: Path) -> dict[str, Any]:
    """Return a file's path, size in bytes and SHA-256.

    Raises:
        InputError: It cannot be read.
    """
    digest = hashlib.sha256()
    try:
        with path.open("rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
            size = stream.tell()
    except OSError as error:
        raise InputError(f"{path}: cannot read it: {error.strerror}") from error
    return {"path": str(path.resolve()), "bytes": size, "sha256": digest.hexdigest()}


def title(path: Path) -> str:
    """Return a file's name without its ending; `?` stands for each byte that is no text here."""
    return path.stem.encode("utf-8", "replace").decode("utf-8")


def files_below(folder: Path) -> list[Path]:
    """Return every finished file below a folder, sorted; unfinished ones are hidden."""
    found = (p for p in folder.rglob("*") if p.is_file() and p.name not in OF_THE_SYSTEM)
    return sorted(p for p in found if not any(n[0] == "." for n in p.relative_to(folder).parts))


def cache_folder() -> Path:
    """Return where what can be made again is kept: `$LSTMKIT_CACHE`, else the system's place."""
    chosen = os.environ.get("LSTMKIT_CACHE")
    return Path(chosen or platformdirs.user_cache_dir("lstmkit", appauthor=False))


def data_folder() -> Path:
    """Return the user's data folder: `$LSTMKIT_DATA`, else the system's place for such data."""
    chosen = os.environ.get("LSTMKIT_DATA")
    return Path(chosen or platformdirs.user_data_dir("lstmkit", appauthor=False))


def locate(path: Path, *, remedy: str) -> Path:
    """Return the file a user means by `path`: as given, else in the user's data folder.

    Args:
        path: As given on the command line.
        remedy: What to do when there is no such file; ends the error.

    Raises:
        InputError: The file is in neither place.
    """
    places = [path]
    if not path.is_absolute():
        places.append(data_folder() / path)
    for place in places:
        try:
            if place.exists():
                return place
        except (OSError, ValueError) as error:  # too long a name, or one that no file can have
            reason = getattr(error, "strerror", None) or error
            raise InputError(f"{str(path)!r:.100}: no file of this name ({reason})") from error
    looked = " and ".join(str(place.absolute()) for place in places)
    text = f"{path}: no such file; looked for {looked}; {remedy}"
    raise InputError(text, where=str(path), hint=remedy)


@contextlib.contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn what goes wrong while writing into one error.

    Raises:
        RunError: The disk is full, or the folder cannot be written.
    """
    try:
        yield
    except OSError as error:
        advice = system.advice_for(error, path)
        text = f"{path}: cannot write: {error.strerror or error}; {advice}"
        raise RunError(text, where=str(path), hint=advice) from error
