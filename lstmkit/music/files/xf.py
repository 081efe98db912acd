"""Chord symbols in MIDI as notation programs read them: the chord event of Yamaha's XF format.

A text event shows a symbol where a program shows texts; MuseScore and others put the letters above
the staff only for this sequencer-specific event: 43 7B 01, root, type, bass, type of the bass.

Source: Yamaha, "XF Format Specifications", version 2.01, "Chord".
"""

from __future__ import annotations

from lstmkit.music.theory.chords import Chord

_HEAD = (0x43, 0x7B, 0x01)
_NO_BASS = 0x7F
_NATURAL, _FLAT, _SHARP = 0x30, 0x20, 0x40
_LETTERS = "CDEFGAB"
_TYPES = {  # by the semitones above the root
    (0, 4, 7): 0, (0, 4, 7, 9): 1, (0, 4, 7, 11): 2, (0, 4, 6, 7, 11): 3, (0, 2, 4, 7): 4,
    (0, 2, 4, 7, 11): 5, (0, 2, 4, 7, 9): 6, (0, 4, 8): 7, (0, 3, 7): 8, (0, 3, 7, 9): 9,
    (0, 3, 7, 10): 10, (0, 3, 6, 10): 11, (0, 2, 3, 7): 12, (0, 2, 3, 7, 10): 13,
    (0, 3, 5, 7, 10): 14, (0, 3, 7, 11): 15, (0, 2, 3, 7, 11): 16, (0, 3, 6): 17, (0, 3, 6, 9): 18,
    (0, 4, 7, 10): 19, (0, 5, 7, 10): 20, (0, 4, 6, 10): 21, (0, 2, 4, 7, 10): 22,
    (0, 4, 6, 7, 10): 23, (0, 2, 4, 7, 9, 10): 24, (0, 1, 4, 7, 10): 25, (0, 4, 7, 8, 10): 26,
    (0, 3, 4, 7, 10): 27, (0, 4, 8, 11): 28, (0, 4, 8, 10): 29, (0, 5, 7): 32,
}  # fmt: skip


def chord_event(chord: Chord) -> tuple[int, ...]:
    """Return the data of the event that names a chord; what it cannot say it says more simply."""
    above = {(tone - chord.root) % 12 for tone in chord.tones}
    exact = _TYPES.get(tuple(sorted(above)))
    kind = exact if exact is not None else _simply(above)
    bass = (chord.symbol.rpartition("/")[2], kind) if chord.bass != chord.root else None
    return (*_HEAD, _note(chord.symbol), kind, *_bass(bass))


def _bass(bass: tuple[str, int] | None) -> tuple[int, int]:
    return (_NO_BASS, _NO_BASS) if bass is None else (_note(bass[0]), _NO_BASS)


def _simply(above: set[int]) -> int:
    """Return the nearest of the plain types: seventh chords, then triads."""
    third = 4 if 4 in above else 3 if 3 in above else 5
    fifth = 7 if 7 in above or third == 5 else 6 if 6 in above else 8
    seventh = next((step for step in (10, 11, 9) if step in above), None)
    wanted = (0, third, fifth) if seventh is None else (0, third, fifth, seventh)
    return _TYPES.get(tuple(sorted(wanted)), _TYPES[0, 4, 7] if third == 4 else _TYPES[0, 3, 7])


def _note(name: str) -> int:
    """Return the byte of a note name that stands first in a text."""
    sign = name[1:2]
    accidental = _FLAT if sign in ("b", "♭") else _SHARP if sign in ("#", "♯") else _NATURAL
    return accidental | (_LETTERS.index(name[0]) + 1 if name[0] in _LETTERS else 1)
