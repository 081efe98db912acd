"""Whether a file holds one series or several: below each other, taking turns, side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from lstmkit.errors import InputError
from lstmkit.stock.reading.formats import plain
from lstmkit.stock.reading.numbers import is_number
from lstmkit.tables import Table
from lstmkit.tables.layout import MISSING

_SYMBOLS = (
    "symbol symbols ticker tickers tic name stock stocks code isin cusip permno permco asset coin "
    "coins pair instrument contract company security gvkey scrip sid figi wkn ric symbole symbool "
    "emittent titel тикер 代码 股票代码 证券代码 名称 銘柄 銘柄コード 종목 종목코드"
)
SYMBOL_WORDS = frozenset(_SYMBOLS.split())
MAX_SHOWN = 6
MAX_SHARE = 0.34  # distinct values per row above which a column tells rows apart, not series
LEVEL = 5.0  # how many times wider than its own a step to another series is
JUMP = 0.2  # of logarithms


@dataclass(frozen=True)
class Choice:
    """Which rows or columns the user means: `data.where`, such as `Name=AAPL`.

    Attributes:
        column: The column that tells the series apart.
        value: What it must hold.
    """

    column: str
    value: str


def choice_of(where: str | None) -> Choice | None:
    """Read `data.where`, whose form the config has checked."""
    if where is None:
        return None
    column, _, value = where.partition("=")
    return Choice(column.strip(), value.strip())


def column_of(table: Table, choice: Choice) -> int | None:
    """Return the column that a choice names, None where it names a row of the header.

    Raises:
        InputError: It names neither.
    """
    lower = [name.lower() for name in table.names]
    if choice.column.lower() in lower:
        return lower.index(choice.column.lower())
    labels = [row[0].lower() for row in table.header]
    if choice.column.lower() in labels:
        return None
    raise InputError(
        f"{table.path}: data.where: no column {choice.column!r}; found {', '.join(table.names)}"
    )


def rows_of(cells: pd.Series, choice: Choice, path: Path) -> np.ndarray:
    """Return which rows a choice keeps, (rows,).

    Raises:
        InputError: None has its value.
    """
    bare = cells.str.strip().str.lower()
    kept = (bare == choice.value.lower()).to_numpy()
    if not kept.any():
        raise InputError(
            f"{path}: data.where: no row has {choice.column}={choice.value}; found "
            f"{_shown(cells.unique())}"
        )
    return kept


def side_by_side(table: Table) -> dict[str, list[int]]:
    """Return the series of a header of several rows, each with its columns; {} for one."""
    for row in table.header:
        labels = list(dict.fromkeys(cell for cell in row[1:] if cell))
        again = len(row) - 1 - len(labels)
        if len(table.header) > 1 and 1 < len(labels) <= again and _repeats(table, labels, row):
            return {label: [i for i, cell in enumerate(row) if cell == label] for label in labels}
    return {}


def _repeats(table: Table, labels: Sequence[str], row: Sequence[str]) -> bool:
    """Return whether another row of the header has the same names under each label."""
    for other in table.header:
        if other is row:
            continue
        sets = [{other[i] for i, cell in enumerate(row) if cell == label} for label in labels]
        own = set.union(*sets)
        prices = {"close", "open", "high", "low", "adj close", "volume", "price"}
        if own & set(other) and {plain(cell) for cell in own} & prices:
            return True
    return False


def refuse_side_by_side(table: Table, groups: dict[str, list[int]]) -> None:
    """Ask which of several series side by side is meant.

    Raises:
        InputError: Always.
    """
    label = next(row[0] for row in table.header if set(groups) <= set(row)) or "Ticker"
    first = next(iter(groups))
    raise InputError(
        f"{table.path}: {len(groups):,} series side by side ({_shown(list(groups))}); say which "
        f'with --set "data.where={label}={first}"; or learn from all: --set data.series=columns'
    )


def candidates(table: Table, used: Sequence[int]) -> list[int]:
    """Return the columns that may tell several series apart, likeliest first."""
    found = []
    for index in table.sample:
        if index in used:
            continue
        cells = table.sample[index].str.strip()
        values = pd.Series(cells[~cells.str.lower().isin(MISSING)].unique(), dtype=object)
        few = 1 < len(values) <= max(2, MAX_SHARE * len(cells))
        numeric = is_number(values)
        whole = bool(values.str.fullmatch(r"\d+").all())
        if few and (not numeric or (whole and is_symbol(table, int(index)))):
            found.append(int(index))
    return sorted(found, key=lambda index: not is_symbol(table, index))


def is_symbol(table: Table, index: int) -> bool:
    """Return whether a column is named for what is traded."""
    return bool(table.header and SYMBOL_WORDS & set(plain(table.names[index]).split()))


def refuse_several(
    table: Table,
    index: int,
    labels: pd.Series,
    dates: pd.Series,
    prices: np.ndarray,
) -> None:
    """Ask which series is meant, where a column tells several apart.

    Args:
        table: What was read.
        index: The column.
        labels: Its cells.
        dates: Of the rows.
        prices: Of the rows.

    Raises:
        InputError: The file holds several series.
    """
    codes, values = pd.factorize(labels.str.strip())
    if len(values) < 2 or not _tells_apart(codes, dates, prices, is_symbol(table, index)):
        return
    name = table.names[index]
    raise InputError(
        f"{table.path}: {len(values):,} series in one file: column {name!r} tells them apart "
        f'({_shown(values)}); say which with --set "data.where={name}={values[0]}"; '
        f'or learn from all: --set "data.series={name}"'
    )


def _tells_apart(codes: np.ndarray, dates: pd.Series, prices: np.ndarray, symbol: bool) -> bool:
    same_date = dates.duplicated(keep=False).to_numpy()
    if same_date.mean() > 0.01 and same_date.sum() > 2:
        pairs = pd.DataFrame({"date": dates.to_numpy(), "code": codes})
        return bool(pairs.duplicated().sum() < 0.1 * same_date.sum())
    if symbol:
        return True
    return _levels(codes, prices)


def _levels(codes: np.ndarray, prices: np.ndarray) -> bool:
    """Return whether a step to another label is far wider than a step within one."""
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(prices)
    good = np.isfinite(logs)
    codes, logs = codes[good], logs[good]
    if len(logs) < 4:
        return False
    steps, change = np.abs(np.diff(logs)), np.diff(codes) != 0
    order = np.argsort(codes, kind="stable")
    within = np.abs(np.diff(logs[order]))[np.diff(codes[order]) == 0]
    if not change.any() or not len(within):
        return False
    across = float(np.median(steps[change]))
    return across > JUMP and across > LEVEL * max(float(np.median(within)), 1e-9)


def _shown(values: Sequence[str] | np.ndarray) -> str:
    shown = ", ".join(str(value) for value in list(values)[:MAX_SHOWN])
    return f"{shown} and {len(values) - MAX_SHOWN:,} more" if len(values) > MAX_SHOWN else shown
