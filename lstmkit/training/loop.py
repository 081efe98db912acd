"""What every fit shares: seed, progress, early stopping, checkpoint and resume.

The mathematics is Keras's own: each step is ``model.train_step``, as `keras.Model.fit` runs it.
What differs is the loop around it. Examples live as tensors and a batch is gathered by index
inside the graph, so many steps run in one call; and everything that the next step depends on
(weights, optimizer, dropout seeds, running metrics, the place in the shuffled order) is in the
checkpoint, so that a resumed run ends with the same weights and the same history as an
uninterrupted one.
"""

import importlib.util
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
from typing import Any, Protocol

import numpy as np

from lstmkit.quiet import native_stderr

with native_stderr():
    import keras
    import tensorflow as tf

from lstmkit.config import TrainConfig
from lstmkit.errors import InputError, InterruptedRunError, RunError
from lstmkit.files import whole, write_bytes
from lstmkit.progress import Progress
from lstmkit.runs import Run
from lstmkit.training import fused
from lstmkit.training.allocation import keep_freed_memory
from lstmkit.training.stopping import stop_signals

CHECKPOINT = "checkpoint.npz"
SECONDS_PER_CALL = 0.5

log = logging.getLogger(__name__)
tf.get_logger().setLevel(logging.ERROR)  # every fold of a backtest is traced, and that is meant


class Examples(Protocol):
    """Training examples of which any batch can be gathered inside a TensorFlow graph."""

    def __len__(self) -> int:
        """Return the number of examples."""

    def gather(self, indices: tf.Tensor) -> tuple[Any, ...]:
        """Return ``(x, y)`` or ``(x, y, sample_weight)`` for `indices` of shape (batch,)."""


class ArrayExamples:
    """Examples that are rows of arrays.

    Args:
        x: Inputs, (examples, ...); a tuple or dictionary of arrays for several inputs.
        y: Targets, (examples, ...).
        sample_weight: Weight of each example, (examples,), or None.
    """

    def __init__(self, x: Any, y: Any, sample_weight: np.ndarray | None = None) -> None:
        """Move the arrays into tensors, once."""
        arrays = (x, y) if sample_weight is None else (x, y, sample_weight)
        self._tensors = tf.nest.map_structure(tf.convert_to_tensor, arrays)

    def __len__(self) -> int:
        return int(tf.nest.flatten(self._tensors)[0].shape[0])

    def gather(self, indices: tf.Tensor) -> tuple[Any, ...]:
        """Return the rows at `indices`."""
        rows = tf.nest.map_structure(lambda tensor: tf.gather(tensor, indices), self._tensors)
        return tuple(rows)


@dataclass
class _State:
    """All that the next step depends on, beside the variables."""

    epoch: int = 0
    step: int = 0
    best: float = math.inf
    best_epoch: int = 0
    finished: bool = False
    history: list[dict[str, float | int | None]] = field(default_factory=list)


def seed_everything(seed: int) -> None:
    """Seed Python, NumPy and Keras, and make TensorFlow's kernels deterministic.

    Raises:
        InputError: Keras runs on another backend than TensorFlow.
    """
    backend = keras.backend.backend()
    if backend != "tensorflow":
        raise InputError(
            f"KERAS_BACKEND: lstmkit trains on tensorflow, found {backend}; unset KERAS_BACKEND"
        )
    keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()


def accelerate(model: keras.Model, config: TrainConfig) -> None:
    """Run the model's LSTM layers through the fused kernel, unless the config says not to."""
    if config.accelerate:
        keep_freed_memory()
        for layer in fused.accelerate(model):
            log.info("%s", layer)


def optimizer(config: TrainConfig) -> keras.Optimizer:
    """Return Adam (Kingma and Ba, 2015) with the learning rate and clipping of the config."""
    return keras.optimizers.Adam(config.learning_rate, global_clipnorm=config.clip_norm)


def fit(
    model: keras.Model,
    train: Examples,
    validation: Examples | None,
    *,
    batch_size: int,
    config: TrainConfig,
    seed: int,
    run: Run,
    resume_command: str,
    label: str = "train",
) -> list[dict[str, float | int | None]]:
    """Train a compiled model; afterwards it holds the best weights.

    Best is the lowest validation loss, the untrained model (epoch 0) included; without validation
    examples it is the last epoch. If the run folder holds a checkpoint, training goes on from it.

    Args:
        model: A built and compiled model.
        train: Examples to learn from.
        validation: Examples that decide when to stop, or None.
        batch_size: Examples per step.
        config: Epochs, patience and the rest.
        seed: Decides the order of the examples in every epoch.
        run: Where checkpoints go.
        resume_command: What to tell the user after an interruption.
        label: What the progress line says.

    Returns:
        One row per epoch: ``epoch``, ``loss`` and the model's metrics, each also as ``val_...``.

    Raises:
        InterruptedRunError: The user stopped it; the checkpoint is saved.
        RunError: The loss is no longer a finite number.
    """
    loop = _Loop(model, train, validation, batch_size, config, seed, run)
    with stop_signals() as stopped:
        loop.run_to_end(stopped, resume_command, label)
    return loop.state.history


