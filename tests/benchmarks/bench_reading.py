"""Reading price files: beside `pandas.read_csv` alone, on five million rows."""

import statistics
import sys
from pathlib import Path

import measure
import numpy as np
from compare import Options

ROWS = 5_000_000
ROUNDS = 3
#: What each contender runs, in a process of its own; it prints the CPU seconds that it took.
CONTENDERS = {
    "`pandas.read_csv` alone": "import pandas; pandas.read_csv(path)",
    "lstmkit, from file to dates and prices": (
        "from lstmkit.stock.reading import opened, table; from pathlib import Path; "
        "table.read(Path(path), opened.Asked())"
    ),
}
CODE = """
import sys, time, pandas, lstmkit.stock.reading.table
path = sys.argv[1]
began = time.process_time()
{code}
print(time.process_time() - began)
"""


def reading(report: measure.Report, options: Options) -> None:
    """(11) Read minute bars: dates as text, open, high, low, close and volume."""
    rows = 50_000 if options.quick else ROWS
    path = _minute_bars(rows, options.scratch / "bars.csv")
    found: dict[str, list[dict[str, float]]] = {name: [] for name in CONTENDERS}
    for _ in range(1 if options.quick else ROUNDS):
        for name, code in CONTENDERS.items():
            found[name].append(_timed(CODE.format(code=code), path))
    path.unlink()
    base, ours = (statistics.median(run["seconds"] for run in found[name]) for name in CONTENDERS)
    table = [
        [
            name,
            f"{statistics.median(run['seconds'] for run in runs):.2f}",
            f"{max(run['peak_mib'] for run in runs):,.0f}",
        ]
        for name, runs in found.items()
    ]
    text = measure.table([f"{rows:,} rows", "CPU seconds", "peak MiB"], table)
    text += f"\n\nlstmkit takes {ours / base:.2f} times as long as pandas alone."
    report.add("reading", "Reading a price file", text, {"ratio": ours / base, "runs": found})


def _timed(code: str, path: Path) -> dict[str, float]:
    outcome = measure.run([sys.executable, "-c", code, str(path)])
    return {"seconds": float(outcome.output.split()[-1]), "peak_mib": outcome.peak_mib}


def _minute_bars(rows: int, path: Path) -> Path:
    """Write bars of a random walk, a minute apart, around the clock."""
    rng = np.random.default_rng(0)
    with path.open("w", encoding="utf-8") as stream:
        stream.write("Date,Open,High,Low,Close,Volume\n")
        price, start = 100.0, np.datetime64("2014-01-01T00:00:00")
        for first in range(0, rows, 100_000):
            count = min(100_000, rows - first)
            walk = price + np.cumsum(rng.normal(0, 0.01, count))
            price = float(walk[-1])
            stamps = np.datetime_as_string(start + 60 * np.arange(first, first + count))
            stream.writelines(
                f"{stamp.replace('T', ' ')},{p:.2f},{p + 0.05:.2f},{p - 0.05:.2f},{p:.2f},9\n"
                for stamp, p in zip(stamps, walk, strict=True)
            )
    return path
