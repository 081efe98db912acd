"""How much a series will move: what a practitioner would take, and how such forecasts are scored.

Every rival forecasts the size of the next change from the changes before it, with weights that were
fitted on the training span, and is made an interval by the quantile of its scaled errors there:

    constant     one width for all rows
    ewma         the moving average of sizes with a decay of 0.94 (J.P. Morgan RiskMetrics, 1996)
    har          least squares on the size of the last row, week and month, and on the day's range
                 where the file has it (Corsi, 2009)
    garch_t      GARCH(1, 1) with Student-t errors (Bollerslev, 1987), fitted by the package `arch`
    egarch_t     EGARCH(1, 1, 1) likewise, which answers to falls more than to rises (Nelson, 1991)
"""

from __future__ import annotations

import importlib.util
import math
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any, Literal

import numpy as np

from lstmkit.stock.fitting.inputs import TINY, moving_averages
from lstmkit.stock.fitting.intervals import LEVELS, conformal_quantile

NAMES = {
    "constant": "constant width",
    "ewma": "EWMA",
    "har": "HAR",
    "garch_t": "GARCH(1,1)-t",
    "egarch_t": "EGARCH-t",
}
EXTRA = ("garch_t", "egarch_t")
SPANS = (1, 5, 22)
LEAST_ROWS = 100
MOST_ROWS = 100_000
CALM_ROWS = 1000
MOST_TIMES = 10  # the largest change, of a scale on the rows it was fitted on and calm ones after
STARTS = {  # of mean, omega, alpha, (gamma,) beta, degrees of freedom, where arch's own go astray
    "garch_t": (0.0, 0.05, 0.05, 0.9, 8.0),
    "egarch_t": (0.0, 0.0, 0.1, 0.0, 0.9, 8.0),
}
BLOCK = 10_000  # rows
FLOOR = 0.05
EXPECTED = np.sqrt(2 / np.pi)  # mean size of a standard normal


@dataclass(frozen=True)
class Rival:
    """One way to say how wide, as it was fitted.

    Attributes:
        weights: Its parameters.
        quantile: Scaled error that the asked share of the training rows stays below.
        curve: The same for the shares in `LEVELS`.
        unit: Root mean square of the scaled errors.
    """

    weights: tuple[float, ...]
    quantile: float
    curve: tuple[float, ...]
    unit: float


@dataclass(frozen=True)
class Rivals:
    """The intervals that the network's is held against.

    Attributes:
        decay: Of the moving average.
        fitted: By name, in the order of `NAMES`.
    """

    decay: float
    fitted: dict[str, Rival]

    def scales(
        self, changes: np.ndarray, ranges: np.ndarray | None
    ) -> Iterator[tuple[str, np.ndarray]]:
        """Yield name and size that each forecasts of every row, (rows,), from the rows before it.

        Args:
            changes: Of every row, (rows,).
            ranges: High less low of every row, (rows,), or None.
        """
        inputs = 2 + len(SPANS) * (1 if ranges is None else 2)
        for name, rival in self.fitted.items():
            weights = np.asarray(rival.weights)
            if name != "har" or len(weights) == inputs:  # else fitted on files of another kind
                yield name, _scale(name, weights, changes, ranges, self.decay)

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Rivals:
        """Build them from their fields in a JSON file."""
        fitted = {
            name: Rival(tuple(one["weights"]), one["quantile"], tuple(one["curve"]), one["unit"])
            for name, one in content["fitted"].items()
        }
        return cls(content["decay"], fitted)


def why_missing() -> str:
    """Say why a rival of `EXTRA` has no row."""
    if importlib.util.find_spec("arch") is None:
        return 'pip install "lstmkit[volatility]"'
    return "no fit on the training rows"


def fit_rivals(
    changes: np.ndarray, ranges: np.ndarray | None, *, first: int, coverage: float, decay: float
) -> Rivals:
    """Fit all of them; GARCH and EGARCH where the package `arch` is there.

    Args:
        changes: Of the training rows, (rows,).
        ranges: High less low of the training rows, (rows,), or None.
        first: The first row whose error counts for the quantiles.
        coverage: Share of rows that should fall inside.
        decay: Of the moving average.
    """
    weights = {"constant": [1.0], "ewma": [decay], "har": _fit_har(changes, ranges)}
    has_arch = importlib.util.find_spec("arch") is not None
    if has_arch and len(changes) >= LEAST_ROWS and np.ptp(changes) > 0:
        weights |= _fit_arch(changes)
    fitted = {}
    for name, found in weights.items():
        scale = _scale(name, np.asarray(found), changes, ranges, decay)[first:]
        scaled = np.abs(changes[first:]) / scale
        fitted[name] = Rival(
            tuple(map(float, found)),
            conformal_quantile(scaled, coverage),
            tuple(conformal_quantile(scaled, share) for share in LEVELS),
            float(np.sqrt(np.mean(scaled**2))),
        )
    return Rivals(decay, fitted)


def _scale(
    name: str, weights: np.ndarray, changes: np.ndarray, ranges: np.ndarray | None, decay: float
) -> np.ndarray:
    forecast: dict[str, Callable[[], np.ndarray]] = {
        "constant": lambda: np.ones(len(changes)),
        "ewma": lambda: _before(next(moving_averages(np.abs(changes[1:]), (decay,)))),
        "har": lambda: _har(weights, changes, ranges),
        "garch_t": lambda: _garch(weights, changes),
        "egarch_t": lambda: _egarch(weights, changes),
    }
    found = forecast[name]()
    return np.maximum(found, TINY, out=found)


