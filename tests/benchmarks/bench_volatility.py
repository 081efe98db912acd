"""How wide: the network's interval beside what a practitioner would take, on series from packages.

    pip install 'lstmkit[volatility]' skfolio bokeh-sampledata
    python tests/benchmarks/bench_volatility.py [DIS.csv] [--seeds 5] [--part series]

Ten series, named before anything was measured on them: S&P 500, Nasdaq, WTI (from `arch`), IBM and
GOOG (`bokeh-sampledata`), BAC, GE, JNJ, MSFT and XOM (`skfolio`). The model that ships learned from
the other 15 stocks of `skfolio`, until May 2002; every test span begins later. All figures are of
test rows, the intervals are calibrated on the training half.
"""

import argparse
import importlib
import tempfile
from pathlib import Path

import bokeh_sampledata
import click
import numpy as np
import pandas as pd
from skfolio.datasets import load_sp500_dataset

from lstmkit import config as configs
from lstmkit.runs import Run
from lstmkit.stock import data, forecaster, pipeline
from lstmkit.stock.config import StockConfig

STOCKS = ("BAC", "GE", "JNJ", "MSFT", "XOM")
AHEAD, WALKS, ROWS = 20, 20, 3_000
RIVALS = ("ewma", "garch_t", "egarch_t", "har")
QUIET = ["train.checkpoint_seconds=1000"]


def series(folder: Path) -> dict[str, Path]:
    """Write the ten series as people have them, and return their files."""
    tables = {}
    for name in ("sp500", "nasdaq"):
        tables[name] = importlib.import_module(f"arch.data.{name}").load()
    tables["wti"] = importlib.import_module("arch.data.wti").load().dropna()
    prices = pd.read_csv(Path(bokeh_sampledata.__file__).parent / "_data" / "stocks.csv.gz")
    for name in ("IBM", "GOOG"):
        table = prices[prices["Ticker"] == name].set_index("Date").drop(columns="Ticker")
        tables[name] = table
    stocks = load_sp500_dataset()
    tables |= {name: stocks[[name]].rename(columns={name: "Close"}) for name in STOCKS}
    return {name: written(folder, name, table) for name, table in tables.items()}


def written(folder: Path, name: str, table: pd.DataFrame) -> Path:
    """Write one series as CSV."""
    path = folder / f"{name}.csv"
    table.rename_axis("Date").to_csv(path)
    return path


def measured(path: Path, folder: Path, seed: int, *, shipped: bool) -> dict:
    """Return the metrics of a training, or of the model that ships, and of the path ahead."""
    config = configs.load(StockConfig, "stock", None, [f"seed={seed}", *QUIET])
    if shipped:
        return pipeline.evaluate(path, Path("shipped"), folder).metrics
    result = pipeline.train(path, config, folder)
    return result.metrics | {"ahead": path_beside_naive(path, result.run, config)}


def path_beside_naive(path: Path, run: Path, config: StockConfig) -> float:
    """Return the RMSE 20 rows ahead over that of standing still, from every test row."""
    trained, dataset = forecaster.load(Run(run)), data.load(path, config.data)
    first = dataset.train_rows + trained.network.window
    origins = np.arange(first, len(dataset.dates) - AHEAD + 1)
    naive = dataset.prices[origins - 1]
    predicted = naive
    if not trained.network.stands_still:
        view = trained.network.view(dataset.values, dataset.extremes)
        predicted = trained.network.believed(trained.network.paths(view, origins, AHEAD))[:, -1]
    actual = dataset.prices[origins + AHEAD - 1]
    return float(np.sqrt(np.mean((actual - predicted) ** 2) / np.mean((actual - naive) ** 2)))


def table(found: dict[str, dict]) -> None:
    """Print one row per series: scores relative to EWMA's, the others', what was held."""
    click.echo(f"{'series':8} {'ours':>7} {'GARCH':>7} {'EGARCH':>7} {'HAR':>7}  held   by quarter")
    below = dict.fromkeys(RIVALS, 0)
    ratios = []
    for name, one in found.items():
        test, others = one["test"], one["intervals"]
        base = others["ewma"]["interval_score"]
        shown = [test["interval_score"], *(others[key]["interval_score"] for key in RIVALS[1:])]
        ratios.append([value / base for value in shown])
        for key in RIVALS:
            below[key] += test["interval_score"] < others[key]["interval_score"]
        quarters = " ".join(f"{share:.2f}" for share in test["coverage_by_quarter"])
        cells = " ".join(f"{ratio:7.3f}" for ratio in ratios[-1])
        rmse = test["rmse"] / test["naive_rmse"]
        ahead = f"  20 ahead {one['ahead']:.4f}" if "ahead" in one else ""
        click.echo(f"{name:8} {cells}  {test['coverage']:.3f}  {quarters}  RMSE {rmse:.4f}{ahead}")
    click.echo(f"{'mean':8} {' '.join(f'{value:7.3f}' for value in np.mean(ratios, axis=0))}")
    goals = {"ewma": 10, "garch_t": 9, "egarch_t": 7, "har": 7}
    for key, goal in goals.items():
        click.echo(f"below {key}: {below[key]} of {len(found)} (goal {goal})")
    click.echo(f"mean over EWMA: {np.mean(ratios, axis=0)[0]:.4f} (goal at most .97)")


