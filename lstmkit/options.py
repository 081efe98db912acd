"""The click options that every command shares, each defined once."""

import functools
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from lstmkit import completion
from lstmkit import config as configs
from lstmkit.errors import InputError

F = TypeVar("F", bound=Callable[..., Any])

BESIDE_RESUME = {"resume", "output", "as_json", "jobs", "cluster"}


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


seed_option = click.option(
    "--seed", type=click.IntRange(0, 2**32 - 1), help="Same as --set seed=N."
)
set_option = click.option(
    "--set",
    "overrides",
    multiple=True,
    metavar="SECTION.KEY=VALUE",
    shell_complete=completion.keys_of_command,
    help="Override one config value; may be repeated.",
)
config_option = click.option(
    "--config",
    "config_file",
    type=click.Path(path_type=Path),
    shell_complete=completion.config_files,
    help="YAML file with the keys to change, or the name of one that ships.",
)


def config_options(pipeline: str | None = None) -> Callable[[F], F]:
    """Add `--config`, `--set` and `--seed`; the command gets the resolved `config`.

    A typo ends here, before anything heavy is imported. Beside `--resume`, which goes on under the
    run's own files and config, nothing else may be given.

    Args:
        pipeline: Whose config; None: that of the command's own `pipeline`.
    """

    def add(command: F) -> F:
        @functools.wraps(command)
        def run(
            config_file: Path | None, overrides: tuple[str, ...], seed: int | None, **given: Any
        ) -> Any:
            if given.get("resume") is not None:
                _refuse_beside_resume(click.get_current_context())
            name = pipeline or str(given["pipeline"])
            chosen = [*overrides, *([] if seed is None else [f"seed={seed}"])]
            config = configs.load(configs.schema_of(name), name, config_file, chosen)
            return command(config=config, **given)

        for option in (seed_option, set_option, config_option):
            run = option(run)
        return run  # type: ignore[return-value]

    return add


def change_options(command: F) -> F:
    """Add `--config`, `--set` and `--seed` for the config of a run; they arrive as `changes`."""

    @functools.wraps(command)
    def run(
        config_file: Path | None, overrides: tuple[str, ...], seed: int | None, **given: Any
    ) -> Any:
        chosen = (*overrides, *(() if seed is None else (f"seed={seed}",)))
        return command(changes=configs.Changes(config_file, chosen), **given)

    for option in (seed_option, set_option, config_option):
        run = option(run)
    return run  # type: ignore[return-value]


output_option = click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("outputs"),
    show_default=True,
    help="Folder that holds all runs.",
)

run_option = click.option(
    "--run",
    type=click.Path(path_type=Path),
    metavar="RUN",
    shell_complete=completion.models_of_command,
    help="A run's folder or name, or `shipped`; default: the newest run, else the one that ships.",
)

series_option = click.option(
    "--series", metavar="NAME", help="The only one of many series; default: all of them."
)

resume_option = click.option(
    "--resume",
    type=click.Path(path_type=Path),
    metavar="RUN",
    shell_complete=completion.unfinished_of_command,
    help="Go on with an interrupted run, under its own files and config.",
)

jobs_option = click.option(
    "--jobs",
    type=click.IntRange(1, 4096),
    metavar="N",
    help="Worker processes, of one core each; default: one for each core.",
)

cluster_option = click.option(
    "--cluster",
    metavar="ADDRESS",
    help="Work on a Dask cluster: the address of its scheduler; `local` starts one here.",
)

json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


def _refuse_beside_resume(ctx: click.Context) -> None:
    for parameter in ctx.command.params:
        name = parameter.name or ""
        typed = ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE
        if typed and name not in BESIDE_RESUME and ctx.params.get(name) not in (None, (), ""):
            raise InputError(
                f"--resume goes on under the run's own files and config, and takes no "
                f"{parameter.opts[0]}; give it alone"
            )
