"""Nothing in a name, a header or a text is obeyed by the terminal that shows it."""

import ast
import json

import pytest
from conftest import ROOT

from lstmkit import config as configs
from lstmkit import runs
from lstmkit.stock.config import StockConfig

EVIL = "a\x1b[31mb\x9b2J\u202ec"


@pytest.fixture
def run(tmp_path):
    settings = configs.load(StockConfig, "stock", None)
    return runs.create(tmp_path / EVIL, "stock", "x", settings)


@pytest.mark.parametrize(
    "words",
    [
        ("data", "list", "--data", EVIL),
        ("data", "list", "--data", EVIL, "--json"),
        ("runs", "list", "--output", EVIL),
        ("runs", "show", "--output", EVIL, "--json"),
        ("report", "--output", EVIL),
        ("export", "shipped", "--format", "keras", "--to", f"{EVIL}.keras"),
        ("runs", "list", "--output", f"{EVIL}-none"),
        ("emoji", "predict", EVIL, "--run", "shipped"),
        ("stock", "inspect", f"{EVIL}.csv"),
        ("exercise", "start", "1", "--folder", EVIL),
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_escapes_are_shown_and_not_obeyed(run, cli, tmp_path, words):
    rows = "".join(f"2020-01-{day:02},{day}\n" for day in range(1, 29))
    (tmp_path / f"{EVIL}.csv").write_text(f"Date,Cl{EVIL}se\n{rows}", encoding="utf-8")
    told = cli(*words)
    assert told.code == 0, told.err
    assert not set(told.out + told.err) & {"\x1b", "\x9b", "\u202e"}
    if "--json" in words:
        json.loads(told.out.splitlines()[0])


def test_commands_print_through_what_makes_texts_plain():
    for path in (ROOT / "lstmkit").rglob("*commands.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "click.echo":
                assert "to_text" in ast.unparse(node), f"{path}:{node.lineno}: use `say`"
