"""Chords: symbols as jazz musicians write them, their tones, their scales.

A chord is two sets of pitch classes. `tones` are the notes of the chord, `scale` the notes a soloist may
lean on while it sounds; the grammar asks nothing else. Chords come from a symbol (`parse`), from sounding
notes named as a symbol (`identify`), or from sounding notes taken as they are (`from_pitches`), which is
how the tutorial reads them.

Pitch classes are 0 (C) to 11 (B).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from lstmkit.errors import InputError
from lstmkit.music import pitch

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


_NATURAL = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_ACCIDENTAL = {"#": 1, "♯": 1, "b": -1, "♭": -1}
_ROOT = re.compile(r"([A-G])([#♯b♭]{0,2})")
_IGNORED = re.compile(r"[(),\s]")

# What may follow the root, longest spelling first. Each token names what it does; see _Builder.
_TOKENS: tuple[tuple[str, str], ...] = tuple(
    sorted(
        {
            "maj": "maj", "Maj": "maj", "MAJ": "maj", "major": "maj", "ma": "maj", "Ma": "maj", "M": "maj",
            "Δ": "delta", "△": "delta", "∆": "delta", "^": "delta",
            "min": "min", "Min": "min", "MIN": "min", "minor": "min", "mi": "min", "Mi": "min", "m": "min",
            "-": "min", "−": "min", "–": "min",
            "dim": "dim", "Dim": "dim", "°": "dim", "o": "dim", "º": "dim",
            "ø": "half", "Ø": "half", "hdim": "half",
            "aug": "aug", "Aug": "aug", "+": "aug",
            "sus": "sus4", "sus4": "sus4", "sus2": "sus2", "alt": "alt", "dom": "dom",
            "5": "5", "6": "6", "69": "69", "6/9": "69", "7": "7", "9": "9", "11": "11", "13": "13",
            "2": "add9", "add2": "add9", "add4": "add11", "add6": "6",
            "add9": "add9", "add11": "add11", "add13": "add13", "add#11": "#11", "add#9": "#9", "addb9": "b9",
            "b5": "b5", "-5": "b5", "♭5": "b5", "#5": "#5", "+5": "#5", "♯5": "#5",
            "b9": "b9", "-9": "b9", "♭9": "b9", "#9": "#9", "+9": "#9", "♯9": "#9",
            "b11": "b11", "#11": "#11", "+11": "#11", "♯11": "#11",
            "b6": "b13", "b13": "b13", "-13": "b13", "♭13": "b13", "#13": "#13",
            "no3": "no3", "omit3": "no3", "no5": "no5", "omit5": "no5",
        }.items(),
        key=lambda item: -len(item[0]),
    )
)  # fmt: skip

_STACKED = {"7": (), "9": (14,), "11": (14, 17), "13": (14, 21)}  # semitones added above the seventh
_ALTERED = {"b9": 13, "#9": 15, "b11": 16, "#11": 18, "b13": 20, "#13": 22}
_ADDED = {"add9": 14, "add11": 17, "add13": 21}


class _Builder:
    """Gather the intervals of a chord, token by token."""

    def __init__(self) -> None:
        self.third: int | None = 4
        self.fifth: int | None = 7
        self.sixth: int | None = None
        self.seventh: int | None = None
        self.upper: set[int] = set()
        self.major_seventh = False
        self.diminished = False
        self.altered = False

    def apply(self, token: str) -> None:
        """Take one token into account."""
        simple = {
            "maj": self._maj, "delta": self._delta, "min": self._min, "dim": self._dim,
            "half": self._half, "aug": self._aug, "alt": self._alt, "dom": self._dom,
        }  # fmt: skip
        if token in simple:
            simple[token]()
        elif token in ("sus4", "sus2"):
            self.third = 5 if token == "sus4" else 2
        elif token in ("5", "no3"):
            self.third = None
        elif token in ("b5", "#5", "no5"):
            self.fifth = {"b5": 6, "#5": 8, "no5": None}[token]
        elif token in ("6", "69"):
            self.sixth = 9
            self.upper |= {14} if token == "69" else set()
        elif token in _STACKED:
            self.seventh = 11 if self.major_seventh else 9 if self.diminished else 10
            self.upper |= set(_STACKED[token])
        else:
            self.upper.add((_ALTERED | _ADDED)[token])

    def _maj(self) -> None:
        self.major_seventh = True

    def _delta(self) -> None:
        self.major_seventh, self.seventh = True, 11

    def _min(self) -> None:
        self.third = 3

    def _dim(self) -> None:
        self.third, self.fifth, self.diminished = 3, 6, True

    def _half(self) -> None:
        self.third, self.fifth, self.seventh = 3, 6, 10

    def _aug(self) -> None:
        self.fifth = 8

    def _alt(self) -> None:
        self.seventh, self.fifth, self.altered = 10, None, True
        self.upper |= {13, 15, 20}

    def _dom(self) -> None:
        self.major_seventh = False

    def tones(self) -> frozenset[int]:
        """Return the semitones above the root, folded into one octave; an altered ninth is the ninth."""
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
    tokens = _tokens(body)
    if tokens is None:
        raise _unknown(symbol, where, f"nothing is known of {body!r}")
    builder = _Builder()
    for token in tokens:
        builder.apply(token)
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
        f"{where}: unknown chord {shown!r}: {why}. Expected a note name, then a quality such as maj7, m7, 7,"
        " m7b5, dim7, alt, sus, 6/9, then /bass if any; for example Cmaj7, F#m7b5, Bb7/D."
    )


def _pitch_class(match: re.Match[str]) -> int:
    return (_NATURAL[match[1]] + sum(_ACCIDENTAL[a] for a in match[2])) % 12


def _split_bass(body: str, root: int) -> tuple[str, int]:
    head, slash, tail = body.rpartition("/")
    match = _ROOT.fullmatch(tail.strip()) if slash else None
    return (body, root) if match is None else (head, _pitch_class(match))


def _tokens(body: str) -> list[str] | None:
    """Cut what follows the root into tokens, longest first; None if some of it is no token."""
    rest = _IGNORED.sub("", body)
    tokens = []
    if rest[:1] in ("-", "−", "–") and rest[1:] != "5":  # C-9 is Cm9, not C with a flat ninth
        tokens, rest = ["min"], rest[1:]
    while rest:
        found = next(((text, token) for text, token in _TOKENS if rest.startswith(text)), None)
        if found is None:
            return None
        rest = rest[len(found[0]) :]
        tokens.append(found[1])
    return tokens


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
WHOLE_HALF = _scale("0 2 3 5 6 8 9 11")


def _scale_above_root(builder: _Builder, tones: frozenset[int]) -> frozenset[int]:
    """Choose the scale, in semitones above the root, as jazz textbooks pair chords and scales."""
    if builder.third == 3:
        return _minor_scale(builder)
    if builder.seventh == 10:
        return _dominant_scale(builder, tones)
    if builder.fifth == 8:
        return LYDIAN_AUGMENTED if builder.seventh == 11 else WHOLE_TONE
    return LYDIAN if builder.fifth == 6 or 18 in builder.upper else IONIAN


def _minor_scale(builder: _Builder) -> frozenset[int]:
    if builder.fifth == 6:
        return LOCRIAN if builder.seventh == 10 else WHOLE_HALF
    return MELODIC_MINOR if builder.seventh == 11 else DORIAN


def _dominant_scale(builder: _Builder, tones: frozenset[int]) -> frozenset[int]:
    flat_nine, sharp_nine = 1 in tones, 15 in builder.upper
    if builder.altered or (8 in tones and sharp_nine):
        return ALTERED
    if flat_nine and 9 not in tones and not sharp_nine and builder.fifth != 6:
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
            bar. Outer bar lines may be left out.

    Returns:
        The chords of each bar.

    Raises:
        InputError: If a symbol is unknown (its bar and place are named) or there is no chord.
    """
    body = text.strip().removeprefix("|").removesuffix("|")
    bars: list[list[Chord]] = []
    for number, bar in enumerate(body.split("|"), 1):
        words = [word for word in bar.split() if word != "%"]
        if not words and bars:
            bars.append(bars[-1])
            continue
        places = enumerate(words, 1)
        bars.append([parse(word, where=f"--chords, bar {number}, chord {i}") for i, word in places])
    if not bars[0]:
        raise InputError('--chords: the first bar is empty; expected symbols such as "Dm7 G7 | Cmaj7"')
    return bars


