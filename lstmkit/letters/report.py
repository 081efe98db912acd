"""What the cells found, as tables, CSV, JSON and pictures."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from lstmkit.cells.gradcheck import Comparison
from lstmkit.cells.types import Array
from lstmkit.files import atomic, files_below, finite, write_json, write_text
from lstmkit.gates.inputs import GateInput

SHOWN = 10

#: Key of `runtime.Model.gates` -> name in the CSV and in the picture.
GATES = {
    "f": "forget gate",
    "i": "input gate",
    "o": "output gate",
    "g": "candidate",
    "c": "cell state",
    "a": "hidden state",
}


@dataclass(frozen=True)
class Check:
    """One line of the table of `cells check`.

    Attributes:
        cell: `rnn` or `lstm`.
        against: `differences` or `keras`.
        comparison: What was compared.
    """

    cell: str
    against: str
    comparison: Comparison

    def row(self) -> dict[str, Any]:
        """Return the line as the table has it."""
        one = self.comparison
        return {
            "cell": self.cell,
            "parameter": one.name,
            "analytic": one.analytic,
            "numeric" if self.against == "differences" else "keras": one.numeric,
            "relative error": one.relative_error,
            "pass": "yes" if one.passed else "NO",
        }

    def to_json(self) -> dict[str, Any]:
        """Return the line for ``--json``."""
        return {"cell": self.cell, "against": self.against, **asdict(self.comparison)}


@dataclass(frozen=True)
class Gates:
    """The inside of one LSTM over one input.

    Attributes:
        run: The folder that was written.
        source: The run of the model.
        layer: Name of the LSTM.
        shown: The input.
        inside: By the keys of `GATES`, `(T_x, units)` each.
    """

    run: Path
    source: str
    layer: str
    shown: GateInput
    inside: dict[str, Array]

    def summary(self) -> list[dict[str, Any]]:
        """Return mean and extremes of each gate over all steps and units."""
        return [
            {
                "gate": name,
                "mean": float(self.inside[key].mean()),
                "lowest": float(self.inside[key].min()),
                "highest": float(self.inside[key].max()),
            }
            for key, name in GATES.items()
        ]

    @property
    def verdict(self) -> str:
        """One sentence: what was looked into, and what its forget gate did."""
        forget = self.inside["f"].mean(axis=1)  # (time,)
        least = int(forget.argmin())
        return (
            f"{self.layer} keeps {forget.mean():.0%} of its memory from one step to the next; "
            f"least ({forget[least]:.0%}) at {self.shown.steps[least]!r}."
        )

    def metrics(self) -> dict[str, Any]:
        """Return the content of ``metrics.json``."""
        gates = {one.pop("gate"): one for one in self.summary()}
        return {"verdict": self.verdict, "model": self.source, "layer": self.layer, **gates}

    def to_json(self) -> dict[str, Any]:
        """Return the object that ``--json`` prints."""
        return {
            "run": str(self.run),
            "model": self.source,
            "layer": self.layer,
            "verdict": self.verdict,
            "gates": self.summary(),
            "files": _files(self.run),
        }


@dataclass(frozen=True)
class Learned:
    """What the character model learnt.

    Attributes:
        run: The run folder.
        unit: `line` or `text`.
        history: One row per epoch.
        blind_loss: Nats per character of guessing all characters alike.
        written: Texts of the best model.
        new: Share of them that do not stand in the file.
    """

    run: Path
    unit: str
    history: Sequence[dict[str, Any]]
    blind_loss: float
    written: Sequence[str]
    new: float

    @property
    def best(self) -> dict[str, Any]:
        """The row of the epoch whose weights were kept."""
        held_out = [row for row in self.history if row["val_loss"] is not None]
        return min(held_out, key=lambda row: row["val_loss"]) if held_out else self.history[-1]

    @property
    def verdict(self) -> str:
        """One sentence: how well it guesses, and whether what it writes is new."""
        best, on = self.best, "held-out" if self.best["val_loss"] is not None else "seen"
        loss = best["loss"] if best["val_loss"] is None else best["val_loss"]
        sentence = (
            f"After epoch {best['epoch']} it needs {loss:.2f} nats for each {on} character; "
            f"guessing blindly needs {self.blind_loss:.2f}."
        )
        if self.unit == "line":
            total = len(self.written)
            sentence += f" {round(self.new * total)} of {total} lines it writes are new."
        return sentence

    def metrics(self) -> dict[str, Any]:
        """Return the content of ``metrics.json``."""
        best = {key: value for key, value in self.best.items() if key != "written"}
        return {
            "verdict": self.verdict,
            "best": best,
            "epochs": self.history[-1]["epoch"],
            "blind_loss": self.blind_loss,
            "new": self.new,
        }

    def to_json(self) -> dict[str, Any]:
        """Return the object that ``--json`` prints."""
        written = list(self.written[:SHOWN])
        content = {**self.metrics(), "written": written, "files": _files(self.run)}
        return dict(finite({"run": str(self.run), **content}))


def write_learned(result: Learned) -> None:
    """Write history, texts and loss curves into the run folder; ``metrics.json`` comes last."""
    from lstmkit import plots

    with atomic(result.run / "history.csv") as stream:
        stream.write("epoch,loss,val_loss,written\n")
        for row in result.history:
            losses = ["" if row[k] is None else f"{row[k]:.9g}" for k in ("loss", "val_loss")]
            stream.write(f"{row['epoch']},{','.join(losses)},{_quoted(row['written'][0])}\n")
    write_text(result.run / "written.txt", "\n".join(result.written) + "\n")
    plots.loss_curves(
        result.history,
        result.run / "plots" / "loss.png",
        title="What it costs to guess the next character",
        unit="nats per character",
    )
    write_json(result.run / "metrics.json", result.metrics())


def write_gates(result: Gates) -> None:
    """Write ``gates.csv``, one line per step and unit, and a heat map; ``metrics.json`` last."""
    from lstmkit.letters import pictures

    names = [name.replace(" ", "_") for name in GATES.values()]
    columns = [result.inside[key] for key in GATES]
    with atomic(result.run / "gates.csv") as stream:
        stream.write(f"step,input,unit,{','.join(names)}\n")
        for t, step in enumerate(result.shown.steps):
            for unit in range(columns[0].shape[1]):
                values = ",".join(f"{column[t, unit]:.6f}" for column in columns)
                stream.write(f"{t},{_quoted(step)},{unit},{values}\n")
    pictures.draw_gates(result, result.run / "plots" / "gates.png")
    write_json(result.run / "metrics.json", result.metrics())


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if set(text) & set(',"\n\r') else text


def _files(run: Path) -> list[str]:
    return list(map(str, files_below(run)))
