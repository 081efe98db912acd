import io
import itertools
import wave
from fractions import Fraction

import numpy as np
import pytest
from melodies import bar_over, line

from lstmkit.music.files.midi import writer
from lstmkit.music.files.score import Bar, Note, TimedChord
from lstmkit.music.play import comping, sound, swing
from lstmkit.music.theory import chords

BARS = [
    bar_over(symbols, start=4 * i)
    for i, symbols in enumerate(
        ["Dm7 G7", "Cmaj7", "Bm7b5 E7alt", "Am6", "F#dim7 B7b9", "C5", "Csus4"]
    )
]


@pytest.mark.parametrize(
    "symbol", ["Cmaj7", "Dm7", "G7", "E7alt", "Bm7b5", "F#dim7", "Am6", "C13", "Csus4", "C"]
)
def test_voicing_has_the_third_and_the_seventh(symbol):
    chord = chords.parse(symbol)
    above = {(p - chord.root) % 12 for p in comping.voice(chord, [])}
    known = {(t - chord.root) % 12 for t in chord.tones}
    assert above & {3, 4, 5}
    assert above & {9, 10, 11} or not known & {9, 10, 11}


def test_voicings_move_little():
    hands: list[int] = []
    moves = []
    for _, _, chord in comping.spans(BARS):
        following = comping.voice(chord, hands)
        assert following == sorted(following)
        assert comping.PIANO_LOW <= following[0] <= following[-1] <= comping.PIANO_HIGH
        if hands:
            moves.append(comping.movement(hands, following) / len(following))
        hands = following
    assert np.mean(moves) < 2


@pytest.mark.parametrize("seed", range(5))
def test_piano_plays_only_chord_and_scale_tones_within_their_time(seed):
    notes = comping.piano(BARS, np.random.default_rng(seed))
    for start, end, chord in comping.spans(BARS):
        inside = [n for n in notes if start <= n.onset < end]
        assert inside
        assert all(n.end <= end and n.pitch % 12 in chord.scale | chord.tones for n in inside)


def test_bass_walks_from_root_to_root():
    notes = comping.bass(BARS)
    assert [n.onset for n in notes] == list(range(4 * len(BARS)))
    for start, _end, chord in comping.spans(BARS):
        first = next(n for n in notes if n.onset == start)
        assert first.pitch % 12 == chord.bass
    leaps = [abs(b.pitch - a.pitch) for a, b in itertools.pairwise(notes)]
    assert max(leaps) <= 12


def test_swing_moves_off_beat_eighths_and_leaves_triplets_and_sixteenths():
    eighths = line(
        ("0", "1/2", 60),
        ("1/2", "1/2", 62),
        ("1", "1/3", 64),
        ("4/3", "2/3", 65),
        ("2", "1/4", 60),
        ("5/2", "3/2", 62),
        ("9/4", "1/4", 61),
    )
    (swung,) = swing.swung([eighths], 2 / 3)
    place = Fraction(2, 3)
    assert [(n.onset, n.end) for n in swung[:4]] == [
        (0, place), (place, 1), (1, Fraction(4, 3)), (Fraction(4, 3), 2),
    ]  # fmt: skip
    assert swung[4:] == eighths[4:]
    assert swing.swung([eighths], 0.5) == [eighths]


def test_accents_fall_on_peaks_and_beginnings():
    notes = line(("0", "1", 60), ("1", "1", 72), ("2", "1", 60), ("3", "1", 58))
    quiet = [n.velocity for n in swing.accented(notes, np.random.default_rng(0))]
    assert quiet[1] > quiet[0] > quiet[2]


TRACKS = [
    writer.Track("Solo", program, line(("0", "1", 60), ("1", "1/2", 67)), 0)
    for program in (0, 11, 26, 33, 56, 73)
]


@pytest.mark.parametrize("track", TRACKS, ids=lambda t: str(t.program))
def test_synthesiser_plays_the_pitch_that_is_written(track):
    data = sound.synthesise([track], tempo=120, end=Fraction(2))
    with wave.open(io.BytesIO(data)) as file:
        assert (file.getnchannels(), file.getframerate()) == (2, 44_100)
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)
    assert 10_000 < np.abs(samples).max() <= 32_767
    heard = samples[2_000:20_000].mean(axis=1)
    spectrum = np.abs(np.fft.rfft(heard * np.hanning(len(heard)), 1 << 18))
    loudest = np.argmax(spectrum) * 44_100 / (1 << 18)
    assert loudest == pytest.approx(261.63, rel=0.01)


def test_swing_counts_beats_from_the_bar_line_of_odd_metres():
    bars = [Bar(Fraction(7 * i, 2), Fraction(7, 2)) for i in range(4)]
    eighths = [Note(Fraction(i, 2), Fraction(1, 2), 60, 90) for i in range(28)]
    (played,) = swing.swung([eighths], 0.6, bars)
    places = [note.onset % Fraction(7, 2) for note in played]
    assert places[:7] == places[7:14]
    assert places[:7] == [0, Fraction(3, 5), 1, Fraction(8, 5), 2, Fraction(13, 5), 3]


def test_render_leaves_out_what_would_take_all_memory():
    wav, why = sound.render(b"", TRACKS, tempo=10, end=Fraction(10_000))
    assert wav is None
    assert "seconds of music" in why


def test_nobody_comps_where_there_is_no_chord():
    bars = chords.parse_progression("Dm7 | N.C. | G7")
    measures = [
        bar_over("C", start=4 * i)._replace(chords=(TimedChord(Fraction(4 * i), bar[0]),))
        for i, bar in enumerate(bars)
    ]
    for notes in (comping.piano(measures, np.random.default_rng(0)), comping.bass(measures)):
        assert {int(note.onset // 4) for note in notes} == {0, 2}


def test_louder_scales_a_soft_sound_to_the_peak_and_leaves_silence():
    soft = np.array([[100, -50], [-200, 0]], "<i2")
    for samples, peak in ((soft, 0.9), (soft * 0, 0)):
        stream = io.BytesIO()
        with wave.open(stream, "wb") as file:
            file.setparams((2, 2, sound.RATE, 0, "NONE", ""))
            file.writeframes(samples.astype("<i2").tobytes())
        with wave.open(io.BytesIO(sound.louder(stream.getvalue()))) as file:
            found = np.frombuffer(file.readframes(9), "<i2").reshape(-1, 2)
        assert np.abs(found).max() == int(peak * 32_767)
        assert np.array_equal(np.sign(found), np.sign(samples))
