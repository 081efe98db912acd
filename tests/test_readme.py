"""What README.md and the other pages say is true: tables, pictures, links, and every command."""

import importlib.util
import io
import re
import shlex
import shutil
import sys

import click
import numpy as np
import pandas as pd
import pytest
from conftest import ROOT, TINY, write_prices
from ruamel.yaml import YAML

from lstmkit import config, contract
from lstmkit.cli import main, root
from lstmkit.config import package_folder
from lstmkit.training import keras_learner

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), ROOT / "data" / "README.md"]
LONGEST = 200
LARGEST_PICTURE = 150_000

ONE_EPOCH = ("--set", "train.epochs=1")
SMALL = {  # what keeps a training short; no option that the command already has is touched
    ("stock", "train"): TINY,
    ("stock", "backtest"): (*TINY, "--folds", "2"),
    ("emoji", "train"): (*ONE_EPOCH, "--set", "model.units=[4]"),
    ("music", "train"): (*ONE_EPOCH, "--set", "model.units=8"),
    ("cells", "learn"): (*ONE_EPOCH, "--set", "model.units=8"),
    ("sweep", "stock"): (*TINY, "--trials", "2", "--seeds", "1"),
    ("sweep", "emoji"): (*ONE_EPOCH, "--set", "model.units=[4]", "--trials", "2"),
    ("sweep", "music"): (*ONE_EPOCH, "--seeds", "1"),
}
PARSED_ONLY = {("data", "fetch"), ("stock", "fetch")}  # these need the network
ELSEWHERE = {("demo",): "test_demo.py"}


FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", flags=re.DOTALL | re.MULTILINE)


def commands_of(page):
    """Yield every lstmkit command of a page: in its blocks, and as code in its text."""
    text = page.read_text(encoding="utf-8")
    blocks = "\n".join(body for language, body in FENCE.findall(text) if not language)
    for line in blocks.splitlines():
        for part in line.partition("  #")[0].split(" && "):
            yield part.strip().removeprefix("~/lstmkit-env/bin/")
    prose = FENCE.sub("", text)
    yield from (" ".join(code.split()) for code in re.findall(r"`([^`]+)`", prose))


BLOCK = re.compile(r"^```python\n(.*?)^```", flags=re.DOTALL | re.MULTILINE)
PROGRAMS = {
    f"{page.stem}-{number}": program
    for page in PAGES
    for number, program in enumerate(re.findall(BLOCK, page.read_text(encoding="utf-8")), 1)
}

COMMANDS = list(
    dict.fromkeys(c for page in PAGES for c in commands_of(page) if c.startswith("lstmkit "))
)


@pytest.fixture(scope="module")
def tables():
    path = ROOT / "docs" / "make_tables.py"
    spec = importlib.util.spec_from_file_location("make_tables", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_tables_are_those_of_the_code(tables):
    said = "run: python docs/make_tables.py"
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert tables.with_speed(text) == text, said
    assert (ROOT / "docs" / "reference.md").read_text(encoding="utf-8") == tables.reference(), said


def test_tables_hold_every_command_and_every_key(tables):
    page = tables.reference()
    assert "| `stock train` " in page
    for name in config.pipelines():
        values = config.load(config.schema_of(name), name, None).model_dump()
        for section, inner in values.items():
            keys = inner if isinstance(inner, dict) and section != "labels" else {"": None}
            for key in keys:
                dotted = f"{section}.{key}".rstrip(".")
                assert f"| `{dotted}` |" in page


def test_table_says_what_a_key_accepts(tables):
    rows = {row[0]: row for row in tables.keys("stock")}
    assert rows["`data.target`"][1:3] == ("`auto`", "auto, log_return, difference, price")
    assert rows["`model.units`"][1:3] == ("`[25]`", "list of integer from 1 to 4,096")
    assert rows["`model.dropout`"][2] == "number from 0 below 1"
    assert rows["`train.patience`"][2] == "integer from 1 or null"


def test_page_is_one_that_is_read():
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= LONGEST


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.parent.name)
def test_links_lead_somewhere_and_pictures_are_small(page):
    text = page.read_text(encoding="utf-8")
    headings = re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", h).strip().lower().replace(" ", "-") for h in headings}
    for image, target in re.findall(r"(!?)\[[^\]]*\]\(([^)\s]+)\)", text):
        if target.startswith("#"):
            assert target[1:] in anchors, target
        elif "://" not in target:
            assert (page.parent / target).exists(), target
            assert not image or (page.parent / target).stat().st_size < LARGEST_PICTURE


