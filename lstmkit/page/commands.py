"""The command that shows runs as pages."""

from datetime import datetime, timezone
from pathlib import Path

import click

from lstmkit import runs
from lstmkit.completion import runs_of_command
from lstmkit.errors import InputError
from lstmkit.options import output_option, series_option
from lstmkit.terminal import say


@click.command(epilog="Example: lstmkit report --open")
@click.argument(
    "wanted",
    metavar="[RUN]...",
    nargs=-1,
    type=click.Path(path_type=Path),
    shell_complete=runs_of_command,
)
@click.option("--compare", is_flag=True, help="Show the runs given side by side.")
@click.option("--open", "show", is_flag=True, help="Open the page in the browser.")
@series_option
@output_option
def report(
    wanted: tuple[Path, ...], compare: bool, show: bool, series: str | None, output: Path
) -> None:
    """Write the page of RUN, or of the newest run, as one file that opens anywhere."""
    chosen = [runs.named(output, one) for one in wanted] or [runs.newest(output)]
    if series is not None and compare:
        raise InputError("--series shows one run, and --compare several; give one of the two")
    if len(chosen) > 1 and not compare:
        raise InputError("several runs: add --compare to see them side by side")
    from lstmkit.page import build

    if compare:
        stamp = f"{datetime.now(timezone.utc):%Y%m%dT%H%M%SZ}"
        path = build.compare(chosen, output / "comparisons" / stamp)
    else:
        path = build.write(chosen[0] if series is None else build.part(chosen[0], series))
    say(path)
    if show and click.launch(str(path.absolute())):
        say("no browser could be started; open the page by hand", err=True)
