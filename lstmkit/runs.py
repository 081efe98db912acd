"""The run folder, ``outputs/<pipeline>/<UTC time>-<name>/``, where all that a command makes lands.

Every file is written whole under a temporary name beside its place and then renamed, so that no
reader ever sees half a file and no kill ever leaves one under a final name. ``run.json`` is the
manifest: command, seed, versions, SHA-256 of every input, timings, status.
"""

import contextlib
import logging
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from importlib import metadata
from pathlib import Path
from typing import Any

from lstmkit import __version__
from lstmkit.config import Config, package_folder, show
from lstmkit.errors import InputError, RunError
from lstmkit.files import (
    atomic,
    files_below,
    fingerprint,
    read_json,
    write_json,
    write_text,
    writing,
)

MANIFEST = "run.json"
MODEL = "model.keras"
SHIPPED = "shipped"
USING = ("evaluate", "forecast", "generate", "backtest", "gates")
PACKAGES = ("tensorflow", "keras", "numpy", "pandas", "scikit-learn", "music21", "matplotlib")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Run:
    """One run folder.

    Attributes:
        path: The folder.
    """

    path: Path

    @property
    def name(self) -> str:
        """The folder's name, such as ``20261123T210800Z-DIS``."""
        return self.path.name

    @property
    def manifest(self) -> dict[str, Any]:
        """The content of ``run.json``."""
        return self.read_json(MANIFEST)

    @property
    def status(self) -> str:
        """One of running, interrupted, failed, done."""
        return str(self.manifest.get("status", "unknown"))

    def update(self, **changes: Any) -> None:
        """Change keys of the manifest; mappings are merged."""
        manifest = self.manifest
        for key, value in changes.items():
            old = manifest.get(key)
            if isinstance(old, dict) and isinstance(value, Mapping):
                value = {**old, **value}
            manifest[key] = value
        write_json(self.path / MANIFEST, manifest)

    def note_seconds(self, **seconds: float) -> None:
        """Write how long something took into the manifest's timings, in seconds."""
        self.update(timings={name: round(value, 2) for name, value in seconds.items()})

    def read_json(self, name: str) -> dict[str, Any]:
        """Return the object in a JSON file of this run.

        Raises:
            InputError: The file is missing or damaged.
        """
        return read_json(self.path / name)

    def files(self) -> list[Path]:
        """Return every finished file of the run, sorted."""
        return files_below(self.path)


def is_run(folder: Path) -> bool:
    """Return whether a folder is one of a run; what can be no path at all is none."""
    return os.path.isfile(folder / MANIFEST)  # pathlib raises where the name is too long


