"""Which part of a score is the melody, and which carry the chords.

Every choice has a reason that can be shown to a person, and every choice can be made by the config.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import median

from lstmkit.errors import InputError
from lstmkit.music.files.score import Note, Part, Score, bar_index

FEWEST_NOTES = 8  # a part with fewer says nothing about a melody
CHORDAL = 1.8  # notes per onset from which a part is a chord part
BASS_BELOW = 50  # D3: a line that lies mostly below is a bass

_LEAD = re.compile(
    r"melod|solo|lead|vocal|voice|sax|trumpet|flute|clarinet|violin|soprano", re.IGNORECASE
)
_BACKING = re.compile(r"bass|pad|string|comp|chord|rhythm|drum|accomp", re.IGNORECASE)


@dataclass(frozen=True)
class PartFacts:
    """What can be said of a part by counting.

    Attributes:
        index: Its place in the score.
        name: Its name in the file, or empty.
        program: General MIDI instrument.
        drums: Whether its pitches are drums.
        notes: Number of notes.
        low: Lowest MIDI pitch.
        high: Highest MIDI pitch.
        middle: Median MIDI pitch.
        overlap: Share of notes that sound together with another of the part, 0 to 1.
        chord_size: Notes per onset, on average.
        first_bar: First bar with a note, counted from 1.
        last_bar: Last bar with a note, counted from 1.
        coverage: Share of all bars in which it plays.
    """

    index: int
    name: str
    program: int
    drums: bool
    notes: int
    low: int
    high: int
    middle: float
    overlap: float
    chord_size: float
    first_bar: int
    last_bar: int
    coverage: float


@dataclass(frozen=True)
class Choice:
    """Who plays the melody, and where the harmony is read.

    Attributes:
        melody: Index of the melody part; its highest notes are the line.
        harmony: Indices of the parts that carry the chords; may be empty.
        reasons: One sentence on each choice.
    """

    melody: int
    harmony: tuple[int, ...]
    reasons: tuple[str, ...]


def facts(score: Score) -> list[PartFacts]:
    """Count what there is to know about each part of a score."""
    return [_facts(score, index, part) for index, part in enumerate(score.parts)]


def choose(
    score: Score, *, melody: int | None = None, harmony: Sequence[int] | None = None, where: str
) -> Choice:
    """Choose the melody part and the chord parts, as far as they are not given.

    Args:
        score: The piece.
        melody: Index of the melody part, or None to choose the most melody-like.
        harmony: Indices of the chord parts, or None to choose the most chordal.
        where: Name of the file, for error messages.

    Raises:
        InputError: If an index does not exist, or no part can be a melody.
    """
    known = facts(score)
    for index in [*([] if melody is None else [melody]), *(harmony or ())]:
        if not 0 <= index < len(known):
            raise InputError(
                f"{where}: there is no part {index}; its parts are 0 to {len(known) - 1}"
                f" (`lstmkit music inspect {where}` lists them)"
            )
    reasons = []
    if melody is None:
        melody, reason = _choose_melody(known, where)
        reasons.append(reason)
    else:
        reasons.append(f"melody: part {melody}, as the config says")
    if harmony is None:
        chosen, reason = _choose_harmony(known, melody)
        reasons.append(reason)
    else:
        chosen = tuple(harmony)
        reasons.append(f"chords: parts {_listed(chosen)}, as the config says")
    return Choice(melody, chosen, tuple(reasons))


def melody_likeness(part: PartFacts) -> float:
    """Score how like a melody a part is: one note at a time, singable, busy, present, varied."""
    rate = part.notes / max(1, 3 * (part.last_bar - part.first_bar + 1))
    octave_off = max(0.0, 57 - part.middle, part.middle - 86) / 12
    named = bool(_LEAD.search(part.name)) - bool(_BACKING.search(part.name))
    variety = min(1.0, (part.high - part.low) / 12)
    alone = 4 * (1 - part.overlap)
    return alone + min(1.0, rate) + part.coverage + variety + 0.5 * named - 2 * octave_off


def _choose_melody(known: Sequence[PartFacts], where: str) -> tuple[int, str]:
    able = [part for part in known if not part.drums and part.notes >= FEWEST_NOTES]
    if not able:
        raise InputError(
            f"{where}: no part can be the melody: each is drums or has under {FEWEST_NOTES} notes"
        )
    best = max(able, key=melody_likeness)
    line = f"{best.notes} notes, {1 - best.overlap:.0%} of them alone, median {best.middle:g}"
    return best.index, f"melody: part {best.index} ({best.name or 'unnamed'}): {line}"


def _choose_harmony(known: Sequence[PartFacts], melody: int) -> tuple[tuple[int, ...], str]:
    others = [part for part in known if not part.drums and part.index != melody]
    chordal = [part for part in others if part.chord_size >= CHORDAL]
    if chordal:
        basses = [p for p in others if p.middle < BASS_BELOW and p not in chordal]
        chosen = tuple(sorted(part.index for part in chordal + basses))
        sizes = ", ".join(f"part {p.index}: {p.chord_size:.1f}" for p in chordal)
        return chosen, f"chords: parts {_listed(chosen)} (notes per onset: {sizes}; with the bass)"
    if others:
        chosen = tuple(part.index for part in others)
        return chosen, f"chords: no part plays chords; read from parts {_listed(chosen)} together"
    return (), "chords: no other part; read from the melody part itself"


def _listed(indices: Sequence[int]) -> str:
    return ", ".join(map(str, indices)) or "none"


def _facts(score: Score, index: int, part: Part) -> PartFacts:
    pitches = [note.pitch for note in part.notes]
    bars = [max(0, bar_index(score.bars, note.onset)) + 1 for note in part.notes]
    onsets = {note.onset for note in part.notes}
    return PartFacts(
        index=index,
        name=part.name,
        program=part.program,
        drums=part.drums,
        notes=len(part.notes),
        low=min(pitches),
        high=max(pitches),
        middle=median(pitches),
        overlap=_overlap(part.notes),
        chord_size=len(part.notes) / len(onsets),
        first_bar=min(bars),
        last_bar=max(bars),
        coverage=len(set(bars)) / len(score.bars),
    )


def _overlap(notes: Sequence[Note]) -> float:
    """Return the share of notes that sound with another for more than an eighth of a quarter."""
    shared = [False] * len(notes)
    sounding: list[int] = []
    for index, note in enumerate(notes):
        until = note.onset + Fraction(1, 8)
        sounding = [i for i in sounding if notes[i].end > until]
        if note.duration > Fraction(1, 8) or sounding:
            for i in sounding:
                shared[i] = shared[index] = True
        sounding = [*sounding, index][-16:]
    return sum(shared) / len(notes)
