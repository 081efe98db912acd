"""What the network starts from: standing still, or a linear autoregression where that is better.

The network answers only what its anchor had not foreseen. For prices that is the whole change. For
a temperature or an electric load a regression on the last changes, and on those a season ago, sees
most of what is to come; it is solved exactly, where a network would need many epochs to come near.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from lstmkit.stock.baselines import regress

CLEARLY = 3.3  # standard errors: once in a thousand by chance
WORTH_IT = 0.01


@dataclass(frozen=True)
class Anchor:
    """A linear forecast of the next change; without lags it says that nothing changes.

    Attributes:
        lags: How many rows back it looks, one by one.
        intercept: Of the regression.
        coefficients: Weight of the change at each lag.
    """

    lags: tuple[int, ...] = ()
    intercept: float = 0.0
    coefficients: tuple[float, ...] = ()

    @property
    def reach(self) -> int:
        """The furthest row back."""
        return max(self.lags, default=0)

    @property
    def name(self) -> str:
        """What it is, in words."""
        if not self.lags:
            return "standing still"
        seasonal = self.reach - len(self.lags) > 1
        return f"autoregression{f' with a season of {self.reach - 1} rows' if seasonal else ''}"

    def foreseen(self, changes: np.ndarray) -> np.ndarray:
        """Return the change it expects in every row, (rows + 1,), from the rows before it.

        The last entry is of the row to come; the first `reach` rows stand still.
        """
        found = np.zeros(len(changes) + 1)
        if not self.lags or len(changes) <= self.reach:
            return found
        found[self.reach + 1 :] = self.intercept
        for lag, weight in zip(self.lags, self.coefficients, strict=True):
            found[self.reach + 1 :] += (
                weight * changes[self.reach + 1 - lag : len(changes) + 1 - lag]
            )
        return found

    def next(self, changes: np.ndarray) -> np.ndarray:
        """Return the next change of several series from their newest ones, (series, rows)."""
        found = np.full(len(changes), self.intercept)
        for lag, weight in zip(self.lags, self.coefficients, strict=True):
            found += weight * changes[:, -lag]
        return found

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Anchor:
        """Build an anchor from its fields in a JSON file."""
        return cls(tuple(content["lags"]), content["intercept"], tuple(content["coefficients"]))


def fit_anchor(changes: np.ndarray, lags: tuple[int, ...]) -> Anchor:
    """Return the regression on `lags`, fitted on every row."""
    rows = np.arange(max(lags) + 1, len(changes))
    intercept, *coefficients = regress(changes, rows, lags)
    return Anchor(lags, float(intercept), tuple(map(float, coefficients)))


def choose_anchor(
    changes: np.ndarray, held_out: np.ndarray, *, lags: int, season: int | None
) -> Anchor:
    """Return the autoregression that clearly beats standing still on held-out rows, if one does.

    Candidates are fitted on the rows before the held-out ones to be judged, and on all to be used.

    Args:
        changes: Of the training rows, (rows,).
        held_out: The tail of the rows, (n,).
        lags: Rows back of the plain candidate.
        season: Rows of the season, which a second candidate knows too; None: there is none.
    """
    plain = tuple(range(1, max(1, min(lags, (held_out[0] - 2) // 3)) + 1))
    candidates = [plain]
    if season is not None:
        further = {season - 1, season, season + 1} - set(plain)
        candidates.append((*plain, *sorted(further)))
    best, errors = Anchor(), changes[held_out] ** 2
    for candidate in candidates:
        if max(candidate) + len(candidate) + 10 > held_out[0]:
            continue
        fitted = fit_anchor(changes[: held_out[0]], candidate)
        missed = (changes[held_out] - fitted.foreseen(changes)[held_out]) ** 2
        if is_better(missed, errors):
            best, errors = fit_anchor(changes, candidate), missed
    return best


def is_better(ours: np.ndarray, theirs: np.ndarray) -> bool:
    """Return whether squared errors, (n,), are clearly lower than others, and by enough."""
    gain = theirs - ours
    spread = gain.std(ddof=1) / np.sqrt(len(gain)) if len(gain) > 2 else np.inf
    return bool(gain.mean() > max(CLEARLY * spread, 2 * WORTH_IT * theirs.mean()))
