"""What a release says about itself: one version, one list of Pythons, workflows that parse."""

import re

from conftest import ROOT
from ruamel.yaml import YAML

from lstmkit import __version__

WORKFLOWS = ROOT / ".github" / "workflows"


def read(path):
    return YAML(typ="safe").load(path.read_text(encoding="utf-8"))


def test_the_citation_has_the_version_of_the_package():
    assert str(read(ROOT / "CITATION.cff")["version"]) == __version__


def test_every_python_that_is_promised_is_tested_on_every_system():
    matrix = read(WORKFLOWS / "test.yml")["jobs"]["test"]["strategy"]["matrix"]
    setup = (ROOT / "setup.cfg").read_text(encoding="utf-8")
    assert matrix["python"] == re.findall(r"Python :: (3\.\d+)$", setup, flags=re.MULTILINE)
    assert {name.partition("-")[0] for name in matrix["os"]} == {"ubuntu", "macos", "windows"}


def test_publishing_needs_no_token():
    text = (WORKFLOWS / "release.yml").read_text(encoding="utf-8")
    assert read(WORKFLOWS / "release.yml")["jobs"]["publish"]["permissions"] == {
        "id-token": "write"
    }
    assert "secrets." not in text


def test_issue_templates_ask_for_doctor():
    for path in (ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"):
        labels = [part["attributes"].get("label", "") for part in read(path)["body"]]
        assert any("lstmkit doctor --json" in label for label in labels), path


def test_every_action_is_pinned_by_its_commit_and_names_its_version():
    for path in WORKFLOWS.glob("*.yml"):
        text = path.read_text(encoding="utf-8")
        lines = re.findall(r"uses: (.+)$", text, flags=re.MULTILINE)
        assert lines, path
        for line in lines:
            assert re.fullmatch(r"[\w/-]+@[0-9a-f]{40}  # v\d+\.\d+\.\d+", line), (path, line)
