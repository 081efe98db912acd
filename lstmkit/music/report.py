"""Results of the music pipeline into MIDI, JSON, CSV and PNG, and into tables for the terminal."""

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from lstmkit.chart import loss
from lstmkit.files import write_bytes, write_json
from lstmkit.music.files.score import Measure
from lstmkit.music.result import Result, Solo
from lstmkit.result import write_history
from lstmkit.runs import METRICS
from lstmkit.terminal import table

COLUMNS_AT_MOST = 4

METRIC_LABELS = {
    "notes": "notes",
    "chord_tone_share": "chord tones, share",
    "chord_or_scale_tone_share": "chord or scale tones, share",
    "pitch_class_entropy_bits": "pitch-class entropy, bits",
    "scale_consistency": "scale consistency",
    "groove_consistency": "groove consistency",
    "empty_beat_rate": "empty beats, share",
    "range_semitones": "range, semitones",
    "note_density_per_quarter": "notes per quarter",
    "rhythmic_variety_bits": "rhythmic variety, bits",
}


def write(result: Result) -> None:
    """Write everything about a result into its run folder; `metrics.json` comes last."""
    for solo in result.solos:
        write_solo(solo, result.run)
    if result.epochs:
        from lstmkit import plots

        write_history(result.epochs, result.run / "history.csv")
        path, drawn = result.run / "plots" / "loss.png", loss(result.epochs, unit="nats")
        plots.draw(path, drawn, title="Surprise at the next value", size=(8, 4))
    write_json(result.run / METRICS, result.metrics)


def write_solo(solo: Solo, folder: Path) -> None:
    """Write a solo as MIDI, as a picture, and as sound if there is any."""
    from lstmkit.music import pictures

    write_bytes(folder / f"{solo.name}.mid", solo.midi)
    title = f"{solo.name} over {solo.over}, {solo.tempo:.0f} quarters a minute"
    pictures.piano_roll(solo.measures, folder / f"{solo.name}.png", title=title)
    for suffix, content in (("wav", solo.wav), ("musicxml", solo.musicxml)):
        if content is not None:
            write_bytes(folder / f"{solo.name}.{suffix}", content)


def metric_rows(
    metrics: Sequence[tuple[str, dict[str, float]]],
    training: Mapping[str, Mapping[str, float]] | None,
) -> list[dict[str, Any]]:
    """Return a table: a row for each metric, a column for each piece, then the training music.

    Args:
        metrics: Name and metrics of each piece.
        training: From `metrics.spread`, or None.
    """
    rows = []
    for key, label in METRIC_LABELS.items():
        row: dict[str, Any] = {"metric": label}
        row |= {name: _shown(values.get(key, math.nan)) for name, values in metrics}
        if training is not None and key in training:
            known = training[key]
            row["training music"] = (
                f"{_shown(known['mean'])} ({_shown(known['low'])} to {_shown(known['high'])})"
            )
        rows.append(row)
    return rows


def shown(result: Result) -> str:
    """Return the table of metrics that the terminal shows, for at most four pieces."""
    if result.solos:
        known = [(solo.name, solo.metrics) for solo in result.solos[:COLUMNS_AT_MOST]]
    else:
        known = [(Path(str(result.metrics["file"])).stem, result.metrics["metrics"])]
    return table(metric_rows(known, result.training), texts=True)


def part_rows(facts: Sequence[Any], melody: int, harmony: Sequence[int]) -> list[dict[str, Any]]:
    """Return the table of parts that `inspect` shows."""
    return [
        {
            "part": part.index,
            "name": part.name or "-",
            "program": "drums" if part.drums else part.program,
            "notes": part.notes,
            "range": f"{part.low}-{part.high}",
            "alone": f"{1 - part.overlap:.0%}",
            "per onset": f"{part.chord_size:.1f}",
            "bars": f"{part.first_bar}-{part.last_bar}",
            "role": "melody" if part.index == melody else "chords" if part.index in harmony else "",
        }
        for part in facts
    ]


def bar_rows(measures: Sequence[Measure], numbers: Sequence[int]) -> list[dict[str, Any]]:
    """Return the table of bars that `inspect` shows: chords with their beat, and melody notes."""
    return [
        {
            "bar": number,
            "quarters": f"{float(m.bar.length):g}",
            "chords": "  ".join(
                f"{_beat(t.onset - m.bar.start)}{t.chord.symbol}" for t in m.chords
            ),
            "melody notes": len(m.notes),
            "used": "yes" if m.notes and m.chords else "no",
        }
        for number, m in zip(numbers, measures, strict=True)
    ]


def _beat(offset: Fraction) -> str:
    return "" if offset <= 0 else f"({float(offset) + 1:g}) "


def _shown(value: float) -> str:
    return "-" if value is None or math.isnan(value) else f"{value:.3g}"
