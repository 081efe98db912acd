"""A trained network with every statistic of its training span, and the newest rows to go on from.

Saved beside the model as `fitted.json` and `context.npz`, so that forecasting needs neither the
CSV nor Keras: NumPy reads the model and runs it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np

from lstmkit import runs, runtime
from lstmkit.arrays import load_arrays, save_arrays
from lstmkit.errors import InputError
from lstmkit.files import undamaged, write_json
from lstmkit.stock.baselines.prices import Baselines
from lstmkit.stock.baselines.volatility import Rivals
from lstmkit.stock.calendar.ahead import Calendar, are_dates
from lstmkit.stock.fitting.anchor import Anchor
from lstmkit.stock.fitting.head import Head
from lstmkit.stock.fitting.intervals import Interval, adapted
from lstmkit.stock.fitting.network import Network, Trust, View
from lstmkit.stock.fitting.scaling import Scaling
from lstmkit.stock.fitting.stored import FittedFile, read_beside
from lstmkit.stock.result import Forecast

if TYPE_CHECKING:
    from lstmkit.stock.data import Dataset

FITTED, CONTEXT = "fitted.json", "context.npz"
CONTEXT_ROWS = 120
NUMBERS = ("usual", "scale", "long_run", "factor")


@dataclass(frozen=True)
class Forecaster:
    """A network with its rivals, its interval and its calendar.

    Attributes:
        name: The ticker it was trained on.
        column: The column it forecasts.
        network: The saved model with all that is around it.
        baselines: The simple forecasts.
        rivals: The intervals that others would take.
        interval: The prediction interval.
        step_seconds: Usual distance of two rows of the training file.
        learned_until: The last day that the model it started from had learned from; None: it had
            not started from one.
    """

    name: str
    column: str
    network: Network
    baselines: Baselines
    rivals: Rivals
    interval: Interval
    step_seconds: int
    learned_until: str | None = None

    def look_ahead(self, context: Context, steps: int) -> Forecast:
        """Forecast the rows after the last one of `context`, with two bands that widen.

        Raises:
            InputError: The forecast is no number: what the run kept is damaged.
        """
        path = self._path(context, steps)
        bounds = []
        for inner in (False, True):
            half = context.factor * np.array(
                [
                    self.interval.half_width(context.scale, context.long_run, step, inner=inner)
                    for step in range(1, steps + 1)
                ]
            )
            bounds += [self.network.scaling.shift(path, sign * half) for sign in (-1, 1)]
        if not np.isfinite([path, *bounds]).all():
            raise InputError(
                f"{self.name}: the forecast is no number; the weights or the newest rows that the "
                f"run kept are damaged; train again"
            )
        calendar = context.calendar
        dates = calendar.after(context.dates[-1], steps)
        return Forecast(dates, path, *bounds, timed=calendar.timed)

    def _path(self, context: Context, steps: int) -> np.ndarray:
        if self.network.stands_still:
            return np.full(steps, context.prices[-1])
        tails = context.prices[None, -max(1, self.network.anchor.reach) - 1 :]
        usual = np.array([context.usual])
        paths = self.network.roll(context.window[None], tails, usual, steps)
        return np.asarray(self.network.believed(paths)[0])

    def latest(self, dataset: Dataset, view: View, told: np.ndarray) -> Context:
        """Return the newest rows, and how wide the interval is after them.

        Args:
            dataset: The series.
            view: The same as the network sees it.
            told: What it said of the last rows and the row to come, (n, answers).
        """
        network = self.network
        answers = network.read(view, told)
        missed = network.scaling.error(
            view.prices[len(view.prices) + 1 - len(told) :], answers.predicted[:-1]
        )
        half = self.interval.half_width(answers.scale, answers.long_run)
        factors = adapted(missed, half[:-1], self.interval.coverage, self.interval.rate)
        keep = slice(-max(CONTEXT_ROWS, network.window), None)
        return Context(
            window=view.features[-network.window :, : network.inputs],
            dates=dataset.dates[keep],
            prices=dataset.prices[keep],
            usual=1.0 if view.track is None else float(view.track.usual[-1]),
            scale=float(answers.scale[-1]),
            long_run=float(answers.long_run[-1]),
            factor=float(factors[-1]),
            calendar=dataset.calendar,
        )

    def save(self, run: runs.Run, context: Context) -> None:
        """Write `fitted.json` and `context.npz` into the run folder."""
        network = self.network
        content = {
            "name": self.name,
            "column": self.column,
            "window": network.window,
            "scaling": asdict(network.scaling),
            "anchor": asdict(network.anchor),
            "head": asdict(network.head),
            "trust": asdict(network.trust),
            "every_step": network.every_step,
            "baselines": asdict(self.baselines),
            "rivals": asdict(self.rivals),
            "interval": asdict(self.interval),
            "calendar": asdict(context.calendar),
            "learned_until": self.learned_until,
        }
        arrays = {name: getattr(context, name) for name in ("window", "dates", "prices")}
        numbers = {name: np.float64(getattr(context, name)) for name in NUMBERS}
        save_arrays(run.path / CONTEXT, {**arrays, **numbers})
        write_json(run.path / FITTED, content)


@dataclass(frozen=True)
class Context:
    """The newest rows of a series: all that a forecast starts from.

    Attributes:
        window: Scaled inputs of the newest rows, float32, (window, columns).
        dates: Of the newest rows, `datetime64[s]`, (rows,).
        prices: Of the newest rows, (rows,).
        usual: Usual size of a change after the last row.
        scale: Of the error of the next row.
        long_run: Mean size of all changes.
        factor: What the interval has learned since it was calibrated.
        calendar: When the next rows come.
    """

    window: np.ndarray
    dates: np.ndarray
    prices: np.ndarray
    usual: float
    scale: float
    long_run: float
    factor: float
    calendar: Calendar


def load(
    run: runs.Run, part: runs.Run | None = None, *, model: runtime.Model | None = None
) -> Forecaster:
    """Load a trained network with its statistics.

    Args:
        run: Of the network.
        part: The folder of one of many series; None: the run is of one.
        model: The network, where it is loaded already.

    Raises:
        InputError: A file of the run is missing or damaged, or they do not fit together.
    """
    folder = part or run
    content = read_beside(folder, FITTED, FittedFile)
    model = model or runtime.load(run.path / runs.MODEL)
    known = len(content.scaling.center)
    inputs = min(known, model.input_shapes[0][-1] or known) if part else known
    expected = (None, content.window, inputs)
    if tuple(model.input_shapes) != (expected,):
        raise InputError(
            f"{folder.path / FITTED}: does not fit {runs.MODEL}: expected inputs {expected}, "
            f"the model takes {model.input_shapes}; train again"
        )
    return Forecaster(
        name=content.name,
        column=content.column,
        network=Network(
            model,
            content.window,
            Scaling.from_json(content.scaling.model_dump()),
            Anchor.from_json(content.anchor.model_dump()),
            Head.from_json(content.head.model_dump()),
            Trust.from_json(content.trust.model_dump()),
            every_step=content.every_step,
        ),
        baselines=Baselines.from_json(content.baselines.model_dump()),
        rivals=Rivals.from_json(content.rivals.model_dump()),
        interval=Interval.from_json(content.interval.model_dump()),
        step_seconds=content.calendar.step_seconds,
        learned_until=content.learned_until,
    )


def load_context(run: runs.Run, *, inputs: int | None = None) -> Context:
    """Load the newest rows of the training file.

    Args:
        run: Of the network, or the folder of one of its series.
        inputs: Of the network; None: as many as are scaled.

    Raises:
        InputError: A file of the run is missing or damaged.
    """
    content = read_beside(run, FITTED, FittedFile)
    path = run.path / CONTEXT
    saved = load_arrays(path)
    with undamaged(path):
        context = Context(
            window=saved["window"],
            dates=saved["dates"].astype("datetime64[s]"),
            prices=saved["prices"].astype(np.float64),
            **{name: float(saved[name]) for name in NUMBERS},
            calendar=Calendar.from_json(content.calendar.model_dump()),
        )
        shape = (content.window, inputs or len(content.scaling.center))
        fits = context.window.shape == shape and context.dates.shape == context.prices.shape
        numbers = [getattr(context, name) for name in ("window", "prices", *NUMBERS)]
        finite = all(np.isfinite(number).all() for number in numbers)
        if not (fits and finite and are_dates(context.dates)):
            raise ValueError(f"expected a window of shape {shape}, prices and their dates")
    return context
