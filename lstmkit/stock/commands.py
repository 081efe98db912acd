"""The commands of the stock pipeline."""

import click


@click.group()
def stock() -> None:
    """Forecast prices from a CSV."""
