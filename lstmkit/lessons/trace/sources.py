"""What is traced: a saved model on an input of its own, a text, or a cell to redo by hand."""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from lstmkit import runs
from lstmkit.cells import gradcheck
from lstmkit.cells.types import Array
from lstmkit.config import package_folder
from lstmkit.errors import InputError
from lstmkit.lessons.trace.network import Network, read
from lstmkit.lessons.trace.step import Step, Trace, take_apart

log = logging.getLogger(__name__)

LETTERS = "letters"
MAX_CHARACTERS = 200
TINY_STEPS, TINY_FEATURES, TINY_ANSWERS = 3, 2, 2


def of_run(
    wanted: Path | None, output: Path, *, text: str | None = None, layer: str | None = None
) -> Trace:
    """Trace a saved model over an input of its own, or over a text.

    Args:
        wanted: The run; None: the newest of a Keras model, else one that ships; for a text, one
            that reads sentences.
        output: The folder that holds all runs.
        text: What a model of sentences, or of characters, should read.
        layer: Name of the LSTM; None: the first.

    Raises:
        InputError: There is no such run or layer, or the model cannot read that.
    """
    reads = "emoji" if wanted is None and text is not None else None
    run = runs.find(output, wanted, reads)
    pipeline = str(run.manifest.get("pipeline"))
    if pipeline == LETTERS:
        return _letters(run, text)
    from lstmkit.gates.inputs import gate_input

    shown = gate_input(run, text)
    network = read(run.path / runs.MODEL)
    x, texts = shown.x.astype(float).transpose(2, 0, 1), shown.steps  # (n_x, 1, T_x)
    came = x.argmax(axis=0)[0]  # (T_x,)
    if pipeline == "music":  # the last value is what the one before it is followed by
        x, texts = x[:, :, :-1], texts[:-1]
    kept, y = network.forward(x)
    title = _title(run, pipeline)
    if not network.W.any():
        log.warning("%s: it kept its untrained answer, all weights 0: no gradient goes back", title)
    names = _answers(run, pipeline)
    if pipeline == "music":
        loss = _of_targets(y, came[1:], range(y.shape[2]), "the values that came")
    elif network.probabilities:
        best = int(y[:, 0, -1].argmax())
        loss = _of_class(y, best, names[best] if names else f"class {best}")
    else:
        loss = _of_answer(y)
    return _traced(title, network, layer, kept, y, loss, names, texts)


def tiny(cell: str, units: int, seed: int) -> Trace:
    """Trace a cell that is small enough to redo by hand: weights and inputs of one decimal.

    Args:
        cell: `rnn` or `lstm`.
        units: Size of a state.
        seed: Draws the numbers.
    """
    problem = gradcheck.random_problem(
        cell,
        np.random.default_rng(seed),
        n_x=TINY_FEATURES,
        n_a=units,
        n_y=TINY_ANSWERS,
        m=1,
        T_x=TINY_STEPS,
    )
    p = {name: weight.round(1) for name, weight in problem.parameters.items()}
    head = p["Wya" if cell == "rnn" else "Wy"], p["by"]
    network = Network(cell, [cell], [p], *head, probabilities=True)
    x = problem.inputs["x"].round(1)
    kept, y = network.forward(x)
    came = problem.y.argmax(axis=0)[0]
    loss = _of_targets(y, came, range(TINY_STEPS), "the classes that came")
    steps = [f"x<{t + 1}> = {x[:, 0, t].tolist()}" for t in range(TINY_STEPS)]
    title = f"{cell} of {units} units, seed {seed}"
    return _traced(title, network, None, kept, y, loss, ["class 0", "class 1"], steps)


def _letters(run: runs.Run, text: str | None) -> Trace:
    """Trace a character model over a text."""
    from lstmkit.letters import data, pipeline
    from lstmkit.letters.config import LettersConfig

    p, vocabulary, unit = pipeline.load(run)
    if text is None:
        config = run.config(LettersConfig)
        text = data.load(runs.unchanged_input(run), config.data).texts[0].rstrip("\n")
    text = text[:MAX_CHARACTERS] + ("\n" if unit == "line" else "")
    if not text:
        raise InputError("--text: expected at least one character")
    x, y_true = data.examples(vocabulary, [text])
    network = Network("lstm", ["lstm"], [p], p["Wy"], p["by"], probabilities=True)
    kept, y = network.forward(x)
    shown = ["start", *(repr(character) for character in text[:-1])]
    came = y_true.argmax(axis=0)[0]
    loss = _of_targets(y, came, range(len(text)), f"each next character of {text!r:.40}")
    names = [repr(character) for character in vocabulary.characters]
    title = _title(run, "character")
    return _traced(title, network, None, kept, y, loss, names, shown)


def _traced(
    title: str,
    network: Network,
    layer: str | None,
    kept: Sequence[Any],
    y: Array,
    loss: tuple[str, float, Array],
    answers: Sequence[str],
    texts: Sequence[str],
) -> Trace:
    if layer is not None and layer not in network.names:
        raise InputError(
            f"{title}: no LSTM called {layer!r}; this model has {', '.join(network.names)}"
        )
    place = network.names.index(layer) if layer is not None else 0
    name, value, dz = loss
    da = network.back_to(place, kept, dz)
    apart = take_apart(network.cell, network.layers[place], kept[place], da)
    steps = [
        Step(text, answer=y[:, 0, t], **one)
        for t, (text, one) in enumerate(zip(texts, apart, strict=True))
    ]
    parameters = {k: v for k, v in network.layers[place].items() if k not in ("Wy", "Wya", "by")}
    return Trace(title, network.cell, network.names[place], parameters, name, value, answers, steps)


def _of_targets(y: Array, came: Any, steps: Any, what: str) -> tuple[str, float, Array]:
    """Return the sum of -log p of what came, and its gradient with respect to the scores."""
    dz, value = np.zeros_like(y), 0.0
    for t in steps:
        dz[:, 0, t] = y[:, 0, t]
        dz[came[t], 0, t] -= 1
        value -= float(np.log(max(y[came[t], 0, t], 1e-300)))
    return f"-log p of {what}", value, dz


def _of_class(y: Array, best: int, name: str) -> tuple[str, float, Array]:
    last = y.shape[2] - 1
    return _of_targets(y, np.full(last + 1, best), [last], name)


def _of_answer(y: Array) -> tuple[str, float, Array]:
    """Return the last answer itself: its gradient says what would raise the forecast."""
    dz = np.zeros_like(y)
    dz[0, 0, -1] = 1.0
    return "the model's answer at the last step", float(y[0, 0, -1]), dz


def _title(run: runs.Run, kind: str) -> str:
    if package_folder("data") in run.path.parents:
        return f"the {kind} model that ships"
    return f"{kind} model {run.path}"


def _answers(run: runs.Run, pipeline: str) -> list[str]:
    if pipeline == "emoji":
        from lstmkit.emoji import classifier

        return [label.name for label in classifier.load(run).labels]
    if pipeline == "music":
        from lstmkit.music.play import improvise

        return list(improvise.load_songbook(run).values)
    return ["answer"]
