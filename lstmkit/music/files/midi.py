"""MIDI files to scores, and notes to MIDI files, through mido.

mido is pure Python: a hostile file can waste its time but not corrupt memory, and what it may
waste is bounded here before it starts (file size, the length of a run-on number, total time).
"""

from __future__ import annotations

import io
import re
from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import mido

from lstmkit.errors import InputError
from lstmkit.music.files.score import (
    BAR_GRID,
    MAX_QUARTERS,
    Note,
    Part,
    Score,
    bars_from_metres,
    in_order,
    on_bar_grid,
    sensible_tempos,
    usual_signature,
)
from lstmkit.music.theory import chords

MAX_BYTES = 1 << 19  # a long band arrangement has 0.2 MiB; an event takes at least 3 bytes
TICKS_PER_QUARTER = 480
DRUM_CHANNEL = 9

_RUN_ON_NUMBER = re.compile(
    rb"[\x80-\xff]{4096}"
)  # a number in a MIDI file has at most 4 such bytes
_MIDI_ERRORS = (
    OSError, EOFError, ValueError, TypeError, LookupError, OverflowError, mido.KeySignatureError,
)  # fmt: skip


def parse(data: bytes, *, name: str, where: str) -> Score:
    """Read a MIDI file of type 0 or 1.

    Args:
        data: The whole file.
        name: Name of the piece.
        where: Path of the file, for error messages.

    Returns:
        The score. Each part is one track and channel; markers, lyrics and texts that are chord
        symbols become its symbols.

    Raises:
        InputError: If the file is broken, too large, of a kind that has no bars, or without notes.
    """
    if len(data) > MAX_BYTES:
        raise InputError(
            f"{where}: the file has {len(data):,} bytes, more than the {MAX_BYTES:,} that a"
            " MIDI file may have here; cut it down to the tracks that matter"
        )
    if _RUN_ON_NUMBER.search(data):
        raise InputError(f"{where}: not a usable MIDI file: it holds a number of over 4,000 bytes")
    try:
        file = mido.MidiFile(file=io.BytesIO(data), clip=True)
    except _MIDI_ERRORS as error:
        reason = str(error) or "the file ends too early"
        raise InputError(
            f"{where}: not a readable MIDI file: {reason}. Expected a standard MIDI file (.mid) of"
            " type 0 or 1; open and save it again in a music program"
        ) from error
    if file.type not in (0, 1):
        raise InputError(
            f"{where}: MIDI type {file.type} holds unrelated patterns; expected type 0 or 1"
        )
    if file.ticks_per_beat == 0:
        raise InputError(f"{where}: a quarter note has 0 ticks; expected at least 1, such as 480")
    if file.ticks_per_beat < 0:
        raise InputError(
            f"{where}: time is given in film frames (SMPTE), so there are no bars to learn"
        )
    return _score(file, name, where)


def _score(file: mido.MidiFile, name: str, where: str) -> Score:
    reader = _Reader(file.ticks_per_beat, where)
    for track in file.tracks:
        reader.read_track(track)
    parts = tuple(part for part in reader.parts if part.notes)
    if not parts:
        raise InputError(f"{where}: the file has no notes")
    end = max(note.end for part in parts for note in part.notes)
    if end <= 0:
        raise InputError(f"{where}: every note begins and ends at once; the times are lost")
    bars = bars_from_metres(sorted(dict(reader.metres).items()), end)
    found = Score(
        name=name,
        parts=parts,
        bars=bars,
        tempos=sensible_tempos(reader.tempos),
        symbols=_chord_symbols(reader.symbols),
    )
    return replace(found, signature=reader.signatures.get(found.metre))


def _chord_symbols(texts: Iterable[tuple[Fraction, str]]) -> tuple[tuple[Fraction, str], ...]:
    """Keep the symbols unless they look like rehearsal letters: A, B, C and nothing else."""
    symbols = dict(texts)
    return (
        () if all(len(text) == 1 for text in symbols.values()) else tuple(sorted(symbols.items()))
    )


