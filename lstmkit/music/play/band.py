"""Set the stage for a solo, and play it with its rhythm section."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from lstmkit.music.config import GenerateConfig
from lstmkit.music.corpus.songbook import Tune
from lstmkit.music.files import midi
from lstmkit.music.files.score import Bar, Measure, TimedChord, is_compound, usual_signature
from lstmkit.music.play import comping
from lstmkit.music.play.swing import accented, swung
from lstmkit.music.theory.chords import parse_progression

SOLO_CHANNEL, PIANO_CHANNEL, BASS_CHANNEL = 0, 1, 2
STRAIGHT = 0.5  # a beat of three eighths has none that is off the beat
PIANO_PROGRAM, BASS_PROGRAM = 0, 32


@dataclass(frozen=True)
class Request:
    """What the user asks of a solo; None leaves it to the tune.

    Attributes:
        bars: Bars of the solo.
        chords: Symbols to play over.
        tempo: Quarters per minute.
        primer: Music to be fed to the network before it begins.
        count: Number of solos.
        accompaniment: Whether piano and bass play along.
        wav: Whether sound is rendered.
    """

    bars: int | None = None
    chords: str | None = None
    tempo: float | None = None
    primer: str | None = None
    count: int = 1
    accompaniment: bool = True
    wav: bool = False


def stage(tune: Tune, request: Request, config: GenerateConfig) -> list[Measure]:
    """Return the bars to play over, from quarter 0 on: the chords given, else those of a tune."""
    if request.chords is None:
        bars = [
            (m.bar.length, [(t.onset - m.bar.start, t.chord) for t in m.chords])
            for m in tune.measures
            if m.bar.length == tune.metre  # no pick-ups: every bar is one of the time signature
        ]
        wanted = request.bars or config.bars or len(bars)
    else:
        progression = parse_progression(request.chords)
        length = tune.metre
        bars = [
            (length, [(i * length / len(bar), chord) for i, chord in enumerate(bar)])
            for bar in progression
        ]
        wanted = request.bars or len(bars)
    measures = []
    start = Fraction(0)
    for number in range(wanted):
        length, chords = bars[number % len(bars)]
        timed = tuple(TimedChord(start + max(at, Fraction(0)), chord) for at, chord in chords)
        measures.append(Measure(Bar(start, length), (), timed))
        start += length
    return measures


def perform(
    measures: Sequence[Measure],
    tune: Tune,
    tempo: float,
    swing: float,
    request: Request,
    generator: np.random.Generator,
) -> tuple[bytes, list[midi.Track]]:
    """Play a solo with its rhythm section; return the MIDI file and its tracks."""
    lines = [accented([n for m in measures for n in m.notes], generator)]
    compound = is_compound(tune.signature or usual_signature(tune.metre))
    if request.accompaniment:
        beat = Fraction(3, 2) if compound else Fraction(1)
        lines += [comping.piano(measures, generator), comping.bass(measures, beat=beat)]
    players = (
        ("Solo", tune.program, SOLO_CHANNEL),
        ("Piano", PIANO_PROGRAM, PIANO_CHANNEL),
        ("Bass", BASS_PROGRAM, BASS_CHANNEL),
    )
    bars = [measure.bar for measure in measures]
    tracks = [
        midi.Track(name, program, notes, channel)
        for (name, program, channel), notes in zip(
            players, swung(lines, STRAIGHT if compound else swing, bars), strict=False
        )
    ]
    markers = [(t.onset, t.chord.symbol) for m in measures for t in m.chords]
    file = midi.write(
        tracks,
        tempo=tempo,
        metre=tune.metre,
        end=measures[-1].bar.end,
        markers=markers,
        signature=tune.signature,
    )
    return file, tracks
