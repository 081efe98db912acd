"""The texts of a command line as they were typed, whatever the locale made of them."""

import contextlib
import os
from typing import Any

import click


class String(click.types.StringParamType):
    """A text; one that names a file stays as it came, since the system knows it by that name.

    Under the C locale each byte that is no ASCII arrives as a surrogate: they are read as UTF-8.
    """

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the text."""
        text: str = super().convert(value, param, ctx)
        if not text.isascii() and not os.path.exists(text):
            with contextlib.suppress(UnicodeError):
                return text.encode("utf-8", "surrogateescape").decode("utf-8")
        return text


def as_typed(command: click.Command) -> click.Command:
    """Let all texts of a command, and of those that it holds, be read as they were typed."""
    for parameter in command.params:
        if type(parameter.type) is click.types.StringParamType:
            parameter.type = String()
    for inner in getattr(command, "commands", {}).values():
        as_typed(inner)
    return command
