"""A model of many series, for series that it never saw; the one that ships, as a start.

The one that ships learned from 15 US stocks, until May 2002, how sizes die away
(`data/models/stock/build.py`), and lends its LSTM layer. No day that it was trained on may lie in
a test span: where one begins too early, a model starts at random.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lstmkit import config as configs
from lstmkit import runs
from lstmkit.files import write_json
from lstmkit.stock.config import StockConfig
from lstmkit.stock.fitting.scaling import Scaling
from lstmkit.stock.fitting.stored import StartFile, read_beside
from lstmkit.stock.fitting.target import Aim

if TYPE_CHECKING:
    from lstmkit.stock.data import Dataset

START = "start.json"


@dataclass(frozen=True)
class Start:
    """A model of many series.

    Attributes:
        path: Its run folder.
    """

    path: Path

    @cached_property
    def file(self) -> StartFile:
        """What stands beside the model."""
        return read_beside(runs.Run(self.path), START, StartFile)

    @property
    def until(self) -> np.datetime64:
        """The last day that it was trained on."""
        return np.datetime64(self.file.trained_until)

    @property
    def scaling(self) -> Scaling | None:
        """Center and scale of the inputs that series share; None: each has its own."""
        own = self.file.scaling
        return None if own is None else Scaling.from_json(own.model_dump())

    @property
    def decay(self) -> float | None:
        """Of the moving average that is the usual size of a change."""
        return None if self.file.scaling is None else self.file.scaling.decay

    def weights(self, own: Sequence[np.ndarray], inputs: int) -> list[np.ndarray]:
        """Return its weights for a network with further inputs, which it gives no weight.

        Args:
            own: Of the model that ships: LSTM kernel, recurrent kernel, bias; Dense kernel, bias.
            inputs: Of the network that starts.
        """
        kernel, recurrent, bias, dense, level = own
        further = inputs - len(kernel)
        return [
            np.pad(kernel, ((0, further), (0, 0))),
            recurrent,
            bias,
            np.pad(dense, ((0, further), (0, 0))),
            level,
        ]


def keep(
    run: runs.Run,
    *,
    window: int,
    trained_on: Sequence[str],
    until: np.datetime64,
    scaling: Scaling | None,
) -> None:
    """Write beside a model what another series needs to be forecast by it.

    Args:
        run: The model's.
        window: Rows it sees.
        trained_on: Names of the series that it learned from.
        until: The last day that it learned from.
        scaling: Of the inputs that series share; None: each has its own.
    """
    content = {
        "window": window,
        "trained_on": list(trained_on),
        "trained_until": str(until.astype("datetime64[D]")),
        "scaling": None if scaling is None else asdict(scaling),
    }
    write_json(run.path / START, content)


def find() -> Start | None:
    """Return the model that ships, where it does."""
    path = configs.package_folder("data") / "models" / "stock"
    return Start(path) if (path / runs.MODEL).exists() else None


def obstacle(dataset: Dataset, config: StockConfig, aim: Aim, first_test: int) -> str | None:
    """Return why the model that ships cannot be the start of a series' network; None: it can."""
    found = find()
    if found is None:
        return "no model ships"
    units = runs.Run(found.path).config(StockConfig).model.units
    tested = dataset.dates[min(first_test, len(dataset.dates) - 1)]
    obstacles = (
        (aim.target != "log_return" or bool(aim.anchor.lags), "this is no series of prices"),
        (len(dataset.columns) > 1, "there are further inputs"),
        (config.model.units != units, f"model.units is not {units}"),
        (config.interval.decay != found.decay, "interval.decay is another"),
        (
            tested <= found.until,
            f"its test rows begin before {found.until}, when that had not ended",
        ),
    )
    return next((words for is_so, words in obstacles if is_so), None)
