"""What was measured, in two pictures and two files."""

from pathlib import Path

from lstmkit import files, plots
from lstmkit.lessons.memory import pictures
from lstmkit.lessons.memory.measure import left
from lstmkit.lessons.memory.network import CELLS
from lstmkit.lessons.memory.result import Memory, shown_lag


def write(memory: Memory, folder: Path) -> list[Path]:
    """Write the table, all numbers, and two pictures.

    Args:
        memory: What was measured.
        folder: Where to.

    Returns:
        The files.

    Raises:
        RunError: The folder cannot be written.
    """
    paths = memory.files(folder)
    lag = shown_lag(memory.plan)
    fading = [pictures.gradients(memory, lag=lag, after=after) for after in (False, True)]
    title = f"How much of the gradient is left, step by step back (lag {lag})"
    plots.draw(paths[0], *fading, title=title, size=(11, 3.6), across=True)
    title = "Which symbol was it? Accuracy over the distance"
    plots.draw(paths[1], pictures.accuracy(memory), title=title, size=(8, 3.2))
    heads = ["lag,cell,seed,accuracy,updates,gradient_left_untrained,gradient_left_trained"]
    lines = [
        f"{one.lag},{one.cell},{k},{one.accuracy:.4f},{one.updates},"
        f"{left(one.before):.6e},{left(one.after):.6e}"
        for lag in memory.plan.lags
        for cell in CELLS
        for k, one in enumerate(memory.of(cell, lag))
    ]
    files.write_text(paths[2], "\n".join(heads + lines) + "\n")
    files.write_json(paths[3], memory.to_json())
    return paths
