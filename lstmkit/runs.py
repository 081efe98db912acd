"""The run folder, `outputs/<pipeline>/<UTC time>-<name>/`, where all that a command makes lands.

`run.json` is the manifest: command, seed, versions, SHA-256 of every input, timings, status. A run
that is done holds all of its files; its folder is never used twice.
"""

import contextlib
import logging
import os
import re
import shutil
import sys
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from importlib import metadata
from pathlib import Path
from typing import Any, TypeVar

from lstmkit import __version__, config
from lstmkit import manifest as manifests
from lstmkit.errors import InputError, RunError
from lstmkit.files import files_below, fingerprint, read_json, write_json, write_text, writing
from lstmkit.liveness import has_ended, identity

MANIFEST, CONFIG, METRICS, MODEL = "run.json", "config.yaml", "metrics.json", "model.keras"
SHIPPED = "shipped"
TRAINING = ("train", "learn")  # the verbs whose runs hold a model
SWEEP, TRIALS, WINNERS = "sweep", "trials", "winners"  # a verb; folders of runs in its run
PACKAGES = ("tensorflow", "keras", "numpy", "pandas", "scikit-learn", "music21", "matplotlib")

C = TypeVar("C", bound=config.Config)
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
        """The folder's name, such as `20261123T210800Z-DIS`."""
        return self.path.name

    @property
    def manifest(self) -> dict[str, Any]:
        """The content of `run.json`."""
        return manifests.read(self.path / MANIFEST)

    @property
    def status(self) -> str:
        """One of running, interrupted, failed, done, damaged; killed counts as interrupted."""
        try:
            manifest = self.manifest
        except InputError:
            return "damaged"
        status, process = str(manifest.get("status", "unknown")), manifest.get("process")
        killed = status == "running" and isinstance(process, dict) and has_ended(process)
        return "interrupted" if killed else status

    @property
    def metrics(self) -> dict[str, Any]:
        """The content of `metrics.json`; empty where nothing was measured."""
        return self.read_json(METRICS) if (self.path / METRICS).exists() else {}

    def config(self, schema: type[C], changes: config.Changes | None = None) -> C:
        """Return the config that the run was made with, and what the user changes in it."""
        pipeline, changes = str(self.manifest.get("pipeline")), changes or config.Changes()
        return config.load(
            schema, pipeline, changes.path, changes.overrides, base=self.path / CONFIG
        )

    def update(self, **changes: Any) -> None:
        """Change keys of the manifest; mappings are merged.

        Raises:
            RunError: The folder is gone, or cannot be written.
        """
        if not is_run(self.path):
            raise RunError(f"{self.path}: the run's folder, or its {MANIFEST}, is gone")
        manifest = self.manifest
        for key, value in changes.items():
            old = manifest.get(key)
            if isinstance(old, dict) and isinstance(value, Mapping):
                value = {**old, **value}
            manifest[key] = value
        write_json(self.path / MANIFEST, manifest)

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


def create(
    output: Path,
    pipeline: str,
    name: str,
    settings: config.Config | None,
    *,
    inputs: Sequence[Mapping[str, Any]] = (),
    verb: str = "train",
    **notes: Any,
) -> Run:
    """Make a new run folder with its config and manifest.

    Args:
        output: The folder that holds all pipelines' runs, normally `outputs`.
        pipeline: Name of the pipeline, or of the view.
        name: What the run is of, such as the ticker; made safe for a file name.
        settings: The resolved config; None: there is none.
        inputs: What `fingerprint` returned for every file that was read.
        verb: The command's verb, such as train or backtest.
        notes: Further keys of the manifest.

    Raises:
        RunError: The folder cannot be made.
    """
    now = datetime.now(timezone.utc)
    stem = f"{now:%Y%m%dT%H%M%SZ}-{safe(name) or pipeline}"
    with writing(output):
        (output / pipeline).mkdir(parents=True, exist_ok=True)
        run = Run(_new_folder(output / pipeline, stem))
    manifest = {
        "lstmkit": __version__,
        "pipeline": pipeline,
        "verb": verb,
        "name": name,
        "command": [Path(sys.argv[0]).name, *sys.argv[1:]],
        "created": now.isoformat(timespec="microseconds"),
        "status": "running",
        "process": identity(),
        "seed": None if settings is None else settings.seed,
        "versions": _versions(),
        "inputs": list(inputs),
        "timings": {},
    }
    try:
        if settings is not None:
            write_text(run.path / CONFIG, config.show(settings, pipeline))
        write_json(run.path / MANIFEST, {**manifest, **notes})
    except BaseException:  # a folder without a manifest is no run, and nobody would find it
        shutil.rmtree(run.path, ignore_errors=True)
        raise
    return run


