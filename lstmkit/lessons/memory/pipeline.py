"""The story of the RNN problem: train, measure, draw."""

from pathlib import Path

from lstmkit.lessons.memory import report
from lstmkit.lessons.memory.measure import Plan, measure
from lstmkit.lessons.memory.network import CELLS, Start
from lstmkit.lessons.memory.result import Memory
from lstmkit.progress import Progress


def remember(
    to: Path | None = None,
    *,
    orthogonal: bool = False,
    clip: float | None = None,
    forget_bias: float = Start.forget_bias,
    seeds: int = Plan.seeds,
    seed: int = 0,
) -> Memory:
    """Measure what an RNN forgets and an LSTM keeps.

    Args:
        to: Folder for two pictures and the numbers; None: nothing is written.
        orthogonal: Begin recurrent matrices as rotations.
        clip: Largest entry of a gradient; None: not clipped.
        forget_bias: Bias of the LSTM's forget gate at the start.
        seeds: Networks of each kind at each lag.
        seed: Draws them all.

    Returns:
        What was measured.

    Raises:
        RunError: The folder cannot be written.
    """
    start = Start(orthogonal=orthogonal, forget_bias=forget_bias)
    plan = Plan(start=start, clip=clip, seeds=seeds, seed=seed)
    trained = []
    total = len(plan.lags) * len(CELLS) * plan.seeds
    with Progress(total, label="memory", unit="network") as progress:
        for one in measure(plan):
            trained.append(one)
            progress.update(1)
    result = Memory(plan, trained)
    if to is not None:
        report.write(result, to)
    return result
