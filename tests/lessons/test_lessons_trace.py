"""A step in numbers: forward as the runtime has it, backward as differences have it."""

import itertools
import json
import re

import numpy as np
import pytest

from lstmkit import runtime
from lstmkit.cells.activations import sigmoid
from lstmkit.config import package_folder
from lstmkit.gates.inputs import gate_input
from lstmkit.lessons.trace import lines, page, sources
from lstmkit.lessons.trace.network import read
from lstmkit.runs import Run

SHIPPED = ("emoji", "music")


def model(name):
    return package_folder("data") / "models" / name


@pytest.mark.parametrize("name", SHIPPED)
def test_answers_are_those_of_the_runtime(name):
    shown = gate_input(Run(model(name)), None)
    expected = runtime.load(model(name) / "model.keras").predict(shown.x)[0]
    _, y = read(model(name) / "model.keras").forward(shown.x.astype(float).transpose(2, 0, 1))
    answers = y[:, 0].T if expected.ndim == 2 else y[:, 0, -1]
    np.testing.assert_allclose(answers, expected, atol=2e-5)


@pytest.mark.parametrize("layer", ["lstm_1", "lstm_2"])
def test_gradient_is_that_of_differences_through_the_layers_above(tmp_path, layer):
    trace = sources.of_run(model("emoji"), tmp_path, text="I am not happy", layer=layer)
    network = read(model("emoji") / "model.keras")
    place = network.names.index(layer)
    best = int(trace.steps[-1].answer.argmax())
    x = np.stack([step.x for step in trace.steps], axis=1)[:, None]  # (n_x, 1, T_x)
    upper = type(network)("lstm", network.names[place:], network.layers[place:], network.W,
                          network.b, True)  # fmt: skip

    def loss(nudged):
        return -np.log(upper.forward(nudged)[1][best, 0, -1])

    rng = np.random.default_rng(0)
    for _ in range(5):
        k, t = int(rng.integers(x.shape[0])), int(rng.integers(x.shape[2]))
        up, down = x.copy(), x.copy()
        up[k, 0, t] += 1e-5
        down[k, 0, t] -= 1e-5
        slope = (loss(up) - loss(down)) / 2e-5
        assert trace.steps[t].dx[k] == pytest.approx(slope, rel=1e-5, abs=1e-9)


@pytest.mark.parametrize("cell", ["rnn", "lstm"])
def test_equations_beside_the_numbers_are_true(cell):
    trace = sources.tiny(cell, 3, seed=4)
    known = {"sigmoid": lambda v: float(sigmoid(np.array(v))), "tanh": np.tanh}
    for step in trace.steps:
        for unit in range(3):
            for line in lines.of(trace):
                if not line.numbers:
                    continue
                values = {name: float(array[unit]) for name, array in step.units.items()}
                formula = re.sub(r"\{(\w+)\}", r"\1", line.numbers).replace("^", "**")
                computed = eval(formula, {**known, **values})
                assert computed == pytest.approx(values[line.name], abs=1e-12)


def test_tiny_cell_can_be_redone_by_hand():
    trace = sources.tiny("rnn", 2, seed=0)
    for weight in trace.parameters.values():
        np.testing.assert_array_equal(weight, weight.round(1))
    text = lines.table(trace, 0, 0)
    assert "Waa[0] a<t-1> = -1.2*0 + -0.1*0 = 0" in text
    assert "tanh(-0.6) = -0.537" in text
    assert "(1 - (-0.537)^2)" in text


def test_carry_of_each_step_is_what_the_next_one_sent_back():
    steps = sources.tiny("lstm", 3, seed=1).steps
    for now, later in itertools.pairwise(steps):
        np.testing.assert_array_equal(now.units["da_next"], later.units["da_prev"])
        np.testing.assert_array_equal(now.units["dc_next"], later.units["dc_prev"])
        np.testing.assert_array_equal(now.units["c"], later.units["c_prev"])
    assert not steps[-1].units["da_next"].any()


def test_music_is_traced_against_what_came(tmp_path):
    trace = sources.of_run(model("music"), tmp_path)
    came = [trace.answers.index(step.text) for step in trace.steps]
    likely = [float(step.answer[k]) for step, k in zip(trace.steps, came[1:], strict=False)]
    last = trace.loss + np.log(likely).sum()
    assert last >= 0  # what is left is -log p of the value after the last step
    assert np.exp(-last) == pytest.approx(max(trace.steps[-1].answer, key=lambda p: -abs(
        p - np.exp(-last))))  # fmt: skip


def test_page_is_one_file_with_all_units(tmp_path):
    trace = sources.tiny("lstm", 2, seed=0)
    page.write(trace, tmp_path / "t.html", step=1, unit=0)
    text = (tmp_path / "t.html").read_text(encoding="utf-8")
    assert "http" not in text.replace("http-equiv", "")
    content = json.loads(re.search(r'id="content">(.*?)</script>', text, re.DOTALL)[1])
    assert len(content["steps"]) == 3
    assert content["steps"][1]["units"]["c"][0] == pytest.approx(
        trace.steps[1].units["c"][0], rel=1e-4
    )


def test_page_shows_what_a_text_holds_as_text(tmp_path):
    trace = sources.tiny("rnn", 2, seed=0)
    evil = type(trace)(**{**vars(trace), "title": "<script>x</script>"})
    page.write(evil, tmp_path / "t.html", step=0, unit=0)
    assert "<script>x</script>" not in (tmp_path / "t.html").read_text(encoding="utf-8")
