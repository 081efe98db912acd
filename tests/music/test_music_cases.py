"""The shared cases: files as people have them, read as their `expected.yaml` says."""

import importlib.util
import json
import os
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
from conftest import ROOT
from ruamel.yaml import YAML

pytest_plugins = ["music_fixtures"]

REFERENCE = Path(os.environ.get("LSTMKIT_REFERENCE_DATA", ROOT.parent / "shared"))
CASES = REFERENCE / "cases" / "music"
EXPECTED = CASES / "expected.yaml"
KNOWN = YAML(typ="safe").load(EXPECTED.read_text(encoding="utf-8")) if EXPECTED.exists() else {}
HOSTILE = ("midi-60kB-quadratic.mid", "mxl-damaged-deflate.mxl", "mxl-name-not-utf8.mxl",
           "mxl-negative-seek.mxl")  # fmt: skip


@pytest.fixture(scope="module")
def judge() -> ModuleType:
    """The script that judges the cases."""
    path = CASES.parent / "check_music.py"
    if not path.exists():
        pytest.skip(f"no cases in {CASES}")
    spec = importlib.util.spec_from_file_location("check_music", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def in_process(judge, cli, monkeypatch):
    """Let the script run commands in this process."""

    def run(file, *words):
        done = cli(*words)
        out, err = (text.replace(str(file), "FILE") for text in (done.out, done.err))
        return SimpleNamespace(returncode=done.code, stdout=out, stderr=err)

    monkeypatch.setattr(judge, "lstmkit", run)
    return judge


@pytest.mark.parametrize("name", [name for name, case in KNOWN.items() if "commands" not in case])
def test_case_is_read_as_it_is(name, in_process):
    assert not in_process.wrong_case(KNOWN[name], CASES / name, False)


@pytest.mark.parametrize("name", [name for name, case in KNOWN.items() if "commands" in case])
def test_case_is_refused_or_played_as_it_should_be(name, in_process):
    assert not in_process.wrong_case(KNOWN[name], CASES / name, True)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_file_ends_soon_in_one_error_or_none(name, reference, cli):
    done = cli("music", "inspect", reference / "cases" / "reliability" / name, "--json")
    assert done.code in (0, 2)
    assert done.code == 2 or json.loads(done.out)["parts"]
