import csv
import io
import itertools
import json
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lstmkit import runs
from lstmkit.config import package_folder
from lstmkit.emoji import answers, classifier, data
from lstmkit.emoji.text import known_words

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = package_folder("data") / "models" / "emoji"


@pytest.fixture(scope="module")
def model():
    return classifier.load(runs.Run(SHIPPED))


def test_predict_prints_the_text_and_its_emoji(cli):
    done = cli("emoji", "predict", "I love you!", "Pass the ball", "dinner is served")
    assert done.out == "I love you! ❤️\nPass the ball ⚾\ndinner is served 🍴\n"
    assert "ships with lstmkit" in done.err


@pytest.mark.parametrize(
    ("text", "emoji"),
    [
        ("I don't love you anymore", "😞"),
        ("not bad at all", "😄"),
        ("I am not happy with this", "😞"),
        ("sooo hungryyy", "🍴"),
        ("GOAL!!!", "⚾"),
        ("I miss you", "❤️"),
        ("he missed the penalty", "⚾"),
    ],
)
def test_predict_reads_negation_slips_and_shouting(model, text, emoji):
    [reading] = model.read([text])
    assert model.labels[reading.best].emoji == emoji


def test_predict_json_has_the_promised_keys(cli):
    done = cli("emoji", "predict", "--json", "--explain", "--top", "2", "I love zyxwvq ramen")
    content = json.loads(done.out)
    assert list(content) == [
        "text", "emoji", "label", "name", "probability", "top", "unknown_words", "words",
    ]  # fmt: skip
    assert content["unknown_words"] == ["zyxwvq"]
    assert [word["word"] for word in content["words"]] == ["i", "love", "zyxwvq", "ramen"]
    assert len(content["top"]) == 2
    assert content["top"][0] == {name: content[name] for name in ("emoji", "label", "probability")}
    assert content["label"] in range(5)


def test_explain_leaves_each_word_out(model):
    [reading] = model.read(["dinner was ruined"])
    best = reading.best
    for i, value in enumerate(model.contributions(reading)):
        rest = [piece.surface for j, piece in enumerate(reading.pieces) if j != i]
        [other] = model.read([" ".join(rest)])
        expected = reading.probabilities[best] - other.probabilities[best]
        assert value == pytest.approx(expected, abs=1e-6)


def test_explain_shows_what_a_word_is_read_as(cli):
    done = cli("emoji", "predict", "--explain", "--top", "1", "lol don't")
    lines = done.out.splitlines()
    assert "%" in lines[1]
    assert lines[2].startswith("  lol")
    assert "read as: funny" in lines[2]
    assert "read as: do not" in lines[3]
    assert "\x1b" not in done.out


def test_explain_colours_where_the_terminal_has_them(model):
    [reading] = model.read(["I love you"])
    text = answers.to_text(model, reading, answers.Style(explain=True, color=True))
    assert "\x1b[32m" in text


def test_min_confidence_withholds_the_emoji(cli):
    done = cli("emoji", "predict", "--min-confidence", "1", "--json", "I love you")
    content = json.loads(done.out)
    assert (content["emoji"], content["label"], content["name"]) == (None, None, None)
    assert 0 < content["probability"] <= 1
    assert cli("emoji", "predict", "--min-confidence", "1", "hm").out == "hm\n"


def test_predict_reads_lines_from_stdin(cli, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("I love you\nlet us eat\n"))
    assert cli("emoji", "predict", "-").out == "I love you ❤️\nlet us eat 🍴\n"


def test_chat_answers_line_by_line(cli, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("I love you\n\nlet us eat"))
    assert cli("emoji", "chat").out == "I love you ❤️\nlet us eat 🍴\n"


def test_predict_without_texts_says_what_to_do(cli):
    done = cli("emoji", "predict")
    assert done.code == 2
    assert "nothing to read" in done.err


def test_predict_gives_no_emoji_where_none_fits_and_says_why(cli):
    done = cli("emoji", "predict", "--explain", "The router assigns addresses from port 8080")
    lines = done.out.splitlines()
    assert lines[0] == "The router assigns addresses from port 8080"
    assert lines[1].startswith("  no emoji: none fits, with a probability of ")
    content = json.loads(cli("emoji", "predict", "--json", "会议改到星期三").out)
    assert (content["emoji"], content["label"]) == (None, None)
    assert content["why_none"] == "no word of it has a vector"
    content = json.loads(cli("emoji", "predict", "--json", "bugün love hava bulutlu").out)
    assert content["why_none"] == "most of its words have no vector"


