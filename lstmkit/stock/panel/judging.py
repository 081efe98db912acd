"""One series, of many or the only one: calibrated, scored, kept beside the network."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from lstmkit import runs, runtime
from lstmkit.files import write_json
from lstmkit.stock import forecaster, shipped
from lstmkit.stock.data import Dataset
from lstmkit.stock.fitting import familiar
from lstmkit.stock.fitting.network import Network, View
from lstmkit.stock.fitting.span import Span
from lstmkit.stock.fitting.start import Start
from lstmkit.stock.forecaster import Forecaster
from lstmkit.stock.panel.ahead import other
from lstmkit.stock.panel.member import folder, part_of
from lstmkit.stock.result import Scored
from lstmkit.stock.scores import evaluation


@dataclass(frozen=True)
class Judge:
    """What forecasts one series.

    Attributes:
        dataset: The series, its training span being what the model has seen of it.
        trained: The model with all that is fitted to the series.
        view: The series as the network sees it.
        told: What the network said of every row with a window before it, and the row to come.
    """

    dataset: Dataset
    trained: Forecaster
    view: View
    told: np.ndarray

    def score(self, run: runs.Run, *, first_test: int) -> Scored:
        """Score the rows from `first_test` on; the result will be written into `run`."""
        return evaluation.score(
            run.path, self.dataset, self.trained, self.view, self.told, first_test=first_test
        )


def complete(run: runs.Run, part: runs.Run, span: Span, model: runtime.Model) -> Scored:
    """Calibrate a trained network for one series, score it, look ahead, keep what it needs.

    Args:
        run: Where the result will be written.
        part: The folder for what is fitted to the series.
        span: The series.
        model: The network.
    """
    dataset, view = span.dataset, span.view
    every_step = span.config.train.supervision == "every_step"
    network = Network(
        model, span.config.data.window, span.scaling, span.aim.anchor, every_step=every_step
    )
    told = network.tell(view)
    trained = span.calibrated(network, told)
    result = Judge(dataset, trained, view, told).score(run, first_test=span.first_test)
    context = trained.latest(dataset, view, told)
    trained.save(part, context)
    familiar.save(part, dataset)
    ahead = trained.look_ahead(context, span.config.interval.horizons)
    return replace(result, ahead=ahead)


def judged(
    run: runs.Run, dataset: Dataset, *, own: bool, model: runtime.Model | None = None
) -> Judge:
    """Return what scores a series, with a training span that holds all the model has seen of it.

    Args:
        run: The model's.
        dataset: The series.
        own: Whether it is the very file that the model was trained on.
        model: The network, where it is loaded already.

    Raises:
        InputError: No row is left to score, or there are too few rows.
    """
    part = part_of(run, dataset.name)
    if part is None and shipped.lends(run):
        start = Start(run.path).file
        dataset = shipped.tested_after(dataset, start.trained_until, start.window)
        return Judge(dataset, *shipped.forecaster_for(run, dataset, rivals=True))
    trained = forecaster.load(run, part, model=model)
    window = trained.network.window
    if not own:
        dataset = familiar.without_seen(other(dataset, trained), part or run, window)
    dataset = shipped.tested_after(dataset, trained.learned_until, window)
    view = trained.network.view(dataset.values, dataset.extremes)
    return Judge(dataset, trained, view, trained.network.tell(view))


def keep_metrics(run: runs.Run, number: int, result: Scored) -> None:
    """Write the metrics of one of many series into its folder."""
    write_json(folder(run, number, result.name).path / runs.METRICS, result.metrics)
