"""The music pipeline for notebooks and scripts: keywords are keys of the config."""

from pathlib import Path
from typing import Any

from lstmkit.face import OUTPUT, AnyPath, AnyRun, changes, configured, run_of
from lstmkit.music import pipeline
from lstmkit.music.play.band import Request
from lstmkit.music.result import Result

REQUEST = (
    "key", "metre", "tempo", "instrument", "primer", "count",
    "accompaniment", "drums", "wav", "musicxml",
)  # fmt: skip


def train(*files: AnyPath, output: AnyPath = OUTPUT, **settings: Any) -> Result:
    """Learn from music files, or from the music that ships; see `pipeline.train`."""
    config = configured("music", settings)
    return pipeline.train([str(file) for file in files], config, Path(output))


def resume(run: AnyPath, *, output: AnyPath = OUTPUT) -> Result:
    """Go on with an interrupted training."""
    return pipeline.resume(Path(run), Path(output))


def generate(
    chords: str | None = None,
    *,
    bars: int | None = None,
    run: AnyRun = None,
    output: AnyPath = OUTPUT,
    **settings: Any,
) -> Result:
    """Improvise over chords, or over those of a training tune; see `pipeline.generate`.

    Args:
        chords: Such as `Dm7 G7 | Cmaj7`.
        bars: Bars of the solo.
        run: A run, or what `train` returned; None: the newest, else the model that ships.
        output: Folder of all runs.
        settings: What else `Request` takes, such as `tempo=200`, `instrument="trumpet"` or
            `wav=True`, and keys of the config, such as `temperature=1.2` or `seed=3`.
    """
    asked = {name: settings.pop(name) for name in REQUEST if name in settings}
    request = Request(chords=chords, bars=bars, **asked)
    chosen = changes("music", settings)
    return pipeline.generate(run_of(run), Path(output), request=request, changes=chosen)


def evaluate(
    source: AnyPath, *, run: AnyRun = None, output: AnyPath = OUTPUT, **settings: Any
) -> Result:
    """Measure a file beside the music that a model learned from; see `pipeline.evaluate`."""
    config = configured("music", settings)
    return pipeline.evaluate(str(source), run_of(run), Path(output), config=config)


def inspect(source: AnyPath, **settings: Any) -> dict[str, Any]:
    """Return the parts of a file, the choice among them with reasons, and the chords."""
    return pipeline.inspect(str(source), configured("music", settings))
