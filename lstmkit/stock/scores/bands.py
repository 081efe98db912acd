"""An interval held against what happened, row by row, and beside the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lstmkit.stock.fitting.inputs import TINY
from lstmkit.stock.fitting.intervals import LEVELS, interval_score
from lstmkit.stock.fitting.scaling import Scaling

QUARTERS = 4
BLOCK = 262_144  # rows judged at once: a dozen arrays of millions are memory that nothing needs


@dataclass(frozen=True)
class Ends:
    """Where an interval ends over some rows, in the file's unit.

    Attributes:
        lower: (n,).
        upper: (n,).
    """

    lower: np.ndarray
    upper: np.ndarray

    @classmethod
    def around(cls, centre: np.ndarray, half: np.ndarray, scaling: Scaling) -> Ends:
        """Return the ends at half a width, (n,), in the unit of the errors, around a centre."""
        return cls(*(scaling.shift(centre, side * half) for side in (-1, 1)))

    @classmethod
    def joined(cls, parts: Sequence[Ends]) -> Ends:
        """Return those of stretches that follow one another."""
        sides = ([part.lower for part in parts], [part.upper for part in parts])
        return cls(*(np.concatenate(side) for side in sides))

    def hold(self, actual: np.ndarray) -> np.ndarray:
        """Return whether each row, (n,), is inside."""
        return np.asarray((actual >= self.lower) & (actual <= self.upper))


@dataclass(frozen=True)
class Band:
    """How an interval did over some rows, (n,) each unless it says otherwise.

    Attributes:
        inside: Whether it held the row.
        width: Half the width in the unit of the errors, by which rows are calm or wild; float32.
        winkler: Interval score of each row, in the file's unit.
        crps: Of the whole distribution, by the central intervals in `LEVELS`, in the file's unit;
            summed over the rows.
        qlike: log variance plus squared error over variance; summed over the rows.
        held: Whether the intervals for the shares in `LEVELS` held the row, (levels,) counts.
    """

    inside: np.ndarray
    width: np.ndarray
    winkler: np.ndarray
    crps: float
    qlike: float
    held: np.ndarray

    def summary(self) -> dict[str, Any]:
        """Return its scores over all rows.

        Returns:
            `coverage`, `interval_score` (Winkler), `crps` and `qlike`, lower is better;
            `coverage_by_quarter`, from the calmest quarter of the rows to the wildest; `held`, the
            share of rows inside the intervals for each share in `LEVELS`.
        """
        count = len(self.inside)
        order = np.argsort(self.width, kind="stable")
        parts = [part for part in np.array_split(self.inside[order], QUARTERS) if len(part)]
        shares = (self.held / count).tolist()
        return {
            "coverage": float(self.inside.mean()),
            "interval_score": float(self.winkler.mean()),
            "crps": self.crps / count,
            "qlike": self.qlike / count,
            "coverage_by_quarter": [float(part.mean()) for part in parts],
            "held": {f"{level:g}": share for level, share in zip(LEVELS, shares, strict=True)},
        }


def band(
    actual: np.ndarray,
    centre: np.ndarray,
    scale: np.ndarray,
    *,
    quantile: float,
    curve: tuple[float, ...],
    unit: float,
    coverage: float,
    scaling: Scaling,
) -> Band:
    """Return an interval with its scores.

    The CRPS is the weighted interval score of Bracher et al. (2021), which tends to it with more
    levels; QLIKE is that of Patton (2011).

    Args:
        actual: What happened, (n,).
        centre: The middle of the interval, (n,).
        scale: Of the error, in its unit, (n,).
        quantile: Half the width in units of the scale.
        curve: The same for the shares in `LEVELS`.
        unit: Standard deviation in units of the scale.
        coverage: Share of rows that should fall inside.
        scaling: Moves a price by an error.
    """

    def part(rows: slice) -> Band:
        happened, middle, size = actual[rows], centre[rows], scale[rows]
        errors = scaling.error(happened, middle)
        ends = Ends.around(middle, quantile * size, scaling)
        total, held = np.abs(happened - middle) / 2, np.empty(len(LEVELS))
        for row, (share, reach) in enumerate(zip(LEVELS, curve, strict=True)):
            wide = Ends.around(middle, reach * size, scaling)
            total += (1 - share) / 2 * interval_score(happened, wide.lower, wide.upper, share)
            held[row] = np.count_nonzero(wide.hold(happened))
        variance = np.maximum((unit * size) ** 2, TINY)
        return Band(
            inside=ends.hold(happened),
            width=(quantile * size).astype(np.float32),
            winkler=interval_score(happened, ends.lower, ends.upper, coverage),
            crps=float(total.sum()) / (len(LEVELS) + 0.5),
            qlike=float((np.log(variance) + errors**2 / variance).sum()),
            held=held,
        )

    starts = range(0, len(actual), BLOCK)
    return _joined([part(slice(start, start + BLOCK)) for start in starts])


def join(stretches: list[Mapping[str, Band]]) -> dict[str, Band]:
    """Put the bands of stretches that follow one another together, where each has them."""
    names = [name for name in stretches[0] if all(name in one for one in stretches)]
    return {name: _joined([one[name] for one in stretches]) for name in names}


def _joined(parts: list[Band]) -> Band:
    rows = ("inside", "width", "winkler")
    whole = {name: np.concatenate([getattr(part, name) for part in parts]) for name in rows}
    return Band(
        **whole,
        crps=sum(part.crps for part in parts),
        qlike=sum(part.qlike for part in parts),
        held=np.sum([part.held for part in parts], axis=0),
    )
