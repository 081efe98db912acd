"""Chords from notes: named as a symbol, or taken as they sound.

`identify` names what is struck, `fit` weighs what a stretch of music implies, and `from_pitches`
takes notes as they are, which is how the tutorial reads them.
"""

from collections.abc import Collection, Sequence

from lstmkit.music.theory import pitch
from lstmkit.music.theory.chords import DORIAN, IONIAN, Chord, parse

_TEMPLATES: dict[str, frozenset[int]] = {
    suffix: frozenset(tone for tone in parse("C" + suffix).tones)
    for suffix in (
        "", "m", "7", "maj7", "m7", "m7b5", "dim7", "6", "m6", "9", "maj9", "m9", "7b9", "7#9",
        "13",
        "7sus4", "sus4", "aug", "dim", "m(maj7)", "7#11", "maj7#11", "7#5", "m11",
    )
}  # fmt: skip
_SHARP_ROOTS = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "Bb", "B")
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


_INFERRED = {
    "": 0.0,
    "m": 0.0,
    "7": -0.02,
    "m7": -0.02,
    "maj7": -0.03,
    "m7b5": -0.05,
    "dim7": -0.08,
}


# Every chord that may be inferred: root, quality.
INFERABLE = tuple((root, suffix) for root in range(12) for suffix in _INFERRED)
SOUNDS = 0.03  # share of a stretch from which a pitch class counts as sounding


def fit(weights: Sequence[float], bass: int | None, key: Collection[int]) -> list[float]:
    """Say how well each of `INFERABLE` fits a stretch of music.

    Args:
        weights: How long each pitch class sounds, (12,); not all zero.
        bass: Pitch class of the lowest note, which speaks for the root; None where there is none:
            the lowest note of a lone melody is no bass.
        key: Pitch classes of the key, see `key_of`; what is not heard is thought of in the key.

    Returns:
        The share of the stretch that each chord holds, less what it lacks.
    """
    total = sum(weights)
    share = [weight / total for weight in weights]
    missing = [0.0 if share[p] >= SOUNDS else 0.12 if p in key else 0.24 for p in range(12)]
    result = []
    for root, suffix in INFERABLE:
        tones = [(root + tone) % 12 for tone in _TEMPLATES[suffix]]
        score = sum(share[tone] - missing[tone] for tone in tones) + _INFERRED[suffix]
        result.append(score + 0.15 * (root == bass) + 0.1 * share[root])
    return result


def inferred(index: int, key: Collection[int]) -> Chord:
    """Return one of `INFERABLE`, spelled as the key is: with sharps or with flats."""
    root, suffix = INFERABLE[index]
    sharp = 6 in key and 5 not in key  # F# but no F: G major and the keys to its right
    return parse((_SHARP_ROOTS if sharp else _SYMBOL_ROOTS)[root] + suffix)


def key_of(weights: Sequence[float]) -> frozenset[int]:
    """Return the major scale, which is a minor one too, that holds most of what sounds.

    Args:
        weights: How long each pitch class sounds, (12,).
    """

    def held(tonic: int) -> float:
        scale = sum(weights[(tonic + step) % 12] for step in IONIAN)
        return scale + 0.2 * sum(weights[(tonic + step) % 12] for step in (0, 4, 7, 9))

    tonic = max(range(12), key=held)
    return frozenset((tonic + step) % 12 for step in IONIAN)


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
    """Tell whether default-spelled notes have a major third and a perfect fifth above the root."""
    letters: dict[int, int] = {}  # letter -> pitch class, the first note on each letter
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
    """Return the letter of the root: thirds stacked above it, else most of 3, 5, 7, 9, 11, 13."""
    if len(letters) == 7:
        return "CDEFGAB".index(pitch.NAMES[min(pitches) % 12][0])
    for letter in sorted(letters):
        if all((letter + 2 * k) % 7 in letters for k in range(len(letters))):
            return letter
    weights = {step: 1 / (rank + 6) for rank, step in enumerate((2, 4, 6, 1, 3, 5))}
    return max(
        letters, key=lambda x: sum(w for step, w in weights.items() if (x + step) % 7 in letters)
    )
