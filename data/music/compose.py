"""Turn the written scores of this folder (``*.txt``) into MIDI files (``*.mid``).

The melodies are written by hand, bar by bar, in the notation that ``README.md`` explains. This
program adds what a rhythm section adds: piano voicings that move as little as they can, comping
rhythms, and a bass line. It uses no chance, so the same scores always give the same bytes.

Run ``python data/music/compose.py`` after editing a score.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import mido

TICKS_PER_QUARTER = 480
QUARTERS_PER_BAR = 4
MELODY_RANGE = range(52, 85)  # E3 to C6, MIDI note numbers

DURATIONS = {  # quarters
    "w": Fraction(4),
    "h.": Fraction(3),
    "h": Fraction(2),
    "q.": Fraction(3, 2),
    "q": Fraction(1),
    "e.": Fraction(3, 4),
    "T": Fraction(2, 3),
    "e": Fraction(1, 2),
    "t": Fraction(1, 3),
    "s": Fraction(1, 4),
}
PITCH_CLASSES = {
    name + sign: (natural + shift) % 12
    for name, natural in zip("CDEFGAB", (0, 2, 4, 5, 7, 9, 11), strict=True)
    for sign, shift in (("b", -1), ("", 0), ("#", 1))
}
# Semitones above the root: the third, the fifth, the seventh (or sixth), and the colour on top
# that a pianist plays in the root's place, because the bass has the root.
VOICINGS = {
    "maj7": (4, 7, 11, 14),
    "6": (4, 7, 9, 14),
    "m7": (3, 7, 10, 14),
    "m6": (3, 7, 9, 14),
    "7": (4, 7, 10, 14),
    "7b9": (4, 7, 10, 13),
    "m7b5": (3, 6, 10, 12),
    "dim7": (3, 6, 9, 12),
}
# Onset and duration of each comping chord, in quarters. One figure per bar, taken in turn; every
# figure strikes within half a beat of beats 1 and 3, so that no chord change goes unheard.
COMPING = {
    "swing": (
        ((0, 1.5), (2.5, 0.5)),  # Charleston, and its answer
        ((0, 1), (2, 1.5)),
        ((0.5, 0.5), (2.5, 1)),  # all off the beat
        ((0, 0.5), (1.5, 0.5), (2.5, 0.5)),
        ((0, 1.5), (2, 0.5), (3.5, 0.5)),
        ((0.5, 1), (2, 1)),
    ),
    "ballad": (((0, 2), (2, 2)), ((0, 2), (2, 1.5)), ((0, 1.5), (2, 1), (3.5, 0.5))),
    "bossa": (
        ((0, 1), (1.5, 0.5), (2.5, 1)),
        ((0.5, 0.5), (1.5, 0.5), (2, 1), (3.5, 0.5)),
    ),
}
COMPING_RANGE = range(50, 72)
BASS_RANGE = range(28, 53)
MELODY_CHANNEL, PIANO_CHANNEL, BASS_CHANNEL = 0, 1, 2
PIANO_PROGRAM, BASS_PROGRAM = 0, 32  # General MIDI, counted from 0: grand piano, acoustic bass


class ScoreError(ValueError):
    """A line of a score cannot be read; the message names the file and the line."""


@dataclass(frozen=True)
class Note:
    """One sounding note; onset and duration in quarters from the start of the piece."""

    onset: Fraction
    duration: Fraction
    pitch: int  # MIDI note number
    velocity: int = 0

    @property
    def end(self) -> Fraction:
        """Return the time at which the note stops, in quarters."""
        return self.onset + self.duration


@dataclass(frozen=True)
class Chord:
    """One chord of the harmony; onset and duration in quarters from the start of the piece."""

    onset: Fraction
    duration: Fraction
    symbol: str

    @property
    def root(self) -> int:
        """Return the pitch class of the root, C = 0."""
        return PITCH_CLASSES[self._split()[0]]

    @property
    def quality(self) -> str:
        """Return what follows the root: a key of ``VOICINGS``."""
        return self._split()[1]

    @property
    def end(self) -> Fraction:
        """Return the time at which the chord stops, in quarters."""
        return self.onset + self.duration

    def _split(self) -> tuple[str, str]:
        width = 2 if self.symbol[1:2] in ("b", "#") else 1
        return self.symbol[:width], self.symbol[width:]


@dataclass(frozen=True)
class Score:
    """One piece as written: header, chords and melody."""

    header: dict[str, str]  # title, key, tempo (quarters a minute), feel, program
    chords: tuple[Chord, ...]
    melody: tuple[Note, ...]
    bars: int


def read_score(path: Path) -> Score:
    """Read one score.

    Args:
        path: A text file in the notation of ``README.md``.

    Returns:
        The score; each of its bars is filled exactly, its melody sounds one note at a time.

    Raises:
        ScoreError: If a symbol is unknown, a note out of range, or a bar not filled.
    """
    header: dict[str, str] = {}
    chords: list[Chord] = []
    melody: list[Note] = []
    bars = 0
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        text = line.strip()
        if not text or text[0] in "#[":
            continue
        if "|" not in text:
            key, _, value = text.partition(":")
            header[key.strip()] = value.strip()
            continue
        symbols, _, notes = text.partition("|")
        onset = Fraction(bars * QUARTERS_PER_BAR)
        try:
            chords += read_chords(symbols.split(), onset)
            melody += read_melody(notes.split(), onset)
        except (KeyError, ValueError) as error:
            raise ScoreError(f"{path.name}, line {number}: {error}") from error
        bars += 1
    return Score(header, tuple(chords), tuple(melody), bars)


def read_chords(symbols: list[str], onset: Fraction) -> list[Chord]:
    """Share a bar among its chord symbols.

    Args:
        symbols: One, two or four symbols, such as ``["Dm7", "G7"]``.
        onset: Start of the bar, in quarters.

    Returns:
        The chords, all of one length.

    Raises:
        ValueError: If the bar cannot be shared, or a symbol is unknown.
    """
    if len(symbols) not in (1, 2, 4):
        raise ValueError(f"expected 1, 2 or 4 chords in a bar, found {len(symbols)}")
    length = Fraction(QUARTERS_PER_BAR, len(symbols))
    chords = [Chord(onset + i * length, length, symbol) for i, symbol in enumerate(symbols)]
    for chord in chords:
        if chord.quality not in VOICINGS:
            raise ValueError(f"unknown chord {chord.symbol!r}; one of {', '.join(VOICINGS)}")
    return chords


def read_melody(tokens: list[str], onset: Fraction) -> list[Note]:
    """Read the melody of one bar.

    Args:
        tokens: Durations, which hold until the next one, notes (``Bb4``, accented ``Bb4!``) and
            rests (``r``).
        onset: Start of the bar, in quarters.

    Returns:
        The notes of the bar, without velocities.

    Raises:
        ValueError: If a note is out of range or the bar is not filled exactly.
    """
    notes = []
    duration, time = Fraction(0), onset
    for token in tokens:
        if token in DURATIONS:
            duration = DURATIONS[token]
            continue
        if token != "r":  # noqa: S105 - a rest, not a secret
            notes.append(Note(time, duration, pitch_of(token.rstrip("!")), 14 * ("!" in token)))
        time += duration
    if time - onset != QUARTERS_PER_BAR:
        raise ValueError(f"the bar holds {time - onset} quarters, expected {QUARTERS_PER_BAR}")
    return notes


def pitch_of(name: str) -> int:
    """Return the MIDI note number of a name such as ``F#4`` (C4 = 60)."""
    if name[:-1] not in PITCH_CLASSES or not name[-1].isdigit():
        raise ValueError(f"unknown token {name!r}; expected a duration, a note or r")
    natural = PITCH_CLASSES[name[0]]
    pitch = 12 * (int(name[-1]) + 1) + natural + name.count("#") - name[1:].count("b")
    if pitch not in MELODY_RANGE:
        raise ValueError(f"{name} is outside the melody's range E3 to C6")
    return pitch