def forget_checkpoint(run: Run) -> None:
    """Remove the checkpoint of a finished run."""
    (run.path / CHECKPOINT).unlink(missing_ok=True)


class _Loop:
    def __init__(
        self,
        model: keras.Model,
        train: Examples,
        validation: Examples | None,
        batch_size: int,
        config: TrainConfig,
        seed: int,
        run: Run,
    ) -> None:
        self.model, self.config, self.seed, self.path = model, config, seed, run.path / CHECKPOINT
        self.train, self.validation = train, validation
        self.batch = min(batch_size, len(train))
        self.steps = math.ceil(len(train) / self.batch)
        self.state = _State()
        self.saved_at = time.monotonic()
        self.span = 1  # steps per call, found while training
        self.metrics: dict[str, float] = {}
        _build(model, train)
        self.best_weights: list[np.ndarray] = []  # stays empty where nothing is held out
        self.train_steps = self._graph(train, model.train_step)
        self.test_steps = self._graph(validation, model.test_step) if validation else None
        self.board = _tensorboard(run) if config.tensorboard else None

    def _graph(self, examples: Examples, step: Callable[[Any], Any]) -> Any:
        """Return a graph function that runs steps ``first`` to ``last`` of an order.

        It returns the metrics so far: reckoned there, they cost nothing beside the steps.
        """
        batch = self.batch

        @tf.function(  # type: ignore[untyped-decorator]
            input_signature=[
                tf.TensorSpec([None], tf.int32),
                tf.TensorSpec([], tf.int32),
                tf.TensorSpec([], tf.int32),
            ]
        )
        def steps(order: tf.Tensor, first: tf.Tensor, last: tf.Tensor) -> dict[str, tf.Tensor]:
            for index in tf.range(first, last):
                step(examples.gather(order[index * batch : (index + 1) * batch]))
            results: dict[str, tf.Tensor] = self.model.get_metrics_result()
            return results

        return steps

    def run_to_end(self, stopped: Callable[[], bool], resume_command: str, label: str) -> None:
        """Train from the checkpoint, if there is one, to the last epoch."""
        state = self.state
        if self.path.exists():
            self._restore()
            state = self.state
            log.info("resuming in epoch %d of %d", state.epoch + 1, self.config.epochs)
        elif self.validation is not None:
            self._close_epoch({"loss": None})
        with Progress(
            self.config.epochs * self.steps,
            label=label,
            initial=state.epoch * self.steps + state.step,
            at_most=self.config.patience is not None,
        ) as progress:
            while not state.finished:
                self._epoch(progress, stopped, resume_command)
        if self.best_weights:
            self.model.set_weights(self.best_weights)
        self._save()

    def _epoch(self, progress: Progress, stopped: Callable[[], bool], resume: str) -> None:
        state, order = self.state, self._order()
        if state.step == 0:
            self.model.reset_metrics()
        while state.step < self.steps:
            last = min(state.step + self.span, self.steps)
            began = time.monotonic()
            self.metrics = _floats(self.train_steps(order, state.step, last))
            spent = time.monotonic() - began
            done, state.step = last - state.step, last
            if spent < SECONDS_PER_CALL:
                self.span = min(2 * self.span, self.steps)
            elif self.span > 1:
                self.span //= 2
            if state.step < self.steps:
                progress.update(done, self._text())
                self._breathe(stopped, resume)
        self._close_epoch(self.metrics)
        progress.update(done, self._text())
        self._breathe(stopped, resume)

    def _order(self) -> tf.Tensor:
        """Return the shuffled indices of this epoch, the same whenever it is run."""
        shuffled = np.random.default_rng([self.seed, self.state.epoch]).permutation(len(self.train))
        return tf.constant(shuffled, tf.int32)

    def _close_epoch(self, metrics: dict[str, Any]) -> None:
        """Score the validation examples, note the epoch, decide whether to stop."""
        state, config = self.state, self.config
        trained = bool(state.step)
        state.epoch, state.step = state.epoch + trained, 0
        row = {"epoch": state.epoch, **metrics}
        if self.validation is not None and self.test_steps is not None:
            self.model.reset_metrics()
            count = math.ceil(len(self.validation) / self.batch)
            found = _floats(self.test_steps(tf.range(len(self.validation)), 0, count))
            row |= {f"val_{name}": value for name, value in found.items()}
        state.history.append(row)
        self._refuse_divergence(row)
        watched = row.get("val_loss", -state.epoch)
        if watched < state.best:
            state.best, state.best_epoch = watched, state.epoch
            if self.validation is not None:
                self.best_weights = [weight.numpy() for weight in self.model.weights]
        waited = state.epoch - state.best_epoch
        out_of_patience = config.patience is not None and waited >= config.patience
        state.finished = state.epoch >= config.epochs or out_of_patience
        if self.board is not None:
            with self.board.as_default():
                for name, value in row.items():
                    if name != "epoch" and value is not None:
                        tf.summary.scalar(name, value, step=state.epoch)

    def _refuse_divergence(self, row: dict[str, Any]) -> None:
        for name in ("loss", "val_loss"):
            value = row.get(name)
            if value is not None and not math.isfinite(value):
                self.path.unlink(missing_ok=True)
                raise RunError(
                    f"training diverged: {name} is {value} in epoch {row['epoch']}; expected a "
                    f"finite number; try --set train.learning_rate="
                    f"{self.config.learning_rate / 10:g} or --set train.clip_norm=1"
                )

    def _text(self) -> str:
        state = self.state
        row = state.history[-1] if state.history and state.step == 0 else self.metrics
        shown = [f"epoch {state.epoch + bool(state.step)}/{self.config.epochs}"]
        shown += [f"{k} {row[k]:.4g}" for k in ("loss", "val_loss") if row.get(k) is not None]
        return ", ".join(shown)

    def _breathe(self, stopped: Callable[[], bool], resume_command: str) -> None:
        """Save if it is time, or if the user wants to stop."""
        if stopped():
            self._save()
            raise InterruptedRunError(
                f"stopped after {self.state.epoch} of {self.config.epochs} epochs; "
                f"nothing is lost; go on with:\n  {resume_command}"
            )
        if time.monotonic() - self.saved_at >= self.config.checkpoint_seconds:
            self._save()

    def _variables(self) -> dict[str, Any]:
        groups = {
            "model": self.model.variables,
            "optimizer": self.model.optimizer.variables,
            "metric": self.model.metrics_variables,
        }
        return {f"{name}{i}": v for name, group in groups.items() for i, v in enumerate(group)}

    def _save(self) -> None:
        arrays = {name: np.asarray(variable) for name, variable in self._variables().items()}
        arrays |= {f"best{i}": weight for i, weight in enumerate(self.best_weights)}
        arrays["meta"] = np.frombuffer(json.dumps(asdict(self.state)).encode(), np.uint8)
        stream = io.BytesIO()
        np.savez(stream, **arrays)  # type: ignore[arg-type]
        write_bytes(self.path, stream.getvalue())
        self.saved_at = time.monotonic()

    def _restore(self) -> None:
        try:
            with np.load(self.path, allow_pickle=False) as saved:
                self.state = _State(**json.loads(saved["meta"].tobytes()))
                for name, variable in self._variables().items():
                    variable.assign(saved[name])
                kept = len(self.model.weights) if self.validation is not None else 0
                self.best_weights = [saved[f"best{i}"] for i in range(kept)]
        except (
            *(OSError, ValueError, KeyError, TypeError, EOFError),
            *(zipfile.BadZipFile, zlib.error),
        ) as error:
            raise InputError(
                f"{self.path}: damaged or from another version ({error}); "
                f"delete it to start this run over"
            ) from error


