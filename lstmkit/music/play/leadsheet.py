"""A solo as a lead sheet in MusicXML, through music21: melody, chord symbols, key, metre, tempo."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from music21 import clef, harmony, instrument, key, metadata, meter, note, stream, tempo, tie
from music21.musicxml.m21ToXml import GeneralObjectExporter

from lstmkit.music.files.score import Measure, Note, usual_signature
from lstmkit.music.play.stage import Stage
from lstmkit.music.theory.chords import NO_CHORDS, Chord

BASS_CLEF_BELOW = 55  # a line that lies lower on the whole is written in the bass clef
_KINDS = {  # music21's names, by the semitones above the root
    (0, 4, 7): "major", (0, 3, 7): "minor", (0, 3, 6): "diminished", (0, 4, 8): "augmented",
    (0, 4, 7, 11): "major-seventh", (0, 4, 7, 10): "dominant-seventh", (0, 3, 7, 10):
    "minor-seventh", (0, 3, 6, 10): "half-diminished-seventh", (0, 3, 6, 9): "diminished-seventh",
    (0, 4, 7, 9): "major-sixth", (0, 3, 7, 9): "minor-sixth", (0, 3, 7, 11):
    "minor-major-seventh", (0, 5, 7): "suspended-fourth", (0, 2, 7): "suspended-second",
    (0, 4, 8, 10): "augmented-seventh",
}  # fmt: skip


def write(
    measures: Sequence[Measure],
    stage: Stage,
    *,
    title: str,
    program: int,
    quarters_per_minute: float,
    signature: tuple[int, int] | None,
) -> bytes:
    """Return a MusicXML file.

    Args:
        measures: Bars with notes and chords, as written (not swung).
        stage: What the solo was played over; its key is that of the sheet.
        title: What stands above it.
        program: General MIDI instrument, 0 to 127.
        quarters_per_minute: The tempo.
        signature: How the metre is written; None: the simplest way.
    """
    part = stream.Part()
    part.insert(0, instrument.instrumentFromMidiProgram(program))
    beats, unit = signature or usual_signature(measures[0].bar.length)
    for number, (measure, notes) in enumerate(zip(measures, _written(measures), strict=True), 1):
        bar = stream.Measure(number=number)
        if number == 1:
            pitches = [n.pitch for m in measures for n in m.notes]
            low = bool(pitches) and sum(pitches) / len(pitches) < BASS_CLEF_BELOW
            bar.append(clef.BassClef() if low else clef.TrebleClef())
            bar.append(
                key.Key(
                    stage.key.replace("b", "-").removesuffix("m"),
                    "minor" if stage.key.endswith("m") else "major",
                )
            )
            bar.append(meter.TimeSignature(f"{beats}/{unit}"))
            bar.insert(0, tempo.MetronomeMark(number=round(quarters_per_minute)))
        for element in notes:
            bar.insert(element.offset, element)
        bar.makeRests(fillGaps=True, inPlace=True, timeRangeFromBarDuration=True)
        for timed in measure.chords:
            bar.insert(max(timed.onset - measure.bar.start, Fraction(0)), _symbol(timed.chord))
        part.append(bar)
    sheet = stream.Score([part])
    sheet.metadata = metadata.Metadata(title=title, composer="lstmkit")
    part.partName = "Solo"
    data: bytes = GeneralObjectExporter(sheet).parse()
    return data


def _written(measures: Sequence[Measure]) -> Iterator[list[Any]]:
    """Yield the notes of each bar, cut at its bar lines and tied."""
    over: Note | None = None
    for measure in measures:
        found = []
        for sounding in ([over] if over else []) + list(measure.notes):
            start = max(sounding.onset, measure.bar.start)
            end = min(sounding.end, measure.bar.end)
            written = note.Note(sounding.pitch, quarterLength=end - start)
            written.offset = start - measure.bar.start
            before, after = sounding.onset < start, sounding.end > end
            if before or after:
                kind = "continue" if before and after else "stop" if before else "start"
                written.tie = tie.Tie(kind)
            found.append(written)
        last = (list(measure.notes) or ([over] if over else []))[-1:]
        over = last[0] if last and last[0].end > measure.bar.end else None
        yield found


def _symbol(named: Chord) -> Any:
    """Return a chord symbol; one that music21 has no kind for shows its own text."""
    if named.symbol in NO_CHORDS:
        return harmony.NoChord()
    above = tuple(sorted(named.above))
    written = named.symbol[:2] if named.symbol[1:2] in ("b", "#") else named.symbol[:1]
    bass = named.symbol.rpartition("/")[2].replace("b", "-") if named.bass != named.root else None
    kind = _KINDS.get(above, _KINDS.get(above[:4], "major"))
    symbol = harmony.ChordSymbol(root=written.replace("b", "-"), bass=bass, kind=kind)
    symbol.chordKindStr = named.symbol.partition("/")[0][len(written) :]
    return symbol
