"""What the report page of a sweep shows, and that of one of its trials."""

from __future__ import annotations

import csv
import json
from typing import Any

from lstmkit.chart import loss
from lstmkit.files import undamaged
from lstmkit.page.blocks import Block, Chart, Table
from lstmkit.page.history import read_history
from lstmkit.runs import Run
from lstmkit.sweep import pictures
from lstmkit.sweep.report import SETTINGS, TRIALS

MOST_ROWS, MOST_KEYS = 200, 6


def blocks(run: Run) -> list[Block]:
    """Return settings against their validation loss, with what seeds alone do."""
    if not (run.path / SETTINGS).exists():
        history = read_history(run)
        return [Chart("Loss", loss(history, unit="loss"))] if history else []
    settings, trials = _rows(run, SETTINGS), _rows(run, TRIALS)
    note = (
        "Each blue dot is one seed (and source) of a setting. Dots of one setting differ by luck "
        "alone; settings that differ by less than that are as good as one another."
    )
    found: list[Block] = [
        Chart("Settings and what they reach", pictures.standing(settings, trials), note)
    ]
    for key in pictures.keys(settings)[:MOST_KEYS]:
        found.append(Chart(f"Along {key}", pictures.along(key, settings, trials)))
    heads = list(settings[0])
    cells = [[_shown(row[name]) for name in heads] for row in settings[:MOST_ROWS]]
    said = f"The spread is a standard deviation over seeds. {len(settings):,} settings were tried."
    found.append(Table("Settings", heads, cells, said))
    winners = [[one["source"], one["run"], one["verdict"]] for one in run.metrics["winners"]]
    said = "Trained with the setting that was chosen; only here was a test row looked at."
    found.append(Table("What was chosen", ["source", "run", "verdict"], winners, said, texts=True))
    return found


def _rows(run: Run, name: str) -> list[dict[str, Any]]:
    path = run.path / name
    with undamaged(path, remedy="make the sweep again"), path.open(encoding="utf-8") as stream:
        return [{key: _read(cell) for key, cell in row.items()} for row in csv.DictReader(stream)]


def _read(cell: str) -> Any:
    try:
        return json.loads(cell) if cell else None
    except ValueError:
        return cell


def _shown(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:.6g}" if isinstance(value, float) else json.dumps(value).strip('"')
