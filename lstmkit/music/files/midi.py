"""Notes to MIDI files, through mido; `midi_score` reads them."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import mido

from lstmkit.music.files import xf
from lstmkit.music.files.score import Note, TimedChord, usual_signature
from lstmkit.music.theory.chords import NO_CHORDS

TICKS_PER_QUARTER = 480


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
        chords: The same for notation programs: written as the chord event of `xf`.
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
            data = xf.chord_event(chord)
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
