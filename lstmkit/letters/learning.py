"""How the character model learns: batches, Adam, patience, checkpoints that can be gone on from."""

import io
import json
import logging
import math
import time
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from lstmkit.cells.optimizer import clip, initialize_adam, update_parameters_with_adam
from lstmkit.cells.types import Gradients, Parameters
from lstmkit.errors import InputError, InterruptedRunError, RunError
from lstmkit.files import write_bytes
from lstmkit.letters import data, model
from lstmkit.letters.config import LettersConfig
from lstmkit.progress import Progress
from lstmkit.runs import Run
from lstmkit.training.stopping import stop_signals

CHECKPOINT = "checkpoint.npz"
#: What NumPy and json raise for a file that is not what it should be.
DAMAGE = (OSError, ValueError, LookupError, TypeError, EOFError, zipfile.BadZipFile, zlib.error)
SHOWN = 4

log = logging.getLogger(__name__)

History = list[dict[str, Any]]


@dataclass
class _Place:
    """Where the learning is, beside the weights."""

    epoch: int = 0
    batch: int = 0
    step: int = 0
    epoch_loss: float = 0.0
    best: float = math.inf
    best_epoch: int = 0
    finished: bool = False
    history: History = field(default_factory=list)


def fit(
    corpus: data.Corpus, config: LettersConfig, run: Run, resume_command: str
) -> tuple[Parameters, History]:
    """Learn to guess the next character.

    Best is the lowest loss on the held-out examples, the untrained model (epoch 0) included; where
    nothing is held out it is the last epoch. If the run folder holds a checkpoint, learning goes on
    from it, and ends with the same numbers as if it had never stopped.

    Args:
        corpus: What to learn from.
        config: Size, epochs and the rest.
        run: Where the checkpoint goes.
        resume_command: What to tell the user after an interruption.

    Returns:
        The best weights, and one row per epoch: `epoch`, `loss` and `val_loss` in nats per
        character, and `written`, what the model writes at that point.

    Raises:
        InterruptedRunError: The user stopped it; the checkpoint is saved.
        RunError: The loss is no longer a finite number.
    """
    learner = _Learner(corpus, config, run.path / CHECKPOINT)
    with stop_signals() as stopped:
        learner.learn(stopped, resume_command)
    return learner.best_parameters, learner.place.history


def forget_checkpoint(run: Run) -> None:
    """Remove the checkpoint of a finished run."""
    (run.path / CHECKPOINT).unlink(missing_ok=True)


