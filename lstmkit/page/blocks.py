"""What a page is made of: charts, tables, players and mistakes, in the order they are read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from lstmkit import chart


@dataclass(frozen=True)
class Chart:
    """An interactive chart.

    Attributes:
        title: What it shows, in plain words.
        shows: What is drawn.
        note: How to read it.
        height: In pixels.
    """

    kind: ClassVar[str] = "chart"
    title: str
    shows: chart.Chart
    note: str = ""
    height: int = 320


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
        sortable: Whether a click on a head sorts the rows.
    """

    kind: ClassVar[str] = "table"
    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""
    first_is_ours: bool = False
    texts: bool = False
    sortable: bool = False


@dataclass(frozen=True)
class Player:
    """A piano roll that sounds; `roll.js` draws it, `player.js` plays it.

    Attributes:
        title: Name of the piece.
        notes: `[onset seconds, duration seconds, MIDI pitch, loudness 0 to 1, voice]` of each
            note; a voice is one of `VOICES`.
        symbols: `[seconds, text]` of what is written above the notes, such as chords.
        seconds: Length of the piece.
        bar_seconds: Length of a bar; 0 where it is not known or changes.
        note: How to read it.
    """

    VOICES: ClassVar[dict[str, str]] = {
        "lead": "solo",
        "chords": "piano",
        "bass": "bass",
        "drums": "drums",
    }
    kind: ClassVar[str] = "player"
    title: str
    notes: Sequence[Sequence[Any]]
    symbols: Sequence[Sequence[Any]]
    seconds: float
    bar_seconds: float
    note: str = ""

    @property
    def voices(self) -> dict[str, str]:
        """The voices that sound, by name, as they are called on the page."""
        sounding = {note[4] for note in self.notes}
        return {name: label for name, label in self.VOICES.items() if name in sounding}

    @property
    def content(self) -> dict[str, Any]:
        """What the scripts of the page read."""
        names = ("notes", "symbols", "seconds", "bar_seconds")
        return {name: getattr(self, name) for name in names}


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


EXACT = 2.0**53  # up to here a float is one whole number

Block = Chart | Table | Player | Sentences


def number(value: Any, digits: int = 4) -> str:
    """Write a number as it is read: some significant digits, a dash where there is none."""
    if value is None or (isinstance(value, float) and value != value):
        return "–"
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if isinstance(value, int) or (value.is_integer() and 10**digits <= abs(value) < EXACT):
        return f"{int(value):,}"
    return f"{value:.{digits}g}"


def percent(value: Any) -> str:
    """Write a share as a percentage."""
    return "–" if value is None else f"{value:.1%}"
