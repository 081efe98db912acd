"""The click options that every command shares, each defined once."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from lstmkit import completion

F = TypeVar("F", bound=Callable[..., Any])


class Number(click.FloatRange):
    """A number in a range; click's own lets NaN through, which is in no range."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Return the number."""
        number: float = super().convert(value, param, ctx)
        if math.isnan(number):
            self.fail(f"{value!r} is no number.", param, ctx)
        return number


def config_options(command: F) -> F:
    """Add ``--config``, ``--set`` and ``--seed``; they arrive as `config_file` and `overrides`."""
    for option in (
        click.option("--seed", type=click.IntRange(0, 2**32 - 1), help="Same as --set seed=N."),
        click.option(
            "--set",
            "overrides",
            multiple=True,
            metavar="SECTION.KEY=VALUE",
            shell_complete=completion.keys_of_command,
            help="Override one config value; may be repeated.",
        ),
        click.option(
            "--config",
            "config_file",
            type=click.Path(path_type=Path),
            shell_complete=completion.config_files,
            help="YAML file with the keys to change, or the name of one that ships.",
        ),
    ):
        command = option(command)
    return command


output_option = click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("outputs"),
    show_default=True,
    help="Folder that holds all runs.",
)

run_option = click.option(
    "--run",
    "run_folder",
    type=click.Path(path_type=Path),
    shell_complete=completion.models_of_command,
    help="A run's folder or name, or `shipped`; default: the newest run, else the one that ships.",
)

resume_option = click.option(
    "--resume",
    "resume",
    type=click.Path(path_type=Path),
    metavar="RUN",
    shell_complete=completion.unfinished_of_command,
    help="Go on with an interrupted run, under its own config.",
)

json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


def with_seed(overrides: tuple[str, ...], seed: int | None) -> list[str]:
    """Return the overrides with ``--seed`` as the last of them."""
    return [*overrides, *([] if seed is None else [f"seed={seed}"])]
