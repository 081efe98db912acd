"""The `<harmony>` elements of MusicXML as chord symbols.

Differs from music21 in keeping the root that is written, every altered degree, kinds outside the
standard's list, `N.C.`, and degrees of the key.
"""

from fractions import Fraction
from xml.etree.ElementTree import Element

from lstmkit.music.theory import chords
from lstmkit.music.theory.degrees import (
    FLAT_NAMES,
    Degree,
    Key,
    degrees_of,
    root_of_numeral,
    suffix,
)

NO_CHORD = chords.NO_CHORDS[0]

_KINDS = {
    "major": "3 5", "minor": "b3 5", "augmented": "3 #5", "diminished": "b3 b5", "power": "1 5",
    "dominant": "3 5 b7", "major-seventh": "3 5 7", "minor-seventh": "b3 5 b7",
    "diminished-seventh": "b3 b5 bb7", "augmented-seventh": "3 #5 b7",
    "half-diminished": "b3 b5 b7", "major-minor": "b3 5 7", "major-sixth": "3 5 6",
    "minor-sixth": "b3 5 6", "dominant-ninth": "3 5 b7 9", "major-ninth": "3 5 7 9",
    "minor-ninth": "b3 5 b7 9", "dominant-11th": "3 5 b7 9 11", "major-11th": "3 5 7 9 11",
    "minor-11th": "b3 5 b7 9 11", "dominant-13th": "3 5 b7 9 13", "major-13th": "3 5 7 9 13",
    "minor-13th": "b3 5 b7 9 13", "suspended-second": "2 5", "suspended-fourth": "4 5",
    "pedal": "1 5", "Neapolitan": "3 5", "Italian": "3 b7", "French": "3 b5 b7",
    "German": "3 5 b7", "Tristan": "b3 b5 b7",
}  # fmt: skip
_FIGURES = {
    "second": "2", "fourth": "4", "fifth": "5", "sixth": "6", "seventh": "7", "ninth": "9",
    "eleventh": "11", "thirteenth": "13", "11th": "11", "13th": "13", "suspended": "sus",
    "dominant": "", "flat": "b", "sharp": "#", "five": "5", "nine": "9", "half": "ø",
    "diminished": "dim", "augmented": "aug", "minor": "m", "major": "maj", "power": "5",
    "triad": "", "chord": "",
}  # fmt: skip
_WHOLE = {
    "minor-major": "m(maj7)", "minor-major-seventh": "m(maj7)", "major-minor-seventh": "7",
    "minor-major-ninth": "m(maj9)", "augmented-ninth": "9#5", "augmented-major-seventh": "maj7#5",
    "major-ninth-sixth": "6/9", "half-diminished-seventh": "m7b5", "half-diminished-ninth": "m9b5",
    "maj69": "6/9", "major-sixth-ninth": "6/9", "min69": "m6/9", "minor-sixth-ninth": "m6/9",
    "suspended-fourth-seventh": "7sus4", "suspended-fourth-ninth": "9sus4",
}  # fmt: skip


def symbol(harmony: Element, key: Key, transpose: int = 0) -> str | None:
    """Spell a harmony as `chords.parse` reads it.

    Args:
        harmony: The element; of several chords in it, the first counts.
        key: The key of the moment, for chords that are given by their degree.
        transpose: Semitones from what is written to what sounds.

    Returns:
        The symbol, `N.C.`, or None if it cannot be understood.
    """
    kind = harmony.find("kind")
    name = (kind.text or "").strip() if kind is not None else "major"
    shown = (kind.get("text") or "").strip() if kind is not None else ""
    if name == "none" or shown in chords.NO_CHORDS:
        return NO_CHORD
    root = _root(harmony, key, transpose)
    if root is None:
        return None
    body = _body(name or "other", shown, _modifications(harmony))
    bass = _pitch(harmony.find("bass"), "bass", transpose)
    text = root + body + ("" if bass in (None, root) else f"/{bass}")
    return text if chords.is_symbol(text) else None


