"""Exercise 6: clip gradients.

Going back through time multiplies by Waa^T at every step. Over many steps the gradient vanishes, or
explodes: one steep spot can throw the weights far away. Against the second there is a crude and
good remedy: hold every entry between -largest and largest before the weights are changed.

Against vanishing it does nothing: what is 0.0000001 stays so. For that the LSTM was made.

Fill in every `...`, then run `lstmkit exercise check 6`.
"""

import numpy as np


def clip(gradients, largest):
    """Hold every entry of every gradient between -largest and largest.

    gradients: a dictionary of arrays of any shape. largest: a number above 0.
    Returns: a dictionary with the same names and shapes.
    """
    return {name: ... for name, gradient in gradients.items()}
