"""Fetch files through pooch: checked, atomic, with progress, from where the last try ended."""

import contextlib
import logging
import os
import zipfile
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pooch
import requests

from lstmkit.downloads.parts import part_of
from lstmkit.downloads.remote import RemoteFile, Source
from lstmkit.errors import InterruptedRunError, RunError
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
        RunError: Offline, refused, cut short, or not the file that was expected. What came of a
            file that was cut short is kept, hidden, and the next call goes on from there.
        InterruptedRunError: The user stopped it; likewise.
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
        _retrieve(file, folder)
    except (requests.RequestException, WrongLengthError, ValueError) as error:
        raise RunError(
            f"{file.name}: cannot be fetched from {file.url}: {_reason(error, file)}; {_kept(path)}"
        ) from error
    except OSError as error:
        with contextlib.suppress(OSError):
            part_of(path).unlink()
        raise RunError(
            f"{path}: cannot write: {error.strerror or error}; free space, check the rights, or "
            f"choose another folder with --data or LSTMKIT_DATA"
        ) from error
    except KeyboardInterrupt as error:
        raise InterruptedRunError(f"{file.name}: stopped; {_kept(path)}") from error
    finally:
        if is_new:
            with contextlib.suppress(OSError):
                folder.rmdir()  # goes only where it is empty
    return path


def _retrieve(file: RemoteFile, folder: Path) -> None:
    """Fetch a file to its place; what went on from a part and came out wrong is fetched anew."""
    folder.mkdir(parents=True, exist_ok=True)
    part = part_of(folder / file.name)
    again = part.stat().st_size > 0

    def receive(url: str, place: str, _: object) -> None:
        _receive(url, part, file)
        os.replace(part, place)

    try:
        pooch.retrieve(file.url, f"sha256:{file.sha256}", file.name, folder, downloader=receive)
    except (WrongLengthError, ValueError):
        if not again or part.exists():
            raise
        log.warning("%s: what was here of it is of another file; fetched anew", file.name)
        _retrieve(file, folder)


def _kept(path: Path) -> str:
    """Say what is kept of a file that did not come whole; an empty part goes."""
    part = part_of(path)
    size = part.stat().st_size
    if size:
        return f"{size:,} bytes are kept, and the same command goes on from there"
    part.unlink()
    return "nothing of it was kept"


def _receive(url: str, part: Path, file: RemoteFile) -> None:
    """Write what the server sends behind what is there, and no more than the file's size of it."""
    if part.stat().st_size == file.size:
        return
    with _asked(url, part, file.size) as answer, part.open("ab") as stream:
        received = part.stat().st_size
        with Progress(file.size, label=file.name, unit="byte", initial=received) as progress:
            for chunk in answer.iter_content(CHUNK):
                received += len(chunk)
                if received > file.size:
                    break
                stream.write(chunk)
                progress.update(len(chunk))
    if received > file.size:
        part.unlink()  # once it is closed, as Windows wants it
        raise WrongLengthError("the server sends more")
    if received < file.size:
        raise WrongLengthError(f"it ended after {received:,} bytes")


def _asked(url: str, part: Path, size: int) -> requests.Response:
    """Ask for what is missing; where the server sends all of it, or other bytes, begin anew."""
    have = part.stat().st_size
    if 0 < have < size:
        answer = _get(url, Range=f"bytes={have}-")
        if answer.headers.get("Content-Range", "").startswith(f"bytes {have}-"):
            log.warning("it goes on after the %s bytes that are here", f"{have:,}")
            return answer
        if answer.status_code != HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            answer.raise_for_status()
        if answer.status_code == HTTPStatus.OK:
            os.truncate(part, 0)
            return answer
        answer.close()
    os.truncate(part, 0)
    answer = _get(url)
    answer.raise_for_status()
    return answer


def _get(url: str, **headers: str) -> requests.Response:
    headers |= {"Accept-Encoding": "identity"}
    return requests.get(url, stream=True, timeout=SECONDS, headers=headers)


def _reason(error: Exception, file: RemoteFile) -> str:
    """Say in a few words what went wrong and what to do."""
    again = "run the command again"
    answer: Any = getattr(error, "response", None)
    if answer is not None:
        return f"the server answered {answer.status_code} {answer.reason}"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "the connection broke before it was whole"
    if isinstance(error, WrongLengthError):
        return f"expected {file.size:,} bytes, {error}"
    if isinstance(error, requests.Timeout):
        return f"no answer within {SECONDS} seconds; {again} later"
    if isinstance(error, requests.exceptions.SSLError):
        return "the server's certificate was not accepted; a proxy on the way may need its own"
    if isinstance(error, requests.ConnectionError):
        return f"no connection; check the network, then {again}"
    if isinstance(error, requests.RequestException):
        return f"{type(error).__name__}; {again}"
    return f"what came is another file: expected SHA-256 {file.sha256}; {again}, or report it"
