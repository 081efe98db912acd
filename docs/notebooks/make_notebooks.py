"""Make a notebook of each page of `docs/learn`: its words, and its commands as Python.

    python docs/notebooks/make_notebooks.py [PAGE ...]

The code stands in the pages, in comments `<!-- python`; what is printed and drawn here is what the
notebook gave when it was run. A test holds the notebooks to the pages, and runs them.
"""

import os
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from lstmkit.lessons.exercises import catalogue

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
LEARN = HERE.parent / "learn"
PART = re.compile(
    r"^(?:<!-- keep [^\n]*\n)?```sh\n(?P<commands>.*?)^```\n\n```text\n.*?^```\n"
    r"|^<!-- python\n(?P<code>.*?)^-->\n"
    r"|^!\[[^\]]*\]\([^)]*\)\n",
    flags=re.DOTALL | re.MULTILINE,
)
CHECK = """\
from lstmkit.lessons.exercises import catalogue, judge, marking

# In[-2] is the cell above, as you ran it last
print(marking.in_words(judge.check(catalogue.find("{number}"), In[-2], path="the cell above")))"""
LINK = re.compile(r"\]\((\d\d-[\w-]+)\.md\)")


def notebook(page: Path) -> nbformat.NotebookNode:
    """Return the notebook of a page, not run yet.

    Args:
        page: A file of `docs/learn`.
    """
    made = []
    for number, (kind, source) in enumerate(_cells(page.read_text(encoding="utf-8"))):
        new = new_code_cell if kind == "code" else new_markdown_cell
        made.append(new(source, id=f"{page.stem}-{number}"))
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return new_notebook(cells=made, metadata=metadata)


def run(made: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Run a notebook in an empty folder, with this package; raises where a cell does."""
    with tempfile.TemporaryDirectory() as folder:
        changed = {"PYTHONPATH": str(ROOT), "LSTMKIT_DATA": str(Path(folder) / "none")}
        client = NotebookClient(made, timeout=500, resources={"metadata": {"path": folder}})
        client.execute(env={**os.environ, **changed})
    for cell in made.cells:
        cell.metadata.pop("execution", None)  # times of day
        if cell.cell_type == "code":
            cell.outputs = [one for one in cell.outputs if one.get("name") != "stderr"]
    made.metadata.pop("language_info", None)
    return made


def renewed(page: Path) -> nbformat.NotebookNode:
    """Return the notebook of a page with what its code gives; run only where the code is new."""
    made, path = notebook(page), HERE / f"{page.stem}.ipynb"
    if path.exists():
        kept = [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]
        code = [c for c in made.cells if c.cell_type == "code"]
        if [c.source for c in kept] == [c.source for c in code]:
            for new, old in zip(code, kept, strict=True):
                new.outputs, new.execution_count = old.outputs, old.execution_count
            return made
    return run(made)


def _cells(text: str) -> Iterator[tuple[str, str]]:
    """Yield the cells of a page: words as they are, commands as Python, exercises in place."""
    at = 0
    for found in PART.finditer(text):
        yield from _words(text[at : found.start()])
        at = found.end()
        if found["code"]:
            yield "code", found["code"].strip()
        for number in re.findall(r"^lstmkit exercise start (\d+)$", found["commands"] or "", re.M):
            yield "code", catalogue.find(number).task.strip()
            yield "code", CHECK.format(number=number)
    yield from _words(text[at:])


def _words(text: str) -> Iterator[tuple[str, str]]:
    words = LINK.sub(r"](\1.ipynb)", text).strip()
    if words:
        yield "markdown", words


def main() -> None:
    """Run the notebooks of the pages that are named; renew all where none is."""
    for page in sorted(LEARN.glob("[0-9]*.md")):
        if not sys.argv[1:] or page.name in sys.argv[1:]:
            made = run(notebook(page)) if sys.argv[1:] else renewed(page)
            nbformat.write(made, HERE / f"{page.stem}.ipynb")


if __name__ == "__main__":
    main()
