"""Make the page of a run, the page that compares runs, and the model card."""

import contextlib
import importlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import jinja2

from lstmkit import config, files, runs
from lstmkit.chart import several
from lstmkit.errors import InputError
from lstmkit.page.blocks import Block, Chart, Table, number
from lstmkit.page.history import read_history
from lstmkit.system import command_line

PAGE, CARD = "report.html", "README.md"
MAX_FILES = 200
VIEWS = ("gates",)  # these have runs and pages, and no config
OF_VERB = {"sweep": "sweep", "trial": "sweep"}  # rooms that show a verb's runs of any pipeline


def write(run: runs.Run, *, status: str | None = None) -> Path:
    """Write `report.html` and the model card `README.md` into the run folder.

    Args:
        run: A run of any pipeline.
        status: How the run ended, as the page says it; None: as the manifest says it.

    Returns:
        The path of the page.

    Raises:
        InputError: A file of the run is missing or damaged.
        RunError: The disk is full, or the folder cannot be written.
    """
    manifest = run.manifest
    if status is not None:
        manifest["status"] = status
    page = _page_of(manifest)
    with _as_lstmkit_writes_it(run):
        facts = _facts(run, manifest, _verdict(run))
        blocks = page.blocks(run)
        card = _environment().get_template("card.md").render(facts)
    _write_card(run.path / CARD, card)
    facts["files"] = _files(run)
    with _as_lstmkit_writes_it(run):
        text = _render("report.html", facts, blocks)
    files.write_text(run.path / PAGE, text)
    return run.path / PAGE


def part(run: runs.Run, series: str) -> runs.Run:
    """Return one of the many series of a run, as a run of its own.

    Raises:
        InputError: The run is of no or of other series.
    """
    page = _page_of(run.manifest)
    if not hasattr(page, "part"):
        raise InputError(f"{run.path}: --series {series}: it is no run of many series")
    made: runs.Run = page.part(run, series)
    return made


def compare(chosen: Sequence[runs.Run], folder: Path) -> Path:
    """Write a page that shows runs side by side.

    Args:
        chosen: Two runs or more, of one pipeline.
        folder: Where to write it.

    Raises:
        InputError: Fewer than two runs, or of several pipelines.
    """
    if len(chosen) < 2:
        raise InputError("--compare needs at least two runs, such as --compare RUN RUN")
    pipelines = sorted({str(run.manifest.get("pipeline")) for run in chosen})
    if len(pipelines) > 1:
        raise InputError(f"--compare: runs of {' and '.join(pipelines)}; expected one pipeline")
    names = [run.name for run in chosen]
    columns = ["", *names]
    metrics = [dict(_flat(run.metrics)) for run in chosen]
    settings = [{"input": _inputs(run), **dict(_flat(_settings(run)))} for run in chosen]
    with _as_lstmkit_writes_it(*chosen):
        verdicts = [(run.name, _verdict(run)) for run in chosen]
    blocks: list[Block] = [
        Table("Verdicts", ["run", "verdict"], verdicts, texts=True),
        Table(
            "What differs in input and config",
            columns,
            [row for row in _side_by_side(settings) if len(set(row[1:])) > 1]
            or [["nothing", *["the same"] * len(names)]],
        ),
        Table("Metrics", columns, _side_by_side(metrics)),
    ]
    curves = _loss_of_each(chosen)
    if curves:
        shows = several(curves, x="epoch", y="validation loss")
        blocks.insert(1, Chart("Validation loss", shows))
    facts = {"title": f"{pipelines[0]}: {len(chosen)} runs side by side", "runs": names}
    path = folder / PAGE
    files.write_text(path, _render("compare.html", facts, blocks))
    return path


@contextlib.contextmanager
def _as_lstmkit_writes_it(*chosen: runs.Run) -> Iterator[None]:
    """Turn what a file of a run lacks, where it is valid JSON or CSV, into one clear error."""
    try:
        yield
    except (LookupError, TypeError, AttributeError, ValueError, jinja2.UndefinedError) as error:
        where = ", ".join(str(run.path) for run in chosen)
        raise InputError(
            f"{where}: run.json, metrics.json or a CSV is not as lstmkit writes it ({error!r}); "
            f"make the run again"
        ) from error


def _write_card(path: Path, text: str) -> None:
    """Write the card; a `README.md` that somebody else wrote stays."""
    if not path.exists() or _text(path).partition("\n")[0] == text.partition("\n")[0]:
        files.write_text(path, text)


