"""Train both cells on the task over several distances, and measure what is learnt."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from lstmkit.cells.optimizer import clip, initialize_adam, update_parameters_with_adam
from lstmkit.cells.types import Array, Parameters
from lstmkit.lessons.memory import network, task
from lstmkit.lessons.memory.network import CELLS, Start

LAGS = (5, 10, 20, 50, 100)
STEPS, BATCH, LEARNING_RATE = 250, 32, 0.005
SETTLED = 10  # so many batches in a row without a mistake end the training
TESTED = 500


@dataclass(frozen=True)
class Plan:
    """What is measured.

    Attributes:
        start: How the weights begin.
        clip: Largest entry of a gradient; None: not clipped.
        seeds: How many networks of each kind are trained at each lag.
        seed: Draws them all.
        lags: Distances, in steps.
        steps: Updates at most.
    """

    start: Start = field(default_factory=Start)
    clip: float | None = None
    seeds: int = 3
    seed: int = 0
    lags: Sequence[int] = LAGS
    steps: int = STEPS


@dataclass(frozen=True)
class Trained:
    """One network, before and after.

    Attributes:
        cell: `rnn` or `lstm`.
        lag: Distance of the task it was trained on.
        accuracy: Share of `TESTED` new sequences answered rightly after training.
        updates: Steps of Adam it took.
        before: The way back of the untrained network.
        after: That of the trained one, over the same sequences.
    """

    cell: str
    lag: int
    accuracy: float
    updates: int
    before: network.Back
    after: network.Back


def measure(plan: Plan) -> Iterator[Trained]:
    """Train every network of a plan.

    Args:
        plan: What is measured.

    Yields:
        Each network when it is trained: lag by lag, the plain cell first.
    """
    for lag in plan.lags:
        for cell in CELLS:
            for seed in range(plan.seeds):
                yield _train(cell, lag, plan, np.random.default_rng([plan.seed, seed, lag]))


def left(back: network.Back) -> float:
    """Return the share of dL/da that is left at the first step, where the symbol was."""
    return float(back.a[-1] / back.a[0])


def _train(cell: str, lag: int, plan: Plan, rng: np.random.Generator) -> Trained:
    p = network.initialize(cell, plan.start, rng)
    x, symbols = task.draw(lag, TESTED, rng)
    probe = x[:, :BATCH], symbols[:BATCH]
    before = network.go_back(cell, p, *probe)[0]
    updates = _fit(cell, p, lag, plan, rng)
    answered = network.predict(cell, p, x)[1].argmax(axis=0)
    accuracy = float((answered == symbols).mean())
    after = network.go_back(cell, p, *probe)[0]
    return Trained(cell, lag, accuracy, updates, before, after)


def _fit(cell: str, p: Parameters, lag: int, plan: Plan, rng: np.random.Generator) -> int:
    """Train in place; return the number of updates."""
    v, s = initialize_adam(p)
    flawless = 0
    for update in range(1, plan.steps + 1):
        x, symbols = task.draw(lag, BATCH, rng)
        back, y = network.go_back(cell, p, x, symbols)
        flawless = flawless + 1 if _all_right(y, symbols) else 0
        if flawless == SETTLED:
            return update
        gradients = back.gradients if plan.clip is None else clip(back.gradients, plan.clip)
        update_parameters_with_adam(p, gradients, v, s, update, LEARNING_RATE)
    return plan.steps


def _all_right(y: Array, symbols: NDArray[np.intp]) -> bool:
    return bool((y.argmax(axis=0) == symbols).all())
