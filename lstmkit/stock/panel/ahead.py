"""Newer files of series that a model knows, or of others: what they are forecast from."""

from __future__ import annotations

import logging
from dataclasses import replace

from lstmkit import runs, runtime
from lstmkit.errors import InputError
from lstmkit.stock import forecaster, shipped
from lstmkit.stock.config import StockConfig
from lstmkit.stock.data import Dataset
from lstmkit.stock.fitting import familiar
from lstmkit.stock.forecaster import Forecaster
from lstmkit.stock.panel import rows
from lstmkit.stock.panel.data import Group, say_left_out
from lstmkit.stock.panel.member import Outset, part_of
from lstmkit.stock.panel.result import PanelOutlook

log = logging.getLogger(__name__)


def forecast(made: runs.Run, outsets: list[Outset], steps: int) -> PanelOutlook:
    """Forecast every series from its newest rows."""
    kind = made.config(StockConfig).data.tables
    ahead = {one.name: one.trained.look_ahead(one.context, steps) for one in outsets}
    rows.write_forecasts(ahead, made.path, kind)
    return PanelOutlook(run=made.path, name=str(made.manifest["name"]), forecasts=ahead)


def outsets(run: runs.Run, group: Group) -> list[Outset]:
    """Return the outsets of newer files; a series that cannot be forecast is named and left out.

    Raises:
        InputError: None can be forecast.
    """
    model = runtime.load(run.path / runs.MODEL)
    found, left_out = [], dict[str, str]()
    for dataset in group.members:
        try:
            found.append(outset(run, dataset, model))
        except InputError as error:
            if len(group.members) == 1:
                raise
            left_out[dataset.name] = str(error)
    say_left_out(left_out, len(group.members), bool(found))
    return found


def outset(run: runs.Run, dataset: Dataset, model: runtime.Model | None = None) -> Outset:
    """Return the outset of a newer file, of a series that the model knows or of another.

    Raises:
        InputError: There are too few rows.
    """
    part = part_of(run, dataset.name)
    if part is None and shipped.lends(run):
        dataset = shipped.newest(run, dataset)
        trained, view, told = shipped.forecaster_for(run, dataset, rivals=False)
    else:
        trained = forecaster.load(run, part, model=model)
        dataset = other(dataset, trained)
        familiar.warn(dataset, part or run, trained.name)
        view = trained.network.view(dataset.values, dataset.extremes)
        told = trained.network.tell(view)
    return Outset(dataset.name, trained, trained.latest(dataset, view, told))


def other(dataset: Dataset, trained: Forecaster) -> Dataset:
    """Return another file than the one that was trained on; none of its rows count as training."""
    dataset = replace(dataset, train_rows=0)
    window = trained.network.window
    if len(dataset.dates) <= window:
        raise InputError(
            f"{dataset.path}: too short: the model sees {window} rows and predicts the next; "
            f"expected more than {window} rows, found {len(dataset.dates)}"
        )
    usual, here = trained.step_seconds, dataset.calendar.step_seconds
    if usual != here:
        log.warning(
            "%s: rows every %s seconds; the model learned from rows every %s seconds",
            *(dataset.path, f"{here:,}", f"{usual:,}"),
        )
    return dataset
