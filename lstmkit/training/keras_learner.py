"""A Keras model that learns in the one loop, in TensorFlow's graph.

The mathematics is Keras's own: each step is `keras.Model.train_step`, as `keras.Model.fit` runs it.
What differs is around it: examples live as tensors and a batch is gathered by index inside the
graph, so that many steps run in one call.
"""

import logging
import math
import random
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from lstmkit.quiet import native_stderr

with native_stderr():
    import keras
    import tensorflow as tf

from lstmkit.config import TrainConfig, epochs_of_pass, steps_of_epoch
from lstmkit.errors import InputError
from lstmkit.files import whole
from lstmkit.runs import Run
from lstmkit.training import fused, loop, tracking
from lstmkit.training.allocation import keep_freed_memory
from lstmkit.training.portable import make_portable

SCORED = 32
"""Examples scored at once, at least: nothing is learned from them, so their order is free."""

log = logging.getLogger(__name__)
tf.get_logger().setLevel(logging.ERROR)  # every fold of a backtest is traced, and that is meant


class Examples(Protocol):
    """Training examples of which any batch can be gathered inside a TensorFlow graph.

    Attributes:
        tensors: What batches are gathered from, nested as they like. The graph is handed it with
            each call: what a graph closes over stays in memory for as long as the process lasts.
    """

    tensors: Any

    def __len__(self) -> int:
        """Return the number of examples."""

    def gather(self, tensors: Any, indices: tf.Tensor) -> tuple[Any, ...]:
        """Return `(x, y)` or `(x, y, sample_weight)` for `indices` of shape (batch,)."""


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
        self.tensors = tf.nest.map_structure(tf.convert_to_tensor, arrays)

    def __len__(self) -> int:
        return int(tf.nest.flatten(self.tensors)[0].shape[0])

    def gather(self, tensors: Any, indices: tf.Tensor) -> tuple[Any, ...]:
        """Return the rows at `indices`."""
        rows = tf.nest.map_structure(lambda tensor: tf.gather(tensor, indices), tensors)
        return tuple(rows)


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
    if threading.current_thread() is not threading.main_thread():
        _own_generator(seed)
    tf.config.experimental.enable_op_determinism()


def _own_generator(seed: int) -> None:
    """Give Keras a generator of its own to draw the seeds of its layers from.

    It draws them from Python's, of which there is one for all threads; in a Dask worker others
    draw from it meanwhile.
    """
    drawing: Any = sys.modules.get("keras.src.random.seed_generator")
    if hasattr(drawing, "python_random"):
        drawing.python_random = random.Random(seed)


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
    label: str = "train",
) -> loop.History:
    """Train a compiled model; afterwards it holds the best weights.

    Args:
        model: A built and compiled model.
        train: Examples to learn from.
        validation: Examples that decide when to stop, or None.
        batch_size: Examples per step.
        config: Epochs, patience and the rest.
        seed: Decides the order of the examples in every epoch.
        run: Where checkpoints go.
        label: What the progress line says.

    Returns:
        One row per epoch, as `loop.fit` has it.

    Raises:
        InterruptedRunError: The user stopped it; the checkpoint is saved.
        RunError: The loss is no longer a finite number.
    """
    observers = tracking.observers(run, config.tracker)
    learner = KerasLearner(model, train, validation, batch_size=batch_size, seed=seed)
    return loop.fit(learner, config, run, label=label, observers=observers)


