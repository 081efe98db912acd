import numpy as np
import pytest

from lstmkit.music.theory import naming, pitch


@pytest.mark.parametrize(
    ("pitches", "symbol"),
    [
        ((48, 52, 55), "C"),
        ((45, 48, 52), "Am"),
        ((43, 47, 50, 53), "G7"),
        ((50, 53, 57, 60), "Dm7"),
        ((48, 52, 55, 59), "Cmaj7"),
        ((52, 55, 60), "C/E"),
        ((47, 50, 53, 57), "Bm7b5"),
        ((48, 60), None),
        (tuple(range(48, 60)), None),
    ],
)
def test_identify_names_what_is_struck(pitches, symbol):
    chord = naming.identify(pitches)
    assert (chord.symbol if chord else None) == symbol


def test_fit_hears_the_chord_through_passing_notes():
    weights = [0.0] * 12
    for pitch_class, quarters in {7: 2, 11: 1, 2: 1, 5: 1, 9: 0.25}.items():
        weights[pitch_class] = quarters
    key = naming.key_of(weights)
    fits = naming.fit(weights, 7, key)
    assert naming.inferred(fits.index(max(fits)), key).symbol == "G7"


def test_from_pitches_takes_the_notes_and_the_tutorials_scale():
    chord = naming.from_pitches([pitch_number("E-4"), pitch_number("C#4"), pitch_number("C4")])
    assert chord.tones == {3, 1, 0}
    # B- dorian holds all three; its D- and A- are not the C# and G# of a MIDI file
    assert chord.scale == {5, 3, 10, 7, 0}


def test_from_pitches_derives_the_scale_of_music21():
    chord = pytest.importorskip("music21.chord")
    scale = pytest.importorskip("music21.scale")
    generator = np.random.default_rng(3)
    for _ in range(60):
        pitches = generator.integers(36, 84, generator.integers(1, 7)).tolist()
        theirs = chord.Chord([pitch.name(p) for p in pitches])
        kind = scale.MajorScale if theirs.quality == "major" else scale.DorianScale
        names = {p.name for p in kind().derive(theirs).getPitches()} & set(pitch.NAMES)
        expected = {pitch.NAMES.index(name) for name in names}
        assert naming.from_pitches(pitches).scale == expected, theirs


def pitch_number(name: str) -> int:
    return next(p for p in range(128) if pitch.name(p) == name)
