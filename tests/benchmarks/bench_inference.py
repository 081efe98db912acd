"""Time predicting with lstmkit.runtime beside keras.Model.predict.

    python tests/benchmarks/bench_inference.py [RUN]

1. The 2,278 test windows of DIS, 240 rows each, through LSTM(25), Dropout, Dense(1): seconds for
   one call, the model loaded and warm. They take turns, so that a busy machine is unfair to none.
2. Whole processes: `lstmkit stock forecast`, or without a RUN the loading of the model and one
   prediction, beside `python -c "import keras"`, the least that any prediction with Keras costs.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np

WINDOWS, ROWS, UNITS = 2278, 240, 25
REPEATS = 15
PROCESSES = 5
PACKAGE = Path(__file__).resolve().parents[2]


def main() -> None:
    """Print both tables."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        predictions(path)
        processes(path)


def predictions(path: Path) -> None:
    """Compare one call of predict."""
    import keras

    from lstmkit import runtime

    layers = [
        keras.Input((ROWS, 1)),
        keras.layers.LSTM(UNITS),
        keras.layers.Dropout(0.1),
        keras.layers.Dense(1),
    ]
    model = keras.Sequential(layers)
    model.save(path)
    ours = runtime.load(path)
    x = np.random.default_rng(0).normal(size=(WINDOWS, ROWS, 1)).astype(np.float32)
    candidates = {"lstmkit.runtime": lambda: ours.predict(x)}
    for size in (32, 256, WINDOWS):
        candidates[f"keras, batch_size={size}"] = lambda size=size: model.predict(
            x, batch_size=size, verbose=0
        )
    outputs = [predict() for predict in candidates.values()]
    difference = max(float(np.abs(output - outputs[0]).max()) for output in outputs)
    seconds = {name: [] for name in candidates}
    for _ in range(REPEATS):
        for name, predict in candidates.items():
            began = time.perf_counter()
            predict()
            seconds[name].append(time.perf_counter() - began)
    _table(f"{WINDOWS:,} windows of {ROWS} rows, LSTM({UNITS})", seconds)
    _say(f"largest difference of the predictions: {difference:.1e}\n")


def processes(path: Path) -> None:
    """Compare whole processes."""
    if len(sys.argv) > 1:
        command = [sys.executable, "-m", "lstmkit", "stock", "forecast", sys.argv[1], "--days", "1"]
    else:
        code = (
            "import numpy; from lstmkit import runtime; "
            f"runtime.load({str(path)!r}).predict(numpy.zeros((1, {ROWS}, 1)))"
        )
        command = [sys.executable, "-c", code]
    commands = {"lstmkit": command, "import keras": [sys.executable, "-c", "import keras"]}
    seconds = {name: [] for name in commands}
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE)}
    for _ in range(PROCESSES + 1):
        for name, arguments in commands.items():
            began = time.perf_counter()
            subprocess.run(arguments, env=environment, check=True, capture_output=True)
            seconds[name].append(time.perf_counter() - began)
    _table("whole process, one row", {name: times[1:] for name, times in seconds.items()})
    share = min(seconds["lstmkit"]) / min(seconds["import keras"])
    _say(f"lstmkit takes {share:.2f} of the time of importing Keras")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


def _table(title: str, seconds: dict[str, list[float]]) -> None:
    _say(f"{title}: seconds, median and least of {len(next(iter(seconds.values())))}")
    for name, times in seconds.items():
        _say(f"  {name:24} {statistics.median(times):8.3f} {min(times):8.3f}")


if __name__ == "__main__":
    main()
