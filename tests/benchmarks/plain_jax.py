"""The tasks in JAX: a scan over the steps, Adam by hand, and the whole epoch in one jit."""

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from tasks import arrays, embedding, first_weights

BETA_1, BETA_2, EPSILON = 0.9, 0.999, 1e-7


def train(spec: dict[str, Any], stamps: Any) -> list[float]:
    """Train, and return the loss of every epoch."""
    x, y = (jnp.asarray(array) for array in arrays(spec))
    words = jnp.asarray(embedding()) if spec["model"] == "emoji" else None
    weights = [jnp.asarray(weight) for weight in first_weights(spec)]
    means, squares = ([jnp.zeros_like(weight) for weight in weights] for _ in range(2))
    state = (weights, means, squares, jnp.zeros(()))
    epoch = jax.jit(partial(run_epoch, spec), donate_argnums=0)
    rng, key, losses = np.random.default_rng(0), jax.random.key(0), []
    for _ in range(spec["epochs"]):
        stamps.note()
        key, used = jax.random.split(key)
        state, loss = epoch(state, (x, y, words), rng.permutation(len(x)), used)
        losses.append(float(loss))
    stamps.note()
    return losses


def run_epoch(spec: dict[str, Any], state: Any, data: Any, order: Any, key: Any) -> Any:
    """Take all steps of an epoch; the last batch is as short as it is."""
    x, y, words = data
    batch = min(spec["batch"], len(x))
    full = len(x) // batch

    def step(state: Any, given: Any) -> Any:
        index, key = given
        rows = x[index] if words is None else words[x[index]]
        loss, slopes = jax.value_and_grad(partial(loss_of, spec))(state[0], rows, y[index], key)
        return adam(state, slopes, spec["learning_rate"]), loss * len(index)

    keys = jax.random.split(key, full + 1)
    state, losses = jax.lax.scan(
        step, state, (order[: full * batch].reshape(full, batch), keys[:full])
    )
    total = losses.sum()
    if len(x) % batch:
        state, loss = step(state, (order[full * batch :], keys[full]))
        total += loss
    return state, total / len(x)


def adam(state: Any, slopes: Any, rate: float) -> Any:
    """Take one step of Adam."""
    weights, means, squares, count = state
    count += 1
    means = [BETA_1 * m + (1 - BETA_1) * g for m, g in zip(means, slopes, strict=True)]
    squares = [BETA_2 * v + (1 - BETA_2) * g * g for v, g in zip(squares, slopes, strict=True)]
    rate = rate * jnp.sqrt(1 - BETA_2**count) / (1 - BETA_1**count)
    weights = [
        w - rate * m / (jnp.sqrt(v) + EPSILON)
        for w, m, v in zip(weights, means, squares, strict=True)
    ]
    return weights, means, squares, count


def loss_of(spec: dict[str, Any], weights: Any, x: Any, y: Any, key: Any) -> Any:
    """Return the mean loss of a batch."""
    *lstms, dense, bias = weights
    layers = list(zip(*[iter(lstms)] * 3, strict=True))
    for number, layer in enumerate(layers, start=1):
        x = lstm(x, *layer)  # (batch, time, units)
        if number == len(layers) and spec["model"] != "music":
            x = x[:, -1]
        if spec["dropout"] and (number == len(layers) or spec["model"] == "emoji"):
            kept = jax.random.bernoulli(
                jax.random.fold_in(key, number), 1 - spec["dropout"], x.shape
            )
            x = jnp.where(kept, x / (1 - spec["dropout"]), 0)
    answer = x @ dense + bias
    if spec["model"] == "stock":
        return jnp.mean((answer - y) ** 2)
    chances = jax.nn.log_softmax(answer)
    return -jnp.mean(jnp.take_along_axis(chances, y[..., None], -1))


def lstm(x: Any, kernel: Any, recurrent: Any, bias: Any) -> Any:
    """Return h of every step; gates i, f, g, o as Keras has them."""
    projected = jnp.swapaxes(x @ kernel + bias, 0, 1)  # (time, batch, 4 units)

    def step(state: Any, row: Any) -> Any:
        h, c = state
        i, f, g, o = jnp.split(row + h @ recurrent, 4, axis=-1)
        c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
        h = jax.nn.sigmoid(o) * jnp.tanh(c)
        return (h, c), h

    zero = jnp.zeros((x.shape[0], len(recurrent)))
    return jnp.swapaxes(jax.lax.scan(step, (zero, zero), projected)[1], 0, 1)
