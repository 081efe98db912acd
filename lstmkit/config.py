"""YAML and `--set section.key=value` into a frozen, typed, strict config.

The default of every key stands once, in `configs/<pipeline>.yaml`, with its unit and its reason
in the comment beside it. The classes here and in `<pipeline>/config.py` hold types and ranges.
A user's file names just the keys it changes; `--set` comes last. Whatever is wrong is reported
with the file and the line that said it (YAML 1.2: `1e-3` is a number, `no` is a text).
"""

from __future__ import annotations

import copy
import difflib
import importlib
import io
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent

from lstmkit.errors import ConfigError
from lstmkit.files import DAMAGE

MAX_BYTES = 1 << 20
UNREADABLE: tuple[type[Exception], ...] = (YAMLError, *DAMAGE)
ROOT = Path(__file__).resolve().parent


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


class Config(Section):
    """The root of every pipeline's config."""

    seed: int = Field(ge=0, lt=2**32)


C = TypeVar("C", bound=Config)


@dataclass(frozen=True)
class Place:
    """Where a value was written: a file and its line, or the command line."""

    source: str
    line: int | None = None

    def __str__(self) -> str:
        return self.source if self.line is None else f"{self.source}:{self.line}"


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
        guess = _did_you_mean(pipeline, known) or f"; expected one of {', '.join(known)}"
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
    values, places = _read(package_folder("configs") / f"{pipeline}.yaml")
    for file in (base, path and _find(path)):
        if file is not None:
            file_values, file_places = _read(file)
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
        raise ConfigError(_explain(error, schema, places)) from None


def show(config: Config, pipeline: str) -> str:
    """Return the resolved config as YAML, with the comments of the pipeline's default file."""
    document = _document(package_folder("configs") / f"{pipeline}.yaml")
    _fill(document, config.model_dump(mode="json"))
    stream = io.StringIO()
    _yaml().dump(document, stream)
    return stream.getvalue()


