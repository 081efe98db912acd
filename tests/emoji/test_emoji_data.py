import logging

import numpy as np
import pytest
from conftest import emoji_script

from lstmkit.emoji import data, sentences
from lstmkit.errors import InputError

FIVE = {"0": "❤️ love", "1": "⚾ play", "2": "😄 joy", "3": "😞 sadness", "4": "🍴 food"}
SIX = FIVE | {"5": "none"}


@pytest.fixture
def write(tmp_path):
    def to(text, name="file.csv", encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        return path

    return to


def test_load_reads_headerless_tutorial_files(write):
    path = write('never mind,3,,\nMiss him so,0,, [0]\n"where is it\t",1\nfood is good ,4\n')
    found = data.load(path, FIVE)
    assert found.texts == ("never mind", "Miss him so", "where is it", "food is good")
    assert [found.labels[t].key for t in found.targets] == ["3", "0", "1", "4"]
    assert [label.emoji for label in found.labels] == ["❤️", "⚾", "😞", "🍴"]


def test_load_reads_the_tutorials_own_files(reference):
    train = data.load(reference / "data" / "train_emoji.csv", FIVE)
    test = data.load(reference / "data" / "test_emoji.csv", FIVE)
    assert (len(train), len(test)) == (132, 56)
    assert data.overlap(train, test) >= 5


def test_load_finds_columns_by_their_header(write):
    path = write('id,label,text\n7,4,"soup, please"\n8,0,hug me\n')
    found = data.load(path, FIVE)
    assert found.texts == ("soup, please", "hug me")
    assert [found.labels[t].name for t in found.targets] == ["food", "love"]


def test_load_makes_classes_of_any_emojis(write):
    found = data.load(write("text,emoji\nblast off,🚀\nwoof,🐶\nto the moon,🚀\n"), FIVE)
    assert [(one.key, one.emoji, one.name) for one in found.labels] == [
        ("0", "🚀", "rocket"),
        ("1", "🐶", "dog face"),
    ]
    assert found.targets.tolist() == [0, 1, 0]


def test_load_takes_labels_from_the_config(write):
    found = data.load(write("text,label\nyes,pos\nno,neg\n"), {**FIVE, "pos": "👍", "neg": "👎 no"})
    assert [(one.key, one.emoji, one.name) for one in found.labels] == [
        ("pos", "👍", "thumbs up"),
        ("neg", "👎", "no"),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("text,label\n", "no rows of data"),
        ("text\n", "a header, 'text', and no rows"),
        ('""\n', "empty cells only"),
        ("text,label\nhello,0\nhello\n", "line 3: expected a text and a label"),
        ("just one column\n", "line 1: expected at least two columns"),
    ],
)
def test_load_says_what_is_wrong_and_where(write, text, said):
    with pytest.raises(InputError, match=said):
        data.load(write(text), FIVE)


def test_load_says_which_encoding_was_read(write, caplog):
    rows = "text,label\n" + "".join(f"caf\xe9 number {i},{4 - i % 2}\n" for i in range(6))
    found = data.load(write(rows, encoding="cp1252"), FIVE)
    assert found.texts[0] == "caf\xe9 number 0"
    assert "read as cp1252" in caplog.text


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_load_reads_any_delimiter_and_mark(write, delimiter, encoding):
    rows = [("text", "emoji"), ("a fine day", "😄"), ("a foul day", "😞"), ("what fun", "😄")]
    found = data.load(write("\n".join(map(delimiter.join, rows)) + "\n", encoding=encoding), FIVE)
    assert found.texts == ("a fine day", "a foul day", "what fun")
    assert [found.labels[t].name for t in found.targets] == ["joy", "sadness", "joy"]


def test_load_reads_labels_as_fasttext_marks_them(write):
    found = data.load(write("__label__2 a fine day, is it\n\n__label__3  so sad\n"), FIVE)
    assert found.texts == ("a fine day, is it", "so sad")
    assert [found.labels[t].key for t in found.targets] == ["2", "3"]


