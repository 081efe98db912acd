"""What a command of the music pipeline made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from lstmkit import notebook, result
from lstmkit.music.files.score import Measure


@dataclass(frozen=True)
class Solo:
    """One generated solo.

    Attributes:
        name: Stem of its files.
        over: Name of the tune whose chords, sound and tempo it has.
        measures: Bars with notes and chords, as written (not swung).
        metrics: Of the solo, see `metrics.all_of`.
        copied: What stands in the training music: for `tokens` and `melody` the length, and where.
        midi: The file.
        wav: The sound, if asked for.
        musicxml: The lead sheet, if asked for.
        tempo: Quarters per minute.
    """

    name: str
    over: str
    measures: tuple[Measure, ...]
    metrics: dict[str, float]
    copied: dict[str, Any]
    midi: bytes
    wav: bytes | None
    musicxml: bytes | None
    tempo: float

    def to_json(self) -> dict[str, Any]:
        """Return what `metrics.json` says about it."""
        return {
            "over": self.over,
            "bars": len(self.measures),
            "tempo_quarters_per_minute": round(self.tempo, 3),
            "metrics": self.metrics,
            "copied": self.copied,
        }


@dataclass(frozen=True, kw_only=True, repr=False)
class Result(result.Result):
    """What one command of the pipeline made.

    Attributes:
        solos: What was generated.
        training: The training music's own metrics, see `metrics.spread`; empty where there is none.
    """

    picture: ClassVar[str] = "solo-01"
    solos: Sequence[Solo] = ()
    training: Mapping[str, Mapping[str, float]] | None = None

    def _repr_html_(self) -> str:
        page = self.run / "report.html"
        if not self.solos or not page.exists():
            return super()._repr_html_()
        return notebook.verdict(self.verdict) + notebook.page(page)  # with the roll that plays
