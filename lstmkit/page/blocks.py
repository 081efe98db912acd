"""What a page is made of: charts, tables, players and mistakes, in the order they are read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True)
class Chart:
    """An interactive chart.

    Attributes:
        title: What it shows, in plain words.
        figure: A Bokeh model.
        note: How to read it.
    """

    kind: ClassVar[str] = "chart"
    title: str
    figure: Any
    note: str = ""


@dataclass(frozen=True)
class Table:
    """A table; texts as they are, numbers already written as they should be read.

    Attributes:
        title: What it shows.
        columns: The heads.
        rows: One sequence of cells per row.
        note: How to read it.
        first_is_ours: Whether the first row is the model and the others what it has to beat.
        texts: Whether the cells are sentences, which begin at the left.
    """

    kind: ClassVar[str] = "table"
    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""
    first_is_ours: bool = False
    texts: bool = False


@dataclass(frozen=True)
class Player:
    """A piano roll that sounds.

    Attributes:
        title: Name of the piece.
        figure: A Bokeh model that holds a span named `cursor`.
        notes: ``[onset seconds, duration seconds, MIDI pitch, loudness 0 to 1, voice]`` of each
            note; a voice is ``lead``, ``chords``, ``bass`` or ``drums``.
        seconds: Length of the piece.
        cursor: Name of the span in the figure.
        note: How to read it.
    """

    kind: ClassVar[str] = "player"
    title: str
    figure: Any
    notes: Sequence[Sequence[Any]]
    seconds: float
    cursor: str
    note: str = ""


@dataclass(frozen=True)
class Sentence:
    """A text with what each of its words did to an answer.

    Attributes:
        text: As it was given.
        expected: The right answer.
        answered: The model's.
        probability: How sure it was, as text.
        words: Each word and its share in the answer, -1 to 1: above 0 it spoke for it.
    """

    text: str
    expected: str
    answered: str
    probability: str
    words: Sequence[tuple[str, float]]


@dataclass(frozen=True)
class Sentences:
    """A list of texts with their words' contributions."""

    kind: ClassVar[str] = "sentences"
    title: str
    rows: Sequence[Sentence]
    note: str = ""


Block = Chart | Table | Player | Sentences


def number(value: Any, digits: int = 4) -> str:
    """Write a number as it is read: some significant digits, a dash where there is none."""
    if value is None or (isinstance(value, float) and value != value):
        return "–"
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if isinstance(value, int) or (value == int(value) and abs(value) >= 10**digits):
        return f"{int(value):,}"
    return f"{value:.{digits}g}"


def percent(value: Any) -> str:
    """Write a share as a percentage."""
    return "–" if value is None else f"{value:.1%}"
