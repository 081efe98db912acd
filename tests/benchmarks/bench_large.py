"""Commands as a user waits for them: on the tutorial's file, and on five million minutes."""

import json
import sys
from pathlib import Path
from typing import Any

import measure
import numpy as np
from compare import Options, reference_csv

MINUTES = 5_000_000
TURNS = 3


def commands(report: measure.Report, options: Options) -> None:
    """(7) Time `stock train` and `stock forecast` as processes."""
    csv = [str(path)] if (path := reference_csv()) else []
    asked = {
        "`lstmkit stock train`": ["train", *csv],
        "the same, one epoch": ["train", *csv, "--set", "train.epochs=1"],
        "`lstmkit stock forecast --run shipped`": ["forecast", *csv, "--run", "shipped"],
    }
    rows, found = [], {}
    for name, words in asked.items():
        runs = [_stock(words, options) for _ in range(1 if options.quick else TURNS)]
        found[name] = [vars(run) | {"output": "", "errors": ""} for run in runs]
        figures = [measure.median([getattr(run, of) for run in runs]) for of in FIGURES]
        rows.append([name, *(f"{figure:,.2f}" for figure in figures)])
    text = f"Medians of {TURNS}.\n\n" + measure.table(["", *FIGURES.values()], rows)
    report.add("commands", "`lstmkit stock` as a process", text, found)


def large(report: measure.Report, options: Options) -> None:
    """(8) Train on minutes as an exchange exports them, from the command to the verdict."""
    rows = 50_000 if options.quick else MINUTES
    path = minute_file(rows, options.scratch / "minutes.csv")
    outcome = _stock(["train", str(path), "--json"], options)
    path.unlink()
    result = json.loads(outcome.output)
    test, stages = result["metrics"]["test"], _stages(Path(result["run"]))
    table = [[name, f"{seconds:,.1f}"] for name, seconds in stages.items()]
    text = (
        f"{rows:,} rows of `Timestamp,Close`, a walk: {outcome.seconds:,.0f} s from command to "
        f"verdict, {outcome.cpu_seconds:,.0f} s of CPU, {outcome.peak_mib:,.0f} MiB at the most; "
        f"test RMSE {test['rmse']:.4f}, naive {test['naive_rmse']:.4f}.\n\n"
        + measure.table(["stage", "seconds"], table)
    )
    figures = {key: getattr(outcome, key) for key in FIGURES} | {"stages": stages, "test": test}
    report.add("large", f"{rows:,} minutes", text, figures)


FIGURES = {"seconds": "seconds", "cpu_seconds": "CPU s", "peak_mib": "peak MiB"}


def _stock(words: list[str], options: Options) -> measure.Outcome:
    output = ["--output", str(options.scratch / "runs")]
    return measure.run([sys.executable, "-m", "lstmkit", "stock", *words, *output])


def _stages(run: Path) -> dict[str, float]:
    timings: dict[str, Any] = json.loads((run / "run.json").read_text()).get("timings", {})
    return {name: float(seconds) for name, seconds in timings.items()}


def minute_file(rows: int, path: Path) -> Path:
    """Write minutes of a random walk, as a Bitcoin exchange exports them."""
    rng = np.random.default_rng(0)
    times = 1_500_000_000 + 60 * np.arange(rows)
    prices = 10_000 * np.exp(np.cumsum(rng.normal(0, 1e-4, rows)))
    lines = (f"{time},{price:.2f}\n" for time, price in zip(times, prices, strict=True))
    with path.open("w", encoding="utf-8") as stream:
        stream.write("Timestamp,Close\n")
        stream.writelines(lines)
    return path
