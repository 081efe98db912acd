"""YAML and `--set section.key=value` into a frozen, typed, strict config.

The default of every key stands once, in `configs/<pipeline>.yaml`, with its unit and its reason
in the comment beside it. The classes here and in `<pipeline>/config.py` hold types and ranges.
A user's file names just the keys it changes; `--set` comes last. Whatever is wrong is reported
with the file and the line that said it (YAML 1.2: `1e-3` is a number, `no` is a text).
"""

from __future__ import annotations

import copy
import importlib
import io
import math
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from ruamel.yaml.comments import CommentedMap

from lstmkit import documents
from lstmkit.documents import Place
from lstmkit.errors import ConfigError
from lstmkit.keys import did_you_mean, explain

ROOT = Path(__file__).resolve().parent
MOST_STEPS = 256
"""Steps in an epoch: with more examples than they hold, an epoch is a part of a pass over them, so
that the held-out rows are asked while there is still something to save."""


class Section(BaseModel):
    """One section of a config: frozen, strict about types, closed to unknown keys."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


class TrainConfig(Section):
    """What every fit shares; the pipelines add to it where they must."""

    epochs: int = Field(ge=1, le=1_000_000)
    batch_size: int = Field(ge=1, le=1_000_000)
    learning_rate: float = Field(gt=0, le=10)
    clip_norm: float | None = Field(gt=0)
    validation_fraction: float = Field(ge=0, le=0.9)
    patience: int | None = Field(ge=1)
    accelerate: bool
    checkpoint_seconds: float = Field(ge=0)
    tracker: Literal["tensorboard", "mlflow"] | None


def epochs_of_pass(examples: int, batch_size: int) -> int:
    """Return how many epochs a pass over the examples is cut into."""
    return math.ceil(examples / (min(batch_size, examples) * MOST_STEPS))


def steps_of_epoch(examples: int, batch_size: int) -> int:
    """Return how many batches an epoch has."""
    return math.ceil(examples / (batch_size * epochs_of_pass(examples, batch_size)))


class Config(Section):
    """The root of every pipeline's config."""

    seed: int = Field(ge=0, lt=2**32)


C = TypeVar("C", bound=Config)
T = TypeVar("T")


def package_folder(name: str) -> Path:
    """Return the folder `configs` or `data`, in the installed package or beside the checkout."""
    installed = ROOT / name
    return installed if installed.is_dir() else ROOT.parent / name


def pipelines() -> list[str]:
    """Return the names that have a default config, sorted."""
    return sorted(p.stem for p in package_folder("configs").glob("*.yaml") if "-" not in p.stem)


def schema_of(pipeline: str) -> type[Config]:
    """Return the config class of a pipeline.

    Raises:
        ConfigError: No pipeline has this name.
    """
    known = pipelines()
    if pipeline not in known:
        guess = did_you_mean(pipeline, known) or f"; expected one of {', '.join(known)}"
        raise ConfigError(f"no pipeline is called {pipeline!r}{guess}")
    module = importlib.import_module(f"lstmkit.{pipeline}.config")
    schema: type[Config] = module.PIPELINE
    return schema


@dataclass(frozen=True)
class Changes:
    """What a user changes in the config of a run.

    Attributes:
        path: A YAML file with the keys to change, or None.
        overrides: Texts `section.key=value`.
    """

    path: Path | None = None
    overrides: tuple[str, ...] = ()

    def and_set(self, key: str, value: float | str | None) -> Changes:
        """Return these and one more; None changes nothing."""
        more = () if value is None else (f"{key}={value}",)
        return Changes(self.path, (*self.overrides, *more))


def load(
    schema: type[C],
    pipeline: str,
    path: Path | None,
    overrides: Sequence[str] = (),
    *,
    base: Path | None = None,
) -> C:
    """Resolve a config: the pipeline's defaults, then a file, then `--set`.

    Args:
        schema: The class to build, a child of `Config`.
        pipeline: Name of the pipeline, which is the stem of its default YAML.
        path: A YAML file with the keys to change, or None. A name such as `stock-tutorial` that
            is no file here is looked up among the configs that ship with the package.
        overrides: Texts `section.key=value`; the value is read as YAML.
        base: The config file of a run, which comes before `path`.

    Returns:
        The frozen config.

    Raises:
        ConfigError: Unknown key, wrong type, out of range, conflict, or unreadable YAML.
    """
    values, places = _from_file(documents.read, package_folder("configs") / f"{pipeline}.yaml")
    for file in (base, path and _find(path)):
        if file is not None:
            file_values, file_places = _from_file(documents.read, file)
            _overlay(values, file_values)
            places.update(file_places)
    return _validated(schema, values, places, overrides)