def test_a_text_file_with_tabs_is_a_table(tmp_path):
    path = tmp_path / "unicode.txt"
    path.write_text("text\tlabel\na fine day, is it\t2\nso sad\t3\n", encoding="utf-16")
    assert data.load(path, FIVE).texts == ("a fine day, is it", "so sad")


def test_a_json_list_of_texts_is_read(write):
    sheet = sentences.read(write('["a fine day, is it", "so \\"sad\\""]'))
    assert sheet.cells[0].tolist() == ["a fine day, is it", 'so "sad"']


def test_load_reads_json_lines(write):
    rows = '{"text": "a fine day", "label": 2}\n{"text": "so sad", "label": 3}\n'
    found = data.load(write(rows), FIVE)
    assert [(t, found.labels[i].key) for t, i in zip(found.texts, found.targets, strict=True)] == [
        ("a fine day", "2"),
        ("so sad", "3"),
    ]


@pytest.mark.parametrize(
    ("cells", "labels"),
    [
        (["2.0", "3.0"], [("2", "😄", "joy"), ("3", "😞", "sadness")]),
        (["❤️", "❤", "😞"], [("0", "❤️", "love"), ("3", "😞", "sadness")]),
        ([":smile:", ":heart:"], [("0", "❤️", "love"), ("2", "😄", "joy")]),
        (["🇪🇸", "🇺🇸"], [("0", "🇪🇸", "spain"), ("1", "🇺🇸", "united states")]),
        (
            ["positive", "negative"],
            [("positive", "👍", "positive"), ("negative", "👎", "negative")],
        ),
        (["ham", "spam"], [("ham", "", "ham"), ("spam", "🚫", "spam")]),
        (["0", "none"], [("0", "❤️", "love"), ("none", "", "none")]),
    ],
)
def test_load_takes_labels_as_people_write_them(write, cells, labels):
    rows = [f"sentence number {i} of them,{cell}" for i, cell in enumerate(cells * 3)]
    found = data.load(write("text,label\n" + "\n".join(rows) + "\n"), FIVE)
    assert [(one.key, one.emoji, one.name) for one in found.labels] == labels
    assert len({one.key for one in found.labels}) == len(labels)


def test_load_finds_columns_by_their_cells_and_says_so(write, caplog):
    rows = "".join(f"{'ab'[i % 2]}x,sentence number {i}\n" for i in range(8))
    found = data.load(write("v1,v2\n" + rows), FIVE)
    assert found.texts[0] == "sentence number 0"
    assert [one.name for one in found.labels] == ["ax", "bx"]
    assert "as text: v2, as label: v1" in caplog.text


def test_load_takes_the_columns_it_is_told(write):
    path = write("text,reply,label,mood\none two,three four,0,3\nfive six,seven eight,1,2\n")
    found = data.load(path, FIVE, column="reply", label="mood")
    assert found.texts == ("three four", "seven eight")
    assert [found.labels[t].key for t in found.targets] == ["3", "2"]
    with pytest.raises(InputError, match=r"no column 'x'; found: text, reply, label, mood"):
        data.load(path, FIVE, column="x")


def test_remarks_count_sentences_with_two_labels(write):
    found = data.load(write("text,label\nso so,2\nSo so!,3\nfine day,2\nsad day,3\n"), FIVE)
    assert data.remarks(found) == ["1 sentence stands in it with different labels"]
    assert data.remarks(found.take([0, 2, 3])) == []


def test_split_holds_one_of_a_rare_class_out(write):
    rows = "".join(f"word{i},0\n" for i in range(40)) + "x y,1\nx z,1\ny z,1\nz z,1\n"
    whole = data.load(write(rows), FIVE)
    kept, held = data.split(whole, 0.1, seed=0)
    assert np.bincount(held.targets).tolist() == [4, 1]
    _, none = data.split(kept, 0.0, seed=0)
    assert len(none) == 0