def write_history(history: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Write one line per epoch; the untrained model is epoch 0 and has no training loss."""
    names = list(dict.fromkeys(name for row in history for name in row))
    with atomic(path) as stream:
        stream.write(",".join(names) + "\n")
        for row in history:
            cells = [row.get(name) for name in names]
            stream.write(",".join("" if c is None else f"{c:.9g}" for c in cells) + "\n")


def create(
    output: Path,
    pipeline: str,
    name: str,
    config: Config,
    *,
    inputs: Sequence[Mapping[str, Any]] = (),
    verb: str = "train",
    **notes: Any,
) -> Run:
    """Make a new run folder with its config and manifest.

    Args:
        output: The folder that holds all pipelines' runs, normally ``outputs``.
        pipeline: Name of the pipeline.
        name: What the run is of, such as the ticker; made safe for a file name.
        config: The resolved config.
        inputs: What `fingerprint` returned for every file that was read.
        verb: The command's verb, such as train or backtest.
        notes: Further keys of the manifest.

    Raises:
        RunError: The folder cannot be made.
    """
    now = datetime.now(timezone.utc)
    safe = re.sub(r"[^\w.-]+", "-", name).strip("-.")[:60] or pipeline
    stem = f"{now:%Y%m%dT%H%M%SZ}-{safe}"
    with writing(output):
        (output / pipeline).mkdir(parents=True, exist_ok=True)
        path = _new_folder(output / pipeline, stem)
    run = Run(path)
    write_text(path / "config.yaml", show(config, pipeline))
    write_json(
        path / MANIFEST,
        {
            "lstmkit": __version__,
            "pipeline": pipeline,
            "verb": verb,
            "name": name,
            "command": [Path(sys.argv[0]).name, *sys.argv[1:]],
            "created": now.isoformat(timespec="seconds"),
            "status": "running",
            "seed": config.seed,
            "versions": _versions(),
            "inputs": list(inputs),
            "timings": {},
            **notes,
        },
    )
    return run


def nested(run: Run, name: str) -> Run:
    """Return a part of a run, such as one fold, in a folder inside it; made where it is missing."""
    part = Run(run.path / name)
    if not (part.path / MANIFEST).is_file():
        with writing(part.path):
            part.path.mkdir(exist_ok=True)
        write_text(part.path / "config.yaml", (run.path / "config.yaml").read_text("utf-8"))
        write_json(part.path / MANIFEST, {**run.manifest, "part": name})
    return part


@contextlib.contextmanager
def recorded(run: Run) -> Iterator[None]:
    """Write into the manifest how the work inside ended: done, interrupted or failed."""
    try:
        yield
    except BaseException as error:
        stopped = isinstance(error, KeyboardInterrupt) or getattr(error, "exit_code", 1) == 130
        with contextlib.suppress(Exception):
            run.update(status="interrupted" if stopped else "failed", error=str(error))
        raise
    run.update(status="done", error=None)


def find(output: Path, pipeline: str, run: Path | None) -> Run:
    """Return the run a command should use.

    Args:
        output: The folder that holds all runs.
        pipeline: Name of the pipeline.
        run: A run folder, the name of one below ``output/pipeline``, or `SHIPPED` for the model
            that ships with the package; None: the newest finished run, else the one that ships.

    Raises:
        InputError: There is no such run.
    """
    shipped = package_folder("data") / "models" / pipeline
    if str(run) == SHIPPED and is_run(shipped):
        return Run(shipped)
    if run is not None:
        for path in (run, output / pipeline / run):
            if is_run(path):
                return _trained(Run(path), pipeline)
        said = (
            "a file"
            if os.path.isfile(run)
            else f"no {MANIFEST} in it, nor in {output / pipeline / run}"
        )
        raise InputError(f"{run}: no run folder ({said}); `lstmkit runs list` shows the runs")
    for candidate in reversed(list_runs(output, pipeline)):
        manifest = candidate.manifest
        if manifest.get("status") == "done" and manifest.get("verb") == "train":
            log.warning("model: the newest run, %s", candidate.path)
            return candidate
    if is_run(shipped):
        log.warning("model: the one that ships with lstmkit, %s", shipped)
        return Run(shipped)
    raise InputError(
        f"no finished run of {pipeline} below {output / pipeline}; "
        f"make one with `lstmkit {pipeline} train`, or name a folder with --run"
    )


def find_any(output: Path, run: Path) -> Run:
    """Return a run of whatever pipeline, by its folder or its name.

    Raises:
        InputError: There is no such run.
    """
    for path in (run, *(folder / run.name for folder in output.glob("*"))):
        if is_run(path):
            return Run(path)
    raise InputError(
        f"{run}: no run folder (no {MANIFEST} in it); `lstmkit runs list` shows the runs"
    )


def resumable(output: Path, pipeline: str, run: Path, *, verb: str) -> Run:
    """Return an unfinished run of a verb, such as train.

    Raises:
        InputError: There is no such run, it is of another verb, or it is finished.
    """
    found = _of_pipeline(find_any(output, run), pipeline)
    manifest = found.manifest
    if manifest.get("verb") != verb:
        raise InputError(
            f"{found.path}: a run of `{pipeline} {manifest.get('verb')}`; expected `{verb}`"
        )
    if manifest.get("status") == "done":
        raise InputError(f"{found.path}: already finished; see `lstmkit runs show {found.path}`")
    return found


def unchanged_input(run: Run) -> Path:
    """Return the file that a run was made from.

    Raises:
        InputError: The file is gone, or its SHA-256 is no longer that of the manifest.
    """
    try:
        noted = run.manifest["inputs"][0]
        path, digest = Path(noted["path"]), noted["sha256"]
    except (KeyError, IndexError, TypeError) as error:
        raise InputError(f"{run.path / MANIFEST}: names no input file") from error
    if not path.exists():
        raise InputError(f"{path}: the run's file is gone; put it back, or name another file")
    if fingerprint(path)["sha256"] != digest:
        raise InputError(
            f"{path}: changed since the run was made (its SHA-256 differs); "
            f"put the old file back, or train anew"
        )
    return path


def list_runs(output: Path, pipeline: str | None = None) -> list[Run]:
    """Return the runs below `output`, oldest first; unreadable folders are left out."""
    found = []
    for path in output.glob(f"{pipeline or '*'}/*/{MANIFEST}"):
        run = Run(path.parent)
        with contextlib.suppress(InputError):
            found.append((str(run.manifest.get("created", "")), run.name, run))
    return [run for _, _, run in sorted(found, key=lambda item: item[:2])]


def _of_pipeline(run: Run, pipeline: str) -> Run:
    other = run.manifest.get("pipeline")
    if other != pipeline:
        raise InputError(f"{run.path}: a run of {other}, not of {pipeline}")
    return run


def _trained(run: Run, pipeline: str) -> Run:
    verb = _of_pipeline(run, pipeline).manifest.get("verb")
    if verb in USING:
        raise InputError(f"{run.path}: a run of `{pipeline} {verb}`, which holds no model")
    return run


def _new_folder(parent: Path, stem: str) -> Path:
    for attempt in range(1, 1000):
        path = parent / (stem if attempt == 1 else f"{stem}-{attempt}")
        with contextlib.suppress(FileExistsError):
            path.mkdir()
            return path
    raise RunError(f"{parent / stem}: 999 runs of this name in one second; try again")


def _versions() -> dict[str, str]:
    found = {"python": sys.version.split()[0]}
    for package in PACKAGES:
        with contextlib.suppress(metadata.PackageNotFoundError):
            found[package] = metadata.version(package)
    return found
