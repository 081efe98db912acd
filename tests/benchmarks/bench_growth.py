"""How a training step grows with the network, beside plain Keras: each point five times in turn.

    python tests/benchmarks/bench_growth.py '{"window": 60, "units": 9, "layers": 1, "batch": 64}'

prints the seconds of one point; `run.py --only growth` starts such a process for every point.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import measure
import numpy as np
from compare import Options
from contender import keras_model, kernels
from tasks import layer_sizes

MIDDLE = {"window": 240, "units": 25, "layers": 1, "batch": 240}
GRID = {
    "window": [60, 120, 240, 480, 960],
    "units": [10, 25, 50, 100, 200, 400],
    "layers": [1, 2, 3],
    "batch": [16, 64, 240, 512],
}
TURNS, LEAST_SECONDS = 5, 0.2
COLOURS = {"keras": "tab:gray", "lstmkit": "tab:blue", "kernels": "tab:green"}


def growth(report: measure.Report, options: Options) -> None:
    """(4) See how a step grows with window, units, layers and batch."""
    grid = {axis: values[:2] for axis, values in GRID.items()} if options.quick else GRID
    known: dict[str, Any] = {}  # the middle of every axis is the same
    rows, found = [], []
    for axis, values in grid.items():
        for value in values:
            point = json.dumps(MIDDLE | {axis: value})
            known[point] = known.get(point) or _measured(point, options)
            plain, ours, floor = (measure.median(seconds) for seconds in known[point].values())
            turns = zip(known[point]["keras"], known[point]["lstmkit"], strict=True)
            ratios = [b / a for a, b in turns]
            found.append({"axis": axis, "value": value, **known[point]})
            spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
            times = [f"{seconds:.4f}" for seconds in (plain, ours, floor)]
            rows.append(
                [axis, value, *times, f"{ours / plain:.2f}", spread, f"{floor / plain:.2f}"]
            )
    headers = [
        *("grows", "to", "plain Keras", "lstmkit", "kernels alone"),
        *("lstmkit / Keras", "in the five turns", "floor / Keras"),
    ]
    text = (
        "Seconds of one training step, from window 240, 25 units, one layer, batch 240; one of "
        f"them at a time. Medians of {TURNS} turns, all in one process. `kernels alone` is "
        "TensorFlow's BlockLSTM with its gradient, without loss, output layer or optimizer: the "
        "floor.\n\n" + measure.table(headers, rows) + "\n\n![seconds per step](growth.png)"
    )
    _plot(found, report.folder / "growth.png")
    report.add("growth", "Seconds per training step as networks grow", text, found)


def _measured(point: str, options: Options) -> dict[str, list[float]]:
    outcome = measure.run(
        [sys.executable, str(Path(__file__).resolve()), point],
        environment={"OMP_NUM_THREADS": str(options.cores), "TF_CPP_MIN_LOG_LEVEL": "3"},
    )
    found: dict[str, list[float]] = json.loads(outcome.output.splitlines()[-1])
    return found


def main() -> None:
    """Measure the point that the first argument describes."""
    point = json.loads(sys.argv[1])
    steps = _steps(point)
    seconds: dict[str, list[float]] = {name: [] for name in steps}
    for step in steps.values():
        step(1)  # traces
    slowest = max(_seconds(step, 1) for step in steps.values())
    count = max(1, int(LEAST_SECONDS / slowest))
    for _ in range(TURNS):
        for name, step in steps.items():
            seconds[name].append(_seconds(step, count) / count)
    sys.stdout.write(json.dumps(seconds) + "\n")


def _seconds(step: Callable[[int], Any], count: int) -> float:
    began = time.perf_counter()
    step(count)
    return time.perf_counter() - began


def _steps(point: dict[str, int]) -> dict[str, Callable[[int], Any]]:
    """Return, for plain Keras, lstmkit and its kernels alone, what runs so many steps."""
    from lstmkit.training import fused, keras_learner

    window, batch = point["window"], point["batch"]
    changes = np.random.default_rng(0).normal(0, 0.01, window + batch)
    series = np.cumsum(changes).astype(np.float32)
    spec = {
        "framework": "keras",
        "model": "stock",
        "window": window,
        "units": [point["units"]] * point["layers"],
        "dropout": 0.1,
        "learning_rate": 0.001,
    }
    x = np.lib.stride_tricks.sliding_window_view(series[:-1], window)[..., None]
    y = series[window:, None]
    keras_learner.keep_freed_memory()
    plain, ours = keras_model(spec), keras_model(spec)
    fused.accelerate(ours)
    examples = keras_learner.ArrayExamples(x, y)
    learner = keras_learner.KerasLearner(ours, examples, None, batch_size=batch, seed=0)

    def by_keras(count: int) -> None:
        for _ in range(count):
            plain.train_on_batch(x, y)

    def by_lstmkit(count: int) -> None:
        for epoch in range(count):
            learner.step(epoch, 0, 1)

    sizes = layer_sizes(spec)[0]
    return {"keras": by_keras, "lstmkit": by_lstmkit, "kernels": kernels(sizes, batch, window)}


def _plot(found: list[dict[str, Any]], path: Path) -> None:
    """Draw one panel per axis, both scales logarithmic."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.ticker import FixedLocator, NullLocator

    figure = Figure(figsize=(12, 3.4), layout="constrained")
    FigureCanvasAgg(figure)
    axes = list(dict.fromkeys(point["axis"] for point in found))
    panels = figure.subplots(1, len(axes), sharey=True)
    for panel, axis in zip(panels, axes, strict=True):
        points = [point for point in found if point["axis"] == axis]
        values = [point["value"] for point in points]
        for name, colour in (
            ("keras", "tab:gray"),
            ("lstmkit", "tab:blue"),
            ("kernels", "tab:green"),
        ):
            seconds = [measure.median(point[name]) for point in points]
            panel.plot(values, seconds, "o-", color=colour, label=name, markersize=4)
        panel.set(xscale="log", yscale="log", xlabel=axis)
        panel.xaxis.set_major_locator(FixedLocator(values))
        panel.xaxis.set_minor_locator(NullLocator())
        panel.set_xticklabels([f"{value:,}" for value in values])
        panel.grid(visible=True, which="major", color="0.9")
    panels[0].set_ylabel("seconds per step")
    panels[-1].legend(frameon=False, fontsize="small")
    figure.savefig(path, dpi=110)


if __name__ == "__main__":
    main()
