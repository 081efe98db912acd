"""What a model did on many series."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from lstmkit import result
from lstmkit.files import finite
from lstmkit.stock.result import Forecast, Result


@dataclass(frozen=True, kw_only=True, repr=False)
class PanelResult(Result):
    """What one model did on many series.

    `metrics` holds `verdict`, `test`, `intervals`, `left_out` and `series`, one row of scores for
    each; `series.csv` holds them too, `predictions.csv` the test rows of all.

    Attributes:
        forecasts: The future of each series; empty where it was not asked for.
    """

    picture: ClassVar[str] = "skill"
    forecasts: Mapping[str, Forecast] = field(default_factory=dict)

    @property
    def files(self) -> list[Path]:
        """Every file that was written but those of single series, sorted."""
        return [path for path in super().files if _is_of_all(path, self.run)]


@dataclass(frozen=True, kw_only=True, repr=False)
class PanelOutlook(result.Result):
    """The rows that come next, of many series.

    Attributes:
        name: What the series are of.
        forecasts: The future of each series.
    """

    name: str
    forecasts: Mapping[str, Forecast]

    def rows(self) -> list[dict[str, Any]]:
        """Return `series, date, predicted, lower, upper` of every row of every series."""
        return [
            {"series": name, **row}
            for name, forecast in self.forecasts.items()
            for row in forecast.rows()
        ]

    def to_json(self) -> dict[str, Any]:
        """Return the object that `--json` prints."""
        return {**super().to_json(), "forecast": finite(self.rows())}


def _is_of_all(path: Path, run: Path) -> bool:
    return path.relative_to(run).parts[0] != "series"
