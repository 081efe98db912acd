"""Inputs that once crashed, hung or took gigabytes: each a success or one clear error.

What they take of the clock is measured in `tests/benchmarks` (`run.py --only cases`).
"""

import json
import os
import subprocess
import sys

import cases
import pytest
from conftest import ROOT

BYTES = 500 << 20  # of memory at its highest
FOUND = {path.name: path for path in cases.found()}


@pytest.mark.parametrize("name", FOUND or ["no cases here"])
def test_case_ends_as_success_or_one_clear_error_in_bounds(reference, tmp_path, name):
    if name not in FOUND:
        pytest.skip("no such case in the reference data")
    for words in cases.commands(cases.kind_of(name), FOUND[name], tmp_path):
        done = cases.measured(words, tmp_path)
        assert done.code in (0, 2), done.err
        assert "bug in lstmkit" not in done.err
        assert "Traceback" not in done.err
        assert "\x1b" not in done.out + done.err
        assert done.peak < BYTES
        assert done.code == 0 or "Error: " in done.err
    assert not (tmp_path / "written-by-model").exists()


def test_every_kind_of_case_is_known(reference):
    assert [name for name in FOUND if cases.kind_of(name) is None] == []


def test_five_thousand_rows_through_a_pipe_are_all_answered(tmp_path):
    done = through_a_pipe(tmp_path, "/dev/stdin")
    assert done.returncode == 0, done.stderr
    assert len((tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()) == 5001


def test_a_dash_is_the_name_of_a_file_as_input(tmp_path):
    done = through_a_pipe(tmp_path, "-")
    assert done.returncode == 2
    assert "-: no such file" in done.stderr
    assert not (tmp_path / "out.csv").exists()


def through_a_pipe(folder, name):
    rows = "".join(f"I love you number {number}\n" for number in range(5000))
    return subprocess.run(
        [sys.executable, "-m", "lstmkit", "emoji", "predict", "--input", name, "--to", "out.csv"],
        input=f"text\n{rows}",
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_json_error_stands_alone_on_stderr(process):
    done = process("stock", "inspect", "none.csv", "--json")
    assert (done.returncode, done.stdout, json.loads(done.stderr)["code"]) == (2, "", 2)
