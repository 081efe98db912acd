"""A `Result` into CSV, JSON and a picture, and into the table that the terminal shows."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lstmkit import terminal
from lstmkit.files import atomic, write_json
from lstmkit.runs import METRICS
from lstmkit.sweep import pictures
from lstmkit.sweep.result import Result

SETTINGS, TRIALS = "settings.csv", "trials.csv"
SHOWN = 10


def write(result: Result) -> None:
    """Write both tables, the picture, and `metrics.json`, which comes last."""
    from lstmkit import plots

    _write(result.run / SETTINGS, settings(result))
    _write(result.run / TRIALS, result.rows)
    drawn = pictures.standing(settings(result), result.rows)
    plots.draw(result.run / "plots" / "settings.png", drawn, title="Settings, from best to worst")
    write_json(result.run / METRICS, result.metrics)


def settings(result: Result) -> list[dict[str, Any]]:
    """Return one row per setting, from the best to the worst."""
    rows = []
    for rank, one in enumerate(result.tried, start=1):
        seeds = one.by_seed
        scores = {"validation": one.mean, "spread": one.spread}
        scores |= {"least": float(seeds.min()), "greatest": float(seeds.max())}
        rows.append({"rank": rank, "setting": one.number, **one.setting, **scores})
    return rows


def shown(result: Result) -> str:
    """Return what the terminal shows before the verdict: the best settings."""
    names = [name for name in settings(result)[0] if name not in ("setting", "least", "greatest")]
    rows = [{name: _text(row[name]) for name in names} for row in settings(result)[:SHOWN]]
    more = len(result.tried) - SHOWN
    foot = f"\n({more} more in {SETTINGS})" if more > 0 else ""
    return terminal.table(rows, texts=True) + foot


def _write(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    names = list(dict.fromkeys(name for row in rows for name in row))
    with atomic(path) as stream:
        lines = csv.writer(stream, lineterminator="\n")
        lines.writerow(names)
        lines.writerows([_text(row.get(name), digits=9) for name in names] for row in rows)


def _text(value: Any, *, digits: int = 5) -> str:
    if value is None or value != value:
        return ""
    if isinstance(value, float):
        return f"{value:.{digits}g}"
    return value if isinstance(value, str) else json.dumps(value)