def test_windows_overlap_and_cover_every_word(model):
    short = model._windows(model.window)
    assert short == [(0, model.window)]
    for words in (model.window + 1, 2 * model.window, 3 * model.window + 5):
        windows = model._windows(words)
        assert {i for start, end in windows for i in range(start, end)} == set(range(words))
        assert {end - start for start, end in windows} == {model.window}
        starts = [start for start, _ in windows]
        assert all(b - a <= model.window // 2 for a, b in itertools.pairwise(starts))


@pytest.mark.parametrize(
    ("content", "texts"),
    [
        ("so much love\nso sad, really\n", ["so much love", "so sad, really"]),
        ("text\nso much love\nso sad, really\n", ["so much love", "so sad, really"]),
        (
            'text\n"so much love\na "fine" day\nso "sad\n',
            ['"so much love', 'a "fine" day', 'so "sad'],
        ),
        ('text\n"two\nlines"\n"a ""fine"" day"\n', ["two\nlines", 'a "fine" day']),
        ("text;emoji\nso much love;x\nso sad;y\n", ["so much love", "so sad"]),
        ('{"id": 1, "text": "so, much"}\n{"id": 2, "text": "so sad"}\n', ["so, much", "so sad"]),
        ("so much love,0\nso sad,3\nwhat a day,2\n", ["so much love", "so sad", "what a day"]),
    ],
)
def test_batch_answers_every_line_of_any_file(cli, tmp_path, content, texts):
    source = tmp_path / "in.csv"
    source.write_text(content, "utf-8")
    done = cli("emoji", "predict", "--input", source, "--to", "-")
    assert done.code == 0, done.err
    rows = list(csv.DictReader(io.StringIO(done.out)))
    assert [row.get("text") or row["0"] for row in rows] == texts
    assert "stdout" in done.err


def test_batch_refuses_a_row_of_too_many_cells_with_its_line(cli, tmp_path):
    source = tmp_path / "in.csv"
    source.write_text("id,text,author\n1,love,a\n2,so sad\n3,great,b,extra\n", "utf-8")
    done = cli("emoji", "predict", "--input", source, "--to", tmp_path / "out.csv")
    assert done.code == 2
    assert "row 4" in done.err
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with a name here")
def test_batch_reads_every_row_of_a_pipe(cli, tmp_path):
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)
    rows = "text\n" + "".join(f"I love you number {i}\n" for i in range(5000))
    writer = threading.Thread(target=pipe.write_text, args=(rows, "utf-8"))
    writer.start()
    done = cli("emoji", "predict", "--input", pipe, "--to", tmp_path / "out.csv")
    writer.join()
    assert done.code == 0, done.err
    assert len((tmp_path / "out.csv").read_text("utf-8").splitlines()) == 5001


def test_batch_copies_the_rows_and_adds_columns(cli, tmp_path):
    source = tmp_path / "in.csv"
    source.write_text('id,text,emoji\n7,"I love you, dear",x\n8,,y\n9,let us eat,z\n', "utf-8")
    done = cli("emoji", "predict", "--input", source, "--to", tmp_path / "out.csv")
    assert done.code == 0
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert list(rows[0]) == [
        "id", "text", "emoji", "predicted_emoji", "label", "probability", "unknown_words",
    ]  # fmt: skip
    assert [row["predicted_emoji"] for row in rows] == ["❤️", "", "🍴"]
    assert [row["emoji"] for row in rows] == ["x", "y", "z"]
    assert "3 rows" in done.err


def test_batch_says_which_columns_there_are(cli, tmp_path):
    source = tmp_path / "in.csv"
    source.write_text("a,b\nx,y\n", "utf-8")
    options = ("--input", source, "--to", tmp_path / "out.csv")
    for extra in ((), ("--column", "c")):
        done = cli("emoji", "predict", *options, *extra)
        assert done.code == 2
        assert "a, b" in done.err
    assert not (tmp_path / "out.csv").exists()


