"""What a user may write after --chords."""

import pytest

from lstmkit.errors import InputError
from lstmkit.music.files.charts import progression


def names(text: str, key: str | None = None) -> list[str]:
    return [" ".join(chord.symbol for chord in bar) for bar in progression.read(text, key).bars]


@pytest.mark.parametrize(
    ("text", "bars"),
    [
        ("Dm7 G7 | Cmaj7 | % |", ["Dm7 G7", "Cmaj7", "Cmaj7"]),
        ("|: Dm7 | G7 :| Cmaj7", ["Dm7", "G7", "Dm7", "G7", "Cmaj7"]),
        ("Dm7 | G7 :| Cmaj7", ["Dm7", "G7", "Dm7", "G7", "Cmaj7"]),
        ("|: Dm7 | [1 G7 :| [2 C6 | Am7", ["Dm7", "G7", "Dm7", "C6", "Am7"]),
        ("|: Dm7 |1 G7 :|2 C6 |", ["Dm7", "G7", "Dm7", "C6"]),
        ("|: C6 :|: F6 :|", ["C6", "C6", "F6", "F6"]),
        ("Dm7 . G7 /", ["Dm7 Dm7 G7 G7"]),
        ("Dm7 | / / G7 /", ["Dm7", "Dm7 Dm7 G7 G7"]),
        ("Dm7, G7, C7(b9,#5),", ["Dm7 G7 C7(b9,#5)"]),
        ("Dm7 G7\nCmaj7\n\nAm7\n", ["Dm7 G7", "Cmaj7", "Am7"]),
        ("| Dm7 | G7 |\n| C6 | % |\n", ["Dm7", "G7", "C6", "C6"]),
        ("|: Dm7 |\n| G7 :|\n|: C6 :|\nF6 ||\nG6", ["Dm7", "G7"] * 2 + ["C6", "C6", "F6", "G6"]),
        ("[A] Am7 | D7 [Part two] | Gmaj7\nBridge: Em7", ["Am7", "D7", "Gmaj7", "Em7"]),
    ],
)
def test_repeats_endings_and_beats(text, bars):
    assert names(text) == bars


@pytest.mark.parametrize(
    ("text", "key", "bars"),
    [
        ("ii7 V7 | Imaj7", "C", ["Dm7 G7", "Cmaj7"]),
        ("iim7 V7 | Imaj7", "Bb", ["Cm7 F7", "Bbmaj7"]),
        ("iim7b5 V7b9 | i6", "Am", ["Bm7b5 E7b9", "Am6"]),
        ("bVII7 | bII7 | I", "G", ["F7", "Ab7", "G"]),
        ("VImaj7 | III", "Dm", ["Bbmaj7", "F"]),
    ],
)
def test_numerals_are_chords_of_a_key(text, key, bars):
    found = progression.read(text, key).bars
    wanted = progression.read(" | ".join(bars)).bars
    assert [[c.root for c in bar] for bar in found] == [[c.root for c in bar] for bar in wanted]
    assert [[c.tones for c in bar] for bar in found] == [[c.tones for c in bar] for bar in wanted]


def test_numerals_need_a_key_and_a_key_a_name():
    with pytest.raises(InputError, match="say in which key"):
        names("ii V | I")
    with pytest.raises(InputError, match="is no key"):
        names("ii V | I", "H")


def test_a_text_file_is_read_as_what_is_typed(tmp_path):
    path = tmp_path / "tune.txt"
    path.write_text("[Verse]\n|: ii7 V7 | Imaj7 :|\n. / | vi7\n")
    found = progression.read(str(path), "C")
    assert [[c.symbol for c in bar] for bar in found.bars[3:]] == [
        ["Cmaj7"],
        ["Cmaj7", "Cmaj7"],
        ["Am7"],
    ]
    assert found.name == "tune"
