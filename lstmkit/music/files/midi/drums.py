"""Drums that do not play on the drum channel: known by their name and by the keys they strike."""

import re
from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction

from lstmkit.music.files.score import Note

_NAME = re.compile(
    r"drum|percus|\bperc\b|\bkit\b|snare|hi-?hat|cymbal|kick|tom-?toms?\b|conga|bongo|shaker"
    r"|tambourine|schlagzeug|batter(ie|ia)|bater[ií]a|ドラム|打楽器|鼓",
    re.IGNORECASE,
)
_PITCHED = re.compile(r"steel ?drum|bass(?! ?drum)|timpani|pauken", re.IGNORECASE)
_KEYS = range(27, 88)  # what General MIDI has on a kit
_KICK_OR_SNARE = frozenset((35, 36, 37, 38, 39, 40))
_CYMBAL = frozenset((42, 44, 46, 49, 51, 53, 57, 59))
NAMED_SHARE = 0.9  # of the notes of a part with such a name, in the keys of a kit
KIT_SHARE = 0.7  # of the notes of any part, on kick, snare and cymbals
TOGETHER_SHARE = 0.1  # of the onsets of any part, a cymbal with a kick or a snare


def are_drums(name: str, notes: Sequence[Note]) -> bool:
    """Tell whether a part is a drum kit, whatever its channel.

    Args:
        name: Of the part; may be empty.
        notes: All its notes.
    """
    if _NAME.search(name) and not _PITCHED.search(name):
        return sum(note.pitch in _KEYS for note in notes) >= NAMED_SHARE * len(notes)
    kit = sum(note.pitch in _KICK_OR_SNARE | _CYMBAL for note in notes)
    if kit < KIT_SHARE * len(notes):
        return False
    at_once: dict[Fraction, set[int]] = defaultdict(set)
    for note in notes:
        at_once[note.onset].add(note.pitch)
    both = sum(bool(keys & _CYMBAL and keys & _KICK_OR_SNARE) for keys in at_once.values())
    return both >= TOGETHER_SHARE * len(at_once)
