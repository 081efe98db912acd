"""The typed config of the character model; reasons stand in `configs/letters.yaml`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from lstmkit.config import Config, Section


class DataConfig(Section):
    """How a file becomes examples."""

    unit: Literal["auto", "line", "text"]
    window: int = Field(ge=2, le=10_000)
    validation_fraction: float = Field(ge=0, le=0.5)
    split_seed: int | None = Field(ge=0, lt=2**32)


class ModelConfig(Section):
    """The size of the LSTM."""

    units: int = Field(ge=1, le=2048)


class TrainConfig(Section):
    """How it learns."""

    epochs: int = Field(ge=1, le=1_000_000)
    batch_size: int = Field(ge=1, le=10_000)
    learning_rate: float = Field(gt=0, le=10)
    clip: float = Field(gt=0)
    patience: int | None = Field(ge=1)
    checkpoint_seconds: float = Field(ge=0)


class WriteConfig(Section):
    """How it writes."""

    temperature: float = Field(ge=0.01, le=100)
    max_length: int = Field(ge=1, le=1_000_000)


class LettersConfig(Config):
    """All of `configs/letters.yaml`."""

    data: DataConfig
    model: ModelConfig
    train: TrainConfig
    write: WriteConfig

    @model_validator(mode="after")
    def _patience_needs_validation(self) -> LettersConfig:
        if self.train.patience is not None and self.data.validation_fraction == 0:
            raise ValueError(
                "train.patience watches the validation loss, and data.validation_fraction is 0; "
                "set train.patience to null or data.validation_fraction above 0"
            )
        return self


PIPELINE = LettersConfig
