"""Exercises: the solutions pass, the holes are found, and every wrong answer gets its own hint."""

import ast

import numpy as np
import pytest
from wrong_answers import SWAPS

from lstmkit.errors import InputError
from lstmkit.lessons.exercises import catalogue, causes, judge, process, reader
from lstmkit.lessons.exercises.catalogue import EXERCISES
from lstmkit.lessons.exercises.checks.exercise import ARROW
from lstmkit.lessons.exercises.codec import decode, encode
from lstmkit.lessons.exercises.compare import compare

NAMES = [one.name for one in EXERCISES]
MISTAKES = [(one.name, mistake) for one in EXERCISES for mistake in one.hints]


@pytest.fixture
def here(monkeypatch):
    """Run the functions of a file that we wrote ourselves in this process: it is faster."""

    def run(source, path, calls, *, seconds):
        asked = [(call.function, encode(tuple(call.arguments))) for call in calls]
        with np.errstate(over="raise", divide="ignore", invalid="ignore"):
            answers = reader._answer(source, path, asked)
        values = [decode(one["value"]) if "value" in one else None for one in answers]
        return process.Ran(values, [process._error(one, path, source) for one in answers])

    monkeypatch.setattr(process, "run", run)


def test_there_are_eighteen_in_the_order_of_the_tutorial():
    assert [one.number for one in EXERCISES] == list(range(1, 19))
    assert len(set(NAMES)) == 18


@pytest.mark.parametrize("wanted", ["exercises/{}", r"exercises\{}", r"C:\my work\{}"])
def test_a_file_is_found_by_the_path_that_a_shell_completes(wanted):
    one = EXERCISES[1]
    assert catalogue.find(wanted.format(one.file)) is one


@pytest.mark.parametrize("name", NAMES)
def test_solution_is_right_and_task_has_holes(name, here):
    exercise = catalogue.find(name)
    verdict = judge.check(exercise, exercise.solution)
    assert verdict.passed, verdict
    assert verdict.points == judge.POINTS
    task = judge.check(exercise, exercise.task, path="x.py")
    assert not task.passed
    assert task.points == 0
    assert "x.py, line" in task.message
    assert "hole" in task.message


BY_HAND = [
    ("clip", "clip", ({"dba": np.array([-3.0, 1.0, 5.0])}, 2.0), {"dba": [-2.0, 1.0, 2.0]}),
    ("sample", "draw", (np.array([0.0, 0.25, 0.75]), 0.25), 2),
    ("scale", "scale", (np.array([2.0, 4.0, 8.0]), 2), [0.0, 1.0, 3.0]),
    ("scale", "unscale", (np.array([0.0, 3.0]), np.array([2.0, 4.0, 8.0]), 2), [2.0, 8.0]),
    ("windows", "windows", (np.arange(4.0), 2), ([[0.0, 1.0], [1.0, 2.0]], [2.0, 3.0])),
    ("skill", "naive", (np.array([1.0, 2.0, 4.0]),), [1.0, 2.0]),
    ("skill", "skill", (np.array([1.0, 2.0, 4.0]), np.array([2.0, 4.0])), 1.0),
    ("interval", "half_width", (np.array([-5.0, 1.0, 2.0, -3.0]), 0.8), 5.0),
    ("interval", "half_width", (np.array([1.0, 2.0]), 0.8), np.inf),
    ("sentences", "sentences_to_indices", (["A b, zz B!"], {"a": 1, "b": 2}, 2), [[1, 2]]),
    ("temperature", "temper", (np.array([0.2, 0.8]), 0.5), [1 / 17, 16 / 17]),
    ("jazz_token", "encode", ([[62, 0.5], [64, 1]], [0, 4, 7], 60), ["X,0.500,+2", "C,1.000,+2"]),
    ("jazz_token", "decode", (["A,0.500,-1"], 60), [[59, 0.5]]),
]


@pytest.mark.parametrize(("name", "function", "arguments", "expected"), BY_HAND)
def test_solution_gives_what_is_worked_out_by_hand(name, function, arguments, expected):
    functions = {}
    exec(catalogue.find(name).solution, functions)
    found = functions[function](*arguments)
    if isinstance(expected, list) and isinstance(expected[0], str):
        assert found == expected
        return
    pairs = [(found[key], expected[key]) for key in expected] if isinstance(expected, dict) else []
    pairs += zip(found, expected, strict=True) if isinstance(expected, tuple) else []
    for one, right in pairs or [(found, expected)]:
        np.testing.assert_allclose(one, right)


@pytest.mark.parametrize("name", NAMES)
def test_text_teaches_and_names_its_command(name):
    exercise = catalogue.find(name)
    text = exercise.task
    assert f"Exercise {exercise.number}: " in text
    assert f"lstmkit exercise check {exercise.number}`" in text or "`lstmkit exercise check" in text
    assert "Returns: " in text
    assert max(map(len, text.splitlines())) <= 100
    assert len(text.splitlines()) <= 70


@pytest.mark.parametrize(("name", "swapped", "written", "hint"), SWAPS)
def test_wrong_answer_gets_its_own_hint(name, swapped, written, hint, here):
    exercise = catalogue.find(name)
    solution = exercise.solution
    assert swapped in solution
    verdict = judge.check(exercise, solution.replace(swapped, written))
    assert not verdict.passed
    said = [part.said for part in verdict.parts]
    assert hint in " ".join([*verdict.causes, *said]), verdict
    assert len(verdict.causes) == 1


