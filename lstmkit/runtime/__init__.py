"""Run models saved by Keras in NumPy, without importing TensorFlow or Keras.

    model = lstmkit.runtime.load("model.keras")
    y = model.predict(x)

``archive`` reads the file and trusts none of it; ``build`` makes the layers and joins them to a
``graph``; ``layers``, ``shapes``, ``recurrent`` and ``masks`` are the layers, the recurrent ones
through ``lstmkit.cells.recurrence``; ``model`` predicts. What is not known is refused by name.
"""

from lstmkit.runtime.model import Model, load

__all__ = ["Model", "load"]