def safe(name: str) -> str:
    """Return a name so that a folder's may end in it on every system; it may be empty.

    Macs write an accent as a sign of its own, and Windows drops a dot at the end.
    """
    whole = unicodedata.normalize("NFC", name)
    return re.sub(r"[^\w.-]+", "-", whole)[:60].strip("-.")


def nested(run: Run, name: str) -> Run:
    """Return a part of a run, such as one fold, in a folder inside it; made where it is missing."""
    part = Run(run.path / name)
    if not is_run(part.path):
        with writing(part.path):
            part.path.mkdir(exist_ok=True)
        write_text(part.path / CONFIG, (run.path / CONFIG).read_text("utf-8"))
        write_json(part.path / MANIFEST, {**run.manifest, "part": name})
    return part


def find(output: Path, wanted: Path | None, pipeline: str | None = None) -> Run:
    """Return the run whose model a command should use; there is no other way to choose one.

    Args:
        output: The folder that holds all runs.
        wanted: A run folder, a run's name, or `shipped` for the model that ships with the package
            (`emoji/shipped` where a command takes any pipeline's); None: the newest finished
            training, else the model that ships.
        pipeline: The only pipeline that counts; None: any whose models Keras saved.

    Raises:
        InputError: There is no such run, or it holds no model of the pipeline.
    """
    if wanted is not None:
        return _with_model(named(output, wanted, pipeline), pipeline)
    for run in map(_chosen, reversed(list_runs(output, pipeline))):
        manifest = run.manifest
        usable = pipeline is not None or (run.path / MODEL).is_file()
        if usable and manifest.get("status") == "done" and manifest.get("verb") in TRAINING:
            log.warning("model: the newest run, %s", run.path)
            return run
    shipped = _shipped(pipeline)
    if shipped is not None:
        log.warning("model: the one that ships with lstmkit, %s", shipped.path)
        return shipped
    kind = pipeline or "stock"
    verb = "lstmkit cells learn" if kind == "letters" else f"lstmkit {kind} train"
    raise InputError(
        f"no finished run{f' of {pipeline}' if pipeline else ''} below {output}; make one with "
        f"`{verb}`, or name a folder with --run"
    )


def named(output: Path, wanted: Path, pipeline: str | None = None) -> Run:
    """Return the run of a folder or a name, whatever it holds; `shipped` is one.

    Raises:
        InputError: There is no such run.
    """
    *parents, last = wanted.parts or ("",)
    if last == SHIPPED and len(parents) < 2 and not is_run(wanted):
        shipped = _shipped(parents[0] if parents else pipeline)
        if shipped is not None:
            return shipped
        raise InputError(f"{wanted}: no model ships for {parents[0] if parents else pipeline}")
    folders = [output / pipeline] if pipeline else sorted(output.glob("*"))
    for path in (wanted, output / wanted, *(folder / wanted for folder in folders)):
        if is_run(path):
            return Run(path)
    said = "a file" if os.path.isfile(wanted) else f"no {MANIFEST} in it, and no run of that name"
    raise InputError(
        f"{wanted}: no run folder ({said} below {output}); `lstmkit runs list` shows the runs"
    )


def newest(output: Path) -> Run:
    """Return the run that was made last, of whatever verb.

    Raises:
        InputError: There is none.
    """
    found = list_runs(output)
    if not found:
        raise InputError(f"no runs below {output}; make one with `lstmkit stock train`")
    return found[-1]


