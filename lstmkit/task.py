"""A task that can be lost: a source, a resolved config, and the run folder that comes of them.

The folder is made in a hidden place and renamed once it is whole, so that a task whose worker died
has left nothing, and one whose folder is there need not be done again. Where a worker does not see
the folder, the result goes back as bytes.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import io
import os
import re
import tarfile
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from lstmkit import __version__, config
from lstmkit.errors import InputError, InterruptedRunError, LstmkitError
from lstmkit.files import files_below, fingerprint, locate, title, whole, write_text
from lstmkit.liveness import has_ended
from lstmkit.runs import Run, is_run

ONE_THREAD = ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")
SECONDS_ALONE = 1.0  # after which a worker sees that who started it is gone

_one_at_a_time = threading.Lock()  # TensorFlow's seed is the whole process's
_watched: set[int] = set()


@dataclass(frozen=True)
class Source:
    """What one model learns from.

    Attributes:
        name: Such as the ticker.
        path: As every worker finds it: a file, several, or None for what ships.
        files: What `fingerprint` says of each file.
    """

    name: str
    path: str | tuple[str, ...] | None
    files: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True)
class Task:
    """What a worker is told.

    Attributes:
        pipeline: Its name.
        verb: A function of the pipeline's story, such as train.
        source: What that works on.
        config: The resolved config as YAML, its seed included.
        options: Further arguments of the function.
        version: Of lstmkit.
    """

    pipeline: str
    verb: str
    source: Source
    config: str
    options: tuple[tuple[str, Any], ...] = ()
    version: str = __version__

    @cached_property
    def folder(self) -> str:
        """Name of its run folder: the same for the same content, config and seed."""
        named = self.source.path if isinstance(self.source.path, tuple) else ()
        content = [one["sha256"] for one in self.source.files] or named
        told = (self.version, self.pipeline, self.verb, content, self.config, self.options)
        digest = hashlib.sha256(repr(told).encode()).hexdigest()
        return f"{re.sub(r'[^A-Za-z0-9_]+', '-', self.source.name).strip('-')[:40]}-{digest[:12]}"


@dataclass(frozen=True)
class Place:
    """Where run folders go.

    Attributes:
        folder: A folder inside the run that all tasks belong to.
        run: The folder of that run.
        created: When it was made, as its manifest says: by this a worker knows that it sees it.
        parent: The process that waits, as `liveness.identity` has it; None: it may come and go.
    """

    folder: Path
    run: Path
    created: str
    parent: Mapping[str, Any] | None = None

    @property
    def is_seen(self) -> bool:
        """Whether this process sees the folder that is meant."""
        with contextlib.suppress(InputError):
            return Run(self.run).manifest.get("created") == self.created
        return False


@dataclass(frozen=True)
class Outcome:
    """How a task ended.

    Attributes:
        folder: Name of its run folder.
        error: Why there is none; None: it is there.
        packed: The folder's content, where the worker did not see its place.
        died: Whether the worker died over it, or over one beside it.
    """

    folder: str
    error: str | None = None
    packed: bytes | None = None
    died: bool = False


def sources(given: Sequence[str], *, ships: str, together: bool = False) -> list[Source]:
    """Return what models learn from.

    Args:
        given: Files; folders, which stand for all files in them; names such as `corpus:bach`.
        ships: Name of what ships, which is meant where nothing is given.
        together: Whether one model learns from all; else each file has its own.

    Raises:
        InputError: There is no such file, or a folder is empty.
    """
    found = [file for one in given for file in _files(one)]
    prints = [() if _is_name(file) else (fingerprint(Path(file)),) for file in found]
    if not found or together:
        name = title(Path(found[0])) if len(found) == 1 else ships
        path = tuple(found) if together else None
        return [Source(name, path, tuple(one for several in prints for one in several))]
    return [Source(title(Path(file)), file, own) for file, own in zip(found, prints, strict=True)]


def _files(given: str) -> list[str]:
    if _is_name(given):
        return [given]
    path = locate(Path(given), remedy="check the name").resolve()
    found = files_below(path) if path.is_dir() else [path]
    if not found:
        raise InputError(f"{given}: an empty folder; expected files")
    return [str(file) for file in found]


def _is_name(given: str) -> bool:
    return re.match(r"\w\w+:", given) is not None and not os.path.exists(given)


def perform(task: Task, place: Place) -> Outcome:
    """Do a task in a worker, on one core, and say nothing on its terminal.

    Raises:
        InterruptedRunError: The user stopped it.
    """
    _end_with(place.parent)
    os.environ.update(dict.fromkeys(ONE_THREAD, "1"))
    try:
        with _one_at_a_time, _silence():
            return _performed(task, place)
    except (InterruptedRunError, KeyboardInterrupt):
        raise
    except Exception as error:  # whatever it is, it is this task's, and the others go on
        kind = "" if isinstance(error, LstmkitError) else f"{type(error).__name__}: "
        return Outcome(task.folder, f"{kind}{error}")


def unpack(packed: bytes, target: Path) -> None:
    """Write a run folder that came back as bytes, whole."""
    with whole(target) as made, tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(made, filter="data")


def _performed(task: Task, place: Place) -> Outcome:
    target = place.folder / task.folder
    if task.version != __version__:
        raise InputError(
            f"this worker has lstmkit {__version__}, the command {task.version}; install the same"
        )
    if not place.is_seen:
        with tempfile.TemporaryDirectory() as folder:
            return Outcome(task.folder, packed=_packed(_made(task, Path(folder))))
    if not is_run(target):
        with whole(target) as made:
            os.rename(_made(task, made.parent), made)
    return Outcome(task.folder)


def _made(task: Task, folder: Path) -> Path:
    """Return the run folder of a task, made somewhere below a folder."""
    for known in task.source.files:
        path = Path(known["path"])
        if fingerprint(path)["sha256"] != known["sha256"]:
            raise InputError(f"{path}: not the file that the command was given (SHA-256 differs)")
    write_text(folder / "task.yaml", task.config)
    schema = config.schema_of(task.pipeline)
    settings = config.load(schema, task.pipeline, folder / "task.yaml")
    story = importlib.import_module(f"lstmkit.{task.pipeline}.pipeline")
    source = Path(task.source.path) if isinstance(task.source.path, str) else task.source.path
    done = getattr(story, task.verb)(source, settings, folder / "runs", **dict(task.options))
    return Path(done.run)


def _packed(folder: Path) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        archive.add(folder, arcname=".")
    return stream.getvalue()


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """Keep progress bars and remarks of many workers off the one terminal."""
    with contextlib.redirect_stderr(io.StringIO()), contextlib.redirect_stdout(io.StringIO()):
        yield


def _end_with(parent: Mapping[str, Any] | None) -> None:
    """End this process soon after the one that waits for it, however that ended."""
    if parent is None or parent["pid"] in _watched:
        return
    _watched.add(parent["pid"])

    def watch() -> None:
        while not has_ended(parent):
            time.sleep(SECONDS_ALONE)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
