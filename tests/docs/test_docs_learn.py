"""The pages to learn from are true: output as printed, links, length, an exercise for each."""

import importlib.util
import math
import re
import sys

import pytest
from conftest import ROOT

from lstmkit.lessons.exercises.catalogue import EXERCISES

LEARN, NOTEBOOKS = ROOT / "docs" / "learn", ROOT / "docs" / "notebooks"
SLOW = ("stock train", "cells memory", "music generate")  # seconds, or TensorFlow
TWO_SCREENS = 100  # lines of text; a picture counts for PICTURE of them
PICTURE = 16
NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?")


def load(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


make_pages = load(LEARN / "make_pages.py")
PAGES = make_pages.pages()


def runs_long(block):
    return any(slow in command for command in block.commands for slow in SLOW)


def visible(page):
    return re.sub(r"<!--.*?-->\n", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)


def same(shown, printed, *, relative):
    """Compare two texts: words exactly, numbers nearly; what is rounding noise counts as zero."""
    assert NUMBER.sub("#", shown).split() == NUMBER.sub("#", printed).split()
    pairs = zip(NUMBER.findall(shown), NUMBER.findall(printed), strict=True)
    for one, other in ((float(a), float(b)) for a, b in pairs):
        assert math.isclose(one, other, rel_tol=relative, abs_tol=1e-8), (one, other)


def test_there_is_a_page_for_every_part_of_the_tutorial():
    assert len(PAGES) == 11
    index = (LEARN / "index.md").read_text(encoding="utf-8")
    assert re.findall(r"\]\((\d\d[\w-]+\.md)\)", index) == [page.name for page in PAGES]


def test_every_exercise_belongs_to_the_page_that_begins_it():
    begun = {
        int(command.split()[-1]): page.name
        for page in PAGES
        for block in make_pages.blocks(page.read_text(encoding="utf-8"))
        for command in block.commands
        if command.startswith("lstmkit exercise start")
    }
    assert begun == {one.number: one.page for one in EXERCISES}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_output_on_the_page_is_what_the_commands_print(page, tmp_path):
    for block in make_pages.blocks(page.read_text(encoding="utf-8")):
        assert block.shown, block.commands
        if not runs_long(block):
            same(block.shown, make_pages.run(block, tmp_path), relative=1e-3)


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_output_of_long_commands_is_what_they_print(page, tmp_path):
    for block in make_pages.blocks(page.read_text(encoding="utf-8")):
        if runs_long(block):
            printed = make_pages.run(block, tmp_path)
            shown, found = (NUMBER.sub("#", one).split() for one in (block.shown, printed))
            assert len(shown) == pytest.approx(len(found), abs=6)
            assert shown[:8] == found[:8]


@pytest.mark.parametrize("page", [*PAGES, LEARN / "index.md"], ids=lambda page: page.stem)
def test_page_is_at_most_two_screens_and_its_links_lead_somewhere(page):
    text = visible(page)
    links = re.findall(r"(!?)\[[^\]]*\]\(([^)\s]+)\)", text)
    pictures = sum(bool(image) for image, _ in links)
    assert len(text.splitlines()) + PICTURE * pictures <= TWO_SCREENS
    for image, target in links:
        assert (page.parent / target).exists(), target
        assert not image or (page.parent / target).stat().st_size < 150_000


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_no_step_is_lost_as_if_it_were_a_tag(page):
    prose = re.sub(
        r"^```.*?^```|^    .*?$|`[^`]*`", "", visible(page), flags=re.DOTALL | re.MULTILINE
    )
    assert not re.findall(r"\w<[\w+-]*>", prose)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_notebook_is_made_from_its_page(page):
    pytest.importorskip("nbclient", reason="needs nbclient (lstmkit[test])")
    import nbformat

    made = load(NOTEBOOKS / "make_notebooks.py").notebook(page)
    kept = nbformat.read(NOTEBOOKS / f"{page.stem}.ipynb", as_version=4)
    assert [(c.cell_type, c.source) for c in kept.cells] == [
        (c.cell_type, c.source) for c in made.cells
    ], "run: python docs/notebooks/make_notebooks.py"
    assert not any(line.startswith("!") for c in made.cells for line in c.source.splitlines()
                   if c.cell_type == "code")  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_notebook_runs(page):
    pytest.importorskip("nbclient", reason="needs nbclient (lstmkit[test])")
    make = load(NOTEBOOKS / "make_notebooks.py")
    run = make.run(make.notebook(page))
    for cell in run.cells:
        for output in cell.get("outputs", []):
            assert output.output_type != "error"
