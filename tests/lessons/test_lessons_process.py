"""The reader's code runs in a process of its own: it may hang, end, print; ours goes on."""

import os
import sys

import pytest

from lstmkit.lessons.exercises import catalogue, judge, process

CLIP = catalogue.find("clip")
HEAD = "import numpy as np\n\n\ndef clip(gradients, largest):\n"


@pytest.mark.timeout(60)
def test_a_loop_without_end_is_stopped():
    verdict = judge.check(CLIP, HEAD + "    while True:\n        pass\n", seconds=1.0)
    assert "stopped after 1 s" in verdict.message
    assert not verdict.passed


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("    raise ValueError('no')\n", "ValueError: no (line 5: raise ValueError('no'))"),
        ("    return gradients[0]\n", "KeyError: 0 (line 5: return gradients[0])"),
        ("    raise SystemExit\n", "SystemExit"),
        ("    return None\n", "is the return line there?"),
        ("    return object()\n", "should return"),
        ("    return {'dWax': 'text', 'dba': object()}\n", "expected numbers"),
    ],
)
def test_what_is_raised_or_returned_instead_is_told(body, said):
    verdict = judge.check(CLIP, HEAD + body)
    assert not verdict.passed
    assert said in " ".join(part.said for part in verdict.parts)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("def clip(:\n", "SyntaxError"),
        ("import numpy as np\n1 / 0\n", "ZeroDivisionError: division by zero (line 2: 1 / 0)"),
        ("import os\nos._exit(3)\n", "ended without an answer"),
        ("x = 1\n", "there is no function clip"),
    ],
)
def test_a_file_that_does_not_run_is_told(source, said):
    verdict = judge.check(CLIP, source, path="x.py")
    assert not verdict.passed
    assert said in verdict.message + " ".join(part.said for part in verdict.parts)


def test_nothing_of_the_file_runs_in_this_process():
    source = f"import os\nif os.getpid() == {os.getpid()}:\n    raise SystemExit(9)\n"
    assert judge.check(CLIP, source + CLIP.solution).passed


def test_what_is_printed_comes_back_apart():
    source = CLIP.solution.replace("    return", "    print('seen', largest)\n    return")
    verdict = judge.check(CLIP, source)
    assert verdict.passed
    assert "seen 2.0" in verdict.printed


def test_a_forged_answer_is_data():
    source = (
        "import os, json\n"
        "open('answered.json', 'w').write(json.dumps([{'value': {'array': 'O'}}] * 3))\n"
        "os._exit(0)\n"
    )
    verdict = judge.check(CLIP, source)
    assert not verdict.passed
    assert "without an answer" in verdict.message


def test_a_check_loads_nothing_heavier_than_numpy(monkeypatch):
    heavy = {"h5py", "keras", "matplotlib", "numpy", "pandas", "scipy", "tensorflow"}
    for name in ("keras", "tensorflow"):  # nor does the process that judges
        monkeypatch.setitem(sys.modules, name, None)
    listed = f"\nimport sys\nprint(*{heavy} & set(sys.modules))\n"
    verdict = judge.check(CLIP, CLIP.solution + listed)
    assert verdict.passed
    assert verdict.printed.split() == ["numpy"]
    assert process.TIME_LIMIT == 10
