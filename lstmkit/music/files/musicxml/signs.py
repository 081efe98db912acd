"""Signs of a MusicXML file that say how to play: metre, tempo, jumps."""

import re
from dataclasses import replace
from fractions import Fraction
from xml.etree.ElementTree import Element

from lstmkit.music.files.musicxml.tree import fraction
from lstmkit.music.files.repeats import Marks

MOST_BEATS = 999  # of a time signature; what has more is damaged

_UNITS = {
    "breve": Fraction(8), "whole": Fraction(4), "half": Fraction(2), "quarter": Fraction(1),
    "eighth": Fraction(1, 2), "16th": Fraction(1, 4), "32nd": Fraction(1, 8),
}  # fmt: skip
_NUMBER = re.compile(r"(?<![-\d.])\d+(?:\.\d+)?")


def time_signature(attributes: Element) -> tuple[int, int] | None:
    """Return the beats and the unit of a time signature, such as 3+2 over 8; None without one."""
    beats, unit = attributes.findtext("time/beats"), attributes.findtext("time/beat-type")
    count = sum(int(number) for number in re.findall(r"\d{1,9}", beats or "")[:9])
    parts = int(fraction(unit))
    known = 0 < count <= MOST_BEATS and parts in (1, 2, 4, 8, 16, 32, 64)
    return (count, parts) if known else None


def jumps(sound: Element, marks: Marks) -> Marks:
    """Add to the marks of a bar what a `<sound>` says of da capo, segno, coda and fine."""
    said = sound.attrib
    back = "segno" if "dalsegno" in said else "start" if "dacapo" in said else marks.back
    return replace(
        marks,
        back=back,
        segno=marks.segno or "segno" in said,
        coda=marks.coda or "coda" in said,
        to_coda=marks.to_coda or "tocoda" in said,
        fine=marks.fine or "fine" in said,
    )


def tempo(sound: Element | None, mark: Element | None) -> float | None:
    """Return quarters per minute: as it is to be played, else as it is printed."""
    played = None if sound is None else _positive(sound.get("tempo"))
    return played or _metronome(mark)


def _positive(text: str | None) -> float | None:
    value = float(fraction(text))
    return value if value > 0 else None


def _metronome(mark: Element | None) -> float | None:
    """Return the quarters per minute of a metronome mark, such as a dotted quarter = 80."""
    if mark is None:
        return None
    number = _NUMBER.search(mark.findtext("per-minute") or "")
    unit = _UNITS.get((mark.findtext("beat-unit") or "").strip())
    if number is None or unit is None:
        return None
    if mark.find("beat-unit-dot") is not None:
        unit *= Fraction(3, 2)
    return _positive(str(float(number[0]) * float(unit)))