_TEMPLATES: dict[str, frozenset[int]] = {
    suffix: frozenset(tone for tone in parse("C" + suffix).tones)
    for suffix in (
        "", "m", "7", "maj7", "m7", "m7b5", "dim7", "6", "m6", "9", "maj9", "m9", "7b9", "7#9", "13",
        "7sus4", "sus4", "aug", "dim", "m(maj7)", "7#11", "maj7#11", "7#5", "m11",
    )
}  # fmt: skip
_SYMBOL_ROOTS = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")


def identify(pitches: Collection[int]) -> Chord | None:
    """Name the chord that sounding notes make.

    Each root and quality is scored: tones that sound count for it, tones that are missing and notes
    that do not belong count against it; the lowest note speaks for the root. A third is asked for.

    Args:
        pitches: MIDI pitches, at least two different pitch classes.

    Returns:
        The best chord, or None when nothing fits better than it misfits.
    """
    sounding = {p % 12 for p in pitches}
    if len(sounding) < 2:
        return None
    bass = min(pitches) % 12
    best: tuple[float, int, str] | None = None
    for root in range(12):
        above = {(p - root) % 12 for p in sounding}
        for order, (suffix, template) in enumerate(_TEMPLATES.items()):
            score = 2.0 * len(above & template) - 2.5 * len(above - template)
            score -= sum(0.3 if tone == 7 else 1.2 for tone in template - above)
            score += 1.0 * (root == bass) - 0.01 * order
            if best is None or score > best[0]:
                best = (score, root, suffix)
    if best is None or best[0] <= 1.0:
        return None
    _, root, suffix = best
    slash = "" if bass == root else "/" + _SYMBOL_ROOTS[bass]
    return parse(_SYMBOL_ROOTS[root] + suffix + slash)


