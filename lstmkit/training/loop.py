"""The one learning loop: patience, progress, checkpoint, resume, divergence.

What learns is a `Learner`: a Keras model in TensorFlow's graph (`keras_learner`), or the NumPy
character model (`lstmkit.letters.learner`). All that its next step depends on is in the checkpoint,
with the place in the loop, so that a run that was stopped anywhere ends with the same weights and
the same history as one that was not.
"""

import json
import logging
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

import numpy as np

from lstmkit.arrays import load_arrays, save_arrays
from lstmkit.errors import InterruptedRunError, RunError
from lstmkit.files import undamaged
from lstmkit.progress import Progress
from lstmkit.runs import Run
from lstmkit.training.stopping import stop_signals

CHECKPOINT = "checkpoint.npz"
SECONDS_PER_CALL = 0.5

Row = dict[str, Any]
History = list[Row]
log = logging.getLogger(__name__)


class Settings(Protocol):
    """The part of a config that the loop reads."""

    @property
    def epochs(self) -> int:
        """Passes over the examples, at most."""

    @property
    def patience(self) -> int | None:
        """Epochs without a better validation loss before it stops; None: never."""

    @property
    def learning_rate(self) -> float:
        """How far a step goes; the advice after a divergence."""

    @property
    def checkpoint_seconds(self) -> float:
        """At most this much work is lost when the process is killed."""


class Learner(Protocol):
    """What the loop asks of a network that learns, whatever it is made of."""

    steps: int  # in an epoch

    def step(self, epoch: int, first: int, last: int) -> dict[str, float]:
        """Take steps `first` to `last` of an epoch; return its metrics so far, `loss` among them.

        The order of the examples depends on the seed and the epoch alone. Step 0 begins the epoch's
        metrics anew.
        """

    def score(self) -> dict[str, float | None]:
        """Return the metrics of the held-out examples; None, or no metric, where there are none."""

    def remarks(self) -> Row:
        """Return what else the row of an epoch should hold."""

    def keep(self) -> None:
        """Remember the weights as the best so far."""

    def take_best(self) -> None:
        """Go back to the weights that were kept."""

    def state(self) -> dict[str, np.ndarray]:
        """Return all that the next step depends on, the kept weights included."""

    def restore(self, state: Mapping[str, np.ndarray]) -> None:
        """Take up what `state` returned."""


@dataclass
class Place:
    """Where the loop is: all that it depends on itself."""

    epoch: int = 0
    step: int = 0
    best: float = math.inf
    best_epoch: int = 0
    finished: bool = False
    history: History = field(default_factory=list)


def fit(
    learner: Learner,
    settings: Settings,
    run: Run,
    *,
    label: str = "train",
    observers: Sequence[Callable[[Row], None]] = (),
) -> History:
    """Let a network learn; afterwards it holds its best weights.

    Best is the lowest validation loss, the untrained network (epoch 0) included; where nothing is
    held out it is the last epoch. If the run folder holds a checkpoint, learning goes on from it;
    after the last epoch the checkpoint stays, so that whatever comes next can be stopped too.

    Args:
        learner: What learns.
        settings: Epochs, patience and the rest.
        run: Where the checkpoint is kept.
        label: What the progress line says.
        observers: Called with the row of every epoch that ends.

    Returns:
        One row per epoch: `epoch`, `loss` and the learner's metrics, each also as `val_...`.

    Raises:
        InterruptedRunError: The user stopped it; the checkpoint is saved.
        RunError: The loss is no longer a finite number.
        InputError: The checkpoint is damaged.
    """
    loop = Loop(learner, settings, run, observers)
    with stop_signals() as stopped:
        loop.run_to_end(stopped, label)
    return loop.place.history


def forget_checkpoint(run: Run) -> None:
    """Remove what a run had kept to be resumed."""
    (run.path / CHECKPOINT).unlink(missing_ok=True)