def json_schema(schema: type[Config], pipeline: str) -> dict[str, Any]:
    """Return the JSON Schema of a config file, with defaults and comments from the YAML.

    No key is required: a user's file holds only what it changes.
    """
    document = _document(package_folder("configs") / f"{pipeline}.yaml")
    result = schema.model_json_schema()
    result["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    result["title"] = f"lstmkit {pipeline} config"
    _describe(result, document, result.get("$defs", {}))
    return result


def _yaml() -> YAML:
    yaml = YAML(typ="rt")
    yaml.width = 100
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.representer.add_representer(
        type(None), lambda r, _: r.represent_scalar("tag:yaml.org,2002:null", "null")
    )
    return yaml


def _find(path: Path) -> Path:
    shipped = package_folder("configs") / f"{path.name.removesuffix('.yaml')}.yaml"
    if not os.path.exists(path) and path.parent == Path() and os.path.exists(shipped):
        return shipped
    return path


def _document(path: Path) -> CommentedMap:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ConfigError(f"{path}: a config of over {MAX_BYTES:,} bytes is not read")
        text = path.read_bytes().decode("utf-8-sig")
        _refuse_aliases(text, path)
        document = _yaml().load(text)
    except OSError as error:
        names = ", ".join(p.stem for p in sorted(package_folder("configs").glob("*.yaml")))
        raise ConfigError(
            f"{path}: cannot read the config: {error.strerror}; configs that ship: {names}"
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not UTF-8 (byte {error.start}); save it as UTF-8") from error
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        problem = (error.problem or "not valid YAML").splitlines()[0]
        raise ConfigError(f"{path}:{line}: not valid YAML: {problem}") from error
    except UNREADABLE as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise ConfigError(f"{path}: not valid YAML: {reason}") from error
    if document is None:
        return CommentedMap()
    if not isinstance(document, CommentedMap):
        raise ConfigError(f"{path}:1: expected sections such as 'train:', found {document!r:.60}")
    return document


def _refuse_aliases(text: str, path: Path) -> None:
    """Refuse what can make a few bytes of YAML into gigabytes."""
    if "*" not in text:
        return  # parsing takes as long as loading
    for event in YAML().parse(text):
        if isinstance(event, AliasEvent):
            line = event.start_mark.line + 1
            raise ConfigError(f"{path}:{line}: aliases (*name) are not read; write it out")


def _read(path: Path) -> tuple[dict[str, Any], dict[tuple[str, ...], Place]]:
    document = _document(path)
    places: dict[tuple[str, ...], Place] = {}
    _locate(document, (), str(path), places, depth=8)
    return {str(k): _plain(v, 8) for k, v in document.items()}, places


def _locate(
    node: CommentedMap,
    prefix: tuple[str, ...],
    source: str,
    places: dict[tuple[str, ...], Place],
    depth: int,
) -> None:
    for key, value in node.items():
        try:
            line = node.lc.key(key)[0] + 1
        except (KeyError, TypeError, AttributeError):
            line = None
        path = (*prefix, str(key))
        places[path] = Place(source, line)
        if isinstance(value, CommentedMap) and depth:
            _locate(value, path, source, places, depth - 1)


def _plain(value: Any, depth: int) -> Any:
    """Turn ruamel's containers and floats into plain Python ones."""
    if isinstance(value, Mapping):
        return {str(k): _plain(v, depth - 1) for k, v in value.items()} if depth else {}
    if isinstance(value, CommentedSeq):
        return [_plain(v, depth - 1) for v in value] if depth else []
    if isinstance(value, bool) or value is None:
        return value
    for plain in (int, float, str):
        if isinstance(value, plain):
            return plain(value)
    return value


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
        value = _yaml().load(raw) if raw.strip() else None
    except RecursionError as error:
        raise ConfigError(f"{option} {text:.60}: nested too deeply") from error
    except UNREADABLE as error:
        if raw.lstrip()[:1] in "[{'\"":
            raise ConfigError(f"{option} {text}: the value is not valid YAML") from error
        value = raw  # such as %d.%m.%Y, which YAML would want quoted
    return keys, _plain(value, 8)


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


def _explain(
    error: ValidationError, schema: type[Section], places: Mapping[tuple[str, ...], Place]
) -> str:
    lines = []
    for problem in error.errors(include_url=False):
        loc = tuple(part for part in problem["loc"] if isinstance(part, str))
        key, place = _place_of(loc, places)
        where = f"{place}: " if place else ""
        name = ".".join(key) or "config"
        if problem["type"] == "extra_forbidden":
            known = _keys_of(schema, loc[:-1])
            close = difflib.get_close_matches(loc[-1], known, n=1, cutoff=0.5)
            meant = keys_called(schema, loc[-1]) or [".".join((*loc[:-1], key)) for key in close]
            guess = f"; did you mean {meant[0]!r}?" if meant else ""
            if not guess:
                guess = f"; known keys here: {', '.join(known)}" if known else ""
            text = f"{where}{name}: unknown key{guess}"
        elif problem["type"] == "value_error":
            text = _conflict(str(problem["ctx"]["error"]), places)
        elif problem["type"] == "model_type":
            text = f"{where}{name}: expected a section of keys, found {problem['input']!r:.80}"
        else:
            message = problem["msg"].replace("Input should be", "expected", 1)
            text = f"{where}{name}: {message}, found {problem['input']!r:.80}"
        if text not in lines:
            lines.append(text)
    return "\n".join(lines)


def _conflict(message: str, places: Mapping[tuple[str, ...], Place]) -> str:
    """Put the place of the user's own key among the dotted keys that the message names."""
    named = [places[key] for key in places if ".".join(key) in message and len(key) > 1]
    defaults = str(package_folder("configs"))
    own = [place for place in named if not place.source.startswith(defaults)]
    where = [str(place) for place in own or named]
    return f"{where[0]}: {message}" if where else message


def _place_of(
    loc: tuple[str, ...], places: Mapping[tuple[str, ...], Place]
) -> tuple[tuple[str, ...], Place | None]:
    """Return the longest known key that starts `loc`, and its place."""
    for stop in range(len(loc), 0, -1):
        if loc[:stop] in places:
            return loc[:stop], places[loc[:stop]]
    for stop in range(len(loc), 0, -1):
        inner = [place for key, place in places.items() if key[:stop] == loc[:stop]]
        if inner:
            return loc[:stop], inner[-1]
    return loc, None


def _keys_of(schema: type[BaseModel], section: Iterable[str]) -> list[str]:
    fields = schema.model_fields
    for name in section:
        inner = fields[name].annotation if name in fields else None
        if not (isinstance(inner, type) and issubclass(inner, BaseModel)):
            return []
        fields = inner.model_fields
    return list(fields)


def keys_called(schema: type[BaseModel], name: str) -> list[str]:
    """Return the keys of all sections that end in a name, such as train.epochs for epochs."""
    inside = (f"{section}.{name}" for section in schema.model_fields)
    return [key for key in inside if name in _keys_of(schema, key.split(".")[:1])]


def _did_you_mean(name: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f"; did you mean {close[0]!r}?" if close else ""


def _fill(document: CommentedMap, values: Mapping[str, Any]) -> None:
    for key, value in values.items():
        old = document.get(key)
        if isinstance(value, Mapping) and isinstance(old, CommentedMap):
            _fill(old, value)
        elif _plain(old, 8) != value or isinstance(old, bool) != isinstance(value, bool):
            document[key] = _flow(value) if isinstance(value, list) else value


def _flow(values: list[Any]) -> CommentedSeq:
    sequence = CommentedSeq(values)
    sequence.fa.set_flow_style()
    return sequence


def _describe(node: dict[str, Any], document: CommentedMap, defs: Mapping[str, Any]) -> None:
    node.pop("required", None)
    for key, spec in node.get("properties", {}).items():
        value = document.get(key)
        if isinstance(value, CommentedMap) and "$ref" in spec:
            _describe(defs[spec["$ref"].rsplit("/", 1)[-1]], value, defs)
        else:
            spec["default"] = _plain(value, 8)
        comment = comment_of(document, key)
        if comment:
            spec["description"] = comment


def comment_of(document: CommentedMap, key: str) -> str:
    """Return the comment that stands on the line of a key, without its hash."""
    for token in document.ca.items.get(key) or []:
        if token is not None and not isinstance(token, list):
            lines = [line.strip().lstrip("#").strip() for line in token.value.splitlines()]
            return " ".join(line for line in lines if line)
    return ""
