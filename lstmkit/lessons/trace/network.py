"""A chain of LSTMs (or one plain cell) with an answer on top, forward and backward in NumPy."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from lstmkit import runtime
from lstmkit.cells.activations import softmax
from lstmkit.cells.keras_weights import from_keras
from lstmkit.cells.lstm import lstm_backward, lstm_forward
from lstmkit.cells.rnn import rnn_forward
from lstmkit.cells.types import Array, Parameters
from lstmkit.errors import InputError
from lstmkit.files import undamaged
from lstmkit.runtime.archive import Archive

PASSED = {"InputLayer", "Masking", "Dropout", "SpatialDropout1D", "GaussianNoise"}


@dataclass(frozen=True)
class Network:
    """Cells one above the other, and a layer that answers.

    Attributes:
        cell: `rnn` or `lstm`.
        names: Name of each recurrent layer, the lowest first.
        layers: Their parameters, by the names of `lstmkit.cells`.
        W: Weights of the answer, `(n_y, n_a)`.
        b: Its bias, `(n_y, 1)`.
        probabilities: Whether a softmax makes the answer.
    """

    cell: str
    names: Sequence[str]
    layers: Sequence[Parameters]
    W: Array
    b: Array
    probabilities: bool

    def forward(self, x: Array) -> tuple[list[Any], Array]:
        """Run over one sequence.

        Args:
            x: `(n_x, 1, T_x)`.

        Returns:
            What each layer kept, `(caches, its input)`, and the answer at every step,
            `(n_y, 1, T_x)`.
        """
        kept = []
        for p in self.layers:
            a0 = np.zeros((p["Wf" if self.cell == "lstm" else "Waa"].shape[0], 1))
            forward: Any = lstm_forward if self.cell == "lstm" else rnn_forward
            a, *_, caches = forward(x, a0, p)
            kept.append(caches)
            x = a
        scores = np.tensordot(self.W, x, axes=1) + self.b[:, :, None]  # (n_y, 1, T_x)
        return kept, softmax(scores) if self.probabilities else scores

    def back_to(self, layer: int, kept: Sequence[Any], dz: Array) -> Array:
        """Go back from the answer to what reaches a layer's hidden states from above.

        Args:
            layer: Which, from 0.
            kept: What `forward` kept.
            dz: Gradient of the loss with respect to the answer's scores, `(n_y, 1, T_x)`.

        Returns:
            `(n_a, 1, T_x)`: dL/da<t> by the direct road only.
        """
        da = np.tensordot(self.W.T, dz, axes=1)
        for caches in reversed(kept[layer + 1 :]):
            da = lstm_backward(da, caches)["dx"]
        return da


def read(path: Path) -> Network:
    """Read a chain of LSTMs from a `.keras` file.

    Args:
        path: The file.

    Raises:
        InputError: It cannot be read, or it is no such chain; the message names the layer.
    """
    runtime.load(path)  # every bound and every shape is checked there
    with undamaged(path), Archive(path) as archive:
        return _chain(path, archive)


def _chain(path: Path, archive: Archive) -> Network:
    names, layers, groups = [], [], {"LSTM": 0, "Dense": 0}
    W = b = None
    probabilities = False
    for entry in archive.config["config"]["layers"]:
        kind, settings = str(entry["class_name"]), entry["config"]
        if kind in PASSED and W is None:
            continue
        if kind not in groups or W is not None or not _plain(kind, settings):
            raise InputError(
                f"{path}: layer {settings.get('name')!r} is a {kind} that `cells trace` cannot go"
                f" back through; it knows chains of plain LSTMs with one Dense on top"
            )
        count = groups[kind]
        groups[kind] += 1
        group = archive.weights(f"layers/{kind.lower()}" + (f"_{count}" if count else ""))
        units = int(settings["units"])
        if kind == "LSTM":
            shapes = (None, 4 * units), (units, 4 * units), (4 * units,)
            arrays = group.part("cell").read(*shapes)
            names.append(str(settings["name"]))
            layers.append(from_keras([one.astype(float) for one in arrays]))
        else:
            kernel, bias = group.read((None, units), (units,))
            W, b = kernel.T.astype(float), bias[:, None].astype(float)
            probabilities = settings["activation"] == "softmax"
    if W is None or b is None or not layers:
        raise InputError(f"{path}: no LSTM with a Dense on top; `cells trace` needs both")
    return Network("lstm", names, layers, W, b, probabilities)


def _plain(kind: str, settings: dict[str, Any]) -> bool:
    if kind == "Dense":
        return settings["activation"] in ("softmax", "linear") and settings["use_bias"]
    expected = {"activation": "tanh", "recurrent_activation": "sigmoid", "use_bias": True}
    return not settings.get("go_backwards") and all(settings[k] == v for k, v in expected.items())
