"""Every part once, on what ships with the package: a first look in under two minutes."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lstmkit import backend
from lstmkit import config as configs
from lstmkit.errors import RunError
from lstmkit.runs import SHIPPED

SENTENCES = (
    "I love you!",
    "Lets play catch in the park",
    "so proud of your work, congratulations",
    "I am not happy about this",
    "the best pizza in town",
)
ALONE = 0.02  # below, the answer hangs on no single word
SMALL = ("data.window=60", "train.epochs=12", "train.patience=4", "interval.horizons=10")


@dataclass(frozen=True)
class Step:
    """What one part of the demo did.

    Attributes:
        part: Name of the part.
        done: What it did, in a sentence.
        where: What to look at.
        then: The command to try next.
        shown: Lines for the terminal.
    """

    part: str
    done: str
    where: str
    then: str
    shown: tuple[str, ...] = ()


def _cells(_output: Path) -> Step:
    from lstmkit.cells.check import check_cells

    checks = check_cells()
    wrong = [check for check in checks if not check.passed]
    if wrong:
        raise RunError(f"cells: {len(wrong)} gradients are wrong; this is a bug in lstmkit")
    worst = max(check.comparison.relative_error for check in checks)
    shown = (
        f"{len(checks)} gradients, each against differences of the loss: off by {worst:.0e} at most"
    )
    done = "checked the backward passes of the RNN and the LSTM cell"
    return Step("cells", done, "shown above", "lstmkit cells check --keras", (shown,))


def _stock(output: Path) -> Step:
    if backend.missing():
        return _stock_untrained(output)
    from lstmkit.stock import pipeline
    from lstmkit.stock.config import StockConfig

    result = pipeline.train(None, configs.load(StockConfig, "stock", None, SMALL), output)
    tested, days = result.metrics["test"]["n"], len(result.table("forecast"))
    done = f"trained on {result.name} prices, scored on {tested:,} days, forecast {days} days"
    page = str(result.run / "report.html")
    return Step("stock", done, page, "lstmkit stock train YOUR.csv", (result.verdict,))


def _stock_untrained(output: Path) -> Step:
    from lstmkit.stock import pipeline

    outlook = pipeline.forecast(None, Path(SHIPPED), output, steps=None)
    days = len(outlook.table("forecast"))
    done = f"forecast {days} days of the sample's prices with the model that ships"
    shown = f"{backend.missing()[0]} is not installed, so nothing is trained; see lstmkit doctor"
    page = str(outlook.run / "report.html")
    return Step("stock", done, page, "lstmkit stock forecast YOUR.csv --run shipped", (shown,))


def _emoji(output: Path) -> Step:
    from lstmkit.emoji import pipeline

    model, readings = pipeline.predict(SENTENCES, Path(SHIPPED), output)
    lines = []
    for reading in readings:
        best = reading.best
        encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
        label = model.labels[best].sign(encoding) if best is not None else "?"
        reasons = zip(model.contributions(reading), reading.pieces, strict=True)
        share, piece = max(reasons, key=lambda reason: reason[0])
        reason = f"{piece.surface!r} adds {share:.0%}" if share >= ALONE else "several words say so"
        lines.append(f"{reading.text} {label}  ({reason})")
    done = f"found an emoji for {len(lines)} sentences, with the reason"
    then = 'lstmkit emoji predict "I love you" --explain'
    return Step("emoji", done, "shown above", then, tuple(lines))


def _music(output: Path) -> Step:
    from lstmkit.music import pipeline

    result = pipeline.generate(Path(SHIPPED), output)
    (solo,) = result.solos
    done = f"improvised {len(solo.measures)} bars over {solo.over}: open the page and press Play"
    page = str(result.run / "report.html")
    then = 'lstmkit music generate --chords "Dm7 G7 | Cmaj7" --wav'
    return Step("music", done, page, then, (result.verdict,))


STEPS: dict[str, Callable[[Path], Step]] = {
    "cells": _cells,
    "emoji": _emoji,
    "music": _music,
    "stock": _stock,
}
"""The parts in the order of the demo."""
