"""What is varied: `--over KEY=VALUE,VALUE` or `--over KEY=LOW..HIGH[:log]`, checked at once."""

from __future__ import annotations

import json
import math
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from lstmkit import config as configs
from lstmkit.config import Config
from lstmkit.errors import ConfigError

OPTION = "--over"
RANGE = re.compile(r"\s*([^.\s,\[\]]+(?:\.\d[^.\s,\[\]]*)?)\.\.([^\s,\[\]:]+)\s*(:log)?\s*")
VARIED = ("model", "train")
#: Keys of these that decide what a validation loss is, by pipeline; empty: of all.
HELD = {
    "": ("train.validation_fraction", "train.checkpoint_seconds", "train.tracker"),
    "stock": ("train.supervision",),
    "music": ("train.window", "train.snippets"),
}
DIGITS = 4  # of a number that is drawn

Setting = dict[str, Any]


@dataclass(frozen=True)
class Choice:
    """A key with the values to try.

    Attributes:
        key: Such as `model.units`.
        values: As the config has them.
    """

    key: str
    values: tuple[Any, ...]

    @property
    def probes(self) -> tuple[Any, ...]:
        """Values that show whether the config takes all of them."""
        return self.values

    def draw(self, chance: random.Random) -> Any:
        """Return one of the values."""
        return chance.choice(self.values)


@dataclass(frozen=True)
class Span:
    """A key with the range that its values are drawn from.

    Attributes:
        key: Such as `train.learning_rate`.
        low: The least.
        high: The greatest.
        log: Whether the logarithm is drawn evenly.
        whole: Whether only whole numbers are.
    """

    key: str
    low: float
    high: float
    log: bool
    whole: bool

    @property
    def probes(self) -> tuple[Any, ...]:
        """Values that show whether the config takes all of them."""
        return self.low, self.high

    def draw(self, chance: random.Random) -> Any:
        """Return a number between both ends, with few digits."""
        if self.log:
            number = math.exp(chance.uniform(math.log(self.low), math.log(self.high)))
        elif self.whole:
            return chance.randint(int(self.low), int(self.high))
        else:
            number = chance.uniform(self.low, self.high)
        return self.rounded(number)

    def rounded(self, number: float) -> Any:
        """Return a number as it is tried."""
        if self.whole:
            return min(max(round(number), int(self.low)), int(self.high))
        return min(max(float(f"{number:.{DIGITS}g}"), self.low), self.high)


Axis = Choice | Span


def axes(texts: Sequence[str], pipeline: str, config: Config) -> list[Axis]:
    """Read what is to be varied, and see that the config takes every value.

    Args:
        texts: What was given with `--over`.
        pipeline: Name of the pipeline.
        config: The resolved config that they change.

    Raises:
        ConfigError: A key is unknown, varied twice, or decides what is scored; a value is wrong.
    """
    found = [_axis(text) for text in texts]
    for text, axis in zip(texts, found, strict=True):
        _refuse_held(text, axis.key, pipeline, config)
        for value in axis.probes:
            configs.changed(config, overrides({axis.key: value}), option=OPTION)
        if sum(other.key == axis.key for other in found) > 1:
            raise ConfigError(f"{OPTION} {text}: {axis.key} is varied twice; give it once")
    return found


def overrides(setting: Setting) -> list[str]:
    """Return a setting as texts `section.key=value`."""
    return [f"{key}={json.dumps(value)}" for key, value in setting.items()]


def label(setting: Setting) -> str:
    """Return a setting as it is read."""
    return ", ".join(overrides(setting))


def _refuse_held(text: str, key: str, pipeline: str, config: Config) -> None:
    """Refuse a key that decides what is held out or scored, so that losses cannot be compared."""
    section = key.partition(".")[0]
    held = (*HELD[""], *HELD.get(pipeline, ()))
    if key in held or (section in type(config).model_fields and section not in VARIED):
        advice = "use --seeds N" if key == "seed" else "make a sweep for each value"
        raise ConfigError(
            f"{OPTION} {text}: {key} is no key to choose by validation loss, since it decides what "
            f"is held out or how it is scored; expected a key of model or train, and none of "
            f"{', '.join(held)}; {advice}"
        )


def _axis(text: str) -> Axis:
    key, equals, rest = (part.strip() for part in text.partition("="))
    if not equals or not key or not rest:
        raise ConfigError(
            f"{OPTION} {text}: expected KEY=VALUE,VALUE such as model.dropout=0,0.2, or "
            f"KEY=LOW..HIGH such as train.learning_rate=1e-4..1e-2:log"
        )
    span = RANGE.fullmatch(rest)
    if span is None:
        return Choice(key, tuple(_values(key, rest)))
    low, high = (_number(text, end) for end in span.groups()[:2])
    if not low < high or (span[3] and low <= 0):
        raise ConfigError(
            f"{OPTION} {text}: expected LOW below HIGH{', both above 0' if span[3] else ''}"
        )
    return Span(key, low, high, bool(span[3]), isinstance(low, int) and isinstance(high, int))


def _values(key: str, text: str) -> Iterator[Any]:
    """Yield the values of a list: YAML, a comma between two."""
    value = configs.parse_override(f"{key}=[{text}]", OPTION)[1]
    yield from value if isinstance(value, list) else [value]


def _number(text: str, end: str) -> Any:
    value = configs.parse_override(f"end={end}", OPTION)[1]
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ConfigError(f"{OPTION} {text}: expected numbers around .., found {end!r}")
    return value
