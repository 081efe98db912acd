"""A part of a MusicXML file, bar by bar as it is printed: what sounds, and when in its bar."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from xml.etree.ElementTree import Element

from lstmkit.music.files.musicxml import harmony
from lstmkit.music.files.musicxml import signs as signs
from lstmkit.music.files.musicxml.grid import Grid
from lstmkit.music.files.musicxml.tree import fraction
from lstmkit.music.files.repeats import Marks
from lstmkit.music.files.score import MAX_QUARTERS
from lstmkit.music.theory.chords import NATURAL
from lstmkit.music.theory.degrees import Key


@dataclass
class Sounding:
    """A note within its bar; times in quarters.

    Attributes:
        onset: From the start of the bar.
        duration: How long it is written.
        pitch: MIDI number at sounding pitch.
        staff: Which staff of the part it stands on, from 1.
        voice: Which voice of the staff.
        tied_from: Whether a tie comes to it.
        tied_on: Whether a tie leaves it.
    """

    onset: Fraction
    duration: Fraction
    pitch: int
    staff: int
    voice: str
    tied_from: bool
    tied_on: bool


@dataclass
class PrintedBar:
    """A bar of one part; times in quarters from its start.

    Attributes:
        nominal: How long the time signature makes it.
        signature: The time signature that holds.
        length: How far notes and rests reach.
        implicit: Whether it is not counted, such as a pick-up.
        notes: What sounds.
        symbols: Chord symbols.
        tempos: Quarters per minute.
        marks: Repeats and jumps.
    """

    nominal: Fraction
    signature: tuple[int, int] | None
    length: Fraction = Fraction(0)
    implicit: bool = False
    notes: list[Sounding] = field(default_factory=list)
    symbols: list[tuple[Fraction, str]] = field(default_factory=list)
    tempos: list[tuple[Fraction, float]] = field(default_factory=list)
    marks: Marks = field(default_factory=Marks)


class PartReader:
    """Read the bars of one part; divisions, key, metre and transposition go on from bar to bar.

    Attributes:
        drums: Whether its notes have no pitch.
        slashes: Rhythm slashes that were left out.
        cues: Cue notes that were left out.
        unread: Chord symbols that cannot be understood.
    """

    def __init__(self, grid: Grid, *, concert: bool) -> None:
        """Begin a part on the grid of its file; `concert`: whether it is written as it sounds."""
        self._grid = grid
        self.drums = False
        self.slashes = self.cues = self.unread = 0
        self._concert = concert
        self._divisions = Fraction(1)
        self._key = Key(0)
        self._transpose = 0
        self._bar = PrintedBar(Fraction(4), None)
        self._now = self._chord_onset = Fraction(0)
        self._pending: list[str] = []  # symbols at one place that no note has parted yet
        self._slash_region = False
        self._endings: frozenset[int] = frozenset()

    def read(self, measures: Iterable[Element]) -> Iterator[PrintedBar]:
        """Yield the bars."""
        for measure in measures:
            yield self._measure(measure)

    def _measure(self, measure: Element) -> PrintedBar:
        before = self._bar
        self._bar = PrintedBar(
            before.nominal, before.signature, implicit=measure.get("implicit") == "yes"
        )
        self._now = self._chord_onset = Fraction(0)
        closes = False
        for element in measure:
            if element.tag == "barline":
                closes |= self._barline(element)
            else:
                self._element(element)
        self._spread_symbols(Fraction(0))
        self._bar.marks = replace(self._bar.marks, endings=self._endings)
        if closes:
            self._endings = frozenset()
        return self._bar

    def _element(self, element: Element) -> None:
        if element.tag == "note":
            self._note(element)
        elif element.tag == "attributes":
            self._attributes(element)
        elif element.tag == "harmony":
            self._harmony(element)
        elif element.tag in ("direction", "sound"):
            self._direction(element)
        elif element.tag in ("backup", "forward"):
            length = self._time(element.findtext("duration"))
            if element.tag == "backup":
                self._spread_symbols(Fraction(0))
                self._now = max(self._now - length, Fraction(0))
            else:
                self._advance(length)

    def _attributes(self, element: Element) -> None:
        divisions = fraction(element.findtext("divisions"))
        if divisions > 0:
            self._divisions = divisions
        key = element.find("key/fifths")
        if key is not None:
            fifths = max(-7, min(7, int(fraction(key.text))))
            self._key = Key.of_fifths(fifths, minor="minor" in element.findtext("key/mode", ""))
        transpose = element.find("transpose")
        if transpose is not None and not self._concert:
            octaves = int(fraction(transpose.findtext("octave-change")))
            self._transpose = int(fraction(transpose.findtext("chromatic"))) + 12 * octaves
        signature = signs.time_signature(element)
        if signature is not None:
            self._bar.nominal = Fraction(4 * signature[0], signature[1])
            self._bar.signature = signature
        self.drums |= any(sign.text == "percussion" for sign in element.iterfind("clef/sign"))
        for slash in element.iterfind("measure-style/slash"):
            self._slash_region = slash.get("type") == "start"

    def _note(self, element: Element) -> None:
        if element.find("grace") is not None:
            return
        length = self._time(element.findtext("duration"))
        if element.find("chord") is None:
            self._chord_onset = self._now
            self._advance(length)
        if self._is_left_out(element):
            return
        pitch = self._pitch(element)
        if pitch is not None and length > 0:
            marks = (*element.iterfind("tie"), *element.iterfind("notations/tied"))
            ties = {tie.get("type") for tie in marks}
            staff = int(fraction(element.findtext("staff"))) or 1
            voice = element.findtext("voice") or "1"
            tied_from, tied_on = "stop" in ties, "start" in ties
            self._bar.notes.append(
                Sounding(self._chord_onset, length, pitch, staff, voice, tied_from, tied_on)
            )

    def _is_left_out(self, element: Element) -> bool:
        """Tell whether a note is none to be played: a rest, a cue, a rhythm slash."""
        if element.find("rest") is not None:
            return True
        kind = element.find("type")
        if element.find("cue") is not None or (kind is not None and kind.get("size") == "cue"):
            self.cues += 1
            return True
        if self._slash_region or element.findtext("notehead", "").strip() == "slash":
            self.slashes += 1
            return True
        return False

    def _pitch(self, element: Element) -> int | None:
        pitch, prefix = element.find("pitch"), ""
        if pitch is None:
            pitch, prefix = element.find("unpitched"), "display-"
            self.drums |= pitch is not None
        if pitch is None:
            return None
        step = NATURAL.get((pitch.findtext(f"{prefix}step") or "B").strip().upper())
        octave = int(fraction(pitch.findtext(f"{prefix}octave") or "4"))
        if step is None:
            return None
        alter = round(fraction(pitch.findtext("alter")))
        midi = 12 * (octave + 1) + step + alter + (0 if prefix else self._transpose)
        return midi if 0 <= midi <= 127 else None

    def _harmony(self, element: Element) -> None:
        found = harmony.symbol(element, self._key, self._transpose)
        if found is None:
            self.unread += 1
            return
        offset = element.findtext("offset")
        if offset is None:
            self._pending.append(found)
        else:
            self._bar.symbols.append((max(self._now + self._time(offset), Fraction(0)), found))

    def _spread_symbols(self, length: Fraction) -> None:
        """Place the symbols before a note: several share its time, as nothing else parts them."""
        share = length / max(1, len(self._pending))
        for place, symbol in enumerate(self._pending):
            self._bar.symbols.append((self._now + place * share, symbol))
        self._pending = []

    def _advance(self, length: Fraction) -> None:
        self._spread_symbols(length)
        self._now += length
        self._bar.length = max(self._bar.length, self._now)

    def _direction(self, element: Element) -> None:
        sound = element if element.tag == "sound" else element.find("sound")
        if sound is not None:
            self._bar.marks = signs.jumps(sound, self._bar.marks)
        tempo = signs.tempo(sound, element.find("direction-type/metronome"))
        if tempo is not None:
            onset = self._now + self._time(element.findtext("offset"))
            self._bar.tempos.append((max(onset, Fraction(0)), tempo))

    def _barline(self, element: Element) -> bool:
        """Take in a bar line; return whether an ending ends with it."""
        repeat, ending = element.find("repeat"), element.find("ending")
        if repeat is not None and repeat.get("direction") == "forward":
            self._bar.marks = replace(self._bar.marks, forward=True)
        elif repeat is not None:
            times = max(2, int(fraction(repeat.get("times"))))
            self._bar.marks = replace(self._bar.marks, times=times)
        if ending is not None and ending.get("type") == "start":
            self._endings = frozenset(
                int(number) for number in re.findall(r"\d{1,2}", ending.get("number") or "")
            )
        return ending is not None and ending.get("type") != "start"

    def _time(self, text: str | None) -> Fraction:
        """Return divisions as quarters, not longer than any piece."""
        return self._grid.place(min(fraction(text) / self._divisions, Fraction(MAX_QUARTERS)))
