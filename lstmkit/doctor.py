"""Look at the installation: versions, processor, accelerator, optional parts, a short self-test."""

import os
import platform
import sys
import tempfile
import time
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from lstmkit import __version__, backend, runtime
from lstmkit.cells.check import check_cells
from lstmkit.errors import InputError
from lstmkit.files import data_folder
from lstmkit.quiet import native_stderr
from lstmkit.runs import PACKAGES

OPTIONAL = {"onnx": "tf2onnx", "yahoo": "yfinance"}
LARGEST_DIFFERENCE = 1e-5


def examine() -> dict[str, Any]:
    """Return what was found.

    Returns:
        `lstmkit`, `python`, `system`, `processor`, `cores`, `packages`, `training`, `accelerator`,
        `optional`, `data_folder`, and `self_test` with `passed`, `seconds` and what it found.
    """
    training = _training()
    return {
        "lstmkit": __version__,
        "python": f"{sys.version.split()[0]} ({sys.executable})",
        "system": platform.platform(),
        "processor": _processor(),
        "cores": os.cpu_count() or 1,
        "packages": {name: _version(name) for name in PACKAGES},
        "training": training or "ready",
        "accelerator": None if training else _accelerators(),
        "optional": {
            extra: "found" if find_spec(module) else f'absent: pip install "lstmkit[{extra}]"'
            for extra, module in OPTIONAL.items()
        },
        "data_folder": str(data_folder()),
        "self_test": self_test_of_cells() if training else self_test(),
    }


def _training() -> str:
    """Return why nothing can be trained here; an empty text where it can."""
    try:
        backend.require("training")
    except InputError as error:
        return str(error)
    return ""


def _accelerators() -> str:
    with native_stderr():
        import tensorflow as tf

        found = [device.name for device in tf.config.list_physical_devices("GPU")]
    return ", ".join(found) or "none seen; everything runs on the processor"


def self_test_of_cells() -> dict[str, Any]:
    """Check the gradients of the NumPy cells, where there is no Keras to compare with.

    Returns:
        `passed`; `seconds`; `checks`, their number.
    """
    began = time.monotonic()
    checks = check_cells()
    return {
        "passed": all(one.passed for one in checks),
        "seconds": round(time.monotonic() - began, 1),
        "checks": len(checks),
    }


def self_test() -> dict[str, Any]:
    """Train a small LSTM for a moment, save it, and run it in Keras and in NumPy.

    Returns:
        `passed`; `seconds`; `loss_before` and `loss_after`; `difference`, the largest between what
        Keras and NumPy answer.
    """
    with native_stderr():
        import keras

        began = time.monotonic()
        keras.utils.set_random_seed(0)
        generator = np.random.default_rng(0)
        x = generator.normal(size=(256, 12, 2)).astype(np.float32)  # (batch, time, features)
        y = x.sum(axis=(1, 2), keepdims=False)[:, None] / 5
        layers = [keras.Input((12, 2)), keras.layers.LSTM(8), keras.layers.Dense(1)]
        model = keras.Sequential(layers)
        model.compile(keras.optimizers.Adam(0.02), "mse", jit_compile=False)
        losses = model.fit(x, y, epochs=6, batch_size=64, verbose=0).history["loss"]
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model.keras"
            model.save(path)
            answer = runtime.load(path).predict(x)
        difference = float(np.abs(answer - model.predict_on_batch(x)).max())
    return {
        "passed": bool(losses[-1] < losses[0] and difference < LARGEST_DIFFERENCE),
        "seconds": round(time.monotonic() - began, 1),
        "loss_before": losses[0],
        "loss_after": losses[-1],
        "difference": difference,
    }


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "missing"


def _processor() -> str:
    try:
        with Path("/proc/cpuinfo").open(encoding="utf-8") as stream:
            names = [line.partition(":")[2].strip() for line in stream if "model name" in line]
    except OSError:
        names = []
    return names[0] if names else platform.processor() or platform.machine()
