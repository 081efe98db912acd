"""The commands of the house itself: the cells, configs, runs, export, doctor, demo."""

import json
import time
from datetime import datetime
from pathlib import Path

import click

from lstmkit import backend, completion, config, contract, runs
from lstmkit.config import Config
from lstmkit.errors import RunError
from lstmkit.options import config_options, json_option, output_option
from lstmkit.terminal import pairs, say, show_json, table

run_argument = click.argument(
    "run",
    metavar="[RUN]",
    required=False,
    type=click.Path(path_type=Path),
    shell_complete=completion.runs_of_command,
)


@click.command(epilog="Example: lstmkit cells check --tutorial")
@click.option("--keras", is_flag=True, help="Compare with Keras's own layers as well.")
@click.option("--tutorial", is_flag=True, help="Show the LSTM with the carry left out.")
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), default=0, help="Draws the networks.")
@json_option
def check(keras: bool, tutorial: bool, seed: int, as_json: bool) -> None:
    """Check the gradients of both cells against differences of the loss."""
    from lstmkit.cells.check import Judge, check_cells

    judge: Judge | None = None
    if keras:
        backend.require("cells check --keras")
        from lstmkit.cells.keras_parity import compare_with_keras

        judge = compare_with_keras
    found = check_cells(seed, keras=judge, without_carry=tutorial)
    failed = sum(not one.passed for one in found)
    if as_json:
        show_json({"passed": not failed, "checks": [one.to_json() for one in found]})
    else:
        if tutorial:
            say("Backpropagation with the carry left out, as in the tutorial:\n")
        for against in dict.fromkeys(one.against for one in found):
            rows = [one.row() for one in found if one.against == against]
            say(table(rows, number=".2e") + "\n")
        say(f"{len(found) - failed} of {len(found)} agree (norms over all entries)")
    if failed and not tutorial:
        raise RunError(f"{failed} gradients are wrong; this is a bug in lstmkit")


@click.group("config")
def configs() -> None:
    """Show what can be configured."""


@configs.command(epilog="Example: lstmkit config show stock --set train.epochs=50")
@click.argument("pipeline", shell_complete=completion.pipelines)
@config_options()
def show(pipeline: str, config: Config) -> None:
    """Print the resolved config of PIPELINE with its comments."""
    from lstmkit.config import show

    say(show(config, pipeline), nl=False)


@configs.command(epilog="Example: lstmkit config schema stock > stock.schema.json")
@click.argument("pipeline", shell_complete=completion.pipelines)
def schema(pipeline: str) -> None:
    """Print the JSON Schema of PIPELINE's config, for editors."""
    content = config.json_schema(config.schema_of(pipeline), pipeline)
    say(json.dumps(content, indent=2, ensure_ascii=False))


@click.group("runs")
def runs_group() -> None:
    """List and show the runs in the output folder."""


@runs_group.command("list", epilog="Example: lstmkit runs list")
@output_option
@json_option
def list_(output: Path, as_json: bool) -> None:
    """List every run, oldest first."""
    rows = []
    for run in runs.list_runs(output):
        manifest = run.manifest
        row = {key: manifest.get(key) for key in ("pipeline", "verb", "status", "created")}
        rows.append({"run": str(run.path), **row, "status": run.status})
    empty = dict.fromkeys(("pipeline", "verb", "status", "created"))
    for run in runs.damaged(output):
        rows.append({"run": str(run.path), **empty, "status": "damaged"})
    if as_json:
        for row in rows:
            show_json(row)
    elif not rows:
        say(f"no runs below {output}; make one with `lstmkit stock train`", err=True)
    else:
        say(table([{**row, "created": _local(str(row["created"] or ""))} for row in rows]))


@runs_group.command("show", epilog="Example: lstmkit runs show outputs/stock/20261123T210800Z-DIS")
@run_argument
@output_option
@json_option
def show_run(run: Path | None, output: Path, as_json: bool) -> None:
    """Show the manifest, the metrics and the files of RUN, or of the newest run."""
    found = runs.newest(output) if run is None else runs.named(output, run)
    manifest, metrics = found.manifest, found.metrics
    files = [str(path) for path in found.files()]
    if as_json:
        show_json({"run": str(found.path), **manifest, "metrics": metrics, "files": files})
        return
    shown = (str(metrics.get("verdict", "")), pairs(manifest), "\n".join(files))
    say("\n\n".join(filter(None, shown)))


@click.command(
    "export", epilog="Example: lstmkit export outputs/stock/20261123T210800Z-DIS --format onnx"
)
@click.argument(
    "run",
    metavar="[RUN]",
    required=False,
    type=click.Path(path_type=Path),
    shell_complete=completion.models_of_any,
)
@click.option(
    "--format",
    "kind",
    type=click.Choice(["onnx", "keras", "saved_model"]),
    default="onnx",
    show_default=True,
    help="For which programs.",
)
@click.option("--to", "target", type=click.Path(path_type=Path), help="File or folder to write.")
@output_option
def export_model(run: Path | None, kind: str, target: Path | None, output: Path) -> None:
    """Write the model of RUN, or of the newest run, for other programs, checked in NumPy."""
    found = runs.find(output, run)
    from lstmkit.export import export

    made = export(found, kind, target)
    say(made.path)
    if made.difference is not None:
        say(f"checked: {made.difference:.1e} at most from the NumPy runtime", err=True)


@click.command(epilog="Example: lstmkit doctor")
@json_option
def doctor(as_json: bool) -> None:
    """Look at the installation: versions, processor, accelerator, parts, a short self-test."""
    from lstmkit.doctor import examine

    say("looking; a short self-test runs", err=True)
    found = examine()
    if as_json:
        show_json(found)
    else:
        say(pairs(found))
    if not found["self_test"]["passed"]:
        raise RunError("the self-test failed: Keras and the NumPy runtime should agree, and learn")


@click.command("completion", epilog="Example: lstmkit completion bash >> ~/.bashrc")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion_script(ctx: click.Context, shell: str) -> None:
    """Print the script that completes commands, options, runs and config keys in SHELL."""
    say(completion.script(ctx.find_root().command, shell))


@click.command("schema", epilog="Example: lstmkit schema > lstmkit.json")
@click.pass_context
def schema_of_commands(ctx: click.Context) -> None:
    """Print every command with its options and result fields as JSON, for scripts and agents."""
    root = ctx.find_root().command
    if isinstance(root, click.Group):
        say(json.dumps(contract.schema(root), indent=2, ensure_ascii=False))


@click.command(epilog="Example: lstmkit demo")
@output_option
def demo(output: Path) -> None:
    """Run every part once on what ships, and say where to look and what to try next."""
    from lstmkit.demo import STEPS

    began, rows = time.monotonic(), []
    for number, (part, work) in enumerate(STEPS.items(), start=1):
        say(f"[{number}/{len(STEPS)}] {part}", err=True)
        step = work(output)
        said = f"{step.done}\n{step.where}\n$ {step.then}"
        rows.append({"part": part, "what was done, where it lies, what to try next": said})
        for line in step.shown:
            say(f"  {line}")
    say("\n" + table(rows))
    say(f"\n{time.monotonic() - began:.0f} seconds", err=True)


def _local(created: str) -> str:
    try:
        return datetime.fromisoformat(created).astimezone().strftime("%Y-%m-%d %H:%M:%S")
    except (ValueError, OverflowError, OSError):  # Windows knows no zone before 1970
        return created
