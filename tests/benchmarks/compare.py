"""Contenders side by side: each in processes of its own, in turn, on the same task."""

import importlib.util
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import measure
import numpy as np

from lstmkit import config as configs
from lstmkit.stock import data
from lstmkit.stock.config import StockConfig

HERE = Path(__file__).resolve().parent
WINDOW, UNITS = 240, 25


@dataclass(frozen=True)
class Options:
    """How much of everything to run.

    Attributes:
        quick: Only see that everything runs.
        rounds: Processes per contender.
        epochs: Timed epochs per process; one more comes before them and is not counted.
        cores: Cores every contender may use.
        tutorial_epochs: Epochs of the tutorial's whole training.
        scratch: Folder for what need not be kept.
    """

    quick: bool
    rounds: int
    epochs: int
    cores: int
    tutorial_epochs: int
    scratch: Path


@dataclass(frozen=True)
class Contender:
    """Who trains: a name for the table, a framework of `contender.py`, threads of its own.

    Attributes:
        name: For the table.
        framework: As `contender.py` has it.
        threads: It may use; None: as many as there are cores.
    """

    name: str
    framework: str
    threads: int | None = None

    def is_installed(self) -> bool:
        needed = self.framework if self.framework in ("torch", "jax") else "tensorflow"
        return importlib.util.find_spec(needed) is not None


KERAS = Contender("plain Keras", "keras")
OURS = Contender("lstmkit", "lstmkit")
BARE = Contender("its arithmetic alone", "lstmkit-bare")
KERNEL = Contender("its LSTM kernels alone", "lstmkit-kernel")
STEPS = Contender("lstmkit, every step", "lstmkit-steps")
OTHERS = (
    Contender("PyTorch, one thread", "torch", 1),
    Contender("PyTorch, two threads", "torch", 2),
    Contender("JAX, epoch in one jit", "jax"),
)


def reference_csv() -> Path | None:
    """Return the tutorial's price file where it is at hand."""
    default = measure.PACKAGE.parent / "shared"
    path = Path(os.environ.get("LSTMKIT_REFERENCE_DATA", default)) / "data" / "DIS.csv"
    return path.resolve() if path.exists() else None


def dataset_at_hand() -> data.Dataset:
    """Read the tutorial's prices, or the sample that needs no download."""
    return data.load(reference_csv(), configs.load(StockConfig, "stock", None).data)


def stock_spec(options: Options, prices: np.ndarray) -> dict[str, Any]:
    """Describe the tutorial's model on a training span, scaled to (0, 1) by itself."""
    low, high = prices.min(), prices.max()
    path = options.scratch / f"series-{len(prices)}.npy"
    np.save(path, ((prices - low) / (high - low)).astype(np.float32))
    return {
        "model": "stock",
        "series": str(path),
        "window": WINDOW,
        "units": [UNITS],
        "dropout": 0.1,
        "batch": 240,
        "learning_rate": 0.001,
    }


def start(contender: Contender, spec: dict[str, Any], options: Options) -> dict[str, Any]:
    """Run one contender once, in its own process."""
    threads = contender.threads or options.cores
    spec = {"framework": contender.framework, "cores": options.cores, "threads": threads} | spec
    outcome = measure.run(
        [sys.executable, str(HERE / "contender.py"), json.dumps(spec)],
        environment={
            "KERAS_BACKEND": "tensorflow",
            "OMP_NUM_THREADS": str(threads),
            "TF_CPP_MIN_LOG_LEVEL": "3",
            "CUDA_VISIBLE_DEVICES": "",
        },
    )
    return json.loads(outcome.output.splitlines()[-1]) | {"process_seconds": outcome.seconds}


def compare(
    contenders: list[Contender] | tuple[Contender, ...], spec: dict[str, Any], options: Options
) -> dict[str, dict[str, Any]]:
    """Run all contenders in turn, `rounds` times, and keep what each epoch took."""
    spec = spec | {"epochs": options.epochs + 1}
    results: dict[str, dict[str, Any]] = {}
    for _ in range(options.rounds):
        for contender in filter(Contender.is_installed, contenders):
            run = start(contender, spec, options)
            result = results.setdefault(
                contender.name, {"seconds": [], "cpu_seconds": [], "first": [], "peak_mib": 0.0}
            )
            result["first"].append(run["seconds"][0])
            result["seconds"] += run["seconds"][1:]
            result["cpu_seconds"] += run["cpu_seconds"][1:]
            result["peak_mib"] = max(result["peak_mib"], run["peak_mib"])
    return results


def agreement(contenders: list[Contender], spec: dict[str, Any], options: Options) -> str:
    """Train on the whole data at once, without dropout: all must see the same losses."""
    spec = spec | {"batch": 100_000, "dropout": 0.0, "epochs": 5}
    last = {
        contender.name: start(contender, spec, options)["losses"][-1]
        for contender in contenders
        if contender.is_installed()
    }
    plain = last.pop(KERAS.name)
    apart = [f"{abs(loss / plain - 1):.0e} ({name})" for name, loss in last.items()]
    return (
        "Trained on all of it at once and without dropout, the loss after five steps differs from "
        f"plain Keras's by these shares of it: {', '.join(apart)}."
    )


def told(results: dict[str, dict[str, Any]], note: str) -> tuple[str, Any]:
    """Return a table of seconds and ratios with its note, and the figures."""
    ours = measure.median(results[OURS.name]["seconds"])
    rows = []
    for name, result in results.items():
        seconds = measure.median(result["seconds"])
        rows.append(
            [
                name,
                f"{seconds:.4f}",
                f"{min(result['seconds']):.4f}",
                f"{ours / seconds:.2f}",
                f"{measure.median(result['cpu_seconds']):.4f}",
                f"{result['peak_mib']:,.0f}",
            ]
        )
    headers = ["", "median s", "least s", "lstmkit / it", "CPU s", "peak MiB"]
    return f"{note}\n\n{measure.table(headers, rows)}", results
