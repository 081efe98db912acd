"""What `fitted.json` may hold: checked like a config, since a user may have edited it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from lstmkit.config import Section

Number = Annotated[float, Field(allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=1, le=10**9)]


class ScalingSection(Section):
    """Center and scale of every input column."""

    target: Literal["log_return", "difference", "price"]
    center: list[Number] = Field(min_length=1)
    scale: list[Positive] = Field(min_length=1)

    @model_validator(mode="after")
    def _one_scale_per_center(self) -> ScalingSection:
        if len(self.center) != len(self.scale):
            raise ValueError("scaling.center and scaling.scale must have the same length")
        return self


class BaselinesSection(Section):
    """The simple forecasts."""

    in_logs: bool
    drift: Number
    moving_average: Count
    intercept: Number
    coefficients: list[Number] = Field(min_length=1)
    naive_mae: NotNegative


class IntervalSection(Section):
    """The calibrated interval."""

    coverage: float = Field(ge=0.5, le=0.999)
    decay: float = Field(ge=0, lt=1)
    start: NotNegative
    quantiles: list[NotNegative] = Field(min_length=1)
    constant: NotNegative
    calibration_rows: Count


class CalendarSection(Section):
    """When the next rows come."""

    step_seconds: Count
    weekdays: list[Annotated[int, Field(ge=0, le=6)]] = Field(min_length=1)
    holidays: list[str]
    times: list[Annotated[int, Field(ge=0, lt=86400)]]
    months: int = Field(ge=0, le=1200)
    anchor: Literal["", "last weekday", "first weekday", "last day"] = ""
    exchange: str = Field(default="", pattern=r"^[A-Za-z0-9_/]{0,20}$")


class FittedFile(Section):
    """All of `fitted.json`."""

    name: str
    column: str
    window: int = Field(ge=1, le=100_000)
    scaling: ScalingSection
    baselines: BaselinesSection
    interval: IntervalSection
    calendar: CalendarSection

    @model_validator(mode="after")
    def _baselines_fit_the_window(self) -> FittedFile:
        if max(self.baselines.moving_average, len(self.baselines.coefficients)) >= self.window:
            raise ValueError("baselines.moving_average and the coefficients must fit the window")
        return self
