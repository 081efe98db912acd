"""The chords that a lone melody implies: its key first, then a function of that key for each span.

A melody says less than an accompaniment: most of its notes belong to several chords, and which one
is meant is known from the key and from what usually follows what. So this is a hidden Markov model:
the states are triads of the key, the tables below say what follows what at a bar line and within a
bar, and the path through them that fits the notes best is found by the Viterbi algorithm. The
tables are rounded by hand from counts in folk tunes (the Nottingham Music Database), where they
find 0.69 of the roots per beat in tunes that were not counted; tonic throughout finds 0.43.

Key profiles: after Temperley, What's Key for Key? The Krumhansl-Schmuckler Key-Finding Algorithm
Reconsidered (1999).
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from lstmkit.music.theory.chords import Chord, parse
from lstmkit.music.theory.degrees import Key

MAJOR_PROFILE = (5.0, 2.0, 3.5, 2.0, 4.5, 4.0, 2.0, 4.5, 2.0, 3.5, 1.5, 4.0)
MINOR_PROFILE = (5.0, 2.0, 3.5, 4.5, 2.0, 4.0, 2.0, 4.5, 3.5, 2.0, 1.5, 4.0)
LAST_NOTE = 0.15  # what the last note adds to the correlation of the key it is the tonic of
EVIDENCE = 2.0  # how much the notes of a span count beside what usually follows
ENDS_ON_TONIC = 2.0  # log odds that a piece ends on its tonic
ROOT, THIRD, FIFTH, SEVENTH, IN_SCALE, OUTSIDE = 0.32, 0.26, 0.24, 0.10, 0.06, 0.012


class _Mode(NamedTuple):
    """The triads of a mode, and percentages of what follows what, a row for each of them."""

    triads: tuple[tuple[int, str], ...]  # semitones above the tonic, quality
    scale: frozenset[int]
    over_the_bar: tuple[tuple[int, ...], ...]
    within_the_bar: tuple[tuple[int, ...], ...]


_MAJOR = _Mode(
    ((0, ""), (2, "m"), (5, ""), (7, ""), (9, "m"), (4, "m"), (10, "")),
    frozenset((0, 2, 4, 5, 7, 9, 11)),
    (
        (45, 10, 23, 17, 3, 1, 1),
        (8, 13, 4, 70, 3, 1, 1),
        (52, 7, 20, 18, 1, 1, 1),
        (70, 4, 6, 13, 5, 1, 1),
        (10, 45, 10, 15, 14, 5, 1),
        (5, 5, 25, 5, 45, 14, 1),
        (50, 5, 14, 10, 1, 1, 19),
    ),
    (
        (76, 2, 7, 11, 2, 1, 1),
        (4, 45, 1, 47, 1, 1, 1),
        (25, 5, 52, 15, 1, 1, 1),
        (16, 1, 2, 78, 1, 1, 1),
        (2, 12, 2, 16, 62, 5, 1),
        (3, 3, 3, 8, 14, 68, 1),
        (8, 1, 8, 4, 1, 1, 77),
    ),
)
_MINOR = _Mode(
    ((0, "m"), (5, "m"), (7, ""), (10, ""), (3, ""), (8, "")),
    frozenset((0, 2, 3, 5, 7, 8, 10, 11)),
    (
        (46, 16, 20, 8, 6, 4),
        (32, 26, 22, 14, 3, 3),
        (78, 5, 10, 3, 2, 2),
        (40, 3, 5, 24, 20, 8),
        (20, 33, 8, 16, 16, 7),
        (14, 20, 18, 20, 14, 14),
    ),
    (
        (68, 14, 13, 3, 1, 1),
        (11, 60, 16, 5, 6, 2),
        (10, 12, 74, 2, 1, 1),
        (3, 2, 12, 79, 2, 2),
        (2, 2, 4, 9, 71, 12),
        (4, 8, 14, 3, 3, 68),
    ),
)


def key_of_melody(weights: Sequence[float], last: int | None = None) -> Key:
    """Return the key that a melody is in.

    Args:
        weights: How long each pitch class sounds, (12,).
        last: Pitch class of the last note, which is the tonic more often than not.
    """
    heard = np.asarray(weights, float)
    best, found = -np.inf, Key(0)
    for minor, profile in ((False, MAJOR_PROFILE), (True, MINOR_PROFILE)):
        for tonic in range(12):
            fit = _correlation(np.roll(profile, tonic), heard) + LAST_NOTE * (tonic == last)
            if fit > best:
                best, found = fit, Key(tonic, minor)
    return found


def _correlation(a: np.ndarray, b: np.ndarray) -> float:
    a, b = a - a.mean(), b - b.mean()
    scale = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / scale if scale > 0 else 0.0


def harmonise(weights: np.ndarray, begins_bar: Sequence[bool], key: Key) -> list[Chord]:
    """Return the triad of each span of a melody.

    Args:
        weights: How much each pitch class is heard in each span, in quarters, (spans, 12).
        begins_bar: Whether a span begins with a bar line.
        key: The key of the melody.
    """
    mode = _MINOR if key.minor else _MAJOR
    above_tonic = np.roll(weights, -key.tonic, axis=1)
    fits = EVIDENCE * above_tonic @ np.log(_emissions(mode)).T  # (spans, triads)
    steps = [_log_rows(mode.within_the_bar), _log_rows(mode.over_the_bar)]
    fits[-1, 0] += ENDS_ON_TONIC
    path = viterbi(fits, [steps[over] for over in begins_bar[1:]])
    return [_triad(mode, state, key) for state in path]


def viterbi(fits: np.ndarray, steps: Sequence[np.ndarray]) -> list[int]:
    """Return the state of each span on the path with the best sum of fits and steps.

    Args:
        fits: How well each state fits each span, (spans, states).
        steps: What each change of state is worth, (from, to), on the way into every later span.
    """
    total, back = fits[0], []
    for fit, step in zip(fits[1:], steps, strict=True):
        ways = total[:, None] + step  # (from, to)
        back.append(ways.argmax(axis=0))
        total = ways.max(axis=0) + fit
    path = [int(total.argmax())]
    for before in reversed(back):
        path.append(int(before[path[-1]]))
    return path[::-1]


def _emissions(mode: _Mode) -> np.ndarray:
    """Return how likely each degree of the key is over each triad, (triads, 12)."""
    rows = []
    for root, quality in mode.triads:
        row = [IN_SCALE if degree in mode.scale else OUTSIDE for degree in range(12)]
        if root == 7:
            row[(root + 10) % 12] = SEVENTH
        tones = (root, root + (3 if quality == "m" else 4), root + 7)
        for tone, share in zip(tones, (ROOT, THIRD, FIFTH), strict=True):
            row[tone % 12] = share
        rows.append(np.array(row) / sum(row))
    return np.array(rows)


def _log_rows(table: Sequence[Sequence[int]]) -> np.ndarray:
    counts = np.array(table, float)
    return np.asarray(np.log(counts / counts.sum(axis=1, keepdims=True)))


def _triad(mode: _Mode, state: int, key: Key) -> Chord:
    root, quality = mode.triads[state]
    return parse(key.name(key.tonic + root) + quality)
