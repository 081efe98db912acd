"""Fetch files through pooch: checked, atomic, with progress."""

import contextlib
import logging
import zipfile
from pathlib import Path
from typing import Any

import pooch
import requests

from lstmkit.downloads.remote import RemoteFile, Source
from lstmkit.errors import RunError
from lstmkit.files import atomic, fingerprint
from lstmkit.progress import Progress

CHUNK = 1 << 16
SECONDS = 30
LARGEST_MEMBER = 4 << 30

log = logging.getLogger(__name__)


class WrongLengthError(Exception):
    """The server sends more or less than the file has; says which."""


def is_present(file: RemoteFile, folder: Path) -> bool:
    """Return whether the file lies in the folder, whole."""
    path = folder / file.name
    return (
        path.is_file()
        and path.stat().st_size == file.size
        and fingerprint(path)["sha256"] == file.sha256
    )


def state(file: RemoteFile, folder: Path) -> str:
    """Return `here`, `damaged` or `not fetched`."""
    if is_present(file, folder):
        return "here"
    return "damaged" if (folder / file.name).exists() else "not fetched"


def fetch(source: Source, folder: Path) -> list[Path]:
    """Bring the files of a source into a folder; one that is there, and whole, is left alone.

    Args:
        source: What to fetch.
        folder: Where to; made if need be.

    Returns:
        The path of each file.

    Raises:
        RunError: Offline, refused, cut short, or not the file that was expected. Nothing of the
            file is left behind.
    """
    paths = []
    for file in source.files:
        paths.append(_fetch(file, folder))
        if file.member is not None:
            paths.append(_unpack(paths[-1], file.member))
    return paths


def _unpack(archive: Path, member: str) -> Path:
    """Unpack one file of an archive beside it, whole or not at all; one that is there stays.

    The archive is the one that was asked for, byte by byte, so that its table of contents holds.
    """
    path = archive.parent / member
    try:
        with zipfile.ZipFile(archive) as files:
            entry = files.getinfo(member)
            if path.is_file() and path.stat().st_size == entry.file_size:
                log.warning("%s: already here", path)
                return path
            if entry.file_size > LARGEST_MEMBER:
                raise RunError(f"{archive}: {member} has over {LARGEST_MEMBER:,} bytes")
            with (
                files.open(entry) as source,
                atomic(path, "wb") as target,
                Progress(entry.file_size, label=f"unpack {member}", unit="byte") as progress,
            ):
                while chunk := source.read(CHUNK):
                    target.write(chunk)
                    progress.update(len(chunk))
    except (zipfile.BadZipFile, KeyError, EOFError, NotImplementedError) as error:
        raise RunError(
            f"{archive}: {member} cannot be unpacked: {error}; nothing of it was kept"
        ) from error
    return path


def _fetch(file: RemoteFile, folder: Path) -> Path:
    path = folder / file.name
    if is_present(file, folder):
        log.warning("%s: already here", path)
        return path
    pooch.get_logger().setLevel(logging.WARNING)
    is_new = not folder.exists()
    try:
        pooch.retrieve(
            file.url,
            f"sha256:{file.sha256}",
            file.name,
            folder,
            downloader=lambda url, stream, _: _receive(url, Path(stream), file),
        )
    except (requests.RequestException, WrongLengthError, ValueError) as error:
        raise RunError(
            f"{file.name}: cannot be fetched from {file.url}: {_reason(error, file)}; "
            f"nothing of it was kept"
        ) from error
    except OSError as error:
        raise RunError(
            f"{path}: cannot write: {error.strerror or error}; free space, check the rights, or "
            f"choose another folder with --data or LSTMKIT_DATA"
        ) from error
    finally:
        if is_new:
            with contextlib.suppress(OSError):
                folder.rmdir()  # goes only where it is empty
    return path


def _receive(url: str, path: Path, file: RemoteFile) -> None:
    """Write what the server sends, and no more than the file's size of it."""
    received = 0
    headers = {"Accept-Encoding": "identity"}
    with (
        requests.get(url, stream=True, timeout=SECONDS, headers=headers) as answer,
        path.open("wb") as stream,
        Progress(file.size, label=file.name, unit="byte") as progress,
    ):
        answer.raise_for_status()
        for chunk in answer.iter_content(CHUNK):
            received += len(chunk)
            if received > file.size:
                raise WrongLengthError("the server sends more")
            stream.write(chunk)
            progress.update(len(chunk))
    if received < file.size:
        raise WrongLengthError(f"it ended after {received:,} bytes")


def _reason(error: Exception, file: RemoteFile) -> str:
    """Say in a few words what went wrong and what to do."""
    again = "run the command again"
    answer: Any = getattr(error, "response", None)
    if answer is not None:
        return f"the server answered {answer.status_code} {answer.reason}"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return f"the connection broke before it was whole; {again}"
    if isinstance(error, WrongLengthError):
        return f"expected {file.size:,} bytes, {error}; {again}"
    if isinstance(error, requests.Timeout):
        return f"no answer within {SECONDS} seconds; {again} later"
    if isinstance(error, requests.exceptions.SSLError):
        return "the server's certificate was not accepted; a proxy on the way may need its own"
    if isinstance(error, requests.ConnectionError):
        return f"no connection; check the network, then {again}"
    if isinstance(error, requests.RequestException):
        return f"{type(error).__name__}; {again}"
    return f"what came is another file: expected SHA-256 {file.sha256}; {again}, or report it"
