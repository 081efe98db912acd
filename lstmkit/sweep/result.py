"""What a sweep found: every setting with its losses, which is best, and what noise is."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from lstmkit import result, runs
from lstmkit.parallel import said_of
from lstmkit.sweep.over import Setting, label


@dataclass(frozen=True)
class Tried:
    """One setting.

    Attributes:
        number: In the order of trying, from 1.
        setting: What it changes.
        losses: Validation losses, (seeds, sources); NaN where a trial has no result.
    """

    number: int
    setting: Setting
    losses: np.ndarray

    @property
    def by_seed(self) -> np.ndarray:
        """The mean over the sources, of each seed, (seeds,)."""
        return np.asarray(self.losses.mean(axis=1))

    @property
    def mean(self) -> float:
        """What it is judged by; NaN where a trial has no result."""
        return float(self.losses.mean())

    @property
    def spread(self) -> float:
        """Standard deviation over the seeds; NaN where there is one."""
        return float(self.by_seed.std(ddof=1)) if len(self.by_seed) > 1 else math.nan


@dataclass(frozen=True, kw_only=True, repr=False)
class Result(result.Result):
    """What a sweep found.

    `metrics` holds `verdict`, `settings`, `seeds`, `best`, `validation`, `spread` and `winners`.

    Attributes:
        tried: From the best to the worst; those that a trial is missing of come last.
        rows: What `trials.csv` holds: one mapping per trial.
        failed: What is wrong with the tasks that have no result, by name.
    """

    picture: ClassVar[str] = "settings"
    tried: Sequence[Tried] = ()
    rows: Sequence[Mapping[str, Any]] = ()
    failed: Mapping[str, str] = field(default_factory=dict)

    @property
    def files(self) -> list[Path]:
        """Every file that was written, sorted, but those of the trials, which `rows` names."""
        return [
            path for path in super().files if path.relative_to(self.run).parts[0] != runs.TRIALS
        ]

    @property
    def complaint(self) -> str:
        """What is wrong with the tasks that have no result; empty where all have one."""
        return said_of(self.failed)


def ranked(tried: Sequence[Tried]) -> list[Tried]:
    """Return settings from the best to the worst; the first tried of equals comes first."""
    return sorted(tried, key=lambda one: (math.isnan(one.mean), one.mean, one.number))


def verdict(tried: Sequence[Tried], judged: Sequence[str]) -> str:
    """Say which setting was chosen, among how many, and whether that is more than luck.

    Args:
        tried: From the best to the worst.
        judged: The verdicts of the trainings that followed, one per source.
    """
    best, seeds = tried[0], len(tried[0].by_seed)
    spread = (
        "" if math.isnan(best.spread) else f" (standard deviation over seeds {best.spread:.2g})"
    )
    count = f"{len(tried)} setting{'s' * (len(tried) > 1)} with {seeds} seed{'s' * (seeds > 1)}"
    parts = [
        f"Of {count} each, {label(best.setting)} has the least validation loss, "
        f"{best.mean:.5g}{spread}.",
        _noise(tried),
    ]
    if len(judged) == 1:
        parts.append(f"Trained with it, and judged once: {judged[0]}")
    elif judged:
        parts.append(f"Trained with it, {len(judged)} sources were judged once each.")
    return " ".join(filter(None, parts))


def _noise(tried: Sequence[Tried]) -> str:
    """Say whether the best is further ahead than seeds alone bring about."""
    others = [one for one in tried[1:] if not math.isnan(one.mean)]
    if not others:
        return ""
    behind = others[0].mean - tried[0].mean
    variances = [one.spread**2 for one in (tried[0], others[0])]
    if any(map(math.isnan, variances)):
        return "One seed each: how much of the differences is luck is not known (--seeds 3)."
    luck = 2 * math.sqrt(sum(variances) / len(tried[0].by_seed))
    if behind > luck:
        return f"The next best is {behind:.2g} behind, more than seeds alone bring about."
    return (
        f"The next best is {behind:.2g} behind, no more than seeds alone bring about ({luck:.2g}): "
        f"it may be as good."
    )
