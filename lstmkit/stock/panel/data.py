"""A folder, a long, a wide or a single file into a `Group` of series."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from lstmkit import runs
from lstmkit.errors import InputError
from lstmkit.files import locate
from lstmkit.progress import Progress
from lstmkit.stock import data
from lstmkit.stock.config import DataConfig, StockConfig
from lstmkit.stock.data import Dataset
from lstmkit.stock.panel.member import shown, unknown
from lstmkit.stock.reading import several

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Group:
    """The series that a command works on; most often one.

    Attributes:
        name: Of the file, or the folder.
        path: Where it was read from.
        members: The series, each under a name of its own.
        left_out: What could not be read or used, and why.
        several: Whether many series were asked for, however many there are.
        read: File and name of every series that could be read, in their order.
    """

    name: str
    path: Path
    members: tuple[Dataset, ...]
    left_out: dict[str, str] = field(default_factory=dict)
    several: bool = False
    read: tuple[tuple[str, str], ...] = ()

    @property
    def inputs(self) -> list[dict[str, Any]]:
        """The fingerprint of every file that was read, each once."""
        return list(
            {str(one.fingerprint["path"]): one.fingerprint for one in self.members}.values()
        )

    def only(self, name: str | None) -> Group:
        """Return the group with one series alone; None: all of them.

        Raises:
            InputError: There is none of this name.
        """
        if name is None:
            return self
        found = [one for one in self.members if one.name.lower() == name.strip().lower()]
        if not found:
            raise InputError(unknown(name, [one.name for one in self.members], self.path))
        return replace(self, members=tuple(found))


def load(source: Path | None, config: DataConfig) -> Group:
    """Read every series of a source.

    Args:
        source: A file, or a folder of files; None: the sample that ships with matplotlib.
        config: `series` says how a file holds several.

    Raises:
        InputError: No series can be read; the message has the first reason.
    """
    if source is None:
        return _alone(data.load(None, config))
    if os.path.isdir(source):
        files = sorted(p for p in source.iterdir() if p.is_file() and not p.name.startswith("."))
        return load_files(source, files, config)
    if config.series is None:
        return _alone(data.load(source, config))
    members, left_out = _members(source, config)
    return _group(data.name_of(source), source, members, left_out)


def load_files(folder: Path, files: Sequence[Path], config: DataConfig) -> Group:
    """Read one series, or several, from each of some files; those that cannot be read are named.

    Raises:
        InputError: None can be read.
    """
    members: list[Dataset] = []
    left_out: dict[str, str] = {}
    with Progress(len(files), label="read", unit="file") as progress:
        for path in files:
            try:
                found, without = _members(path, config)
                members += found
                left_out |= without
            except InputError as error:
                left_out[path.name] = str(error).replace(str(path), path.name)
            progress.update(1)
    return _group(folder.resolve().name, folder, members, left_out)


def load_like(source: Path | None, config: DataConfig, known: Sequence[str]) -> Group:
    """Read what a model is used on, which may be one series where it learned from many.

    Args:
        source: A file, or a folder; None: the sample.
        config: Of the model's run: a file that has not its `series` is one series.
        known: Names of the series that the model learned from.

    Raises:
        InputError: No series can be read.
    """
    if source is None or config.series is None or os.path.isdir(source):
        return load(source, config)
    beside = config.series == several.BESIDE
    try:
        group = load(source, config)
    except InputError:
        return _alone(data.load(source, config.model_copy(update={"series": None})))
    if beside and not {one.name for one in group.members} & set(known):
        return _alone(data.load(source, config.model_copy(update={"series": None})))
    return group


def again(run: runs.Run, config: DataConfig, only: str | None = None) -> Group:
    """Read the files of a run again, and refuse them if they have changed since.

    Args:
        run: The run.
        config: Its own.
        only: The name of the only series that is wanted, where each file is one.
    """
    paths = runs.unchanged_inputs(run)
    left_out = run.manifest.get("left_out", {})
    named = [path for path in paths if data.name_of(path) == only]
    if len(named) == 1 and config.series is None:
        return _alone(data.load(named[0], config))
    if len(paths) > 1:
        group = load_files(paths[0].parent, paths, config)
    else:
        is_sample = paths[0] == data.sample_path().resolve()
        group = load(None if is_sample else paths[0], config)
    return replace(group, left_out={**left_out, **group.left_out})


def bearing(group: Group, config: StockConfig) -> tuple[Group, StockConfig]:
    """Return the series that can bear one window, and the config with that window.

    The window asked for is kept where half of the series can bear it; else it is what the one in
    the middle can.

    Raises:
        InputError: The series are too short to train and test on.
    """
    ranked = sorted(group.members, key=lambda one: one.longest_window)
    config = data.window_for(ranked[len(ranked) // 2], config)
    window = config.data.window
    short = {
        one.name: f"{len(one.dates):,} rows are too few for a window of {window}"
        for one in group.members
        if one.longest_window < window
    }
    if not short:
        return group, config
    log.warning(
        "%s of %s series are too short for a window of %d rows and left out: %s",
        *(f"{len(short):,}", f"{len(group.members):,}", window, shown(list(short))),
    )
    kept = tuple(one for one in group.members if one.name not in short)
    return replace(group, members=kept, left_out={**group.left_out, **short}), config


def say_left_out(left_out: dict[str, str], count: int, found: bool) -> None:
    """Say what cannot be used, once.

    Args:
        left_out: Names and reasons.
        count: How many series there are.
        found: Whether any other can be used.

    Raises:
        InputError: None can.
    """
    if not left_out:
        return
    name, reason = next(iter(left_out.items()))
    if not found:
        raise InputError(reason)
    log.warning(
        "%s of %s series are left out, such as %s: %s",
        *(f"{len(left_out):,}", f"{count:,}", name, reason),
    )


def _alone(dataset: Dataset) -> Group:
    return Group(dataset.name, dataset.path, (dataset,))


def _members(path: Path, config: DataConfig) -> tuple[list[Dataset], dict[str, str]]:
    """Return the series of a file; what is mended in each is not said one by one."""
    if config.series is None:
        return [data.read_file(path, config)], {}
    found = locate(path, remedy="check the name")
    asked = data.asked_of(config)
    read = several.read(found, asked, str(config.series))
    for repair in read.repairs:
        log.warning("%s: %s", found.name, repair)
    members, left_out = [], dict(read.left_out)
    for name, table in read.tables.items():
        try:
            members.append(data.cleaned(name, found, table, config))
        except InputError as error:
            left_out[name] = str(error)
    return members, left_out


def _group(name: str, path: Path, members: Sequence[Dataset], left_out: Mapping[str, str]) -> Group:
    """Return the group of what could be read, each under a name of its own, and say what not."""
    if not members:
        first = next(iter(left_out.values()), "there is no file in it")
        raise InputError(f"{path}: none of {len(left_out):,} series can be read; first: {first}")
    if left_out:
        reasons = [f"{one} ({reason!s:.160})" for one, reason in left_out.items()]
        log.warning(
            "%s: %s of %s series cannot be read and are left out: %s",
            *(path, f"{len(left_out):,}", f"{len(left_out) + len(members):,}", shown(reasons)),
        )
    mended = [one for one in members if one.repairs]
    if mended:
        first = f"{mended[0].name}: {mended[0].repairs[0]}"
        log.warning(
            "%s: %s of %s series were mended, such as %s",
            *(path, f"{len(mended):,}", f"{len(members):,}", first),
        )
    named = _each_by_its_name(members, path)
    read = tuple((str(one.fingerprint["path"]), one.name) for one in named)
    return Group(name, path, named, dict(left_out), several=True, read=read)


def _each_by_its_name(members: Sequence[Dataset], path: Path) -> tuple[Dataset, ...]:
    """Number the names that are there more than once, whatever their case."""
    seen: dict[str, int] = {}
    found, numbered = [], []
    for one in members:
        key = one.name.lower()
        seen[key] = seen.get(key, 0) + 1
        if seen[key] > 1:
            one = replace(one, name=f"{one.name} ({seen[key]})")
            numbered.append(one.name)
        found.append(one)
    if numbered:
        log.warning(
            "%s: %s series have a name that was there before, and a number now: %s",
            *(path, f"{len(numbered):,}", shown(numbered)),
        )
    return tuple(found)
