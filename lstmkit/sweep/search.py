"""Which settings are tried: all of a grid, some at random, or what TPE asks for."""

from __future__ import annotations

import json
import math
import random
import warnings
from collections.abc import Sequence
from importlib.util import find_spec
from itertools import product
from pathlib import Path
from typing import Any, Protocol

from lstmkit.errors import InputError
from lstmkit.sweep.over import Axis, Choice, Setting, Span

MOST = 100_000
ROUND = 10  # settings that TPE is asked for at once, whatever the number of workers
JOURNAL = "optuna.journal"


class Search(Protocol):
    """What a sweep asks for settings."""

    def ask(self) -> list[Setting]:
        """Return the settings to try next; none: all are tried."""

    def tell(self, losses: Sequence[float | None]) -> None:
        """Say how the last ones did, in their order; None: no result."""


class Listed:
    """Settings that are known from the start: a grid, or what was drawn.

    Args:
        settings: What to try.
    """

    def __init__(self, settings: Sequence[Setting]) -> None:
        """Begin with all of them."""
        self._left = list(settings)

    def ask(self) -> list[Setting]:
        """Return all, then none."""
        asked, self._left = self._left, []
        return asked

    def tell(self, losses: Sequence[float | None]) -> None:
        """Learn nothing."""


class Tpe:
    """Optuna's tree-structured Parzen estimator (Bergstra and others, 2011), by ask and tell.

    Every answer depends on what was told so far and on the seed alone, so that a sweep that goes
    on after a kill asks for what it had asked for; the journal is written anew.

    Args:
        axes: What is varied.
        trials: Settings to try.
        seed: Decides the answers.
        journal: Where Optuna keeps its journal, to be opened by its own tools.

    Raises:
        InputError: Optuna is not installed.
    """

    def __init__(self, axes: Sequence[Axis], *, trials: int, seed: int, journal: Path) -> None:
        """Begin with an empty study."""
        require_optuna()
        import optuna
        from optuna.storages import JournalStorage
        from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        journal.unlink(missing_ok=True)
        lock = JournalFileOpenLock(str(journal))  # Optuna's own choice, a link, Windows refuses
        storage = JournalStorage(JournalFileBackend(str(journal), lock_obj=lock))
        self._study = optuna.create_study(storage=storage, direction="minimize")
        self._axes, self._trials, self._seed = axes, trials, seed
        self._asked: list[Any] = []
        self._count = 0

    def ask(self) -> list[Setting]:
        """Return the next settings."""
        size = min(ROUND, self._trials - self._count)
        self._asked = [self._next() for _ in range(size)]
        return [self._setting(trial.params) for trial in self._asked]

    def tell(self, losses: Sequence[float | None]) -> None:
        """Let it learn from the last ones."""
        from optuna.trial import TrialState

        for trial, loss in zip(self._asked, losses, strict=True):
            if loss is None or not math.isfinite(loss):
                self._study.tell(trial, state=TrialState.FAIL)
            else:
                self._study.tell(trial, loss)

    def _next(self) -> Any:
        from optuna.samplers import TPESampler

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what we use of it is called experimental
            seed = (self._seed + self._count) % 2**32
            self._study.sampler = TPESampler(seed=seed, constant_liar=True)
            self._count += 1
            return self._study.ask({axis.key: _distribution(axis) for axis in self._axes})

    def _setting(self, params: dict[str, Any]) -> Setting:
        return {axis.key: _value(axis, params[axis.key]) for axis in self._axes}


def require_optuna() -> None:
    """Raise an InputError where Optuna is not installed."""
    if find_spec("optuna") is None:
        raise InputError(
            '--search tpe needs Optuna; install it with pip install "lstmkit[sweep]", or use '
            "--search random"
        )


def listed(axes: Sequence[Axis], *, trials: int | None, seed: int) -> list[Setting]:
    """Return the grid of all values, or as many settings as asked for, drawn at random.

    Args:
        axes: What is varied.
        trials: How many; None: all of the grid.
        seed: Decides the draw.

    Raises:
        InputError: A range has no grid, or the grid is too large.
    """
    ranges = [axis.key for axis in axes if isinstance(axis, Span)]
    if ranges and trials is None:
        raise InputError(
            f"--over {ranges[0]}: settings are drawn from a range; say how many with --trials N"
        )
    size = math.prod(len(axis.values) for axis in axes if isinstance(axis, Choice))
    if size > MOST:
        raise InputError(f"--over: a grid of {size:,} settings; draw some of them with --trials N")
    if not ranges and (trials is None or trials >= size):
        return _grid(axes)
    chance = random.Random(seed)
    if not ranges:
        return chance.sample(_grid(axes), trials or size)
    return [{axis.key: axis.draw(chance) for axis in axes} for _ in range(trials or 0)]


def _grid(axes: Sequence[Axis]) -> list[Setting]:
    keys = [axis.key for axis in axes]
    return [dict(zip(keys, values, strict=True)) for values in product(*(a.probes for a in axes))]


def _distribution(axis: Axis) -> Any:
    from optuna.distributions import (
        CategoricalDistribution,
        FloatDistribution,
        IntDistribution,
    )

    if isinstance(axis, Choice):
        return CategoricalDistribution([json.dumps(value) for value in axis.values])
    if axis.whole:
        return IntDistribution(int(axis.low), int(axis.high), log=axis.log)
    return FloatDistribution(axis.low, axis.high, log=axis.log)


def _value(axis: Axis, drawn: Any) -> Any:
    return json.loads(drawn) if isinstance(axis, Choice) else axis.rounded(drawn)
