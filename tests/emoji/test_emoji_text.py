import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstmkit.emoji import embeddings
from lstmkit.emoji import text as text_module
from lstmkit.emoji.lexicon import near_words
from lstmkit.emoji.text import (
    Reader,
    base_forms,
    expand_contraction,
    known_words,
    one_edit_away,
    unknown_words,
)


@pytest.fixture(scope="module")
def reader():
    return Reader(embeddings.load(None).vocabulary)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Don't GO!!!", ["do", "not", "go"]),
        ("can’t, won`t", ["can", "not", "will", "not"]),
        ("it's my mother's", ["it", "is", "my", "mother"]),
        ("let's, I'm, they've", ["let", "us", "am", "they", "have"]),
        ("dont u wanna", ["do", "not", "you", "want", "to"]),
        ("sooo happpy", ["so", "happy"]),
        ("hahahaha", ["ha", "ha"]),
        ("a well-done mother-in-law", ["well", "done", "mother", "in", "law"]),
        ("flavour and flavor", ["flavour", "and", "flavor"]),
        ("fiancée naïve", ["fiancee", "naive"]),
        ("see https://example.org/x?y=1 @bob me@example.org now", ["see", "now"]),
        ("I <3 this :)", ["love", "this", "smile"]),
        ("❤️🍕😂", ["heart", "slice", "pizza", "tears", "joy"]),
        ("the delicous resturant", ["the", "delicious", "restaurant"]),
        ("not any more", ["not", "anymore"]),
        ("lol ramen", ["funny", "noodles"]),
        ("ＷＩＤＥ letters", ["wide", "letters"]),
        ("... !!! ?? -- __", []),
        ("", []),
    ],
)
def test_read_settles_what_a_table_of_words_cannot_know(reader, written, read):
    known = known_words(reader.read(written))
    vocabulary = reader.vocabulary
    assert known == [word for word in read if word in vocabulary]
    assert len(known) == len(read) or written.startswith("fianc")


def test_read_takes_the_spelling_that_the_table_has():
    american, british = Reader({"color": 0, "organize": 1}), Reader({"colour": 0, "organise": 1})
    assert known_words(american.read("colour organise")) == ["color", "organize"]
    assert known_words(british.read("color organize")) == ["colour", "organise"]


def test_read_shows_each_unknown_word_once(reader):
    pieces = reader.read("Zyxwvq loves zyxwvq and a 42 10k")
    assert unknown_words(pieces) == ["zyxwvq"]
    assert known_words(pieces) == ["loves", "and"]


def test_read_keeps_the_surface_beside_the_words(reader):
    [dont, love] = reader.read("Don't LOVE")
    assert (dont.surface, dont.words) == ("don't", ("do", "not"))
    assert (love.surface, love.words) == ("love", ("love",))


@given(st.text(max_size=200))
def test_read_never_fails_and_only_knows_words_of_the_table(text):
    reader = Reader({"love": 0, "not": 1, "do": 2})
    for piece in reader.read(text):
        assert set(piece.words) <= set(reader.vocabulary)
        assert piece.surface


@given(st.text(alphabet="abc'", min_size=1, max_size=12))
def test_expand_contraction_leaves_words_without_apostrophe(word):
    if "'" not in word:
        assert expand_contraction(word) == [word]


def test_one_edit_away_makes_the_four_slips():
    edits = set(one_edit_away("lvoe"))
    assert {"love", "lve", "lvoer", "lvot"} <= edits
    assert "vlove" not in edits


def test_base_forms_undo_inflection():
    assert "giggle" in set(base_forms("giggled"))
    assert "pretty" in set(base_forms("prettiest"))
    assert "swim" in set(base_forms("swimming"))
    assert "cute" in set(base_forms("cutest"))


def test_near_words_have_vectors_and_are_no_words_of_the_table(reader):
    for word, near in near_words().items():
        assert word not in reader.vocabulary
        assert all(other in reader.vocabulary for other in near), word


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("I &lt;3 grandma", "I <3 grandma"),
        ("tea&nbsp;&amp;&nbsp;cake", "tea & cake"),
        ("my sis\u200bter", "my sister"),
        ("choco\u00adlate", "chocolate"),
        ("\ufeffdon\u2019t", "don't"),
    ],
)
def test_plain_takes_off_what_only_looks(text, plain):
    assert text_module.plain(text) == plain


def test_read_parts_joined_hashtags():
    words = {"love": 5, "pizza": 60, "best": 7, "day": 8, "ever": 9, "bestd": 90, "not": 3}
    reader = Reader({**words, "can": 4, "sleep": 70})
    read = {
        tag: known_words(reader.read(tag))
        for tag in ("#ilovepizza", "#BestDayEver", "#bestdayever")
    }
    assert read == {
        "#ilovepizza": ["love", "pizza"],
        "#BestDayEver": ["best", "day", "ever"],
        "#bestdayever": ["best", "day", "ever"],
    }
    assert known_words(reader.read("#cantsleep")) == ["can", "not", "sleep"]
    assert known_words(reader.read("#1")) == []


def test_mostly_unread_counts_pieces():
    reader = Reader({"good": 0, "day": 1})
    assert text_module.mostly_unread(reader.read("bugün hava good"))
    assert not text_module.mostly_unread(reader.read("good day zyxw"))
    assert text_module.mostly_unread(reader.read("..."))
