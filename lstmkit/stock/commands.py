"""The commands of the stock pipeline."""

import json
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lstmkit import config as configs
from lstmkit.completion import models_of_command
from lstmkit.errors import InputError
from lstmkit.files import data_folder
from lstmkit.options import (
    config_options,
    json_option,
    output_option,
    resume_option,
    with_seed,
)
from lstmkit.stock.config import StockConfig

if TYPE_CHECKING:
    from lstmkit.stock.report import Result

run_argument = click.argument(
    "run_folder",
    metavar="[RUN]",
    required=False,
    type=click.Path(path_type=Path),
    shell_complete=models_of_command,
)
csv_argument = click.argument("csv", required=False, type=click.Path(path_type=Path))


@click.group()
def stock() -> None:
    """Forecast prices from a CSV: train, evaluate, forecast, backtest, inspect."""


@stock.command(epilog="Example: lstmkit stock train DIS.csv --set train.epochs=50")
@csv_argument
@config_options
@output_option
@resume_option
@json_option
def train(
    csv: Path | None,
    config_file: Path | None,
    overrides: tuple[str, ...],
    seed: int | None,
    output: Path,
    resume: Path | None,
    as_json: bool,
) -> None:
    """Train on the prices in CSV, or on the sample that ships, and say what it is worth."""
    settings = _settings(csv, config_file, overrides, seed, resume)
    from lstmkit.stock import pipeline

    if resume is not None:
        result = pipeline.resume(resume, output)
    else:
        result = pipeline.train(csv, settings, output)
    _show(result, as_json)


@stock.command(epilog="Example: lstmkit stock evaluate outputs/stock/20261123T210800Z-DIS NEW.csv")
@run_argument
@csv_argument
@output_option
@json_option
def evaluate(run_folder: Path | None, csv: Path | None, output: Path, as_json: bool) -> None:
    """Score the model in RUN on its own test span, or on every row of another CSV."""
    from lstmkit.stock import pipeline

    _show(pipeline.evaluate(run_folder, csv, output), as_json)


@stock.command(epilog="Example: lstmkit stock forecast --days 5")
@run_argument
@click.option("--days", type=click.IntRange(1, 10_000), help="Rows ahead; default: 20.")
@click.option("--csv", type=click.Path(path_type=Path), help="A newer file of the same series.")
@click.option("--plot", is_flag=True, help="Draw the fan as well.")
@output_option
@json_option
def forecast(
    run_folder: Path | None,
    days: int | None,
    csv: Path | None,
    plot: bool,
    output: Path,
    as_json: bool,
) -> None:
    """Forecast the rows after the last one, dated by the file's own calendar."""
    from lstmkit.stock import pipeline, report

    folder, ahead = pipeline.forecast(run_folder, csv, days, output, plot=plot)
    rows = report.forecast_rows(ahead)
    if as_json:
        click.echo(json.dumps({"run": str(folder), "forecast": rows}))
        return
    _table(rows)
    click.echo(f"{folder / 'forecast.csv'}", err=True)


@stock.command(epilog="Example: lstmkit stock backtest DIS.csv --folds 5")
@csv_argument
@click.option("--folds", type=click.IntRange(2, 100), default=5, show_default=True)
@config_options
@output_option
@resume_option
@json_option
def backtest(
    csv: Path | None,
    folds: int,
    config_file: Path | None,
    overrides: tuple[str, ...],
    seed: int | None,
    output: Path,
    resume: Path | None,
    as_json: bool,
) -> None:
    """Walk forward through CSV: train on all rows before each fold, score the fold."""
    settings = _settings(csv, config_file, overrides, seed, resume)
    from lstmkit.stock import pipeline, report

    if resume is not None:
        result = pipeline.resume_backtest(resume, output)
    else:
        result = pipeline.backtest(csv, settings, output, folds=folds)
    if not as_json:
        _table(report.fold_table(result))
        click.echo()
    _show(result, as_json)


@stock.command(epilog="Example: lstmkit stock inspect DIS.csv")
@csv_argument
@config_options
@json_option
def inspect(
    csv: Path | None,
    config_file: Path | None,
    overrides: tuple[str, ...],
    seed: int | None,
    as_json: bool,
) -> None:
    """Show what would be read from CSV, and what would be repaired."""
    settings = configs.load(StockConfig, "stock", config_file, with_seed(overrides, seed))
    from lstmkit.stock import pipeline

    found = pipeline.inspect(csv, settings)
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    from tabulate import tabulate

    rows = [
        (name.replace("_", " "), ("\n".join(v) or "none") if isinstance(v, list) else v)
        for name, v in found.items()
    ]
    click.echo(tabulate(rows, tablefmt="plain", disable_numparse=True))


@stock.command(epilog="Example: lstmkit stock fetch DIS --start 1996-12-31 --end 2016-12-31")
@click.argument("ticker")
@click.option("--start", type=click.DateTime(["%Y-%m-%d"]), help="First day; default: ever.")
@click.option("--end", type=click.DateTime(["%Y-%m-%d"]), help="Day after the last one.")
@click.option(
    "--data",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=data_folder,
    show_default="LSTMKIT_DATA, else the user's data folder",
    help="Where to.",
)
@json_option
def fetch(
    ticker: str, start: datetime | None, end: datetime | None, folder: Path, as_json: bool
) -> None:
    """Fetch daily prices of TICKER from Yahoo Finance (needs the extra: lstmkit[yahoo])."""
    from lstmkit.downloads import yahoo

    first, stop = (day.date() if day else None for day in (start, end))
    path, rows = yahoo.fetch(ticker, first, stop, folder)
    if as_json:
        click.echo(json.dumps({"ticker": ticker, "file": str(path), "rows": rows}))
        return
    click.echo(path)
    click.echo(f"{rows:,} days; next: lstmkit stock train {path.name}", err=True)


def _settings(
    csv: Path | None,
    config_file: Path | None,
    overrides: tuple[str, ...],
    seed: int | None,
    resume: Path | None,
) -> StockConfig:
    if resume is not None and (csv or config_file or overrides or seed is not None):
        raise InputError("--resume goes on under the run's own file and config; give it alone")
    return configs.load(StockConfig, "stock", config_file, with_seed(overrides, seed))


def _show(result: "Result", as_json: bool) -> None:
    from lstmkit.stock import report

    if as_json:
        click.echo(json.dumps(result.to_json(), ensure_ascii=False))
        return
    _table(report.table(result))
    click.echo(f"\n{report.interval_line(result)}\n\n{result.verdict}")
    folds: Counter[Path] = Counter()
    for path in map(Path, result.to_json()["files"]):
        inside = path.relative_to(result.run).parts
        if inside[0].startswith("fold-"):
            folds[result.run / inside[0]] += 1
        else:
            click.echo(path, err=True)
    for folder, count in folds.items():
        click.echo(f"{folder}: {count} files", err=True)


def _table(rows: list[dict[str, Any]]) -> None:
    from tabulate import tabulate

    click.echo(tabulate(rows, headers="keys", floatfmt=".4f"))
