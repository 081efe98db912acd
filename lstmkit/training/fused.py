"""A fused LSTM kernel behind plain `keras.layers.LSTM`.

On a CPU, Keras runs an LSTM as a TensorFlow while loop: some twenty small operations per time step
forward and twice as many backward, each of them scheduled on its own. `accelerate` puts the kernel
of `lstmkit.training.block_lstm` behind the layers of a model instead. The mathematics, the weights,
the random numbers and the saved file stay those of Keras; only the schedule of the arithmetic
changes.

The kernel knows no mask. A masked step of an LSTM leaves the state alone, so a sequence with
masked steps equals the shorter sequence without them: the steps that count are moved to the
front, the rest is run over and never read.
"""

import inspect
import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lstmkit.quiet import native_stderr

with native_stderr():
    import keras
    import tensorflow as tf

from lstmkit.training.block_lstm import kernel_weights, run

log = logging.getLogger(__name__)

_INNER_LOOP = ("self", "sequences", "initial_state", "mask", "training")
_MAX_PARTS = 16
"""Parts beyond which the graph grows more than the time shrinks at the batch sizes in use here."""


@dataclass(frozen=True)
class LayerReport:
    """What `accelerate` did with one LSTM layer, and why.

    Attributes:
        layer: Name of the layer.
        fused: Whether it now runs through the fused kernel.
        reason: Why it does, or why it stays as it was.
    """

    layer: str
    fused: bool
    reason: str


def accelerate(model: keras.Model, *, parts: int | None = None) -> tuple[LayerReport, ...]:
    """Run the LSTM layers of a built model through a fused kernel where that gives the same result.

    The model stays a plain Keras model: saved and loaded elsewhere, it needs no lstmkit. A layer
    that does not qualify, and every layer where a GPU is visible (Keras uses cuDNN there), stays
    as it was. Calling it twice changes nothing further.

    Args:
        model: A built Keras model; its nested models and wrappers are searched as well.
        parts: Parts the batch is cut into, to run side by side. Default: the cores this process
            may use.

    Returns:
        One report per `keras.layers.LSTM` found, in the order of the model's layers.
    """
    strange = _strange()
    if strange:
        log.warning(
            "Keras %s is unlike those the fused kernel was written for (%s): training runs on "
            "plain Keras, with the same results",
            *(keras.__version__, strange),
        )
        return ()
    parts = parts or _available_cores()
    reports = []
    for layer in model._flatten_layers():
        if not isinstance(layer, keras.layers.LSTM):
            continue
        obstacle = _obstacle(model, layer)
        if obstacle is None:
            layer.inner_loop = _fused_inner_loop(layer, parts)
            layer.supports_jit = False  # XLA has no BlockLSTM; Keras says the same of cuDNN
            reports.append(LayerReport(layer.name, True, f"fused kernel, {parts} parts"))
        else:
            reports.append(LayerReport(layer.name, False, obstacle))
    if any(report.fused for report in reports):
        # Functions traced before this call still hold the loop.
        model.train_function = model.test_function = model.predict_function = None
    return tuple(reports)


def _strange() -> str:
    """Return what this Keras or TensorFlow lacks of the private parts in use; empty: nothing."""
    loop = getattr(keras.layers.LSTM, "inner_loop", None)
    parts = {
        "Model._flatten_layers": hasattr(keras.Model, "_flatten_layers"),
        "LSTM.inner_loop": loop is not None
        and tuple(inspect.signature(loop).parameters) == _INNER_LOOP,
        "LSTMCell.get_dropout_mask": hasattr(keras.layers.LSTMCell, "get_dropout_mask"),
        "BlockLSTM": hasattr(tf.raw_ops, "BlockLSTM"),
        "LSTMBlockCellGrad": hasattr(tf.raw_ops, "LSTMBlockCellGrad"),
    }
    return ", ".join(f"no {name} as known" for name, there in parts.items() if not there)


def _available_cores() -> int:
    """Return the number of parts that can run side by side in this process."""
    affinity = getattr(os, "sched_getaffinity", None)
    cores = len(affinity(0)) if affinity else os.cpu_count() or 1
    told = os.environ.get("TF_NUM_INTEROP_THREADS", "")
    threads = tf.config.threading.get_inter_op_parallelism_threads()
    threads = threads or (int(told) if told.isdecimal() else 0) or cores
    return min(cores, threads, _MAX_PARTS)


