"""Which part of a score is the melody, and which carry the chords.

Every choice has a reason that can be shown to a person, and every choice can be made by the config.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lstmkit.errors import InputError
from lstmkit.music.files.reading import part_facts
from lstmkit.music.files.reading.part_facts import PartFacts
from lstmkit.music.files.score import Score

FEWEST_NOTES = 8  # a part with fewer says nothing about a melody
CHORDAL = 1.8  # notes per onset from which a part is a chord part
BASS_BELOW = 50  # D3: a line that lies mostly below is a bass

# What a name says of a part, the first that fits.
_NAMES: tuple[tuple[str, float], ...] = (
    (r"left|\blh\b|l\.\s?h\.|gauche|linke|sinistra|izquierda|lower|左手", -2.5),
    (r"\bbass|\bdown\b|ベース|contrabass|tuba", -2.5),
    (r"back(ing|ground)?\b|\bb\.?g\.?v|harmon(y|ies)|\bchoir|\booh|\baah", -1.5),
    (r"accomp|begleit|comp(ing)?\b|chord|akkord|acorde|rhythm|pad\b|arp|伴奏", -2.5),
    (r"drum|perc|counter|obbligato|descant|riff|fill|intro\b|bridge", -1.5),
    (r"melod|mélod|メロ|旋律|主旋|tune\b|theme|head\b|soprano|cantus|canto|chant", 3.0),
    (r"vocal|vox\b|voice|voz\b|voix|sing(er|ing)|gesang|stimme|ボーカル|歌", 3.0),
    (r"right|\brh\b|r\.\s?h\.|droite|rechte|destra|derecha|upper|右手", 2.0),
    (r"lead|solo(?!ist)|improv", 1.5),
    (r"sax|trumpet|flute|clarinet|violin(?!.*(2|ii)\b)|oboe|harmonica|whistle|fiddle", 0.7),
    (r"string|organ|rhodes|clav|tenor|alto\b|viola|cello|trombone|harp\b", -0.7),
)
_NAMED = tuple((re.compile(pattern, re.IGNORECASE), points) for pattern, points in _NAMES)


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
    known = part_facts.facts(score)
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


def merits(part: PartFacts) -> dict[str, float]:
    """Return points for all that makes a part a melody; the part with the highest sum is it.

    Coverage of the piece, being on top, one note at a time, register, small steps, enough notes,
    variety, and its name.
    """
    octaves_off = max(0.0, 57 - part.middle, part.middle - 88) / 12
    found = {
        "name": next((points for name, points in _NAMED if name.search(part.name)), 0.0),
        "coverage": 3.0 * part.coverage,
        "on top": 2.0 * part.top * part.coverage,
        "alone": 2.0 * max(0.0, min(1.0, 2.2 - part.chord_size)) - part.overlap,
        "register": -2.0 * octaves_off,
        "steps": 2.0 * part.steps,
        "variety": min(1.0, (part.high - part.low) / 12),
        "busy": min(1.0, part.notes / max(1, 3 * (part.last_bar - part.first_bar + 1))),
    }
    return {what: round(points, 2) for what, points in found.items()}


def _choose_melody(known: Sequence[PartFacts], where: str) -> tuple[int, str]:
    able = [part for part in known if not part.drums and part.notes >= FEWEST_NOTES]
    if not able:
        raise InputError(
            f"{where}: no part can be the melody: each is drums or has under {FEWEST_NOTES} notes"
        )
    ranked = sorted(able, key=lambda part: -sum(merits(part).values()))
    best = ranked[0]
    reason = f"melody: part {_points(best)}"
    points = ", ".join(f"{what} {value:+g}" for what, value in merits(best).items() if value)
    reason += f" ({points})"
    if len(ranked) > 1:
        reason += f"; next: part {_points(ranked[1])}"
    return best.index, reason


def _points(part: PartFacts) -> str:
    return f"{part.index} ({part.name or 'unnamed'}): {sum(merits(part).values()):.1f} points"


def _choose_harmony(known: Sequence[PartFacts], melody: int) -> tuple[tuple[int, ...], str]:
    others = [part for part in known if not part.drums and part.index != melody]
    chordal = [part for part in others if part.chord_size >= CHORDAL]
    chordal = [part for part in chordal if part.chords > 1] or chordal  # a drone names no chord
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