@pytest.mark.parametrize("page", sorted((ROOT / "docs").rglob("*.md")), ids=lambda page: page.stem)
def test_links_of_the_site_stay_on_it_and_lead_to_files(page):
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if "://" not in target:
            place = (page.parent / target.partition("#")[0]).resolve()
            assert target.startswith("#") or place.is_file(), target
            assert place.is_relative_to(ROOT / "docs"), target


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with the files that the pages name, a finished run, and an interrupted one."""
    folder = tmp_path_factory.mktemp("reader")
    walk = np.exp(np.cumsum(np.random.default_rng(3).normal(0, 0.01, 400))) * 100
    for name in ("PRICES.csv", "OTHER.csv", "DIS.csv", "NEW.csv"):
        write_prices(folder / name, walk)
    for inside in ("SERIES", "FOLDER"):
        (folder / inside).mkdir()
        for name in ("AAPL.csv", "MSFT.csv"):
            write_prices(folder / inside / name, walk)
    days = pd.read_csv(folder / "PRICES.csv")
    both = [days.assign(Name=name) for name in ("AAPL", "MSFT")]
    pd.concat(both).to_csv(folder / "LONG.csv", index=False)
    wide = days.iloc[:, :1].assign(AAPL=walk, MSFT=walk[::-1])
    wide.to_csv(folder / "WIDE.csv", index=False)
    words = ("red", "blue", "green", "old", "new", "big", "small", "warm", "cold", "dark")
    labelled = [f"good {word} food,🍴\nsad {word} day,😞" for word in words]
    (folder / "MY.csv").write_text("text,emoji\n" + "\n".join(labelled) + "\n", encoding="utf-8")
    answers = [f"{word} soup,90,10\n{word} rain,20,80" for word in words]
    (folder / "ANSWERS.csv").write_text("text,🍴,😞\n" + "\n".join(answers), encoding="utf-8")
    (folder / "FILE.csv").write_text("text\nI love you\n", encoding="utf-8")
    music = package_folder("data") / "music"
    (folder / "MORE").mkdir()
    for target in ("MY.mid", "original_metheny.mid", "MORE/OTHER.mid"):
        shutil.copyfile(music / "blues_in_f.mid", folder / target)
    for target in ("train_emoji.csv", "test_emoji.csv"):
        shutil.copyfile(folder / "MY.csv", folder / target)
    return folder


@pytest.fixture(scope="module")
def finished(folder):
    """The run that the pages call RUN."""
    return _train(folder, "finished")


@pytest.fixture(scope="module")
def panel(folder):
    """The run of many series, one of which the pages call AAPL."""
    return _train(folder, "panel", source="FOLDER")


@pytest.fixture
def interrupted(folder, monkeypatch):
    """A run that was stopped before its first step."""

    def stop(*_args, **_kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(keras_learner, "fit", stop)
        return _train(folder, "interrupted", code=130)


def _train(folder, name, code=0, source="PRICES.csv"):
    output = folder / name
    command = ["stock", "train", folder / source, *TINY, "--output", output, "--json"]
    with pytest.raises(SystemExit) as stop:
        main([str(word) for word in command])
    assert int(stop.value.code or 0) == code
    (run,) = (output / "stock").iterdir()
    return run


def _placed(words, finished, request):
    """Put runs, files and short trainings in the place of what stands on the page."""
    if words[0] == "music":
        words = ["MY.mid" if word == "FILE" else word for word in words]
    if "--resume" in words:
        run = request.getfixturevalue("interrupted")
        return [str(run) if word == "RUN" else word for word in words]
    if "--series" in words:
        finished = request.getfixturevalue("panel")
        words = words if "RUN" in words else [*words, "--run", "RUN"]
    places = {"RUN": str(finished), "tcp://10.0.0.1:8786": "local"}
    placed = [places.get(word, word) for word in words]
    return [*placed, *SMALL.get(tuple(words[:2]), ())]


def test_commands_can_be_pasted_into_any_shell():
    """zsh, a Mac's own, takes `!"` for a word of its history; cmd knows double quotes only."""
    shown = [
        *COMMANDS,
        *re.findall(r"lstmkit [^`\n]+", (ROOT / "lstmkit/demo.py").read_text("utf-8")),
    ]
    assert len(shown) > len(COMMANDS)
    assert not [command for command in shown if '!"' in command or "--set '" in command]


def test_pages_name_commands_of_every_group():
    assert {command.split()[1] for command in COMMANDS} >= set(root.list_commands(None)) - {"runs"}
    assert len(COMMANDS) > 25


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS)
def test_command_of_the_pages_works(command, folder, finished, request, monkeypatch, capsys):
    words = shlex.split(command)[1:]
    if tuple(words) in ELSEWHERE:
        pytest.skip(f"run by {ELSEWHERE[tuple(words)]}")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("LSTMKIT_DATA", str(folder / "no-user-data"))
    monkeypatch.setattr(click, "launch", lambda _: 0)
    monkeypatch.setattr(sys, "stdin", io.StringIO("I love you\n"))
    if tuple(words[:2]) in PARSED_ONLY:
        _parse(words)
        return
    words = _placed(words, finished, request)
    capsys.readouterr()
    with pytest.raises(SystemExit) as stop:
        main(words)
    said = capsys.readouterr()
    assert not stop.value.code, said.err
    assert said.out + said.err
    assert "Traceback" not in said.err


@pytest.mark.slow
@pytest.mark.parametrize("page", sorted({name.rpartition("-")[0] for name in PROGRAMS}))
def test_programs_of_a_page_work_one_after_the_other(folder, monkeypatch, page):
    monkeypatch.chdir(folder)
    monkeypatch.setenv("LSTMKIT_DATA", str(folder / "no-user-data"))
    for name, program in PROGRAMS.items():
        if name.rpartition("-")[0] == page:
            exec(compile(program, name, "exec"), {})


def test_the_site_has_every_page_and_no_other():
    content = YAML(typ="safe").load(ROOT / "mkdocs.yml")
    listed = set(re.findall(r"[\w./-]+\.md", str(content["nav"])))
    there = {path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md")}
    assert listed == there


def test_the_page_for_scripts_has_the_contract():
    text = (ROOT / "docs" / "scripts.md").read_text(encoding="utf-8")
    for code, meaning in contract.EXIT_CODES.items():
        assert f"| {code} | {meaning} |" in text
    for field, meaning in contract.ERROR.items():
        assert f"| `{field}` | {meaning} |" in text


def _parse(words):
    """Parse a command as click would, and call nothing."""
    command, context = root, click.Context(root)
    while isinstance(command, click.Group):
        name, command, words = command.resolve_command(context, words)
        context = click.Context(command, parent=context, info_name=name)
    command.make_context(name, list(words), parent=context.parent)