def _root(harmony: Element, key: Key, transpose: int) -> str | None:
    written = _pitch(harmony.find("root"), "root", transpose)
    if written is not None:
        return written
    numeral = harmony.find("numeral")
    if numeral is not None:
        within = numeral.find("numeral-key")
        if within is not None:
            minor = "minor" in (within.findtext("numeral-mode") or "")
            key = Key.of_fifths(_integer(within.findtext("numeral-fifths")), minor=minor)
        number = _integer(numeral.findtext("numeral-root"))
        alter = _integer(numeral.findtext("numeral-alter"))
        root = key.degree(number, alter) + transpose
        return key.name(root, raised=alter > 0) if 1 <= number <= 7 else None
    function = harmony.findtext("function") or ""
    found = root_of_numeral(function, key)
    if found is None:
        return None
    return key.name(found + transpose, raised=function.strip().startswith(("#", "♯")))


def _pitch(element: Element | None, what: str, transpose: int) -> str | None:
    if element is None:
        return None
    step = (element.findtext(f"{what}-step") or "").strip().upper()
    alter = _integer(element.findtext(f"{what}-alter"))
    if step not in tuple("ABCDEFG") or not -2 <= alter <= 2:
        return None
    name = step + ("#" * alter if alter > 0 else "b" * -alter)
    return FLAT_NAMES[(chords.parse(name).root + transpose) % 12] if transpose % 12 else name


def _integer(text: str | None) -> int:
    try:
        return round(Fraction(text or "0"))
    except (ValueError, ZeroDivisionError):
        return 0


def _modifications(harmony: Element) -> list[tuple[str, int, int]]:
    return [
        (
            (element.findtext("degree-type") or "").strip(),
            _integer(element.findtext("degree-value")),
            _integer(element.findtext("degree-alter")),
        )
        for element in harmony.iterfind("degree")
    ]


def _body(name: str, shown: str, modifications: list[tuple[str, int, int]]) -> str:
    """Return what follows the root: from the kind, else from the text that is shown."""
    degrees = _KINDS.get(name)
    if degrees is not None:
        return suffix(_modified(degrees_of(degrees), modifications))
    base = _WHOLE.get(name)
    if base is None:
        words = "".join(_FIGURES.get(word, word) for word in name.split("-"))
        base = next((text for text in (shown, name, words) if _is_suffix(text)), "?")
    extra = "".join(
        f"{'b' if alter < 0 else '#' if alter > 0 else 'add'}{number}"
        for kind, number, alter in modifications
        if kind != "subtract" and str(number) not in base
    )
    return base + extra if _is_suffix(base + extra) else base


def _is_suffix(text: str) -> bool:
    return text not in ("", "other") and chords.is_symbol("C" + text)


def _modified(degrees: frozenset[Degree], changes: list[tuple[str, int, int]]) -> set[Degree]:
    """Apply `<degree>` elements; an added seventh is counted from a dominant chord."""
    found = set(degrees)
    for kind, number, alter in changes:
        there = {degree for degree in found if degree.number == number}
        if kind == "subtract":
            found -= there
        elif kind == "alter":
            base = next(iter(there)).alter if number in (3, 7) and there else 0
            found = (found - there) | {Degree(number, base + alter)}
        else:
            found = _added(found, number, alter)
    return found


def _added(found: set[Degree], number: int, alter: int) -> set[Degree]:
    numbers = {degree.number for degree in found}
    if number == 7:  # alter 0 is the minor seventh, and -1 is often written for it
        return {d for d in found if d.number != 7} | {
            Degree(7, min(alter, 1) - 1 if alter > 0 else -1)
        }
    if number == 5:
        return {d for d in found if d.number != 5} | {Degree(5, alter)}
    if 3 in numbers:
        number = {2: 9, 4: 11}.get(number, number)
    if number == 6 and 7 in numbers:
        number = 13
    if number == 13 and alter == 0 and 7 not in numbers:
        number = 6
    return found | {Degree(number, alter)}
