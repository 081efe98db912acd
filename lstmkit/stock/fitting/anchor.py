"""What the network starts from: standing still, or a linear autoregression where that is better.

The network answers only what its anchor had not foreseen. For prices that is the whole change. For
a temperature or an electric load a regression on the last changes, and on those a season ago, sees
most of what is to come; it is solved exactly, where a network would need many epochs to come near.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from lstmkit.stock.baselines.prices import regress
from lstmkit.stock.fitting.inputs import TINY

CLEARLY = 3.3  # standard errors: once in a thousand by chance
WORTH_IT = 0.02
ORDERS = (1, 2, 3, 5, 10)
PRICE = 1.5  # of a weight, in units of Schwarz's


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
    """Return the autoregression that clearly beats standing still, if one does.

    One must win far more likelihood on the training rows than its weights cost (Schwarz, 1978) and,
    fitted on the rows before the held-out ones, do better on those, where that can be tried. Then
    the candidate is taken that is likely to forecast best (Akaike, 1974).

    Args:
        changes: Of the training rows, (rows,).
        held_out: The tail of the rows, (n,).
        lags: Rows back of the longest plain candidate.
        season: Rows of the season, which one more candidate knows too; None: there is none.
    """
    plain = tuple(range(1, max(1, min(lags, (len(changes) - 2) // 3)) + 1))
    candidates = [plain[:order] for order in ORDERS if order < len(plain)] + [plain]
    if season is not None:
        further = {season - 1, season, season + 1} - set(plain)
        candidates.append((*plain, *sorted(further)))
    best, most, proven = Anchor(), -np.inf, False
    for candidate in candidates:
        if 2 * len(candidate) + max(candidate) > len(changes):
            continue
        fitted = fit_anchor(changes, candidate)
        rows = np.arange(fitted.reach + 1, len(changes))
        gain = _gain(changes[rows], fitted.foreseen(changes)[rows])
        weights = len(candidate) + 1
        price = PRICE * weights * np.log(len(rows))
        proven = proven or (gain > price and _holds(changes, held_out, candidate))
        if gain - 2 * weights > most:
            best, most = fitted, gain - 2 * weights
    return best if proven else Anchor()


def _gain(changes: np.ndarray, foreseen: np.ndarray) -> float:
    """Return twice the log likelihood that is won over standing still."""
    still, missed = float(np.mean(changes**2)), float(np.mean((changes - foreseen) ** 2))
    return float(len(changes) * np.log(max(still, TINY) / max(missed, TINY)))


def _holds(changes: np.ndarray, held_out: np.ndarray, lags: tuple[int, ...]) -> bool:
    """Return whether a regression does better on rows that it was not fitted on."""
    first = int(held_out[0])
    if 3 * len(lags) + max(lags) > first:
        return True  # too few rows to try it
    foreseen = fit_anchor(changes[:first], lags).foreseen(changes)[held_out]
    actual = changes[held_out]
    return bool(np.mean((actual - foreseen) ** 2) < (1 - WORTH_IT) * np.mean(actual**2))


def is_better(ours: np.ndarray, theirs: np.ndarray) -> bool:
    """Return whether squared errors, (n,), are clearly lower than others, and by enough."""
    gain = theirs - ours
    spread = gain.std(ddof=1) / np.sqrt(len(gain)) if len(gain) > 2 else np.inf
    return bool(gain.mean() > max(CLEARLY * spread, WORTH_IT * theirs.mean()))