class KerasLearner:
    """A compiled model with its examples, as the loop asks for it.

    Args:
        model: A built and compiled model.
        train: Examples to learn from.
        validation: Examples to score, or None.
        batch_size: Examples per step.
        seed: Decides the order of the examples in every epoch.
    """

    def __init__(
        self,
        model: keras.Model,
        train: Examples,
        validation: Examples | None,
        *,
        batch_size: int,
        seed: int,
    ) -> None:
        """Build the graphs of a step of training and of scoring."""
        self.model, self.train, self.validation, self.seed = model, train, validation, seed
        self.batch = min(batch_size, len(train))
        self.parts = epochs_of_pass(len(train), self.batch)
        self.steps = steps_of_epoch(len(train), self.batch)
        self.best: list[np.ndarray] = []  # stays empty where nothing is held out
        self.order = (-1, tf.constant([], tf.int32))
        _build(model, train)
        self.scored = max(SCORED, self.batch)
        self.train_steps = self._graph(train, model.train_step, self.batch)
        self.test_steps = None
        if validation is not None:
            self.test_steps = self._graph(validation, model.test_step, self.scored)

    def _graph(self, examples: Examples, step: Callable[[Any], Any], batch: int) -> Any:
        """Return a graph function that runs steps `first` to `last` of an order.

        It returns the metrics so far: reckoned there, they cost nothing beside the steps.
        """

        @tf.function(  # type: ignore[untyped-decorator]
            input_signature=[
                tf.nest.map_structure(_spec, examples.tensors),
                tf.TensorSpec([None], tf.int32),
                tf.TensorSpec([], tf.int32),
                tf.TensorSpec([], tf.int32),
            ]
        )
        def steps(
            tensors: Any, order: tf.Tensor, first: tf.Tensor, last: tf.Tensor
        ) -> dict[str, tf.Tensor]:
            for index in tf.range(first, last):
                step(examples.gather(tensors, order[index * batch : (index + 1) * batch]))
            results: dict[str, tf.Tensor] = self.model.get_metrics_result()
            return results

        return steps

    def step(self, epoch: int, first: int, last: int) -> dict[str, float]:
        """Take steps `first` to `last` of an epoch."""
        if self.order[0] != epoch:
            self.order = (epoch, tf.constant(self._shuffled(epoch), tf.int32))
        if first == 0:
            self.model.reset_metrics()
        return _floats(self.train_steps(self.train.tensors, self.order[1], first, last))

    def _shuffled(self, epoch: int) -> np.ndarray:
        """Return the examples of an epoch; the last of a pass is filled from its first."""
        turn, part = divmod(epoch, self.parts)
        shuffled = np.random.default_rng([self.seed, turn]).permutation(len(self.train))
        if self.parts == 1:
            return shuffled
        count = self.steps * self.batch
        return np.take(shuffled, np.arange(part * count, (part + 1) * count), mode="wrap")

    def score(self) -> dict[str, float | None]:
        """Return the metrics of the validation examples; empty without any."""
        if self.validation is None or self.test_steps is None:
            return {}
        self.model.reset_metrics()
        count = math.ceil(len(self.validation) / self.scored)
        order = tf.range(len(self.validation))
        return dict(_floats(self.test_steps(self.validation.tensors, order, 0, count)))

    def remarks(self) -> loop.Row:
        """Return nothing: the metrics say it all."""
        return {}

    def keep(self) -> None:
        """Remember the weights as the best so far."""
        self.best = [weight.numpy() for weight in self.model.weights]

    def take_best(self) -> None:
        """Go back to the weights that were kept."""
        self.model.set_weights(self.best)

    def state(self) -> dict[str, np.ndarray]:
        """Return weights, optimizer, dropout seeds, running metrics and the best weights."""
        arrays = {name: np.asarray(variable) for name, variable in self._variables().items()}
        return arrays | {f"best{i}": weight for i, weight in enumerate(self.best)}

    def restore(self, state: Mapping[str, np.ndarray]) -> None:
        """Take up what `state` returned."""
        for name, variable in self._variables().items():
            variable.assign(state[name])
        kept = len(self.model.weights) if self.validation is not None else 0
        self.best = [state[f"best{i}"] for i in range(kept)]

    def _variables(self) -> dict[str, Any]:
        groups = {
            "model": self.model.variables,
            "optimizer": self.model.optimizer.variables,
            "metric": self.model.metrics_variables,
        }
        return {f"{name}{i}": v for name, group in groups.items() for i, v in enumerate(group)}


def _spec(tensor: tf.Tensor) -> tf.TensorSpec:
    return tf.TensorSpec(tensor.shape, tensor.dtype)


def _floats(results: dict[str, tf.Tensor]) -> dict[str, float]:
    return {name: float(value) for name, value in results.items()}


def _build(model: keras.Model, examples: Examples) -> None:
    """Make the variables of optimizer and metrics now: a graph's loop cannot."""
    model.optimizer.build(model.trainable_variables)
    x, y, *weight = examples.gather(examples.tensors, tf.constant([0], tf.int32))
    answer = tf.nest.map_structure(_zeros_like_output, model.output, y)
    model.compute_loss(x=x, y=y, y_pred=answer, sample_weight=weight[0] if weight else None)
    model.compute_metrics(x, y, answer, weight[0] if weight else None)
    model.reset_metrics()


def _zeros_like_output(output: keras.KerasTensor, target: tf.Tensor) -> tf.Tensor:
    """Return zeros for one example; a free time axis is as long as the target's."""
    shape = [1, *output.shape[1:]]
    return tf.zeros([target.shape[i] if n is None else n for i, n in enumerate(shape)])


def save_model(model: keras.Model, path: Path) -> None:
    """Save a plain `.keras` file that older Keras opens too, whole or not at all."""
    with whole(path) as temporary:
        model.save(temporary)
        make_portable(temporary)
