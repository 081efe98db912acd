"""How well the melody and the chords of a file are found, on music with known answers.

python tests/benchmarks/bench_music_reading.py [--nottingham FOLDER] [--pop909 FOLDER]

* Two hands: staves of piano music in music21's corpus, and tunes made here over left hands made
  here (blocks, broken chords that climb over the tune, stride, octaves), in either order, under
  names and without.
* Named melody: such tunes among a riff, a piano, a bass and drums.
* Lone melody: roots per beat of the Nottingham Music Database; FOLDER holds `melody/*.mid` and
  `chords/*.mid`, as github.com/jukedeck/nottingham-dataset has them under `MIDI`.
* POP909: which track is MELODY, with names and without; FOLDER holds `001/001.mid` and so on.

Prints the share that is right beside its goal.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from lstmkit.music.files import sources
from lstmkit.music.files.midi.reader import parse_midi
from lstmkit.music.files.reading import harmony, parts
from lstmkit.music.files.reading.melody import skyline
from lstmkit.music.files.score import Note, Part, Score, bars_from_metres
from lstmkit.music.theory import functions

PIANO = (
    "joplin/maple_leaf_rag", "mozart/k545/movement1_exposition", "schumann_clara/polonaise_op1n1",
    "schumann_clara/polonaise_op1n2", "schumann_clara/polonaise_op1n3",
    "schumann_clara/polonaise_op1n4", "chopin/mazurka06-2",
)  # fmt: skip
HAND_NAMES = (("Right Hand", "Left Hand"), ("", ""), ("Piano", "Piano"), ("RH", "LH"))
MELODY_NAMES = ("Melody", "Vocal", "Lead Vocals", "Voice", "Solo", "Tune")
TUNES = 80
STEPS = (0, 2, 4, 5, 7, 9, 11)


def show(what: str, right: int, of: int, goal: str) -> None:
    """Print one line of the table."""
    print(f"{what:<44} {right:5d} of {of:5d}  {right / max(of, 1):6.1%}  goal {goal}", flush=True)  # noqa: T201


def tune(generator: random.Random, bars: int = 16) -> tuple[list[Note], list[int]]:
    """Make a tune over roots of C major: mostly steps, chord tones on the beat."""
    roots = [generator.choice((0, 5, 7, 9, 2)) for _ in range(bars - 1)] + [0]
    notes, pitch = [], 72
    for bar, root in enumerate(roots):
        at = Fraction(0)
        while at < 4:
            length = generator.choice((Fraction(1, 2), Fraction(1, 2), Fraction(1), Fraction(2)))
            length = min(length, 4 - at)
            near = [p for p in range(pitch - 5, pitch + 6) if p % 12 in STEPS and 62 <= p <= 84]
            on_chord = [p for p in near if (p - root) % 12 in (0, 3, 4, 7)]
            pitch = generator.choice(on_chord if at % 2 == 0 and on_chord else near)
            if generator.random() > 0.08:
                notes.append(Note(4 * bar + at, length, pitch, 80))
            at += length
    return notes, roots


def left_hand(roots: Sequence[int], kind: str) -> list[Note]:
    """Accompany roots in one of several ways."""
    notes = []
    for bar, root in enumerate(roots):
        third = 3 if root in (2, 9, 4) else 4
        low = 48 + root - 12 * (root > 6)
        chord = (low, low + 7, low + 12, low + 12 + third)
        for half in range(8):
            at = Fraction(8 * bar + half, 2)
            if kind == "blocks" and half % 4 == 0:
                notes += [Note(at, Fraction(2), p, 70) for p in chord[1:]]
            elif kind == "broken":
                pitch = chord[(0, 1, 2, 3, 2, 1, 2, 3)[half]]
                notes.append(Note(at, Fraction(1, 2), pitch, 70))
            elif kind == "climbing":
                pitch = (*chord, low + 19, low + 24, low + 19, low + 12)[half]
                notes.append(Note(at, Fraction(1, 2), pitch, 70))
            elif kind == "stride" and half % 2 == 0:
                struck = [low - 12] if half % 4 == 0 else chord[2:]
                notes += [Note(at, Fraction(1), p, 70) for p in struck]
            elif kind == "octaves":
                notes.append(Note(at, Fraction(1, 2), low - 12 * (half % 2), 70))
    return notes


def score_of(members: Sequence[Part], quarters: int) -> Score:
    """Return a score in 4/4."""
    bars = bars_from_metres([(Fraction(0), Fraction(4))], Fraction(quarters))
    return Score("x", tuple(members), bars, ((Fraction(0), 120.0),))


def part(name: str, notes: Sequence[Note], *, drums: bool = False) -> Part:
    """Return a part of notes by onset."""
    return Part(name, 0, drums, tuple(sorted(notes, key=lambda note: note.onset)))


def two_hands() -> Iterator[tuple[Score, int]]:
    """Yield scores of two hands and the index of the right one."""
    for name in PIANO:
        staves = sources.read(f"corpus:{name}")
        if len(staves.parts) == 2:
            for names in HAND_NAMES:
                hands = tuple(replace(p, name=n) for p, n in zip(staves.parts, names, strict=True))
                yield replace(staves, parts=hands), 0
                yield replace(staves, parts=hands[::-1]), 1
    generator = random.Random(0)
    for number in range(TUNES):
        notes, roots = tune(generator)
        if number % 3 == 0:
            notes += [n._replace(pitch=n.pitch - 8) for n in notes[::2]]
        kind = ("blocks", "broken", "climbing", "stride", "octaves")[number % 5]
        right, left = HAND_NAMES[number % len(HAND_NAMES)]
        hands = [part(right, notes), part(left, left_hand(roots, kind))]
        first = number // 5 % 2
        yield score_of(hands if first == 0 else hands[::-1], 64), first


def bands() -> Iterator[tuple[Score, int]]:
    """Yield bands in which the melody is named, and its index."""
    generator = random.Random(1)
    for number in range(TUNES):
        notes, roots = tune(generator)
        if number % 2:
            notes += [n._replace(pitch=n.pitch - 4) for n in notes[::3]]
        riff = [Note(Fraction(i, 2), Fraction(1, 2), 76 + 3 * (i % 4), 90) for i in range(40)]
        bass = [Note(Fraction(2 * i), Fraction(2), 36 + roots[i // 2], 80) for i in range(32)]
        kit = [Note(Fraction(i, 2), Fraction(0), (36, 42)[i % 2], 80) for i in range(128)]
        band = [
            part("Lead Guitar", riff),
            part("Piano", left_hand(roots, "blocks")),
            part("Bass", bass),
            part("Kit", kit, drums=True),
        ]
        place = generator.randrange(len(band) + 1)
        band.insert(place, part(MELODY_NAMES[number % len(MELODY_NAMES)], notes))
        yield score_of(band, 64), place


def count_right(cases: Iterator[tuple[Score, int]]) -> tuple[int, int]:
    """Return in how many of some scores the melody is found."""
    found = [parts.choose(score, where="x").melody == melody for score, melody in cases]
    return sum(found), len(found)


def roots_right(
    pairs: Sequence[tuple[Score, list[tuple[Fraction, Fraction, int]]]],
    named: Callable[[Score], list[tuple[Fraction, int]]],
) -> tuple[int, int]:
    """Return on how many beats the root is right, and how many have one."""
    right = beats = 0
    for score, truth in pairs:
        found = named(score)
        for beat in range(int(score.end)):
            known = next((root for on, until, root in truth if on <= beat < until), None)
            if known is not None:
                ours = [root for on, root in found if on <= beat]
                beats += 1
                right += bool(ours) and ours[-1] == known
    return right, beats


def inferred_roots(score: Score) -> list[tuple[Fraction, int]]:
    """Return the roots that we give a lone melody."""
    line = skyline(score.parts[0].notes, close_gaps=Fraction(1, 4))
    bars = harmony.of_melody(line, score.bars, signature=score.signature)
    return [(timed.onset, timed.chord.root) for bar in bars for timed in bar]


def tonic_root(score: Score) -> list[tuple[Fraction, int]]:
    """Return the tonic for the whole piece."""
    weights = [0.0] * 12
    for note in score.parts[0].notes:
        weights[note.pitch % 12] += float(note.duration)
    last = score.parts[0].notes[-1].pitch % 12
    return [(Fraction(0), functions.key_of_melody(weights, last).tonic)]


def nottingham(folder: Path) -> list[tuple[Score, list[tuple[Fraction, Fraction, int]]]]:
    """Return tunes, and when which root sounds; those that the tables were counted on left out."""
    files = sorted((folder / "melody").glob("*.mid"))
    random.Random(1).shuffle(files)
    pairs = []
    known = [path for path in files[260:460] if (folder / "chords" / path.name).exists()]
    for path in known:
        melody = parse_midi(path.read_bytes(), name="x", where=str(path))
        below = parse_midi((folder / "chords" / path.name).read_bytes(), name="x", where=str(path))
        struck: dict[Fraction, list[Note]] = {}
        for note in below.parts[0].notes:
            struck.setdefault(note.onset, []).append(note)
        pairs.append(
            (melody, [(on, max(n.end for n in ns), _root(ns)) for on, ns in struck.items()])
        )
    return pairs


def _root(notes: Sequence[Note]) -> int:
    """Return the root of a triad or seventh chord, else its lowest note."""
    tones = {note.pitch % 12 for note in notes}
    for third in (4, 3):
        for root in sorted(tones):
            if {(root + third) % 12, (root + 7) % 12} <= tones:
                return root
    return min(note.pitch for note in notes) % 12


def pop909(folder: Path) -> list[Score]:
    """Return the first 80 songs; their parts are MELODY, BRIDGE and PIANO."""
    files = sorted(folder.glob("[0-9]*/[0-9][0-9][0-9].mid"))[:80]
    return [parse_midi(p.read_bytes(), name=p.stem, where=str(p)) for p in files]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nottingham", type=Path)
    parser.add_argument("--pop909", type=Path)
    given = parser.parse_args()
    show("two hands: the right one is the melody", *count_right(two_hands()), "98 %")
    show("a band with a named melody", *count_right(bands()), "95 %")
    if given.nottingham:
        pairs = nottingham(given.nottingham)
        show("lone melody: roots per beat", *roots_right(pairs, inferred_roots), "60 %")
        show("  tonic throughout", *roots_right(pairs, tonic_root), "-")
    if given.pop909:
        songs = pop909(given.pop909)
        of = [next(i for i, p in enumerate(s.parts) if p.name == "MELODY") for s in songs]
        show("POP909: MELODY", *count_right(iter(zip(songs, of, strict=True))), "95 %")
        unnamed = [replace(s, parts=tuple(replace(p, name="") for p in s.parts)) for s in songs]
        show("  names taken away", *count_right(iter(zip(unnamed, of, strict=True))), "-")


if __name__ == "__main__":
    main()
