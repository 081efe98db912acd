"""Chords: symbols as jazz musicians write them, their tones, their scales.

A chord is two sets of pitch classes. `tones` are the notes of the chord, `scale` the notes a
soloist may lean on while it sounds; the grammar asks nothing else. Here chords come from
symbols; `naming` makes them from notes.

Pitch classes are 0 (C) to 11 (B).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from lstmkit.errors import InputError

NO_CHORDS = ("N.C.", "NC", "N.C", "n.c.")
MAX_BARS = 1000
MAX_IN_BAR = 32  # chords; a beat of 4/4 has at most two or so
MAX_SYMBOL = 40  # characters; the longest sensible symbol has about 20


@dataclass(frozen=True)
class Chord:
    """A chord as the grammar and the pianist see it.

    Attributes:
        symbol: Its name, such as `Cm7b5` or `Bb7/D`.
        root: Pitch class of the root.
        bass: Pitch class of the lowest note.
        tones: Pitch classes of the chord.
        scale: Pitch classes of the scale that goes with it; holds `tones` unless the chord was read
            from sounding notes.
    """

    symbol: str
    root: int
    bass: int
    tones: frozenset[int]
    scale: frozenset[int]

    @property
    def above(self) -> frozenset[int]:
        """The tones as semitones above the root, 0 to 11."""
        return frozenset((tone - self.root) % 12 for tone in self.tones)


NATURAL = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_ACCIDENTAL = {"#": 1, "♯": 1, "b": -1, "♭": -1}
_ROOT = re.compile(r"([A-G])([#♯b♭]{0,2})")
_IGNORED = re.compile(r"[(),\s]")

# What may follow the root, longest spelling first. Each names what it does; see _Builder.
_PARTS: tuple[tuple[str, str], ...] = tuple(
    sorted(
        {
            "maj": "maj", "Maj": "maj", "MAJ": "maj", "major": "maj",
            "ma": "maj", "Ma": "maj", "MA": "maj", "M": "maj",
            "Δ": "delta", "△": "delta", "∆": "delta", "^": "delta", "j7": "delta",
            "min": "min", "Min": "min", "MIN": "min", "minor": "min",
            "mi": "min", "Mi": "min", "MI": "min", "m": "min",
            "-": "min", "−": "min", "–": "min",
            "dim": "dim", "Dim": "dim", "°": "dim", "o": "dim", "º": "dim",
            "ø": "half", "Ø": "half", "hdim": "half", "h7": "half",
            "aug": "aug", "Aug": "aug", "+": "aug",
            "sus": "sus4", "sus4": "sus4", "sus2": "sus2", "alt": "alt", "dom": "dom",
            "5": "5", "6": "6", "69": "69", "6/9": "69", "7": "7", "9": "9", "11": "11", "13": "13",
            "4": "sus4", "/9": "add9", "/11": "add11", "/13": "add13",
            "2": "add9", "add2": "add9", "add4": "add11", "add6": "6",
            "add9": "add9", "add11": "add11", "add13": "add13",
            "add#11": "#11", "add#9": "#9", "addb9": "b9",
            "b5": "b5", "-5": "b5", "♭5": "b5", "#5": "#5", "+5": "#5", "♯5": "#5",
            "b9": "b9", "-9": "b9", "♭9": "b9", "#9": "#9", "+9": "#9", "♯9": "#9",
            "b11": "b11", "#11": "#11", "+11": "#11", "♯11": "#11",
            "b6": "b13", "b13": "b13", "-13": "b13", "♭13": "b13", "#13": "#13",
            "no3": "no3", "omit3": "no3", "no5": "no5", "omit5": "no5",
        }.items(),
        key=lambda item: -len(item[0]),
    )
)  # fmt: skip

# What a part of a symbol makes of third, fifth, sixth and seventh, and what it adds above them.
_SETS: dict[str, dict[str, int | bool | None]] = {
    "delta": {"major_seventh": True, "seventh": 11}, "dom": {"major_seventh": False},
    "min": {"third": 3}, "dim": {"third": 3, "fifth": 6, "diminished": True},
    "half": {"third": 3, "fifth": 6, "seventh": 10}, "aug": {"fifth": 8},
    "alt": {"fifth": None, "seventh": 10, "altered": True},
    "sus4": {"third": 5}, "sus2": {"third": 2}, "5": {"third": None}, "no3": {"third": None},
    "b5": {"fifth": 6}, "#5": {"fifth": 8}, "no5": {"fifth": None},
    "6": {"sixth": 9}, "69": {"sixth": 9},
}  # fmt: skip
_STACKED = ("7", "9", "11", "13")
_ADDS = {
    "9": (14,), "11": (14, 17), "13": (14, 21), "69": (14,), "alt": (13, 15, 20),
    "b9": (13,), "#9": (15,), "b11": (16,), "#11": (18,), "b13": (20,), "#13": (22,),
    "add9": (14,), "add11": (17,), "add13": (21,),
}  # fmt: skip


@dataclass
class _Builder:
    """Gather the intervals of a chord, part by part."""

    third: int | None = 4
    fifth: int | None = 7
    sixth: int | None = None
    seventh: int | None = None
    upper: set[int] = field(default_factory=set)
    major_seventh: bool = False
    diminished: bool = False
    altered: bool = False

    def apply(self, part: str) -> None:
        """Take one part into account."""
        for name, value in _SETS.get(part, {}).items():
            setattr(self, name, value)
        self.upper.update(_ADDS.get(part, ()))
        if part in _STACKED:
            self.seventh = 11 if self.major_seventh else 9 if self.diminished else 10
        elif part == "maj":
            self.major_seventh = True
            if self.seventh is not None:  # C7M is Cmaj7, as it is written in Brazil
                self.seventh = 11

    def take_bass(self, above: int) -> None:
        """Take the bass as the seventh where it is one and the symbol names none: C/Bb is a C7."""
        if above in (10, 11) and self.seventh is None:
            self.seventh = above

    def tones(self) -> frozenset[int]:
        """Return the semitones above the root, in one octave; an altered ninth is the ninth."""
        if self.upper & {13, 15}:
            self.upper.discard(14)
        body = (self.third, self.fifth, self.sixth, self.seventh)
        return frozenset({0} | {t for t in body if t is not None} | {t % 12 for t in self.upper})


def parse(symbol: str, *, where: str = "chord") -> Chord:
    """Read a chord symbol.

    Args:
        symbol: Such as `Cmaj7`, `C-7`, `Cm7b5`, `C7alt`, `F#dim7`, `Bb7/D`.
        where: Place of the symbol, for the error message.

    Returns:
        The chord, with its scale chosen by its quality.

    Raises:
        InputError: If the symbol is none.
    """
    text = symbol.strip()
    match = _ROOT.match(text)
    if match is None or len(text) > MAX_SYMBOL:
        raise _unknown(symbol, where, "it does not begin with a note name A to G")
    root = _pitch_class(match)
    body, bass = _split_bass(text[match.end() :], root)
    parts = _cut(body)
    if parts is None:
        raise _unknown(symbol, where, f"nothing is known of {body!r}")
    builder = _Builder()
    for part in parts:
        builder.apply(part)
    builder.take_bass((bass - root) % 12)
    relative = builder.tones()
    scale = _scale_above_root(builder, relative)
    return Chord(
        symbol=text,
        root=root,
        bass=bass,
        tones=frozenset((root + t) % 12 for t in relative) | {bass},
        scale=frozenset((root + t) % 12 for t in scale | relative) | {bass},
    )


def is_symbol(text: str) -> bool:
    """Tell whether a text, such as a MIDI marker, is a chord symbol."""
    try:
        parse(text)
    except InputError:
        return False
    return True


def _unknown(symbol: str, where: str, why: str) -> InputError:
    shown = symbol if len(symbol) <= MAX_SYMBOL else symbol[:MAX_SYMBOL] + "..."
    return InputError(
        f"{where}: unknown chord {shown!r}: {why}. Expected a note name, then a quality such"
        " as maj7, m7, 7, m7b5, dim7, alt, sus, 6/9, then /bass if any; for example Cmaj7, F#m7b5,"
        " Bb7/D."
    )


def _pitch_class(match: re.Match[str]) -> int:
    return (NATURAL[match[1]] + sum(_ACCIDENTAL[a] for a in match[2])) % 12


def _split_bass(body: str, root: int) -> tuple[str, int]:
    head, slash, tail = body.rpartition("/")
    match = _ROOT.fullmatch(tail.strip()) if slash else None
    return (body, root) if match is None else (head, _pitch_class(match))


def _cut(body: str) -> list[str] | None:
    """Cut what follows the root into parts, the first as long as the rest allows; None if some of
    it is no part."""
    text = _IGNORED.sub("", body)
    minus = text[:1] in ("-", "−", "–") and text[1:] != "5"
    start = int(minus)  # C-9 is Cm9, not C with a flat ninth
    cuts: dict[int, list[str]] = {len(text): []}  # how the text can be cut from a place on
    for place in range(len(text) - 1, start - 1, -1):
        for spelling, part in _PARTS:
            after = cuts.get(place + len(spelling))
            if after is not None and text.startswith(spelling, place):
                cuts[place] = [part, *after]
                break
    found = cuts.get(start)
    return None if found is None else ["min"] * minus + found


def _scale(text: str) -> frozenset[int]:
    return frozenset(int(number) for number in text.split())


IONIAN = _scale("0 2 4 5 7 9 11")
LYDIAN = _scale("0 2 4 6 7 9 11")
LYDIAN_AUGMENTED = _scale("0 2 4 6 8 9 11")
MIXOLYDIAN = _scale("0 2 4 5 7 9 10")
LYDIAN_DOMINANT = _scale("0 2 4 6 7 9 10")
MIXOLYDIAN_FLAT_SIX = _scale("0 2 4 5 7 8 10")
PHRYGIAN_DOMINANT = _scale("0 1 4 5 7 8 10")
HALF_WHOLE = _scale("0 1 3 4 6 7 9 10")
ALTERED = _scale("0 1 3 4 6 8 10")
WHOLE_TONE = _scale("0 2 4 6 8 10")
DORIAN = _scale("0 2 3 5 7 9 10")
MELODIC_MINOR = _scale("0 2 3 5 7 9 11")
LOCRIAN = _scale("0 1 3 5 6 8 10")
LOCRIAN_NATURAL_NINE = _scale("0 2 3 5 6 8 10")
WHOLE_HALF = _scale("0 2 3 5 6 8 9 11")


def _scale_above_root(builder: _Builder, tones: frozenset[int]) -> frozenset[int]:
    """Choose the scale, in semitones above the root, as jazz textbooks pair chords and scales."""
    if builder.third == 3:
        return _minor_scale(builder)
    if builder.seventh == 10:
        return _dominant_scale(builder, tones)
    if builder.third == 5 and not builder.major_seventh:  # a sus chord is a dominant
        return MIXOLYDIAN
    if builder.fifth == 8:
        return LYDIAN_AUGMENTED if builder.seventh == 11 else WHOLE_TONE
    return LYDIAN if builder.fifth == 6 or 18 in builder.upper else IONIAN


def _minor_scale(builder: _Builder) -> frozenset[int]:
    if builder.fifth == 6 and builder.seventh == 10:
        return LOCRIAN_NATURAL_NINE if 14 in builder.upper else LOCRIAN
    if builder.fifth == 6:
        return WHOLE_HALF
    return MELODIC_MINOR if builder.seventh == 11 else DORIAN


def _dominant_scale(builder: _Builder, tones: frozenset[int]) -> frozenset[int]:
    flat_nine, sharp_nine = 1 in tones, 15 in builder.upper
    if builder.altered or (8 in tones and sharp_nine) or (builder.fifth == 8 and flat_nine):
        return ALTERED
    if flat_nine and not (9 in tones or 6 in tones or sharp_nine):
        return PHRYGIAN_DOMINANT
    if flat_nine or sharp_nine:
        return HALF_WHOLE
    if builder.fifth in (6, 8):
        return WHOLE_TONE if builder.fifth == 8 else LYDIAN_DOMINANT
    if 20 in builder.upper:
        return MIXOLYDIAN_FLAT_SIX
    return LYDIAN_DOMINANT if 18 in builder.upper else MIXOLYDIAN


def parse_progression(text: str) -> list[list[Chord]]:
    """Read chord symbols bar by bar.

    Args:
        text: Bars between `|`, chords of a bar between spaces; `%` or an empty bar repeats the last
            bar. `N.C.` is the chord before, over which nobody comps. Outer bar lines may be left
            out.

    Returns:
        The chords of each bar.

    Raises:
        InputError: If a symbol is unknown (its bar and place are named), there is no chord, or no
            end of bars.
    """
    written = text.strip().removeprefix("|").removesuffix("|").split("|")
    if len(written) > MAX_BARS:
        raise InputError(f"--chords: {len(written):,} bars; expected at most {MAX_BARS:,}")
    bars: list[list[Chord]] = []
    for number, bar in enumerate(written, 1):
        words = [word for word in bar.split() if word != "%"]
        if not words and bars:
            bars.append(bars[-1])
            continue
        if len(words) > MAX_IN_BAR:
            raise InputError(
                f"--chords, bar {number}: {len(words):,} chords; expected at most {MAX_IN_BAR};"
                " put | between bars"
            )
        chords: list[Chord] = []
        for place, word in enumerate(words, 1):
            before = (bars[-1] if bars else []) + chords
            chords.append(_in_progression(word, before, f"--chords, bar {number}, chord {place}"))
        bars.append(chords)
    if not bars[0]:
        raise InputError(
            '--chords: the first bar is empty; expected symbols such as "Dm7 G7 | Cmaj7"'
        )
    return bars


def _in_progression(word: str, before: Sequence[Chord], where: str) -> Chord:
    if word not in NO_CHORDS:
        return parse(word, where=where)
    if not before:
        raise InputError(
            f"{where}: {word} goes on over the chord before, and there is none; expected a chord"
            " such as Cmaj7 before it"
        )
    return replace(before[-1], symbol=NO_CHORDS[0])
