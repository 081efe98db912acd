"""Scores as plain lists and numbers, for the cache."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

from lstmkit.music.files.score import Bar, Note, Part, Score


def to_json(score: Score) -> dict[str, Any]:
    """Return the score as plain lists and numbers; every time is an integer over `resolution`."""
    times = [t for part in score.parts for note in part.notes for t in (note.onset, note.duration)]
    times += [t for bar in score.bars for t in bar]
    times += [onset for onset, _ in score.tempos] + [onset for onset, _ in score.symbols]
    resolution = math.lcm(*{time.denominator for time in times})

    def ticks(time: Fraction) -> int:
        return int(time * resolution)

    return {
        "name": score.name,
        "resolution": resolution,
        "parts": [
            {
                "name": part.name,
                "program": part.program,
                "drums": part.drums,
                "notes": [
                    [ticks(n.onset), ticks(n.duration), n.pitch, n.velocity] for n in part.notes
                ],
            }
            for part in score.parts
        ],
        "bars": [[ticks(bar.start), ticks(bar.length)] for bar in score.bars],
        "tempos": [[ticks(onset), bpm] for onset, bpm in score.tempos],
        "symbols": [[ticks(onset), symbol] for onset, symbol in score.symbols],
        "signature": score.signature,
        "repairs": score.repairs,
    }


def from_json(data: dict[str, Any]) -> Score:
    """Return the score that `to_json` wrote.

    Raises:
        KeyError, TypeError, ValueError: If the data is something else.
    """
    resolution = int(data["resolution"])
    beats, unit = data["signature"] or (0, 0)

    def time(ticks: int) -> Fraction:
        return Fraction(ticks, resolution)

    return Score(
        name=str(data["name"]),
        parts=tuple(
            Part(
                str(part["name"]),
                int(part["program"]),
                bool(part["drums"]),
                tuple(Note(time(on), time(length), p, v) for on, length, p, v in part["notes"]),
            )
            for part in data["parts"]
        ),
        bars=tuple(Bar(time(start), time(length)) for start, length in data["bars"]),
        tempos=tuple((time(onset), float(bpm)) for onset, bpm in data["tempos"]),
        symbols=tuple((time(onset), str(symbol)) for onset, symbol in data["symbols"]),
        signature=(int(beats), int(unit)) if unit else None,
        repairs=tuple(map(str, data["repairs"])),
    )
