"""The commands of the lessons: files, progress, exit codes, JSON for graders."""

import json

import numpy as np
import pytest

from lstmkit.lessons.exercises import catalogue


def solve(folder, name):
    exercise = catalogue.find(name)
    (folder / "exercises").mkdir(exist_ok=True)
    path = folder / "exercises" / exercise.file
    path.write_text(exercise.solution, encoding="utf-8")
    return path


def test_a_reader_goes_from_start_to_solved(cli, tmp_path):
    assert cli("exercise", "start").code == 0
    assert (tmp_path / "exercises" / "01_squash.py").is_file()
    wrong = cli("exercise", "check", "1")
    assert wrong.code == 1
    assert "a hole is still open" in wrong.out
    assert "Traceback" not in wrong.err
    assert "hint 1 of 3" in cli("exercise", "hint", "1").out
    assert "hint 2 of 3" in cli("exercise", "hint", "1").out
    path = solve(tmp_path, "squash")
    right = cli("exercise", "check", "1")
    assert right.code == 0
    assert right.out.startswith("1 squash: right")
    listed = cli("exercise", "list").out
    assert "1 of 18 solved" in listed
    assert "02_rnn_step.py" in cli("exercise", "next").out
    assert (tmp_path / "exercises" / "02_rnn_step.py").is_file()
    again = cli("exercise", "start", "1")
    assert again.code == 2
    assert "stays as it is" in again.err
    assert path.read_text(encoding="utf-8") == catalogue.find("squash").solution


def test_graders_get_one_object_for_each_exercise(cli, tmp_path):
    solve(tmp_path, "clip")
    path = solve(tmp_path, "lstm_backward")
    path.write_text(path.read_text(encoding="utf-8").replace(" + da_prev", ""), encoding="utf-8")
    outcome = cli("exercise", "check", "--all", "--json")
    objects = [json.loads(line) for line in outcome.out.splitlines()]
    assert outcome.code == 1
    assert [one["exercise"] for one in objects] == list(range(1, 19))
    clip, lstm = objects[5], objects[10]
    assert (clip["passed"], clip["points"], clip["out_of"]) == (True, 10, 10)
    assert lstm["passed"] is False
    assert 0 <= lstm["points"] < 10
    assert "da_prev never reaches" in lstm["causes"][0]
    assert objects[0]["message"].endswith("not begun")
    begun = cli("exercise", "check", "--json").out.splitlines()
    assert [json.loads(line)["name"] for line in begun] == ["clip", "lstm_backward"]


def test_solution_is_printed_and_noted(cli):
    assert "def scale" in cli("exercise", "solution", "scale").out
    rows = json.loads(cli("exercise", "list", "--json").out)["exercises"]
    assert [row["name"] for row in rows if row["solution_seen"]] == ["scale"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("check", "99"), "expected 1 to 18"),
        (("check", "3"), "begin with `lstmkit exercise start 3`"),
        (("check",), "no exercise is begun"),
    ],
)
def test_what_cannot_be_checked_is_told(words, said, cli):
    outcome = cli("exercise", *words)
    assert outcome.code == 2
    assert said in outcome.err


def test_a_damaged_record_says_what_to_do(cli, tmp_path):
    (tmp_path / "exercises").mkdir()
    (tmp_path / "exercises" / "progress.json").write_text('{"solved": 3}', encoding="utf-8")
    outcome = cli("exercise", "list")
    assert outcome.code == 2
    assert "delete it to begin your record anew" in outcome.err


def test_last_exercise_is_said(cli, tmp_path):
    names = {one.name: True for one in catalogue.EXERCISES}
    (tmp_path / "exercises").mkdir()
    record = tmp_path / "exercises" / "progress.json"
    record.write_text(json.dumps({"solved": names}), encoding="utf-8")
    assert "All exercises are solved" in cli("exercise", "next").out
    assert json.loads(cli("exercise", "next", "--json").out) == {"next": None}


def test_trace_shows_what_was_asked_for(cli, tmp_path):
    shown = cli("cells", "trace", "--cell", "lstm", "--units", "2", "--step", "2", "--unit", "1")
    assert "unit 1 of 2" in shown.out
    assert "step 2 of 3" in shown.out
    content = json.loads(cli("cells", "trace", "--cell", "rnn", "--json").out)
    assert [len(step["units"]["a"]) for step in content["steps"]] == [2, 2, 2]
    assert np.shape(content["weights"]["Waa"]) == (2, 2) == tuple(content["shapes"]["Waa"])
    one = json.loads(cli("cells", "trace", "--cell", "rnn", "--step", "1", "--json").out)
    assert one["steps"] == content["steps"][:1]
    assert cli("cells", "trace", "--cell", "lstm", "--to", "t.html").err.strip() == "t.html"
    assert (tmp_path / "t.html").stat().st_size > 5000


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--cell", "rnn", "--step", "9"), "there are 3 steps"),
        (("--cell", "rnn", "--unit", "2"), "expected 0 to 1"),
        (("--run", "nowhere"), "nowhere"),
        (("--run", "music/shipped", "--text", "hello"), "a music model reads notes"),
        (("--text", "I am", "--layer", "x"), "this model has lstm_1, lstm_2"),
    ],
)
def test_what_cannot_be_traced_is_told(words, said, cli):
    outcome = cli("cells", "trace", *words)
    assert outcome.code == 2
    assert said in outcome.err
