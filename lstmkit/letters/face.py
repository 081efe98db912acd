"""The letters pipeline for notebooks and scripts: keywords are keys of the config."""

from pathlib import Path
from typing import Any

from lstmkit.face import OUTPUT, AnyPath, AnyRun, changes, configured, path_of, run_of
from lstmkit.letters import pipeline
from lstmkit.letters.result import Result


def train(source: AnyPath | None = None, *, output: AnyPath = OUTPUT, **settings: Any) -> Result:
    """Learn to write lines like those of a file; see `pipeline.train`."""
    return pipeline.train(path_of(source), configured("letters", settings), Path(output))


def resume(run: AnyPath, *, output: AnyPath = OUTPUT) -> Result:
    """Go on with an interrupted training."""
    return pipeline.resume(Path(run), Path(output))


def write(
    primer: str = "",
    *,
    count: int = 10,
    run: AnyRun = None,
    output: AnyPath = OUTPUT,
    **settings: Any,
) -> list[str]:
    """Return new lines of a trained model; see `pipeline.write`."""
    chosen = changes("letters", settings)
    found = pipeline.write(run_of(run), Path(output), count=count, primer=primer, changes=chosen)
    return found[1]
