"""MusicXML files to scores: the bars in the order in which they are played, at sounding pitch.

Read here rather than by music21, which takes over a second to import, plays no repeats by itself,
and loses what issue after issue was about: alterations of chords, degrees of the key, rhythm
slashes, other encodings.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TypeVar
from xml.etree.ElementTree import Element

from lstmkit.errors import InputError
from lstmkit.music.files import repeats
from lstmkit.music.files.musicxml import tree
from lstmkit.music.files.musicxml.bars import PartReader, PrintedBar
from lstmkit.music.files.musicxml.grid import Grid
from lstmkit.music.files.repeats import Marks
from lstmkit.music.files.score import (
    BAR_GRID,
    MAX_QUARTERS,
    Bar,
    Note,
    Part,
    Score,
    in_order,
    on_bar_grid,
    sensible_tempos,
)

MOST_BARS = 6_000  # as they are played
VELOCITY = 80
DRUM_CHANNEL = 10  # MusicXML counts from 1
SHORTEST_BAR = Fraction(1, BAR_GRID)

_Value = TypeVar("_Value")


@dataclass
class _Player:
    """A part as it is printed.

    Attributes:
        name: As the file names it, or empty.
        program: General MIDI instrument, 0 to 127.
        drums: Whether it has no pitches.
        bars: Its bars.
        reader: What it met on the way.
    """

    name: str
    program: int
    drums: bool
    bars: list[PrintedBar]
    reader: PartReader


def parse_musicxml(data: bytes, *, name: str, where: str) -> Score:
    """Read a MusicXML file, compressed (.mxl) or not.

    Args:
        data: The whole file.
        name: Name of the piece.
        where: Path of the file, for error messages.

    Returns:
        The score; each staff of a part is a part of its own. A chart of chord symbols without notes
        has no parts.

    Raises:
        InputError: If the file is broken, too large, or has neither notes nor chord symbols.
    """
    root = tree.read(data, where)
    backwards = [one for one in root.iter("duration") if tree.fraction(one.text) < 0]
    if backwards:
        raise InputError(
            f"{where}: not a readable MusicXML file: a duration of {backwards[0].text!r:.20}; "
            "expected 0 or more; open and save it again in a notation program"
        )
    players = _players(root)
    if not players:
        raise InputError(
            f"{where}: not a readable MusicXML file: no part of a score in it; open and save it"
            " again in a notation program"
        )
    return _score(players, name, where)


def _score(players: Sequence[_Player], name: str, where: str) -> Score:
    printed = max((player.bars for player in players), key=len)
    lengths = _lengths(players, len(printed))
    marks = [_marks(players, index) for index in range(len(printed))]
    order = repeats.played(marks, most=MOST_BARS)
    bars: list[Bar] = []
    for index in order:
        start = bars[-1].end if bars else Fraction(0)
        bars.append(Bar(start, lengths[index]))
    if not bars or bars[-1].end > MAX_QUARTERS:
        raise InputError(f"{where}: no bars, or music of over {MAX_QUARTERS:,} quarter notes")
    parts = tuple(part for player in players for part in _parts(player, order, bars))
    symbols = _timed(players, order, bars, lambda bar: bar.symbols)
    if not parts and not symbols:
        raise InputError(f"{where}: the file has no notes")
    found = Score(
        name=name,
        parts=parts,
        bars=tuple(bars),
        tempos=sensible_tempos(_timed(players, order, bars, lambda bar: bar.tempos).items()),
        symbols=tuple(sorted(symbols.items())),
        repairs=tuple(_repairs(players, len(printed), len(bars))),
    )
    signatures = {bar.nominal: bar.signature for bar in printed if bar.signature is not None}
    return replace(found, signature=signatures.get(found.metre))


def _lengths(players: Sequence[_Player], count: int) -> list[Fraction]:
    """Return how long each printed bar is: as its metre says, or as what it holds if it is split.

    A bar is shorter than its metre where it is a pick-up, the last one, one part of a bar that a
    repeat divides, or two such parts stand beside each other.
    """
    bars = [[player.bars[i] for player in players if i < len(player.bars)] for i in range(count)]
    found = []
    for index, members in enumerate(bars):
        nominal, actual = members[0].nominal, max(bar.length for bar in members)
        short = 0 < actual < nominal
        around = bars[max(index - 1, 0) : index + 2]
        near = [max(bar.length for bar in others) for others in around if others is not members]
        split = any(bar.marks.forward or bar.marks.times > 1 for near in around for bar in near)
        split |= members[0].implicit or index in (0, count - 1) or nominal - actual in near
        length = actual if actual > nominal or (short and split) else nominal
        found.append(max(on_bar_grid(length), SHORTEST_BAR))
    return found


def _marks(players: Sequence[_Player], index: int) -> Marks:
    """Return the repeats and jumps at a bar, which may stand in one part only."""
    found = [player.bars[index].marks for player in players if index < len(player.bars)]
    return Marks(
        forward=any(m.forward for m in found),
        times=max(m.times for m in found),
        endings=next((m.endings for m in found if m.endings), frozenset()),
        segno=any(m.segno for m in found),
        coda=any(m.coda for m in found),
        to_coda=any(m.to_coda for m in found),
        fine=any(m.fine for m in found),
        back=next((m.back for m in found if m.back), ""),
    )


def _parts(player: _Player, order: Sequence[int], bars: Sequence[Bar]) -> list[Part]:
    """Return a part for each staff of a player, its ties joined."""
    notes: dict[int, list[Note]] = {}
    tied: dict[tuple[int, int], int] = {}  # staff and pitch: index of the note that is held on
    for index, bar in zip(order, bars, strict=True):
        for sounding in player.bars[index].notes if index < len(player.bars) else ():
            staff = notes.setdefault(sounding.staff, [])
            onset = bar.start + sounding.onset
            key = (sounding.staff, sounding.pitch)
            held = tied.pop(key, None) if sounding.tied_from else None
            if held is not None and staff[held].end == onset:
                joined = staff[held].duration + sounding.duration
                staff[held] = staff[held]._replace(duration=joined)
            else:
                held = len(staff)
                staff.append(Note(onset, sounding.duration, sounding.pitch, VELOCITY))
            if sounding.tied_on:
                tied[key] = held
    return [
        Part(player.name, player.program, player.drums, in_order(notes[staff]))
        for staff in sorted(notes)
    ]


def _timed(
    players: Sequence[_Player],
    order: Sequence[int],
    bars: Sequence[Bar],
    of: Callable[[PrintedBar], list[tuple[Fraction, _Value]]],
) -> dict[Fraction, _Value]:
    """Return what stands at moments of the printed bars, as it is played; the first part counts."""
    found: dict[Fraction, _Value] = {}
    for player in players:
        for index, bar in zip(order, bars, strict=True):
            for offset, value in of(player.bars[index]) if index < len(player.bars) else ():
                if offset < bar.length:
                    found.setdefault(bar.start + offset, value)
    return found


def _repairs(players: Sequence[_Player], printed: int, played: int) -> list[str]:
    reasons = {
        "cues": "cue notes show what others play",
        "slashes": "rhythm slashes have no pitch",
        "unread": "chord symbols could not be understood",
    }
    counts = {what: sum(getattr(player.reader, what) for player in players) for what in reasons}
    said = [f"{n} {reasons[what]}, and were left out" for what, n in counts.items() if n]
    if played != printed:
        said.append(f"repeats and endings were played out: {printed} bars became {played}")
    return said


def _players(root: Element) -> list[_Player]:
    """Read the parts of a score, whether the file is sorted by parts or by bars."""
    measures: dict[str, list[Element]] = {}
    if root.tag == "score-timewise":
        for measure in root.iterfind("measure"):
            for part in measure.iterfind("part"):
                one = Element("measure", measure.attrib)
                one.extend(part)
                measures.setdefault(part.get("id", ""), []).append(one)
    elif root.tag == "score-partwise":
        for part in root.iterfind("part"):
            measures.setdefault(part.get("id", ""), []).extend(part.iterfind("measure"))
    described = {part.get("id", ""): part for part in root.iterfind("part-list/score-part")}
    concert = root.find("defaults/concert-score") is not None
    players, grid = [], Grid()
    for key, printed in measures.items():
        reader = PartReader(grid, concert=concert)
        bars = list(reader.read(printed))
        name, program, drums = _described(described.get(key))
        players.append(_Player(name, program, drums or reader.drums, bars, reader))
    return players


def _described(part: Element | None) -> tuple[str, int, bool]:
    """Return the name of a part, its General MIDI instrument, and whether it is on drums."""
    if part is None:
        return "", 0, False
    texts = (part.findtext(tag) for tag in ("part-name", "score-instrument/instrument-name"))
    name = next((" ".join(text.split()) for text in texts if text and text.strip()), "")
    program = part.findtext("midi-instrument/midi-program") or ""
    channel = part.findtext("midi-instrument/midi-channel") or ""
    number = int(program) - 1 if program.isdecimal() and 1 <= int(program) <= 128 else 0
    return name[:60], number, channel.strip() == str(DRUM_CHANNEL)
