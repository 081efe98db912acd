"""The commands of the stock pipeline."""

from datetime import datetime
from pathlib import Path

import click

from lstmkit.files import data_folder
from lstmkit.options import (
    cluster_option,
    config_options,
    jobs_option,
    json_option,
    output_option,
    resume_option,
    run_option,
    series_option,
)
from lstmkit.stock.config import StockConfig
from lstmkit.terminal import pairs, say, show, show_json

csv_argument = click.argument("csv", required=False, type=click.Path(path_type=Path))
source_argument = click.argument(
    "source", metavar="[CSV|FOLDER]", required=False, type=click.Path(path_type=Path)
)


@click.group()
def stock() -> None:
    """Forecast prices from a CSV: train, evaluate, forecast, backtest, inspect."""


@stock.command(epilog="Example: lstmkit stock train DIS.csv --set train.epochs=50")
@source_argument
@config_options("stock")
@output_option
@resume_option
@json_option
def train(
    source: Path | None, config: StockConfig, output: Path, resume: Path | None, as_json: bool
) -> None:
    """Train on the prices in CSV, on all files of FOLDER, or on a sample; say what it is worth."""
    from lstmkit.stock import pipeline, report

    if resume is not None:
        result = pipeline.resume(resume, output)
    else:
        result = pipeline.train(source, config, output)
    show(result, report.shown(result), as_json=as_json)


@stock.command(epilog="Example: lstmkit stock evaluate NEW.csv")
@source_argument
@run_option
@series_option
@jobs_option
@cluster_option
@output_option
@json_option
def evaluate(
    source: Path | None,
    run: Path | None,
    series: str | None,
    jobs: int | None,
    cluster: str | None,
    output: Path,
    as_json: bool,
) -> None:
    """Score a model on every row of CSV, or on the test span of its own file."""
    from lstmkit.parallel import Pool
    from lstmkit.stock import pipeline, report

    pool = Pool(jobs, cluster) if jobs or cluster else None
    result = pipeline.evaluate(source, run, output, series=series, pool=pool)
    show(result, report.shown(result), as_json=as_json)


@stock.command(epilog="Example: lstmkit stock forecast --days 5")
@source_argument
@run_option
@series_option
@click.option("--days", type=click.IntRange(1, 10_000), help="Rows ahead; default: 20.")
@click.option("--plot", is_flag=True, help="Draw the fan as well, of one series.")
@output_option
@json_option
def forecast(
    source: Path | None,
    run: Path | None,
    series: str | None,
    days: int | None,
    plot: bool,
    output: Path,
    as_json: bool,
) -> None:
    """Forecast the rows after the last one of CSV, or of the model's own file, with dates."""
    from lstmkit.stock import pipeline, report

    result = pipeline.forecast(source, run, output, steps=days, series=series, plot=plot)
    show(result, report.shown_ahead(result), as_json=as_json)


@stock.command(epilog="Example: lstmkit stock backtest DIS.csv --folds 5")
@click.argument("sources", nargs=-1, metavar="[CSV|FOLDER...]")
@click.option("--folds", type=click.IntRange(2, 100), default=5, show_default=True)
@config_options("stock")
@jobs_option
@cluster_option
@output_option
@resume_option
@json_option
def backtest(
    sources: tuple[str, ...],
    folds: int,
    config: StockConfig,
    jobs: int | None,
    cluster: str | None,
    output: Path,
    resume: Path | None,
    as_json: bool,
) -> None:
    """Walk forward through each CSV: train on all rows before each fold, score the fold."""
    from lstmkit.parallel import Pool
    from lstmkit.stock import backtests, report

    pool = Pool(jobs, cluster)
    if resume is not None:
        result = backtests.resume(resume, output, pool=pool)
    else:
        result = backtests.backtest(sources, config, output, folds=folds, pool=pool)
    show(result, report.shown(result), as_json=as_json)
    backtests.complain(result)


@stock.command(epilog="Example: lstmkit stock inspect DIS.csv")
@csv_argument
@config_options("stock")
@json_option
def inspect(csv: Path | None, config: StockConfig, as_json: bool) -> None:
    """Show what would be read from CSV, and what would be repaired."""
    from lstmkit.stock import pipeline

    found = pipeline.inspect(csv, config)
    if as_json:
        show_json(found)
        return
    lines = {
        name.replace("_", " "): ("\n".join(value) or "none") if isinstance(value, list) else value
        for name, value in found.items()
    }
    say(pairs(lines))


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
        show_json({"ticker": ticker, "file": str(path), "rows": rows})
        return
    say(path)
    say(f"{rows:,} days; next: lstmkit stock train {path.name}", err=True)