def _obstacle(model: keras.Model, layer: keras.layers.LSTM) -> str | None:
    """Return why a layer must stay as it is, or None where the kernel computes the same."""
    cell = layer.cell
    checks = (
        (keras.backend.backend() != "tensorflow", "Keras runs on another backend than TensorFlow"),
        (bool(tf.config.get_visible_devices("GPU")), "a GPU is visible: Keras uses cuDNN"),
        (getattr(model, "jit_compile", False) is True, "the model is compiled with XLA"),
        (type(layer) is not keras.layers.LSTM, "a subclass may compute something else"),
        (not layer.built, "the layer is not built"),
        (layer.unroll, "unroll=True"),
        (cell.activation is not keras.activations.tanh, "activation is not tanh"),
        (
            cell.recurrent_activation is not keras.activations.sigmoid,
            "recurrent_activation is not sigmoid",
        ),
        (not cell.use_bias, "use_bias=False"),
        (cell.recurrent_dropout != 0, "recurrent_dropout"),
        (cell.dropout == 1, "dropout=1"),
        (cell.dropout != 0 and cell.implementation == 1, "implementation=1 with dropout"),
        (
            cell.compute_dtype != "float32" or cell.variable_dtype != "float32",
            "not computed in float32",
        ),
        (layer.use_cudnn is True, "use_cudnn=True"),
    )
    return next((reason for found, reason in checks if found), None)


def _fused_inner_loop(layer: keras.layers.LSTM, parts: int) -> Callable[..., Any]:
    """Return a stand-in for the `inner_loop` of one layer, with the same arguments and results."""

    def inner_loop(
        sequences: tf.Tensor, initial_state: list[tf.Tensor], mask: Any, training: bool = False
    ) -> tuple[tf.Tensor, tf.Tensor, list[tf.Tensor]]:
        x = _drop_inputs(layer.cell, sequences, training)  # (batch, time, features)
        mask = mask[0] if isinstance(mask, (list, tuple)) else mask  # (batch, time)
        if layer.go_backwards:
            x = tf.reverse(x, [1])
            mask = None if mask is None else tf.reverse(mask, [1])
        cell = layer.cell
        weights = kernel_weights(cell.kernel, cell.recurrent_kernel, cell.bias)
        if mask is None:
            outputs, h, c = run(x, initial_state, weights, parts=parts)
            return h, outputs, [h, c]

        mask = tf.cast(mask, tf.bool)
        seen = tf.cumsum(tf.cast(mask, tf.int32), axis=1)  # steps that counted up to and with t
        lengths, ordered = seen[:, -1], _valid_first(x, mask)
        outputs, h, c = run(ordered, initial_state, weights, parts=parts, lengths=lengths)
        # A masked step repeats the last output; Keras starts from zeros, not from the state.
        last = tf.where(seen[:, -1:] > 0, h, 0.0)  # (batch, units)
        if layer.zero_output_for_mask:
            last = tf.where(mask[:, -1:], last, 0.0)
        if layer.return_sequences:
            outputs = tf.gather(outputs, tf.maximum(seen - 1, 0), batch_dims=1)
            shown = mask if layer.zero_output_for_mask else seen > 0
            outputs = tf.where(shown[:, :, None], outputs, 0.0)  # (batch, time, units)
        return last, outputs, [h, c]

    return inner_loop


def _drop_inputs(cell: keras.layers.LSTMCell, x: tf.Tensor, training: bool) -> tf.Tensor:
    """Apply the input dropout of Keras: one mask of features for all steps of a sequence."""
    if not (training and cell.dropout):
        return x
    return x * cell.get_dropout_mask(x[:, 0, :])[:, None, :]


def _valid_first(x: tf.Tensor, mask: tf.Tensor) -> tf.Tensor:
    """Move the steps that count to the front of each sequence, in their order."""
    time = tf.shape(x)[1]
    order = tf.argsort(tf.range(time) + tf.where(mask, 0, time), axis=1)  # (batch, time)
    return tf.gather(x, order, batch_dims=1)
