import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstmkit.errors import InputError
from lstmkit.letters import data
from lstmkit.letters.config import DataConfig

SETTINGS = {"unit": "auto", "window": 12, "validation_fraction": 0.1, "split_seed": None}


def load(tmp_path, content, **changes):
    path = tmp_path / "names.txt"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return data.load(path, DataConfig(**{**SETTINGS, **changes}))


def test_lines_end_with_the_end_and_stand_once(tmp_path, caplog):
    corpus = load(tmp_path, "Bo\r\n\n  Ann \nBo\n")
    assert corpus.unit == "line"
    assert corpus.texts == ("Bo\n", "Ann\n")
    assert corpus.vocabulary.characters == "\n ABno"
    assert "1 lines stand twice" in caplog.text


def test_text_of_long_lines_is_cut_into_windows_that_join_again(tmp_path):
    story = "Once upon a time there was a cell.\nIt forgot.\n"
    corpus = load(tmp_path, story)
    assert corpus.unit == "text"
    assert {len(piece) for piece in corpus.texts[:-1]} == {12}
    assert "".join(corpus.texts) == story


def test_text_may_be_asked_for(tmp_path):
    assert load(tmp_path, "ab\ncd\nef\ngh\nij\n", unit="text").texts[0] == "ab\ncd\nef\ngh\n"


def test_composed_and_decomposed_letters_are_one(tmp_path):
    corpus = load(tmp_path, "Zo\u0065\u0308\nZo\u00eb\nAl\n")
    assert corpus.texts == ("Zo\u00eb\n", "Al\n")


@pytest.mark.parametrize(
    ("content", "changes", "match"),
    [
        ("", {}, "at least 2 lines"),
        ("Bo\n", {}, "at least 2 lines"),
        ("A long, long line\nBo\n", {"unit": "line"}, "a line has 17 characters"),
        (b"\xff\xfeB\x00", {}, "not UTF-8"),
        (b"Bo\0\nAnn\n", {}, "zero bytes"),
        ("".join(map(chr, range(0x4E00, 0x5300))), {}, "different characters"),
    ],
)
def test_what_cannot_be_learnt_from_is_refused(tmp_path, content, changes, match):
    with pytest.raises(InputError, match=match) as refusal:
        load(tmp_path, content, **changes)
    assert "names.txt" in str(refusal.value)


def test_missing_file_and_folder_are_refused(tmp_path):
    for path in (tmp_path / "none.txt", tmp_path):
        with pytest.raises(InputError, match="cannot read it"):
            data.load(path, DataConfig(**SETTINGS))


def test_large_file_is_refused_unread(tmp_path):
    path = tmp_path / "large.txt"
    with path.open("wb") as file:
        file.truncate(data.MAX_BYTES + 1)
    with pytest.raises(InputError, match="expected at most"):
        data.load(path, DataConfig(**SETTINGS))


def test_examples_see_the_character_before_and_nothing_at_first():
    vocabulary = data.Vocabulary("\nab")
    x, y = data.examples(vocabulary, ["ab\n", "b\n"])
    assert x.shape == y.shape == (3, 2, 3)
    np.testing.assert_array_equal(y[:, 0], [[0, 0, 1], [1, 0, 0], [0, 1, 0]])
    np.testing.assert_array_equal(x[:, 0], [[0, 0, 0], [0, 1, 0], [0, 0, 1]])
    np.testing.assert_array_equal(y[:, 1], [[0, 1, 0], [0, 0, 0], [1, 0, 0]])  # padded


@given(st.text(st.sampled_from("\n abcä"), max_size=20))
def test_decode_undoes_encode(written):
    vocabulary = data.Vocabulary("\n abcä")
    assert vocabulary.decode(vocabulary.encode(written)) == written


def test_unknown_characters_are_named():
    with pytest.raises(InputError, match="never seen 'x', 'y'; it knows ab"):
        data.Vocabulary("\nab").encode("ayxb")


def test_names_that_ship_are_lines_and_many():
    corpus = data.load(None, DataConfig(**{**SETTINGS, "window": 60}))
    assert corpus.unit == "line"
    assert len(corpus.texts) >= 300
