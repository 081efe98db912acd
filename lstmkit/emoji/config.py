"""The typed config of the emoji pipeline; defaults and reasons stand in `configs/emoji.yaml`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from lstmkit.config import Config, Section, TrainConfig, epochs_of_pass, steps_of_epoch

LEAST_BATCHES = 8  # in an epoch
EPOCHS, LEAST_STEPS, MOST_STEPS = 14, 600, 5000  # of training, where the config names no epochs
Share = Annotated[float, Field(ge=0, le=0.9)]


class DataConfig(Section):
    """How sentences become sequences of words, and what is held out of a file of one's own."""

    window: int = Field(ge=1, le=1000)
    test_fraction: float = Field(ge=0.01, le=0.5)
    split_seed: int | None = Field(ge=0, lt=2**32)


class ModelConfig(Section):
    """Emojifier-v2 and what may be changed in it."""

    units: list[Annotated[int, Field(ge=1, le=4096)]] = Field(min_length=1, max_length=8)
    dropout: Share
    trainable: bool
    word_dropout: Share
    vector_dropout: Share


class EmojiTrainConfig(TrainConfig):
    """The shared settings of a fit, those of a classifier, and what it starts from."""

    start: Literal["shipped", "random"]
    epochs: int | None = Field(ge=1, le=1_000_000)  # type: ignore[assignment]
    class_weights: bool
    label_smoothing: float = Field(ge=0, lt=1)
    schedule: Literal["constant", "cosine"]

    def fitted_to(self, examples: int) -> EmojiTrainConfig:
        """Return settings with the epochs and the batch that fit a file, where none are named."""
        if self.epochs is not None:
            return self
        batch = max(1, min(self.batch_size, examples // LEAST_BATCHES))
        steps = EPOCHS * epochs_of_pass(examples, batch) * steps_of_epoch(examples, batch)
        wanted = min(max(steps, LEAST_STEPS), MOST_STEPS)
        epochs = round(wanted / steps_of_epoch(examples, batch))
        return self.model_copy(update={"batch_size": batch, "epochs": max(1, epochs)})

    @model_validator(mode="after")
    def _patience_needs_validation(self) -> EmojiTrainConfig:
        if self.patience is not None and self.validation_fraction == 0:
            raise ValueError(
                "train.patience watches the validation loss, and train.validation_fraction is 0; "
                "set train.patience to null or train.validation_fraction above 0"
            )
        return self


class EmojiConfig(Config):
    """All of `configs/emoji.yaml`."""

    data: DataConfig
    model: ModelConfig
    train: EmojiTrainConfig
    labels: dict[str, Annotated[str, Field(min_length=1, max_length=200)]]


PIPELINE = EmojiConfig
