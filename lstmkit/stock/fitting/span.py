"""A training span: what it fixes before the network learns, each reckoned once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from lstmkit.stock.baselines.prices import fit_baselines
from lstmkit.stock.baselines.volatility import Rivals, fit_rivals
from lstmkit.stock.config import StockConfig
from lstmkit.stock.fitting.calibration import fit_around
from lstmkit.stock.fitting.network import Network, View, view_of
from lstmkit.stock.fitting.scaling import Scaling, fit_scaling, range_of
from lstmkit.stock.fitting.start import Start
from lstmkit.stock.fitting.target import Aim, choose_aim
from lstmkit.stock.forecaster import Forecaster

if TYPE_CHECKING:
    from lstmkit.stock.data import Dataset

HELD_OUT = 0.2  # of the rows, to judge anchors by, where the config holds none out


@dataclass(frozen=True)
class Span:
    """A series with its training span.

    Attributes:
        dataset: The series.
        config: The resolved config.
        first_test: The first row to score as test.
        aim: What the network is to forecast.
        own: Center and scale of its inputs, from its own training rows.
        lent: Center and scale of the first inputs, where many series share them; None: its own.
        start: The model that ships, where the network starts from it.
    """

    dataset: Dataset
    config: StockConfig
    first_test: int
    aim: Aim
    own: Scaling
    lent: Scaling | None = None
    start: Start | None = None

    @classmethod
    def of(cls, dataset: Dataset, config: StockConfig, first_test: int) -> Span:
        """Return a span with what its own training rows fix."""
        known = slice(dataset.train_rows)
        aim = _aim(dataset, config)
        extremes = None if dataset.extremes is None else dataset.extremes[known]
        own = fit_scaling(
            dataset.values[known],
            aim.target,
            extremes=None if aim.target == "price" else extremes,
            anchor=aim.anchor,
            decay=config.interval.decay,
        )
        return cls(dataset, config, first_test, aim, own)

    @property
    def values(self) -> np.ndarray:
        """The training rows, (rows, columns)."""
        return self.dataset.values[: self.dataset.train_rows]

    @property
    def extremes(self) -> np.ndarray | None:
        """Highest and lowest price of every training row, (rows, 2), or None."""
        found = self.dataset.extremes
        return None if found is None else found[: self.dataset.train_rows]

    @property
    def scaling(self) -> Scaling:
        """From prices to what the network sees, and back."""
        return self.own if self.lent is None else self.own.borrowing(self.lent)

    @cached_property
    def view(self) -> View:
        """The whole series, as the network sees it."""
        dataset = self.dataset
        return view_of(dataset.values, dataset.extremes, self.scaling, self.aim.anchor)

    @property
    def rows(self) -> tuple[np.ndarray, np.ndarray]:
        """The rows to learn from and the tail that is held out, both to be predicted."""
        return _rows(self.dataset.train_rows, self.config)

    @property
    def answers(self) -> np.ndarray:
        """What the network should say of every training row, float32, (rows, 1)."""
        return self.view.until(self.dataset.train_rows).answers

    def calibrated(self, network: Network, told: np.ndarray, *, rivals: bool = True) -> Forecaster:
        """Return the network with all that is fitted around it, on the training span.

        Args:
            network: The trained network.
            told: What it said of every row of the series that has a window before it, and of the
                row to come.
            rivals: Whether to fit the intervals of others, to be held against.
        """
        config, train = self.config, self.dataset.train_rows
        view = self.view.until(train)
        rows, held_out = self.rows
        known = told[: train + 1 - network.window]
        network, interval = fit_around(
            network,
            view,
            known,
            held_out if len(held_out) else rows,
            config.interval,
            lent=self.start is not None,
        )
        in_logs = self.scaling.in_logs
        return Forecaster(
            name=self.dataset.name,
            column=self.dataset.columns[0],
            network=network,
            baselines=fit_baselines(
                self.values[:, 0],
                in_logs=in_logs,
                moving_average=config.baselines.moving_average,
                lags=config.baselines.lags,
                season=self.aim.season,
            ),
            rivals=self._rivals(view) if rivals else Rivals(config.interval.decay, {}),
            interval=interval,
            step_seconds=self.dataset.calendar.step_seconds,
            learned_until=None if self.start is None else str(self.start.until),
        )

    def _rivals(self, view: View) -> Rivals:
        in_logs, settings = self.scaling.in_logs, self.config.interval
        return fit_rivals(
            view.unforeseen,
            range_of(self.extremes, in_logs=in_logs),
            first=self.config.data.window,
            coverage=settings.coverage,
            decay=settings.decay,
        )


def _rows(train_rows: int, config: StockConfig) -> tuple[np.ndarray, np.ndarray]:
    rows = np.arange(config.data.window, train_rows)
    kept = len(rows) - int(len(rows) * config.train.validation_fraction)
    return rows[:kept], rows[kept:]


def _aim(dataset: Dataset, config: StockConfig) -> Aim:
    rows, held_out = _rows(dataset.train_rows, config)
    asked = config.data.target
    return choose_aim(
        dataset.prices,
        dataset.train_rows,
        held_out if len(held_out) else rows[-int(np.ceil(HELD_OUT * len(rows))) :],
        asked=None if asked == "auto" else asked,
        lags=config.baselines.lags,
        longest=config.data.window - 2,
    )
