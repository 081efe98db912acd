"""One way to do exercise 6."""

import numpy as np


def clip(gradients, largest):
    """Hold every entry of every gradient between -largest and largest."""
    return {name: np.clip(gradient, -largest, largest) for name, gradient in gradients.items()}
