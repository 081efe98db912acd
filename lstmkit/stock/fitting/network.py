"""A saved network with all that is around it: windows of prices in, prices and scales out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from lstmkit import runtime
from lstmkit.progress import Progress
from lstmkit.stock.baselines.prices import changes_of
from lstmkit.stock.fitting import stretches
from lstmkit.stock.fitting.anchor import Anchor
from lstmkit.stock.fitting.head import Head
from lstmkit.stock.fitting.inputs import OWN, RANGE_DECAYS, TINY, Track, moving_averages
from lstmkit.stock.fitting.scaling import FURTHEST, Scaling, windows

BLOCK_ROWS = 8192


@dataclass(frozen=True)
class Trust:
    """How far the paths are believed, 1 row ahead, 2 rows ahead, ...; 0 is standing still.

    Attributes:
        anchor: Of what the anchor foresees.
        network: Of what the network adds.
    """

    anchor: tuple[float, ...] = (1.0,)
    network: tuple[float, ...] = (1.0,)

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Trust:
        """Build it from its fields in a JSON file."""
        return cls(tuple(content["anchor"]), tuple(content["network"]))


@dataclass(frozen=True)
class View:
    """A series as the network sees it.

    Attributes:
        values: In the file's units, (rows, columns).
        features: Scaled inputs, float32, (rows, inputs).
        track: What is known after every row; None for the `price` target.
        foreseen: Change that the anchor expects in every row and the one to come, (rows + 1,).
    """

    values: np.ndarray
    features: np.ndarray
    track: Track | None
    foreseen: np.ndarray

    @property
    def prices(self) -> np.ndarray:
        """The column to forecast, (rows,)."""
        return np.asarray(self.values[:, 0])

    @property
    def answers(self) -> np.ndarray:
        """What the network should say of every row, float32, (rows, 1): the change in its unit."""
        if self.track is None:
            return self.features[:, :1]
        usual = np.concatenate([self.track.usual[:1], self.track.usual[:-1]])
        return np.asarray((self.track.changes / usual)[:, None], dtype=np.float32)

    @property
    def unforeseen(self) -> np.ndarray:
        """What was not foreseen of every change, (rows,)."""
        if self.track is None:
            return changes_of(self.prices, in_logs=False) - self.foreseen[:-1]
        return self.track.changes

    def until(self, stop: int) -> View:
        """Return the rows before `stop`: nothing in them knows what came after."""
        track = None if self.track is None else self.track.until(stop)
        return View(self.values[:stop], self.features[:stop], track, self.foreseen[: stop + 1])


def view_of(
    values: np.ndarray, extremes: np.ndarray | None, scaling: Scaling, anchor: Anchor
) -> View:
    """Return a series as a network with this scaling and anchor sees it.

    Args:
        values: The whole series, (rows, columns).
        extremes: Highest and lowest price of every row, (rows, 2), or None.
        scaling: Prices to inputs.
        anchor: What the network starts from.
    """
    if not scaling.with_scale:
        return View(values, scaling.features(values.T), None, np.zeros(len(values) + 1))
    track, inputs = scaling.track(values, extremes, anchor)
    changes = changes_of(values[:, 0], in_logs=scaling.in_logs)
    return View(values, scaling.features(inputs), track, anchor.foreseen(changes))


@dataclass(frozen=True)
class Answers:
    """Forecasts of the rows that have a window before them, the row to come last.

    Attributes:
        predicted: Prices, (n,).
        scale: Of the error, in its unit, (n,).
        long_run: Mean size of all changes before the row, (n,).
    """

    predicted: np.ndarray
    scale: np.ndarray
    long_run: np.ndarray


@dataclass(frozen=True)
class Network:
    """A saved model with the scaling around it.

    Attributes:
        model: Run in NumPy.
        window: Rows it sees.
        scaling: Prices to inputs, outputs to prices.
        anchor: What it starts from.
        head: The last step to its scale.
        trust: How far its paths are believed.
        every_step: Whether it was trained to answer after every row of a stretch.
    """

    model: runtime.Model
    window: int
    scaling: Scaling
    anchor: Anchor = field(default_factory=Anchor)
    head: Head = field(default_factory=Head)
    trust: Trust = field(default_factory=Trust)
    every_step: bool = False

    @property
    def stands_still(self) -> bool:
        """Whether it forecasts no change, however many rows ahead."""
        return self.scaling.with_scale and not (self.anchor.lags or self.trust.network[0])

    def view(self, values: np.ndarray, extremes: np.ndarray | None) -> View:
        """Return a series as the network sees it.

        Args:
            values: The whole series, (rows, columns).
            extremes: Highest and lowest price of every row, (rows, 2), or None.
        """
        return view_of(values, extremes, self.scaling, self.anchor)

    def tell(self, view: View, *, first: int | None = None) -> np.ndarray:
        """Run the network on every row that has a window before it, and the row to come.

        Of many rows, each is answered for within a stretch, as it was trained; the row to come
        always from the newest window, as a forecast is.

        Args:
            view: The series.
            first: The first row to answer for; None: the first that can be.

        Returns:
            What it says, float32, (rows + 1 - first, answers), in blocks of bounded memory.
        """
        start = self.window if first is None else max(first, self.window)
        rows = np.arange(start, len(view.values) + 1)
        wide = view.features[:, : self.inputs]
        many = len(rows) > max(stretches.MANY_ROWS, self.window)
        if many and self.every_step and stretches.fits(self.model):
            told = stretches.answers(self.model, wide, rows[:-1], self.window)
            return np.concatenate([told, self._from_windows(wide, rows[-1:])])
        return self._from_windows(wide, rows)

    def _from_windows(self, wide: np.ndarray, rows: np.ndarray) -> np.ndarray:
        with Progress(len(rows), label="evaluate", unit="row") as progress:
            parts = []
            for begin in range(0, len(rows), BLOCK_ROWS):
                block = rows[begin : begin + BLOCK_ROWS]
                parts.append(self.model.predict(windows(wide, self.window, block)))
                progress.update(len(block))
        return np.concatenate(parts)

    @property
    def inputs(self) -> int:
        """Inputs that the model reads; further ones are for its head alone."""
        return int(self.model.input_shapes[0][-1] or 0)

    def read(self, view: View, told: np.ndarray) -> Answers:
        """Turn what the network said into forecasts.

        Args:
            view: The series.
            told: Of its last rows and the row to come, (n, answers).
        """
        first = len(view.values) + 1 - len(told)
        if view.track is None:
            return self._read_prices(view, first, told)
        usual, long_run = view.track.usual[first - 1 :], view.track.long_run[first - 1 :]
        change = view.foreseen[first:] + self.trust.network[0] * told[:, 0] * usual
        return Answers(
            predicted=self.scaling.shift(view.prices[first - 1 :], change),
            scale=np.maximum(usual * np.exp(self.head.apply(*self._said(view, told))), TINY),
            long_run=long_run,
        )

    def _said(self, view: View, told: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return told[:, 1], view.features[len(view.features) - len(told) :]

    def _read_prices(self, view: View, first: int, told: np.ndarray) -> Answers:
        """Return prices, and as their scale how wrong they were lately."""
        predicted = self.scaling.to_price(told[:, 0])
        sizes = np.abs(changes_of(view.prices, in_logs=False))
        missed = np.abs(view.prices[first:] - predicted[:-1])
        (lately,) = moving_averages(missed, (self.scaling.decay,))
        rows = np.arange(first - 1, len(sizes))
        long_run = np.cumsum(sizes)[rows] / np.maximum(rows, 1)
        scale = np.concatenate([long_run[:1], lately])
        return Answers(predicted, np.maximum(scale, TINY), np.maximum(long_run, TINY))

    def paths(self, view: View, origins: np.ndarray, steps: int) -> Paths:
        """Return forecasts of rows `origin`, `origin` + 1, ..., made before row `origin`."""
        reach = max(1, self.anchor.reach)
        tails = view.prices[origins[:, None] + np.arange(-reach - 1, 0)]
        last_windows = windows(view.features[:, : self.inputs], self.window, origins)
        usual = np.ones(len(origins)) if view.track is None else view.track.usual[origins - 1]
        return self.roll(last_windows, tails, usual, steps)

    def roll(
        self, last_windows: np.ndarray, tails: np.ndarray, usual: np.ndarray, steps: int
    ) -> Paths:
        """Forecast several rows ahead by feeding every prediction back as the newest input.

        What the future holds no forecast of (sizes, ranges, other columns) stays as it was last.

        Args:
            last_windows: The newest window of every series, (n, window, inputs).
            tails: Its newest prices, (n, prices), enough for the anchor.
            usual: The usual size of its changes, (n,).
            steps: Rows ahead.
        """
        series, price = np.array(last_windows, dtype=np.float32), tails[:, -1].astype(np.float64)
        if not self.scaling.with_scale:
            return Paths(tails[:, -1], None, self._roll_prices(series, steps))
        alone = self._anchor_path(tails, steps)
        changes = self._changes(tails)
        path = np.empty((len(series), steps))
        for step in range(steps):
            mean = self.model.predict(series)[:, 0].astype(np.float64)
            change = self.anchor.next(changes) + mean * usual
            price = path[:, step] = self.scaling.shift(price, change)
            changes = np.column_stack([changes[:, 1:], change])
            newest = self._imagined(series[:, -1], mean, change)
            series = np.concatenate([series[:, 1:], newest[:, None]], axis=1)
        return Paths(tails[:, -1], alone, path)

    def _anchor_path(self, tails: np.ndarray, steps: int) -> np.ndarray:
        price, changes = tails[:, -1].astype(np.float64), self._changes(tails)
        path = np.empty((len(tails), steps))
        for step in range(steps):
            change = self.anchor.next(changes)
            price = path[:, step] = self.scaling.shift(price, change)
            changes = np.column_stack([changes[:, 1:], change])
        return path

    def _changes(self, tails: np.ndarray) -> np.ndarray:
        return np.diff(np.log(tails) if self.scaling.in_logs else tails, axis=1)

    def _imagined(self, last: np.ndarray, mean: np.ndarray, change: np.ndarray) -> np.ndarray:
        """Return the inputs of a row that has not come yet: its size is the usual one."""
        newest = last.copy()
        newest[:, 1] = 0.0
        known = [(0, np.arcsinh(mean))]
        own = OWN + (len(RANGE_DECAYS) if self.scaling.ranges else 0)
        if self.anchor.lags and own < self.inputs:  # a network of others' series may not read it
            known.append((own, change))
        for column, value in known:
            scaled = (value - self.scaling.center[column]) / self.scaling.scale[column]
            newest[:, column] = FURTHEST * np.tanh(scaled / FURTHEST)
        return newest

    def _roll_prices(self, series: np.ndarray, steps: int) -> np.ndarray:
        path = np.empty((len(series), steps))
        for step in range(steps):
            newest = series[:, -1].copy()
            newest[:, 0] = output = self.model.predict(series)[:, 0]
            path[:, step] = self.scaling.to_price(output)
            series = np.concatenate([series[:, 1:], newest[:, None]], axis=1)
        return path

    def believed(self, paths: Paths) -> np.ndarray:
        """Return the paths as far as they are trusted, (n, steps)."""
        if paths.anchor is None:
            return paths.network
        steps, last = paths.network.shape[1], paths.last[:, None]
        anchor, network = (
            np.array([trust[min(step, len(trust) - 1)] for step in range(steps)])
            for trust in (self.trust.anchor, self.trust.network)
        )
        foreseen = self.scaling.error(paths.anchor, last)
        added = self.scaling.error(paths.network, paths.anchor)
        with np.errstate(over="ignore", invalid="ignore"):  # refused by who asks, if infinite
            return self.scaling.shift(last, anchor * foreseen + network * added)


@dataclass(frozen=True)
class Paths:
    """Several rows ahead, from several origins.

    Attributes:
        last: Price of the row before each origin, (n,).
        anchor: The anchor's own path, (n, steps); None where there is none.
        network: The path with the network, (n, steps).
    """

    last: np.ndarray
    anchor: np.ndarray | None
    network: np.ndarray
