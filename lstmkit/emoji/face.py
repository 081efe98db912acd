"""The emoji pipeline for notebooks and scripts: keywords are keys of the config."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lstmkit.emoji import answers, pipeline
from lstmkit.emoji.result import Result
from lstmkit.face import OUTPUT, AnyPath, AnyRun, configured, path_of, run_of, texts_of

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Answers:
    """What a model answers to texts.

    Attributes:
        rows: One per text, as `emoji predict --json` prints it.
    """

    rows: list[dict[str, Any]]

    @property
    def emojis(self) -> list[str | None]:
        """One per text; None where no word of it is known."""
        return [row["emoji"] for row in self.rows]

    @property
    def predictions(self) -> pd.DataFrame:
        """Text, emoji, its name and its probability, a row per text."""
        import pandas as pd

        return pd.DataFrame(self.rows, columns=["text", "emoji", "name", "probability"])

    def _repr_html_(self) -> str:
        return str(self.predictions.to_html(index=False))


def predict(
    texts: str | Iterable[str],
    *,
    run: AnyRun = None,
    explain: bool = False,
    top: int | None = None,
    min_confidence: float = 0.0,
    output: AnyPath = OUTPUT,
    vectors: AnyPath | None = None,
) -> Answers:
    """Answer to texts, or to one, with emojis; see `pipeline.predict`."""
    given = texts_of(texts)
    model, readings = pipeline.predict(given, run_of(run), Path(output), vectors=path_of(vectors))
    style = answers.Style(top=top, explain=explain, min_confidence=min_confidence)
    return Answers([answers.to_json(model, reading, style) for reading in readings])


def train(
    source: AnyPath | None = None,
    *,
    test: AnyPath | None = None,
    vectors: AnyPath | None = None,
    taught: AnyPath | None = None,
    output: AnyPath = OUTPUT,
    **settings: Any,
) -> Result:
    """Train on labelled sentences, or on those that ship; see `pipeline.train`."""
    return pipeline.train(
        path_of(source),
        configured("emoji", settings),
        Path(output),
        test=path_of(test),
        vectors=path_of(vectors),
        taught=path_of(taught),
    )


def resume(run: AnyPath, *, output: AnyPath = OUTPUT) -> Result:
    """Go on with an interrupted training."""
    return pipeline.resume(Path(run), Path(output))


def evaluate(
    source: AnyPath | None = None,
    *,
    run: AnyRun = None,
    vectors: AnyPath | None = None,
    output: AnyPath = OUTPUT,
) -> Result:
    """Score a model on labelled sentences; see `pipeline.evaluate`."""
    return pipeline.evaluate(path_of(source), run_of(run), Path(output), vectors=path_of(vectors))
