"""Many series, one network: from a folder of files to a verdict, by processor time and memory."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import measure
import numpy as np
from compare import Options

SERIES, ROWS = 500, 5_000
SMALL = ("--set", "data.window=60", "--set", "train.epochs=1")


def panel(report: measure.Report, options: Options) -> None:
    """(12) Train on simulated GARCH(1, 1) series, score each beside naive and write the page."""
    count, rows = (5, 400) if options.quick else (SERIES, ROWS)
    sizes = (count,) if options.quick else (count // 10, count)
    folder, found = options.scratch / "panel", []
    folder.mkdir()
    for number in range(count):
        _simulated(number, rows, folder / f"S{number:03d}.csv")
    for size in sizes:
        some = options.scratch / f"panel-{size}"
        some.mkdir()
        for number in range(size):
            (some / f"S{number:03d}.csv").symlink_to(folder / f"S{number:03d}.csv")
        found.append({"series": size, **_timed(some, SMALL if options.quick else ())})
    cells = [
        [
            f"{one['series']:,} of {rows:,} rows",
            *(f"{one[name]:,.0f}" for name in ("cpu_seconds", "seconds", "peak_mib")),
        ]
        for one in found
    ]
    text = measure.table(["series", "CPU seconds", "wall seconds", "peak MiB"], cells)
    text += f"\n\n{found[-1]['verdict']}"
    report.add("panel", "Many series, one network", text, {"runs": found})


def _timed(folder: Path, more: tuple[str, ...]) -> dict[str, object]:
    words = ("stock", "train", str(folder), "--output", str(folder / ".runs"), "--json", *more)
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "lstmkit", *words], stdout=subprocess.PIPE, text=True
    )
    said = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise RuntimeError(f"lstmkit {' '.join(words)} ended with {status}")
    return {
        "cpu_seconds": usage.ru_utime + usage.ru_stime,
        "seconds": time.monotonic() - began,
        "peak_mib": usage.ru_maxrss / 1024,
        "verdict": json.loads(said)["verdict"],
    }


def _simulated(seed: int, rows: int, path: Path) -> None:
    """Write prices whose changes are GARCH(1, 1) with Student-t shocks."""
    rng = np.random.default_rng(seed)
    shocks = rng.standard_t(5, rows) * np.sqrt(3 / 5)
    changes, variance = np.empty(rows), 1e-4
    for row, shock in enumerate(shocks):
        changes[row] = np.sqrt(variance) * shock
        variance = 2e-6 + 0.08 * changes[row] ** 2 + 0.9 * variance
    prices = np.exp(np.cumsum(changes) + rng.normal(3, 1))
    days = np.busday_offset("2020-01-03", np.arange(1 - rows, 1), roll="backward")
    lines = [f"{day},{price:.5f}" for day, price in zip(days, prices, strict=True)]
    path.write_text("Date,Close\n" + "\n".join(lines) + "\n", encoding="utf-8")
