"""Whether a file is of the series that a model was trained on, and which of its rows it has seen.

A file may be a row longer, written anew, or adjusted for a later dividend: what counts are dates
and moves, not bytes. The training span stands beside the model, in `trained_on.npz`.
"""

import logging
from dataclasses import dataclass, replace

import numpy as np

from lstmkit import runs
from lstmkit.arrays import load_arrays, save_arrays
from lstmkit.errors import InputError
from lstmkit.files import undamaged
from lstmkit.stock.calendar.ahead import are_dates
from lstmkit.stock.data import Dataset

log = logging.getLogger(__name__)

TRAINED_ON = "trained_on.npz"
ENOUGH = 5  # common dates that tell
ALIKE = 0.03  # of a usual move: as much as rounded prices differ
FAR = 4.0  # times the level of the training file


@dataclass(frozen=True)
class Span:
    """Rows of a training file.

    Attributes:
        dates: `datetime64`, (rows,), increasing.
        prices: (rows,).
        train_rows: How many of them, from the start, the model was fitted on.
    """

    dates: np.ndarray
    prices: np.ndarray
    train_rows: int


def save(run: runs.Run, dataset: Dataset) -> None:
    """Write the rows of a training file beside the model."""
    rows = {"dates": dataset.dates, "prices": dataset.prices, "train_rows": dataset.train_rows}
    save_arrays(run.path / TRAINED_ON, rows)


def load(run: runs.Run) -> Span | None:
    """Return the rows that a model was trained on, None where the run does not tell.

    Raises:
        InputError: The file is damaged.
    """
    path = run.path / TRAINED_ON
    if not path.exists():
        return None
    saved = load_arrays(path)
    with undamaged(path):
        span = Span(saved["dates"], saved["prices"].astype(np.float64), int(saved["train_rows"]))
        fits = span.dates.shape == span.prices.shape and 0 <= span.train_rows <= len(span.dates)
        if not (fits and are_dates(span.dates) and np.isfinite(span.prices).all()):
            raise ValueError("expected dates, prices and a number of rows")
    return span


def seen_rows(dataset: Dataset, trained_on: Span) -> np.ndarray:
    """Return which rows of a file a model was fitted on, by date and value, (rows,)."""
    fitted = trained_on.dates[: trained_on.train_rows]
    common, own, theirs = np.intersect1d(dataset.dates, fitted, return_indices=True)
    seen = np.zeros(len(dataset.dates), dtype=bool)
    prices, old = dataset.prices[own], trained_on.prices[theirs]
    same = np.isclose(prices, old, rtol=1e-9, atol=0)
    if len(common) >= ENOUGH and _moves_alike(prices, old):
        same[:] = True
    seen[own[same]] = True
    return seen


def doubts(dataset: Dataset, trained_on: Span, name: str) -> list[str]:
    """Say why a file may not be a newer one of the series that a model was trained on.

    Args:
        dataset: The file.
        trained_on: All rows of the training file.
        name: Of the training file.
    """
    said = []
    last, newest = dataset.dates[-1], trained_on.dates[-1]
    if last < newest:
        said.append(
            f"it ends at {_shown(last)}, before the training file {name} ({_shown(newest)})"
        )
    common, own, theirs = np.intersect1d(dataset.dates, trained_on.dates, return_indices=True)
    prices, old = dataset.prices[own], trained_on.prices[theirs]
    if len(common) >= ENOUGH:
        ratio = float(np.median(prices / old)) if (old != 0).all() else np.nan
        if not _moves_alike(prices, old):
            said.append(f"on {len(common):,} common dates it moves unlike {name}: another series")
        elif not 0.5 < ratio < 2:
            said.append(f"it moves like {name}, but at {ratio:.3g} times its prices")
        return said
    level = float(
        np.median(np.abs(dataset.prices[:20])) / np.median(np.abs(trained_on.prices[-20:]))
    )
    if not 1 / FAR < level < FAR:
        said.append(f"its prices begin at {level:.3g} times those that {name} ended with")
    elif last >= newest:
        said.append(f"it has no {ENOUGH} dates in common with {name}: is it of the same series?")
    return said


def without_seen(dataset: Dataset, run: runs.Run, window: int) -> Dataset:
    """Count the rows that a model was fitted on as its training span, and say so.

    Raises:
        InputError: No row is left to score.
    """
    span = load(run)
    seen = seen_rows(dataset, span) if span else np.zeros(len(dataset.dates), dtype=bool)
    if not seen.any():
        return dataset
    after = int(np.flatnonzero(seen)[-1]) + 1
    scored = len(seen) - after - window
    if scored < 1:
        raise InputError(
            f"{dataset.path}: the model was trained on {int(seen.sum()):,} of its {len(seen):,} "
            f"rows, and after them no row has a window of {window} unseen rows "
            f"before it; expected a file with newer rows"
        )
    log.warning(
        "%s: the model was trained on %s of its %s rows; only the %s rows after them that have a "
        "whole unseen window before them are scored",
        *(dataset.path, f"{int(seen.sum()):,}", f"{len(seen):,}", f"{scored:,}"),
    )
    return replace(dataset, train_rows=after)


def warn(dataset: Dataset, run: runs.Run, name: str) -> None:
    """Say where a file does not look like a newer one of the series that was trained on."""
    span = load(run)
    for doubt in doubts(dataset, span, name) if span else ():
        log.warning("%s: %s", dataset.path, doubt)


def _moves_alike(prices: np.ndarray, old: np.ndarray) -> bool:
    """Return whether two stretches of prices move together but for rounding."""
    if np.array_equal(prices, old):
        return True
    if (prices <= 0).any() or (old <= 0).any():
        return bool(np.isclose(prices, old, rtol=1e-6).mean() > 0.95)
    moves, others = np.diff(np.log(prices)), np.diff(np.log(old))
    usual = float(np.median(np.abs(others)))
    return bool(np.median(np.abs(moves - others)) <= ALIKE * usual)


def _shown(date: np.datetime64) -> str:
    return str(date.astype("datetime64[s]")).removesuffix("T00:00:00")
