"""What to forecast of a file: returns or differences, from which anchor; the rows decide."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lstmkit.stock.baselines.prices import changes_of, find_season
from lstmkit.stock.fitting.anchor import Anchor, choose_anchor, is_better
from lstmkit.stock.fitting.scaling import Scaling, Target

NEAR_ZERO = 0.02


@dataclass(frozen=True)
class Aim:
    """What the network is to forecast.

    Attributes:
        target: Returns, differences, or the price itself.
        anchor: What is foreseen without it.
        season: Rows after which the changes repeat themselves, or None.
        reason: Why, in words.
    """

    target: Target
    anchor: Anchor
    season: int | None
    reason: str


def choose_aim(
    prices: np.ndarray,
    train_rows: int,
    held_out: np.ndarray,
    *,
    asked: Target | None,
    lags: int,
    longest: int,
) -> Aim:
    """Return what to forecast.

    Args:
        prices: The whole series, (rows,); of the test rows only their sign counts.
        train_rows: Rows, from the start, that may be fitted on.
        held_out: The tail of the training rows, (n,), by which anchors are judged.
        asked: The target; None: the file decides.
        lags: Rows back of the autoregression.
        longest: Rows of the longest season to look for.
    """
    known = prices[:train_rows]
    in_logs = asked == "log_return" or (asked is None and bool((prices > 0).all()))
    season = find_season(changes_of(known, in_logs=False), longest=longest)
    if season is None and in_logs:
        season = find_season(changes_of(known, in_logs=True), longest=longest)
    if asked == "price":
        return Aim("price", Anchor(), season, "as asked")

    def anchored(target: Target) -> tuple[Anchor, np.ndarray]:
        scaling = Scaling(target, (0.0,), (1.0,), 0.0, ranges=False)
        changes = changes_of(known, in_logs=scaling.in_logs)
        anchor = choose_anchor(changes, held_out, lags=lags, season=season)
        foreseen = anchor.foreseen(changes)[held_out]
        return anchor, known[held_out] - scaling.shift(known[held_out - 1], foreseen)

    if asked is not None:
        return Aim(asked, anchored(asked)[0], season, "as asked")
    difference, missed = anchored("difference")
    if not in_logs or float(known.min()) < NEAR_ZERO * float(np.median(known)):
        return Aim("difference", difference, season, "values come near zero or below it")
    log_return, also_missed = anchored("log_return")
    if is_better(missed**2, also_missed**2):
        return Aim("difference", difference, season, "it does better on the held-out rows")
    return Aim("log_return", log_return, season, "values stay far above zero")
