"""How far: 1 and 24 rows ahead from every test row, on series that are no prices.

    pip install bokeh-sampledata statsmodels
    python tests/benchmarks/bench_ahead.py [--only NAME]

RMSE over that of standing still, beside a seasonal naive (as a season ago, where the training span
shows a season) and an autoregression that is rolled ahead; all are fitted on the training half, and
every test row with 24 rows after it is an origin.
"""

import argparse
import tempfile
from pathlib import Path

import bokeh_sampledata
import click
import numpy as np
import pandas as pd
import statsmodels.api as sm

from lstmkit import config as configs
from lstmkit.runs import Run
from lstmkit.stock import data, forecaster, pipeline
from lstmkit.stock.baselines.prices import changes_of
from lstmkit.stock.config import StockConfig
from lstmkit.stock.fitting.anchor import fit_anchor

STEPS = 24
MOST_ORIGINS = 2_000


def series() -> dict[str, pd.Series]:
    """Return the series, each with its dates."""
    folder = Path(bokeh_sampledata.__file__).parent / "_data"
    sea = pd.read_csv(folder / "sea_surface_temperature.csv.gz", index_col=0).iloc[:, 0]
    sea.index = pd.to_datetime(sea.index).tz_localize(None)
    glucose = pd.read_csv(folder / "CGM.csv.gz", parse_dates=["datetime"])
    glucose = glucose.set_index("datetime")["glucose"].iloc[:8_000]
    months = sm.datasets.elnino.load_pandas().data.set_index("YEAR").to_numpy().ravel()
    spots = sm.datasets.sunspots.load_pandas().data
    found = {
        "sea temperature, 30 min": sea,
        "sea temperature, daily": sea.resample("1D").mean(),
        "glucose, 5 min": glucose,
        "carbon dioxide, weekly": sm.datasets.co2.load_pandas().data["co2"].dropna(),
        "El Nino, monthly": dated(months, "1950-01-01", "MS"),
        "sunspots, yearly": dated(spots["SUNACTIVITY"].to_numpy(), "1700-01-01", "YS"),
    }
    return {
        name: one[~one.index.duplicated()].dropna().rename("Value").rename_axis("Date")
        for name, one in found.items()
    }


def dated(values: np.ndarray, first: str, step: str) -> pd.Series:
    """Return values with a date each."""
    return pd.Series(values, pd.date_range(first, periods=len(values), freq=step))


def measured(path: Path, folder: Path) -> dict:
    """Return the RMSE over that of standing still of every method, 1 and `STEPS` rows ahead."""
    config = configs.load(StockConfig, "stock", None, ["train.checkpoint_seconds=1000"])
    result = pipeline.train(path, config, folder)
    trained, dataset = forecaster.load(Run(Path(result.run))), data.load(path, config.data)
    prices, train = dataset.prices, dataset.train_rows
    origins = np.arange(train + trained.network.window, len(prices) - STEPS + 1)
    origins = origins[np.unique(np.linspace(0, len(origins) - 1, MOST_ORIGINS).astype(int))]
    naive = np.repeat(prices[origins - 1][:, None], STEPS, axis=1)
    found = {"lstmkit": naive, "autoregression": rolled(prices, train, origins, trained)}
    if not trained.network.stands_still:
        view = trained.network.view(dataset.values, dataset.extremes)
        found["lstmkit"] = trained.network.believed(trained.network.paths(view, origins, STEPS))
    season = trained.baselines.season
    if season:
        back = np.arange(STEPS) % season - season
        found["seasonal naive"] = prices[np.maximum(origins[:, None] + back, 0)]
    actual = prices[origins[:, None] + np.arange(STEPS)]
    still = np.sqrt(np.mean((actual - naive) ** 2, axis=0))
    return {
        name: dict(enumerate(np.sqrt(np.mean((actual - path) ** 2, axis=0)) / still, start=1))
        for name, path in found.items()
    } | {"season": season, "anchor": trained.network.anchor.name}


def rolled(
    prices: np.ndarray, train: int, origins: np.ndarray, trained: forecaster.Forecaster
) -> np.ndarray:
    """Return the paths of an autoregression with the season's lags, (origins, steps)."""
    changes = changes_of(prices, in_logs=False)
    season = trained.baselines.season or 0
    lags = tuple(range(1, len(trained.baselines.coefficients) + 1))
    further = {lag for lag in (season - 1, season, season + 1) if lag > lags[-1]}
    fitted = fit_anchor(changes[:train], (*lags, *sorted(further)))
    tails = changes[origins[:, None] + np.arange(-fitted.reach, 0)]
    for _ in range(STEPS):
        tails = np.column_stack([tails, fitted.next(tails)])
    return prices[origins - 1][:, None] + np.cumsum(tails[:, -STEPS:], axis=1)


def main() -> None:
    """Print one row per series."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", help="part of a series' name")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        for title, one in series().items():
            if asked.only and asked.only not in title:
                continue
            path = Path(name) / f"{title.replace(', ', '-').replace(' ', '-')}.csv"
            one.to_csv(path)
            found = measured(path, Path(name))
            click.echo(f"{title}: season {found.pop('season')}, from {found.pop('anchor')}")
            for method, ratios in found.items():
                click.echo(f"  {method:15} 1 ahead {ratios[1]:.3f}, 24 ahead {ratios[STEPS]:.3f}")


if __name__ == "__main__":
    main()
