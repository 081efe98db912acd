"""What the report page of an emoji run shows."""

import csv
from pathlib import Path
from typing import Any

import numpy as np

from lstmkit import chart
from lstmkit.emoji import classifier, pictures
from lstmkit.emoji.metrics import binned
from lstmkit.emoji.result import BASELINES
from lstmkit.errors import InputError
from lstmkit.page.blocks import Block, Chart, Sentence, Sentences, Table, number, percent
from lstmkit.page.history import read_history
from lstmkit.runs import Run

MISTAKES, MAX_CLASSES = 12, 40


def blocks(run: Run) -> list[Block]:
    """Return scores beside the baselines, confusion, reliability, mistakes and the loss."""
    metrics = run.read_json("metrics.json")
    rows = _predictions(run.path / "predictions.csv")
    found: list[Block] = [_scores(metrics)]
    matrix = np.array(metrics["confusion_matrix"])
    if len(matrix) <= MAX_CLASSES:
        note = "Colour: share of the actual class. Off the diagonal lie the mistakes."
        names = [f"{one['emoji']} {one['name']}".strip() for one in metrics["classes"]]
        shows, height = pictures.confusion(matrix, names), 120 + 52 * min(len(names), 12)
        found.append(Chart("Confusion matrix", shows, note, height))
    if rows:
        note = (
            "Of the answers given with a probability of about 80 %, about 80 % should be right: "
            "bars on the dashed line. The paler a bar, the fewer answers it stands for."
        )
        found.append(Chart("Reliability", _reliability(rows), note))
    mistakes = _mistakes(run, rows, metrics)
    if mistakes:
        note = "Green words spoke for the answer that was given, red ones against it."
        found.append(Sentences("The surest mistakes", mistakes, note))
    found.append(_classes(metrics))
    history = read_history(run)
    if history:
        found.append(Chart("Loss", chart.loss(history, unit="cross-entropy")))
    return found


def _scores(metrics: dict[str, Any]) -> Table:
    rows = [["LSTM (Emojifier-v2)", *_cells(metrics["test"])]]
    for name, scores in metrics.get("baselines", {}).items():
        rows.append([BASELINES.get(name, name), *_cells(scores)])
    heads = ["model", "accuracy", "95 % interval", "macro F1", "calibration error"]
    note = f"{metrics['test']['n']:,} sentences of {metrics.get('set', 'the test set')}."
    shared = metrics.get("test_sentences_also_in_train")
    if shared:
        note += f" {shared} of them are in the training file too."
    return Table("How often it is right", heads, rows, note, first_is_ours=True)


def _cells(scores: dict[str, Any]) -> list[str]:
    interval = f"{percent(scores['accuracy_low'])} to {percent(scores['accuracy_high'])}"
    return [
        percent(scores["accuracy"]),
        interval,
        f"{scores['macro_f1']:.3f}",
        f"{scores['calibration_error']:.3f}",
    ]


def _classes(metrics: dict[str, Any]) -> Table:
    rows = [
        [
            f"{one['emoji']} {one['name']}".strip(),
            percent(one["precision"]),
            percent(one["recall"]),
            number(one["f1"], 3),
            number(one["support"]),
        ]
        for one in metrics["classes"]
    ]
    return Table("Class by class", ["class", "precision", "recall", "F1", "sentences"], rows)


def _reliability(rows: list[dict[str, str]]) -> chart.Chart:
    confidence = np.array([float(row["probability"]) for row in rows])
    right = np.array([row["correct"] == "1" for row in rows])
    return pictures.reliability(binned(confidence, right))


def _mistakes(run: Run, rows: list[dict[str, str]], metrics: dict[str, Any]) -> list[Sentence]:
    """Return the wrong answers the model was surest of, each with what its words did."""
    wrong = [row for row in rows if row["correct"] != "1"]
    wrong.sort(key=lambda row: (-float(row["probability"]), row["text"]))
    wrong = wrong[:MISTAKES]
    shown = {
        str(one["label"]): f"{one['emoji']} {one['name']}".strip() for one in metrics["classes"]
    }
    model = classifier.load(Run(Path(run.manifest.get("model") or run.path))) if wrong else None
    sentences = []
    for row in wrong:
        words: list[tuple[str, float]] = []
        if model is not None:
            (reading,) = model.read([row["text"]])
            if len(reading.pieces) <= classifier.MAX_EXPLAINED:
                parts = zip(reading.pieces, model.contributions(reading), strict=True)
                words = [(piece.surface, share) for piece, share in parts]
        sentences.append(
            Sentence(
                text=row["text"],
                expected=shown.get(row["actual"], row["actual"]),
                answered=shown.get(row["predicted"], row["predicted"]),
                probability=percent(float(row["probability"])),
                words=words,
            )
        )
    return sentences


def _predictions(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
        for row in rows:
            float(row["probability"])
    except (OSError, ValueError, KeyError, TypeError, csv.Error) as error:
        raise InputError(f"{path}: damaged ({error}); make the run again") from error
    return rows