class Loop:
    """One training from its checkpoint, if there is one, to its end."""

    def __init__(
        self,
        learner: Learner,
        settings: Settings,
        run: Run,
        observers: Sequence[Callable[[Row], None]] = (),
    ) -> None:
        """Begin at the beginning; `run_to_end` looks for a checkpoint."""
        self.learner, self.settings, self.path = learner, settings, run.path / CHECKPOINT
        self.observers = observers
        self.place = Place()
        self.metrics: dict[str, float] = {}
        self.saved_at = time.monotonic()
        self.span = 1  # steps per call, found while training

    def run_to_end(self, stopped: Callable[[], bool], label: str) -> None:
        """Learn to the last epoch."""
        place, steps = self.place, self.learner.steps
        if self.path.exists():
            place = self._restore()
            log.info("resuming in epoch %d of %d", place.epoch + 1, self.settings.epochs)
        elif scored := self.learner.score():
            self._close_epoch({"loss": None}, scored)
            self._observe()
        with Progress(
            self.settings.epochs * steps,
            label=label,
            initial=place.epoch * steps + place.step,
            at_most=self.settings.patience is not None,
        ) as progress:
            while not place.finished:
                self._epoch(progress, stopped)
        if place.history[-1].get("val_loss") is not None:
            self.learner.take_best()
        self._save()

    def _epoch(self, progress: Progress, stopped: Callable[[], bool]) -> None:
        place, steps = self.place, self.learner.steps
        while place.step < steps:
            last = min(place.step + self.span, steps)
            began = time.monotonic()
            self.metrics = self.learner.step(place.epoch, place.step, last)
            self._pace(time.monotonic() - began)
            done, place.step = last - place.step, last
            if place.step < steps:
                progress.update(done, self._text())
                self._breathe(stopped)
        place.epoch, place.step = place.epoch + 1, 0
        self._close_epoch(self.metrics, self.learner.score())
        progress.update(done, self._text())
        with progress.aside():
            self._observe()
        self._breathe(stopped)

    def _pace(self, seconds: float) -> None:
        """Take more steps per call while calls are short, fewer once they are long."""
        if seconds < SECONDS_PER_CALL:
            self.span = min(2 * self.span, self.learner.steps)
        elif self.span > 1:
            self.span //= 2

    def _close_epoch(self, metrics: Mapping[str, Any], scored: Mapping[str, float | None]) -> None:
        """Note the epoch, remember the weights if they are the best, decide whether to stop."""
        place, settings = self.place, self.settings
        row = {"epoch": place.epoch, **metrics}
        row |= {f"val_{name}": value for name, value in scored.items()}
        self._refuse_divergence(row)
        place.history.append({**row, **self.learner.remarks()})
        loss = scored.get("loss")
        watched = -place.epoch if loss is None else loss
        if watched < place.best:
            place.best, place.best_epoch = watched, place.epoch
            if loss is not None:
                self.learner.keep()
        waited = place.epoch - place.best_epoch
        out_of_patience = settings.patience is not None and waited >= settings.patience
        place.finished = place.epoch >= settings.epochs or out_of_patience

    def _observe(self) -> None:
        for observer in self.observers:
            observer(self.place.history[-1])

    def _refuse_divergence(self, row: Mapping[str, Any]) -> None:
        for name in ("loss", "val_loss"):
            value = row.get(name)
            if value is not None and not math.isfinite(value):
                self.path.unlink(missing_ok=True)
                raise RunError(
                    f"training diverged: {name} is {value} in epoch {row['epoch']}; expected a "
                    f"finite number; try --set train.learning_rate="
                    f"{self.settings.learning_rate / 10:g}"
                )

    def _text(self) -> str:
        place = self.place
        row = place.history[-1] if place.history and place.step == 0 else self.metrics
        shown = [f"epoch {place.epoch + bool(place.step)}/{self.settings.epochs}"]
        shown += [f"{k} {row[k]:.4g}" for k in ("loss", "val_loss") if row.get(k) is not None]
        return ", ".join(shown)

    def _breathe(self, stopped: Callable[[], bool]) -> None:
        """Save if it is time, or if the user wants to stop."""
        if stopped():
            self._save()
            raise InterruptedRunError(
                f"stopped after {self.place.epoch} of {self.settings.epochs} epochs; "
                "nothing is lost"
            )
        if time.monotonic() - self.saved_at >= self.settings.checkpoint_seconds:
            self._save()

    def _save(self) -> None:
        arrays: dict[str, Any] = dict(self.learner.state())
        arrays["place"] = np.frombuffer(json.dumps(asdict(self.place)).encode(), np.uint8)
        try:
            save_arrays(self.path, arrays, parents=False)
        except RunError as error:
            folder = self.path.parent
            if folder.is_dir():
                raise
            raise RunError(f"{folder}: the run's folder is gone; it is not made anew") from error
        self.saved_at = time.monotonic()

    def _restore(self) -> Place:
        remedy = "delete it to start this run over"
        saved = load_arrays(self.path, remedy=remedy)
        with undamaged(self.path, remedy=remedy):
            self.place = Place(**json.loads(saved["place"].tobytes()))
            self.learner.restore(saved)
        return self.place
