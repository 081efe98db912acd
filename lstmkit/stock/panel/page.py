"""What the report page of many series shows: one table, how skill is spread, a few series."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from lstmkit import runs
from lstmkit.chart import loss
from lstmkit.errors import InputError
from lstmkit.page.blocks import Block, Chart, Table, number, percent
from lstmkit.page.history import read_history
from lstmkit.runs import Run
from lstmkit.stock import pictures
from lstmkit.stock.baselines.volatility import NAMES
from lstmkit.stock.dated import write_dated
from lstmkit.stock.panel import member, rows
from lstmkit.stock.panel.member import unknown
from lstmkit.stock.panel.report import few

if TYPE_CHECKING:
    from lstmkit.stock.panel.scores import Row

HEADS = (
    *("series", "rows", "RMSE", "naive RMSE", "skill", "p, corrected", "beside naive"),
    *("best baseline", "its RMSE", "interval held", "score / EWMA's", "beside EWMA"),
)


def blocks(run: Run) -> list[Block]:
    """Return the spread of skill, the table of all series, intervals, three series, the loss."""
    metrics = run.metrics
    series = metrics["series"]
    skill, sharpness = pictures.spread(series)
    sharp = "Right of zero the network's interval is the better one, by Winkler's score."
    found: list[Block] = [
        Chart("How skill is spread", skill, _spread_note(metrics)),
        Chart("How sharpness is spread", sharpness, sharp),
        _table(series),
        _intervals(metrics["intervals"]),
    ]
    note = "Of highest, middle and lowest skill. Any other: lstmkit report RUN --series NAME"
    for name, columns in rows.read(run, "predictions", few(series)).items():
        found.append(Chart(f"{name}: actual and predicted", pictures.prices(columns), note))
        note = ""
    if metrics.get("left_out"):
        found.append(_left_out(metrics["left_out"]))
    history = read_history(run)
    if history:
        note = "Epoch 0 is the network before it has learned anything; the best epoch is kept."
        found.append(Chart("Loss", loss(history, unit=metrics.get("loss", "loss")), note))
    return found


def part(run: Run, name: str) -> Run:
    """Return the folder of one series as a run of its own, of which a page can be made.

    Raises:
        InputError: There is no series of this name.
    """
    series = [str(row["series"]) for row in run.metrics.get("series", [])]
    known = {one.lower(): one for one in series}
    found = known.get(name.strip().lower())
    if found is None:
        raise InputError(unknown(name, series, run.path))
    number = series.index(found)
    made = runs.nested(run, member.folder(run, number, found).path.relative_to(run.path).as_posix())
    made.update(name=f"{run.manifest.get('name')}, {found}", status=run.status)
    for stem in ("predictions", "forecast"):
        for columns in rows.read(run, stem, [found]).values():
            names = [one for one in columns if one != "date"]
            header = ",".join(("date", *names))
            dates = columns["date"].astype("datetime64[s]")
            path = made.path / f"{stem}.csv"
            write_dated(path, header, dates, [columns[one] for one in names])
    return made


def _spread_note(metrics: dict[str, Any]) -> str:
    test, late = metrics["test"], metrics.get("overlap", {})
    note = (
        f"{test['series']:,} series, {test['n']:,} test rows, all after what the model was fitted "
        f"on in their series. Skill is the share of the naive forecast's RMSE that is saved."
    )
    if late.get("series"):
        note += (
            f" Of {late['series']:,} series test rows begin before {late['learned_until']}, until "
            f"when the model learned from others: what moved all of them it may have seen."
        )
    return note


def _table(series: list[Row]) -> Table:
    note = (
        "Click a head to sort. A series beats or loses where the corrected p-value is below 1 %; "
        "RMSE is in each series' own unit."
    )
    return Table("Every series", list(HEADS), [_cells(row) for row in series], note, sortable=True)


def _cells(row: Row) -> list[str]:
    baseline = str(row["best_baseline"]).replace("_", " ")
    ratio = row["relative"].get("ewma")
    return [
        *(str(row["series"]), number(row["n"]), number(row["rmse"]), number(row["naive_rmse"])),
        *(_fine(row["skill"]), number(row["q_value"], 2), str(row["beside_naive"])),
        *(baseline, number(row["best_baseline_rmse"]), percent(row["coverage"])),
        *(number(ratio), str(row["beside_ewma"])),
    ]


def _fine(share: float | None) -> str:
    return "–" if share is None or not np.isfinite(share) else f"{share:.2%}"


def _intervals(intervals: dict[str, Any]) -> Table:
    cells = [
        [NAMES[name], number(one["relative"]), f"{one['sharper_on']:,} of {one['series']:,}"]
        for name, one in intervals.items()
    ]
    note = "Winkler's score, below 1 where the network's interval is the better one."
    heads = ["interval of", "mean score of ours beside it", "ours is lower on"]
    return Table("How wide, beside the others", heads, cells, note)


def _left_out(left_out: dict[str, str]) -> Table:
    cells = [[name, reason] for name, reason in left_out.items()]
    title = f"{len(left_out):,} series left out"
    return Table(title, ["series", "why"], cells, texts=True)
