"""What is fitted around a trained network, on the training span only: head, trust, interval."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np

from lstmkit.stock.config import IntervalConfig
from lstmkit.stock.fitting.head import Head, fit_head
from lstmkit.stock.fitting.inputs import OWN, TINY
from lstmkit.stock.fitting.intervals import (
    INNER,
    LEVELS,
    Interval,
    choose_mixture,
    conformal_quantile,
    mixed,
)
from lstmkit.stock.fitting.network import Network, Paths, Trust, View

MAX_ORIGINS = 250
DOUBT = 2.6
"""Standard errors below which a path is not believed: once in a hundred by chance."""


def fit_around(
    network: Network,
    view: View,
    told: np.ndarray,
    held_out: np.ndarray,
    settings: IntervalConfig,
    *,
    lent: bool,
) -> tuple[Network, Interval]:
    """Return the network with head and trust, and its interval.

    Args:
        network: The trained network.
        view: The training rows.
        told: What it said of every row that has a window before it, and of the row to come.
        held_out: Rows no weight was fitted on, (n,), the tail of the training rows; they choose how
            far head and paths are believed. The quantiles are those of all rows.
        settings: Coverage, horizons, rate.
        lent: Whether the network reads with what it learned from other series.
    """
    if view.track is not None:
        network = replace(network, trust=_trust_in_mean(network, view, told, held_out))
        network = replace(network, head=_head(network, view, told, held_out, lent=lent))
    answers = network.read(view, told)
    rows = np.arange(network.window, len(view.prices))
    errors = network.scaling.error(view.prices[rows], answers.predicted[:-1])
    horizons = max(1, min(settings.horizons, len(held_out) // 2))
    if network.stands_still:
        origins = np.arange(network.window, len(view.prices) - horizons + 1)
        last = view.prices[origins - 1][:, None]
        ahead = np.broadcast_to(last, (len(origins), horizons))
    else:
        origins = np.arange(held_out[0], len(view.prices) - horizons + 1)
        origins = origins[np.unique(np.linspace(0, len(origins) - 1, MAX_ORIGINS).astype(int))]
        paths = network.paths(view, origins, horizons)
        network = replace(network, trust=_trust_in_paths(network, view, origins, paths))
        ahead = network.believed(paths)
    at = origins - network.window
    interval = _interval(
        errors,
        ((missed, at) for missed in _missed(network, view, origins, ahead)),
        answers.scale,
        answers.long_run,
        settings,
    )
    return network, interval


def _missed(
    network: Network, view: View, origins: np.ndarray, ahead: np.ndarray
) -> Iterator[np.ndarray]:
    """Yield the errors two rows ahead, three, ..., of paths from several origins."""
    for step in range(1, ahead.shape[1]):
        yield network.scaling.error(view.prices[origins + step], ahead[:, step])


def _interval(
    errors: np.ndarray,
    further: Iterable[tuple[np.ndarray, np.ndarray]],
    scale: np.ndarray,
    long_run: np.ndarray,
    settings: IntervalConfig,
) -> Interval:
    """Return the interval of errors 1, 2, ... rows ahead.

    Args:
        errors: Of every row, one ahead, (n,).
        further: Two rows ahead, three, ...: errors, and where they were made from.
        scale: Of the row to come, from every row on, (n + 1,).
        long_run: Mean size of all changes there, (n + 1,).
        settings: Coverage and rate.
    """
    scaled = np.abs(errors) / scale[:-1]
    mixtures = [1.0]
    outer = [conformal_quantile(scaled, settings.coverage)]
    inner = [conformal_quantile(scaled, INNER)]
    for missed, at in further:
        ours, mean = scale[at], long_run[at]
        mixtures.append(choose_mixture(missed, ours, mean, settings.coverage))
        beside = np.abs(missed) / mixed(ours, mean, mixtures[-1])
        outer.append(conformal_quantile(beside, settings.coverage))
        inner.append(conformal_quantile(beside, INNER))
    return Interval(
        coverage=settings.coverage,
        rate=settings.rate,
        quantiles=tuple(np.maximum.accumulate(outer).tolist()),
        inner=tuple(np.maximum.accumulate(inner).tolist()),
        mixtures=tuple(mixtures),
        curve=tuple(conformal_quantile(scaled, share) for share in LEVELS),
        constant=conformal_quantile(np.abs(errors), settings.coverage),
        unit=float(np.sqrt(np.mean(scaled**2))),
        calibration_rows=len(errors),
    )


def _head(
    network: Network, view: View, told: np.ndarray, held_out: np.ndarray, *, lent: bool
) -> Head:
    if view.track is None:
        return Head()
    usual = view.track.usual[network.window - 1 : -1]
    mean = network.trust.network[0] * told[:-1, 0]
    return fit_head(
        told[:-1, 1],
        view.features[network.window - 1 : -1],
        view.track.changes[network.window :] / usual - mean,
        read=OWN if lent else 0,
        held_out=len(held_out) if held_out[0] > network.window else 0,
    )


def _trust_in_mean(network: Network, view: View, told: np.ndarray, held_out: np.ndarray) -> Trust:
    """Return the trust in what the network says of the next row; its anchor was chosen before."""
    if view.track is None:
        return Trust()
    said = told[held_out - network.window, 0] * view.track.usual[held_out - 1]
    return Trust(network=(_worth(said, view.track.changes[held_out], overlap=1),))


def _trust_in_paths(network: Network, view: View, origins: np.ndarray, paths: Paths) -> Trust:
    """Return the trust in anchor and network at every horizon, as the held-out rows earn it."""
    if paths.anchor is None:
        return network.trust
    spacing = max(1, int(np.diff(origins).min(initial=len(view.prices))))
    anchor, added = [1.0], [network.trust.network[0]]
    for step in range(1, paths.network.shape[1]):
        actual, overlap = view.prices[origins + step], -(-(step + 1) // spacing)
        last, alone, path = paths.last, paths.anchor[:, step], paths.network[:, step]
        foreseen = network.scaling.error(alone, last)
        believed = _worth(foreseen, network.scaling.error(actual, last), overlap=overlap)
        left = network.scaling.error(actual, last) - believed * foreseen
        more = network.scaling.error(path, alone)
        anchor.append(believed)
        added.append(min(added[0], _worth(more, left, overlap=overlap)) if added[0] else 0.0)
    return Trust(tuple(anchor), tuple(added))


def _worth(said: np.ndarray, happened: np.ndarray, *, overlap: int) -> float:
    """Return how much of a forecast to believe: its least-squares weight, shrunk by its doubt.

    Args:
        said: The forecast changes, (n,).
        happened: The changes, (n,).
        overlap: Forecasts in a row that share rows, and so count as one.
    """
    power = float(said @ said)
    if power <= TINY or len(said) < 3:
        return 0.0
    weight = float(said @ happened) / power
    left = happened - weight * said
    error = np.sqrt(overlap * float((said * left) @ (said * left))) / power
    if error <= TINY:
        return float(np.clip(weight, 0, 1))
    sure = weight / error
    return float(np.clip(weight * (1 - (DOUBT / sure) ** 2), 0, 1)) if sure > DOUBT else 0.0
