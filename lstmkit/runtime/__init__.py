"""Run models saved by Keras in NumPy, without importing TensorFlow or Keras.

    model = lstmkit.runtime.load("model.keras")
    y = model.predict(x)

`archive` reads the file and trusts none of it; `build` makes each `layer` and joins them to a
`graph`; `layers`, `shapes` and `recurrent` are the layers, the recurrent ones through
`lstmkit.cells.fast`; `model` predicts. What is not known is refused by name.
"""

from lstmkit.runtime.model import Model, load

__all__ = ["Model", "load"]