def disney(path: Path, folder: Path, seeds: int) -> None:
    """Print the goals for the tutorial's file."""
    tests = [measured(path, folder, seed, shipped=False)["test"] for seed in range(seeds)]
    scores = [test["interval_score"] for test in tests]
    quarters = [share for test in tests for share in test["coverage_by_quarter"]]
    held = [test["coverage"] for test in tests]
    worst = max(test["rmse"] / test["naive_rmse"] for test in tests)
    click.echo(f"DIS, {tests[0]['n']:,} rows, {seeds} seeds:")
    click.echo(
        f"  interval score {np.mean(scores):.3f} (goal 3.25), worst {max(scores):.3f} (3.30)"
    )
    click.echo(f"  held {min(held):.3f} to {max(held):.3f} (.88 to .92)")
    click.echo(f"  by quarter {min(quarters):.3f} to {max(quarters):.3f} (.85 to .95)")
    click.echo(f"  RMSE over naive at most {worst:.4f} (1.002)")


def simulated(kind: str, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return prices of a simulated walk, and the true scale of every return."""
    drawn = np.random.default_rng(seed)
    shocks = drawn.standard_t(5, ROWS) / np.sqrt(5 / 3)
    scale = np.full(ROWS, 0.01)
    if kind == "garch":
        variance = 1e-4
        for row in range(ROWS):
            scale[row] = np.sqrt(variance)
            variance = 2e-6 + 0.08 * (scale[row] * shocks[row]) ** 2 + 0.90 * variance
    if kind == "wild then calm":
        waves = 0.5 * np.cumsum(drawn.normal(0, 0.05, ROWS))
        scale *= np.exp(np.clip(waves, -1, 1) + np.linspace(0.7, -0.7, ROWS))
    return 100 * np.exp(np.cumsum(scale * shocks)), scale


def walks(folder: Path, kind: str, count: int) -> None:
    """Print how the network does on walks whose truth is known."""
    gains, skills, verdicts = [], [], []
    for seed in range(count):
        prices, scale = simulated(kind, seed)
        days = pd.date_range("2003-01-01", periods=ROWS, freq="D")
        path = written(folder, f"walk-{seed}", pd.DataFrame({"Close": prices}, index=days))
        result = pipeline.train(path, configs.load(StockConfig, "stock", None, QUIET), folder)
        test = result.metrics["test"]
        skills.append(test["skill"])
        verdicts.append(result.verdict.split()[0])
        best = true_score(prices, scale, result.rows)
        gains.append(test["interval_score"] / best - 1)
    click.echo(
        f"{count} walks, {kind}: mean skill {np.mean(skills):+.4%}, worst {min(skills):+.4%}; "
    )
    click.echo(
        f"  verdicts {dict(pd.Series(verdicts).value_counts())} (no Beats, at most one Loses)"
    )
    click.echo(
        f"  score over the true scale's {np.mean(gains):+.2%}, worst {max(gains):+.2%} (1 %)"
    )


def true_score(prices: np.ndarray, scale: np.ndarray, rows: np.ndarray) -> float:
    """Return the interval score of the true scale, its quantile from the training rows."""
    errors = np.diff(np.log(prices), prepend=np.log(prices[0]))
    train = np.arange(240, ROWS // 2)
    half = np.quantile(np.abs(errors[train]) / scale[train], 0.9) * scale[rows]
    last, actual = prices[rows - 1], prices[rows]
    lower, upper = last * np.exp(-half), last * np.exp(half)
    missed = np.maximum(lower - actual, 0) + np.maximum(actual - upper, 0)
    return float((upper - lower + 20 * missed).mean())


def main() -> None:
    """Print every figure beside its goal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("csv", nargs="?", type=Path, help="the tutorial's DIS.csv")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--walks", type=int, default=WALKS)
    parser.add_argument("--part", choices=("series", "shipped", "disney", "walks"))
    asked = parser.parse_args()
    parts = (asked.part,) if asked.part else ("disney", "series", "shipped", "walks")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in parts:
            click.echo(f"== {part}")
            if part == "disney" and asked.csv is not None:
                disney(asked.csv, folder, asked.seeds)
            elif part in ("series", "shipped"):
                only = part == "shipped"
                files = series(folder) | ({"DIS": asked.csv} if only and asked.csv else {})
                table({key: measured(path, folder, 0, shipped=only) for key, path in files.items()})
            elif part == "walks":
                for kind in ("constant", "garch", "wild then calm"):
                    walks(folder, kind, asked.walks)


if __name__ == "__main__":
    main()