def _before(known: np.ndarray) -> np.ndarray:
    """Return for rows 0, 1, ... what was known before them, from what is known after 1, 2, ..."""
    return np.concatenate([known[:1], known[:1], known[:-1]])


def _design(changes: np.ndarray, ranges: np.ndarray | None) -> Iterator[np.ndarray]:
    """Yield what HAR looks at before every row: one, then means over its spans, (rows,) each."""
    yield np.ones(len(changes))
    for sizes in (np.abs(changes), ranges):
        if sizes is None:
            continue
        summed = np.concatenate([[0.0], np.cumsum(sizes)])
        for span in SPANS:
            means = summed[:-1].copy()
            means[span:] -= summed[: max(0, len(sizes) - span)]
            means[:span] /= np.maximum(np.arange(len(means[:span])), 1)
            means[span:] /= span
            yield means


def _fit_har(changes: np.ndarray, ranges: np.ndarray | None) -> list[float]:
    rows = slice(min(SPANS[-1] + 1, len(changes) // 2), None)
    design, sizes = np.column_stack([*_design(changes, ranges)])[rows], np.abs(changes[rows])
    found = np.linalg.lstsq(design, sizes, rcond=None)[0]
    return [FLOOR * float(sizes.mean()), *found.tolist()]


def _har(weights: np.ndarray, changes: np.ndarray, ranges: np.ndarray | None) -> np.ndarray:
    floor, *own = weights.tolist()
    columns = zip(own, _design(changes, ranges), strict=True)
    return np.maximum(sum(weight * column for weight, column in columns), floor)


def _fit_arch(changes: np.ndarray) -> dict[str, list[float]]:
    """Return unit, first variance and parameters of GARCH-t and EGARCH-t, where they can be fitted.

    Half a dozen parameters learn no more from millions of rows: the newest `MOST_ROWS` tell them.
    """
    from arch import arch_model  # an extra, and slow to import

    changes = changes[1:][-MOST_ROWS:]
    unit = float(np.std(changes))
    found = {}
    models: tuple[tuple[str, Literal["GARCH", "EGARCH"], int], ...]
    models = (("garch_t", "GARCH", 0), ("egarch_t", "EGARCH", 1))
    for name, model, answers_to_sign in models:
        built = arch_model(changes / unit, vol=model, o=answers_to_sign, dist="t")
        fits = ([unit, *_parameters(built, start)] for start in (None, STARTS[name]))
        fit = next((fit for fit in fits if _is_sane(name, fit, changes)), None)
        if fit is not None:
            found[name] = fit
    return found


def _parameters(built: Any, start: tuple[float, ...] | None) -> list[float]:
    """Return first variance, mean and parameters, likeliest from there."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        values = None if start is None else np.array(start)
        fitted = built.fit(disp="off", show_warning=False, starting_values=values)
    parameters = fitted.params.tolist()[:-1]  # the last one is the degrees of freedom
    return [float(fitted.conditional_volatility[0]) ** 2, *parameters]


def _is_sane(name: str, weights: list[float], changes: np.ndarray) -> bool:
    """Return whether it is a fit: on files that hardly vary EGARCH's scale runs away at times."""
    if not np.isfinite(weights).all():
        return False
    forecast = _garch if name == "garch_t" else _egarch
    scale = forecast(np.asarray(weights), np.concatenate([[0.0], changes, np.zeros(CALM_ROWS)]))
    return bool(scale.max() <= MOST_TIMES * np.abs(changes).max())


def _garch(weights: np.ndarray, changes: np.ndarray) -> np.ndarray:
    """Return the standard deviation before every row: h = omega + alpha e^2 + beta h."""
    unit, variance, mean, omega, alpha, beta = weights.tolist()
    found = np.full(len(changes), np.sqrt(variance))
    for row, change in _standardised(changes[1:], unit, mean):
        found[row] = math.sqrt(variance)
        variance = omega + alpha * change * change + beta * variance
    found *= unit
    return found


def _egarch(weights: np.ndarray, changes: np.ndarray) -> np.ndarray:
    """Return the standard deviation: log h = omega + alpha (|z| - E|z|) + gamma z + beta log h."""
    unit, variance, mean, omega, alpha, gamma, beta = weights.tolist()
    found, log_variance = np.full(len(changes), np.sqrt(variance)), float(np.log(variance))
    for row, change in _standardised(changes[1:], unit, mean):
        found[row] = size = math.exp(log_variance / 2)
        shock = change / size
        log_variance = omega + alpha * (abs(shock) - EXPECTED) + gamma * shock + beta * log_variance
        log_variance = min(max(log_variance, -60.0), 60.0)
    found *= unit
    return found


def _standardised(changes: np.ndarray, unit: float, mean: float) -> Iterator[tuple[int, float]]:
    """Return changes with their numbers, from 1, as Python's own numbers, never many at a time."""
    starts = range(0, len(changes), BLOCK)
    blocks = ((changes[i : i + BLOCK] / unit - mean).tolist() for i in starts)
    return enumerate(chain.from_iterable(blocks), start=1)
