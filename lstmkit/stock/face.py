"""The stock pipeline for notebooks and scripts: keywords are keys of the config."""

from pathlib import Path
from typing import Any

from lstmkit.face import OUTPUT, AnyPath, AnyRun, configured, path_of, run_of
from lstmkit.stock import pipeline
from lstmkit.stock.panel.result import PanelOutlook
from lstmkit.stock.result import Outlook, Result


def train(source: AnyPath | None = None, *, output: AnyPath = OUTPUT, **settings: Any) -> Result:
    """Train on a price file, or on a folder of them; see `pipeline.train`.

    Args:
        source: The file or the folder; None: the sample that ships with matplotlib.
        output: Folder of all runs.
        settings: Keys of the config, such as `epochs=50`.
    """
    return pipeline.train(path_of(source), configured("stock", settings), Path(output))


def resume(run: AnyPath, *, output: AnyPath = OUTPUT) -> Result:
    """Go on with an interrupted training."""
    return pipeline.resume(Path(run), Path(output))


def evaluate(
    source: AnyPath | None = None,
    *,
    run: AnyRun = None,
    series: str | None = None,
    output: AnyPath = OUTPUT,
) -> Result:
    """Score a model on a file, or on the test span of its own; see `pipeline.evaluate`."""
    return pipeline.evaluate(path_of(source), run_of(run), Path(output), series=series)


def forecast(
    source: AnyPath | None = None,
    *,
    run: AnyRun = None,
    series: str | None = None,
    days: int | None = None,
    output: AnyPath = OUTPUT,
) -> Outlook | PanelOutlook:
    """Forecast the rows after the last one, with a picture; see `pipeline.forecast`."""
    return pipeline.forecast(
        path_of(source), run_of(run), Path(output), steps=days, series=series, plot=True
    )


def backtest(
    source: AnyPath | None = None, *, folds: int = 5, output: AnyPath = OUTPUT, **settings: Any
) -> Result:
    """Walk forward through a file, training anew before each fold; see `pipeline.backtest`."""
    config = configured("stock", settings)
    return pipeline.backtest(path_of(source), config, Path(output), folds=folds)


def inspect(source: AnyPath | None = None, **settings: Any) -> dict[str, Any]:
    """Return what would be read from a file, and what would be repaired."""
    return pipeline.inspect(path_of(source), configured("stock", settings))
