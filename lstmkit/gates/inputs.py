"""One of a trained model's own inputs, to watch its gates over."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lstmkit.cells.types import Array
from lstmkit.errors import InputError
from lstmkit.runs import Run

MUSIC_STEPS = 48
SENTENCE = "I am not happy that the party is over"


@dataclass(frozen=True)
class GateInput:
    """One example, and how to draw it.

    Attributes:
        x: What the model takes, `(1, T_x, ...)`.
        steps: What stands at each step, T_x texts: a date, a word, a note; or its place before the
            last, `-1`.
        curve: A number for each step to draw above the gates, `(T_x,)`; None where the steps are
            words.
        caption: What the curve, or the row of words, is.
    """

    x: Array
    steps: tuple[str, ...]
    curve: Array | None
    caption: str


def gate_input(run: Run, sentence: str | None) -> GateInput:
    """Return the input of a run.

    Args:
        run: A trained run.
        sentence: What a model of sentences should read.

    Raises:
        InputError: The pipeline is not known, or does not read sentences.
    """
    pipeline = str(run.manifest.get("pipeline"))
    if pipeline not in _INPUTS:
        raise InputError(
            f"{run.path}: a run of {pipeline}; `cells gates` knows runs of {', '.join(_INPUTS)}"
        )
    return _INPUTS[pipeline](run, sentence)


def _stock(run: Run, sentence: str | None) -> GateInput:
    """Return the newest window of prices."""
    from lstmkit.stock import forecaster
    from lstmkit.stock.result import iso

    if sentence is not None:
        raise InputError(f"{run.path}: a stock model reads prices; --text is for sentences")
    context = forecaster.load_context(run)
    rows = len(context.window)
    dates = tuple(map(str, iso(context.dates)[-rows:]))
    steps = dates if len(dates) == rows else tuple(str(k) for k in range(-rows, 0))
    return GateInput(context.window[None], steps, context.window[:, 0], "scaled input")


def _music(run: Run, sentence: str | None) -> GateInput:
    """Return the opening of the first tune that the model learnt from."""
    from lstmkit.music.corpus.snippets import one_hot
    from lstmkit.music.play import improvise

    if sentence is not None:
        raise InputError(f"{run.path}: a music model reads notes; --text is for sentences")
    book = improvise.load_songbook(run)
    span = book.span(0)
    known = np.flatnonzero(span.ids >= 0)[:MUSIC_STEPS]
    steps = tuple(book.corpora[0][place] for place in known)
    x = np.concatenate([one_hot(span.ids[known], len(book.values)), span.said[known]], axis=-1)
    return GateInput(x[None], steps, None, "musical value")


def _emoji(run: Run, sentence: str | None) -> GateInput:
    """Return a sentence as word vectors, as far as the model's window goes."""
    from lstmkit.emoji import classifier, text

    model = classifier.load(run)
    words = text.known_words(model.reader.read(sentence or SENTENCE))[: model.window]
    if not words:
        raise InputError(f"--text {sentence!r:.60}: no word of it has a vector; try another")
    rows = np.array([model.table.vocabulary[word] for word in words])
    return GateInput(model.table.rows(rows)[None], tuple(words), None, "word")


_INPUTS: dict[str, Callable[[Run, str | None], GateInput]] = {
    "stock": _stock,
    "emoji": _emoji,
    "music": _music,
}
