"""What every command that makes a run returns: where it lies, what it says, what it measured."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lstmkit.files import atomic, files_below, finite


@dataclass(frozen=True, kw_only=True)
class Result:
    """The base of every pipeline's result.

    Attributes:
        run: The run folder.
        metrics: The content of `metrics.json`; its `verdict` is one sentence that is true for this
            run, and says what the result is worth beside what it has to beat.
        history: One row per epoch; empty where nothing was trained.
    """

    run: Path
    metrics: Mapping[str, Any] = field(default_factory=dict)
    history: Sequence[Mapping[str, Any]] = ()

    @property
    def verdict(self) -> str:
        """One sentence: what the result is worth."""
        return str(self.metrics.get("verdict", ""))

    @property
    def files(self) -> list[Path]:
        """Every file that was written, sorted."""
        return files_below(self.run)

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
