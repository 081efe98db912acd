"""The network: an LSTM that is told a musical value and says which may follow.

    x<t> = [value, one-hot | what `context` says beside it]
    a<t>, c<t> = LSTM(x<t>, a<t-1>, c<t-1>)         # (batch, units)
    y<t> = softmax(W a<t> + b)                      # (batch, values)

Source: Jazz Improvisation with LSTM, assignment of the course Sequence Models (deeplearning.ai),
itself after deepjazz; `course` has the functions that the assignment asks for.
"""

from typing import Any

import keras
from keras import layers, ops

from lstmkit.music.config import MusicConfig
from lstmkit.music.corpus.snippets import Snippets


def build_model(config: MusicConfig, n_values: int, n_said: int = 0) -> keras.Model:
    """Build the network that is trained and saved; it takes sequences of any length.

    Args:
        config: Units and dropout.
        n_values: Size of the vocabulary.
        n_said: Numbers that are said beside each value, `context.SIZE`; 0 for the tutorial's.
    """
    x = keras.Input((None, n_values + n_said), name="values")  # (batch, time, values + numbers)
    lstm = layers.LSTM(config.model.units, return_sequences=True, name="lstm")
    a = lstm(x)  # (batch, time, units)
    a = layers.Dropout(config.model.dropout, name="dropout")(a)
    y = layers.Dense(n_values, activation="softmax", name="next_value")(a)  # (batch, time, values)
    return keras.Model(x, y, name="music")


class SnippetExamples:
    """Snippets of a corpus as training examples: one-hot only once a batch is gathered.

    Args:
        snippets: The snippets. An unknown value becomes a row of zeros, which as a target adds
            nothing to the loss.
        n_values: Size of the vocabulary.
    """

    def __init__(self, snippets: Snippets, n_values: int) -> None:
        """Move the snippets into tensors, once."""
        ids = (snippets.inputs, snippets.targets, snippets.places)
        said = ops.convert_to_tensor(snippets.said, "float32")
        self.tensors = (*(ops.convert_to_tensor(each, "int32") for each in ids), said)
        self._n_values = n_values

    def __len__(self) -> int:
        return int(self.tensors[0].shape[0])

    def gather(self, tensors: Any, indices: Any) -> tuple[Any, Any]:
        """Return inputs (batch, time, values + numbers) and targets (batch, time, values)."""
        inputs, targets, places, said = tensors
        x, y = (
            ops.one_hot(ops.take(ids, indices, axis=0), self._n_values, dtype="float32")
            for ids in (inputs, targets)
        )
        said = ops.take(said, ops.take(places, indices, axis=0), axis=0)
        return ops.concatenate([x, said], axis=-1), y
