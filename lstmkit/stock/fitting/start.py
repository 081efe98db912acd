"""The model that ships as a start for that of one file: it lends its LSTM layer.

It learned from 15 US stocks, until May 2002, how sizes die away (`data/models/stock/build.py`). No
day that it was trained on may lie in a test span: where one begins too early, a model starts at
random.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lstmkit import config as configs
from lstmkit import runs
from lstmkit.stock.config import StockConfig
from lstmkit.stock.fitting.inputs import OWN
from lstmkit.stock.fitting.scaling import Scaling
from lstmkit.stock.fitting.stored import StartFile, read_beside
from lstmkit.stock.fitting.target import Aim

if TYPE_CHECKING:
    from lstmkit.stock.data import Dataset

START = "start.json"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Start:
    """The model that ships, as a start.

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

    def lend(self, scaling: Scaling) -> Scaling:
        """Return a scaling whose first inputs are scaled as the model that ships has them."""
        own = self.file.scaling
        return replace(
            scaling,
            center=(*own.center, *scaling.center[OWN:]),
            scale=(*own.scale, *scaling.scale[OWN:]),
        )

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


def find() -> Start | None:
    """Return the model that ships, where it does."""
    path = configs.package_folder("data") / "models" / "stock"
    return Start(path) if (path / runs.MODEL).exists() else None


def start_for(dataset: Dataset, config: StockConfig, aim: Aim, first_test: int) -> Start | None:
    """Return the model that ships where it can be the start of a file's, else None, said why."""
    found = find()
    if found is None:
        return None
    units = runs.Run(found.path).config(StockConfig).model.units
    tested = dataset.dates[min(first_test, len(dataset.dates) - 1)]
    obstacles = (
        (aim.target != "log_return" or bool(aim.anchor.lags), "this is no series of prices"),
        (len(dataset.columns) > 1, "there are further inputs"),
        (config.model.units != units, f"model.units is not {units}"),
        (config.interval.decay != found.file.scaling.decay, "interval.decay is another"),
        (
            tested <= found.until,
            f"its test rows begin before {found.until}, when that had not ended",
        ),
    )
    reason = next((words for is_so, words in obstacles if is_so), None)
    if reason is None:
        return found
    log.info("training starts at random: %s", reason)
    return None