class _Reader:
    """Collect parts, tempo, metre and chord symbols, track by track."""

    def __init__(self, ticks_per_quarter: int, where: str) -> None:
        self.ticks_per_quarter = ticks_per_quarter
        self.where = where
        self.parts: list[Part] = []
        self.tempos: list[tuple[Fraction, float]] = []
        self.metres: list[tuple[Fraction, Fraction]] = []
        self.signatures: dict[Fraction, tuple[int, int]] = {}  # by the length of the bar
        self.symbols: list[tuple[Fraction, str]] = []

    def read_track(self, track: Iterable[mido.Message]) -> None:
        """Read one track; its notes become one part for each channel that has some."""
        ticks = 0
        title = ""
        programs: dict[int, int] = {}
        sounding: dict[tuple[int, int], deque[tuple[int, int, int]]] = defaultdict(deque)
        notes: dict[int, dict[int, Note]] = defaultdict(dict)
        started = 0
        for message in track:
            ticks += message.time
            if ticks > MAX_QUARTERS * self.ticks_per_quarter:
                raise InputError(
                    f"{self.where}: the music would last over {MAX_QUARTERS:,} quarter notes;"
                    " a time in the file is damaged"
                )
            if message.is_meta:
                title = self._meta(message, ticks) or title
            elif message.type == "program_change":
                programs.setdefault(message.channel, message.program)
            elif message.type == "note_on" and message.velocity > 0:
                sounding[message.channel, message.note].append((started, ticks, message.velocity))
                started += 1
            elif message.type in ("note_on", "note_off"):
                waiting = sounding[message.channel, message.note]
                if waiting:
                    self._end(notes[message.channel], waiting.popleft(), message.note, ticks)
        for (channel, pitch), waiting in sounding.items():
            for start in waiting:
                self._end(notes[channel], start, pitch, ticks)
        for channel in sorted(notes):
            played = in_order(note for _, note in sorted(notes[channel].items()))
            drums = channel == DRUM_CHANNEL
            self.parts.append(Part(title, programs.get(channel, 0), drums, played))

    def _end(
        self, notes: dict[int, Note], start: tuple[int, int, int], pitch: int, ticks: int
    ) -> None:
        order, began, velocity = start
        onset = Fraction(began, self.ticks_per_quarter)
        length = Fraction(ticks - began, self.ticks_per_quarter)
        notes[order] = Note(onset, length, pitch, velocity)

    def _meta(self, message: mido.MetaMessage, ticks: int) -> str:
        """Take in a meta message; return the name of the track if that is what it says."""
        at = Fraction(ticks, self.ticks_per_quarter)
        if message.type == "set_tempo" and message.tempo > 0:
            self.tempos.append((at, 60e6 / message.tempo))
        elif message.type == "time_signature":
            length = Fraction(4 * message.numerator, message.denominator)
            if not Fraction(1, 2) <= length <= 32 or BAR_GRID % length.denominator:
                raise InputError(
                    f"{self.where}: a bar of {message.numerator}/{message.denominator} at quarter"
                    f" {float(at):g} is damaged or of no use"
                )
            self.signatures[length] = (message.numerator, message.denominator)
            self.metres.append((on_bar_grid(at), length))
        elif message.type in ("marker", "text", "cue_marker"):
            text = message.text.strip().strip("\0")
            if text and chords.is_symbol(text):
                self.symbols.append((at, text))
        elif message.type == "track_name":
            return _printable(message.name)
        return ""


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text).strip()[:60]


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
        signature: How the metre is written; None: the simplest way.
    """
    file = mido.MidiFile(type=1, ticks_per_beat=TICKS_PER_QUARTER)
    conductor = mido.MidiTrack()
    numerator, denominator = signature or usual_signature(metre)
    conductor.append(
        mido.MetaMessage("time_signature", numerator=numerator, denominator=denominator)
    )
    conductor.append(mido.MetaMessage("set_tempo", tempo=round(60e6 / tempo)))
    events = [(_ticks(onset), 0, mido.MetaMessage("marker", text=text)) for onset, text in markers]
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
