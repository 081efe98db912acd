"""The shared cases: files of sentences as people have them, and what is right for each."""

import importlib.util
import os
import subprocess
from pathlib import Path

import pytest
import yaml

SHARED = os.environ.get("LSTMKIT_REFERENCE_DATA", Path(__file__).resolve().parents[3] / "shared")
EXPECTED = Path(SHARED) / "cases" / "emoji" / "expected.yaml"
CASES = yaml.safe_load(EXPECTED.read_text(encoding="utf-8")) if EXPECTED.exists() else {}


@pytest.fixture
def check(reference, cli, monkeypatch, tmp_path):
    path = reference / "cases" / "check_emoji.py"
    if not path.exists():
        pytest.skip(f"no cases in {path.parent}")
    spec = importlib.util.spec_from_file_location("check_emoji", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setenv("LSTMKIT_CACHE", str(tmp_path / "cache"))

    def in_this_process(words, places, scratch):
        filled = [str(word) for word in words]
        for name, place in places.items():
            filled = [place + w[len(name) :] if w.split("/")[0] == name else w for w in filled]
        done = cli(*filled, *(module.SHORT if "train" in words else ()))
        return subprocess.CompletedProcess(filled, done.code, done.out, done.err)

    monkeypatch.setattr(module, "lstmkit", in_this_process)
    return module


@pytest.mark.parametrize("name", sorted(CASES) or ["none.csv"])
def test_shared_case_is_right(name, check, tmp_path):
    assert check.check(EXPECTED.parent / name, CASES[name], tmp_path) == []
