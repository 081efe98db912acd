"""A network that guesses the next character, on the LSTM of `lstmkit.cells.lstm`.

    a<t>, c<t> = LSTM(x<t>, a<t-1>, c<t-1>)       x<t>: the character before, one-hot
    y<t>       = softmax(Wy a<t> + by)            how likely each character comes next

It learns by lowering the cross-entropy of what came, and writes by drawing from `y<t>` and handing
what it drew back as `x<t+1>`. Source: Karpathy (2015), "The Unreasonable Effectiveness of Recurrent
Neural Networks", and the character model of Sequence Models (deeplearning.ai), week 1.
"""

from collections.abc import Iterator

import numpy as np

from lstmkit.cells.activations import softmax
from lstmkit.cells.lstm import lstm_backward, lstm_cell_forward, lstm_forward
from lstmkit.cells.output import cross_entropy, output_backward
from lstmkit.cells.types import Array, Gradients, Parameters
from lstmkit.letters.config import ModelConfig
from lstmkit.letters.data import END, Vocabulary


def build_model(config: ModelConfig, n_x: int, rng: np.random.Generator) -> Parameters:
    """Draw the first weights.

    Normal, scaled by the number of inputs (Glorot and Bengio, 2010); the forget gate starts open,
    with a bias of 1 (Jozefowicz, Zaremba and Sutskever, 2015).

    Args:
        config: Units.
        n_x: Characters.
        rng: Where the numbers come from.

    Returns:
        `Wf`, `bf`, `Wi`, `bi`, `Wc`, `bc`, `Wo`, `bo`, `Wy`, `by` of `lstm_forward`.
    """
    n_a = config.units
    parameters: Parameters = {}
    for gate in "fico":
        parameters[f"W{gate}"] = rng.normal(size=(n_a, n_a + n_x)) / np.sqrt(n_a + n_x)
        parameters[f"b{gate}"] = np.full((n_a, 1), 1.0 if gate == "f" else 0.0)
    Wy = rng.normal(size=(n_x, n_a)) / np.sqrt(n_a)
    return {**parameters, "Wy": Wy, "by": np.zeros((n_x, 1))}


def loss(parameters: Parameters, x: Array, y: Array) -> float:
    """Return the sum of the cross-entropy over all characters, in nats."""
    return cross_entropy(lstm_forward(x, _zeros(parameters, x), parameters)[1], y)


def loss_and_gradients(parameters: Parameters, x: Array, y: Array) -> tuple[float, Gradients]:
    """Go forward and backward over one batch.

    Args:
        parameters: The weights.
        x: What the cell sees, `(n_x, m, T_x)`.
        y: What comes next, `(n_x, m, T_x)`.

    Returns:
        The summed cross-entropy in nats, and `d<name>` of the mean over the characters for each
        weight.
    """
    a, y_pred, _, caches = lstm_forward(x, _zeros(parameters, x), parameters)
    da, dWy, dby = output_backward(y_pred, y, a, parameters["Wy"])
    gradients = {**lstm_backward(da, caches), "dWy": dWy, "dby": dby}
    count = y.sum()
    means = {f"d{name}": gradients[f"d{name}"] / count for name in parameters}
    return cross_entropy(y_pred, y), means


def write(
    parameters: Parameters,
    vocabulary: Vocabulary,
    rng: np.random.Generator,
    *,
    temperature: float,
    max_length: int,
    primer: str = "",
    ends: bool = True,
) -> str:
    """Write one text, character by character.

    Args:
        parameters: The weights.
        vocabulary: The characters.
        rng: Draws the characters.
        temperature: Divides the logarithms of the probabilities before a character is drawn.
        max_length: Characters after which the text is cut.
        primer: What the text begins with.
        ends: Whether the text ends with the first `END`, as a name does.

    Returns:
        The text, primer included, without `END`.

    Raises:
        InputError: A character of the primer is not known.
    """
    forced = iter(vocabulary.encode(primer))
    written: list[int] = []
    for probabilities in _predictions(parameters, len(vocabulary), written):
        drawn = next(forced, None)
        if drawn is None:
            with np.errstate(divide="ignore"):
                tempered = softmax(np.log(probabilities) / temperature)  # (n_x,)
            drawn = rng.choice(len(vocabulary), p=tempered)
            if ends and vocabulary.characters[drawn] == END:
                break
        written.append(int(drawn))
        if len(written) >= max(max_length, len(primer)):
            break
    return vocabulary.decode(written)


def _predictions(parameters: Parameters, n_x: int, written: list[int]) -> Iterator[Array]:
    """Yield how likely each character comes next, after all that is in `written` by then."""
    a: Array = np.zeros((parameters["Wf"].shape[0], 1))
    c: Array = np.zeros_like(a)
    while True:
        xt = np.zeros((n_x, 1))
        if written:
            xt[written[-1]] = 1
        a, c, y, _ = lstm_cell_forward(xt, a, c, parameters)
        yield y[:, 0]


def _zeros(parameters: Parameters, x: Array) -> Array:
    return np.zeros((parameters["Wf"].shape[0], x.shape[1]))