def resumable(output: Path, pipeline: str, wanted: Path, *, verb: str) -> Run:
    """Return an unfinished run of a verb, such as train.

    Raises:
        InputError: There is no such run, it is of another verb, or it is finished.
    """
    run = named(output, wanted, pipeline)
    manifest = run.manifest
    what = f"{manifest.get('pipeline')} {manifest.get('verb')}"
    if what != f"{pipeline} {verb}":
        raise InputError(f"{run.path}: a run of `{what}`; expected one of `{pipeline} {verb}`")
    status = run.status
    if status == "done":
        raise InputError(f"{run.path}: already finished; see `lstmkit runs show {run.path}`")
    if status == "running" and "process" in manifest:
        pid = manifest["process"].get("pid")
        raise InputError(f"{run.path}: process {pid} is working on it; wait for it, or stop it")
    return run


def unchanged(run: Run, prints: Sequence[Mapping[str, Any]]) -> None:
    """Refuse to go on with files that are no longer those of the manifest.

    Args:
        run: The run.
        prints: What `fingerprint` says of its files now, in the order of the manifest.

    Raises:
        InputError: A SHA-256 differs.
    """
    noted = [one["sha256"] for one in inputs_of(run)]
    for one, digest in zip(prints, noted, strict=False):
        if one["sha256"] != digest:
            raise InputError(
                f"{one['path']}: changed since the run was made (its SHA-256 differs); "
                f"put the old file back, or train anew"
            )
    if len(prints) != len(noted):
        raise InputError(f"{run.path}: made from {len(noted)} files, now {len(prints)}; train anew")


def unchanged_input(run: Run) -> Path:
    """Return the first file that a run was made from.

    Raises:
        InputError: The file is gone, or its SHA-256 is no longer that of the manifest.
    """
    return unchanged_inputs(run, only=1)[0]


def unchanged_inputs(run: Run, *, only: int | None = None) -> list[Path]:
    """Return the files that a run was made from, all or the first ones.

    Raises:
        InputError: One is gone, or its SHA-256 is no longer that of the manifest.
    """
    noted = inputs_of(run)
    if not noted:
        raise InputError(f"{run.path / MANIFEST}: names no input file")
    paths = [Path(one["path"]) for one in noted[:only]]
    for path in paths:
        if not path.exists():
            raise InputError(f"{path}: the run's file is gone; put it back, or name another file")
    unchanged(run, [*(fingerprint(path) for path in paths), *noted[len(paths) :]])
    return paths


def inputs_of(run: Run) -> list[dict[str, str]]:
    """Return path and SHA-256 of every file a run was made from.

    Raises:
        InputError: The manifest does not hold them as it should.
    """
    noted = run.manifest.get("inputs") or []
    return [{"path": one["path"], "sha256": one["sha256"]} for one in noted]


def list_runs(output: Path, pipeline: str | None = None) -> list[Run]:
    """Return the runs below `output`, oldest first; those with a damaged manifest are left out."""
    found = []
    for run in _folders(output, pipeline):
        with contextlib.suppress(InputError):
            found.append((str(run.manifest.get("created", "")), run.name, run))
    return [run for _, _, run in sorted(found, key=lambda item: item[:2])]


def damaged(output: Path) -> list[Run]:
    """Return the runs below `output` whose manifest cannot be read, by name."""
    return sorted((r for r in _folders(output) if r.status == "damaged"), key=lambda run: run.path)


def _folders(output: Path, pipeline: str | None = None) -> list[Run]:
    return [Run(path.parent) for path in output.glob(f"{pipeline or '*'}/*/{MANIFEST}")]


def _shipped(pipeline: str | None) -> Run | None:
    """Return the model that ships for a pipeline; for any, that of emoji, which reads texts."""
    shipped = config.package_folder("data") / "models" / (pipeline or "emoji")
    return Run(shipped) if is_run(shipped) else None


def _chosen(run: Run) -> Run:
    """Return the training that a sweep ended with, where there is one; of another run, itself."""
    if run.manifest.get("verb") != SWEEP:
        return run
    found = [path for path in sorted((run.path / WINNERS).glob("*")) if is_run(path)]
    return Run(found[0]) if len(found) == 1 else run


def _with_model(run: Run, pipeline: str | None) -> Run:
    run = _chosen(run)
    manifest = run.manifest
    other, verb = manifest.get("pipeline"), manifest.get("verb")
    if pipeline is not None and other != pipeline:
        raise InputError(f"{run.path}: a run of {other}, not of {pipeline}")
    if verb not in TRAINING:
        raise InputError(f"{run.path}: a run of `{other} {verb}`, which holds no model")
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
