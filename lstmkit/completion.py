"""What the shell offers after Tab, beyond commands and options: runs and config keys."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

from lstmkit import config, runs

IN_GROUP = {"cells": "letters"}
VIEWS = ("gates", "trace")  # these take a model of any pipeline


def runs_of_command(
    ctx: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Offer the runs of the command's pipeline, newest first, by name; then folders."""
    return _offered(runs.list_runs(_output(ctx), _pipeline(ctx)), incomplete)


def models_of_command(
    ctx: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Offer those runs of the command's pipeline that hold a model."""
    return _offered(filter(_has_model, runs.list_runs(_output(ctx), _pipeline(ctx))), incomplete)


def models_of_any(
    ctx: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Offer the runs of every pipeline that hold a model."""
    return _offered(filter(_has_model, runs.list_runs(_output(ctx))), incomplete)


def unfinished_of_command(
    ctx: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Offer the runs that can be resumed."""
    found = runs.list_runs(_output(ctx), _pipeline(ctx))
    return _offered((run for run in found if run.status != "done"), incomplete)


def config_files(
    _ctx: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Offer the configs that ship, by name; then files."""
    names = sorted(path.stem for path in config.package_folder("configs").glob("*.yaml"))
    found = [CompletionItem(name) for name in names if name.startswith(incomplete)]
    return found or [CompletionItem(incomplete, type="file")]


def keys_of_command(
    ctx: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Offer the config keys of the command's pipeline as `section.key=`."""
    named = [str(ctx.params.get("pipeline") or ""), *ctx.args]  # of `config show PIPELINE`
    pipeline = _pipeline(ctx) or next(filter(None, named), "")
    if pipeline not in config.pipelines():
        return []
    values = config.load(config.schema_of(pipeline), pipeline, None).model_dump(mode="json")
    return [
        CompletionItem(f"{key}=", help=f"now {value}")
        for key, value in _leaves(values)
        if key.startswith(incomplete)
    ]


def pipelines(
    _ctx: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Offer the names of the pipelines."""
    return [CompletionItem(name) for name in config.pipelines() if name.startswith(incomplete)]


def script(command: click.Command, shell: str) -> str:
    """Return the script that makes a shell complete `lstmkit`."""
    from click.shell_completion import get_completion_class

    known: Any = get_completion_class(shell)
    text: str = known(command, {}, "lstmkit", "_LSTMKIT_COMPLETE").source()
    return text


def _offered(found: Iterable[runs.Run], incomplete: str) -> list[CompletionItem]:
    items = [
        CompletionItem(run.name, help=f"{run.manifest.get('verb')}, {run.status}")
        for run in found
        if run.name.startswith(incomplete)
    ]
    return items[::-1] or [CompletionItem(incomplete, type="dir")]


def _has_model(run: runs.Run) -> bool:
    manifest = run.manifest
    return manifest.get("status") == "done" and manifest.get("verb") in runs.TRAINING


def _output(ctx: click.Context) -> Path:
    return Path(ctx.params.get("output") or "outputs")


def pipeline_of(group: str | None) -> str | None:
    """Return the pipeline whose commands stand in a group; None where there is none."""
    name = IN_GROUP.get(group or "", group)
    return name if name in config.pipelines() else None


def _pipeline(ctx: click.Context) -> str | None:
    if ctx.info_name in VIEWS:
        return None
    parent = ctx.parent.info_name if ctx.parent else None
    return pipeline_of(ctx.info_name if parent == "sweep" else parent)


def _leaves(values: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in values.items():
        if isinstance(value, dict):
            yield from _leaves(value, f"{prefix}{key}.")
        else:
            yield prefix + key, value
