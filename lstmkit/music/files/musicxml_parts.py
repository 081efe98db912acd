"""The parts of a MusicXML file: who they are, and their bars as they are printed."""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree.ElementTree import Element

from lstmkit.music.files.musicxml_bars import PartReader, PrintedBar

DRUM_CHANNEL = 10  # MusicXML counts from 1


@dataclass
class Player:
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


def read_players(root: Element) -> list[Player]:
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
    players = []
    for key, printed in measures.items():
        reader = PartReader(concert=concert)
        bars = list(reader.read(printed))
        name, program, drums = _described(described.get(key))
        players.append(Player(name, program, drums or reader.drums, bars, reader))
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
