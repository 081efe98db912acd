"""An experiment tracker beside the run folder: each epoch, and the final metrics.

`train.tracker: tensorboard` writes event files into the run folder. `train.tracker: mlflow` writes
to where MLflow is told to (MLFLOW_TRACKING_URI; else its own default), one MLflow run per run,
in the experiment `lstmkit/<pipeline>`; its id stands in `run.json`, so a resumed run goes on there.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from lstmkit.errors import InputError
from lstmkit.runs import Run

FOLDER = "tensorboard"


def observers(run: Run, tracker: str | None) -> list[Callable[[Mapping[str, Any]], None]]:
    """Return what tells a tracker of every row of the history; none where none is wanted.

    Args:
        run: The run.
        tracker: `tensorboard`, `mlflow` or None.

    Raises:
        InputError: The tracker is not installed.
    """
    if tracker is None:
        return []
    if find_spec(tracker) is None:
        raise InputError(
            f'train.tracker: {tracker} is not installed; pip install "lstmkit[{tracker}]", or set '
            "it to null"
        )
    log = _tensorboard(run.path / FOLDER) if tracker == "tensorboard" else _mlflow(run)

    def observe(row: Mapping[str, Any]) -> None:
        log(dict(_numbers({k: v for k, v in row.items() if k != "epoch"})), int(row["epoch"]))

    return [observe]


def finish(run: Run) -> None:
    """Tell the tracker that a run was begun with of its final metrics."""
    numbers = {f"final.{name}": value for name, value in _numbers(run.metrics)}
    if (run.path / FOLDER).is_dir():
        _tensorboard(run.path / FOLDER)(numbers, 0)
    known = run.manifest.get("mlflow")
    if known:
        _mlflow(run)(numbers, 0)
        _client().set_terminated(str(known))


def _numbers(content: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, float]]:
    """Yield every number below an object, its names joined with dots."""
    for name, value in content.items():
        if isinstance(value, Mapping):
            yield from _numbers(value, f"{prefix}{name}.")
        elif isinstance(value, int | float) and not isinstance(value, bool):
            yield f"{prefix}{name}", float(value)


def _tensorboard(folder: Path) -> Callable[[Mapping[str, float], int], None]:
    import tensorflow as tf

    writer = tf.summary.create_file_writer(str(folder))

    def log(numbers: Mapping[str, float], step: int) -> None:
        with writer.as_default():
            for name, value in numbers.items():
                tf.summary.scalar(name, value, step=step)
        writer.flush()

    return log


def _mlflow(run: Run) -> Callable[[Mapping[str, float], int], None]:
    client = _client()
    known = run.manifest.get("mlflow")
    if known is None:
        name = f"lstmkit/{run.manifest['pipeline']}"
        experiment = client.get_experiment_by_name(name)
        place = experiment.experiment_id if experiment else client.create_experiment(name)
        known = client.create_run(place, run_name=run.name).info.run_id
        run.update(mlflow=known)

    def log(numbers: Mapping[str, float], step: int) -> None:
        for name, value in numbers.items():
            client.log_metric(str(known), name, value, step=step)

    return log


def _client() -> Any:
    return importlib.import_module("mlflow").MlflowClient()
