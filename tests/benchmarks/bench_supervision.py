"""Answering after every step, beside answering once per window: as good, and how much sooner?"""

import json
import sys
from pathlib import Path
from typing import Any

import measure
import numpy as np
from compare import Options, reference_csv

SEEDS = 5
ROWS = 5000
WAYS = ("last_step", "every_step")


def supervision(report: measure.Report, options: Options) -> None:
    """(3b) Train both ways on several series, over five seeds, as a user does."""
    found, rows = [], []
    for name, files in _series(options).items():
        runs = {way: [] for way in WAYS}
        for seed in range(1 if options.quick else SEEDS):
            for way in WAYS:
                runs[way].append(_train(files, seed, way, options))
        for way in WAYS:
            found += [{"series": name, "supervision": way, **run} for run in runs[way]]
            skills = [run["skill"] for run in runs[way]]
            rows.append(
                [
                    name,
                    f"`{way}`",
                    f"{np.mean([run['rmse'] for run in runs[way]]):.4f}",
                    f"{np.mean(skills):+.4f}",
                    f"{min(skills):+.4f} to {max(skills):+.4f}",
                    f"{measure.median([run['seconds'] for run in runs[way]]):.1f}",
                ]
            )
    headers = ["series", "supervision", "mean RMSE", "mean skill", "lowest to highest", "fit, s"]
    text = (
        "`train.supervision` of `lstmkit stock train`, all else the default, on the test span. "
        "Skill is the share of the naive forecast's RMSE that is saved; the best there is are 0 "
        "for a random walk and 0.134 for returns with autocorrelation 0.5. Seconds are those of "
        "the fit alone, until patience ends it.\n\n" + measure.table(headers, rows)
    )
    report.add("supervision", "Answering after every step, or once per window", text, found)


def _series(options: Options) -> dict[str, list[str]]:
    """Return the price file of each series, as arguments of the command."""
    csv = reference_csv()
    disney = {"DIS": [str(csv)]} if csv else {}
    noise = np.random.default_rng(0).normal(0, 0.01, ROWS)
    returns = noise.copy()
    for t in range(1, ROWS):
        returns[t] += 0.5 * returns[t - 1]
    wave = np.sin(np.arange(ROWS) * 2 * np.pi / 50)
    made = {
        "random walk": 100 * np.exp(np.cumsum(noise)),
        "autocorrelated returns": 100 * np.exp(np.cumsum(returns)),
        "noisy sine": 100 + 20 * wave + 100 * noise,
    }
    paths = {name: _write(prices, options.scratch / f"{name}.csv") for name, prices in made.items()}
    return disney | {"Google sample": []} | {name: [str(path)] for name, path in paths.items()}


def _write(prices: np.ndarray, path: Path) -> Path:
    days = np.datetime64("2000-01-01") + np.arange(len(prices))
    lines = [f"{day},{price:.6f}" for day, price in zip(days, prices, strict=True)]
    path.write_text("Date,Close\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return path


def _train(files: list[str], seed: int, way: str, options: Options) -> dict[str, Any]:
    command = [sys.executable, "-m", "lstmkit", "stock", "train", *files, "--json"]
    command += ["--seed", str(seed), "--set", f"train.supervision={way}"]
    command += ["--output", str(options.scratch / "supervision")]
    command += ["--set", "train.epochs=2"] if options.quick else []
    result = json.loads(measure.run(command).output)
    manifest = json.loads((Path(result["run"]) / "run.json").read_text(encoding="utf-8"))
    test = result["metrics"]["test"]
    seconds = manifest["timings"]["train"]
    return {"seed": seed, "rmse": test["rmse"], "skill": test["skill"], "seconds": seconds}
