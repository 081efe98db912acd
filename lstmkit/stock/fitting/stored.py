"""What `fitted.json` may hold: checked like a config, since a user may have edited it."""

from __future__ import annotations

from typing import Annotated, Literal, TypeVar

from pydantic import Field, ValidationError, model_validator

from lstmkit.config import Section
from lstmkit.errors import InputError
from lstmkit.runs import Run
from lstmkit.stock.fitting.intervals import LEVELS

DAY = r"^\d{4}-\d\d-\d\d$"

Number = Annotated[float, Field(allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=1, le=10**9)]


class ScalingSection(Section):
    """Center and scale of every input column."""

    target: Literal["log_return", "difference", "price"]
    center: list[Number] = Field(min_length=1)
    scale: list[Positive] = Field(min_length=1)
    decay: float = Field(ge=0, lt=1)
    ranges: bool

    @model_validator(mode="after")
    def _one_scale_per_center(self) -> ScalingSection:
        if len(self.center) != len(self.scale):
            raise ValueError("scaling.center and scaling.scale must have the same length")
        return self


class AnchorSection(Section):
    """What the network starts from."""

    lags: list[Count]
    intercept: Number
    coefficients: list[Number]

    @model_validator(mode="after")
    def _one_weight_per_lag(self) -> AnchorSection:
        if len(self.lags) != len(self.coefficients):
            raise ValueError("anchor.lags and anchor.coefficients must have the same length")
        return self


class HeadSection(Section):
    """The last step to the scale."""

    level: Number
    share: Number
    weights: list[Number]


Share = Annotated[float, Field(ge=0, le=1)]


class TrustSection(Section):
    """How far the paths are believed."""

    anchor: list[Share] = Field(min_length=1)
    network: list[Share] = Field(min_length=1)


class BaselinesSection(Section):
    """The simple forecasts."""

    in_logs: bool
    drift: Number
    moving_average: Count
    season: Count | None
    intercept: Number
    coefficients: list[Number] = Field(min_length=1)
    naive_mae: NotNegative


class RivalSection(Section):
    """An interval that others would take."""

    weights: list[Number]
    quantile: NotNegative
    curve: list[NotNegative] = Field(min_length=len(LEVELS), max_length=len(LEVELS))
    unit: NotNegative


class RivalsSection(Section):
    """All of them."""

    decay: float = Field(ge=0, lt=1)
    fitted: dict[str, RivalSection]


class IntervalSection(Section):
    """The calibrated interval."""

    coverage: float = Field(ge=0.5, le=0.999)
    rate: float = Field(ge=0, le=1)
    quantiles: list[NotNegative] = Field(min_length=1)
    inner: list[NotNegative] = Field(min_length=1)
    mixtures: list[Share] = Field(min_length=1)
    curve: list[NotNegative] = Field(min_length=len(LEVELS), max_length=len(LEVELS))
    constant: NotNegative
    unit: NotNegative
    calibration_rows: Count

    @model_validator(mode="after")
    def _one_of_each_per_horizon(self) -> IntervalSection:
        if not len(self.quantiles) == len(self.inner) == len(self.mixtures):
            raise ValueError("interval.quantiles, inner and mixtures must have the same length")
        return self


class CalendarSection(Section):
    """When the next rows come."""

    step_seconds: Count
    weekdays: list[Annotated[int, Field(ge=0, le=6)]] = Field(min_length=1)
    holidays: list[str]
    times: list[Annotated[int, Field(ge=0, lt=86400)]]
    months: int = Field(ge=0, le=1200)
    anchor: Literal["", "last weekday", "first weekday", "last day"] = ""
    exchange: str = Field(default="", pattern=r"^[A-Za-z0-9_/]{0,20}$")
    timed: bool = False


class FittedFile(Section):
    """All of `fitted.json`."""

    name: str
    column: str
    window: int = Field(ge=1, le=100_000)
    scaling: ScalingSection
    anchor: AnchorSection
    head: HeadSection
    trust: TrustSection
    every_step: bool = False
    baselines: BaselinesSection
    rivals: RivalsSection
    interval: IntervalSection
    calendar: CalendarSection
    learned_until: str | None = Field(default=None, pattern=DAY)

    @model_validator(mode="after")
    def _baselines_fit_the_window(self) -> FittedFile:
        own = (self.baselines.moving_average, len(self.baselines.coefficients), *self.anchor.lags)
        if max(own) >= self.window:
            raise ValueError("moving_average, coefficients and lags must fit the window")
        return self

    @model_validator(mode="after")
    def _head_fits_the_inputs(self) -> FittedFile:
        if self.head.weights and len(self.head.weights) != len(self.scaling.center):
            raise ValueError("head.weights and scaling.center must have the same length")
        return self


class StartFile(Section):
    """All of `start.json`, beside a model of many series."""

    window: int = Field(ge=3, le=100_000)
    trained_on: list[str]
    trained_until: str = Field(pattern=DAY)
    scaling: ScalingSection | None


File = TypeVar("File", FittedFile, StartFile)


def read_beside(run: Run, name: str, kind: type[File]) -> File:
    """Return the statistics that stand beside a model.

    Raises:
        InputError: They are missing, damaged or edited.
    """
    try:
        return kind.model_validate(run.read_json(name))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise InputError(
            f"{run.path / name}: {where or 'content'}: {first['msg']}; edited, or from another "
            f"version; train again"
        ) from error
