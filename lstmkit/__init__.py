"""LSTMs you can run, read and trust: prices, emoji and jazz from the command line.

The face for notebooks and scripts; nothing heavy is imported before it is used:

    import lstmkit

    result = lstmkit.stock.train("DIS.csv", epochs=50)
    lstmkit.stock.forecast(run=result, days=5).table("forecast")
    lstmkit.emoji.predict(["I love you", "not bad at all"])
    lstmkit.music.generate(chords="Dm7 G7 | Cmaj7", bars=16)
    lstmkit.accelerate(keras_model)
    lstmkit.load("model.keras").predict(x)
"""

import os

from lstmkit.lazy import attributes

__version__ = "0.1.0"

# Read by Keras and TensorFlow when they are imported, which only training does.
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

__getattr__, __dir__ = attributes(
    __name__,
    {
        **{f"lstmkit.{name}": (name,) for name in ("stock", "emoji", "music", "letters", "cells")},
        "lstmkit.face": ("accelerate", "load"),
    },
)
