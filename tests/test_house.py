"""The house keeps its promises: one shape for all pipelines, leaves apart, files in one copy."""

import ast
import configparser
import re
from pathlib import Path

import pytest
from conftest import ROOT

from lstmkit import config as configs
from lstmkit.cli import CELLS, GROUPS

PACKAGE = ROOT / "lstmkit"
EIGHT = ("config", "data", "model", "pipeline", "result", "report", "page", "commands")
#: Who may import whom: a file only files of its own room and of rooms further up in this table.
LAYERS = """
errors lazy contract system
quiet liveness backend notebook bounds typed
unfinished
cells files
arrays documents progress
keys
config
stock.config emoji.config letters.config music.config
manifest
runtime result runs tables
terminal training completion
chart
plots page
work options downloads face task
trials parallel
stock emoji letters music.theory
music.files
music.corpus
music.data music.result
music.play
music
gates
lessons
sweep
export doctor demo
commands
cli
__main__
"""
PIPELINES = [name for name in configs.pipelines() if (PACKAGE / name / "model.py").exists()]


def imports_of(path):
    """Return the full names of the modules that a file imports, deferred ones included."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def own_imports_of(path):
    """Return the modules of the house that a file imports, packages where it is their own face."""
    found = imports_of(path) & set(MODULES) - {"lstmkit", MODULE_OF[path]}
    return {name for name in found if not any(one.startswith(f"{name}.") for one in found)}


def top_imports_of(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    top = ast.Module([n for n in tree.body if isinstance(n, ast.Import | ast.ImportFrom)], [])
    found = set()
    for node in top.body:
        names = [alias.name for alias in node.names]
        found |= set(names) if isinstance(node, ast.Import) else {node.module}
    return found


def modules():
    return sorted(PACKAGE.rglob("*.py"))


def module_of(path):
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


MODULE_OF = {path: module_of(path) for path in modules()}
MODULES = {name: path for path, name in MODULE_OF.items()}
RANKS = {room: rank for rank, line in enumerate(LAYERS.split("\n")) for room in line.split()}


def room_of(module):
    """Return the room of a module: the longest name of the table that begins its own."""
    name = module.removeprefix("lstmkit.")
    if name.endswith(".commands"):
        return "commands"
    parts = name.split(".")
    rooms = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((room for room in rooms if room in RANKS), None)


def arrows():
    """Return every import of one module of the house by another; the root only names them."""
    inside = [(name, path) for name, path in MODULES.items() if name != "lstmkit"]
    return [(name, other) for name, path in inside for other in own_imports_of(path)]


@pytest.mark.parametrize("name", [name for name in MODULES if name != "lstmkit"])
def test_every_module_has_a_layer(name):
    assert room_of(name) is not None, "give its room a line in LAYERS"


def test_no_arrow_runs_back_up():
    wrong = [
        f"{name} imports {other}"
        for name, other in arrows()
        if room_of(name) != room_of(other) and RANKS[room_of(name)] <= RANKS[room_of(other)]
    ]
    assert not wrong


def test_no_import_circles():
    targets = {}
    for name, other in arrows():
        targets.setdefault(name, set()).add(other)
    free = set()
    while ready := {n for n in MODULES if n not in free and not targets.get(n, set()) - free}:
        free |= ready
    assert not MODULES.keys() - free, "these import one another in a circle, or those that do"


def test_cells_import_nothing_of_the_house_but_errors_and_quiet():
    crossed = {other for name, other in arrows() if name.startswith("lstmkit.cells")}
    assert {room_of(other) for other in crossed} <= {"cells", "errors", "quiet"}


def test_the_four_pipelines_are_there():
    assert set(PIPELINES) == {"stock", "emoji", "music", "letters"}


@pytest.mark.parametrize("name", PIPELINES)
def test_a_pipeline_is_one_folder_one_line_one_yaml_one_test_folder(name):
    assert all((PACKAGE / name / f"{part}.py").is_file() for part in EIGHT)
    assert f"lstmkit.{name}.commands:" in " ".join((GROUPS | CELLS).values())
    assert (ROOT / "configs" / f"{name}.yaml").is_file()
    assert list((ROOT / "tests" / name).glob("test_*.py"))


SIGNATURES = {
    "train": ["source", "config", "output"],
    "evaluate": ["source", "run", "output"],
    "resume": ["wanted", "output"],
}


@pytest.mark.parametrize("name", PIPELINES)
def test_a_pipeline_has_the_signatures_of_all_and_one_kind_of_result(name):
    tree = ast.parse((PACKAGE / name / "pipeline.py").read_text(encoding="utf-8"))
    functions = {n.name: n for n in tree.body if isinstance(n, ast.FunctionDef)}
    assert {"train", "resume"} <= functions.keys()
    for verb, expected in SIGNATURES.items():
        if verb in functions:
            assert [one.arg for one in functions[verb].args.args] == expected
            assert ast.unparse(functions[verb].returns) == "Result"
    tree = ast.parse((PACKAGE / name / "result.py").read_text(encoding="utf-8"))
    bases = {
        n.name: ast.unparse(n.bases[0])
        for n in tree.body
        if isinstance(n, ast.ClassDef) and n.bases
    }
    assert bases["Result"] == "result.Result"


def test_annotations_are_not_quoted():
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            given = [getattr(node, "returns", None), getattr(node, "annotation", None)]
            quoted = [one for one in given if isinstance(one, ast.Constant) and one.value]
            assert not quoted, f"{path}:{node.lineno}"


def test_docstrings_have_single_backticks():
    for path in modules():
        assert "`" * 2 not in path.read_text(encoding="utf-8"), path


def test_every_text_file_is_read_and_written_in_a_named_encoding():
    """The linter knows `open`, but not a path in a variable; Windows has encodings of its own."""
    unsaid = []
    for path in [*PACKAGE.rglob("*.py"), *(ROOT / "docs").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                least = {"read_text": 1, "write_text": 2}.get(node.func.attr, 0)
                names = {word.arg for word in node.keywords}
                if len(node.args) < least and "encoding" not in names:
                    unsaid.append(f"{path.name}:{node.lineno}")
    assert unsaid == []


def test_every_package_is_installed():
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    listed = set(setup["options"]["packages"].split())
    there = {".".join(path.parent.relative_to(ROOT).parts) for path in PACKAGE.rglob("__init__.py")}
    assert listed == there | {"lstmkit.configs", "lstmkit.data"}


@pytest.mark.parametrize("name", PIPELINES)
def test_pipelines_never_import_one_another(name):
    others = {f"lstmkit.{other}" for other in PIPELINES if other != name}
    for path in (PACKAGE / name).rglob("*.py"):
        crossed = {m for m in imports_of(path) if any(m.startswith(o) for o in others)}
        assert not crossed, f"{path} imports {crossed}"


def test_only_cli_imports_commands():
    for path in modules():
        wanted = {m for m in imports_of(path) if re.search(r"\.commands(\.|$)", m)}
        assert not wanted or path.name == "cli.py", f"{path} imports {wanted}"


HEAVY = {"tensorflow", "keras", "music21", "matplotlib", "pandas", "sklearn", "scipy", "bokeh"}
LIGHT = ("cli", "commands", "config", "errors", "options", "__init__", "__main__")


@pytest.mark.parametrize("path", [p for p in modules() if p.stem in LIGHT], ids=str)
def test_light_files_import_nothing_heavy(path):
    assert not {name.split(".")[0] for name in top_imports_of(path)} & HEAVY


def test_no_assert_and_no_bare_except_outside_tests():
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            assert not isinstance(node, ast.Assert), f"{path}:{node.lineno}"
            bare = isinstance(node, ast.ExceptHandler) and node.type is None
            assert not bare, f"{path}:{node.lineno}"


def test_ci_runs_the_second_command_of_the_readme():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    first, second = re.findall(r"```\n(.+?)\n```", readme, flags=re.DOTALL)[:2]
    assert first.endswith("lstmkit demo") or "lstmkit stock train" in first
    assert second in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_no_registry_host_is_named():
    hosts = re.compile("py" + r"pi\.(org|python)|files\.python" + "hosted", re.IGNORECASE)
    for path in ROOT.rglob("*"):
        if path.suffix in {".py", ".md", ".cfg", ".toml", ".yaml"} and ".venv" not in path.parts:
            assert not hosts.search(path.read_text(encoding="utf-8")), path


def test_reference_data_is_not_in_the_repository(reference):
    import hashlib

    known = {
        hashlib.sha256(path.read_bytes()).hexdigest()
        for folder in ("data", "reference")
        for path in (reference / folder).iterdir()
    }
    for path in (ROOT / "data").rglob("*"):
        if path.is_file():
            assert hashlib.sha256(path.read_bytes()).hexdigest() not in known, path


def test_every_key_of_every_config_has_a_comment():
    for name in configs.pipelines():
        lines = (ROOT / "configs" / f"{name}.yaml").read_text(encoding="utf-8").splitlines()
        for number, line in enumerate(lines, 1):
            is_key = re.match(r"\s*[\w]+:\s*[^\s#]", line)
            assert not is_key or "#" in line, f"configs/{name}.yaml:{number}: {line}"


@pytest.mark.parametrize("path", sorted((ROOT / "configs").glob("*.yaml")), ids=lambda p: p.stem)
def test_every_shipped_config_loads(path):
    pipeline = path.stem.split("-")[0]
    configs.load(configs.schema_of(pipeline), pipeline, path)


def test_default_yaml_has_exactly_the_keys_of_its_class():
    from ruamel.yaml import YAML

    for name in configs.pipelines():
        content = YAML(typ="safe").load(Path(ROOT / "configs" / f"{name}.yaml"))
        schema = configs.schema_of(name)
        assert list(content) == list(schema.model_fields) or set(content) == set(
            schema.model_fields
        )