def changed(config: C, overrides: Sequence[str], *, option: str) -> C:
    """Return a config with further keys changed.

    Args:
        config: A resolved config.
        overrides: Texts `section.key=value`.
        option: The option that they were given with, for the message.

    Raises:
        ConfigError: As `load` has it.
    """
    return _validated(type(config), config.model_dump(), {}, overrides, option)


def _validated(
    schema: type[C],
    values: dict[str, Any],
    places: dict[tuple[str, ...], Place],
    overrides: Sequence[str],
    option: str = "--set",
) -> C:
    """Lay texts `section.key=value` over values, and check them all."""
    for text in overrides:
        keys, value = parse_override(text, option)
        _overlay(values, _nested(keys, value))
        _place_below(keys, value, Place(f"{option} {text}"), places)
    try:
        return schema.model_validate(values)
    except ValidationError as error:
        defaults = str(package_folder("configs"))
        raise ConfigError(explain(error, schema, places, defaults)) from None


def show(config: Config, pipeline: str) -> str:
    """Return the resolved config as YAML, with the comments of the pipeline's default file."""
    document = _from_file(documents.document, package_folder("configs") / f"{pipeline}.yaml")
    documents.fill(document, config.model_dump(mode="json"))
    stream = io.StringIO()
    documents.round_trip().dump(document, stream)
    return stream.getvalue()


def json_schema(schema: type[Config], pipeline: str) -> dict[str, Any]:
    """Return the JSON Schema of a config file, with defaults and comments from the YAML.

    No key is required: a user's file holds only what it changes.
    """
    document = _from_file(documents.document, package_folder("configs") / f"{pipeline}.yaml")
    result = schema.model_json_schema()
    result["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    result["title"] = f"lstmkit {pipeline} config"
    _describe(result, document, result.get("$defs", {}))
    return result


def _from_file(reading: Callable[[Path], T], path: Path) -> T:
    """Read a file; where it cannot be, name those that ship."""
    try:
        return reading(path)
    except OSError as error:
        names = ", ".join(p.stem for p in sorted(package_folder("configs").glob("*.yaml")))
        raise ConfigError(
            f"{path}: cannot read the config: {error.strerror}; configs that ship: {names}"
        ) from error


def _find(path: Path) -> Path:
    shipped = package_folder("configs") / f"{path.name.removesuffix('.yaml')}.yaml"
    if not os.path.exists(path) and path.parent == Path() and os.path.exists(shipped):
        return shipped
    return path


def _overlay(base: dict[str, Any], top: Mapping[str, Any]) -> None:
    for key, value in top.items():
        if isinstance(value, Mapping) and isinstance(base.get(key), dict):
            _overlay(base[key], value)
        else:
            base[key] = copy.deepcopy(value)


def parse_override(text: str, option: str) -> tuple[tuple[str, ...], Any]:
    """Return the keys and the value of a text `section.key=value`, which is YAML.

    Raises:
        ConfigError: It is no such text; says the option that it was given with.
    """
    bare = text[1:-1] if text[:1] == text[-1:] == "'" else text  # cmd leaves such quotes in place
    name, equals, raw = bare.partition("=")
    keys = tuple(part.strip() for part in name.split("."))
    if not equals or not all(keys):
        raise ConfigError(f"{option} {text}: expected section.key=value, such as train.epochs=50")
    try:
        value = documents.round_trip().load(raw) if raw.strip() else None
    except RecursionError as error:
        raise ConfigError(f"{option} {text:.60}: nested too deeply") from error
    except documents.UNREADABLE as error:
        if raw.lstrip()[:1] in "[{'\"":
            raise ConfigError(f"{option} {text}: the value is not valid YAML") from error
        value = raw  # such as %d.%m.%Y, which YAML would want quoted
    return keys, documents.plain(value, 8)


def _place_below(
    keys: tuple[str, ...], value: Any, place: Place, places: dict[tuple[str, ...], Place]
) -> None:
    """Note one place for a key and for every key inside its value."""
    places[keys] = place
    if isinstance(value, Mapping):
        for key, inner in value.items():
            _place_below((*keys, key), inner, place, places)


def _nested(keys: tuple[str, ...], value: Any) -> dict[str, Any]:
    for key in reversed(keys):
        value = {key: value}
    return dict(value)


def _describe(node: dict[str, Any], document: CommentedMap, defs: Mapping[str, Any]) -> None:
    node.pop("required", None)
    for key, spec in node.get("properties", {}).items():
        value = document.get(key)
        if isinstance(value, CommentedMap) and "$ref" in spec:
            _describe(defs[spec["$ref"].rsplit("/", 1)[-1]], value, defs)
        else:
            spec["default"] = documents.plain(value, 8)
        comment = documents.comment_of(document, key)
        if comment:
            spec["description"] = comment
