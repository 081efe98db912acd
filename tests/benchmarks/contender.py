"""Train one model with one framework and print, as JSON, the seconds and the loss of each epoch.

`bench_training.py` starts one process of this per contender:

    python tests/benchmarks/contender.py '{"framework": "keras", "model": "stock", ...}'

All contenders train the same network from the same weights on the same numbers, with the same
batch size, optimizer (Adam) and cores. What differs is what they are named after:

    keras            model.fit, as its documentation has it; KERAS_BACKEND says on what
    keras-unrolled   djmodel as the course builds it: one cell applied 30 times in a row
    keras-xla        the same, compiled with XLA
    lstmkit          the fused kernel in keras_learner.fit, as the pipelines train
    lstmkit-steps    the same, answering after every step of a stretch (the default for stock)
    lstmkit-bare     the steps of lstmkit on one batch, again and again, and nothing around them
    torch            nn.LSTM in a plain loop
"""

import json
import os
import resource
import sys
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from tasks import (
    EMOJIS,
    LONGEST,
    SNIPPET,
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

    quiet = ["model.vector_dropout=0.0"]
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


def course_djmodel(spec: dict[str, Any]) -> Any:
    """Build the course's djmodel: for each of 30 steps, take the step, apply the cell, answer."""
    import keras

    reshape = keras.layers.Reshape((1, VALUES))
    cell = keras.layers.LSTM(64, return_state=True)
    densor = keras.layers.Dense(VALUES, activation="softmax")
    X = keras.Input((SNIPPET, VALUES))
    a0, c0 = keras.Input((64,)), keras.Input((64,))
    a, c, outputs = a0, c0, []
    for t in range(SNIPPET):
        x = keras.layers.Lambda(lambda z, t=t: z[:, t, :])(X)
        a, _, c = cell(reshape(x), initial_state=[a, c])
        outputs.append(densor(a))
    model = keras.Model([X, a0, c0], outputs)
    return compiled(model, spec, ["sparse_categorical_crossentropy"] * SNIPPET)


def compiled(model: Any, spec: dict[str, Any], loss: Any) -> Any:
    """Compile, and set the weights that every contender starts from."""
    import keras

    xla = {"jit_compile": True} if spec["framework"] == "keras-xla" else {}
    model.compile(keras.optimizers.Adam(spec["learning_rate"]), loss, **xla)
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
    if spec["framework"] == "keras-unrolled":
        model = course_djmodel(spec)
        zeros = np.zeros((len(x), 64), np.float32)
        x, y = [x, zeros, zeros], list(y.T)
    else:
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
    share = SNIPPET if spec["framework"] == "keras-unrolled" else 1
    return [loss / share for loss in history.history["loss"]]


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
        tensorboard=False,
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
    batch = examples.gather(tf.range(spec["batch"]))
    last = examples.gather(tf.range(rest))
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


def lstmkit_examples(spec: dict[str, Any], steps: int) -> Any:
    """Return the examples of a task in the form that its pipeline gives them."""
    from lstmkit.training.keras_learner import ArrayExamples

    if spec["model"] != "stock":
        return ArrayExamples(*arrays(spec))
    from lstmkit.stock.fitting.examples import WindowExamples

    series, window = np.load(spec["series"]), spec["window"]
    return WindowExamples(series[:, None], np.arange(window, len(series)), window, targets=steps)


def train_torch(spec: dict[str, Any], stamps: Stamps) -> list[float]:
    """Train with nn.LSTM in a plain loop."""
    import torch

    torch.set_num_threads(spec["cores"])
    torch.manual_seed(0)
    network, loss_of = torch_network(spec)
    optimizer = torch.optim.Adam(
        [weight for weight in network.parameters() if weight.requires_grad],
        lr=spec["learning_rate"],
        eps=1e-7,
    )
    x, y = (torch.from_numpy(array) for array in arrays(spec))
    losses = []
    for _ in range(spec["epochs"]):
        stamps.note()
        total = 0.0
        for index in torch.randperm(len(x)).split(spec["batch"]):
            optimizer.zero_grad()
            loss = loss_of(network(x[index]), y[index])
            loss.backward()
            optimizer.step()
            total += loss.item() * len(index)
        losses.append(total / len(x))
    stamps.note()
    return losses


def torch_network(spec: dict[str, Any]) -> tuple[Any, Any]:
    """Return the network of a task, and its loss."""
    import torch
    from torch import nn

    class Network(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            sizes, dense = layer_sizes(spec)
            self.lstms = nn.ModuleList(nn.LSTM(*size, batch_first=True) for size in sizes)
            self.drop, self.dense = nn.Dropout(spec["dropout"]), nn.Linear(*dense)
            self.words = (
                nn.Embedding.from_pretrained(torch.from_numpy(embedding()))
                if spec["model"] == "emoji"
                else None
            )

        def forward(self, x: Any) -> Any:
            if self.words is not None:
                x = self.words(x.long())  # (batch, time, features)
            for number, lstm in enumerate(self.lstms, start=1):
                x, _ = lstm(x)  # (batch, time, units)
                if spec["model"] == "emoji" and number < len(self.lstms):
                    x = self.drop(x)
            if spec["model"] == "music":
                return self.dense(x)
            return self.dense(self.drop(x[:, -1]))

    network = Network()
    weights = [torch.from_numpy(weight) for weight in first_weights(spec)]
    with torch.no_grad():
        for lstm, (kernel, recurrent, bias) in zip(
            network.lstms, zip(*[iter(weights[:-2])] * 3, strict=True), strict=True
        ):
            lstm.weight_ih_l0.copy_(kernel.T)
            lstm.weight_hh_l0.copy_(recurrent.T)
            lstm.bias_ih_l0.copy_(bias)
            lstm.bias_hh_l0.zero_()
        network.dense.weight.copy_(weights[-2].T)
        network.dense.bias.copy_(weights[-1])
    for lstm in network.lstms:  # Keras has one bias, nn.LSTM two: their gradients are equal
        lstm.bias_hh_l0.requires_grad_(False)
    if spec["model"] == "stock":
        return network, nn.MSELoss()
    entropy = nn.CrossEntropyLoss()
    return network, lambda logits, y: entropy(logits.flatten(0, -2), y.flatten().long())


CONTENDERS = {
    "keras": train_keras,
    "keras-unrolled": train_keras,
    "keras-xla": train_keras,
    "lstmkit-bare": train_bare,
    "lstmkit": train_lstmkit,
    "lstmkit-steps": train_lstmkit,
    "torch": train_torch,
}

if __name__ == "__main__":
    main()
