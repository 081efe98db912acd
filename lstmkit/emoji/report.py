"""A `Result` into CSV, JSON and plots, and into the tables that the terminal shows."""

import csv
from pathlib import Path
from typing import Any

from lstmkit.chart import loss
from lstmkit.emoji import pictures
from lstmkit.emoji.metrics import reliability
from lstmkit.emoji.result import BASELINES, Result
from lstmkit.files import atomic, write_json
from lstmkit.result import write_history
from lstmkit.runs import METRICS
from lstmkit.terminal import table


def write(result: Result) -> None:
    """Write everything about a result into its run folder; `metrics.json` comes last."""
    write_predictions(result, result.run / "predictions.csv")
    if result.epochs:
        write_history(result.epochs, result.run / "history.csv")
    draw(result, result.run / "plots")
    write_json(result.run / METRICS, result.metrics)


def draw(result: Result, folder: Path) -> None:
    """Draw every chart of a result as PNG."""
    from lstmkit import plots  # answering needs no plotting library

    if result.epochs:
        drawn = loss(result.epochs, unit="cross-entropy")
        plots.draw(folder / "loss.png", drawn, title="Loss", size=(8, 4))
    matrix, names = result.matrix, [pictures.plain(label.name) for label in result.labels]
    side = min(16.0, max(6.0, 2.5 + 0.75 * len(names)))
    title = f"Confusion matrix, {result.name}: {matrix.trace()} of {matrix.sum()} right"
    drawn = pictures.confusion(matrix, names)
    plots.draw(folder / "confusion_matrix.png", drawn, title=title, size=(side + 1, side))
    answers = (result.probabilities, result.uncalibrated)
    drawn = pictures.reliability(*(reliability(one, result.targets) for one in answers))
    title = f"Reliability, {result.name}"
    plots.draw(folder / "reliability.png", drawn, title=title, size=(7, 6))


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


def shown(result: Result) -> str:
    """Return the tables that the terminal shows: the LSTM beside the baselines, and every class."""
    metrics = result.metrics
    rows = [_row("Emojifier-v2 (LSTM)", metrics["test"])]
    rows += [_row(BASELINES[name], one) for name, one in metrics["baselines"].items()]
    names = ("precision", "recall", "f1", "support")
    classes = [
        {"class": f"{row['emoji']} {row['name']}".strip(), **{name: row[name] for name in names}}
        for row in metrics["classes"]
    ]
    return "\n\n".join(table(part, number=".3f") for part in (rows, classes))


def _row(label: str, one: dict[str, Any]) -> dict[str, Any]:
    interval = f"{one['accuracy_low']:.3f} to {one['accuracy_high']:.3f}"
    return {
        "model": label,
        "accuracy": one["accuracy"],
        "95 % interval": interval,
        "macro F1": one["macro_f1"],
        "calibration error": one["calibration_error"],
    }