def _floats(results: dict[str, tf.Tensor]) -> dict[str, float]:
    return {name: float(value) for name, value in results.items()}


def _build(model: keras.Model, examples: Examples) -> None:
    """Make the variables of optimizer and metrics now: a graph's loop cannot."""
    model.optimizer.build(model.trainable_variables)
    x, y, *weight = examples.gather(tf.constant([0], tf.int32))
    answer = tf.nest.map_structure(_zeros_like_output, model.output, y)
    model.compute_loss(x=x, y=y, y_pred=answer, sample_weight=weight[0] if weight else None)
    model.compute_metrics(x, y, answer, weight[0] if weight else None)
    model.reset_metrics()


def _zeros_like_output(output: keras.KerasTensor, target: tf.Tensor) -> tf.Tensor:
    """Return zeros for one example; a free time axis is as long as the target's."""
    shape = [1, *output.shape[1:]]
    return tf.zeros([target.shape[i] if n is None else n for i, n in enumerate(shape)])


def _tensorboard(run: Run) -> Any:
    if importlib.util.find_spec("tensorboard") is None:
        raise InputError(
            "train.tensorboard: TensorBoard is not installed; "
            "pip install 'lstmkit[tensorboard]', or set it to false"
        )
    return tf.summary.create_file_writer(str(run.path / "tensorboard"))


def save_model(model: keras.Model, path: Path) -> None:
    """Save a plain ``.keras`` file, whole or not at all."""
    with whole(path) as temporary:
        model.save(temporary)
