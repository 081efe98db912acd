"""The model that ships as a start for one of a person's own: it lends its vectors and LSTM layers.

A hundred sentences teach a network of 250,000 weights little about words: that `not` turns what
follows, that a match is lost as a ring is not. The model that ships has learned this from ten
thousand sentences; a new Dense layer chooses among other emojis, and all of it goes on learning.
What it learned from cannot be scored as unseen: with such test sentences, it starts at random.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from lstmkit import config as configs
from lstmkit import runs
from lstmkit.emoji import classifier, data
from lstmkit.emoji.config import EmojiConfig
from lstmkit.emoji.data import Dataset
from lstmkit.emoji.embeddings import VectorTable

if TYPE_CHECKING:
    import keras

LEARNED_FROM = ("train", "validation")
MOST_SHARED = 0.01
"""Share of the test sentences that may be said there by chance, as "thank you" is."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Start:
    """The model that ships, as a start.

    Attributes:
        path: Its run folder.
        table: The word vectors as it has them.
    """

    path: Path
    table: VectorTable

    @cached_property
    def words(self) -> list[str]:
        """The words whose vectors it moved."""
        return (self.path / classifier.VOCABULARY).read_text(encoding="utf-8").split()

    def lend(self, model: keras.Model) -> None:
        """Give a network its LSTM layers' weights."""
        import keras

        shipped = keras.models.load_model(self.path / runs.MODEL, compile=False)
        for layer in shipped.layers:
            if isinstance(layer, keras.layers.LSTM):
                model.get_layer(layer.name).set_weights(layer.get_weights())


def start_for(config: EmojiConfig, table: VectorTable, tested: Dataset) -> Start | None:
    """Return the model that ships where it can be the start of another, else None, said why.

    Args:
        config: Of the model that is to be trained.
        table: Its word vectors.
        tested: The sentences that it is to be scored on.
    """
    run = runs.Run(configs.package_folder("data") / "models" / "emoji")
    if config.train.start == "random" or not (run.path / runs.MODEL).exists():
        return None
    shipped = run.config(EmojiConfig)
    if config.model.units != shipped.model.units:
        log.info("training starts at random: model.units is not %s", shipped.model.units)
        return None
    found = classifier.load(run)
    if found.table.sha256 != table.sha256:
        log.info("training starts at random: the word vectors are others")
        return None
    own = (data.load(data.shipped(split), shipped.labels) for split in LEARNED_FROM)
    shared = sum(data.overlap(one, tested) for one in own)
    known = shared > MOST_SHARED * len(tested)
    if shared:
        then = "; training starts at random" if known else ""
        log.warning(
            "%d of the %d test sentences are among those that the model that ships learned from%s",
            *(shared, len(tested), then),
        )
    return None if known else Start(run.path, found.table)
