"""Read a score: chords and a hand-written melody, one line of text a bar.

``README.md`` explains the notation.
"""

from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

METRES = {"4/4": 4, "3/4": 3}  # quarters in a bar
MELODY_RANGE = range(52, 85)  # E3 to C6, MIDI note numbers

DURATIONS = {  # quarters
    "w": Fraction(4),
    "h.": Fraction(3),
    "h": Fraction(2),
    "q.": Fraction(3, 2),
    "q": Fraction(1),
    "e.": Fraction(3, 4),
    "T": Fraction(2, 3),
    "e": Fraction(1, 2),
    "t": Fraction(1, 3),
    "s": Fraction(1, 4),
}
PITCH_CLASSES = {
    name + sign: (natural + shift) % 12
    for name, natural in zip("CDEFGAB", (0, 2, 4, 5, 7, 9, 11), strict=True)
    for sign, shift in (("b", -1), ("", 0), ("#", 1))
}
# Semitones above the root: the third, the fifth, the seventh (or sixth), and the colour on top
# that a pianist plays in the root's place, because the bass has the root.
VOICINGS = {
    "maj7": (4, 7, 11, 14),
    "6": (4, 7, 9, 14),
    "m7": (3, 7, 10, 14),
    "m6": (3, 7, 9, 14),
    "7": (4, 7, 10, 14),
    "7b9": (4, 7, 10, 13),
    "m7b5": (3, 6, 10, 12),
    "dim7": (3, 6, 9, 12),
}


class ScoreError(ValueError):
    """A line of a score cannot be read; the message names the file and the line."""


@dataclass(frozen=True)
class Note:
    """One sounding note; onset and duration in quarters from the start of the piece."""

    onset: Fraction
    duration: Fraction
    pitch: int  # MIDI note number
    velocity: int = 0

    @property
    def end(self) -> Fraction:
        """Return the time at which the note stops, in quarters."""
        return self.onset + self.duration


@dataclass(frozen=True)
class Chord:
    """One chord of the harmony; onset and duration in quarters from the start of the piece."""

    onset: Fraction
    duration: Fraction
    symbol: str

    @property
    def root(self) -> int:
        """Return the pitch class of the root, C = 0."""
        return PITCH_CLASSES[self._split()[0]]

    @property
    def quality(self) -> str:
        """Return what follows the root: a key of ``VOICINGS``."""
        return self._split()[1]

    @property
    def end(self) -> Fraction:
        """Return the time at which the chord stops, in quarters."""
        return self.onset + self.duration

    def _split(self) -> tuple[str, str]:
        width = 2 if self.symbol[1:2] in ("b", "#") else 1
        return self.symbol[:width], self.symbol[width:]


@dataclass(frozen=True)
class Score:
    """One piece as written: header, chords and melody."""

    header: dict[str, str]  # title, key, metre, tempo (quarters a minute), feel, program
    chords: tuple[Chord, ...]
    melody: tuple[Note, ...]
    bars: int

    @property
    def bar_length(self) -> int:
        """Return the quarters in a bar."""
        return METRES[self.header["metre"]]


def read_score(path: Path) -> Score:
    """Read one score.

    Args:
        path: A text file in the notation of ``README.md``.

    Returns:
        The score; each of its bars is filled exactly, its melody sounds one note at a time.

    Raises:
        ScoreError: If a symbol is unknown, a note out of range, or a bar not filled.
    """
    header = {"metre": "4/4"}
    chords: list[Chord] = []
    melody: list[Note] = []
    bars = 0
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        text = line.strip()
        if not text or text[0] in "#[":
            continue
        if "|" not in text:
            key, _, value = text.partition(":")
            header[key.strip()] = value.strip()
            continue
        symbols, _, notes = text.partition("|")
        try:
            length = METRES[header["metre"]]
            onset = Fraction(bars * length)
            chords += read_chords(symbols.split(), onset, length)
            melody += read_melody(notes.split(), onset, length, melody)
        except (KeyError, ValueError) as error:
            raise ScoreError(f"{path.name}, line {number}: {error}") from error
        bars += 1
    return Score(header, tuple(chords), tuple(melody), bars)


def read_chords(symbols: list[str], onset: Fraction, bar: int = 4) -> list[Chord]:
    """Share a bar among its chord symbols.

    Args:
        symbols: One or two symbols, such as ``["Dm7", "G7"]``.
        onset: Start of the bar, in quarters.
        bar: Quarters in the bar; of two chords in a bar of three the first has two.

    Returns:
        The chords.

    Raises:
        ValueError: If the bar cannot be shared, or a symbol is unknown.
    """
    if len(symbols) not in (1, 2):
        raise ValueError(f"expected 1 or 2 chords in a bar, found {len(symbols)}")
    first = Fraction(bar if len(symbols) == 1 else 2)
    spans = [(onset, first), (onset + first, bar - first)]
    chords = [Chord(*span, symbol) for span, symbol in zip(spans, symbols, strict=False)]
    for chord in chords:
        if chord.quality not in VOICINGS:
            raise ValueError(f"unknown chord {chord.symbol!r}; one of {', '.join(VOICINGS)}")
    return chords


def read_melody(
    tokens: list[str], onset: Fraction, bar: int = 4, before: list[Note] | None = None
) -> list[Note]:
    """Read the melody of one bar.

    Args:
        tokens: Durations, which hold until the next one, notes (``Bb4``, accented ``Bb4!``), rests
            (``r``) and ties (``~``: the note before goes on for this long).
        onset: Start of the bar, in quarters.
        bar: Quarters in the bar.
        before: The notes so far; the last is lengthened where the bar begins with a tie.

    Returns:
        The notes of the bar, without velocities.

    Raises:
        ValueError: If a note is out of range, a tie has no note before it, or the bar is not filled
            exactly.
    """
    notes: list[Note] = []
    duration, time = Fraction(0), onset
    for token in tokens:
        if token in DURATIONS:
            duration = DURATIONS[token]
            continue
        if token == "~":  # noqa: S105 - a tie, not a secret
            line = notes or before
            if not line or line[-1].end != time:
                raise ValueError("a tie with no note before it")
            line[-1] = replace(line[-1], duration=line[-1].duration + duration)
        elif token != "r":  # noqa: S105 - a rest, not a secret
            notes.append(Note(time, duration, pitch_of(token.rstrip("!")), 14 * ("!" in token)))
        time += duration
    if time - onset != bar:
        raise ValueError(f"the bar holds {time - onset} quarters, expected {bar}")
    return notes


def pitch_of(name: str) -> int:
    """Return the MIDI note number of a name such as ``F#4`` (C4 = 60)."""
    if name[:-1] not in PITCH_CLASSES or not name[-1].isdigit():
        raise ValueError(f"unknown token {name!r}; expected a duration, a note or r")
    natural = PITCH_CLASSES[name[0]]
    pitch = 12 * (int(name[-1]) + 1) + natural + name.count("#") - name[1:].count("b")
    if pitch not in MELODY_RANGE:
        raise ValueError(f"{name} is outside the melody's range E3 to C6")
    return pitch
