"""The keys of a config: which there are, which one was meant, and what is wrong with one."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence

from pydantic import BaseModel, ValidationError

from lstmkit.documents import Place


def explain(
    error: ValidationError,
    schema: type[BaseModel],
    places: Mapping[tuple[str, ...], Place],
    defaults: str,
) -> str:
    """Return what is wrong with each key, with its place, and which key may be meant.

    Args:
        error: What pydantic found.
        schema: The class of the config.
        places: Where each key was written.
        defaults: How the places of keys begin that no user wrote.
    """
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
            text = _conflict(str(problem["ctx"]["error"]), places, defaults)
        elif problem["type"] == "model_type":
            text = f"{where}{name}: expected a section of keys, found {problem['input']!r:.80}"
        else:
            message = problem["msg"].replace("Input should be", "expected", 1)
            text = f"{where}{name}: {message}, found {problem['input']!r:.80}"
        if text not in lines:
            lines.append(text)
    return "\n".join(lines)


def _conflict(message: str, places: Mapping[tuple[str, ...], Place], defaults: str) -> str:
    """Put the place of the user's own key among the dotted keys that the message names."""
    named = [places[key] for key in places if ".".join(key) in message and len(key) > 1]
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


def did_you_mean(name: str, known: Sequence[str]) -> str:
    """Return which known name is meant, as the end of a message; an empty text for none."""
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f"; did you mean {close[0]!r}?" if close else ""
