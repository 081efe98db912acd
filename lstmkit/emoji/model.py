"""Emojifier-v2: words -> vectors -> LSTM -> LSTM -> softmax over the emojis.

    e_t = E[word t]                       the pretrained vector of the word
    a_t = LSTM_1(e_t, a_{t-1})            answers at every word
    b_t = LSTM_2(dropout(a_t), b_{t-1})   answers at the last word
    p   = softmax(W dropout(b_T) + b)     once: twice would keep every p below 0.41

Padding, and a word without a vector, is index 0, a row of zeros: it is masked, so the state walks
past it unchanged. Source: Andrew Ng, Sequence Models (Coursera), week 2, "Emojify"; the cell is
that of `lstmkit.stock.model`.

The saved model starts after the embedding, at the sequence of vectors: all models share one table,
16 times the size of an LSTM. With `trainable: true` the vectors of the words met in training
move; they are saved beside the model (`lstmkit.emoji.classifier`), all others stay GloVe's.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np

from lstmkit.emoji.config import ModelConfig

SHORT = 2
"""Words of a sentence that is never read with fewer."""


def sentences_to_indices(
    sentences: Sequence[Sequence[str]], vocabulary: Mapping[str, int], *, window: int
) -> np.ndarray:
    """Return the rows of the embedding for sentences that are split into words.

    Args:
        sentences: Words of each sentence; those without a vector are left out.
        vocabulary: Word to its row among the vectors, from 0.
        window: Words kept of a sentence; shorter ones are padded with 0 at the end.

    Returns:
        int32, (sentences, window); row r of the vectors is index r + 1, since 0 is padding.
    """
    indices = np.zeros((len(sentences), window), dtype=np.int32)
    for row, words in enumerate(sentences):
        known = [vocabulary[word] + 1 for word in words if word in vocabulary][:window]
        indices[row, : len(known)] = known
    return indices


def pretrained_embedding_layer(
    matrix: np.ndarray, *, trainable: bool = False
) -> keras.layers.Embedding:
    """Return an embedding that starts from pretrained vectors and masks index 0.

    Args:
        matrix: float32, (1 + words, dimension); row 0 is zeros.
        trainable: Whether training may change the vectors.
    """
    return keras.layers.Embedding(
        *matrix.shape,
        weights=[matrix],
        mask_zero=True,
        trainable=trainable,
        name="embedding",
    )


class WordDropout(keras.layers.Layer):  # type: ignore[misc]
    """Leave words out while training, so that no answer hangs on one of them.

    Their index becomes that of padding, so the state walks past them. Sentences of one or two words
    stay whole, and so does one that would lose all of its words.
    """

    def __init__(self, rate: float, *, name: str) -> None:
        """Leave out a share `rate` of the words."""
        super().__init__(name=name)
        self.rate = rate
        self.seeds = keras.random.SeedGenerator()

    def call(self, indices: Any, training: bool = False) -> Any:
        """Return the indices, (batch, window), some of them 0 in training."""
        if not training:
            return indices
        drawn = keras.random.uniform(keras.ops.shape(indices), seed=self.seeds)
        words = indices > 0
        kept = words & (drawn >= self.rate)
        long = keras.ops.sum(keras.ops.cast(words, "int32"), axis=1, keepdims=True) > SHORT
        hidden = ~kept & long & keras.ops.any(kept, axis=1, keepdims=True)
        return keras.ops.where(hidden, 0, indices)


def emojifier_v2(
    config: ModelConfig, *, window: int, classes: int, embedding: keras.layers.Embedding
) -> tuple[keras.Model, keras.Model]:
    """Build the network, not yet compiled.

    Args:
        config: Units, dropout and the regularisation of the inputs.
        window: Words that a training sentence is padded to.
        classes: Emojis to choose from.
        embedding: What `pretrained_embedding_layer` returned.

    Returns:
        The model that is trained, (batch, window) indices -> (batch, classes) probabilities; and
        the one that is saved, (batch, time, dimension) vectors -> the same. They share weights;
        the latter masks rows of zeros, and its time is free.
    """
    indices = keras.Input((window,), dtype="int32", name="words")  # (batch, window)
    read = indices
    if config.word_dropout:
        read = WordDropout(config.word_dropout, name="input_words")(indices)
    answer = embedding(read)  # (batch, window, dimension)
    if config.vector_dropout:  # in training only: the same dimensions in every word of a sentence
        hide = keras.layers.SpatialDropout1D(config.vector_dropout, name="input_dimensions")
        answer = hide(answer)
    layers = _after_embedding(config, classes=classes)
    for layer in layers:
        answer = layer(answer)
    trained = keras.Model(indices, answer, name="emojifier_v2")
    vectors = keras.Input((None, embedding.output_dim), name="vectors")  # (batch, time, dimension)
    padding = keras.layers.Masking(0.0, name="padding")
    return trained, keras.Sequential([vectors, padding, *layers], name="emojifier_v2")


def _after_embedding(config: ModelConfig, *, classes: int) -> list[keras.layers.Layer]:
    layers: list[keras.layers.Layer] = []
    for number, units in enumerate(config.units, start=1):
        every_word = number < len(config.units)
        layers += [  # (batch, time, units), the last one (batch, units)
            keras.layers.LSTM(units, return_sequences=every_word, name=f"lstm_{number}"),
            keras.layers.Dropout(config.dropout, name=f"dropout_{number}"),
        ]
    layers.append(keras.layers.Dense(classes, activation="softmax", name="softmax"))
    return layers  # (batch, classes)
