"""What every command that makes a run returns: where it lies, what it says, what it measured."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from lstmkit import notebook
from lstmkit.errors import InputError
from lstmkit.files import atomic, files_below, finite
from lstmkit.notebook import Picture

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True, repr=False)
class Result:
    """The base of every pipeline's result.

    Attributes:
        run: The run folder.
        metrics: The content of `metrics.json`; its `verdict` is one sentence that is true for this
            run, and says what the result is worth beside what it has to beat.
        epochs: What was measured after each; empty where nothing was trained.
        picture: Stem of the picture that says most; of the class.
    """

    picture: ClassVar[str] = "loss"
    run: Path
    metrics: Mapping[str, Any] = field(default_factory=dict)
    epochs: Sequence[Mapping[str, Any]] = ()

    @property
    def verdict(self) -> str:
        """One sentence: what the result is worth."""
        return str(self.metrics.get("verdict", ""))

    @property
    def files(self) -> list[Path]:
        """Every file that was written, sorted."""
        return files_below(self.run)

    @property
    def predictions(self) -> pd.DataFrame:
        """The content of `predictions.csv`."""
        return self.table("predictions")

    @property
    def history(self) -> pd.DataFrame:
        """The content of `history.csv`, one row per epoch."""
        return self.table("history")

    @property
    def forecast(self) -> pd.DataFrame:
        """The content of `forecast.csv`, the rows that come next."""
        return self.table("forecast")

    def table(self, name: str) -> pd.DataFrame:
        """Return a CSV of the run as a DataFrame, with its dates as dates.

        Args:
            name: Stem of the file, such as `predictions`, `history` or `forecast`.

        Raises:
            InputError: The run has no such table; the message lists those it has.
        """
        import pandas as pd

        path = self._named(".csv", name, "table")
        frame = pd.read_csv(path)
        if "date" in frame:
            frame["date"] = pd.to_datetime(frame["date"])
        return frame

    def plot(self, name: str | None = None) -> Picture:
        """Return a picture of the run, which Jupyter shows.

        Args:
            name: Stem of the file, such as `loss`; None: the one that says most.

        Raises:
            InputError: The run has no such picture; the message lists those it has.
        """
        there = [path.stem for path in self.files if path.suffix == ".png"]
        first = self.picture if self.picture in there else (there or [self.picture])[0]
        return Picture(self._named(".png", name or first, "picture"))

    def _named(self, ending: str, name: str, kind: str) -> Path:
        there = {path.stem: path for path in reversed(self.files) if path.suffix == ending}
        if name not in there:
            names = ", ".join(sorted(there)) or "none"
            raise InputError(f"{self.run}: no {kind} is called {name!r}; there are: {names}")
        return there[name]

    def __repr__(self) -> str:
        """Return what a prompt shows: the kind, the run folder, the verdict."""
        kind = type(self)
        name = f"{kind.__module__.removesuffix('.result')}.{kind.__name__}"
        return f"<{name} {self.run}>" + (f"\n{self.verdict}" if self.verdict else "")

    def _repr_html_(self) -> str:
        parts = [notebook.verdict(self.verdict), notebook.scores(self.metrics)]
        if any(path.suffix == ".png" for path in self.files):
            parts.append(self.plot().html())
        return "".join(parts)

    def to_json(self) -> dict[str, Any]:
        """Return the object that `--json` prints; NaN is null."""
        measured = {name: value for name, value in self.metrics.items() if name != "verdict"}
        content = {
            "run": str(self.run),
            "verdict": self.verdict,
            "metrics": measured,
            "files": [str(path) for path in self.files],
        }
        return dict(finite(content))


def write_history(history: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Write one line per epoch; the untrained model is epoch 0 and has no training loss."""
    names = list(dict.fromkeys(name for row in history for name in row))
    with atomic(path) as stream:
        lines = csv.writer(stream, lineterminator="\n")
        lines.writerow(names)
        lines.writerows([_cell(row.get(name)) for name in names] for row in history)


def _cell(value: float | str | None) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return f"{value:.9g}"
