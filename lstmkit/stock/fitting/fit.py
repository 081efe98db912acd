"""Fit the network on a training span, its tail held out; the one step that needs Keras."""

from __future__ import annotations

from functools import partial
from typing import Any

from lstmkit import runs
from lstmkit.quiet import native_stderr
from lstmkit.stock.fitting.panel import Panel


def fit(run: runs.Run, panel: Panel, *, label: str = "train") -> list[dict[str, Any]]:
    """Train the network on the training spans, their tails held out, and save it.

    Returns:
        The history, one row per epoch.
    """
    with native_stderr():
        import tensorflow as tf

        from lstmkit.stock.fitting.examples import WindowExamples
        from lstmkit.stock.model import OF_MANY, build_model, student_t, take_start
        from lstmkit.training import keras_learner

    config, targets, window = panel.config, panel.targets, panel.config.data.window
    keras_learner.seed_everything(config.seed)
    with_scale = panel.with_scale
    network = partial(
        build_model, config.model, window=window, columns=panel.inputs, with_scale=with_scale
    )
    model = network(targets=targets)
    loss: Any = student_t if with_scale else "mse"
    if panel.start is not None:
        take_start(model, panel.start)
        loss = partial(student_t, degrees=OF_MANY)
    model.compile(keras_learner.optimizer(config.train), loss, jit_compile=False)
    keras_learner.accelerate(model, config.train)
    features, answers = tf.constant(panel.features), tf.constant(panel.answers)
    examples = partial(WindowExamples, features, answers, window=window, targets=targets)
    rows, held_out = panel.rows
    history = keras_learner.fit(
        model,
        examples(rows),
        examples(held_out) if any(map(len, held_out)) else None,
        batch_size=panel.batch_size,
        config=config.train,
        seed=config.seed,
        run=run,
        label=label,
    )
    answering = network()
    answering.set_weights(model.get_weights())
    keras_learner.save_model(answering, run.path / runs.MODEL)
    return history
