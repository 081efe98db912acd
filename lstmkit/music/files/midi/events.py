"""The bytes of a MIDI file as tracks of events; what is damaged is passed over, mended and said.

No reader at hand reads what people have and says what it mended: mido ends at the first value that
the standard forbids, symusic at a track that is cut, and drops texts and channels. What is needed
here is little: every event has a time, a status and some bytes.

The work is linear in the size of the file, whatever the bytes: no number is longer than four bytes
and no event is read twice.
"""

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from lstmkit.errors import InputError

META, SYSEX = 0xFF, (0xF0, 0xF7)
TRACK_END = 0x2F
NUMBER_BYTES = 4  # a number in a MIDI file has at most as many
FIRST_LOOK = 1024  # bytes within which the header must be; some programs put a file's name first

_DATA_BYTES = {0x8: 2, 0x9: 2, 0xA: 2, 0xB: 2, 0xC: 1, 0xD: 1, 0xE: 2}  # by the upper half
_SYSTEM_BYTES = {0xF1: 1, 0xF2: 2, 0xF3: 1}
_CHUNK = re.compile(rb"[A-Z][A-Za-z ]{3}")


class Event(NamedTuple):
    """One event of a track.

    Attributes:
        ticks: From the start of the track.
        status: 0x80 to 0xEF for a channel, `META` for what is about the music.
        kind: Which meta event; 0 for others.
        data: Its bytes.
    """

    ticks: int
    status: int
    kind: int
    data: bytes


@dataclass
class MidiFile:
    """What a file holds before anything is made of it.

    Attributes:
        format: 0: one track of all channels; 1: tracks that sound together; 2: sequences.
        ticks_per_quarter: Resolution.
        tracks: Events of each track, by time.
        repairs: One sentence on all that was mended.
    """

    format: int
    ticks_per_quarter: int
    tracks: list[list[Event]] = field(default_factory=list)
    repairs: list[str] = field(default_factory=list)


class _DamagedError(Exception):
    """An event cannot be read; the message says why."""


def read(data: bytes, where: str) -> MidiFile:
    """Read the events of all tracks.

    Args:
        data: The whole file: a standard MIDI file, or one in a RIFF envelope.
        where: Path of the file, for error messages.

    Raises:
        InputError: If it is no MIDI file or has no bars.
    """
    start = data.find(b"MThd", 0, FIRST_LOOK)
    if start < 0 or len(data) < start + 14:
        raise InputError(
            f"{where}: not a readable MIDI file: it does not begin as one. Expected a standard MIDI"
            " file (.mid); open and save it again in a music program"
        )
    header = data[start:]
    length, form, count, division = (
        int.from_bytes(header[a:b], "big") for a, b in ((4, 8), (8, 10), (10, 12), (12, 14))
    )
    if division == 0:
        raise InputError(f"{where}: a quarter note has 0 ticks; expected at least 1, such as 480")
    if division >= 0x8000:
        raise InputError(
            f"{where}: time is given in film frames (SMPTE), so there are no bars to learn"
        )
    found = MidiFile(form, division)
    if form > 2:
        found.format = 1
        found.repairs.append(f"MIDI type {form} does not exist; read as type 1")
    at = start + 8 + (length if 6 <= length <= FIRST_LOOK else 6)
    _read_chunks(data, at, found)
    if found.tracks and len(found.tracks) < count:
        found.repairs.append(
            f"incomplete: the header tells of {count} tracks, and {len(found.tracks)} are there"
        )
    elif len(found.tracks) > count:
        found.repairs.append(f"the header tells of {count} tracks; {len(found.tracks)} were read")
    return found


def _read_chunks(data: bytes, at: int, found: MidiFile) -> None:
    """Read the tracks one after the other, and pass over chunks of another kind."""
    while at + 8 <= len(data):
        start, length = at + 8, int.from_bytes(data[at + 4 : at + 8], "big")
        declared = start + length
        if data[at : at + 4] == b"MTrk":
            at = _read_track(data, start, declared, found)
        elif _CHUNK.match(data, at) and declared <= len(data):
            at = declared
        else:
            following = data.find(b"MTrk", at + 1)
            if following < 0:
                return
            found.repairs.append(f"{following - at} bytes between two tracks were passed over")
            at = following


def _read_track(data: bytes, start: int, declared: int, found: MidiFile) -> int:
    """Read one track and return where it ends, which its length does not always tell."""
    number = len(found.tracks) + 1
    certain = declared <= len(data) and _CHUNK.match(data, declared) is not None
    track = _Track(data, start, declared if certain else len(data))
    damage = ""
    try:
        track.read()
    except _DamagedError as error:
        damage = str(error)
    found.tracks.append(track.events)
    if damage and declared > len(data):
        found.repairs.append(f"the file is cut within track {number}; what is there was read")
    elif damage:
        found.repairs.append(
            f"track {number} is damaged ({damage}) from byte {track.at} on; the rest is missing"
        )
    elif not track.ended and declared > len(data):
        found.repairs.append(f"the file is cut at the end of track {number}")
    elif not certain and declared != track.at and (declared != len(data) or not track.ended):
        found.repairs.append(f"track {number} is not as long as it says; it was read to its end")
    if certain:
        return declared
    following = data.find(b"MTrk", start if damage else track.at)
    return following if damage and following >= 0 else len(data) if damage else track.at


class _Track:
    """Read events from one byte of a file to another, or to the end of the track."""

    def __init__(self, data: bytes, start: int, stop: int) -> None:
        self.data = data
        self.at = start
        self.stop = stop
        self.ended = False
        self.events: list[Event] = []

    def read(self) -> None:
        """Read all events; where one is damaged, those before it are there."""
        ticks, running = 0, 0
        while self.at < self.stop and not self.ended:
            ticks += self._number()
            status = self._byte()
            if status < 0x80:
                self.at -= 1
                status = running
            event = self._event(ticks, status)
            running = status if 0x80 <= status < 0xF0 else running
            if event is not None:
                self.events.append(event)

    def _event(self, ticks: int, status: int) -> Event | None:
        if status == META:
            kind = self._byte()
            content = self._take(self._number())
            self.ended = kind == TRACK_END
            return Event(ticks, status, kind, content)
        if status in SYSEX:
            self._take(self._number())
            return None
        if status >= 0xF0:
            self._take(_SYSTEM_BYTES.get(status, 0))
            return None
        if status < 0x80:
            raise _DamagedError("an event without a status")
        content = bytes(min(byte, 0x7F) for byte in self._take(_DATA_BYTES[status >> 4]))
        return Event(ticks, status, 0, content)

    def _byte(self) -> int:
        return self._take(1)[0]

    def _take(self, count: int) -> bytes:
        taken = self.data[self.at : min(self.at + count, self.stop)]
        if len(taken) < count:
            raise _DamagedError("an event that goes on beyond the end")
        self.at += count
        return taken

    def _number(self) -> int:
        value = 0
        for _ in range(NUMBER_BYTES):
            byte = self._byte()
            value = value << 7 | byte & 0x7F
            if byte < 0x80:
                return value
        raise _DamagedError(f"a number of over {NUMBER_BYTES} bytes")
