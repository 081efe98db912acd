"""Seconds per epoch: the models of the three pipelines, and how they grow."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import measure
import numpy as np
from compare import (
    BARE,
    KERAS,
    OTHERS,
    OURS,
    STEPS,
    UNITS,
    UNROLLED,
    WINDOW,
    XLA,
    Options,
    agreement,
    compare,
    dataset_at_hand,
    stock_spec,
    told,
)

ROWS = 2517
"""Rows of the training half of the tutorial's file."""

SMALL = {
    "emoji": "Emojifier-v2 (the course's: no mask)",
    "emoji-masked": "Emojifier-v2 (lstmkit's: padding is masked)",
    "music": "djmodel (60 snippets of 30 values)",
}


def stock_epoch(report: measure.Report, options: Options) -> None:
    """(1) Time an epoch of the tutorial's stock model."""
    dataset = dataset_at_hand()
    spec = stock_spec(options, dataset.prices[: dataset.train_rows])
    results = compare([KERAS, OURS, *OTHERS, XLA, STEPS], spec, options)
    note = (
        f"{dataset.train_rows - WINDOW:,} windows of {WINDOW} rows ({dataset.name}) through "
        f"LSTM({UNITS}), Dropout(0.1), Dense(1); batch 240, Adam, MSE. "
        + agreement([KERAS, OURS, *OTHERS], spec, options)
        + " `lstmkit, every step` is what `lstmkit stock train` does by default: as many answers "
        "an epoch, each after at least a full window, but no row is read 240 times."
    )
    report.add("stock_epoch", "Seconds per epoch: the tutorial's stock model", *told(results, note))


def overhead(report: measure.Report, options: Options) -> None:
    """(1b) Time what an epoch costs beside its arithmetic."""
    dataset = dataset_at_hand()
    spec = stock_spec(options, dataset.prices[: dataset.train_rows])
    longer = replace(options, epochs=options.epochs if options.quick else 4 * options.epochs)
    results = compare([OURS, BARE], spec, longer)
    note = (
        f"`{BARE.name}` runs as many steps of the same size on one batch that is already there, "
        "with nothing around them. What lstmkit takes longer is shuffling, gathering batches, "
        "metrics, progress and checkpoints."
    )
    report.add("overhead", "What an epoch costs beside its arithmetic", *told(results, note))


def small_epochs(report: measure.Report, options: Options) -> None:
    """(2) Time an epoch of Emojifier-v2 and of djmodel."""
    for model, title in SMALL.items():
        spec = {
            "model": model,
            "batch": 32,
            "learning_rate": 0.01 if model == "music" else 0.001,
            "dropout": 0.0 if model == "music" else 0.5,
        }
        contenders = [KERAS, OURS]
        contenders += [UNROLLED] if model == "music" else []
        contenders += OTHERS if model != "emoji-masked" else []
        longer = replace(options, epochs=options.epochs if options.quick else 8 * options.epochs)
        results = compare(contenders, spec, longer)
        note = agreement(contenders, spec, options)
        report.add(f"{model}_epoch", f"Seconds per epoch: {title}", *told(results, note))


def growth(report: measure.Report, options: Options) -> None:
    """(4) See how an epoch grows with rows, window, units and layers."""
    grid: dict[str, list[Any]] = {
        "rows": [ROWS, 5_000] if options.quick else [1_000, ROWS, 5_000, 10_000],
        "window": [60, WINDOW] if options.quick else [60, 120, WINDOW, 480],
        "units": [10, UNITS] if options.quick else [10, UNITS, 50, 100, 200],
        "layers": [1, 2] if options.quick else [1, 2, 3],
    }
    contenders, rows, found = (KERAS, OURS, STEPS), [], []
    fewer = replace(options, rounds=1, epochs=min(2, options.epochs))
    known: dict[tuple[int, ...], dict[str, Any]] = {}  # the middle of every axis is the same
    prices = np.cumsum(np.random.default_rng(0).normal(size=max(grid["rows"])))
    for axis, values in grid.items():
        for value in values:
            at = {"rows": ROWS, "window": WINDOW, "units": UNITS, "layers": 1} | {axis: value}
            spec = stock_spec(fewer, prices[: at["rows"]]) | {
                "window": at["window"],
                "units": [at["units"]] * at["layers"],
            }
            place = tuple(at.values())
            results = known[place] = known.get(place) or compare(contenders, spec, fewer)
            seconds = {name: measure.median(run["seconds"]) for name, run in results.items()}
            found.append({"axis": axis, "value": value, "seconds": seconds})
            plain, ours, steps = seconds.values()
            times = [f"{time:.3f}" for time in (plain, ours, steps)]
            ratios = [f"{ours / plain:.2f}", f"{steps / plain:.3f}"]
            rows.append([axis, f"{value:,}", *times, *ratios])
    names = [contender.name for contender in contenders]
    headers = ["grows", "to", *names, "lstmkit / Keras", "every step / Keras"]
    text = (
        f"From {ROWS:,} rows, window {WINDOW}, {UNITS} units, one layer; one of them at a time.\n\n"
        + measure.table(headers, rows)
        + "\n\n![seconds per epoch](growth.png)"
    )
    _plot_growth(found, report.folder / "growth.png")
    report.add("growth", "Seconds per epoch as things grow", text, found)


def _plot_growth(found: list[dict[str, Any]], path: Path) -> None:
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
        for name, colour in zip(
            points[0]["seconds"], ("tab:gray", "tab:blue", "tab:red"), strict=True
        ):
            seconds = [point["seconds"][name] for point in points]
            panel.plot(values, seconds, "o-", color=colour, label=name, markersize=4)
        panel.set(xscale="log", yscale="log", xlabel=axis)
        panel.xaxis.set_major_locator(FixedLocator(values))
        panel.xaxis.set_minor_locator(NullLocator())
        panel.set_xticklabels([f"{value:,}" for value in values])
        panel.grid(visible=True, which="major", color="0.9")
    panels[0].set_ylabel("seconds per epoch")
    panels[-1].legend(frameon=False, fontsize="small")
    figure.savefig(path, dpi=110)
