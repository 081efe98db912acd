import importlib.util
import logging

import numpy as np
import pytest

from lstmkit.config import package_folder
from lstmkit.emoji import data
from lstmkit.errors import InputError

FIVE = {"0": "❤️ love", "1": "⚾ play", "2": "😄 joy", "3": "😞 sadness", "4": "🍴 food"}


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
        ("pos", "👍", "thumbs up sign"),
        ("neg", "👎", "no"),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no sentences"),
        ("text,label\n", "no sentences"),
        ("text,label\nhello,0\nhello\n", "line 3: expected a text and a label"),
        ("just one column\n", "line 1: expected at least two columns"),
        ("text,label\nhello,happy\nbye,0\n", "no emoji for label 'happy'"),
    ],
)
def test_load_says_what_is_wrong_and_where(write, text, said):
    with pytest.raises(InputError, match=said):
        data.load(write(text), FIVE)


def test_load_refuses_other_encodings_with_the_line(write):
    with pytest.raises(InputError, match="not UTF-8"):
        data.load(write("caf\xe9,4\n", encoding="latin-1"), FIVE)


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
    path = package_folder("data") / "emoji" / "check.py"
    spec = importlib.util.spec_from_file_location("check_sentences", path)
    check = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(check)
    try:
        reference = request.getfixturevalue("reference") / "data"
    except pytest.skip.Exception:
        reference = None
    found, wrong = check.problems(reference=reference)
    assert wrong == []
    assert found


def test_check_finds_a_near_copy_in_two_splits():
    path = package_folder("data") / "emoji" / "check.py"
    spec = importlib.util.spec_from_file_location("check_sentences", path)
    check = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(check)
    texts = ["I am so hungry today", "I am so hungry today!", "a quite different line"]
    assert check.near_copies(texts, ["train", "test", "train"]) == (0, [(0, 1)])
    assert check.near_copies(texts, ["train", "train", "test"]) == (1, [])
