"""The commands of the house itself: configs and runs."""

import json
import time
from datetime import datetime
from pathlib import Path

import click
from tabulate import tabulate

from lstmkit import completion
from lstmkit import config as configs
from lstmkit import runs as run_folders
from lstmkit.errors import RunError
from lstmkit.options import config_options, json_option, output_option, with_seed


@click.group()
def config() -> None:
    """Show what can be configured."""


@config.command(epilog="Example: lstmkit config show stock --set train.epochs=50")
@click.argument("pipeline", shell_complete=completion.pipelines)
@config_options
def show(
    pipeline: str, config_file: Path | None, overrides: tuple[str, ...], seed: int | None
) -> None:
    """Print the resolved config of PIPELINE with its comments."""
    schema = configs.schema_of(pipeline)
    resolved = configs.load(schema, pipeline, config_file, with_seed(overrides, seed))
    click.echo(configs.show(resolved, pipeline), nl=False)


@config.command(epilog="Example: lstmkit config schema stock > stock.schema.json")
@click.argument("pipeline", shell_complete=completion.pipelines)
def schema(pipeline: str) -> None:
    """Print the JSON Schema of PIPELINE's config, for editors."""
    content = configs.json_schema(configs.schema_of(pipeline), pipeline)
    click.echo(json.dumps(content, indent=2, ensure_ascii=False))


@click.group()
def runs() -> None:
    """List and show the runs in the output folder."""


@runs.command("list", epilog="Example: lstmkit runs list")
@output_option
@json_option
def list_(output: Path, as_json: bool) -> None:
    """List every run, oldest first."""
    rows = []
    for run in run_folders.list_runs(output):
        manifest = run.manifest
        row = {key: manifest.get(key) for key in ("pipeline", "verb", "status", "created")}
        rows.append({"run": str(run.path), **row})
    if as_json:
        for row in rows:
            click.echo(json.dumps(row, ensure_ascii=False))
        return
    if not rows:
        click.echo(f"no runs below {output}; make one with `lstmkit stock train`", err=True)
        return
    for row in rows:
        row["created"] = _local(str(row["created"]))
    click.echo(tabulate(rows, headers="keys"))


@runs.command("show", epilog="Example: lstmkit runs show outputs/stock/20261123T210800Z-DIS")
@click.argument("run", type=click.Path(path_type=Path), shell_complete=completion.runs_of_command)
@output_option
@json_option
def show_run(run: Path, output: Path, as_json: bool) -> None:
    """Show the manifest, the metrics and the files of RUN."""
    found = run_folders.find_any(output, run)
    manifest = found.manifest
    has_metrics = (found.path / "metrics.json").exists()
    metrics = found.read_json("metrics.json") if has_metrics else {}
    files = [str(path) for path in found.files()]
    if as_json:
        content = {"run": str(found.path), **manifest, "metrics": metrics, "files": files}
        click.echo(json.dumps(content, ensure_ascii=False))
        return
    if "verdict" in metrics:
        click.echo(f"{metrics['verdict']}\n")
    click.echo(tabulate(list(_flat(manifest)), tablefmt="plain"))
    click.echo("\n" + "\n".join(files))


def _flat(content: dict[str, object], prefix: str = "") -> list[tuple[str, str]]:
    rows = []
    for key, value in content.items():
        if isinstance(value, dict):
            rows += _flat(value, f"{prefix}{key}.")
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            for index, item in enumerate(value):
                rows += _flat(item, f"{prefix}{key}[{index}].")
        elif value not in (None, [], ""):
            text = " ".join(map(str, value)) if isinstance(value, list) else str(value)
            rows.append((f"{prefix}{key}", text))
    return rows


def _local(created: str) -> str:
    try:
        return datetime.fromisoformat(created).astimezone().strftime("%Y-%m-%d %H:%M:%S")
    except ValueError:
        return created


@click.command(epilog="Example: lstmkit export outputs/stock/20261123T210800Z-DIS --format onnx")
@click.argument("run", type=click.Path(path_type=Path), shell_complete=completion.models_of_any)
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
def export(run: Path, kind: str, target: Path | None, output: Path) -> None:
    """Write the model of RUN for other programs, checked against the NumPy runtime."""
    found = run_folders.find_any(output, run)
    from lstmkit import export as exporting

    made = exporting.export(found, kind, target)
    click.echo(made.path)
    if made.difference is not None:
        click.echo(f"checked: {made.difference:.1e} at most from the NumPy runtime", err=True)


@click.command(epilog="Example: lstmkit doctor")
@json_option
def doctor(as_json: bool) -> None:
    """Look at the installation: versions, processor, accelerator, parts, a short self-test."""
    from lstmkit import doctor as examination

    click.echo("looking; the self-test trains a small network", err=True)
    found = examination.examine()
    if as_json:
        click.echo(json.dumps(found))
    else:
        click.echo(tabulate(list(_flat(found)), tablefmt="plain", disable_numparse=True))
    if not found["self_test"]["passed"]:
        raise RunError("the self-test failed: Keras and the NumPy runtime should agree, and learn")


@click.command("completion", epilog="Example: lstmkit completion bash >> ~/.bashrc")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion_script(ctx: click.Context, shell: str) -> None:
    """Print the script that completes commands, options, runs and config keys in SHELL."""
    click.echo(completion.script(ctx.find_root().command, shell))


@click.command(epilog="Example: lstmkit demo")
@output_option
def demo(output: Path) -> None:
    """Run every part once on what ships, and say where to look and what to try next."""
    from lstmkit import demo as first_look

    began, rows = time.monotonic(), []
    for number, (part, work) in enumerate(first_look.STEPS.items(), start=1):
        click.echo(f"[{number}/{len(first_look.STEPS)}] {part}", err=True)
        step = work(output)
        rows.append((part, f"{step.done}\n{step.where}\n$ {step.then}"))
        for line in step.shown:
            click.echo(f"  {line}")
    heads = ["part", "what was done, where it lies, and the next command to try"]
    click.echo("\n" + tabulate(rows, headers=heads))
    click.echo(f"\n{time.monotonic() - began:.0f} seconds", err=True)