class _Learner:
    def __init__(self, corpus: data.Corpus, config: LettersConfig, path: Path) -> None:
        self.corpus, self.config, self.path = corpus, config, path
        rng = np.random.default_rng(config.seed)
        order = rng.permutation(len(corpus.texts))
        held_out = math.ceil(len(order) * config.data.validation_fraction)
        if held_out >= len(order):
            raise InputError(
                f"{corpus.path}: nothing is left to learn from: {len(order)} examples, {held_out} "
                f"held out; use a longer file, or --set data.validation_fraction=0 "
                f"--set train.patience=null"
            )
        self.held_out = [corpus.texts[k] for k in order[:held_out]]
        self.texts = [corpus.texts[k] for k in order[held_out:]]
        self.batches = math.ceil(len(self.texts) / config.train.batch_size)
        self.place = _Place()
        self.parameters = model.initialize_parameters(
            config.model.units, len(corpus.vocabulary), rng
        )
        self.v, self.s = initialize_adam(self.parameters)
        self.best_parameters = _copy(self.parameters)
        self.saved_at = time.monotonic()

    def learn(self, stopped: Callable[[], bool], resume_command: str) -> None:
        """Learn from the checkpoint, if there is one, to the last epoch."""
        if self.path.exists():
            self._restore()
        else:
            self._close_epoch()
        while not self.place.finished:
            # One bar from each shown epoch to the next, so that what is shown stays readable.
            until = 1 << self.place.epoch.bit_length()  # 1, 2, 4, 8, ...
            with self._progress() as progress:
                while not self.place.finished and self.place.epoch < until:
                    self._batch()
                    progress.update(1, self._text())
                    self._breathe(stopped, resume_command)
            self._show()
        self._save()

    def _progress(self) -> Progress:
        place, train = self.place, self.config.train
        return Progress(
            train.epochs * self.batches,
            label="learn",
            initial=place.epoch * self.batches + place.batch,
            at_most=train.patience is not None,
        )

    def _batch(self) -> None:
        place, train = self.place, self.config.train
        order = np.random.default_rng([self.config.seed, place.epoch]).permutation(len(self.texts))
        first = place.batch * train.batch_size
        chosen = [self.texts[k] for k in order[first : first + train.batch_size]]
        x, y = data.examples(self.corpus.vocabulary, chosen)
        loss, gradients = model.loss_and_gradients(self.parameters, x, y)
        place.epoch_loss += loss
        place.batch += 1
        place.step += 1
        clip(gradients, train.clip)
        update_parameters_with_adam(
            self.parameters, gradients, self.v, self.s, place.step, train.learning_rate
        )
        if place.batch == self.batches:
            place.epoch += 1
            self._close_epoch()

    def _close_epoch(self) -> None:
        """Score the held-out examples, note the epoch, decide whether to stop."""
        place, train = self.place, self.config.train
        characters = sum(map(len, self.texts))
        loss = place.epoch_loss / characters if place.epoch else None
        val_loss = self._validation_loss()
        if not all(math.isfinite(one) for one in (loss, val_loss) if one is not None):
            self.path.unlink(missing_ok=True)
            raise RunError(
                f"learning diverged: the loss is {loss}, held out {val_loss}, in epoch "
                f"{place.epoch}; try --set train.learning_rate={train.learning_rate / 10:g}"
            )
        row = {"epoch": place.epoch, "loss": loss, "val_loss": val_loss}
        place.history.append({**row, "written": self._written()})
        watched = -place.epoch if val_loss is None else val_loss
        if watched < place.best:
            place.best, place.best_epoch = watched, place.epoch
            self.best_parameters = _copy(self.parameters)
        waited = place.epoch - place.best_epoch
        out_of_patience = train.patience is not None and waited >= train.patience
        place.finished = place.epoch >= train.epochs or out_of_patience
        place.batch, place.epoch_loss = 0, 0.0

    def _validation_loss(self) -> float | None:
        if not self.held_out:
            return None
        total, size = 0.0, self.config.train.batch_size
        for first in range(0, len(self.held_out), size):
            x, y = data.examples(self.corpus.vocabulary, self.held_out[first : first + size])
            total += model.loss(self.parameters, x, y)
        return total / sum(map(len, self.held_out))

    def _written(self) -> list[str]:
        return [
            model.write(
                self.parameters,
                self.corpus.vocabulary,
                np.random.default_rng([self.config.seed, k]),
                temperature=self.config.write.temperature,
                max_length=min(self.config.write.max_length, self.config.data.window),
                ends=self.corpus.unit == "line",
            )
            for k in range(SHOWN if self.corpus.unit == "line" else 1)
        ]

    def _text(self) -> str:
        row = self.place.history[-1]
        shown = [f"epoch {self.place.epoch}/{self.config.train.epochs}"]
        shown += [f"{k} {row[k]:.3f}" for k in ("loss", "val_loss") if row[k] is not None]
        return ", ".join(shown)

    def _show(self) -> None:
        written = ", ".join(map(repr, self.place.history[-1]["written"]))
        log.warning("%s nats: %s", self._text(), written)

    def _breathe(self, stopped: Callable[[], bool], resume_command: str) -> None:
        """Save if it is time, or if the user wants to stop."""
        if stopped():
            self._save()
            raise InterruptedRunError(
                f"stopped after {self.place.epoch} of {self.config.train.epochs} epochs; "
                f"nothing is lost; go on with:\n  {resume_command}"
            )
        if time.monotonic() - self.saved_at >= self.config.train.checkpoint_seconds:
            self._save()

    def _groups(self) -> dict[str, Parameters | Gradients]:
        return {"W": self.parameters, "v": self.v, "s": self.s, "best": self.best_parameters}

    def _save(self) -> None:
        saved: dict[str, Any] = {
            f"{group}.{name}": array
            for group, arrays in self._groups().items()
            for name, array in arrays.items()
        }
        saved["place"] = np.frombuffer(json.dumps(asdict(self.place)).encode(), np.uint8)
        stream = io.BytesIO()
        np.savez(stream, **saved)
        write_bytes(self.path, stream.getvalue())
        self.saved_at = time.monotonic()

    def _restore(self) -> None:
        try:
            with np.load(self.path, allow_pickle=False) as saved:
                self.place = _Place(**json.loads(saved["place"].tobytes()))
                for group, arrays in self._groups().items():
                    for name, array in arrays.items():
                        array[...] = saved[f"{group}.{name}"]
        except DAMAGE as error:
            raise InputError(
                f"{self.path}: damaged or from another version ({error}); "
                f"delete it to start this run over"
            ) from error


def _copy(parameters: Parameters) -> Parameters:
    return {name: weight.copy() for name, weight in parameters.items()}
