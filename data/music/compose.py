"""Turn the written scores of this folder (``*.txt``) into MIDI files (``*.mid``).

The melodies are written by hand (``notation.py`` reads them); ``rhythm_section.py`` adds piano and
bass. The same scores always give the same bytes.

Run ``python data/music/compose.py`` after editing a score.
"""

from fractions import Fraction
from pathlib import Path

import mido
from notation import Note, Score, read_score
from rhythm_section import comp, walk

TICKS_PER_QUARTER = 480
MELODY_CHANNEL, PIANO_CHANNEL, BASS_CHANNEL = 0, 1, 2
PIANO_PROGRAM, BASS_PROGRAM = 0, 32  # General MIDI, counted from 0: grand piano, acoustic bass


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
        (0, mido.MetaMessage("time_signature", numerator=score.bar_length, denominator=4)),
        (0, mido.MetaMessage("key_signature", key=header["key"])),
    ]
    conductor += [(ticks(c.onset), mido.MetaMessage("marker", text=c.symbol)) for c in score.chords]
    feel, program = header["feel"], int(header["program"])
    parts = (
        ("Melody", MELODY_CHANNEL, program, shape_dynamics(score.melody)),
        (
            "Piano",
            PIANO_CHANNEL,
            PIANO_PROGRAM,
            comp(score.chords, feel, score.bars, score.bar_length),
        ),
        ("Bass", BASS_CHANNEL, BASS_PROGRAM, walk(score.chords, feel)),
    )
    end = ticks(Fraction(score.bars * score.bar_length))
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
