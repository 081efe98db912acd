"""How a run ends that is made only to see how one setting does on what is held out."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lstmkit.errors import InputError
from lstmkit.files import write_json
from lstmkit.result import Result, write_history
from lstmkit.runs import METRICS, Run
from lstmkit.training.loop import forget_checkpoint
from lstmkit.work import recorded

VERB = "trial"


@dataclass(frozen=True, kw_only=True, repr=False)
class Trial(Result):
    """What a trial saw; `metrics` holds `verdict`, `validation`, `epoch` and `epochs`."""


@contextlib.contextmanager
def fitting(run: Run) -> Iterator[None]:
    """Do the fit of a trial inside; `run.json` says how it ended.

    It is never gone on with: a sweep makes a lost trial again.
    """
    with recorded(run):
        yield
        run.update(status="done", error=None)
        forget_checkpoint(run)


def seen(run: Run, history: Sequence[Mapping[str, Any]], validation: float | None = None) -> Trial:
    """Write what was held out said of a fit; the test rows are not looked at.

    Args:
        run: The run of the trial.
        history: One row per epoch.
        validation: The loss to choose by; None: the least `val_loss` of the history.

    Raises:
        InputError: Nothing was held out.
    """
    scored = [row for row in history if row.get("val_loss") is not None]
    if validation is None and not scored:
        raise InputError("nothing is held out to choose by; set validation_fraction above 0")
    best = min(scored, key=lambda row: float(row["val_loss"])) if scored else history[-1]
    loss = float(best["val_loss"] if validation is None else validation)
    verdict = f"Validation loss {loss:.6g} after epoch {best['epoch']}; no test row was looked at."
    metrics = {
        "verdict": verdict,
        "validation": loss,
        "epoch": best["epoch"],
        "epochs": history[-1]["epoch"],
    }
    plain = [
        {name: value for name, value in row.items() if not isinstance(value, list)}
        for row in history
    ]
    write_history(plain, run.path / "history.csv")
    write_json(run.path / METRICS, metrics)
    return Trial(run=run.path, metrics=metrics, epochs=history)