def test_require_tested_asks_for_more_sentences(write):
    whole = data.load(write("a b,0\nc d,0\ne f,1\ng h,1\n"), FIVE)
    kept, held = data.split(whole, 0.1, seed=0)
    with pytest.raises(InputError, match="at least 3"):
        data.require_tested(kept, held)


def test_load_refuses_labels_that_the_model_does_not_have(write):
    known = data.load(write("a,0\nb,1\n"), FIVE).labels
    with pytest.raises(InputError, match="line 2: unknown label '4'"):
        data.load(write("a,0\nb,4\n", "other.csv"), FIVE, known=known)


def test_require_trainable_refuses_one_class_and_warns_of_imbalance(write, caplog):
    with pytest.raises(InputError, match="2 to 100 classes, found 1"):
        data.require_trainable(data.load(write("a,0\nb,0\n"), FIVE))
    with pytest.raises(InputError, match="has 1 sentences"):
        data.require_trainable(data.load(write("a,0\nb,0\nc,1\n"), FIVE))
    rows = "".join(f"word{i},0\n" for i in range(9)) + "x,1\ny,1\n"
    with caplog.at_level(logging.WARNING):
        data.require_trainable(data.load(write(rows), FIVE))
    assert "imbalanced, from 2 to 9" in caplog.text


def test_split_keeps_every_class_and_copies_together(write):
    rows = "".join(f"word{i},{i % 2}\nWORD{i}!,{i % 2}\n" for i in range(40))
    whole = data.load(write(rows), FIVE)
    kept, held = data.split(whole, 0.25, seed=1)
    assert np.bincount(held.targets).tolist() == [10, 10]
    assert len(kept) + len(held) == len(whole)
    assert data.overlap(kept, held) == 0


def test_overlap_ignores_capitals_and_punctuation(write):
    one = data.load(write("I'm here!,0\nno,1\n"), FIVE)
    other = data.load(write("im HERE,0\nyes,1\n", "b.csv"), FIVE)
    assert data.overlap(one, other) == 1


def test_shipped_sentences_pass_their_check(request):
    check = emoji_script("check")
    try:
        reference = request.getfixturevalue("reference") / "data"
    except pytest.skip.Exception:
        reference = None
    found, wrong = check.problems(reference=reference)
    assert wrong == []
    assert found


def test_variants_are_always_the_same_and_no_sentence_of_ours():
    rebuild = emoji_script("rebuild")
    texts = tuple(data.load(data.shipped("test"), SIX).texts[:150])
    made = rebuild.variants(texts)
    assert made == rebuild.variants(texts)
    assert len(made) > 3 * len(texts)
    folded = {data.folded(text) for text in made}
    assert len(folded) == len(made)
    assert not folded & {data.folded(text) for text in texts}


def test_rebuilding_needs_the_public_texts_and_says_so(tmp_path, monkeypatch):
    monkeypatch.setenv("LSTMKIT_DATA", str(tmp_path))
    with pytest.raises(SystemExit, match=r"goemotions_train\.tsv.*run lstmkit data fetch public"):
        emoji_script("rebuild").public_texts()


def test_what_the_larger_model_answered_is_kept_with_the_sum_of_its_texts():
    rebuild = emoji_script("rebuild")
    with np.load(rebuild.TAUGHT) as kept:
        codes = kept["codes"].astype(int)
        assert len(str(kept["texts"])) == len(rebuild.checksum([]))
    assert codes.shape[1] == len(SIX)
    assert np.abs(codes.sum(axis=1) - rebuild.MOST).max() <= 3  # rounded, six of them


def test_check_finds_a_near_copy_in_two_splits():
    check = emoji_script("check")
    texts = ["I am so hungry today", "I am so hungry today!", "a quite different line"]
    assert check.near_copies(texts, ["train", "test", "train"]) == (0, [(0, 1)])
    assert check.near_copies(texts, ["train", "train", "test"]) == (1, [])
