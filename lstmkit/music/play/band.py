"""What a user asks of the band, and the band: solo, piano, bass and drums."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from lstmkit.errors import InputError
from lstmkit.music.config import GenerateConfig
from lstmkit.music.corpus.songbook import Tune
from lstmkit.music.files.charts.sheet import Chart
from lstmkit.music.files.midi import writer
from lstmkit.music.files.score import Measure, Note, is_compound, usual_signature
from lstmkit.music.play import comping, drums
from lstmkit.music.play.instruments import program_of
from lstmkit.music.play.stage import Stage, set_up
from lstmkit.music.play.swing import STRAIGHT, accented, swung

SOLO_CHANNEL, PIANO_CHANNEL, BASS_CHANNEL = 0, 1, 2
PIANO_PROGRAM, BASS_PROGRAM = 0, 32


@dataclass(frozen=True)
class Request:
    """What the user asks of a solo; None leaves it to the tune.

    Attributes:
        bars: Bars of the solo.
        chords: Symbols to play over, or a chart's file; see `progression.read`.
        key: Key of Roman numerals, such as `Bb` or `F#m`.
        metre: Such as `3/4`.
        tempo: Quarters per minute.
        instrument: Who plays the solo, see `instruments.program_of`.
        primer: Music to be fed to the network before it begins.
        count: Number of solos.
        accompaniment: Whether piano and bass play along.
        drums: Whether drums play with them.
        wav: Whether sound is rendered.
        musicxml: Whether a lead sheet is written.
    """

    bars: int | None = None
    chords: str | None = None
    key: str | None = None
    metre: str | None = None
    tempo: float | None = None
    instrument: str | None = None
    primer: str | None = None
    count: int = 1
    accompaniment: bool = True
    drums: bool = True
    wav: bool = False
    musicxml: bool = False

    @property
    def signature(self) -> tuple[int, int] | None:
        """The metre as two numbers.

        Raises:
            InputError: It is none.
        """
        if self.metre is None:
            return None
        beats, slash, unit = self.metre.partition("/")
        good = slash and beats.isdigit() and unit in ("1", "2", "4", "8", "16")
        if not good or not 0 < int(beats) <= 32:
            raise InputError(f"--metre: {self.metre!r:.20} is no metre; expected one such as 3/4")
        return int(beats), int(unit)

    @property
    def program(self) -> int | None:
        """The General MIDI instrument that is asked for."""
        return None if self.instrument is None else program_of(self.instrument)


def chosen(tunes: Sequence[Tune], request: Request, generator: np.random.Generator) -> Tune:
    """Return the tune that lends its chords and sound: one of the metre asked for, if there is."""
    signature = request.signature
    able: Sequence[Tune] = tunes
    if signature is not None:
        length = Fraction(4 * signature[0], signature[1])
        able = [tune for tune in tunes if tune.metre == length] or tunes
    return able[int(generator.integers(len(able)))]


def stage(
    tune: Tune,
    request: Request,
    config: GenerateConfig,
    chart: Chart | None,
) -> Stage:
    """Return the bars to play over: the chart, else the chords of a tune."""
    signature = request.signature or (None if chart is None else chart.signature)
    metre = None if signature is None else Fraction(4 * signature[0], signature[1])
    progression = None if chart is None else chart.bars
    return set_up(tune, config, bars=request.bars, progression=progression, metre=metre)


def perform(
    played: Sequence[Measure],
    set_stage: Stage,
    tune: Tune,
    swing: float,
    request: Request,
    generator: np.random.Generator,
) -> tuple[bytes, list[writer.Track]]:
    """Play a solo with its rhythm section; return the MIDI file and its tracks."""
    tempo = request.tempo or tune.tempo
    length = played[0].bar.length
    written = request.signature or (tune.signature if length == tune.metre else None)
    compound = is_compound(written or usual_signature(length))
    solo = accented([n for m in played for n in m.notes], generator)
    program = tune.program if request.program is None else request.program
    players = [("Solo", program, SOLO_CHANNEL, solo)]
    if request.accompaniment:
        players += _rhythm_section(
            *(played, generator),
            tempo=tempo,
            straight=swing <= STRAIGHT,
            beat=Fraction(3, 2) if compound else Fraction(1),
            ends=set_stage.ends,
            with_drums=request.drums,
        )
    bars = [measure.bar for measure in played]
    lines = swung([notes for *_, notes in players], STRAIGHT if compound else swing, bars)
    tracks = [
        writer.Track(name, instrument, notes, channel)
        for (name, instrument, channel, _), notes in zip(players, lines, strict=True)
    ]
    file = writer.write(
        tracks,
        tempo=tempo,
        metre=length,
        end=played[-1].bar.end,
        markers=[(timed.onset, timed.chord.symbol) for m in played for timed in m.chords],
        chords=[timed for m in played for timed in m.chords],
        key=set_stage.key,
        signature=written,
    )
    return file, tracks


def _rhythm_section(
    measures: Sequence[Measure],
    generator: np.random.Generator,
    *,
    tempo: float,
    straight: bool,
    beat: Fraction,
    ends: bool,
    with_drums: bool,
) -> list[tuple[str, int, int, list[Note]]]:
    """Return name, program, channel and notes of each who accompanies."""
    piano = comping.piano(measures, generator, ends=ends)
    bass = comping.bass(measures, beat=beat, ends=ends)
    players = [
        ("Piano", PIANO_PROGRAM, PIANO_CHANNEL, piano),
        ("Bass", BASS_PROGRAM, BASS_CHANNEL, bass),
    ]
    if with_drums:
        strokes = drums.drums(measures, tempo=tempo, straight=straight, beat=beat, ends=ends)
        kit = drums.kit(tempo, straight=straight)
        players.append(("Drums", kit, drums.CHANNEL, strokes))
    return players
