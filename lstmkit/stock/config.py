"""The typed config of the stock pipeline; defaults and reasons stand in `configs/stock.yaml`."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from lstmkit.config import Config, Section, TrainConfig


def _column(value: Any) -> Any:
    """Take `Price: USD`, which YAML reads as a mapping, for the name that it is."""
    if isinstance(value, dict) and len(value) == 1:
        key, rest = next(iter(value.items()))
        return f"{key}:" if rest is None else f"{key}: {rest}"
    return value


def _columns(value: Any) -> Any:
    if isinstance(value, str | int) and not isinstance(value, bool):
        raise ValueError(f"data.inputs: expected a list of columns, such as [{value}]")
    return value


Column = Annotated[str | Annotated[int, Field(ge=0)], BeforeValidator(_column)]


def _period(text: str) -> str:
    if not re.fullmatch(r"[1-9][0-9]{0,4}(s|min|h|D|W)", text):
        raise ValueError(
            f"data.resample: expected a number and one of s, min, h, D, W, such as 1h, 1D or 1W, "
            f"found {text!r:.40}"
        )
    return text


def _choice(text: str | None) -> str | None:
    if text is None:
        return None
    column, _, value = text.partition("=")
    if not column.strip() or not value.strip():
        raise ValueError(
            f"data.where: expected COLUMN=VALUE, such as Name=AAPL, found {text!r:.60}"
        )
    return text


class DataConfig(Section):
    """Which column of the file, which rows, and how they become windows."""

    column: Column | None
    inputs: Annotated[list[Column], BeforeValidator(_columns)]
    where: Annotated[str | None, AfterValidator(_choice)]
    series: Column | None
    tables: Literal["csv", "parquet"]
    date_format: str | None
    decimal: Literal["point", "comma"] | None
    resample: Annotated[str, AfterValidator(_period)] | None
    calendar: Annotated[str, Field(pattern=r"^[A-Za-z0-9_/]{2,20}$")] | None
    train_fraction: float = Field(ge=0.1, le=0.95)
    window: int = Field(ge=3, le=100_000)
    target: Literal["auto", "log_return", "difference", "price"]


class ModelConfig(Section):
    """LSTM layers and dropout."""

    units: list[Annotated[int, Field(ge=1, le=4096)]] = Field(min_length=1, max_length=8)
    dropout: float = Field(ge=0, lt=1)


class StockTrainConfig(TrainConfig):
    """The shared settings of a fit, what is answered for, and what it starts from."""

    supervision: Literal["every_step", "last_step"]
    start: Literal["shipped", "random"]

    @model_validator(mode="after")
    def _patience_needs_validation(self) -> StockTrainConfig:
        if self.patience is not None and self.validation_fraction == 0:
            raise ValueError(
                "train.patience watches the validation loss, and train.validation_fraction is 0; "
                "set train.patience to null or train.validation_fraction above 0"
            )
        return self


class IntervalConfig(Section):
    """The prediction interval."""

    coverage: float = Field(ge=0.5, le=0.999)
    decay: float = Field(ge=0, lt=1)
    horizons: int = Field(ge=1, le=1000)
    rate: float = Field(ge=0, le=1)


class BaselineConfig(Section):
    """The forecasts that are always scored beside the LSTM's."""

    moving_average: int = Field(ge=2, le=1000)
    lags: int = Field(ge=1, le=1000)


class StockConfig(Config):
    """All of `configs/stock.yaml`."""

    data: DataConfig
    model: ModelConfig
    train: StockTrainConfig
    interval: IntervalConfig
    baselines: BaselineConfig

    @model_validator(mode="after")
    def _lags_fit_the_window(self) -> StockConfig:
        if max(self.baselines.lags, self.baselines.moving_average) >= self.data.window:
            raise ValueError(
                f"baselines.lags ({self.baselines.lags}) and baselines.moving_average "
                f"({self.baselines.moving_average}) must be smaller than data.window "
                f"({self.data.window})"
            )
        return self


PIPELINE = StockConfig
