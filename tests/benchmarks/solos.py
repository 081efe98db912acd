"""Measure the form of generated solos from their MIDI files alone, beside what was aimed at.

python tests/benchmarks/solos.py [--run shipped] [--keep FOLDER]

Nothing of lstmkit is imported: solos come from its command, and every figure from the bytes of the
MIDI files (mido), with definitions written down here. A motif is four intervals with the time from
note to note; a phrase ends before half a quarter of silence; swing is undone first.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import click
import mido
import numpy as np

ROOT = Path(__file__).resolve().parents[2]
KEYS = ("C", "F", "Bb", "Eb", "Ab", "Db", "Gb", "B", "E", "A", "D", "G")
NATURAL = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
QUALITIES = {  # semitones above the root; first the triad, by which an ending is judged
    "": (0, 4, 7), "6": (0, 4, 7, 9), "maj7": (0, 4, 7, 11), "7": (0, 4, 7, 10),
    "7b9": (0, 4, 7, 10, 1), "9": (0, 4, 7, 10, 2), "m": (0, 3, 7), "m7": (0, 3, 7, 10),
    "m6": (0, 3, 7, 9), "m7b5": (0, 3, 6, 10), "dim7": (0, 3, 6, 9), "mMaj7": (0, 3, 7, 11),
    "69": (0, 4, 7, 9, 2),
}  # fmt: skip
PLACES = {0: 0, 1 / 4: 1 / 4, 1 / 3: 1 / 3, 1 / 2: 1 / 2, 0.58: 1 / 2, 2 / 3: 2 / 3, 3 / 4: 3 / 4}
BREATH, NEAR = 0.45, 1e-3
MOTIF = 4


@dataclass(frozen=True)
class Solo:
    """A solo as its file has it: times in quarters, swing undone; bands by track name."""

    notes: list[tuple[float, float, int]]  # onset, end, pitch
    chords: list[tuple[float, int, str]]  # onset, root, quality
    band: dict[str, list[tuple[float, float, int]]]
    bar: float
    bars: int
    key: str | None

    def chord_of(self, onset: float, end: float) -> tuple[int, str]:
        """Return the chord a note is heard against: an anticipation belongs to what it leads to."""
        at = onset
        for begin, _, _ in self.chords:
            if 0 < begin - onset <= 0.5 + NEAR and end > begin + NEAR:
                at = begin
        return next(c[1:] for c in reversed(self.chords) if c[0] <= at + NEAR)

    def is_chord_tone(self, note: tuple[float, float, int]) -> bool:
        """Tell whether a note is a tone of its chord."""
        root, quality = self.chord_of(note[0], note[1])
        return (note[2] - root) % 12 in QUALITIES[quality]

    @property
    def phrase_ends(self) -> list[tuple[float, float, int]]:
        """The notes before a breath, and the last."""
        following = [note[0] for note in self.notes[1:]] + [1e9]
        return [n for n, after in zip(self.notes, following, strict=True) if after - n[1] > BREATH]

    @property
    def steps(self) -> list[tuple[int, float]]:
        """Interval and time to each next note."""
        return [
            (b[2] - a[2], round(b[0] - a[0], 2))
            for a, b in zip(self.notes, self.notes[1:], strict=False)
        ]

    @property
    def motifs(self) -> list[tuple[tuple[int, float], ...]]:
        """The pattern that begins at each note that has one."""
        return [tuple(self.steps[i : i + MOTIF]) for i in range(len(self.steps) - MOTIF + 1)]


def straight(time: float) -> float:
    """Return the written place of a time, with swing undone."""
    beat, place = divmod(time, 1)
    near = min([*PLACES, 1], key=lambda p: abs(p - place))
    return beat + PLACES.get(near, 1)


def read(path: Path) -> Solo:
    """Read a file; the melody is the track named Solo or Melody."""
    file = mido.MidiFile(path)
    tracks: dict[str, list[tuple[float, float, int]]] = {}
    chords, bar, key, length = [], 4.0, None, 0.0
    for track in file.tracks:
        now, name, sounding = 0, "", defaultdict(list)
        notes = []
        for message in track:
            now += message.time
            at = now / file.ticks_per_beat
            if message.type == "track_name":
                name = message.name
            elif message.type == "time_signature":
                bar = 4 * message.numerator / message.denominator
            elif message.type == "key_signature":
                key = message.key
            elif message.type == "marker" and message.text != "N.C.":
                chords.append((at, *split(message.text)))
            elif message.type == "note_on" and message.velocity:
                sounding[message.note].append(at)
            elif message.type in ("note_on", "note_off") and sounding[message.note]:
                begun = sounding[message.note].pop(0)
                notes.append((straight(begun), straight(at), message.note))
        tracks[name] = sorted(notes)
        length = max(length, now / file.ticks_per_beat)
    notes = tracks.pop("Solo", None) or tracks.pop("Melody")
    return Solo(notes, chords, tracks, bar, round(length / bar), key)


def split(symbol: str) -> tuple[int, str]:
    """Return root and quality of a chord symbol."""
    width = 2 if symbol[1:2] in ("b", "#") else 1
    shift = {"b": -1, "#": 1}.get(symbol[1:width], 0)
    return (NATURAL[symbol[0]] + shift) % 12, symbol[width:]


def faults_of_ending(solo: Solo) -> list[str]:
    """Return what is wrong with how a solo ends."""
    begin = (solo.bars - 1) * solo.bar
    onset, end, pitch = solo.notes[-1]
    _, root, quality = solo.chords[-1]
    found = []
    first = solo.chords[0]
    if (quality.startswith("7") and (root + 5) % 12 == first[1]) or "b5" in quality:
        found.append("stops over a turnaround")
    if solo.key is not None and split(solo.key.removesuffix("m"))[0] != root:
        found.append("not over the tonic")
    if (pitch - root) % 12 not in QUALITIES[quality][:3]:
        found.append("not on root, third or fifth")
    if not begin - solo.bar < onset <= begin + 2 + NEAR:
        found.append("not on or before beat three")
    if end - onset < 1 - NEAR and begin + solo.bar - end < 1 - NEAR:
        found.append("neither held nor followed by rest")
    for name in ("Piano", "Bass"):
        strokes = solo.band.get(name, [])
        if strokes and strokes[-1][0] > max(onset, begin + 2) + NEAR:
            found.append(f"{name.lower()} goes on")
        if strokes and name == "Bass" and strokes[-1][2] % 12 != root:
            found.append("bass does not end on the root")
    return found


def shared(solos: list[Solo], *, within: bool) -> float:
    """Return the share of notes that begin a motif found again in this, or in another, solo."""
    total, found = 0, 0
    homes = [Counter(solo.motifs) for solo in solos]
    owners = Counter(motif for home in homes for motif in home)
    for solo, home in zip(solos, homes, strict=True):
        total += len(solo.notes)
        found += sum(home[m] > 1 if within else owners[m] > 1 for m in solo.motifs)
    return found / total


def longest_copy(solo: Solo, known: set[tuple[tuple[int, float], ...]]) -> int:
    """Return the notes of the longest run of steps that stands in the training music."""
    steps, longest = solo.steps, 0
    for start in range(len(steps)):
        while tuple(steps[start : start + longest + 1]) in known and start + longest < len(steps):
            longest += 1
    return longest


def figures(solos: list[Solo], music: list[Solo]) -> list[tuple[str, float, str, bool]]:
    """Return name, value, goal and whether it is met, of every figure over default solos."""
    notes = [note for solo in solos for note in solo.notes]
    moves = [abs(b[2] - a[2]) for s in solos for a, b in zip(s.notes, s.notes[1:], strict=False)]
    ends = [(solo, note) for solo in solos for note in solo.phrase_ends]
    off = [n for n in notes if abs(n[0] % 1 - 0.5) < NEAR]
    tones = sum(solo.is_chord_tone(note) for solo in solos for note in solo.notes) / len(notes)
    tied = sum(crosses(solo, n) for solo in solos for n in solo.notes) / len(notes)
    empty = sum(solo.bars - len({n[0] // solo.bar for n in solo.notes}) for solo in solos)
    runs = {
        tuple(one.steps[i : i + length])
        for one in music
        for length in range(1, 20)
        for i in range(len(one.steps) - length + 1)
    }
    rows = [
        ("solos that end", sum(not faults_of_ending(s) for s in solos) / len(solos), 1, 1),
        ("notes across bars", tied, 0.02, 0.08),
        ("bars without an onset", empty / sum(s.bars for s in solos), 0.03, 0.2),
        ("motif share within a solo", np.mean([shared([s], within=True) for s in solos]), 0.2, 1),
        ("motifs of another solo", shared(solos, within=False), 0.25, 1),
        (
            "phrase ends on chord tones",
            sum(s.is_chord_tone(n) for s, n in ends) / len(ends),
            0.88,
            1,
        ),
        ("chord tones", tones, 0.6, 0.75),
        ("thirds", np.mean(np.isin(moves, (3, 4))), 0, 0.36),
        ("repeated notes", np.mean(np.equal(moves, 0)), 0.02, 0.08),
        ("longest run copied, steps", max(longest_copy(s, runs) for s in solos), 0, 8),
        ("range inside the music's", inside(solos, music, spread), 1, 1),
        ("density inside the music's", inside(solos, music, density), 1, 1),
        ("off-beats held over the beat", np.mean([n[1] - n[0] > 0.5 + NEAR for n in off]), 0, 1),
        ("notes in a phrase", len(notes) / len(ends), 0, 99),
    ]
    return [(n, float(v), f"{a:g} to {b:g}", a - 1e-9 <= v <= b + 1e-9) for n, v, a, b in rows]


def crosses(solo: Solo, note: tuple[float, float, int]) -> bool:
    """Tell whether a note sounds on both sides of a bar line."""
    return note[1] > (note[0] // solo.bar + 1) * solo.bar + 0.05


def spread(notes: list[tuple[float, float, int]], quarters: float) -> float:
    """Return the range in semitones."""
    return max(n[2] for n in notes) - min(n[2] for n in notes)


def density(notes: list[tuple[float, float, int]], quarters: float) -> float:
    """Return notes per quarter."""
    return len(notes) / quarters


def inside(solos: list[Solo], music: list[Solo], measure) -> float:
    """Return the share of solos within the range of excerpts of the music that are as long."""
    quarters = solos[0].bars * solos[0].bar
    known = []
    for one in music:
        for bar in range(max(1, one.bars - int(quarters // one.bar) + 1)):
            start = bar * one.bar
            part = [n for n in one.notes if start <= n[0] < start + quarters]
            known.append(measure(part, min(quarters, one.bars * one.bar)))
    own = [measure(solo.notes, solo.bars * solo.bar) for solo in solos]
    return float(np.mean([min(known) - 1e-9 <= value <= max(known) + 1e-9 for value in own]))


def generate(folder: Path, *words: str) -> list[Path]:
    """Run the command once; return its MIDI files."""
    command = [
        sys.executable,
        "-m",
        "lstmkit",
        "music",
        "generate",
        "--output",
        str(folder),
        *words,
    ]
    subprocess.run([*command, *words], check=True, capture_output=True)
    return sorted(folder.rglob("*.mid"))


def everything(folder: Path, run: str) -> dict[str, list[Solo]]:
    """Generate the three sets of solos."""
    jobs = {f"seed-{seed:02d}": ("--seed", str(seed)) for seed in range(1, 41)}
    roots = {key: NATURAL[key[0]] - key.count("b") for key in KEYS}
    names = dict(zip([roots[k] % 12 for k in KEYS], KEYS, strict=True))
    for key in KEYS:
        two, five = names[(roots[key] + 2) % 12], names[(roots[key] + 7) % 12]
        chords = f"{two}m7 | {five}7 | {key}maj7 | {key}maj7"
        jobs[f"key-{key}"] = ("--seed", "1", "--bars", "16", "--chords", chords)
    jobs["long"] = ("--seed", "1", "--bars", "64", "--count", "48")
    with ThreadPoolExecutor(2) as pool:
        made = pool.map(lambda j: generate(folder / j[0], "--run", run, *j[1]), jobs.items())
    sets: dict[str, list[Solo]] = {"seed": [], "key": [], "long": []}
    for name, paths in zip(jobs, made, strict=True):
        sets[name.split("-")[0]] += map(read, paths)
    return sets


def main() -> None:
    """Print every figure beside its goal."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--run", default="shipped")
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        sets = everything(options.keep or Path(scratch), options.run)
    music = [read(path) for path in sorted((ROOT / "data" / "music").glob("*.mid"))]
    for title, solos in (("40 default solos", sets["seed"]), ("ii-V-I, 12 keys", sets["key"])):
        click.echo(f"\n{title}")
        for name, value, goal, met in figures(solos, music):
            click.echo(f"  {name:32} {value:7.3f}   {goal:14} {'' if met else 'MISSED'}")
        faults = Counter(fault for solo in solos for fault in faults_of_ending(solo))
        click.echo(f"   {dict(faults)}")
    for count in (24, 48):
        value = shared(sets["long"][:count], within=False)
        click.echo(f"\n{count} solos of 64 bars: motifs of another solo {value:.3f} (48: 0.40)")
    within = np.mean([shared([solo], within=True) for solo in sets["long"]])
    click.echo(f"  motif share within {within:.3f}")
    click.echo("\ntraining music")
    for name, value, _, _ in figures(music, music):
        click.echo(f"  {name:32} {value:7.3f}")
    click.echo(f"  motifs of another tune: {shared(music, within=False):.3f}")


if __name__ == "__main__":
    main()
