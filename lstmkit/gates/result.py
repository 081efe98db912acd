"""What the gates of a trained LSTM did over one input."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lstmkit import result
from lstmkit.cells.types import Array
from lstmkit.gates.inputs import GateInput

#: Key of `runtime.Model.gates` -> name in the CSV and in the picture.
GATES = {
    "f": "forget gate",
    "i": "input gate",
    "o": "output gate",
    "g": "candidate",
    "c": "cell state",
    "a": "hidden state",
}


@dataclass(frozen=True, kw_only=True, repr=False)
class Result(result.Result):
    """The inside of one LSTM over one input.

    Attributes:
        layer: Name of the LSTM.
        shown: The input.
        inside: By the keys of `GATES`, `(T_x, units)` each.
    """

    layer: str
    shown: GateInput
    inside: dict[str, Array]

    def rows(self) -> list[dict[str, Any]]:
        """Return mean and extremes of each gate over all steps and units."""
        return [{"gate": name, **self.metrics[name]} for name in GATES.values()]


def summarize(
    run: Path, source: Path, layer: str, shown: GateInput, inside: dict[str, Array]
) -> Result:
    """Say what the gates did, above all the one that forgets.

    Args:
        run: The folder to be written.
        source: The run of the model.
        layer: Name of the LSTM.
        shown: The input.
        inside: By the keys of `GATES`, `(T_x, units)` each.
    """
    forget = inside["f"].mean(axis=1)  # (time,)
    least = int(forget.argmin())
    verdict = (
        f"{layer} keeps {forget.mean():.0%} of its memory from one step to the next; "
        f"least ({forget[least]:.0%}) at {shown.steps[least]!r}."
    )
    extremes = {
        name: {
            "mean": float(inside[key].mean()),
            "lowest": float(inside[key].min()),
            "highest": float(inside[key].max()),
        }
        for key, name in GATES.items()
    }
    metrics = {"verdict": verdict, "model": str(source), "layer": layer, **extremes}
    return Result(run=run, metrics=metrics, layer=layer, shown=shown, inside=inside)
