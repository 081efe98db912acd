"""Every name in backticks, in docstrings, comments and documents, is one that is there."""

import ast
import functools
import io
import re
import tokenize

import click
import pytest
from conftest import ROOT

import lstmkit
from lstmkit import config as configs
from lstmkit.cli import root

PACKAGE = ROOT / "lstmkit"
FOLDERS = "lstmkit|tests|configs|data|docs"
QUOTED = re.compile(r"(?<!`)`([^`]+)`(?!`)")
DOTTED = re.compile(r"[a-z_]\w*(\.\w+)+")
FILE = re.compile(r"[\w.]+\.(py|js|json|csv|txt|yaml|keras|h5|html|np[yz]|i8|mid|md)")
BARE = re.compile(r"[A-Za-z]+_\w+")
OBJECTS = {"model": {"fit"}, "result": set()}  # what prose calls a Keras model, a `Result`
OF_A_ROOM = re.compile(r"[a-z]\w{2,}")


def quoted_in_code(path):
    """Yield line and text of what stands in backticks in a file's docstrings and comments."""
    tokens = tokenize.generate_tokens(io.StringIO(path.read_text(encoding="utf-8")).readline)
    for token in tokens:
        docstring = token.type == tokenize.STRING and token.string.lstrip("r").startswith('"""')
        if docstring or token.type == tokenize.COMMENT:
            for name in QUOTED.findall(re.sub(r"\s+", " ", token.string)):
                yield token.start[0], name


def quoted_in_document(path):
    text = re.sub(r"^```.*?^```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL | re.M)
    for name in QUOTED.findall(text):
        yield 0, re.sub(r"\s+", " ", name)


@functools.cache
def definitions(path):
    """Return what a file defines or imports at its top, and below each class its members."""
    found = {}
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef):
            members = {n for one in node.body for n in names_of(one)}
            fields = {n.attr for n in ast.walk(node) if isinstance(n, ast.Attribute)}
            found[node.name] = members | fields
        else:
            found |= dict.fromkeys(names_of(node), None)
    return found


def names_of(node):
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.Import | ast.ImportFrom):
        return [alias.asname or alias.name for alias in node.names]
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return [n.id for one in targets if one for n in ast.walk(one) if isinstance(n, ast.Name)]


def resolves(parts, folder):
    """Return whether dotted parts lead from a folder to a module, and on to what it defines."""
    for length, part in enumerate(parts):
        if (folder / part).is_dir():
            folder /= part
            continue
        module = folder / f"{part}.py"
        rest = parts[length + 1 :]
        if not module.is_file():
            module, rest = folder / "__init__.py", parts[length:]
        known = definitions(module) if module.is_file() else {}
        if not rest:
            return True
        members = known.get(rest[0])
        return rest[0] in known and (len(rest) == 1 or members is None or rest[1] in members)
    return True


@functools.cache
def config_keys():
    """Return the keys of every pipeline's config: section, and what stands in it."""
    sections = {}
    for pipeline in configs.pipelines():
        for name, field in configs.schema_of(pipeline).model_fields.items():
            inner = getattr(field.annotation, "model_fields", {})
            sections.setdefault(name, set()).update(inner)
    return {name: keys for name, keys in sections.items() if keys}


@functools.cache
def code(folder=PACKAGE):
    """Return the code of a folder, docstrings and comments left out."""
    parts = []
    for path in folder.rglob("*.py"):
        for token in tokenize.generate_tokens(io.StringIO(path.read_text("utf-8")).readline):
            prose = token.type == tokenize.COMMENT or token.string.lstrip("r").startswith('"""')
            parts.append("" if prose else token.string)
    return " ".join(parts)


@functools.cache
def file_names():
    below = {path.name for part in FOLDERS.split("|") for path in (ROOT / part).rglob("*.*")}
    return below | {path.name for path in ROOT.glob("*.md")}


