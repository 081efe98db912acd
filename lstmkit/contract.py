"""The contract with scripts: exit codes, errors as JSON, and every command as JSON."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import click

from lstmkit import __version__

EXIT_CODES = {
    0: "done",
    1: "failed while running; nothing half-written is left",
    2: "your input: the message says where, what is wrong, and what to do",
    130: "interrupted; the message gives the command that resumes",
}
ERROR = {
    "code": "the exit code",
    "message": "all that is known, as the terminal shows it",
    "hint": "what to do about it, where the message says so; else null",
    "where": "the file, line, key or option that it is about; else null",
}
PLACE = re.compile(r"(--[^:\n]+|\S+|[^\n]*?[./\\][^\n]*?):\s")
"""An option, a word, or what holds a dot or a slash, as a path with spaces does."""
BREAK = re.compile(r"(?:[;\n]|\.(?= [A-Z]))(?![^()\n]*\))\s*")
"""Where one part of a message ends: not within parentheses."""
ADVICE = re.compile(
    r"(`lstmkit|(expected|use|try|set|name|give|choose|install|pip|did you mean|unset|run|add"
    r"|remove|check|see|put|wait|free|train|make|say|save|fetch|leave|move|shorten|split)\b)",
    re.IGNORECASE,
)
RUN = ("run", "verdict", "metrics", "files")
RESULTS: dict[str, tuple[str, ...]] = {
    "stock train": RUN,
    "stock evaluate": RUN,
    "stock backtest": RUN,
    "stock forecast": (*RUN, "forecast"),
    "stock inspect": (
        *("file", "layout", "columns", "inputs", "rows", "first", "last", "lowest", "highest"),
        *("calendar", "gaps", "repairs", "train_rows", "test_rows", "scored_rows"),
    ),
    "stock fetch": ("ticker", "file", "rows"),
    "emoji predict": (
        *("text", "emoji", "label", "name", "probability", "top", "unknown_words"),
        "words (with --explain)",
    ),
    "emoji train": RUN,
    "emoji evaluate": RUN,
    "music train": RUN,
    "music generate": RUN,
    "music evaluate": RUN,
    "music inspect": (
        *("file", "bars", "metre_quarters", "tempo_quarters_per_minute", "chord_symbols"),
        *("usable", "usable_bars", "reasons", "parts", "chords"),
    ),
    "cells check": ("passed", "checks"),
    "sweep stock": RUN,
    "sweep emoji": RUN,
    "sweep music": RUN,
    "sweep cells": RUN,
    "cells gates": RUN,
    "cells memory": ("verdict", "the numbers of the plan", "rows"),
    "cells trace": ("the numbers of the step",),
    "exercise list": ("folder", "exercises"),
    "exercise next": ("next",),
    "exercise check": (
        *("exercise", "name", "passed", "points", "out_of", "message", "causes", "remark"),
        "parts",
    ),
    "cells learn": (*RUN, "written"),
    "cells write": ("run", "written"),
    "runs list": ("run", "pipeline", "verb", "status", "created"),
    "runs show": ("run", "the keys of run.json", "metrics", "files"),
    "data list": ("name", "the columns of the list", "path"),
    "data fetch": ("name", "files"),
    "doctor": (
        *("lstmkit", "python", "system", "processor", "cores", "packages", "training"),
        *("accelerator", "optional", "data_folder", "self_test"),
    ),
}
"""The fields of what `--json` prints; a line per text, run or file where there are several."""


def exit_codes() -> str:
    """Return the table of exit codes, as `--help` ends with it."""
    return "\n".join(f"{code:>5}  {meaning}" for code, meaning in EXIT_CODES.items())


def error(
    code: int, message: str, *, where: str | None = None, hint: str | None = None
) -> dict[str, Any]:
    """Return an error as the object that stands on stderr under `--json`.

    Args:
        code: The exit code.
        message: What the terminal would show.
        where: What it is about; None: what the message begins with, if it is a place.
        hint: What to do about it; None: what of the message reads like advice.
    """
    place = PLACE.match(message)
    parts = BREAK.split(message)
    advice = [part for part in parts[1:] if ADVICE.match(part.strip())]
    return {
        "code": code,
        "message": message,
        "hint": hint or "; ".join(part.strip().rstrip(".") for part in advice) or None,
        "where": where or (place[1] if place else None),
    }


def schema(root: click.Group) -> dict[str, Any]:
    """Return every command with its arguments, options and result fields.

    Args:
        root: The group that holds them all.
    """
    return {
        "lstmkit": __version__,
        "exit_codes": {str(code): meaning for code, meaning in EXIT_CODES.items()},
        "error": ERROR,
        "commands": {path: _described(path, one) for path, one in commands(root)},
    }


def commands(group: click.Group, prefix: str = "") -> Iterator[tuple[str, click.Command]]:
    """Yield the path and the object of every command below a group, in the order of the help."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command, path = group.get_command(context, name), f"{prefix} {name}".strip()
        if isinstance(command, click.Group):
            yield from commands(command, path)
        elif command is not None:
            yield path, command


def _described(path: str, command: click.Command) -> dict[str, Any]:
    with click.Context(command, info_name=path) as context:
        told = command.to_info_dict(context)
    example = (told.get("epilog") or "").removeprefix("Example: ")
    params = [one for one in told["params"] if one["name"] != "help"]
    return {
        "help": " ".join((told["help"] or "").split()),
        "example": example,
        "arguments": [_argument(one) for one in params if one["param_type_name"] == "argument"],
        "options": [_option(one) for one in params if one["param_type_name"] == "option"],
        "result": list(RESULTS.get(path, ())),
    }


def _argument(param: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": param["name"],
        "required": param["required"],
        "several": param["nargs"] == -1,
        **_kind(param["type"]),
    }


def _option(param: Mapping[str, Any]) -> dict[str, Any]:
    default = param["default"]
    plain = default if isinstance(default, str | int | float | bool) else None
    return {
        "names": [*param["opts"], *param["secondary_opts"]],
        "help": param["help"],
        "flag": param["is_flag"],
        "several": param["multiple"],
        "required": param["required"],
        "default": plain,
        **_kind(param["type"]),
    }


def _kind(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return the type of a parameter, and what it is held to."""
    names = {"min": "least", "max": "most", "choices": "choices"}
    kept = {new: told[old] for old, new in names.items() if told.get(old) is not None}
    return {"type": str(told["param_type"]).lower(), **kept}
