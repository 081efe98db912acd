"""From a token back to a note: which pitch it is, over the chord it meets."""

from dataclasses import dataclass

from lstmkit.music.corpus.grammar import Token
from lstmkit.music.files.score import kind_of
from lstmkit.music.theory.chords import Chord


@dataclass(frozen=True)
class Compass:
    """The range of an instrument in MIDI pitches, both ends included, and its usual pitch."""

    low: int
    high: int
    home: int

    def __contains__(self, pitch: int) -> bool:
        """Tell whether a pitch can be played."""
        return self.low <= pitch <= self.high


def choose_pitch(token: Token, chord: Chord, previous: int | None, compass: Compass) -> int:
    """Turn a token into a pitch.

    The middle of the token's range above `previous` is taken if it is of the right kind, which
    gives back the very note that the token was made from; else the nearest pitch of that kind, so
    that a line bends to the chord it meets, and what moves never stays on its pitch. A line that
    would leave the compass is turned round.

    Args:
        token: Any but a rest.
        chord: The chord of the moment.
        previous: Pitch of the note before, or None at the start.
        compass: The pitches that may be used.
    """
    aim = compass.home if previous is None else previous
    stays = True
    if previous is not None and token.interval is not None:
        distance = token.interval.semitones
        stays = distance == 0
        aim = previous + distance if previous + distance in compass else previous - distance
    for kind in _kinds_in_place_of(token.kind):
        fitting = [p for p in range(compass.low, compass.high + 1) if kind_of(p, chord) == kind]
        if not stays and len(fitting) > 1:  # what moves in the training music moves here
            fitting = [p for p in fitting if p != previous]
        if fitting:
            return min(fitting, key=lambda p: (abs(p - aim), abs(p - compass.home), p))
    return min(max(aim, compass.low), compass.high)


def _kinds_in_place_of(kind: str) -> str:
    """Return the kinds to try: some chords leave no approach or no other tone."""
    return {"C": "CSAX", "S": "SCAX", "A": "ASCX", "X": "XASC"}[kind]
