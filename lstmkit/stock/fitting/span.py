"""A training span: what it fixes before the network learns, each reckoned once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from lstmkit.stock.baselines.prices import changes_of, fit_baselines
from lstmkit.stock.baselines.volatility import Rivals, fit_rivals
from lstmkit.stock.config import StockConfig
from lstmkit.stock.fitting.calibration import fit_around
from lstmkit.stock.fitting.network import Network, View, view_of
from lstmkit.stock.fitting.scaling import Scaling, fit_scaling, range_of
from lstmkit.stock.fitting.start import Start, start_for
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
        lent: The model that ships, where it forecasts by itself.
    """

    dataset: Dataset
    config: StockConfig
    first_test: int
    lent: Start | None = None

    @property
    def values(self) -> np.ndarray:
        """The training rows, (rows, columns)."""
        return self.dataset.values[: self.dataset.train_rows]

    @property
    def extremes(self) -> np.ndarray | None:
        """Highest and lowest price of every training row, (rows, 2), or None."""
        found = self.dataset.extremes
        return None if found is None else found[: self.dataset.train_rows]

    @cached_property
    def aim(self) -> Aim:
        """What the network is to forecast."""
        rows, held_out = self.rows
        asked = self.config.data.target
        return choose_aim(
            self.dataset.prices,
            self.dataset.train_rows,
            held_out if len(held_out) else rows[-int(np.ceil(HELD_OUT * len(rows))) :],
            asked=None if asked == "auto" else asked,
            lags=self.config.baselines.lags,
            longest=self.config.data.window - 2,
        )

    @cached_property
    def start(self) -> Start | None:
        """The model that ships, where training starts from it."""
        if self.lent is not None:
            return self.lent
        if self.config.train.start == "random":
            return None
        return start_for(self.dataset, self.config, self.aim, self.first_test)

    @cached_property
    def scaling(self) -> Scaling:
        """From prices to what the network sees, and back."""
        scaling = fit_scaling(
            self.values,
            self.aim.target,
            extremes=None if self.aim.target == "price" else self.extremes,
            anchor=self.aim.anchor,
            decay=self.config.interval.decay,
        )
        return scaling if self.start is None else self.start.lend(scaling)

    @cached_property
    def view(self) -> View:
        """The whole series, as the network sees it."""
        dataset = self.dataset
        return view_of(dataset.values, dataset.extremes, self.scaling, self.aim.anchor)

    @cached_property
    def rows(self) -> tuple[np.ndarray, np.ndarray]:
        """The rows to learn from and the tail that is held out, both to be predicted."""
        rows = np.arange(self.config.data.window, self.dataset.train_rows)
        kept = len(rows) - int(len(rows) * self.config.train.validation_fraction)
        return rows[:kept], rows[kept:]

    @property
    def targets(self) -> int:
        """Answers per example: one, or about a window's length where every step counts."""
        if self.config.train.supervision == "last_step":
            return 1
        return min(self.config.data.window, *(len(rows) for rows in self.rows if len(rows)))

    @property
    def answers(self) -> np.ndarray:
        """What the network should say of every training row, float32, (rows, 1)."""
        view = self.view.until(self.dataset.train_rows)
        if view.track is None:
            return view.features[:, :1]
        usual = np.concatenate([view.track.usual[:1], view.track.usual[:-1]])
        return np.asarray((view.track.changes / usual)[:, None], dtype=np.float32)

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
            changes_of(view.prices, in_logs=in_logs) - view.foreseen[:-1],
            range_of(self.extremes, in_logs=in_logs),
            first=self.config.data.window,
            coverage=settings.coverage,
            decay=settings.decay,
        )
