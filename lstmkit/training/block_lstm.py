"""One LSTM layer through TensorFlow's `BlockLSTM` kernel, on all cores.

`BlockLSTM` walks a whole sequence in one operation, and its gradient in one more. Three facts
about it shape this module:

1. Its gates come in the order i, c, f, o; Keras stores i, f, c, o. `BlockLSTMV2` takes the order
   of Keras, but its registered gradient is that of the first version and is wrong there.
2. One operation keeps one core busy. The batch is cut into as many parts as there are cores, and
   TensorFlow runs the parts side by side.
3. Its gradient adds to the weights' gradient in every step. For wide layers that matrix leaves
   the fast caches, and most of the time goes into moving it. There only the gates' gradients are
   computed step by step, and the weights' follow from all of them in one product.

The kernel has a first derivative only: a gradient of its gradient is not defined.
"""

from typing import Any

from lstmkit.quiet import native_stderr

with native_stderr():
    import tensorflow as tf

MIN_ROWS = 32
"""Sequences per part below which cutting further saves no time: of narrow layers the kernel takes
as long for a step of 16 sequences as for a step of 32, and of two cores one is often busy."""

WIDE = 100_000
"""Weights above which fact 3 outweighs the loop it costs; those of the inputs count five times,
since only the loop can leave out the inputs' own gradient where nobody asks for it. Measured in
turn, on one core: with the loop 64 units behind 78 inputs take .89 of the time, 200 behind one the
same, 150 behind one 1.06 times and 100 behind one 1.16 to 1.2 times as long."""