def test_batch_answers_as_single_predictions_do(model):
    texts = data.load(data.shipped("test"), {}, known=model.labels).texts[:60]
    together = np.array([reading.probabilities for reading in model.read(texts)])
    alone = np.array([model.read([text])[0].probabilities for text in texts])
    assert np.abs(together - alone).max() < 1e-5


@settings(max_examples=60)
@given(st.text(max_size=300))
@example("")
@example(" \t\n ")
@example("\x00\ud7ff\u202e\U0010ffff")
@example("'" * 50)
@example("a" * 5000)
def test_read_answers_any_text(model, text):
    [reading] = model.read([text])
    assert reading.probabilities.sum() == pytest.approx(1)
    assert (reading.best is None) == (not known_words(reading.pieces))
    content = answers.to_json(model, reading, answers.Style(explain=True))
    assert json.loads(json.dumps(content))["text"] == text
    assert answers.to_text(model, reading, answers.Style(top=3, explain=True)) is not None


def test_read_takes_a_megabyte_in_parts(model):
    text = "I love you so much " * 55_000
    [reading] = model.read([text])
    assert len(text) > 1_000_000
    words, step = 5 * 55_000 - 55_000, model.window // 2
    assert reading.windows == -(-(words - model.window) // step) + 1
    assert model.labels[reading.best].name == "love"
    assert f"in {reading.windows:,} parts" in " ".join(answers.remarks(model, reading))


def test_explain_of_a_megabyte_is_one_clear_error(cli):
    done = cli("emoji", "predict", "--explain", "love " * 20_000)
    assert done.code == 2
    assert "at most 400 words" in done.err


def test_shipped_model_keeps_its_promises():
    metrics = runs.Run(SHIPPED).read_json("metrics.json")
    assert metrics["test"]["accuracy"] >= 0.86  # plain sentences, real register and none together
    assert metrics["verdict"].startswith("Beats ")
    assert metrics["test_sentences_also_in_train"] == 0
    assert sum(p.stat().st_size for p in SHIPPED.rglob("*") if p.is_file()) <= 3 << 20


def test_shipped_model_gets_the_plain_test_sentences(model):
    test = data.load(data.shipped("test"), {}, known=model.labels).take(range(800))
    right = sum(r.best == t for r, t in zip(model.read(test.texts), test.targets, strict=True))
    assert right / len(test) >= 0.93


def test_shipped_model_is_silent_where_nothing_fits_and_loses_few(model):
    test = data.load(data.shipped("test"), {}, known=model.labels)
    answered = np.array([model.answer(reading) is not None for reading in model.read(test.texts)])
    fits = test.targets != model.none
    assert answered[~fits].mean() <= 0.15
    assert answered[fits].mean() >= 0.97


def test_shipped_model_gets_nine_in_ten_blind_sentences(model):
    blind = data.load(data.shipped("blind"), {}, known=model.labels)
    right = sum(r.best == t for r, t in zip(model.read(blind.texts), blind.targets, strict=True))
    assert len(blind) == 100
    assert right >= 90


def test_shipped_model_gets_the_tutorials_test_sentences(model, reference):
    test = data.load(reference / "data" / "test_emoji.csv", {}, known=model.labels)
    right = sum(r.best == t for r, t in zip(model.read(test.texts), test.targets, strict=True))
    assert right / len(test) >= 0.93


def test_predict_imports_neither_tensorflow_nor_pandas():
    code = (
        "import sys; from lstmkit.cli import _run; _run(['emoji', 'predict', 'I love you']); "
        "heavy = {'tensorflow', 'keras', 'pandas', 'sklearn', 'scipy', 'matplotlib'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_chat_as_a_process_answers_line_after_line():
    done = subprocess.run(
        [sys.executable, "-m", "lstmkit", "emoji", "chat"],
        input="I love you\n\nI am so sad\n",
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["I love you ❤️", "I am so sad 😞"]


def test_shipped_names_the_model_that_ships(cli, tmp_path):
    newest = tmp_path / "outputs" / "emoji" / "20990101T000000Z-mine"
    shutil.copytree(SHIPPED, newest)
    answered = cli("emoji", "predict", "I love you", "--run", "shipped")
    assert answered.code == 0
    assert str(newest) not in answered.err
