"""The drums: ride and hi-hat in swing, brushes in a ballad, a rim on the bossa; they stop together.

Pitches are those of General MIDI's percussion, on channel 10.
"""

from collections.abc import Sequence
from fractions import Fraction

from lstmkit.music.files.score import Measure, Note

CHANNEL = 9
STANDARD_KIT, BRUSH_KIT = 0, 40
KICK, RIM, TAP, SWIRL, CLOSED_HAT, PEDAL_HAT, CRASH, RIDE = 36, 37, 38, 40, 42, 44, 49, 51
STROKE = Fraction(1, 4)  # quarters: a drum has no length, a file wants one
BALLAD = 84.0  # quarters a minute; what is slower is played with brushes
BEATS_OF_SWING = 2  # of every second beat the ride plays both eighths

_Stroke = tuple[Fraction, int, int]  # onset in the bar, pitch, velocity
_CLAVE = (("0", "3/2", "3"), ("1", "5/2"))  # of two bars of a bossa


def kit(tempo: float, *, straight: bool) -> int:
    """Return the General MIDI kit for a tempo."""
    return BRUSH_KIT if tempo < BALLAD and not straight else STANDARD_KIT


def drums(
    measures: Sequence[Measure], *, tempo: float, straight: bool, beat: Fraction, ends: bool
) -> list[Note]:
    """Keep time.

    Args:
        measures: The bars.
        tempo: Quarters per minute.
        straight: Whether eighths are even: a bossa rather than swing.
        beat: Quarters in a beat: 3/2 in 6/8.
        ends: Whether the last bar is an ending: one stroke on its first beat.
    """
    notes = []
    for number, measure in enumerate(measures):
        if ends and number == len(measures) - 1:
            strokes = [(Fraction(0), KICK, 78), (Fraction(0), CRASH, 70)]
        elif beat != 1:
            strokes = _compound(measure.bar.length, beat)
        elif kit(tempo, straight=straight) == BRUSH_KIT:
            strokes = _brushes(measure.bar.length)
        elif straight and measure.bar.length == 4:
            strokes = _bossa(number)
        else:
            strokes = _swing(measure.bar.length)
        notes += [
            Note(measure.bar.start + at, STROKE, pitch, velocity)
            for at, pitch, velocity in sorted(strokes)
            if at < measure.bar.length
        ]
    return notes


def _beats(length: Fraction) -> list[Fraction]:
    return [Fraction(number) for number in range(int(length))]


def _swing(length: Fraction) -> list[_Stroke]:
    """Ride on every beat and the off-beat of each second one, hi-hat there, a feathered kick."""
    strokes: list[_Stroke] = []
    for beat in _beats(length):
        back = beat % BEATS_OF_SWING == 1
        strokes += [(beat, RIDE, 62 if back else 54), (beat, KICK, 34)]
        if back:
            strokes += [(beat, PEDAL_HAT, 56), (beat + Fraction(1, 2), RIDE, 46)]
    return strokes


def _brushes(length: Fraction) -> list[_Stroke]:
    strokes: list[_Stroke] = [(Fraction(0), KICK, 30)]
    for beat in _beats(length):
        strokes.append((beat, SWIRL, 40))
        if beat % BEATS_OF_SWING == 1:
            strokes += [(beat, PEDAL_HAT, 44), (beat, TAP, 46), (beat + Fraction(1, 2), TAP, 30)]
    return strokes


def _bossa(number: int) -> list[_Stroke]:
    strokes = [(Fraction(n, 2), CLOSED_HAT, 50 if n % 2 == 0 else 40) for n in range(8)]
    strokes += [(Fraction(at), RIM, 58) for at in _CLAVE[number % 2]]
    kicks = ("0", "3/2", "2", "7/2")
    return strokes + [(Fraction(at), KICK, 46) for at in kicks]


def _compound(length: Fraction, beat: Fraction) -> list[_Stroke]:
    strokes = [(Fraction(n, 2), RIDE, 58 if n % 3 == 0 else 42) for n in range(int(length * 2))]
    strokes.append((Fraction(0), KICK, 46))
    return strokes + [(n * beat, PEDAL_HAT, 52) for n in range(1, int(length / beat), 2)]
