"""What commands print: one JSON object, or a table, a sentence and the files."""

from __future__ import annotations

import json
import os
import re
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from lstmkit.result import Result


#: What a terminal may obey rather than show: C0 but tab and line feed, DEL, C1, directions of text.
#: Surrogates stand for the bytes of a file's name that are not UTF-8.
CONTROLS = re.compile(
    "[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\u202a-\\u202e\\u2066-\\u2069\\ud800-\\udfff]"
)


def plain(text: object) -> str:
    """Return a text from a file so that a terminal shows it, and obeys nothing in it."""
    return CONTROLS.sub(lambda found: _escape(found[0]), str(text))


def say(text: object, *, err: bool = False, nl: bool = True) -> None:
    """Print a text on stdout or stderr, with nothing in it that a terminal would obey.

    The stream is named, since click writes UTF-8 past one that is ASCII.
    """
    click.echo(plain(text), file=sys.stderr if err else sys.stdout, nl=nl)


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def show(result: Result, shown: str, *, as_json: bool) -> None:
    """Print a result: as JSON, or as it is read, with the files on stderr.

    Args:
        result: What a command made.
        shown: What is read before the verdict, such as `table` returns it.
        as_json: Whether one JSON object is wanted.
    """
    if as_json:
        show_json(result.to_json())
        return
    say("\n\n".join(filter(None, (shown, result.verdict))))
    parts: Counter[Path] = Counter()
    for path in result.files:
        inside = path.relative_to(result.run).parts
        runs = [path.parents[up] for up in range(len(inside) - 1)]
        nested = [folder for folder in runs if (folder / "run.json").exists()]
        if nested:
            parts[nested[-1]] += 1
        else:
            say(path, err=True)
    for folder, count in parts.items():
        say(f"{folder}: {count} files", err=True)


def show_json(content: Mapping[str, Any]) -> None:
    """Print one JSON object on a line."""
    say(json_line(content))


def json_line(content: Mapping[str, Any]) -> str:
    """Return one JSON object on a line, with what a terminal would obey written as escapes.

    So is all that is no ASCII where the streams are not UTF-8, as in a pipe on Windows.
    """
    text = json.dumps(content, ensure_ascii=not encoding().lower().startswith("utf"))
    return CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def table(rows: Sequence[Mapping[str, Any]], *, number: str = ".4f", texts: bool = False) -> str:
    """Return rows as a table; an empty text where there are none.

    Args:
        rows: The cells by the heads of their columns.
        number: Format of the numbers.
        texts: Whether the cells are written as they are.
    """
    from tabulate import tabulate

    if not rows:
        return ""
    clean = [{plain(head): _cell(value) for head, value in row.items()} for row in rows]
    return str(tabulate(clean, headers="keys", floatfmt=number, disable_numparse=texts))


def pairs(content: Mapping[str, Any]) -> str:
    """Return an object as lines of name and value; what is empty is left out.

    Args:
        content: May hold objects, and lists of them; their names are joined with a dot.
    """
    from tabulate import tabulate

    rows = [(plain(k), plain(v)) for k, v in _flat(content) if v not in (None, "")]
    return str(tabulate(rows, tablefmt="plain", disable_numparse=True))


def has_color() -> bool:
    """Return whether the terminal shows colours, and the user wants them."""
    plain = "NO_COLOR" in os.environ or os.environ.get("TERM") == "dumb"
    return sys.stdout.isatty() and not plain


def encoding() -> str:
    """Return what stdout can show."""
    return getattr(sys.stdout, "encoding", None) or "utf-8"


def _cell(value: Any) -> Any:
    return plain(value) if isinstance(value, str) else value


def _flat(content: Mapping[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    rows: list[tuple[str, Any]] = []
    for key, value in content.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping):
            rows += _flat(value, f"{name}.")
        elif isinstance(value, list) and value and isinstance(value[0], Mapping):
            for index, item in enumerate(value):
                rows += _flat(item, f"{name}[{index}].")
        elif isinstance(value, list):
            rows.append((name, " ".join(map(str, value))))
        else:
            rows.append((name, value))
    return rows
