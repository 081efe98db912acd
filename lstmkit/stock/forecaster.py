"""A trained network with every statistic of its training span, and the newest rows to go on from.

Saved beside the model as `fitted.json` and `context.npz`, so that forecasting needs neither the
CSV nor Keras: NumPy reads the model and runs it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
from pydantic import ValidationError

from lstmkit import runs, runtime
from lstmkit.errors import InputError
from lstmkit.files import atomic, undamaged, write_json
from lstmkit.progress import Progress
from lstmkit.stock.baselines import Baselines
from lstmkit.stock.calendar import Calendar
from lstmkit.stock.config import IntervalConfig
from lstmkit.stock.fitted import FittedFile
from lstmkit.stock.intervals import Interval, conformal_quantile, recent_error
from lstmkit.stock.result import Forecast
from lstmkit.stock.scaling import Scaling, roll_forward, windows

FITTED, CONTEXT = "fitted.json", "context.npz"
BLOCK_ROWS = 8192
MAX_ORIGINS = 250
WARM_UP_ROWS = 250
TINY = 1e-300


@dataclass(frozen=True)
class Network:
    """A saved model with the scaling around it: windows of prices in, prices out.

    Attributes:
        model: Run in NumPy.
        window: Rows it sees.
        scaling: Prices to inputs, outputs to prices.
    """

    model: runtime.Model
    window: int
    scaling: Scaling

    def predict(self, values: np.ndarray, rows: np.ndarray, *, label: str) -> np.ndarray:
        """Return the one-row-ahead forecast of every given row, in blocks of bounded memory.

        Args:
            values: The whole series, (rows, columns).
            rows: Rows to forecast, (n,); none smaller than the window.
            label: What the progress line says.

        Returns:
            Prices, (n,); the forecast of row t uses rows before t only.
        """
        features = self.scaling.features(values)
        predicted = np.empty(len(rows))
        with Progress(len(rows), label=label, unit="row") as progress:
            for start in range(0, len(rows), BLOCK_ROWS):
                block = rows[start : start + BLOCK_ROWS]
                output = self.model.predict(windows(features, self.window, block))[:, 0]
                predicted[start : start + len(block)] = self.scaling.to_price(
                    output, values[block - 1, 0]
                )
                progress.update(len(block))
        return predicted

    def predict_all(self, values: np.ndarray, *, last: bool = False) -> np.ndarray:
        """Return the forecast of every row that has a window before it.

        Args:
            values: The whole series, (rows, columns).
            last: Only of the newest rows, as many as a forecast looks back on.

        Returns:
            Prices, (rows - window,), or fewer.
        """
        first = max(self.window, len(values) - WARM_UP_ROWS) if last else self.window
        return self.predict(values, np.arange(first, len(values)), label="evaluate")

    def paths(self, values: np.ndarray, origins: np.ndarray, steps: int) -> np.ndarray:
        """Return forecasts of rows `origin`, `origin` + 1, ..., made before row `origin`.

        Returns:
            Prices, (origins, steps).
        """
        features = self.scaling.features(values)
        last_windows = windows(features, self.window, origins)
        last_prices = values[origins - 1, 0]
        return roll_forward(self.model.predict, last_windows, last_prices, self.scaling, steps)


@dataclass(frozen=True)
class Forecaster:
    """A network with its baselines, its interval and its calendar.

    Attributes:
        name: The ticker it was trained on.
        column: The column it forecasts.
        network: The saved model with its scaling.
        baselines: The simple forecasts.
        interval: The prediction interval.
        step_seconds: Usual distance of two rows of the training file.
    """

    name: str
    column: str
    network: Network
    baselines: Baselines
    interval: Interval
    step_seconds: int

    def look_ahead(self, context: Context, steps: int) -> Forecast:
        """Forecast the rows after the last one of `context`, with an interval that widens."""
        network = self.network
        path = roll_forward(
            network.model.predict,
            context.window[None],
            context.prices[-1:],
            network.scaling,
            steps,
        )[0]
        half = np.array(
            [self.interval.half_width(context.recent_error, step) for step in range(1, steps + 1)]
        )
        lower, upper = (network.scaling.shift(path, sign * half) for sign in (-1, 1))
        return Forecast(context.calendar.after(context.dates[-1], steps), path, lower, upper)

    def save(self, run: runs.Run, context: Context) -> None:
        """Write `fitted.json` and `context.npz` into the run folder."""
        network = self.network
        content = {
            "name": self.name,
            "column": self.column,
            "window": network.window,
            "scaling": asdict(network.scaling),
            "baselines": asdict(self.baselines),
            "interval": asdict(self.interval),
            "calendar": asdict(context.calendar),
        }
        with atomic(run.path / CONTEXT, "wb") as stream:
            np.savez(
                stream,
                window=context.window,
                dates=context.dates,
                prices=context.prices,
                recent_error=np.float64(context.recent_error),
            )
        write_json(run.path / FITTED, content)


@dataclass(frozen=True)
class Context:
    """The newest rows of a series: all that a forecast starts from.

    Attributes:
        window: Scaled inputs of the newest rows, float32, (window, columns).
        dates: Of the newest rows, `datetime64[s]`, (rows,).
        prices: Of the newest rows, (rows,).
        recent_error: Moving average of absolute errors up to the last row.
        calendar: When the next rows come.
    """

    window: np.ndarray
    dates: np.ndarray
    prices: np.ndarray
    recent_error: float
    calendar: Calendar


def calibrate(
    network: Network,
    values: np.ndarray,
    predicted: np.ndarray,
    held_out: np.ndarray,
    settings: IntervalConfig,
) -> Interval:
    """Calibrate the interval on the training span.

    Args:
        network: The trained network.
        values: Training rows only, (rows, columns).
        predicted: Its forecast of every row from its window on, (rows - window,) at least.
        held_out: Rows no weight was fitted on, (n,), the tail of `values`; they did choose the
            epoch, one number out of a few dozen. (Where nothing was held out these are all rows,
            and the interval is too narrow by what was overfitted.)
        settings: Coverage, decay, horizons.
    """
    prices, window = values[:, 0], network.window
    first = max(window, held_out[0] - WARM_UP_ROWS)
    told = predicted[first - window : len(prices) - window]
    errors = network.scaling.error(prices[first:], told)
    start = float(np.abs(errors).mean())
    known = np.maximum(recent_error(errors, settings.decay, start), TINY)
    chosen = held_out - first
    scores = [np.abs(errors[chosen]) / known[chosen]]

    horizons = max(1, min(settings.horizons, len(held_out) // 2))
    origins = np.arange(held_out[0], len(prices) - horizons + 1)
    origins = origins[np.unique(np.linspace(0, len(origins) - 1, MAX_ORIGINS).astype(int))]
    paths = network.paths(values, origins, horizons)
    for step in range(1, horizons):
        missed = network.scaling.error(prices[origins + step], paths[:, step])
        scores.append(np.abs(missed) / known[origins - first])
    quantiles = [conformal_quantile(one, settings.coverage) for one in scores]
    return Interval(
        coverage=settings.coverage,
        decay=settings.decay,
        start=start,
        quantiles=tuple(np.maximum.accumulate(quantiles).tolist()),
        constant=conformal_quantile(np.abs(errors[chosen]), settings.coverage),
        calibration_rows=len(held_out),
    )


def load(run: runs.Run) -> Forecaster:
    """Load a trained network with its statistics.

    Raises:
        InputError: A file of the run is missing or damaged, or they do not fit together.
    """
    content = _fitted(run)
    model = runtime.load(run.path / runs.MODEL)
    expected = (None, content.window, len(content.scaling.center))
    if tuple(model.input_shapes) != (expected,):
        raise InputError(
            f"{run.path / FITTED}: does not fit {runs.MODEL}: expected inputs {expected}, "
            f"the model takes {model.input_shapes}; train again"
        )
    return Forecaster(
        name=content.name,
        column=content.column,
        network=Network(model, content.window, Scaling.from_json(content.scaling.model_dump())),
        baselines=Baselines.from_json(content.baselines.model_dump()),
        interval=Interval.from_json(content.interval.model_dump()),
        step_seconds=content.calendar.step_seconds,
    )


def load_context(run: runs.Run) -> Context:
    """Load the newest rows of the training file.

    Raises:
        InputError: A file of the run is missing or damaged.
    """
    content = _fitted(run)
    path = run.path / CONTEXT
    with undamaged(path), np.load(path, allow_pickle=False) as saved:
        context = Context(
            window=saved["window"],
            dates=saved["dates"].astype("datetime64[s]"),
            prices=saved["prices"].astype(np.float64),
            recent_error=float(saved["recent_error"]),
            calendar=Calendar.from_json(content.calendar.model_dump()),
        )
        shape = (content.window, len(content.scaling.center))
        fits = context.window.shape == shape and len(context.dates) == len(context.prices) > 0
        finite = np.isfinite(context.window).all() and np.isfinite(context.prices).all()
        if not (fits and finite):
            raise ValueError(f"expected a window of shape {shape} and prices")
    return context


def _fitted(run: runs.Run) -> FittedFile:
    try:
        return FittedFile.model_validate(run.read_json(FITTED))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise InputError(
            f"{run.path / FITTED}: {where or 'content'}: {first['msg']}; edited, or from another "
            f"version; train again"
        ) from error
