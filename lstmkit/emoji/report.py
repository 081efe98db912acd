"""A `Result` into CSV, JSON and plots, and into the table that the terminal shows."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from lstmkit.emoji.labels import Label
from lstmkit.emoji.metrics import confusion_matrix, per_class, scores
from lstmkit.files import atomic, files_below, finite, write_json
from lstmkit.runs import write_history

BASELINES = {"majority": "majority class", "averaged": "averaged vectors (v1)"}


@dataclass(frozen=True)
class Result:
    """What one model did on one set of sentences.

    Attributes:
        run: The run folder.
        name: Of the set.
        texts: (n,).
        targets: (n,).
        labels: The classes.
        probabilities: Calibrated, (n, classes).
        uncalibrated: As the network gave them, (n, classes).
        baselines: Probabilities by name, (n, classes) each.
        notes: Further keys of `metrics.json`, such as the overlap with the training set.
        history: One row per epoch; empty where nothing was trained.
    """

    run: Path
    name: str
    texts: Sequence[str]
    targets: np.ndarray
    labels: tuple[Label, ...]
    probabilities: np.ndarray
    uncalibrated: np.ndarray
    baselines: dict[str, np.ndarray]
    notes: dict[str, Any] = field(default_factory=dict)
    history: Sequence[dict[str, Any]] = ()

    @property
    def matrix(self) -> np.ndarray:
        """The confusion matrix, (classes, classes): rows actual, columns predicted."""
        return confusion_matrix(self.targets, self.predicted, len(self.labels))

    @property
    def predicted(self) -> np.ndarray:
        """The class of each answer, (n,)."""
        return np.asarray(self.probabilities.argmax(axis=1))

    @property
    def metrics(self) -> dict[str, Any]:
        """What `metrics.json` holds."""
        raw = scores(self.uncalibrated, self.targets)
        rows = per_class(self.targets, self.predicted, len(self.labels))
        classes = [
            {"label": label.value, "emoji": label.emoji, "name": label.name, **row}
            for label, row in zip(self.labels, rows, strict=True)
        ]
        return {
            "set": self.name,
            "test": {
                **scores(self.probabilities, self.targets),
                "uncalibrated_calibration_error": raw["calibration_error"],
                "uncalibrated_log_loss": raw["log_loss"],
            },
            "baselines": {name: scores(p, self.targets) for name, p in self.baselines.items()},
            "classes": classes,
            "confusion_matrix": self.matrix.tolist(),
            **self.notes,
        }

    def to_json(self) -> dict[str, Any]:
        """Return the object that `--json` prints."""
        files = files_below(self.run)
        content = {
            "run": str(self.run),
            "metrics": self.metrics,
            "files": [str(path) for path in files],
        }
        return dict(finite(content))


def write(result: Result) -> None:
    """Write everything about a result into its run folder; `metrics.json` comes last."""
    from lstmkit.emoji import pictures

    write_predictions(result, result.run / "predictions.csv")
    if result.history:
        write_history(result.history, result.run / "history.csv")
        pictures.loss(result, result.run / "plots" / "loss.png")
    pictures.confusion(result, result.run / "plots" / "confusion_matrix.png")
    pictures.reliability_diagram(result, result.run / "plots" / "reliability.png")
    write_json(result.run / "metrics.json", result.metrics)


def write_predictions(result: Result, path: Path) -> None:
    """Write one line per sentence: `text,actual,predicted,probability,correct`."""
    with atomic(path) as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["text", "actual", "predicted", "probability", "correct"])
        for text, target, row in zip(
            result.texts, result.targets, result.probabilities, strict=True
        ):
            best = int(row.argmax())
            actual, predicted = result.labels[target], result.labels[best]
            writer.writerow(
                [text, actual.key, predicted.key, f"{row[best]:.6f}", int(best == target)]
            )


def table(result: Result) -> list[dict[str, Any]]:
    """Return the rows of the table that the terminal shows: the LSTM first, then the baselines."""
    metrics = result.metrics
    rows = [_row("Emojifier-v2 (LSTM)", metrics["test"])]
    return rows + [_row(BASELINES[name], one) for name, one in metrics["baselines"].items()]


def class_table(result: Result) -> list[dict[str, Any]]:
    """Return precision and recall of every class as rows of a table."""
    names = ("precision", "recall", "f1", "support")
    return [
        {"class": f"{row['emoji']} {row['name']}", **{name: row[name] for name in names}}
        for row in result.metrics["classes"]
    ]


def _row(label: str, one: dict[str, Any]) -> dict[str, Any]:
    interval = f"{one['accuracy_low']:.3f} to {one['accuracy_high']:.3f}"
    return {
        "model": label,
        "accuracy": one["accuracy"],
        "95 % interval": interval,
        "macro F1": one["macro_f1"],
        "calibration error": one["calibration_error"],
    }