def test_two_wrong_answers_of_one_exercise_have_two_hints():
    hints = {}
    for name, swapped, written, hint in SWAPS:
        hints.setdefault((name, hint), set()).add((swapped, written))
    assert sum(len(written) > 1 for written in hints.values()) <= 2  # the two sides of one slip


@pytest.mark.parametrize(("name", "mistake"), MISTAKES)
def test_every_known_mistake_is_told_from_every_other(name, mistake):
    exercise = catalogue.find(name)
    calls = [call for seed in judge.SEEDS for call in exercise.calls(seed)]
    named = exercise.answers(calls, [mistake])
    values = [None if call.names else one for call, one in zip(calls, named, strict=True)]
    run = process.Ran(values, [None] * len(calls))
    parts = compare(calls, named, run)
    assert not all(part.right for part in parts)
    assert causes.find(exercise, calls, named, run, parts) == (exercise.hints[mistake],)


@pytest.mark.parametrize(("name", "mistake"), MISTAKES)
def test_every_piece_of_a_known_mistake_stands_in_the_solution(name, mistake):
    exercise = catalogue.find(name)
    for piece in mistake.splitlines():
        assert piece.split(ARROW)[0] in exercise.solution


def test_two_mistakes_at_once_are_both_named(here):
    exercise = catalogue.find("lstm_step_back")
    source = exercise.solution.replace("dz.sum(axis=1", "dz.mean(axis=1")
    verdict = judge.check(exercise, source.replace("dc_next + da_next * ot", "da_next * ot"))
    assert len(verdict.causes) == 2
    assert "dc_next takes no part" in verdict.causes[0]
    assert "means over the examples" in verdict.causes[1]


def test_a_mistake_nobody_knows_still_says_which_parts_are_wrong(here):
    exercise = catalogue.find("lstm_step_back")
    source = exercise.solution.replace("].T @ dz", "][:, ::-1].T @ dz")
    verdict = judge.check(exercise, source)
    assert "wrong: dxt, da_prev; right: dc_prev, dWf" in verdict.message
    assert verdict.points == 10 * 9 // 11


@pytest.mark.parametrize(
    ("written", "said"),
    [("dz @ xt.T * 0.5", "constant factor 0.5"), ("-dz @ xt.T", "wrong sign")],
)
def test_a_factor_or_a_sign_is_seen(written, said, here):
    exercise = catalogue.find("rnn_step_back")
    verdict = judge.check(exercise, exercise.solution.replace("dz @ xt.T", written))
    assert said in verdict.causes[0]


def test_an_index_with_dots_is_no_hole():
    assert judge.open_holes("x[..., 0]\nf(x[1:, ...])\n") == []
    assert judge.open_holes("y = [1]\nx = ...  # here\n") == [(2, "x = ...  # here")]


@pytest.mark.parametrize("deep", ["-" * 100_000 + "1", "a" + ".b" * 100_000])
def test_a_file_that_is_nested_too_deep_has_no_hole(deep):
    source = f"x = ...\ny = {deep}\n"
    try:
        ast.parse(source)
    except (RecursionError, MemoryError):
        assert judge.open_holes(source) == []
    else:  # where Python reads it all the same
        assert judge.open_holes(source) == [(1, "x = ...")]


def test_coverage_of_the_readers_own_interval_is_measured(here):
    exercise = catalogue.find("interval")
    solution = exercise.solution
    right = judge.check(exercise, solution).remark
    wrong = judge.check(exercise, solution.replace("sizes[k - 1]", "sizes[k - 3]")).remark
    assert 0.78 < float(right.split("errors ")[1].split("%")[0]) / 100 < 0.82
    assert float(wrong.split("errors ")[1].split("%")[0]) / 100 < 0.65


def test_any_scaler_that_feels_the_test_rows_is_found_to_leak(here):
    exercise = catalogue.find("scale")
    leaky = exercise.solution.replace(
        "return (prices - low) / (high - low)", "return (prices - prices.mean()) / (high - low)"
    )
    assert "It leaks: we tripled the test rows only" in judge.check(exercise, leaky).remark


def test_values_go_to_the_other_process_and_back():
    value = {"a": np.arange(6.0).reshape(2, 3), "b": (1, [2.5, "x"], None, True)}
    back = decode(encode(value))
    np.testing.assert_array_equal(back["a"], value["a"])
    assert back["b"] == value["b"]
    assert decode(encode(object())).name == "object"
    assert decode(encode(np.array([object()]))).name == "an array of object"


def test_unknown_exercise_names_those_there_are():
    with pytest.raises(InputError, match="expected 1 to 18"):
        catalogue.find("99")
    assert catalogue.find("07").name == catalogue.find("exercises/07_sample.py").name == "sample"


@pytest.mark.slow
@pytest.mark.parametrize("name", ["rnn_forward", "rnn_backward", "lstm_forward", "lstm_backward"])
def test_keras_judges_too(name):
    exercise = catalogue.find(name)
    verdict = judge.check(exercise, exercise.solution, keras=True)
    assert verdict.passed
    assert verdict.message.endswith("and Keras")
    assert any(part.name.startswith("Keras: ") for part in verdict.parts)