def shape_dynamics(melody: tuple[Note, ...]) -> list[Note]:
    """Give each melody note its velocity: peaks, off-beats and ends of phrases speak louder."""
    shaped = []
    for i, note in enumerate(melody):
        before = melody[i - 1] if i else None
        after = melody[i + 1] if i + 1 < len(melody) else None
        velocity = 76 + note.velocity
        if before and after and note.pitch > max(before.pitch, after.pitch):
            velocity += 10
        if note.onset % 1:
            velocity += 4
        if after is None or after.onset > note.end:
            velocity += 6
        if note.duration <= Fraction(1, 3):
            velocity -= 6
        shaped.append(Note(note.onset, note.duration, note.pitch, velocity))
    return shaped


def comp(chords: tuple[Chord, ...], feel: str, bars: int) -> list[Note]:
    """Play the piano part.

    Each chord takes the voicing nearest to the one before it.

    Args:
        chords: The harmony of the piece.
        feel: A key of ``COMPING``.
        bars: Length of the piece.

    Returns:
        Notes of four-part chords; each lies within its own chord's time.
    """
    voiced = []
    hand = (53, 57, 60, 64)  # where a pianist's left hand starts
    for chord in chords:
        hand = min(
            inversions(chord),
            key=lambda v: (sum(abs(a - b) for a, b in zip(v, hand, strict=True)), v),
        )
        voiced.append((chord, hand))
    notes = []
    for bar, figure in zip(range(bars), itertools.cycle(COMPING[feel])):
        for start, length in figure:
            onset = Fraction(bar * QUARTERS_PER_BAR) + Fraction(start)
            chord, pitches = next(cv for cv in voiced if cv[0].onset <= onset < cv[0].end)
            duration = min(Fraction(length), chord.end - onset)
            velocity = 62 if start % 1 else 54
            notes += [Note(onset, duration, pitch, velocity) for pitch in pitches]
    return notes


def inversions(chord: Chord) -> Iterator[tuple[int, ...]]:
    """Yield every close voicing of a chord within the piano's range, lowest note first."""
    classes = {(chord.root + step) % 12 for step in VOICINGS[chord.quality]}
    for bottom in COMPING_RANGE:
        voicing = tuple(p for p in range(bottom, bottom + 12) if p % 12 in classes)
        if voicing[0] == bottom and voicing[-1] in COMPING_RANGE:
            yield voicing


