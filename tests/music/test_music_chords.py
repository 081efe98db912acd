import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lstmkit.errors import InputError
from lstmkit.music.theory import chords

TONES_ABOVE_C = {
    "C": {0, 4, 7},
    "Cm": {0, 3, 7},
    "C7": {0, 4, 7, 10},
    "Cmaj7": {0, 4, 7, 11},
    "Cm7": {0, 3, 7, 10},
    "Cm7b5": {0, 3, 6, 10},
    "Cdim": {0, 3, 6},
    "Cdim7": {0, 3, 6, 9},
    "Caug": {0, 4, 8},
    "C7#5": {0, 4, 8, 10},
    "C7alt": {0, 1, 3, 4, 8, 10},
    "C7b9": {0, 1, 4, 7, 10},
    "C7#9": {0, 3, 4, 7, 10},
    "C13b9": {0, 1, 4, 7, 9, 10},
    "C6": {0, 4, 7, 9},
    "Cm6": {0, 3, 7, 9},
    "C6/9": {0, 2, 4, 7, 9},
    "Cmaj9": {0, 2, 4, 7, 11},
    "C13": {0, 2, 4, 7, 9, 10},
    "Csus": {0, 5, 7},
    "C7sus4": {0, 5, 7, 10},
    "Cmaj7#11": {0, 4, 6, 7, 11},
    "CmMaj7": {0, 3, 7, 11},
    "C5": {0, 7},
    "Cadd9": {0, 2, 4, 7},
}

SAME = [
    ("Cmaj7", "CM7", "CΔ7", "CΔ", "C^7", "Cma7", "CMA7", "Cj7", "C7M"),
    ("Cm7", "C-7", "Cmin7", "Cmi7", "CMI7"),
    ("Cm7b5", "C-7b5", "Cø", "Cø7", "Cm7(b5)", "Ch7"),
    ("Cdim7", "C°7", "Co7"),
    ("Caug", "C+"),
    ("C7#5", "C+7", "C7+", "Caug7"),
    ("C6/9", "C69"),
    ("Cm9", "C-9"),
    ("CmMaj7", "Cm(maj7)", "C-Δ7", "CmM7"),
    ("C7b9", "C7-9", "C7(b9)"),
    ("Csus", "Csus4", "C4"),
    ("Cmadd9", "Cm(add9)"),
    ("C9", "C7/9", "C7(9)"),
    ("C7b9#11", "C7(b9,#11)", "C7#11b9"),
]


@pytest.mark.parametrize(("symbol", "above"), TONES_ABOVE_C.items())
def test_parse_finds_the_tones(symbol, above):
    assert chords.parse(symbol).tones == above


@pytest.mark.parametrize("spellings", SAME, ids=lambda s: s[0])
def test_parse_reads_each_spelling_alike(spellings):
    first, *others = [chords.parse(text) for text in spellings]
    assert all((o.tones, o.scale) == (first.tones, first.scale) for o in others)


@pytest.mark.parametrize("symbol", TONES_ABOVE_C)
@pytest.mark.parametrize("root", range(12))
def test_parse_transposes(symbol, root):
    name = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "B♭", "Cb")[root]
    chord = chords.parse(symbol.replace("C", name, 1))
    assert chord.root == root
    assert chord.tones == {(tone + root) % 12 for tone in TONES_ABOVE_C[symbol]}
    assert chord.tones <= chord.scale


def test_parse_reads_the_bass_of_a_slash_chord():
    chord = chords.parse("Bb7/D")
    assert (chord.root, chord.bass) == (10, 2)
    assert chords.parse("C6/9").bass == 0
    assert 11 in chords.parse("C/B").tones
    assert chords.parse("C/Bb").scale == chords.parse("C7").scale


@pytest.mark.parametrize(
    ("symbol", "scale"),
    [
        ("Cmaj7", chords.IONIAN),
        ("Cm7", chords.DORIAN),
        ("C7", chords.MIXOLYDIAN),
        ("C7alt", chords.ALTERED),
        ("C7#11", chords.LYDIAN_DOMINANT),
        ("Cm7b5", chords.LOCRIAN),
        ("Cdim7", chords.WHOLE_HALF),
        ("C7b9", chords.PHRYGIAN_DOMINANT),
        ("CmMaj7", chords.MELODIC_MINOR),
        ("Csus", chords.MIXOLYDIAN),
        ("C7b9#11", chords.HALF_WHOLE),
        ("C7#5b9", chords.ALTERED),
        ("Cm9b5", chords.LOCRIAN_NATURAL_NINE),
    ],
)
def test_parse_chooses_the_scale_of_the_textbooks(symbol, scale):
    assert chords.parse(symbol).scale == scale


def test_progression_shares_and_repeats_bars():
    bars = chords.parse_progression("| Dm7 G7 | Cmaj7 | % | |")
    assert [[c.symbol for c in bar] for bar in bars] == [
        ["Dm7", "G7"],
        ["Cmaj7"],
        ["Cmaj7"],
        ["Cmaj7"],
    ]


def test_progression_without_a_chord_for_a_while_keeps_the_one_before():
    bars = chords.parse_progression("Dm7 | N.C. | NC G7")
    assert [[c.symbol for c in bar] for bar in bars] == [["Dm7"], ["N.C."], ["N.C.", "G7"]]
    assert bars[1][0].tones == bars[0][0].tones
    with pytest.raises(InputError, match=r"bar 1, chord 1: N\.C\. goes on over the chord before"):
        chords.parse_progression("N.C. | C")


def test_progression_without_end_is_refused():
    with pytest.raises(InputError, match="1,001 bars; expected at most 1,000"):
        chords.parse_progression("C |" * 1000 + "C")
    with pytest.raises(InputError, match="bar 2: 100,000 chords; expected at most 32"):
        chords.parse_progression("C |" + "C " * 100_000)


@pytest.mark.parametrize("text", ["", "|", "  ", "%"])
def test_progression_without_chords_is_refused(text):
    with pytest.raises(InputError, match="first bar is empty"):
        chords.parse_progression(text)


def test_unknown_symbol_is_named_with_its_place():
    with pytest.raises(InputError, match=r"bar 2, chord 2: unknown chord 'Gfoo'.*'foo'"):
        chords.parse_progression("Dm7 | G7 Gfoo")


@given(st.text(max_size=60))
@example("C" * 50)
@example("C/")
@example("C#####")
@example("C7\0")
def test_parse_ends_in_a_chord_or_one_clear_error(text):
    try:
        chord = chords.parse(text)
    except InputError as error:
        assert "unknown chord" in str(error)
    else:
        assert chord.tones <= chord.scale


@given(st.text(alphabet="ABCDEFGbm#7maj9sus|/()+-Δø %", max_size=200))
def test_progression_ends_in_bars_or_one_clear_error(text):
    try:
        bars = chords.parse_progression(text)
    except InputError:
        return
    assert all(bars)
