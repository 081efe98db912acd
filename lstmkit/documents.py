"""YAML as people write it: read with the place of every key, filled without losing a comment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent

from lstmkit.errors import ConfigError
from lstmkit.files import DAMAGE

MAX_BYTES = 1 << 20
UNREADABLE: tuple[type[Exception], ...] = (YAMLError, *DAMAGE)


@dataclass(frozen=True)
class Place:
    """Where a value was written: a file and its line, or the command line."""

    source: str
    line: int | None = None

    def __str__(self) -> str:
        return self.source if self.line is None else f"{self.source}:{self.line}"


def round_trip() -> YAML:
    """Return a reader and writer that keeps lines, comments and their place."""
    yaml = YAML(typ="rt")
    yaml.width = 100
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.representer.add_representer(
        type(None), lambda r, _: r.represent_scalar("tag:yaml.org,2002:null", "null")
    )
    return yaml


def document(path: Path) -> CommentedMap:
    """Return the sections of a YAML file, with its lines and comments.

    Raises:
        ConfigError: It is too large, no UTF-8, or no YAML of sections.
        OSError: It cannot be read.
    """
    if path.stat().st_size > MAX_BYTES:
        raise ConfigError(f"{path}: a config of over {MAX_BYTES:,} bytes is not read")
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
        _refuse_aliases(text, path)
        found = round_trip().load(text)
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not UTF-8 (byte {error.start}); save it as UTF-8") from error
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        problem = (error.problem or "not valid YAML").splitlines()[0]
        raise ConfigError(f"{path}:{line}: not valid YAML: {problem}") from error
    except UNREADABLE as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise ConfigError(f"{path}: not valid YAML: {reason}") from error
    if found is None:
        return CommentedMap()
    if not isinstance(found, CommentedMap):
        raise ConfigError(f"{path}:1: expected sections such as 'train:', found {found!r:.60}")
    return found


def _refuse_aliases(text: str, path: Path) -> None:
    """Refuse what can make a few bytes of YAML into gigabytes."""
    if "*" not in text:
        return  # parsing takes as long as loading
    for event in YAML().parse(text):
        if isinstance(event, AliasEvent):
            line = event.start_mark.line + 1
            raise ConfigError(f"{path}:{line}: aliases (*name) are not read; write it out")


def read(path: Path) -> tuple[dict[str, Any], dict[tuple[str, ...], Place]]:
    """Return the values of a YAML file, and the place of every key.

    Raises:
        ConfigError: As `document` has it.
        OSError: It cannot be read.
    """
    found = document(path)
    places: dict[tuple[str, ...], Place] = {}
    _locate(found, (), str(path), places, depth=8)
    return {str(k): plain(v, 8) for k, v in found.items()}, places


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


def plain(value: Any, depth: int) -> Any:
    """Turn ruamel's containers and floats into plain Python ones."""
    if isinstance(value, Mapping):
        return {str(k): plain(v, depth - 1) for k, v in value.items()} if depth else {}
    if isinstance(value, CommentedSeq):
        return [plain(v, depth - 1) for v in value] if depth else []
    if isinstance(value, bool) or value is None:
        return value
    for kind in (int, float, str):
        if isinstance(value, kind):
            return kind(value)
    return value


def fill(document: CommentedMap, values: Mapping[str, Any]) -> None:
    """Put values into a document, in the places of the old ones, beside their comments."""
    for key, value in values.items():
        old = document.get(key)
        if isinstance(value, Mapping) and isinstance(old, CommentedMap):
            fill(old, value)
        elif plain(old, 8) != value or isinstance(old, bool) != isinstance(value, bool):
            document[key] = _flow(value) if isinstance(value, list) else value


def _flow(values: list[Any]) -> CommentedSeq:
    sequence = CommentedSeq(values)
    sequence.fa.set_flow_style()
    return sequence


def comment_of(document: CommentedMap, key: str) -> str:
    """Return the comment that stands on the line of a key, without its hash."""
    for token in document.ca.items.get(key) or []:
        if token is not None and not isinstance(token, list):
            lines = [line.strip().lstrip("#").strip() for line in token.value.splitlines()]
            return " ".join(line for line in lines if line)
    return ""
