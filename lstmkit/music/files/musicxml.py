"""MusicXML files and pieces of music21's own corpus to scores, through music21.

music21 takes over a second to import, so nothing but this module imports it, and nothing imports
this module but `reading` when such a piece is asked for.
"""

from __future__ import annotations

import difflib
import io
import re
import zipfile
from dataclasses import replace
from fractions import Fraction
from math import ceil, isfinite
from typing import Any

import music21
from music21 import converter, corpus, harmony, meter, note, percussion, stream, tempo

from lstmkit.errors import InputError
from lstmkit.music.files.score import (
    BAR_GRID,
    MAX_QUARTERS,
    Bar,
    Note,
    Part,
    Score,
    bars_from_metres,
    in_order,
    on_bar_grid,
    sensible_tempos,
)
from lstmkit.music.theory import chords, naming

MAX_BYTES = 8 << 20
MAX_ELEMENTS = {  # of a file, all parts together; music21 takes a millisecond or two for each
    b"measure": 6_000,
    b"note": 25_000,
}
DEFAULT_VELOCITY = 80

_KINDS = {
    "major": "", "minor": "m", "augmented": "aug", "diminished": "dim", "power": "5",
    "dominant-seventh": "7", "major-seventh": "maj7", "minor-seventh": "m7",
    "diminished-seventh": "dim7", "augmented-seventh": "7#5", "half-diminished-seventh": "m7b5",
    "minor-major-seventh": "m(maj7)", "major-sixth": "6", "minor-sixth": "m6",
    "dominant-ninth": "9", "major-ninth": "maj9", "minor-ninth": "m9",
    "dominant-11th": "11", "dominant-13th": "13", "minor-11th": "m11", "major-13th": "maj13",
    "suspended-second": "sus2", "suspended-fourth": "sus4",
}  # fmt: skip


def parse(data: bytes, *, name: str, where: str) -> Score:
    """Read a MusicXML file, compressed (.mxl) or not.

    Args:
        data: The whole file.
        name: Name of the piece.
        where: Path of the file, for error messages.

    Raises:
        InputError: If the file is broken, too large, or without notes.
    """
    text = _xml(data, where)
    _check(text, where)
    try:
        parsed = converter.parseData(text.decode("utf-8", "replace"), format="musicxml")
    except Exception as error:  # music21 raises whatever its XML visitors stumble over
        raise InputError(
            f"{where}: not a readable MusicXML file: {_reason(error)}; open and save it again in a"
            " notation program"
        ) from error
    return _score(parsed, name, where)


def _check(text: bytes, where: str) -> None:
    """Refuse what music21 would choke on, before it begins."""
    if re.search(rb"<!ENTITY", text, re.IGNORECASE):
        raise InputError(f"{where}: the file defines XML entities, which no MusicXML file needs")
    for name_of, most in MAX_ELEMENTS.items():
        count = len(re.findall(b"<" + name_of + rb"[\s>]", text))
        if count > most:
            raise InputError(
                f"{where}: {count:,} <{name_of.decode()}> elements; at most {most:,} are read; cut"
                " it down to the parts and bars that matter, or export it as MIDI"
            )
    if re.search(rb"<beat(s|-type)>[^<]*\d{4}", text):  # music21 would count them all
        raise InputError(f"{where}: a time signature has over 999 beats; it is damaged")


def parse_corpus(name: str) -> Score:
    """Read a piece that music21 ships, such as `bach/bwv66.6` or `joplin/maple_leaf_rag`.

    Raises:
        InputError: If music21 ships no such piece.
    """
    where = f"corpus:{name}"
    try:
        path = corpus.getWork(name)
    except Exception as error:
        known = [f"{p.parent.name}/{p.stem}" for p in corpus.getPaths()]
        near = difflib.get_close_matches(name, known, n=3, cutoff=0.4)
        hint = f"; did you mean {', '.join(near)}?" if near else ""
        raise InputError(
            f"{where}: music21 {music21.__version__} ships no such piece{hint}"
        ) from error
    try:
        parsed = converter.parse(path, forceSource=True, storePickle=False)
    except Exception as error:
        raise InputError(f"{where}: music21 cannot read it: {_reason(error)}") from error
    if isinstance(parsed, stream.Opus):
        parsed = parsed.scores[0]
    return _score(parsed, name.replace("/", "-"), where)


def _reason(error: Exception) -> str:
    return (str(error).splitlines() or [""])[0][:200] or type(error).__name__


def _xml(data: bytes, where: str) -> bytes:
    """Return the XML text of a file, unpacked if it is compressed."""
    if not data.startswith(b"PK"):
        if len(data) > MAX_BYTES:
            raise InputError(
                f"{where}: {len(data):,} bytes; a MusicXML file may have {MAX_BYTES:,} here"
            )
        return data
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            inside = [
                entry
                for entry in archive.infolist()
                if entry.filename.endswith((".xml", ".musicxml"))
                and "META-INF" not in entry.filename
            ]
            if not inside:
                raise InputError(f"{where}: the archive holds no MusicXML")
            if inside[0].file_size > MAX_BYTES:
                raise InputError(f"{where}: unpacks to {inside[0].file_size:,} bytes, too many")
            with archive.open(inside[0]) as file:
                return file.read(MAX_BYTES)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise InputError(f"{where}: not a readable compressed MusicXML file: {error}") from error