def run(
    x: tf.Tensor,
    state: list[tf.Tensor],
    weights: tuple[tf.Tensor, tf.Tensor],
    *,
    parts: int,
    lengths: tf.Tensor | None = None,
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """Run a batch of sequences through one LSTM layer.

    Args:
        x: Inputs, (batch, time, features).
        state: h and c before the first step, (batch, units) each.
        weights: Matrix (features + units, 4 units) and bias (4 units,), gates i, c, f, o.
        parts: Parts the batch is cut into.
        lengths: Steps that count in each sequence, (batch,); None where all do.

    Returns:
        Outputs of every step up to the longest that counts, (batch, time, units), and h and c
        after the last step that counts, (batch, units) each.
    """
    tensors = [x, *state]
    if lengths is not None:
        longest = tf.maximum(tf.reduce_max(lengths), 1)
        tensors = [x[:, :longest], *state, lengths]
    batch = tf.shape(x)[0]
    rows = _part_rows(x, parts)
    split = (_split(tensor, rows) for tensor in tensors)
    done = [_run_part(weights, *part) for part in zip(rows, *split, strict=True)]
    outputs, h, c = (tf.concat(pieces, 0)[:batch] for pieces in zip(*done, strict=True))
    return outputs, h, c


def kernel_weights(kernel: Any, recurrent_kernel: Any, bias: Any) -> tuple[tf.Tensor, tf.Tensor]:
    """Return Keras's weights, gates i, f, c, o, as the kernel's, gates i, c, f, o.

    Args:
        kernel: (features, 4 units).
        recurrent_kernel: (units, 4 units).
        bias: (4 units,).
    """
    matrix = tf.concat([tf.convert_to_tensor(kernel), tf.convert_to_tensor(recurrent_kernel)], 0)
    i, f, c, o = tf.split(matrix, 4, axis=1)
    bias_i, bias_f, bias_c, bias_o = tf.split(tf.convert_to_tensor(bias), 4)
    return tf.concat([i, c, f, o], 1), tf.concat([bias_i, bias_c, bias_f, bias_o], 0)


def _part_rows(x: tf.Tensor, parts: int) -> list[Any]:
    """Return the rows of each part, as tensors where the batch size is known only in the graph.

    In a graph the number of parts cannot follow the batch size, so the last ones may have no row.
    """
    if x.shape[0]:
        batch = x.shape[0]
        rows = max(MIN_ROWS, -(-batch // parts))
        return [min(rows, batch - start) for start in range(0, batch, rows)]
    batch = tf.shape(x)[0]
    rows = tf.maximum(MIN_ROWS, -(-batch // parts))
    return [tf.clip_by_value(batch - part * rows, 0, rows) for part in range(parts)]


def _split(tensor: tf.Tensor, rows: list[Any]) -> list[tf.Tensor]:
    """Cut a tensor along its batch axis; a part without rows gets one row of zeros.

    Of an empty batch the kernel's gradient is whatever was in memory.
    """
    if isinstance(rows[0], int):
        return list(tf.split(tensor, rows))
    sizes = tf.maximum(tf.stack(rows), 1)
    missing = tf.reduce_sum(sizes) - tf.shape(tensor)[0]
    paddings = [[0, missing]] + [[0, 0]] * (len(tensor.shape) - 1)
    return list(tf.split(tf.pad(tensor, paddings), sizes, num=len(rows)))


def _run_part(
    weights: tuple[tf.Tensor, tf.Tensor],
    rows: Any,
    x: tf.Tensor,
    h: tf.Tensor,
    c: tf.Tensor,
    lengths: tf.Tensor | None = None,
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """Run one part of the batch; arguments and results as in `run`."""
    matrix, bias = weights
    x = tf.transpose(x, (1, 0, 2))  # (time, batch, features)
    if (4 * x.shape[2] + matrix.shape[0]) * matrix.shape[1] > WIDE:
        hs, cs = _wide(x, h, c, matrix, bias)  # (time, batch, units) each
    else:
        block = _block_lstm(x, h, c, matrix, bias, tf.where(rows > 0, tf.shape(x)[0], 0))
        hs, cs = block.h, block.cs
    outputs = tf.transpose(hs, (1, 0, 2))  # (batch, time, units)
    if lengths is None:
        return outputs, hs[-1], cs[-1]
    last = tf.stack([tf.maximum(lengths - 1, 0), tf.range(tf.shape(lengths)[0])], axis=1)
    ran = lengths[:, None] > 0
    return (
        outputs,
        tf.where(ran, tf.gather_nd(hs, last), h),
        tf.where(ran, tf.gather_nd(cs, last), c),
    )


@tf.custom_gradient  # type: ignore[untyped-decorator]
def _wide(
    x: tf.Tensor, h: tf.Tensor, c: tf.Tensor, matrix: tf.Tensor, bias: tf.Tensor
) -> tuple[tuple[tf.Tensor, tf.Tensor], Any]:
    """Return h and c of every step, with a gradient whose share for the weights is one product."""
    block = _block_lstm(x, h, c, matrix, bias, tf.shape(x)[0])

    def gradient(dhs: tf.Tensor, dcs: tf.Tensor) -> tuple[tf.Tensor, ...]:
        features = x.shape[2]
        earlier_h = tf.concat([h[None], block.h[:-1]], 0)  # (time, batch, units)
        earlier_c = tf.concat([c[None], block.cs[:-1]], 0)
        back = tf.transpose(matrix[features:])  # (4 units, units)

        def step(
            t: tf.Tensor, dh: tf.Tensor, dc: tf.Tensor, dgates: tf.TensorArray
        ) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor, tf.TensorArray]:
            cell = tf.raw_ops.LSTMBlockCellGrad(
                x=x[t],
                cs_prev=earlier_c[t],
                h_prev=earlier_h[t],
                w=matrix,
                **_no_peephole(bias),
                b=bias,
                i=block.i[t],
                cs=block.cs[t],
                f=block.f[t],
                o=block.o[t],
                ci=block.ci[t],
                co=block.co[t],
                cs_grad=dc + dcs[t],
                h_grad=dh + dhs[t],
            )
            dh = tf.matmul(cell.dicfo, back)  # (batch, units)
            return t - 1, dh, cell.cs_prev_grad, dgates.write(t, cell.dicfo)

        time = tf.shape(x)[0]
        _, dh, dc, dgates = tf.while_loop(
            lambda t, *_: t >= 0,
            step,
            (
                time - 1,
                tf.zeros_like(h),
                tf.zeros_like(c),
                tf.TensorArray(tf.float32, time, element_shape=(None, bias.shape[0])),
            ),
        )
        dgates = tf.reshape(dgates.stack(), (-1, bias.shape[0]))  # (time * batch, 4 units)
        rows = tf.reshape(tf.concat([x, earlier_h], 2), (-1, matrix.shape[0]))
        return (
            tf.reshape(tf.matmul(dgates, matrix[:features], transpose_b=True), tf.shape(x)),
            dh,
            dc,
            tf.matmul(rows, dgates, transpose_a=True),
            tf.reduce_sum(dgates, 0),
        )

    return (block.h, block.cs), gradient


def _block_lstm(
    x: tf.Tensor, h: tf.Tensor, c: tf.Tensor, matrix: tf.Tensor, bias: tf.Tensor, steps: tf.Tensor
) -> Any:
    """Return all the kernel computes in each of the first steps: i, cs, f, o, ci, co, h."""
    return tf.raw_ops.BlockLSTM(
        seq_len_max=tf.cast(steps, tf.int64),
        x=x,
        cs_prev=c,
        h_prev=h,
        w=matrix,
        **_no_peephole(bias),
        b=bias,
        forget_bias=0.0,
        cell_clip=-1.0,
    )


def _no_peephole(bias: tf.Tensor) -> dict[str, Any]:
    """Return the arguments that switch off the connections from memory to gates."""
    zeros = tf.zeros_like(bias[: bias.shape[0] // 4])  # (units,)
    return {"wci": zeros, "wcf": zeros, "wco": zeros, "use_peephole": False}
