"""Adam and gradient clipping, as the course has them.

Andrew Ng, Improving Deep Neural Networks (deeplearning.ai), week 2, and Sequence Models, week 1.
Adam is Kingma and Ba (2015, arXiv:1412.6980).
"""

import numpy as np

from lstmkit.cells.types import Gradients, Parameters


def clip(gradients: Gradients, maxValue: float) -> Gradients:
    """Bound every entry of every gradient, so that one steep spot cannot throw the weights far.

    Args:
        gradients: Gradients by name; the arrays are changed in place, as in the course.
        maxValue: Entries above it become it, entries below its negative become that.

    Returns:
        `gradients`.
    """
    for gradient in gradients.values():
        np.clip(gradient, -maxValue, maxValue, out=gradient)
    return gradients


def initialize_adam(parameters: Parameters) -> tuple[Gradients, Gradients]:
    """Start both running averages at zero.

    Args:
        parameters: The weights by name.

    Returns:
        `v` and `s`, each with an array of zeros `d<name>` for every parameter.
    """
    v = {f"d{name}": np.zeros_like(weight) for name, weight in parameters.items()}
    s = {f"d{name}": np.zeros_like(weight) for name, weight in parameters.items()}
    return v, s


def update_parameters_with_adam(
    parameters: Parameters,
    grads: Gradients,
    v: Gradients,
    s: Gradients,
    t: int,
    learning_rate: float = 0.01,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-8,
) -> tuple[Parameters, Gradients, Gradients]:
    """Take one step of Adam.

    Each weight walks against the average of its recent gradients, in steps of the size they agree
    on. Both averages start at zero, so each is divided by the weight it has gathered so far:

        v = beta1 v + (1 - beta1) g         the average gradient, momentum
        s = beta2 s + (1 - beta2) g^2       the average square
        W = W - learning_rate * (v / (1 - beta1^t)) / (sqrt(s / (1 - beta2^t)) + epsilon)

    Args:
        parameters: The weights by name; changed in place, as in the course.
        grads: `d<name>` for every parameter.
        v: Running average of the gradients; changed in place.
        s: Running average of their squares; changed in place.
        t: Number of this step, from 1.
        learning_rate: Step size.
        beta1: Decay of `v`.
        beta2: Decay of `s`.
        epsilon: Keeps the division finite.

    Returns:
        `parameters`, `v` and `s`.
    """
    for name, weight in parameters.items():
        g, v_g, s_g = grads[f"d{name}"], v[f"d{name}"], s[f"d{name}"]
        v_g += (1 - beta1) * (g - v_g)
        s_g += (1 - beta2) * (g * g - s_g)
        weight -= learning_rate * (v_g / (1 - beta1**t)) / (np.sqrt(s_g / (1 - beta2**t)) + epsilon)
    return parameters, v, s
