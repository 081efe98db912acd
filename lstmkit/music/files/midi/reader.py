"""MIDI files to scores."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction

from lstmkit.errors import InputError
from lstmkit.music.files.midi import events, texts
from lstmkit.music.files.midi.drums import are_drums
from lstmkit.music.files.midi.events import META, Event
from lstmkit.music.files.midi.spans import Spans, begins_note
from lstmkit.music.files.midi.texts import Text
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
)

MAX_BYTES = 1 << 19  # a long band arrangement has 0.2 MiB; an event takes at least 3 bytes
DRUM_CHANNEL = 9
GUITARS = range(24, 32)  # General MIDI
FEWEST_STRINGS = 3  # channels of one guitar in a file that has a single track

TEXTS = {0x01: "text", 0x06: "marker", 0x07: "cue point"}
TRACK_NAME, TEMPO, TIME_SIGNATURE = 0x03, 0x51, 0x58


def parse_midi(data: bytes, *, name: str, where: str) -> Score:
    """Read a MIDI file; of one with several sequences (type 2), the first.

    Args:
        data: The whole file.
        name: Name of the piece.
        where: Path of the file, for error messages.

    Returns:
        The score. Each part is what one player plays: a track, or a channel of a track where its
        channels have different sounds. Markers, cue points and texts that are chord symbols become
        its symbols; a file of symbols alone has no parts.

    Raises:
        InputError: If the file is too large, has no bars, or neither notes nor chord symbols.
    """
    if len(data) > MAX_BYTES:
        raise InputError(
            f"{where}: the file has {len(data):,} bytes, more than the {MAX_BYTES:,} that a"
            " MIDI file may have here; cut it down to the tracks that matter"
        )
    file = events.read(data, where)
    tracks = file.tracks
    if file.format == 2:
        first = next((track for track in tracks if _has_notes(track)), [])
        file.repairs.append(f"MIDI type 2: the first of {len(tracks)} sequences was read")
        tracks = [first]
    reader = _Reader(file.ticks_per_quarter, where, file.repairs)
    several = file.format == 1 and sum(map(_has_notes, tracks)) > 1
    for track in tracks:
        reader.read_track(track, one_player=several)
    return reader.score(name)


def _has_notes(track: Iterable[Event]) -> bool:
    return any(begins_note(event) for event in track)


class _Reader:
    """Collect parts, tempo, metre and chord symbols, track by track."""

    def __init__(self, ticks_per_quarter: int, where: str, repairs: list[str]) -> None:
        self.ticks_per_quarter = ticks_per_quarter
        self.where = where
        self.repairs = repairs
        self.parts: list[Part] = []
        self.tempos: list[tuple[Fraction, float]] = []
        self.metres: list[tuple[Fraction, Fraction]] = []
        self.signatures: dict[Fraction, tuple[int, int]] = {}  # by the length of the bar
        self.symbols: dict[Fraction, str] = {}
        self.hanging = 0
        self.end = 0  # in ticks

    def score(self, name: str) -> Score:
        """Return what was collected."""
        end = self._time(self.end)
        if self.parts and end <= 0:
            raise InputError(
                f"{self.where}: every note begins and ends at once; the times are lost"
            )
        if not self.parts and not self.symbols:
            lost = "; ".join(self.repairs)
            raise InputError(
                f"{self.where}: the file has no notes" + (f" ({lost})" if lost else "")
            )
        metres = sorted(dict(self.metres).items())
        if not self.parts:
            end = max(self.symbols) + Fraction(1, BAR_GRID)
        if end > MAX_QUARTERS:
            raise InputError(
                f"{self.where}: the music would last over {MAX_QUARTERS:,} quarter notes;"
                " a time in the file is damaged"
            )
        if self.hanging:
            ended = f"{self.hanging} notes are never ended in the file"
            self.repairs.append(f"{ended}; each was held until the next")
        found = Score(
            name=name,
            parts=tuple(self.parts),
            bars=bars_from_metres(metres, end),
            tempos=sensible_tempos(self.tempos),
            symbols=tuple(sorted(self.symbols.items())),
            repairs=tuple(self.repairs),
        )
        return replace(found, signature=self.signatures.get(found.metre))

    def read_track(self, track: Sequence[Event], *, one_player: bool) -> None:
        """Read one track; its notes become one part for each player.

        Args:
            track: The events.
            one_player: Whether channels of one sound are one player, as in a file that has a track
                for each.
        """
        title = ""
        programs: dict[int, int] = {}
        said: dict[int, list[Text]] = defaultdict(list)
        for event in track:
            if event.status >> 4 == 0xC:
                programs.setdefault(event.status & 15, event.data[0])
            elif event.status == META and event.kind in TEXTS:
                said[event.kind].append((self._time(event.ticks), texts.decoded(event.data)))
            elif event.status == META and event.kind == TRACK_NAME:
                title = texts.printable(texts.decoded(event.data)) or title
            elif event.status == META:
                self._conduct(event)
        for kind in said:
            self.symbols |= dict(texts.chord_symbols(said[kind]))
        notes = self._notes(track)
        for channels in _players(notes, programs, one_player):
            played = in_order(note for channel in channels for note in notes[channel])
            program = programs.get(channels[0], 0)
            drums = channels[0] == DRUM_CHANNEL or are_drums(title, played)
            self.parts.append(Part(title, program, drums, played))

    def _notes(self, track: Sequence[Event]) -> dict[int, list[Note]]:
        """Return the notes of each channel, in the order in which they begin."""
        spans = Spans(track, 4 * self.ticks_per_quarter)
        self.hanging += spans.hanging
        notes: dict[int, list[Note]] = defaultdict(list)
        for channel, pitch, velocity, began, ended in spans.found:
            self.end = max(self.end, ended)
            notes[channel].append(
                Note(self._time(began), self._time(ended - began), pitch, velocity)
            )
        return notes

    def _time(self, ticks: int) -> Fraction:
        return Fraction(ticks, self.ticks_per_quarter)

    def _conduct(self, event: Event) -> None:
        """Take in a change of tempo or metre."""
        at, data = self._time(event.ticks), event.data
        if event.kind == TEMPO and len(data) == 3 and any(data):
            self.tempos.append((at, 60e6 / int.from_bytes(data, "big")))
        elif event.kind == TEMPO:
            self._pass_over("a tempo", at)
        elif event.kind == TIME_SIGNATURE and len(data) >= 2:
            beats, unit = data[0], 1 << min(data[1], 8)
            length = Fraction(4 * beats, unit)
            if not Fraction(1, 2) <= length <= 32 or BAR_GRID % length.denominator:
                self._pass_over(f"a metre of {beats}/{unit}", at)
                return
            self.signatures[length] = (beats, unit)
            self.metres.append((on_bar_grid(at), length))
        elif event.kind == TIME_SIGNATURE:
            self._pass_over("a metre", at)

    def _pass_over(self, what: str, at: Fraction) -> None:
        self.repairs.append(f"{what} at quarter {float(at):g} is damaged and was passed over")


def _players(
    notes: dict[int, list[Note]], programs: dict[int, int], one_player: bool
) -> list[list[int]]:
    """Return the channels of each player: a guitar may have one for each string."""
    channels = sorted(channel for channel in notes if notes[channel])
    groups: dict[int, list[int]] = defaultdict(list)
    for channel in channels:
        groups[-1 if channel == DRUM_CHANNEL else programs.get(channel, 0)].append(channel)
    players: list[list[int]] = []
    for program, members in groups.items():
        strings = program in GUITARS and len(members) >= FEWEST_STRINGS
        together = one_player or strings
        players += [members] if together else [[member] for member in members]
    return sorted(players)
