"""Drums, instruments, and what a notation program reads of a solo."""

from fractions import Fraction

import mido
import numpy as np
import pytest
from melodies import bar_over

from lstmkit.errors import InputError
from lstmkit.music.files.midi.writer import chord_event
from lstmkit.music.play import drums, percussion
from lstmkit.music.play.instruments import NAMES, program_of
from lstmkit.music.play.stage import Stage
from lstmkit.music.theory.chords import parse

BARS = [bar_over("C6", start=4 * n) for n in range(4)]


def strokes(tempo: float, *, straight: bool = False, ends: bool = True):
    return drums.drums(BARS, tempo=tempo, straight=straight, beat=Fraction(1), ends=ends)


def test_swing_has_the_hi_hat_on_two_and_four_and_stops_on_one():
    notes = strokes(160)
    hats = [n.onset for n in notes if n.pitch == drums.PEDAL_HAT]
    assert hats == [bar * 4 + beat for bar in range(3) for beat in (1, 3)]
    assert {n.onset for n in notes if n.onset >= 12} == {12}
    assert max(n.onset for n in strokes(160, ends=False)) > 14


def test_a_ballad_has_brushes_and_a_bossa_a_rim():
    assert drums.RIDE not in {n.pitch for n in strokes(60)}
    assert drums.SWIRL in {n.pitch for n in strokes(60)}
    assert drums.RIM in {n.pitch for n in strokes(140, straight=True)}
    assert drums.kit(60, straight=False) == drums.BRUSH_KIT


@pytest.mark.parametrize(
    ("name", "program"),
    [("trumpet", 56), ("Tenor Sax", 66), ("tenor-sax", 66), ("vibes", 11), ("73", 73)],
)
def test_an_instrument_has_a_name_or_a_number(name, program):
    assert len(NAMES) == 128
    assert program_of(name) == program


def test_an_unknown_instrument_is_told_its_neighbours():
    with pytest.raises(InputError, match=r"did you mean .*trumpet"):
        program_of("trumpt")


@pytest.mark.parametrize(
    ("symbol", "event"),
    [
        ("C", (0x31, 0, 0x7F, 0x7F)),
        ("Bbmaj7", (0x27, 2, 0x7F, 0x7F)),
        ("F#m7b5", (0x44, 11, 0x7F, 0x7F)),
        ("G7b9", (0x35, 25, 0x7F, 0x7F)),
        ("Bb7/D", (0x27, 19, 0x32, 0x7F)),
    ],
)
def test_chord_events_are_those_of_xf(symbol, event):
    found = chord_event(parse(symbol))
    assert found == (0x43, 0x7B, 0x01, *event)
    mido.MetaMessage("sequencer_specific", data=found)


def test_a_ride_is_bright_and_a_kick_is_not():
    def high(pitch: int) -> float:
        samples, _ = percussion.stroke(pitch, 100, 44_100)
        power = np.abs(np.fft.rfft(samples)) ** 2
        hertz = np.fft.rfftfreq(len(samples), 1 / 44_100)
        return float(power[hertz > 2000].sum() / power.sum())

    assert high(drums.RIDE) > 0.9
    assert high(drums.KICK) < 0.1


def test_lead_sheet_has_ties_chords_and_key():
    music21 = pytest.importorskip("music21")
    from lstmkit.music.play import leadsheet

    measures = (
        bar_over("Cm7 F7", ("0", "1", 72), ("7/2", "3/2", 70)),
        bar_over("Bb6", ("6", "2", 65), start=4),
    )
    home = measures[-1].chords[0].chord
    stage = Stage(measures, 2, home, home)
    data = leadsheet.write(
        measures, stage, title="A", program=56, quarters_per_minute=120, signature=None
    )
    part = music21.converter.parse(data.decode(), format="musicxml").parts[0]
    notes = list(part.recurse().notes.getElementsByClass("Note"))
    assert [n.pitch.midi for n in notes] == [72, 70, 70, 65]
    assert [n.tie.type if n.tie else None for n in notes] == [None, "start", "stop", None]
    figures = [c.figure for c in part.recurse().getElementsByClass("ChordSymbol")]
    assert figures == ["Cm7", "F7", "B-6"]
    assert part.recurse().getElementsByClass("KeySignature")[0].sharps == -2
