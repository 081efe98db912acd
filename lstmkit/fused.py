"""A fused LSTM kernel behind plain `keras.layers.LSTM`.

On a CPU, Keras runs an LSTM as a TensorFlow while loop: some twenty small operations per time
step forward and twice as many backward, each of them scheduled on its own. TensorFlow also has
`BlockLSTM`, one operation that walks the whole sequence, and its gradient, one more.
`accelerate` puts it behind the layers of a model. The mathematics, the weights, the random
numbers and the saved file stay those of Keras; only the schedule of the arithmetic changes.

Three facts about the kernel shape this module:

1. Its gates come in the order i, c, f, o; Keras stores i, f, c, o. `BlockLSTMV2` takes the order
   of Keras, but its registered gradient is that of the first version and is wrong there.
2. One operation keeps one core busy. The batch is cut into as many parts as there are cores,
   and TensorFlow runs the parts side by side.
3. It knows no mask. A masked step of an LSTM leaves the state alone, so a sequence with masked
   steps equals the shorter sequence without them: the steps that count are moved to the front,
   the rest is run over and never read.

The kernel has a first derivative only: gradients of gradients need a model left as it was.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras
import tensorflow as tf

_MIN_ROWS = 16
"""Sequences per part below which splitting further saves no time: a step of 8 sequences takes the
kernel as long as a step of 16."""

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


def _available_cores() -> int:
    """Return the number of parts that can run side by side in this process."""
    affinity = getattr(os, "sched_getaffinity", None)
    cores = len(affinity(0)) if affinity else os.cpu_count() or 1
    threads = tf.config.threading.get_inter_op_parallelism_threads() or cores
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
        weights = _kernel_weights(layer.cell)
        if mask is None:
            outputs, h, c = _run(x, initial_state, weights, parts)
            return h, outputs, [h, c]

        mask = tf.cast(mask, tf.bool)
        seen = tf.cumsum(tf.cast(mask, tf.int32), axis=1)  # steps that counted up to and with t
        outputs, h, c = _run(_valid_first(x, mask), initial_state, weights, parts, seen[:, -1])
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


def _kernel_weights(cell: keras.layers.LSTMCell) -> tuple[tf.Tensor, tf.Tensor]:
    """Return Keras's weights, gates i, f, c, o, as the kernel's, gates i, c, f, o."""
    kernel, recurrent, bias = (
        tf.convert_to_tensor(weight) for weight in (cell.kernel, cell.recurrent_kernel, cell.bias)
    )
    i, f, c, o = tf.split(tf.concat([kernel, recurrent], 0), 4, axis=1)
    bias_i, bias_f, bias_c, bias_o = tf.split(bias, 4)
    return tf.concat([i, c, f, o], 1), tf.concat([bias_i, bias_c, bias_f, bias_o], 0)


def _valid_first(x: tf.Tensor, mask: tf.Tensor) -> tf.Tensor:
    """Move the steps that count to the front of each sequence, in their order."""
    time = tf.shape(x)[1]
    order = tf.argsort(tf.range(time) + tf.where(mask, 0, time), axis=1)  # (batch, time)
    return tf.gather(x, order, batch_dims=1)


def _run(
    x: tf.Tensor,
    initial_state: list[tf.Tensor],
    weights: tuple[tf.Tensor, tf.Tensor],
    parts: int,
    lengths: tf.Tensor | None = None,
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """Run the batch through the kernel, cut into parts that run side by side.

    Args:
        x: Inputs, (batch, time, features).
        initial_state: h and c before the first step, (batch, units) each.
        weights: Matrix (features + units, 4 units) and bias (4 units,), gates i, c, f, o.
        parts: Parts to cut the batch into.
        lengths: Steps that count in each sequence, (batch,); None where all do.

    Returns:
        Outputs of every step, (batch, time, units), and h and c after the last step that counts.
    """
    batch = tf.shape(x)[0]
    sizes = _part_sizes(x, parts)
    tensors = [x, *initial_state] if lengths is None else [x, *initial_state, lengths]
    split = (_split(tensor, sizes) for tensor in tensors)
    done = [_run_part(weights, *part) for part in zip(*split, strict=True)]
    outputs, h, c = (tf.concat(pieces, 0)[:batch] for pieces in zip(*done, strict=True))
    return outputs, h, c


def _part_sizes(x: tf.Tensor, parts: int) -> list[int] | tf.Tensor:
    """Return the rows of each part, at least one each: of an empty one the gradient is noise."""
    batch = x.shape[0]
    if batch:
        rows = max(_MIN_ROWS, -(-batch // parts))
        return [min(rows, batch - start) for start in range(0, batch, rows)]
    batch = tf.shape(x)[0]
    rows = tf.maximum(_MIN_ROWS, -(-batch // parts))
    return tf.clip_by_value(batch - rows * tf.range(parts), 1, rows)  # (parts,)


def _split(tensor: tf.Tensor, sizes: list[int] | tf.Tensor) -> list[tf.Tensor]:
    """Cut a tensor along its batch axis; rows of zeros fill the parts that it does not reach."""
    if isinstance(sizes, list):
        return list(tf.split(tensor, sizes))
    missing = tf.reduce_sum(sizes) - tf.shape(tensor)[0]
    paddings = [[0, missing]] + [[0, 0]] * (len(tensor.shape) - 1)
    return list(tf.split(tf.pad(tensor, paddings), sizes, num=sizes.shape[0]))


def _run_part(
    weights: tuple[tf.Tensor, tf.Tensor],
    x: tf.Tensor,
    h: tf.Tensor,
    c: tf.Tensor,
    lengths: tf.Tensor | None = None,
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """Run one part of the batch through the kernel; shapes as in `_run`."""
    matrix, bias = weights
    steps = tf.shape(x)[1] if lengths is None else tf.reduce_max(lengths)
    no_peephole = tf.zeros_like(bias[: h.shape[1]])
    block = tf.raw_ops.BlockLSTM(
        seq_len_max=tf.cast(steps, tf.int64),
        x=tf.transpose(x, (1, 0, 2)),  # (time, batch, features)
        cs_prev=c,
        h_prev=h,
        w=matrix,
        wci=no_peephole,
        wcf=no_peephole,
        wco=no_peephole,
        b=bias,
        forget_bias=0.0,
        cell_clip=-1.0,
        use_peephole=False,
    )
    outputs = tf.transpose(block.h, (1, 0, 2))  # (batch, time, units)
    if lengths is None:
        return outputs, block.h[-1], block.cs[-1]
    last = tf.stack([tf.maximum(lengths - 1, 0), tf.range(tf.shape(lengths)[0])], axis=1)
    ran = lengths[:, None] > 0
    return (
        outputs,
        tf.where(ran, tf.gather_nd(block.h, last), h),
        tf.where(ran, tf.gather_nd(block.cs, last), c),
    )
