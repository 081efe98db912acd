"""Time the music pipeline: reading, generating, training; each beside what it replaces.

python tests/benchmarks/bench_music.py [original_metheny.mid]

Prints seconds, the median of several repeats. Run it on a machine that does nothing else.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DEFAULT = ROOT.parent / "shared" / "data" / "original_metheny.mid"
T_X, N_A, N_VALUES, M, EPOCHS = 30, 64, 78, 60, 10


def median_seconds(work: Callable[[], object], repeats: int) -> float:
    """Return the median time of some work."""
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def show(what: str, seconds: float) -> None:
    """Print one line of the table."""
    print(f"{what:<64} {seconds:8.3f} s", flush=True)  # noqa: T201


def bench_reading(path: Path) -> None:
    """Read the tutorial's file through `midi.reader` and through music21's converter."""
    from lstmkit.music.files.midi.reader import parse_midi

    data = path.read_bytes()
    ours = median_seconds(lambda: parse_midi(data, name="x", where="x"), 5)
    show(f"read {path.name}", ours)
    from music21 import converter

    theirs = median_seconds(lambda: converter.parse(path, forceSource=True, storePickle=False), 2)
    show("  the same with music21's converter", theirs)
    show("  times faster", theirs / ours)


def bench_generating() -> None:
    """Run `lstmkit music generate` as a whole process."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "lstmkit", "music", "generate"]

        def process() -> None:
            subprocess.run(
                command, cwd=folder, env={"PYTHONPATH": str(ROOT)}, check=True, capture_output=True
            )

        process()
        show("lstmkit music generate, the whole process", median_seconds(process, 5))


def bench_training() -> None:
    """Train the assignment's model as one recurrent layer, and as 30 unrolled copies."""
    import keras
    import numpy as np

    from lstmkit.music.course import djmodel

    ids = np.random.default_rng(0).integers(0, N_VALUES, (M, T_X + 1))
    one_hot = np.eye(N_VALUES, dtype=np.float32)[ids]
    inputs = [one_hot[:, :-1], *(np.zeros((M, N_A), np.float32) for _ in range(2))]
    targets = list(one_hot[:, 1:].transpose(1, 0, 2))

    def train(model: keras.Model) -> None:
        model.compile("adam", ["categorical_crossentropy"] * T_X)
        model.fit(inputs, targets, epochs=EPOCHS, verbose=0)

    ours = median_seconds(lambda: train(djmodel(T_X, N_A, N_VALUES)), 1)
    show(f"train djmodel, {EPOCHS} epochs, one recurrent layer, with compiling", ours)
    theirs = median_seconds(lambda: train(unrolled()), 1)
    show("  the same as 30 unrolled copies", theirs)
    show("  times faster", theirs / ours)


def unrolled():
    """Build the assignment's own graph."""
    import keras

    X, a0, c0 = keras.Input((T_X, N_VALUES)), keras.Input((N_A,)), keras.Input((N_A,))
    lstm = keras.layers.LSTM(N_A, return_state=True)
    densor = keras.layers.Dense(N_VALUES, activation="softmax")
    a, c, outputs = a0, c0, []
    for t in range(T_X):
        x = keras.layers.Reshape((1, N_VALUES))(X[:, t])
        _, a, c = lstm(x, initial_state=[a, c])
        outputs.append(densor(a))
    return keras.Model([X, a0, c0], outputs)


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    source = Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT
    bench_generating()
    if source.exists():
        bench_reading(source)
    bench_training()