def _score(parsed: Any, name: str, where: str) -> Score:
    if float(parsed.highestTime) > MAX_QUARTERS:
        raise InputError(f"{where}: the music would last over {MAX_QUARTERS:,} quarter notes")
    voices = list(parsed.parts) if isinstance(parsed, stream.Score) else [parsed]
    parts = tuple(part for part in map(_part, voices) if part.notes)
    if not parts:
        raise InputError(f"{where}: the file has no notes")
    end = max(n.end for part in parts for n in part.notes)
    found = Score(
        name=name,
        parts=parts,
        bars=_bars(voices[0], end),
        tempos=_tempos(parsed),
        symbols=_symbols(parsed),
    )
    return replace(found, signature=_signatures(voices[0]).get(found.metre))


def _signatures(voice: Any) -> dict[Fraction, tuple[int, int]]:
    """Return the time signatures by the length of the bar."""
    return {
        on_bar_grid(Fraction(found.barDuration.quarterLength)): (found.numerator, found.denominator)
        for found in voice.recurse().getElementsByClass(meter.TimeSignature)
    }


def _part(voice: Any) -> Part:
    notes = []
    flat = voice.stripTies().flatten()
    for element in flat.notes:
        if isinstance(element, harmony.Harmony) or element.duration.isGrace:
            continue
        onset, length = Fraction(element.offset), Fraction(element.quarterLength)
        members = element.notes if hasattr(element, "notes") else [element]
        for member in members:
            if isinstance(member, note.Note) and isfinite(member.pitch.ps):
                velocity = member.volume.velocity or DEFAULT_VELOCITY
                notes.append(Note(onset, length, member.pitch.midi, int(velocity)))
    instrument = next(iter(flat.getElementsByClass("Instrument")), None)
    program = getattr(instrument, "midiProgram", None) or 0
    drums = any(
        isinstance(clef, music21.clef.PercussionClef) for clef in flat.getElementsByClass("Clef")
    )
    drums = drums or bool(flat.getElementsByClass(percussion.PercussionChord))
    name = str(voice.partName or "").strip()[:60]
    return Part(name, int(program), drums, in_order(notes))


def _bars(voice: Any, end: Fraction) -> tuple[Bar, ...]:
    """Take the bars as written, so that a pick-up stays short."""
    measures = voice.getElementsByClass(stream.Measure)
    starts = sorted({on_bar_grid(Fraction(measure.offset)) for measure in measures})
    if not starts:
        signatures = voice.flatten().getElementsByClass(meter.TimeSignature)
        times = [(Fraction(s.offset), Fraction(s.barDuration.quarterLength)) for s in signatures]
        metres = [(on_bar_grid(at), max(on_bar_grid(n), Fraction(1, 2))) for at, n in times]
        return bars_from_metres(metres, end)
    last = on_bar_grid(Fraction(measures[-1].barDuration.quarterLength))
    length = max(last, Fraction(1, BAR_GRID))
    whole = Fraction(ceil(end * BAR_GRID), BAR_GRID)
    stop = max(starts[-1] + length, whole)
    bounds = zip(starts, [*starts[1:], stop], strict=True)
    return tuple(Bar(start, until - start) for start, until in bounds)


def _tempos(parsed: Any) -> tuple[tuple[Fraction, float], ...]:
    return sensible_tempos(
        (Fraction(mark.getOffsetInHierarchy(parsed)), float(mark.getQuarterBPM()))
        for mark in parsed.recurse().getElementsByClass(tempo.MetronomeMark)
        if mark.number and mark.getQuarterBPM()
    )


def _symbols(parsed: Any) -> tuple[tuple[Fraction, str], ...]:
    found = {}
    for symbol in parsed.recurse().getElementsByClass(harmony.ChordSymbol):
        if not isinstance(symbol, harmony.NoChord):
            text = _symbol(symbol)
            if text:
                found[Fraction(symbol.getOffsetInHierarchy(parsed))] = text
    return tuple(sorted(found.items()))


def _symbol(symbol: Any) -> str | None:
    """Spell music21's symbol as `chords.parse` reads it; name its notes where it has no kind."""
    root, bass = symbol.root(), symbol.bass()
    kind = _KINDS.get(symbol.chordKind)
    if kind is None or symbol.chordStepModifications:
        known = naming.identify([pitch.midi for pitch in symbol.pitches])
        return known.symbol if known is not None else None
    text = root.name.replace("-", "b") + kind
    if bass.name != root.name:
        text += "/" + bass.name.replace("-", "b")
    return text if chords.is_symbol(text) else None
