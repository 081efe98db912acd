"""The root of the command line: attaches the groups, turns errors into one message and a code."""

import contextlib
import difflib
import importlib
import io
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from lstmkit import __version__, contract, system
from lstmkit.errors import LstmkitError
from lstmkit.terminal import json_line, say
from lstmkit.typed import as_typed

GROUPS = {
    "demo": "lstmkit.commands:demo",
    "stock": "lstmkit.stock.commands:stock",
    "emoji": "lstmkit.emoji.commands:emoji",
    "music": "lstmkit.music.commands:music",
    "cells": "lstmkit.cli:cells",
    "sweep": "lstmkit.sweep.commands:sweep",
    "exercise": "lstmkit.lessons.commands:exercise",
    "config": "lstmkit.commands:configs",
    "runs": "lstmkit.commands:runs_group",
    "report": "lstmkit.page.commands:report",
    "export": "lstmkit.commands:export_model",
    "data": "lstmkit.downloads.commands:data",
    "doctor": "lstmkit.commands:doctor",
    "completion": "lstmkit.commands:completion_script",
    "schema": "lstmkit.commands:schema_of_commands",
}
CELLS = {
    "check": "lstmkit.commands:check",
    "gates": "lstmkit.gates.commands:gates",
    "learn": "lstmkit.letters.commands:learn",
    "write": "lstmkit.letters.commands:write",
    "memory": "lstmkit.lessons.commands:memory",
    "trace": "lstmkit.lessons.commands:trace",
}


class EchoHandler(logging.Handler):
    """Print what the library logs on stderr."""

    def emit(self, record: logging.LogRecord) -> None:
        """Print one record."""
        say(self.format(record), err=True)


class LazyGroup(click.Group):
    """A group whose members are imported when they are asked for.

    Attributes:
        members: Where each command is, `module:name`, in the order of the help.
    """

    members: dict[str, str] = GROUPS

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in their order."""
        return list(self.members)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or say which one it is like."""
        close = difflib.get_close_matches(args[0], self.members, n=1)
        if args[0] not in self.members and close and not ctx.resilient_parsing:
            ctx.fail(f"No such command {args[0]!r}; did you mean {close[0]!r}?")
        return super().resolve_command(ctx, args)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one member."""
        if cmd_name not in self.members:
            return None
        module, name = self.members[cmd_name].split(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return as_typed(command)


class CellsGroup(LazyGroup):
    """What stands under `lstmkit cells`."""

    members = CELLS


@click.group(cls=CellsGroup)
def cells() -> None:
    """The RNN and LSTM cells in NumPy: check, gates, learn, write."""


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=f"Example: lstmkit stock train\n\n\b\nExit codes:\n{contract.exit_codes()}",
)
@click.version_option(__version__, prog_name="lstmkit")
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of fetched data files; same as LSTMKIT_DATA.",
)
def root(data: Path | None) -> None:
    """LSTMs you can run, read and trust."""
    if data is not None:
        os.environ["LSTMKIT_DATA"] = str(data)


def main(args: Sequence[str] | None = None) -> None:
    """Run the command line and exit with the code of its contract.

    0: done. 1: failed while running. 2: the user's input. 130: interrupted.
    """
    _open_streams()
    log = logging.getLogger("lstmkit")
    if not log.handlers:
        log.addHandler(EchoHandler())
    sys.exit(_run(args))


def _open_streams() -> None:
    """Give what was closed, as under cron, a place to go to; show a sign for what cannot be.

    What goes into a pipe or a file has the same line ends everywhere.
    """
    sys.stdin = sys.stdin or io.StringIO()
    sys.stdout = sys.stdout or io.StringIO()
    sys.stderr = sys.stderr or io.StringIO()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
            if not stream.isatty():  # Windows ends lines in its own way, which shells choke on
                stream.reconfigure(newline="\n")


def _run(args: Sequence[str] | None) -> int:
    as_json = "--json" in (sys.argv[1:] if args is None else args)
    try:
        root.main(args=args, prog_name="lstmkit", standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.ClickException as error:
        return _usage(error, as_json=as_json)
    except LstmkitError as error:
        return _tell(
            error.exit_code, str(error), as_json=as_json, where=error.where, hint=error.hint
        )
    except (KeyboardInterrupt, click.Abort):
        text = "Interrupted; nothing was left half-written."
        return _tell(130, text, as_json=as_json, prefix="")
    except Exception as error:
        return _failed(error, as_json=as_json)
    return 0


def _give_up_stdout() -> None:
    """Let what cannot be written go nowhere; Python would try again at its end, and exit by 120."""
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def _tell(
    code: int,
    text: str,
    *,
    as_json: bool,
    where: str | None = None,
    hint: str | None = None,
    prefix: str = "Error: ",
) -> int:
    """Print an error, as one JSON object where results are JSON, and return its code."""
    told = (
        json_line(contract.error(code, text, where=where, hint=hint)) if as_json else prefix + text
    )
    say(told, err=True)
    return code


def _usage(error: click.ClickException, *, as_json: bool) -> int:
    """Say what is wrong with the command line, and how it is meant."""
    keys, context = _keys_meant(error), getattr(error, "ctx", None)
    if as_json:
        where = context.command_path if context else "lstmkit"
        advice = [f"use --set {key}=VALUE" for key in keys] or [f"see `{where} --help`"]
        text = "; ".join([error.format_message().rstrip("."), *advice])
        return _tell(2, text, as_json=True, where=where)
    if context is not None:
        say(f"{context.get_usage()}\n", err=True)
    _tell(2, error.format_message(), as_json=False)
    for key in keys:
        say(f"It is a key of the config: --set {key}=VALUE", err=True)
    return 2


def _keys_meant(error: click.ClickException) -> list[str]:
    """Return the config keys that an unknown option is called like."""
    if not isinstance(error, click.NoSuchOption) or error.ctx is None:
        return []
    from lstmkit import completion, config
    from lstmkit.keys import keys_called

    group = error.ctx.command_path.split()[1:2]
    pipeline = completion.pipeline_of(group[0] if group else None)
    if pipeline is None:
        return []
    name = error.option_name.lstrip("-").replace("-", "_")
    return keys_called(config.schema_of(pipeline), name)


def _failed(error: Exception, *, as_json: bool) -> int:
    """Report what no part of lstmkit foresaw; `LSTMKIT_DEBUG=1` shows the traceback.

    Who has stopped reading, as `head` does, is told nothing.
    """
    if isinstance(error, OSError) and system.is_closed_pipe(error):
        _give_up_stdout()
        return 1
    if os.environ.get("LSTMKIT_DEBUG"):
        raise error
    if isinstance(error, MemoryError):
        text = "out of memory; use a smaller file, window or batch (--set train.batch_size=32)"
    elif isinstance(error, OSError):
        text = f"{error.filename or 'standard output'}: {error.strerror or error}"
        if error.filename is None:
            _give_up_stdout()
    else:
        text = f"this is a bug in lstmkit: {type(error).__name__}: {error}"
        text += "\nRun again with LSTMKIT_DEBUG=1 for the details to report."
    return _tell(1, text, as_json=as_json)
