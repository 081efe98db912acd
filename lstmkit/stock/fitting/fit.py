"""Fit the network on a training span, its tail held out; the one step that needs Keras."""

from __future__ import annotations

from functools import partial
from typing import Any

from lstmkit import runs
from lstmkit.quiet import native_stderr
from lstmkit.stock.fitting.span import Span


def fit(run: runs.Run, span: Span, *, label: str = "train") -> list[dict[str, Any]]:
    """Train the network on the training span, its tail held out, and save it.

    Returns:
        The history, one row per epoch.
    """
    with native_stderr():
        from lstmkit.stock.fitting.examples import WindowExamples
        from lstmkit.stock.model import build_model, student_t, take_start
        from lstmkit.training import keras_learner

    config, targets, window = span.config, span.targets, span.config.data.window
    keras_learner.seed_everything(config.seed)
    features, with_scale = span.view.features[: span.dataset.train_rows], span.scaling.with_scale
    columns = features.shape[1]
    network = partial(
        build_model, config.model, window=window, columns=columns, with_scale=with_scale
    )
    model = network(targets=targets)
    if span.start is not None:
        take_start(model, span.start)
    loss = student_t if with_scale else "mse"
    model.compile(keras_learner.optimizer(config.train), loss, jit_compile=False)
    keras_learner.accelerate(model, config.train)
    rows, held_out = span.rows
    examples = partial(WindowExamples, features, span.answers, window=window, targets=targets)
    history = keras_learner.fit(
        model,
        examples(rows),
        examples(held_out) if len(held_out) else None,
        batch_size=max(1, config.train.batch_size // targets),
        config=config.train,
        seed=config.seed,
        run=run,
        label=label,
    )
    answering = network()
    answering.set_weights(model.get_weights())
    keras_learner.save_model(answering, run.path / runs.MODEL)
    return history
