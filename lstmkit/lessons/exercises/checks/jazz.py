"""Exercise 18: the jazz token and its inverse."""

from collections.abc import Sequence

import numpy as np

from lstmkit.lessons.exercises.checks.exercise import NONE, Call, Exercise, Faults

Notes = Sequence[Sequence[float]]
CHORDS = ([0, 4, 7, 11], [2, 5, 9, 0], [7, 11, 2, 5])


def encode(notes: Notes, chord: Sequence[int], start: int, *, faults: Faults = NONE) -> list[str]:
    """Describe notes by what they do, with faults."""
    tokens = []
    before = start
    for pitch, duration in notes:
        pitch = int(pitch)
        place = pitch if "octaves" in faults else pitch % 12
        near = {(place + 1) % 12, (place - 1) % 12} & set(chord)
        kind = "C" if place in chord else "A" if near and "no approach" not in faults else "X"
        step = before - pitch if "sign" in faults else pitch - before
        tokens.append(f"{kind},{duration:.3f},{step:+d}")
        before = start if "from the start" in faults else pitch
    return tokens


def decode(tokens: Sequence[str], start: int, *, faults: Faults = NONE) -> list[list[float]]:
    """Turn tokens back into notes, with faults."""
    notes: list[list[float]] = []
    pitch = start
    for token in tokens:
        _, duration, interval = token.split(",")
        step = -int(interval) if "sign" in faults else int(interval)
        pitch = start + step if "from the start" in faults else pitch + step
        notes.append([pitch, float(duration)])
    return notes


def _calls(rng: np.random.Generator) -> list[Call]:
    calls = []
    for chord in CHORDS:
        pitches = 60 + np.cumsum(rng.integers(-5, 6, 8))
        notes = [[int(p), float(rng.choice([0.25, 0.5, 1.5]))] for p in pitches]
        calls.append(Call("encode", (notes, chord, 60), encode))
        calls.append(Call("decode", (encode(notes, chord, 60), 60), decode))
    return calls


EXERCISE = Exercise(
    18,
    "jazz_token",
    "the jazz token and its inverse",
    "11-music.md",
    _calls,
    {
        "from the start": "Each interval is counted from the start pitch; count from the note"
        " before.",
        "sign": "The intervals have the wrong sign: up is plus, pitch - before.",
        "octaves": "Only the lowest octave is found in the chord: compare pitch % 12, the pitch"
        " class.",
        "no approach": "No note is an approach (A): one a half step, up or down, from a tone of the"
        " chord. Mind that 11 + 1 is 0: take % 12.",
    },
    (
        "Keep one variable, the pitch before; it begins as start and is the pitch after each note.",
        "The kind: C if pitch % 12 is in chord; else A if (pitch + 1) % 12 or (pitch - 1) % 12 is;"
        " else X.",
        "f'{kind},{duration:.3f},{step:+d}' writes the token; token.split(',') takes it apart.",
    ),
    judge="our own answer at hidden seeds, there and back",
)
