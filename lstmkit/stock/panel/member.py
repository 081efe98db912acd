"""The folders of the many series of a run, and what each of them has kept to be forecast from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lstmkit import runs, runtime
from lstmkit.errors import InputError
from lstmkit.stock import forecaster
from lstmkit.stock.fitting.start import START, Start
from lstmkit.stock.forecaster import Context, Forecaster

SERIES = "series"
"""The folder of a run that holds what is fitted to each of its many series."""
SHOWN = 3


@dataclass(frozen=True)
class Outset:
    """Where a forecast starts: a model with the newest rows of the series of a name."""

    name: str
    trained: Forecaster
    context: Context


def names_of(run: runs.Run) -> list[str]:
    """Return the names of the series of a run of many, in their order; [] for a run of one."""
    has_many = (run.path / START).exists() and (run.path / SERIES).exists()
    return Start(run.path).file.trained_on if has_many else []


def part_of(run: runs.Run, name: str) -> runs.Run | None:
    """Return the folder of a series of a run of many; None: the network never saw it."""
    known = [one.lower() for one in names_of(run)]
    wanted = name.strip().lower()
    if wanted not in known:
        return None
    number = known.index(wanted)
    return folder(run, number, names_of(run)[number])


def folder(run: runs.Run, number: int, name: str) -> runs.Run:
    """Return the folder of the series with a number and a name."""
    return runs.Run(run.path / SERIES / f"{number:04d}-{runs.safe(name)}")


def kept(run: runs.Run, series: str | None) -> list[Outset]:
    """Return the outsets that a run has kept, of all of its series or of one.

    Raises:
        InputError: There is no series of this name.
    """
    names = names_of(run)
    if series is not None and part_of(run, series) is None:
        raise InputError(unknown(series, names, run.path))
    chosen = names if series is None else [series]
    if not chosen:
        return [_kept(run)]
    model = runtime.load(run.path / runs.MODEL)
    return [_kept(run, name, model) for name in chosen]


def unknown(name: str, known: Sequence[str], where: Path) -> str:
    """Say that there is no series of a name, and which there are."""
    return f"{where}: no series {name!r}; found {shown(known)}; name one with --series"


def shown(names: Sequence[str]) -> str:
    """Return the first of some names, and how many more there are."""
    few = ", ".join(names[:SHOWN])
    return f"{few} and {len(names) - SHOWN:,} more" if len(names) > SHOWN else few


def _kept(run: runs.Run, name: str | None = None, model: runtime.Model | None = None) -> Outset:
    """Return the outset that a run has kept: the last rows that it was trained with.

    Args:
        run: The model's.
        name: Of the series, where the run is of many.
        model: The network, where it is loaded already.
    """
    part = None if name is None else part_of(run, name)
    trained = forecaster.load(run, part, model=model)
    context = forecaster.load_context(part or run, inputs=trained.network.inputs)
    return Outset(trained.name, trained, context)
