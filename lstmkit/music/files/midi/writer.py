"""Notes to MIDI files, through mido; `reader` reads them.

Chord symbols are written twice. A text event shows a symbol where a program shows texts; MuseScore
and others put the letters above the staff only for an event of Yamaha's XF format, specific to
sequencers: 43 7B 01, root, type, bass, type of the bass.

Source: Yamaha, "XF Format Specifications", version 2.01, "Chord".
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import mido

from lstmkit.music.files.score import Note, TimedChord, usual_signature
from lstmkit.music.theory.chords import NO_CHORDS, Chord

TICKS_PER_QUARTER = 480
_HEAD = (0x43, 0x7B, 0x01)
_NO_BASS = 0x7F
_NATURAL, _FLAT, _SHARP = 0x30, 0x20, 0x40
_LETTERS = "CDEFGAB"
_TYPES = {  # by the semitones above the root
    (0, 4, 7): 0, (0, 4, 7, 9): 1, (0, 4, 7, 11): 2, (0, 4, 6, 7, 11): 3, (0, 2, 4, 7): 4,
    (0, 2, 4, 7, 11): 5, (0, 2, 4, 7, 9): 6, (0, 4, 8): 7, (0, 3, 7): 8, (0, 3, 7, 9): 9,
    (0, 3, 7, 10): 10, (0, 3, 6, 10): 11, (0, 2, 3, 7): 12, (0, 2, 3, 7, 10): 13,
    (0, 3, 5, 7, 10): 14, (0, 3, 7, 11): 15, (0, 2, 3, 7, 11): 16, (0, 3, 6): 17, (0, 3, 6, 9): 18,
    (0, 4, 7, 10): 19, (0, 5, 7, 10): 20, (0, 4, 6, 10): 21, (0, 2, 4, 7, 10): 22,
    (0, 4, 6, 7, 10): 23, (0, 2, 4, 7, 9, 10): 24, (0, 1, 4, 7, 10): 25, (0, 4, 7, 8, 10): 26,
    (0, 3, 4, 7, 10): 27, (0, 4, 8, 11): 28, (0, 4, 8, 10): 29, (0, 5, 7): 32,
}  # fmt: skip


@dataclass(frozen=True)
class Track:
    """A part to be written.

    Attributes:
        name: Track name.
        program: General MIDI instrument, 0 to 127.
        notes: Times in quarters.
        channel: MIDI channel, 0 to 15.
    """

    name: str
    program: int
    notes: Sequence[Note]
    channel: int


def write(
    tracks: Sequence[Track],
    *,
    tempo: float,
    metre: Fraction,
    end: Fraction,
    markers: Sequence[tuple[Fraction, str]] = (),
    chords: Sequence[TimedChord] = (),
    key: str | None = None,
    signature: tuple[int, int] | None = None,
) -> bytes:
    """Return a MIDI file of type 1: a conductor track, then one track for each part.

    Args:
        tracks: The parts.
        tempo: Quarters per minute.
        metre: Bar length in quarters.
        end: Quarters to the end of the last bar; every track ends there, so that the last bar is
            whole.
        markers: Onset in quarters and text, for chord symbols.
        chords: The same for notation programs: written as chord events of XF.
        key: Such as `Bb` or `F#m`; None: no key signature is written.
        signature: How the metre is written; None: the simplest way.
    """
    file = mido.MidiFile(type=1, ticks_per_beat=TICKS_PER_QUARTER)
    conductor = mido.MidiTrack()
    numerator, denominator = signature or usual_signature(metre)
    conductor.append(
        mido.MetaMessage("time_signature", numerator=numerator, denominator=denominator)
    )
    conductor.append(mido.MetaMessage("set_tempo", tempo=round(60e6 / tempo)))
    if key is not None:
        conductor.append(mido.MetaMessage("key_signature", key=key))
    events = [(_ticks(onset), 0, mido.MetaMessage("marker", text=text)) for onset, text in markers]
    for onset, chord in chords:
        if chord.symbol not in NO_CHORDS:
            data = chord_event(chord)
            events.append((_ticks(onset), 1, mido.MetaMessage("sequencer_specific", data=data)))
    _append_in_time(conductor, events, end)
    file.tracks.append(conductor)
    for track in tracks:
        file.tracks.append(_track(track, end))
    stream = io.BytesIO()
    file.save(file=stream)
    return stream.getvalue()


def _track(track: Track, end: Fraction) -> mido.MidiTrack:
    channel = track.channel
    result = mido.MidiTrack()
    result.append(mido.MetaMessage("track_name", name=track.name))
    result.append(mido.Message("program_change", channel=channel, program=track.program))
    events = []
    for note in track.notes:
        start, stop = _ticks(note.onset), _ticks(note.end)
        on = mido.Message("note_on", channel=channel, note=note.pitch, velocity=note.velocity)
        off = mido.Message("note_off", channel=channel, note=note.pitch, velocity=0)
        events += [(start, 1, on), (max(stop, start + 1), 0, off)]
    _append_in_time(result, events, end)
    return result


def _append_in_time(
    track: mido.MidiTrack, events: list[tuple[int, int, mido.Message]], end: Fraction
) -> None:
    """Append events with delta times; at one tick, notes end before others begin."""
    now = 0
    for ticks, _, message in sorted(events, key=lambda event: event[:2]):
        track.append(message.copy(time=ticks - now))
        now = ticks
    track.append(mido.MetaMessage("end_of_track", time=max(0, _ticks(end) - now)))


def _ticks(time: Fraction) -> int:
    return round(time * TICKS_PER_QUARTER)


def chord_event(chord: Chord) -> tuple[int, ...]:
    """Return the data of the event that names a chord; what it cannot say it says more simply."""
    exact = _TYPES.get(tuple(sorted(chord.above)))
    kind = _simply(chord.above) if exact is None else exact
    bass = _note(chord.symbol.rpartition("/")[2]) if chord.bass != chord.root else _NO_BASS
    return (*_HEAD, _note(chord.symbol), kind, bass, _NO_BASS)


def _simply(above: frozenset[int]) -> int:
    """Return the nearest of the plain types: seventh chords, then triads."""
    third = 4 if 4 in above else 3 if 3 in above else 5
    fifth = 7 if 7 in above or third == 5 else 6 if 6 in above else 8
    seventh = next((step for step in (10, 11, 9) if step in above), None)
    wanted = (0, third, fifth) if seventh is None else (0, third, fifth, seventh)
    return _TYPES.get(tuple(sorted(wanted)), _TYPES[0, 4, 7] if third == 4 else _TYPES[0, 3, 7])


def _note(name: str) -> int:
    """Return the byte of a note name that stands first in a text."""
    sign = name[1:2]
    accidental = _FLAT if sign in ("b", "♭") else _SHARP if sign in ("#", "♯") else _NATURAL
    return accidental | (_LETTERS.index(name[0]) + 1 if name[0] in _LETTERS else 1)