_INFERRED = {"": 0.0, "m": 0.0, "7": -0.02, "m7": -0.02, "maj7": -0.03, "m7b5": -0.05, "dim7": -0.08}


def infer(weights: Sequence[float], bass: int) -> Chord | None:
    """Name the chord that a stretch of music implies.

    Args:
        weights: How long each pitch class sounds, (12,).
        bass: Pitch class of the lowest note.

    Returns:
        The triad or seventh chord that holds most of the weight with the fewest missing tones; None
        if nothing sounds.
    """
    total = sum(weights)
    if total <= 0:
        return None
    share = [weight / total for weight in weights]
    best: tuple[float, str] | None = None
    for root in range(12):
        for suffix, bonus in _INFERRED.items():
            tones = {(root + tone) % 12 for tone in _TEMPLATES[suffix]}
            score = sum(share[tone] for tone in tones) + bonus + 0.15 * (root == bass)
            score += 0.1 * share[root] - 0.12 * sum(share[tone] < 0.03 for tone in tones)
            if best is None or score > best[0] + 1e-12:
                best = (score, _SYMBOL_ROOTS[root] + suffix)
    return None if best is None else parse(best[1])


def from_pitches(pitches: Sequence[int]) -> Chord:
    """Take sounding notes as the chord, and the scale that the tutorial derives for them.

    Its scale is the major scale for a major chord, else the dorian scale, on the tonic that holds
    most of the notes (the highest tonic, C to B, where several hold as many). A scale tone counts
    only where its spelling in that scale is the default spelling of its pitch class, since the
    tutorial compares names: in D- major, G- is not the F# of a MIDI file.

    Args:
        pitches: MIDI pitches in the order of the file, at least one.
    """
    tones = frozenset(p % 12 for p in pitches)
    major = _is_major_triad(pitches)
    known = identify(pitches)
    bass = min(pitches) % 12
    return Chord(
        symbol=known.symbol if known is not None else _SYMBOL_ROOTS[bass] + ("" if major else "m"),
        root=known.root if known is not None else bass,
        bass=bass,
        tones=tones,
        scale=_derived_scale(tones, IONIAN if major else DORIAN),
    )


_TONICS = ("C", "D-", "D", "E-", "E", "F", "F#", "G", "G#", "A", "B-", "B")


def _derived_scale(tones: frozenset[int], pattern: frozenset[int]) -> frozenset[int]:
    held = [len(tones & {(tonic + step) % 12 for step in pattern}) for tonic in range(12)]
    tonic = max(range(12), key=lambda candidate: (held[candidate], candidate))
    letter = "CDEFGAB".index(_TONICS[tonic][0])
    by_default = set()
    for degree, step in enumerate(sorted(pattern)):
        pitch_class = (tonic + step) % 12
        spelled = pitch.spell((letter + degree) % 7, pitch_class)
        if spelled == pitch.NAMES[pitch_class]:
            by_default.add(pitch_class)
    return frozenset(by_default)


def _is_major_triad(pitches: Sequence[int]) -> bool:
    """Tell whether a stack of default-spelled notes is major by thirds and fifths above its root."""
    letters = {}  # letter -> pitch class, the first note on each letter
    for p in pitches:
        letters.setdefault("CDEFGAB".index(pitch.NAMES[p % 12][0]), p % 12)
    root = _root_letter(letters, pitches)
    doubled = {
        letter
        for letter in letters
        if len({p % 12 for p in pitches if pitch.NAMES[p % 12][0] == "CDEFGAB"[letter]}) > 1
    }
    third, fifth = (root + 2) % 7, (root + 4) % 7
    if doubled & {root, third, fifth} or third not in letters:
        return False
    fifth_size = (letters[fifth] - letters[root]) % 12 if fifth in letters else 7
    return (letters[third] - letters[root]) % 12 == 4 and fifth_size == 7


def _root_letter(letters: dict[int, int], pitches: Sequence[int]) -> int:
    """Return the letter of the root: thirds stacked above it, else the most of 3, 5, 7, 9, 11, 13."""
    if len(letters) == 7:
        return "CDEFGAB".index(pitch.NAMES[min(pitches) % 12][0])
    for letter in sorted(letters):
        if all((letter + 2 * k) % 7 in letters for k in range(len(letters))):
            return letter
    weights = {step: 1 / (rank + 6) for rank, step in enumerate((2, 4, 6, 1, 3, 5))}
    return max(
        letters, key=lambda x: sum(w for step, w in weights.items() if (x + step) % 7 in letters)
    )