def _page_of(manifest: dict[str, Any]) -> Any:
    """Return the module that knows what a pipeline, or a view, shows: its `blocks`."""
    name = str(manifest.get("pipeline"))
    known = [*config.pipelines(), *VIEWS]
    if name not in known:
        raise InputError(f"a run of {name!r}: no such pipeline; expected one of {', '.join(known)}")
    room = OF_VERB.get(str(manifest.get("verb")), name)
    return importlib.import_module(f"lstmkit.{room}.page")


def _facts(run: runs.Run, manifest: dict[str, Any], verdict: str) -> dict[str, Any]:
    expected = {"lstmkit": "?", "created": "?", "seed": "?", "status": "?"}
    empty: dict[str, Any] = {"inputs": [], "versions": {}, "timings": {}}
    made = dict.fromkeys((manifest.get("pipeline"), manifest.get("verb")))
    return {
        "title": f"{' '.join(map(str, made))}: {manifest.get('name')}",
        "run": run.name,
        "manifest": {**expected, **empty, **manifest},
        "verdict": verdict,
        "command": _command(manifest.get("command", [])),
        "config": _text(run.path / "config.yaml"),
        "metrics": [(key, number(value)) for key, value in _flat(run.metrics)],
        "has_model": (run.path / runs.MODEL).exists(),
    }


def _render(template: str, facts: dict[str, Any], blocks: Sequence[Block]) -> str:
    drawn = {i: block for i, block in enumerate(blocks) if isinstance(block, Chart)}
    items: dict[int, Any] = {}
    scripts: Sequence[str] = ()
    if drawn:  # a page without charts neither waits for Bokeh nor carries it
        from lstmkit.page import charts

        items, scripts = charts.embedded(drawn)
    content = _environment().get_template(template)
    return content.render(facts, blocks=blocks, items=items, bokeh=scripts)


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("lstmkit.page"),
        autoescape=jinja2.select_autoescape(["html"]),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.policies["json.dumps_kwargs"] = {"sort_keys": False}  # Bokeh defines, then refers
    environment.filters["markdown"] = _plain_markdown
    return environment


def _plain_markdown(text: Any) -> str:
    """Write a text so that Markdown shows it as it is, on one line."""
    line = " ".join(str(text).split())
    return "".join(f"\\{c}" if c in "\\`*_{}[]<>()#+!|~&" else c for c in line)


def _verdict(run: runs.Run) -> str:
    return str(run.metrics.get("verdict", ""))


def _settings(run: runs.Run) -> dict[str, Any]:
    if not (run.path / runs.CONFIG).exists():
        return {}
    schema = config.schema_of(str(run.manifest.get("pipeline")))
    return run.config(schema).model_dump(mode="json")


def _inputs(run: runs.Run) -> str:
    """Return name and fingerprint of what a run was made from."""
    read = runs.inputs_of(run)
    return ", ".join(f"{Path(one['path']).name} ({one['sha256'][:8]})" for one in read)


def _flat(content: dict[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    rows: list[tuple[str, Any]] = []
    for key, value in content.items():
        if isinstance(value, dict):
            rows += _flat(value, f"{prefix}{key}.")
        elif isinstance(value, list) and all(isinstance(item, int | float | str) for item in value):
            rows.append((prefix + key, ", ".join(number(item) for item in value)))
        elif not isinstance(value, list) and key != "verdict":
            rows.append((prefix + key, value))
    return rows


def _side_by_side(columns: Sequence[dict[str, Any]]) -> list[list[str]]:
    keys = list(dict.fromkeys(key for column in columns for key in column))
    return [[key, *(number(column.get(key)) for column in columns)] for key in keys]


def _loss_of_each(chosen: Sequence[runs.Run]) -> dict[str, tuple[list[float], list[float]]]:
    curves = {}
    for run in chosen:
        rows = [row for row in read_history(run) if row.get("val_loss") is not None]
        if rows:
            curves[run.name] = ([_of(r, "epoch") for r in rows], [_of(r, "val_loss") for r in rows])
    return curves


def _of(row: dict[str, float | None], name: str) -> float:
    value = row[name]
    return float("nan") if value is None else value


def _command(words: Sequence[str]) -> str:
    if not words:
        return ""
    program = "python -m lstmkit" if words[0] == "__main__.py" else "lstmkit"
    return f"{program} {command_line(words[1:])}".strip()


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""


def _files(run: runs.Run) -> list[tuple[str, str]]:
    paths = [path for path in run.files() if path.name != PAGE]
    own = [path for path in paths if path.relative_to(run.path).parts[0] != runs.TRIALS]
    return [
        (path.relative_to(run.path).as_posix(), f"{path.stat().st_size:,} bytes")
        for path in own[:MAX_FILES]
    ]
