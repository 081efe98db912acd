"""What the charts of a sweep show: settings against their validation loss, every seed a dot."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from lstmkit.chart import ACTUAL, PREDICTED, Chart, Line

Rows = Sequence[Mapping[str, Any]]
LOSS = "validation loss"
SCORES = ("rank", "setting", "validation", "spread", "least", "greatest")
FAR = 30.0  # times between least and greatest from which a key is drawn by its logarithm


def keys(settings: Rows) -> list[str]:
    """Return the keys that were varied."""
    return [name for name in settings[0] if name not in SCORES]


def standing(settings: Rows, trials: Rows) -> Chart:
    """Describe every setting with its mean, and a dot for each trial.

    Args:
        settings: Rows of `settings.csv`, from the best to the worst.
        trials: Rows of `trials.csv`.
    """
    place = {row["setting"]: float(row["rank"]) for row in settings}
    told = {key: np.array([_written(row[key]) for row in settings]) for key in keys(settings)}
    return Chart(
        layers=_layers(settings, trials, place), x="settings, from best to worst", y=LOSS, told=told
    )


def along(key: str, settings: Rows, trials: Rows) -> Chart:
    """Describe the losses along the values of one key, the others being as they come."""
    values = {row["setting"]: row[key] for row in settings}
    numbers = [value for value in values.values() if isinstance(value, int | float)]
    if len(numbers) < len(values) or any(isinstance(value, bool) for value in numbers):
        steps = sorted({_written(value) for value in values.values()})
        place = {number: float(steps.index(_written(value))) for number, value in values.items()}
        return Chart(layers=_layers(settings, trials, place), x=key, y=LOSS, steps=steps)
    far = min(numbers) > 0 and max(numbers) / min(numbers) > FAR
    place = {n: math.log10(value) if far else float(value) for n, value in values.items()}
    name = f"log10 of {key}" if far else key
    return Chart(layers=_layers(settings, trials, place), x=name, y=LOSS)


def _layers(settings: Rows, trials: Rows, place: Mapping[int, float]) -> list[Line]:
    known = [row for row in trials if row["validation"] is not None]
    means = [row for row in settings if row["validation"] is not None]
    return [
        Line(
            x=np.array([place[row["setting"]] for row in means]),
            y=np.array([float(row["validation"]) for row in means]),
            label="mean of a setting",
            color=PREDICTED,
            width=0,
            dots=9,
        ),
        Line(
            x=np.array([place[row["setting"]] for row in known]),
            y=np.array([float(row["validation"]) for row in known]),
            label="one trial",
            color=ACTUAL,
            width=0,
            dots=4,
        ),
    ]


def _written(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
