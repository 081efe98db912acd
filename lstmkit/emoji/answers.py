"""A `Reading` as a line for the terminal, or as a JSON object."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from lstmkit.emoji.classifier import Classifier, Reading
from lstmkit.emoji.text import mostly_unread, unknown_words
from lstmkit.terminal import plain

FOR, AGAINST = (32, 31)  # green, red (ECMA-48)
SHOWN = 0.005  # a contribution that rounds to less than one per cent has no colour
MAX_SHOWN = 12  # unknown words in a remark


@dataclass(frozen=True)
class Style:
    """How to answer.

    Attributes:
        top: How many emojis to show with their probabilities; None: the best one, without.
        explain: Whether to show what each word adds.
        min_confidence: Probability below which there is no emoji.
        color: Whether the terminal shows colours.
        encoding: Of the terminal; where it has no emoji, their names are shown.
    """

    top: int | None = None
    explain: bool = False
    min_confidence: float = 0.0
    color: bool = False
    encoding: str = "utf-8"


def to_json(model: Classifier, reading: Reading, style: Style) -> dict[str, Any]:
    """Return the object that `--json` prints for one text."""
    best = _chosen(model, reading, style)
    label = None if best is None else model.labels[best]
    read = reading.best is not None or model.none is not None
    content: dict[str, Any] = {
        "text": reading.text,
        "emoji": label.emoji if label else None,
        "label": label.value if label else None,
        "name": label.name if label else None,
        "probability": _rounded(reading.probabilities.max()) if read else None,
        "top": [
            {"emoji": model.labels[i].emoji, "label": model.labels[i].value, "probability": p}
            for i, p in _ranked(reading, style.top or len(model.labels))
        ],
        "unknown_words": unknown_words(reading.pieces),
    }
    if best is None:
        content["why_none"] = why_none(model, reading, style)
    if style.explain:
        content["words"] = [
            {"word": piece.surface, "contribution": _rounded(value)}
            for piece, value in zip(reading.pieces, model.contributions(reading), strict=True)
        ]
    return content


def to_text(model: Classifier, reading: Reading, style: Style) -> str:
    """Return the line, or with `--top` and `--explain` the lines, for one text."""
    best = _chosen(model, reading, style)
    text = plain(" ".join(reading.text.split()))
    signs = [label.sign(style.encoding) for label in model.labels]
    lines = [f"{text} {signs[best]}" if best is not None else text]
    if style.top:
        ranked = _ranked(reading, style.top)
        lines += [f"  {signs[i]} {p:6.1%} {model.labels[i].name}" for i, p in ranked]
    if style.explain and best is None:
        lines.append(f"  no emoji: {why_none(model, reading, style)}")
    if style.explain:
        contributions = model.contributions(reading)
        width = max((len(piece.surface) for piece in reading.pieces), default=0)
        for piece, value in zip(reading.pieces, contributions, strict=True):
            number = f"{value:+7.1%}"
            if style.color and abs(value) >= SHOWN:
                number = f"\x1b[{FOR if value > 0 else AGAINST}m{number}\x1b[0m"
            lines.append(f"  {plain(piece.surface):<{width}} {number}{_read_as(piece)}")
    return "\n".join(lines)


def remarks(model: Classifier, reading: Reading) -> list[str]:
    """Return what the user should know about an answer: words not known, a text too long."""
    said = []
    unknown = unknown_words(reading.pieces)
    if unknown:
        shown = ", ".join(plain(word[:40]) for word in unknown[:MAX_SHOWN])
        more = f" and {len(unknown) - MAX_SHOWN:,} more" if len(unknown) > MAX_SHOWN else ""
        said.append(f"without a vector, so not read: {shown}{more}")
    if reading.windows > 1:
        said.append(
            f"longer than the model's window of {model.window} words: read in "
            f"{reading.windows:,} parts that overlap, and averaged"
        )
    if reading.best is None:
        said.append("no word in it has a vector, so there is nothing to answer")
    return said


def why_none(model: Classifier, reading: Reading, style: Style) -> str:
    """Return why a text gets no emoji, in a few words."""
    if reading.best is None:
        return "no word of it has a vector"
    if mostly_unread(reading.pieces):
        return "most of its words have no vector"
    probability = reading.probabilities.max()
    if model.answer(reading) is None:
        return f"none fits, with a probability of {probability:.1%}"
    return f"its probability of {probability:.1%} is below {style.min_confidence:.1%}"


def _chosen(model: Classifier, reading: Reading, style: Style) -> int | None:
    best = model.answer(reading)
    if best is None or reading.probabilities[best] < style.min_confidence:
        return None
    return best


def _ranked(reading: Reading, count: int) -> list[tuple[int, float]]:
    order = np.argsort(-reading.probabilities, kind="stable")[:count]
    return [(int(i), _rounded(reading.probabilities[i])) for i in order]


def _rounded(value: float) -> float:
    return round(float(value), 6)


def _read_as(piece: Any) -> str:
    if piece.unknown:
        return f"   no vector: {' '.join(piece.unknown)}"
    if piece.words and piece.words != (piece.surface,):
        return f"   read as: {' '.join(piece.words)}"
    return ""
