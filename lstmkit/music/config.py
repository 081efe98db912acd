"""The typed config of the music pipeline; defaults and reasons stand in `configs/music.yaml`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from lstmkit.config import Config, Section, TrainConfig

Index = Annotated[int, Field(ge=0, le=65_535)]


class DataConfig(Section):
    """Which notes of a file are the melody, which are the chords, and which bars count."""

    reading: Literal["line", "struck"]
    harmony: Literal["auto", "symbols", "struck", "inferred"]
    melody_part: Index | None
    chord_parts: list[Index] | None
    bars: list[Annotated[int, Field(ge=1)]] | None = Field(min_length=2, max_length=2)
    metre: str | None = Field(pattern=r"^[1-9]\d?/(1|2|4|8|16|32)$")
    close_gaps: float = Field(ge=0, le=4)

    @model_validator(mode="after")
    def _one_span(self) -> DataConfig:
        if self.bars is not None and self.bars[0] > self.bars[1]:
            raise ValueError(f"data.bars is [first, last]; found {self.bars}")
        return self


class ModelConfig(Section):
    """LSTM and dropout."""

    units: int = Field(ge=1, le=4096)
    dropout: float = Field(ge=0, lt=1)


class MusicTrainConfig(TrainConfig):
    """The shared settings of a fit, and how the corpus is cut into snippets."""

    window: int = Field(ge=2, le=1000)
    snippets: int | None = Field(ge=1, le=1_000_000)

    @model_validator(mode="after")
    def _patience_needs_validation(self) -> MusicTrainConfig:
        if self.patience is not None and self.validation_fraction == 0:
            raise ValueError(
                "train.patience watches the validation loss, and train.validation_fraction is 0; "
                "set train.patience to null or train.validation_fraction above 0"
            )
        if self.snippets is not None and self.validation_fraction > 0:
            raise ValueError(
                "train.snippets draws snippets from the whole corpus, so none can be held out; "
                "set train.validation_fraction to 0 or train.snippets to null"
            )
        return self


class GenerateConfig(Section):
    """How a solo is drawn from the model, and how it is played."""

    bars: int | None = Field(ge=1, le=1000)
    temperature: float = Field(ge=0, le=10)
    top_p: float = Field(gt=0, le=1)
    longest_copy: int | None = Field(ge=1, le=1000)
    answers: float = Field(ge=0, le=1)
    ending: bool
    takes: int = Field(ge=1, le=100)
    swing: float = Field(ge=0.5, le=0.8)


class MusicConfig(Config):
    """All of `configs/music.yaml`."""

    data: DataConfig
    grammar: Literal["default", "tutorial"]
    model: ModelConfig
    train: MusicTrainConfig
    generate: GenerateConfig


PIPELINE = MusicConfig