@functools.cache
def vocabulary():
    """Return every identifier of the code and every word of its texts, modules and config keys."""
    keys = {key for keys in config_keys().values() for key in keys} | set(config_keys())
    modules = {part for path in PACKAGE.rglob("*") for part in (path.name, path.stem)}
    return keys | modules | set(re.findall(r"\w+", code()))


@functools.cache
def names_in(folder):
    """Return the modules of a room and below, and the words of their code."""
    modules = {path.stem for path in folder.rglob("*")} | set(config_keys())
    return modules | set(re.findall(r"\w+", code(folder)))


def is_command(words):
    """Return whether words after `lstmkit` name a command, and options it has."""
    command = root
    context = click.Context(root)
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        if words[0] not in command.list_commands(context):
            return False
        command, words = command.get_command(context, words[0]), words[1:]
    known = {o for p in command.get_params(context) if isinstance(p, click.Option) for o in p.opts}
    return {word for word in words if word.startswith("--")} <= known


def problem(name, path):
    """Say what is wrong with a name in a file, or return None."""
    if re.search(r"[<>*]|\b(NAME|NN_name)\b", name):
        return None  # a pattern, not a name
    if name.split()[0] == "lstmkit":
        plain = re.sub(r'"[^"]*"', "TEXT", name).split()[1:]
        return None if is_command(plain) else "no such command"
    if re.fullmatch(rf"({FOLDERS})/\S+", name):
        found = any((one / name).exists() for one in (ROOT, PACKAGE, path.parent))
        return None if found else "no such file"
    if FILE.fullmatch(name):
        return None if name in file_names() or name in code() else "no such file"
    name = name.partition("(")[0].partition(":")[0].partition("=")[0]
    if DOTTED.fullmatch(name):
        return None if known_dotted(name.split("."), path) else "no such module, name or key"
    if path.name == "__init__.py" and OF_A_ROOM.fullmatch(name):
        return None if name in names_in(path.parent) else "no such module or name in this room"
    if path.suffix == ".py" and BARE.fullmatch(name):
        return None if name in vocabulary() else "no such name in the code"
    return None


def is_of_the_face(parts):
    """Return whether a name is there once the package is imported: its face is lazy."""
    found = lstmkit
    for part in parts:
        if not hasattr(found, part):
            return False
        found = getattr(found, part)
    return True


def known_dotted(parts, path):
    if parts[0] == "lstmkit":
        return resolves(parts[1:], PACKAGE) or is_of_the_face(parts[1:])
    if parts[0] in OBJECTS and (parts[-1] in vocabulary() or parts[-1] in OBJECTS[parts[0]]):
        return True
    if parts[0] in config_keys() and parts[-1] in config_keys()[parts[0]]:
        return True
    folders = [one for one in path.parents if PACKAGE in (one, *one.parents)] or [PACKAGE]
    rooms = [f for f in folders if (f / f"{parts[0]}.py").exists() or (f / parts[0]).is_dir()]
    if rooms:
        return any(resolves(parts, one) for one in rooms)
    return parts[0] not in config_keys()


DOCUMENTS = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("data/**/*.md")]
FILES = sorted([*PACKAGE.rglob("*.py"), *DOCUMENTS])


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_names_in_backticks_are_there(path):
    quoted = quoted_in_code(path) if path.suffix == ".py" else quoted_in_document(path)
    stale = [(line, name, what) for line, name in quoted if (what := problem(name, path))]
    assert not stale


@pytest.mark.parametrize(
    "name",
    [
        "lstmkit.cells.recurrence",
        "lstmkit.runtime.model.Model.guess",
        "lstmkit stock guess",
        "lstmkit stock train --guess",
        "tests/cells/test_recurrence.py",
        "train.guesses",
        "runtime.guesses",
        "guess_that_no_code_makes",
        "guess.json",
    ],
)
def test_a_name_that_is_not_there_is_found(name):
    assert problem(name, PACKAGE / "config.py")
