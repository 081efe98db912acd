"""A model of many series, the one that ships among them, for a series that it never saw.

Scale, quantiles and trust come from the file that is forecast
(`lstmkit.stock.fitting.calibration`), so its intervals are that file's own.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from lstmkit import runs, runtime
from lstmkit.errors import InputError
from lstmkit.stock.config import StockConfig
from lstmkit.stock.fitting.network import Network, View
from lstmkit.stock.fitting.span import Span
from lstmkit.stock.fitting.start import START, Start
from lstmkit.stock.forecaster import Forecaster

if TYPE_CHECKING:
    from lstmkit.stock.data import Dataset

LEAST_ROWS = 60  # after the first window, to be calibrated on
MOST_ROWS = 2_520  # ten years of days: what a forecast is calibrated on


def lends(run: runs.Run) -> bool:
    """Return whether a run is a model of many series, such as the one that ships."""
    return (run.path / START).exists()


def forecaster_for(
    run: runs.Run, dataset: Dataset, *, rivals: bool
) -> tuple[Forecaster, View, np.ndarray]:
    """Return a model of many series with all that is around it fitted to a file's training rows.

    Args:
        run: The model's.
        dataset: The file; its training rows are what may be fitted on.
        rivals: Whether to fit the intervals of others, which takes its time.

    Returns:
        The forecaster, the series as its network sees it, and what the network said of it.

    Raises:
        InputError: There are too few rows.
    """
    start, config = Start(run.path), run.config(StockConfig)
    window = start.file.window
    least = window + LEAST_ROWS
    if dataset.train_rows < least:
        raise InputError(
            f"{dataset.path}: too short for a model that never saw it: expected {least:,} rows "
            f"to calibrate it on, found {dataset.train_rows:,}; train on the file instead"
        )
    span = Span.of(dataset, config, dataset.train_rows + window)
    span = replace(span, lent=start.scaling, start=start)
    model = runtime.load(run.path / runs.MODEL)
    network = Network(model, window, span.scaling, span.aim.anchor, every_step=True)
    told = network.tell(span.view)
    return span.calibrated(network, told, rivals=rivals), span.view, told


def newest(run: runs.Run, dataset: Dataset) -> Dataset:
    """Return the last rows of a file, as many as are calibrated on, none of them a test row."""
    rows = slice(-(MOST_ROWS + Start(run.path).file.window), None)
    cut = replace(
        dataset,
        dates=dataset.dates[rows],
        values=dataset.values[rows],
        extremes=None if dataset.extremes is None else dataset.extremes[rows],
    )
    return replace(cut, train_rows=len(cut.dates))


def tested_after(dataset: Dataset, until: str | None, window: int) -> Dataset:
    """Return a file whose test rows are all later than what the model learned from.

    Args:
        dataset: The file.
        until: The last day that it learned from; None: it had no part in the model.
        window: Rows before the first test row.

    Raises:
        InputError: There are none.
    """
    if until is None:
        return dataset
    day = np.datetime64(until)
    learned = int(np.searchsorted(dataset.dates, day + np.timedelta64(1, "D")))
    train_rows = max(dataset.train_rows, learned - window)
    if train_rows + window >= len(dataset.dates):
        raise InputError(
            f"{dataset.path}: no row can be scored: expected rows after a window of {window} and "
            f"later than {day}, until when the model learned; found "
            f"{len(dataset.dates):,} rows until {dataset.dates[-1].astype('datetime64[D]')}"
        )
    return replace(dataset, train_rows=train_rows)
