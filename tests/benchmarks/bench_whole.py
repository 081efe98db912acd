"""Whole trainings: from the command to the result."""

import json
import sys
from typing import Any

import measure
import numpy as np
from compare import KERAS, WINDOW, Options, dataset_at_hand, reference_csv, start, stock_spec

from lstmkit.stock.data import Dataset

TUTORIAL_EPOCHS = 1000


def whole_training(report: measure.Report, options: Options) -> None:
    """(3) Train the tutorial's model to its end, and `lstmkit stock train` to its verdict."""
    dataset = dataset_at_hand()
    ours = [_train_ours(seed, options) for seed in range(1 if options.quick else 3)]
    seconds = measure.median([run["seconds"] for run in ours])
    tutorial = _train_tutorial(dataset, options)
    naive = ours[0]["naive_rmse"]
    rows = [
        [
            f"the tutorial's, plain Keras, {options.tutorial_epochs:,} epochs",
            f"{tutorial['seconds']:,.0f}",
            f"{tutorial['rmse']:.3f}",
            f"{tutorial['rmse'] / naive:.2f}",
        ],
        *(
            [
                f"`lstmkit stock train`, seed {run['seed']}",
                f"{run['seconds']:.1f}",
                f"{run['rmse']:.3f}",
                f"{run['rmse'] / naive:.2f}",
            ]
            for run in ours
        ),
        ["naive: tomorrow is today", "", f"{naive:.3f}", "1.00"],
    ]
    headers = ["", "seconds, command to result", "test RMSE", "beside naive"]
    text = measure.table(headers, rows)
    text += f"\n\nThe tutorial's training takes {tutorial['seconds'] / seconds:.0f} times as long."
    found = {"ours": ours, "tutorial": tutorial}
    report.add("whole_training", f"From command to a trained model ({dataset.name})", text, found)


def _train_ours(seed: int, options: Options) -> dict[str, Any]:
    """Run `lstmkit stock train` as a user does."""
    csv = reference_csv()
    command = [sys.executable, "-m", "lstmkit", "stock", "train", *([str(csv)] if csv else [])]
    command += ["--json", "--seed", str(seed), "--output", str(options.scratch / "runs")]
    command += ["--set", "train.epochs=2"] if options.quick else []
    outcome = measure.run(command)
    result = json.loads(outcome.output)
    test = result["metrics"]["test"]
    return {
        "seed": seed,
        "seconds": outcome.seconds,
        "rmse": test["rmse"],
        "naive_rmse": test["naive_rmse"],
        "peak_mib": outcome.peak_mib,
        "verdict": result["verdict"],
    }


def _train_tutorial(dataset: Dataset, options: Options) -> dict[str, Any]:
    """Train the tutorial's model with plain Keras and predict the test days."""
    prices, train_rows = dataset.prices, dataset.train_rows
    low, high = prices[:train_rows].min(), prices[:train_rows].max()
    scaled = ((prices[train_rows:] - low) / (high - low)).astype(np.float32)
    windows = np.lib.stride_tricks.sliding_window_view(scaled[:-1], WINDOW)[..., None]
    np.save(options.scratch / "test.npy", windows)
    spec = stock_spec(options, prices[:train_rows]) | {
        "epochs": options.tutorial_epochs,
        "test": str(options.scratch / "test.npy"),
        "predictions": str(options.scratch / "predictions.npy"),
    }
    run = start(KERAS, spec, options)
    predicted = np.load(spec["predictions"])[:, 0] * (high - low) + low
    actual = prices[train_rows + WINDOW :]
    rmse = float(np.sqrt(np.mean((predicted - actual) ** 2)))
    return {
        "seconds": run["process_seconds"],
        "epochs": options.tutorial_epochs,
        "rmse": rmse,
        "last_loss": run["losses"][-1],
        "peak_mib": run["peak_mib"],
    }
