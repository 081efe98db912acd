import gzip

import numpy as np
import pytest

from lstmkit.emoji import embeddings, packing
from lstmkit.errors import InputError


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("LSTMKIT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def glove(path, rows):
    path.write_text("".join(f"{w} {' '.join(map(str, v))}\n" for w, v in rows), encoding="utf-8")
    return path


def test_shipped_table_is_the_reference_table_to_a_cosine_of_0_9999(reference):
    table = embeddings.load(None)
    assert (len(table.vocabulary), table.dimension) == (40_000, 100)
    with gzip.open(reference / "data" / "glove.6B.100d.40k.txt.gz", "rt", encoding="utf-8") as file:
        for number, line in enumerate(file):
            if number % 97:
                continue
            word, *values = line.split()
            original = np.array(values, float)
            packed = table.rows(np.array([table.vocabulary[word]]))[0]
            lengths = np.linalg.norm(original) * np.linalg.norm(packed)
            assert packed @ original / lengths > 0.9999


class Unread(np.memmap):
    """An array in a file that cannot be reckoned with or gone through."""

    def refuse(self, *_, **__):
        raise AssertionError("the vectors are read")

    __array_ufunc__ = __array_function__ = __getitem__ = __iter__ = tobytes = refuse


def test_shipped_table_opens_without_reading_the_vectors(monkeypatch):
    monkeypatch.setattr(np, "memmap", Unread)
    table = embeddings.load(None)
    assert type(table.codes) is Unread
    with pytest.raises(AssertionError, match="are read"):
        table.rows(np.array([0]))


def test_load_packs_within_half_a_step(tmp_path):
    rows = [("love", [0.5, -1.27, 0.3]), ("hate", [2.0, 0.0, -4.0]), ("zero", [0, 0, 0])]
    table = embeddings.load(glove(tmp_path / "v.txt", rows))
    assert list(table.vocabulary) == ["love", "hate", "zero"]
    for word, values in rows:
        packed = table.rows(np.array([table.vocabulary[word]]))[0]
        assert np.abs(packed - values).max() <= max(map(abs, values)) / 127 / 2 + 1e-7


def test_load_takes_word2vec_with_its_header_and_gzip(tmp_path):
    text = "2 3\nlove 1 2 3\nnew york 4 5 6\n"
    with gzip.open(tmp_path / "w2v.txt.gz", "wt", encoding="utf-8") as file:
        file.write(text)
    table = embeddings.load(tmp_path / "w2v.txt.gz")
    assert list(table.vocabulary) == ["love", "new york"]
    assert table.rows(np.array([1]))[0] == pytest.approx([4, 5, 6], abs=0.03)


def test_load_packs_once_and_again_when_the_file_changes(tmp_path, monkeypatch):
    path = glove(tmp_path / "v.txt", [("a", [1, 2]), ("b", [3, 4])])
    first = embeddings.load(path)
    with monkeypatch.context() as patch:
        patch.setattr(packing, "pack", lambda *_: pytest.fail("packed again"))
        patch.setattr(embeddings, "fingerprint", lambda *_: pytest.fail("read again"))
        assert embeddings.load(path).sha256 == first.sha256
    assert embeddings.load_by_sha256(first.sha256, "v.txt").dimension == 2
    glove(path, [("a", [1, 2, 3])])
    assert embeddings.load(path).dimension == 3


@pytest.mark.parametrize(
    ("content", "line", "said"),
    [
        (b"love 1 2 3\nhate 1 2\n", 2, "numbers"),
        (b"love 1 2 3\nhate 1 x 3\n", 2, "expected a word and 3 numbers"),
        (b"love 1 2 3\nhate 1 2 3 4\n", 2, "numbers"),
        (b"love 1 2\nh\xe9 1 2\n", 2, "not UTF-8"),
        (b"love 1 2\nhate 1 nan\n", 2, "infinite or NaN"),
        (b"love\n", 1, "at least 2 numbers"),
        (b"", None, "no word vectors"),
    ],
)
def test_load_names_the_line_that_is_wrong(tmp_path, cache, content, line, said):
    path = tmp_path / "broken.txt"
    path.write_bytes(content)
    with pytest.raises(InputError, match=said) as error:
        embeddings.load(path)
    assert str(path) in str(error.value)
    assert line is None or f"line {line}" in str(error.value) or "up to" in str(error.value)
    assert not list((cache / "embeddings").glob("*/source.json"))
    assert not list((cache / "embeddings").glob(".packing-*"))


def test_load_names_a_missing_file(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        embeddings.load(tmp_path / "none.txt")


def test_with_rows_changes_these_rows_only(tmp_path):
    table = embeddings.load(glove(tmp_path / "v.txt", [("a", [1, 2]), ("b", [3, 4])]))
    moved = table.with_rows(np.array([1]), np.array([[9.0, 8.0]]))
    assert moved.rows(np.array([1, 0, 1])).tolist()[0] == [9, 8]
    assert moved.rows(np.array([0])).tolist() == table.rows(np.array([0])).tolist()


def test_damaged_gzip_is_one_clear_error(tmp_path):
    content = bytearray(gzip.compress(b"".join(b"w%d 1 2 3\n" % n for n in range(999))))
    content[300:340] = b"\xff" * 40
    (tmp_path / "v.txt.gz").write_bytes(content)
    with pytest.raises(InputError, match=r"v\.txt\.gz: cannot read the word vectors"):
        embeddings.load(tmp_path / "v.txt.gz")


def test_vectors_that_are_no_numbers_do_not_replace_those_of_the_table():
    table = embeddings.load(None)
    with pytest.raises(ValueError, match="infinite or NaN"):
        table.with_rows(np.array([1]), np.full((1, table.dimension), np.nan, np.float16))
