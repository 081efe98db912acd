"""Train one model with one framework and print, as JSON, the seconds and the loss of each epoch.

`bench_training.py` starts one process of this per contender:

    python tests/benchmarks/contender.py '{"framework": "keras", "model": "stock", ...}'

All contenders train the same network from the same weights on the same numbers, with the same
batch size, optimizer (Adam) and cores. What differs is what they are named after:

    keras            model.fit, as its documentation has it
    lstmkit          the fused kernel in keras_learner.fit, as the pipelines train
    lstmkit-steps    the same, answering after every step of a stretch (the default for stock)
    lstmkit-bare     the steps of lstmkit on one batch, again and again, and nothing around them
    lstmkit-kernel   the LSTM kernels of an epoch, forward and back, and nothing else: the floor
    torch            nn.LSTM in a plain loop (`plain_torch.py`)
    jax              a scan, the epoch in one jit (`plain_jax.py`)
"""

import importlib
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from tasks import (
    EMOJIS,
    LONGEST,
    VALUES,
    arrays,
    embedding,
    first_weights,
    layer_sizes,
)


def main() -> None:
    """Run the contender that the first argument describes."""
    spec = json.loads(sys.argv[1])
    os.sched_setaffinity(0, set(sorted(os.sched_getaffinity(0))[: spec["cores"]]))
    stamps = Stamps()
    losses = CONTENDERS[spec["framework"]](spec, stamps)
    result = {
        "seconds": stamps.wall_seconds(),
        "cpu_seconds": stamps.cpu_seconds(),
        "losses": losses,
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    sys.stdout.write(json.dumps(result) + "\n")


class Stamps:
    """Notes the time at the start of every epoch and at the end."""

    def __init__(self) -> None:
        self.times: list[tuple[float, float]] = []

    def note(self) -> None:
        self.times.append((time.perf_counter(), time.process_time()))

    def wall_seconds(self) -> list[float]:
        return np.diff([wall for wall, _ in self.times]).tolist()

    def cpu_seconds(self) -> list[float]:
        return np.diff([cpu for _, cpu in self.times]).tolist()


def keras_model(spec: dict[str, Any], *, steps: int = 1) -> Any:
    """Build and compile the network of a task; `steps` is the number of answers per example."""
    if spec["model"] == "stock":
        from lstmkit.stock.config import ModelConfig
        from lstmkit.stock.model import build_model

        config = ModelConfig(units=spec["units"], dropout=spec["dropout"])
        model = build_model(config, window=spec["window"], columns=1, targets=steps)
        return compiled(model, spec, "mse")
    build = {"emoji": course_emojifier, "emoji-masked": emojifier, "music": djmodel}[spec["model"]]
    return compiled(build(spec), spec, "sparse_categorical_crossentropy")


def course_emojifier(spec: dict[str, Any]) -> Any:
    """Build Emojifier-v2 as the course does: the padding is read like words."""
    import keras

    table = embedding()
    words = keras.Input((LONGEST,), dtype="int32")
    x = keras.layers.Embedding(*table.shape, weights=[table], trainable=False)(words)
    x = keras.layers.LSTM(128, return_sequences=True)(x)
    x = keras.layers.Dropout(spec["dropout"])(x)
    x = keras.layers.LSTM(128)(x)
    x = keras.layers.Dropout(spec["dropout"])(x)
    return keras.Model(words, keras.layers.Dense(EMOJIS, activation="softmax")(x))


def emojifier(spec: dict[str, Any]) -> Any:
    """Build lstmkit's Emojifier-v2: the same network, but padding is masked."""
    from lstmkit import config as configs
    from lstmkit.emoji.config import EmojiConfig
    from lstmkit.emoji.model import emojifier_v2, pretrained_embedding_layer

    quiet = ["model.word_dropout=0.0", "model.vector_dropout=0.0"]
    changes = [*quiet, f"model.dropout={spec['dropout']}"]
    config = configs.load(EmojiConfig, "emoji", None, changes).model
    table = pretrained_embedding_layer(embedding(), trainable=False)
    trained, _ = emojifier_v2(config, window=LONGEST, classes=EMOJIS, embedding=table)
    return trained


def djmodel(spec: dict[str, Any]) -> Any:
    """Build lstmkit's djmodel: one recurrent layer, an answer after every value."""
    from lstmkit import config as configs
    from lstmkit.music.config import MusicConfig
    from lstmkit.music.model import build_model

    changes = [f"model.dropout={spec['dropout']}"]
    return build_model(configs.load(MusicConfig, "music", None, changes), VALUES)


def compiled(model: Any, spec: dict[str, Any], loss: Any) -> Any:
    """Compile, and set the weights that every contender starts from."""
    import keras

    model.compile(keras.optimizers.Adam(spec["learning_rate"]), loss)
    weights = first_weights(spec)
    for variable, value in zip(model.trainable_variables, weights, strict=True):
        variable.assign(value)
    return model


def train_keras(spec: dict[str, Any], stamps: Stamps) -> list[float]:
    """Train with model.fit."""
    import keras

    class Clock(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            stamps.note()

    x, y = arrays(spec)
    model = keras_model(spec)
    history = model.fit(
        x,
        y,
        batch_size=spec["batch"],
        epochs=spec["epochs"],
        shuffle=True,
        verbose=0,
        callbacks=[Clock()],
    )
    stamps.note()
    if spec.get("predictions"):
        np.save(spec["predictions"], model.predict(np.load(spec["test"]), verbose=0))
    return list(history.history["loss"])


def train_lstmkit(spec: dict[str, Any], stamps: Stamps) -> list[float]:
    """Train as the pipelines do: keras_learner.accelerate, then keras_learner.fit."""
    from lstmkit.config import TrainConfig
    from lstmkit.training import keras_learner

    config = TrainConfig(
        epochs=spec["epochs"],
        batch_size=spec["batch"],
        learning_rate=spec["learning_rate"],
        clip_norm=None,
        validation_fraction=0.0,
        patience=None,
        accelerate=True,
        checkpoint_seconds=5.0,
        tracker=None,
    )
    keras_learner.seed_everything(0)
    steps = spec["window"] if spec["framework"] == "lstmkit-steps" else 1
    model = keras_model(spec, steps=steps)
    keras_learner.accelerate(model, config)
    examples = lstmkit_examples(spec, steps)
    reset = model.reset_metrics

    def reset_at_the_start_of_every_epoch() -> None:
        stamps.note()
        reset()

    model.reset_metrics = reset_at_the_start_of_every_epoch
    with tempfile.TemporaryDirectory() as folder:
        history = keras_learner.fit(
            model,
            examples,
            None,
            batch_size=max(1, spec["batch"] // steps),
            config=config,
            seed=0,
            run=SimpleNamespace(path=Path(folder)),
        )
    stamps.note()
    stamps.times = stamps.times[-spec["epochs"] - 1 :]  # it is also called while the loop is built
    return [row["loss"] for row in history]


def train_bare(spec: dict[str, Any], stamps: Stamps) -> list[float]:
    """Run the steps of an epoch on batches that are already there."""
    import tensorflow as tf

    from lstmkit.training import fused, keras_learner

    keras_learner.seed_everything(0)
    keras_learner.keep_freed_memory()
    model = keras_model(spec)
    fused.accelerate(model)
    examples = lstmkit_examples(spec, 1)
    full, rest = divmod(len(examples), spec["batch"])
    batch = examples.gather(examples.tensors, tf.range(spec["batch"]))
    last = examples.gather(examples.tensors, tf.range(rest))
    model.optimizer.build(model.trainable_variables)
    model.train_step(batch)  # makes the variables of the metrics

    @tf.function
    def epoch(batch: Any, last: Any) -> None:  # arguments: of constants TensorFlow reckons ahead
        for _ in tf.range(full):
            model.train_step(batch)
        if rest:
            model.train_step(last)

    losses = []
    for _ in range(spec["epochs"]):
        stamps.note()
        epoch(batch, last)
        losses.append(float(model.get_metrics_result()["loss"]))
    stamps.note()
    return losses


def train_kernel(spec: dict[str, Any], stamps: Stamps) -> list[float]:
    """Run the LSTM kernels of an epoch; nothing is learned, so that every loss is 0."""
    x, _ = arrays(spec)
    full, rest = divmod(len(x), spec["batch"])
    sizes = layer_sizes(spec)[0]
    runs = [(kernels(sizes, spec["batch"], x.shape[1]), full)]
    runs += [(kernels(sizes, rest, x.shape[1]), 1)] if rest else []
    for _ in range(spec["epochs"]):
        stamps.note()
        for run, count in runs:
            run(count)
    stamps.note()
    return [0.0] * spec["epochs"]


def kernels(sizes: list[tuple[int, int]], rows: int, window: int) -> Callable[[int], None]:
    """Return what runs the kernels of so many training steps on numbers that are already there.

    Args:
        sizes: (inputs, units) of every layer.
        rows: Sequences of a batch.
        window: Steps of a sequence.
    """
    import tensorflow as tf

    from lstmkit.training import block_lstm, keras_learner

    keras_learner.keep_freed_memory()
    parts = len(os.sched_getaffinity(0))
    layers = [
        (tf.random.normal((rows, window, inputs)), tf.random.normal((inputs + units, 4 * units)))
        for inputs, units in sizes
    ]

    @tf.function
    def walk(count: Any, layers: Any) -> Any:
        seen = tf.constant(0.0)
        for _ in tf.range(count):
            for x, matrix in layers:
                units = matrix.shape[1] // 4
                state = tf.fill((rows, units), 1e-30 * seen)  # else one step would do for all
                bias = tf.zeros(4 * units)
                with tf.GradientTape() as tape:
                    tape.watch((x, matrix, bias))
                    outputs, *_ = block_lstm.run(x, [state, state], (matrix, bias), parts=parts)
                found = tape.gradient(outputs, (x, matrix, bias))
                first = [tf.reshape(gradient, [-1])[0] for gradient in found]
                seen = tf.maximum(seen, tf.reduce_max(tf.stack(first)))  # all of it is asked for
        return seen

    def run(count: int) -> None:
        walk(tf.constant(count), layers).numpy()

    return run


def lstmkit_examples(spec: dict[str, Any], steps: int) -> Any:
    """Return the examples of a task in the form that its pipeline gives them."""
    from lstmkit.training.keras_learner import ArrayExamples

    if spec["model"] != "stock":
        return ArrayExamples(*arrays(spec))
    from lstmkit.stock.fitting.examples import WindowExamples

    series, window = np.load(spec["series"]), spec["window"]
    values, rows = series[:, None].astype(np.float32), np.arange(window, len(series))
    return WindowExamples(values, values, [rows], window, targets=steps)


def train_elsewhere(module: str) -> Callable[[dict[str, Any], Stamps], list[float]]:
    """Return the training of a framework that has a file of its own."""
    return lambda spec, stamps: importlib.import_module(module).train(spec, stamps)


CONTENDERS = {
    "keras": train_keras,
    "lstmkit-bare": train_bare,
    "lstmkit-kernel": train_kernel,
    "lstmkit": train_lstmkit,
    "lstmkit-steps": train_lstmkit,
    "torch": train_elsewhere("plain_torch"),
    "jax": train_elsewhere("plain_jax"),
}

if __name__ == "__main__":
    main()
