"""Bars that the file does not tell, or tells wrongly, and playing that keeps to no beat."""

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction

import numpy as np

from lstmkit.music.files.score import Bar, Note, Score, bars_from_metres

SHORTEST_METRE = Fraction(2)  # quarters; nobody writes a whole piece in shorter bars
GUESSES = (4, 3)  # beats of a bar, the likelier one first
TRIPLE_MARGIN = 1.1  # how much better bars of three must fit
ON_GRID = 1 / 24  # quarters from a sixteenth or a triplet eighth, at most
FREE_SHARE = 0.25  # of onsets off the grid, above which playing may be free
FREE_ALIGNMENT = 0.5  # of onsets with any division of the beat, below which it is


def with_metre(score: Score, signature: tuple[int, int]) -> Score:
    """Lay bars of another metre over a piece; a pick-up that the file has stays."""
    length = Fraction(4 * signature[0], signature[1])
    first = score.bars[0]
    pick_up = len(score.bars) > 1 and first.length < min(score.bars[1].length, length)
    metres = [(first.end, length)] if pick_up else [(Fraction(0), length)]
    bars = bars_from_metres(metres, max(score.end, first.end + length))
    if pick_up:
        bars = (Bar(Fraction(0), first.length), *(bar for bar in bars if bar.start >= first.end))
    return replace(score, bars=bars, signature=signature)


def mended(score: Score) -> Score:
    """Return a score in bars that a person would write, where the file's are too short for any."""
    if score.metre >= SHORTEST_METRE or not score.parts:
        return score
    beats, unit = score.signature or (1, 4)
    bar = _guess(score)
    said = (
        f"the file says {beats}/{unit}, in which nobody writes a whole piece; read in {bar}/4"
        " (set data.metre if that is wrong)"
    )
    return replace(with_metre(score, (bar, 4)), repairs=(*score.repairs, said))


def _guess(score: Score) -> int:
    """Return how many quarters make a bar: where the pitches that sound change most."""
    chroma = np.zeros((int(score.end) + 2, 12))
    for part in score.parts:
        for note in () if part.drums else part.notes:
            first, last = int(note.onset), int(min(note.end, note.onset + 16))
            chroma[first : max(last, first + 1), note.pitch % 12] += 1
    if len(chroma) <= max(GUESSES):  # shorter than a bar
        return GUESSES[0]
    norms = np.linalg.norm(chroma, axis=1) + 1e-9
    novelty = 1 - (chroma[1:] * chroma[:-1]).sum(axis=1) / (norms[1:] * norms[:-1])  # at beat 1 on
    fits = {length: float(novelty[length - 1 :: length].mean()) for length in GUESSES}
    return 3 if fits[3] > TRIPLE_MARGIN * fits[4] else 4


def freely_played(notes: Iterable[Note]) -> str:
    """Return a sentence if notes do not keep to the beat of their file, else nothing.

    Swing and triplets keep to it; what was recorded without listening to the beat does not: its
    onsets lie anywhere within the beat.
    """
    phases = np.array([float(note.onset % 1) for note in notes])
    if len(phases) < 16:
        return ""
    off = np.min([np.abs(phases * parts - np.round(phases * parts)) / parts for parts in (4, 3)], 0)
    share = float((off > ON_GRID).mean())
    aligned = max(abs(np.exp(2j * np.pi * parts * phases).mean()) for parts in (1, 2, 3, 4))
    if share <= FREE_SHARE or aligned >= FREE_ALIGNMENT:
        return ""
    return (
        f"{share:.0%} of the notes begin off the grid: this is not quantised, or the beat of the"
        " file is not that of the playing; bars and chords are guesses"
    )
