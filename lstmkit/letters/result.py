"""What the character model learned, and what it writes."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lstmkit import result
from lstmkit.letters.data import END, Dataset

SHOWN = 10


@dataclass(frozen=True, kw_only=True, repr=False)
class Result(result.Result):
    """What one training learned.

    Attributes:
        written: Texts of the best model.
    """

    written: Sequence[str] = ()

    @property
    def shown(self) -> Sequence[str]:
        """The first of them."""
        return self.written[:SHOWN]

    def to_json(self) -> dict[str, Any]:
        """Return the object that `--json` prints."""
        return {**super().to_json(), "written": list(self.shown)}


def judge(
    run: Path, dataset: Dataset, history: Sequence[Mapping[str, Any]], written: Sequence[str]
) -> Result:
    """Say how well a model guesses, and how much of what it writes is new.

    Args:
        run: The run folder.
        dataset: What it learned from.
        history: One row per epoch.
        written: Texts of the best model.
    """
    known = {one.removesuffix(END) for one in dataset.texts}
    new = sum(one not in known for one in written)
    best, blind = _best(history), math.log(len(dataset.vocabulary))
    held_out = best["val_loss"] is not None
    verdict = (
        f"After epoch {best['epoch']} it needs "
        f"{best['val_loss'] if held_out else best['loss']:.2f} nats for each "
        f"{'held-out' if held_out else 'seen'} character; guessing blindly needs {blind:.2f}."
    )
    if dataset.unit == "line":
        verdict += f" {new} of {len(written)} lines it writes are new."
    metrics = {
        "verdict": verdict,
        "best": {key: value for key, value in best.items() if key != "written"},
        "epochs": history[-1]["epoch"],
        "blind_loss": blind,
        "new": new / len(written),
    }
    return Result(run=run, metrics=metrics, epochs=history, written=written)


def _best(history: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """Return the row of the epoch whose weights were kept."""
    held_out = [row for row in history if row["val_loss"] is not None]
    return min(held_out, key=lambda row: row["val_loss"]) if held_out else history[-1]
