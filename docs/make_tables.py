"""Write what the code says into the pages: commands and config keys, and how fast it is.

    python docs/make_tables.py

A test fails while they differ from the code.
"""

import inspect
import json
import re
import statistics
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from tabulate import tabulate

import lstmkit
from lstmkit import config, contract, documents
from lstmkit.cli import root
from lstmkit.result import Result

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
REFERENCE = ROOT / "docs" / "reference.md"
RESULTS = ROOT / "tests" / "benchmarks" / "results" / "results.json"
EPOCHS = {
    "stock_epoch": "the tutorial's stock model",
    "emoji_epoch": "Emojifier-v2",
    "music_epoch": "djmodel",
}
#: Columns, and what stands in the name of their contenders; the fastest of them counts.
CONTENDERS = {"plain Keras": "plain", "PyTorch": "PyTorch", "JAX": "JAX", "lstmkit": "lstmkit"}


def commands() -> Iterator[tuple[str, str]]:
    """Yield each command with the first sentence of its help."""
    for path, command in contract.commands(root):
        yield f"`{path}`", _sentence(command.help)


def functions() -> Iterator[tuple[str, str]]:
    """Yield each function of the Python face, as it is called, with the first line of its help."""
    for name in ("stock", "emoji", "music", "letters"):
        for verb in dir(getattr(lstmkit, name)):
            yield _called(f"lstmkit.{name}.{verb}", getattr(getattr(lstmkit, name), verb))
    for name in ("accelerate", "load"):
        yield _called(f"lstmkit.{name}", getattr(lstmkit, name))
    for name in ("predictions", "table", "plot", "verdict", "metrics", "files", "to_json"):
        found = inspect.getattr_static(Result, name, None)
        if callable(found):
            yield _called(f"result.{name}", found)
        elif isinstance(found, property):
            yield f"`result.{name}`", _sentence(found.__doc__)


def _called(path: str, function: Callable[..., Any]) -> tuple[str, str]:
    parameters = inspect.signature(function).parameters.values()
    plain = [one.replace(annotation=inspect.Parameter.empty) for one in parameters]
    shown = str(inspect.Signature([one for one in plain if one.name != "self"]))
    shown = re.sub(r"<?(?:Posix|Windows)Path\(('[^']*')\)>?", r"\1", shown)
    return f"`{path}{shown}`", _sentence(function.__doc__)


def _sentence(text: str | None) -> str:
    return " ".join((text or "").split()).partition(". ")[0].rstrip(".")


def keys(pipeline: str) -> Iterator[tuple[str, str, str, str]]:
    """Yield each key of a pipeline with its default, what it accepts, and its comment."""
    schema = config.json_schema(config.schema_of(pipeline), pipeline)
    path = config.package_folder("configs") / f"{pipeline}.yaml"
    yield from _keys(YAML().load(path), schema, schema["$defs"], "")


def _keys(
    document: Any, schema: dict[str, Any], defs: dict[str, Any], prefix: str
) -> Iterator[tuple[str, str, str, str]]:
    for key, value in document.items():
        spec = schema["properties"][key]
        if "$ref" in spec:
            inner = defs[spec["$ref"].rpartition("/")[2]]
            yield from _keys(value, inner, defs, f"{prefix}{key}.")
            continue
        default = _plain(value)
        comment = documents.comment_of(document, key).replace("|", r"\|")
        yield f"`{prefix}{key}`", f"`{default}`", accepted(spec), comment


def accepted(spec: dict[str, Any]) -> str:
    """Say in a few words which values a JSON Schema allows."""
    if "anyOf" in spec:
        return " or ".join(accepted(one) for one in spec["anyOf"])
    if "enum" in spec:
        return ", ".join(map(str, spec["enum"]))
    kind = str(spec.get("type", "any"))
    if kind == "array":
        several = spec.get("items") or {}
        return f"list of {accepted(several)}"
    bounds = {"minimum": "from", "exclusiveMinimum": "above", "maximum": "to"}
    bounds["exclusiveMaximum"] = "below"
    said = [f"{word} {_count(spec[name])}" for name, word in bounds.items() if name in spec]
    words = {"boolean": "true or false", "string": "text", "object": "mapping"}
    return " ".join([words.get(kind, kind), *said])


def speed() -> str:
    """Return seconds per epoch of each contender in the benchmark run that is kept."""
    sections = json.loads(RESULTS.read_text(encoding="utf-8"))["sections"]
    rows = []
    for section, title in EPOCHS.items():
        found = sections[section]["data"]
        medians = {name: statistics.median(one["seconds"]) for name, one in found.items()}
        medians.pop("lstmkit, every step", None)
        seconds = {
            name: min(value for full, value in medians.items() if word in full)
            for name, word in CONTENDERS.items()
        }
        ratio = seconds["plain Keras"] / seconds["lstmkit"]
        cells = [f"{seconds[name]:.3g}" for name in CONTENDERS]
        rows.append([title, *cells, f"{ratio:.1f} times"])
    heads = ["seconds per epoch", *CONTENDERS, "faster than plain Keras"]
    return tabulate(rows, heads, "github", disable_numparse=True)


def _count(value: float) -> str:
    return f"{int(value):,}" if value == int(value) else f"{value:g}"


def _plain(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, dict):
        return ", ".join(f"{key}: {inner}" for key, inner in value.items())
    return str(list(value)) if isinstance(value, list) else str(value)


def reference() -> str:
    """Return the page of every command and every config key."""
    heads = ["command", "what it does"]
    parts = [
        "# Every command, every key",
        "Written by `docs/make_tables.py` from the code.",
        "## Commands",
        "The words after `lstmkit`; each explains itself with `--help`.",
        tabulate(list(commands()), heads, "github"),
        "## Python",
        "`import lstmkit`; see [Python](python.md). `settings` are keys of the config, below.",
        tabulate(list(functions()), ["function", "what it does"], "github"),
    ]
    for pipeline in config.pipelines():
        heads = ["key", "default", "accepts", "what, and why"]
        rows = tabulate(list(keys(pipeline)), heads, "github", disable_numparse=True)
        parts += [f"## {pipeline}: `configs/{pipeline}.yaml`", re.sub(r" {2,}", " ", rows)]
    return "\n\n".join(parts) + "\n"


def with_speed(text: str) -> str:
    """Return the README with its table of speed renewed."""
    before, begin, rest = text.partition("<!-- speed -->\n")
    _, end, after = rest.partition("<!-- end of speed -->")
    if not end:
        raise ValueError("README.md has no part between <!-- speed --> and <!-- end of speed -->")
    return f"{before}{begin}{speed()}\n{end}{after}"


if __name__ == "__main__":
    readme = with_speed(README.read_text(encoding="utf-8"))
    README.write_text(readme, encoding="utf-8", newline="\n")
    REFERENCE.write_text(reference(), encoding="utf-8", newline="\n")