def walk(chords: tuple[Chord, ...], feel: str) -> list[Note]:
    """Play the bass part: the root on each chord, then towards the next root.

    Args:
        chords: The harmony of the piece.
        feel: ``swing`` walks in quarters, ``ballad`` plays halves, ``bossa`` dotted quarters.

    Returns:
        One note at a time, each within its own chord's time.
    """
    notes: list[Note] = []
    pitch = 40
    for i, chord in enumerate(chords):
        following = chords[(i + 1) % len(chords)]
        root = nearest(chord.root, pitch)
        target = nearest(following.root, root)
        third, fifth, *_ = (root + step for step in VOICINGS[chord.quality])
        approach = target + (1 if target < root else -1)
        if feel == "swing":
            middle = ((third, fifth), (fifth, third), (root + 12, fifth), (fifth, root))[i % 4]
            pitches = [root, *middle, approach] if chord.duration == 4 else [root, approach]
            lengths = [Fraction(1)] * len(pitches)
        elif feel == "bossa" and chord.duration == 4:
            pitches = [root, fifth, fifth, root]
            lengths = [Fraction(3, 2), Fraction(1, 2)] * 2
        else:
            pitches = [root, fifth][: int(chord.duration / 2)]
            lengths = [Fraction(2)] * len(pitches)
        time = chord.onset
        for pitch, length in zip(pitches, lengths, strict=True):
            notes.append(Note(time, length, pitch, 70 if time % 2 else 76))
            time += length
    return notes


def nearest(pitch_class: int, pitch: int) -> int:
    """Return the bass note of a pitch class that lies nearest to a pitch."""
    choices = [p for p in BASS_RANGE if p % 12 == pitch_class]
    return min(choices, key=lambda p: (abs(p - pitch), p))


def write_midi(score: Score, path: Path) -> None:
    """Write a score as a type 1 MIDI file.

    Tracks: conductor (tempo, metre, key, each chord symbol as a marker at its beat), melody,
    piano, bass.

    Args:
        score: The score to write.
        path: The file to write.
    """
    header = score.header
    conductor = [
        (0, mido.MetaMessage("track_name", name=header["title"])),
        (0, mido.MetaMessage("copyright", text="CC0 1.0, the lstmkit authors")),
        (0, mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(int(header["tempo"])))),
        (0, mido.MetaMessage("time_signature", numerator=4, denominator=4)),
        (0, mido.MetaMessage("key_signature", key=header["key"])),
    ]
    conductor += [(ticks(c.onset), mido.MetaMessage("marker", text=c.symbol)) for c in score.chords]
    feel, program = header["feel"], int(header["program"])
    parts = (
        ("Melody", MELODY_CHANNEL, program, shape_dynamics(score.melody)),
        ("Piano", PIANO_CHANNEL, PIANO_PROGRAM, comp(score.chords, feel, score.bars)),
        ("Bass", BASS_CHANNEL, BASS_PROGRAM, walk(score.chords, feel)),
    )
    end = ticks(Fraction(score.bars * QUARTERS_PER_BAR))
    file = mido.MidiFile(type=1, ticks_per_beat=TICKS_PER_QUARTER)
    file.tracks.append(track(conductor, end))
    for name, channel, instrument, notes in parts:
        events = [
            (0, mido.MetaMessage("track_name", name=name)),
            (0, mido.Message("program_change", channel=channel, program=instrument)),
        ]
        for note in notes:
            sound = {"channel": channel, "note": note.pitch}
            events.append(
                (ticks(note.onset), mido.Message("note_on", velocity=note.velocity, **sound))
            )
            events.append((ticks(note.end), mido.Message("note_off", velocity=0, **sound)))
        file.tracks.append(track(events, end))
    file.save(path)


def track(events: list[tuple[int, mido.Message]], end: int) -> mido.MidiTrack:
    """Return a track from events at absolute ticks; at one tick, notes end before notes begin."""
    ordered = sorted(events, key=lambda event: (event[0], event[1].type == "note_on"))
    result, now = mido.MidiTrack(), 0
    for tick, message in [*ordered, (end, mido.MetaMessage("end_of_track"))]:
        result.append(message.copy(time=tick - now))
        now = tick
    return result


def ticks(quarters: Fraction) -> int:
    """Return a time in MIDI ticks; exact on the grid of quarter and third quarters."""
    return int(quarters * TICKS_PER_QUARTER)


def main(folder: Path = Path(__file__).parent, output: Path | None = None) -> list[Path]:
    """Write the MIDI file of each score of a folder.

    Args:
        folder: Where the scores are.
        output: Where the MIDI files go, if not beside the scores.

    Returns:
        The files written, by name.
    """
    written = []
    for source in sorted(folder.glob("*.txt")):
        target = (output or folder) / source.with_suffix(".mid").name
        write_midi(read_score(source), target)
        written.append(target)
    return written


if __name__ == "__main__":
    main()
