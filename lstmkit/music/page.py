"""What the report page of a music run shows."""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mido

from lstmkit.chart import loss
from lstmkit.errors import InputError
from lstmkit.music.report import metric_rows
from lstmkit.page.blocks import Block, Chart, Player, Table
from lstmkit.page.history import read_history
from lstmkit.runs import Run

VOICES = {0: "lead", 1: "chords", 2: "bass", 9: "drums"}  # by channel, as `generate` writes them
MAX_PIECES, MAX_NOTES, MAX_SYMBOLS = 6, 20_000, 400


@dataclass(frozen=True)
class Piece:
    """A MIDI file in seconds.

    Attributes:
        notes: `(onset, duration, pitch, loudness, voice)`, seconds, MIDI, 0 to 1.
        symbols: Chord symbols and when they begin.
        seconds: Length.
        bar_seconds: Length of a bar; 0 where the file does not say, or where it changes.
    """

    notes: list[tuple[float, float, int, float, str]]
    symbols: list[tuple[float, str]]
    seconds: float
    bar_seconds: float


def blocks(run: Run) -> list[Block]:
    """Return the solos to hear, their metrics beside the training music's, and the loss."""
    found: list[Block] = []
    for path in sorted(run.path.glob("*.mid"))[:MAX_PIECES]:
        found.append(_player(path))
    metrics = run.metrics
    table = _metrics(metrics)
    if table is not None:
        found.append(table)
    history = read_history(run)
    if history:
        note = "In nats: how surprised the network is by the next value; less is better."
        found.append(Chart("Loss", loss(history, unit="cross-entropy, nats"), note))
    return found


def read_piece(path: Path) -> Piece:
    """Read a MIDI file that lstmkit wrote.

    Raises:
        InputError: The file is damaged.
    """
    sounding: defaultdict[tuple[int, int], list[tuple[float, int]]] = defaultdict(list)
    notes: list[tuple[float, float, int, float, str]] = []
    symbols: list[tuple[float, str]] = []
    now = 0.0
    try:
        file = mido.MidiFile(path)
        bars = _bar_seconds(file)
        for message in file:
            now += message.time
            if message.type == "marker":
                symbols.append((now, message.text))
            elif message.type == "note_on" and message.velocity:
                sounding[message.channel, message.note].append((now, message.velocity))
            elif message.type in ("note_on", "note_off"):
                begun = sounding[message.channel, message.note]
                if begun:
                    onset, velocity = begun.pop(0)
                    voice = VOICES.get(message.channel, "chords")
                    notes.append((onset, now - onset, message.note, velocity / 127, voice))
    except (OSError, ValueError, EOFError, KeyError, IndexError) as error:
        raise InputError(f"{path}: damaged ({error}); make the run again") from error
    bar_seconds = bars.pop() if len(bars) == 1 else 0.0
    return Piece(sorted(notes)[:MAX_NOTES], symbols[:MAX_SYMBOLS], now, bar_seconds)


def _bar_seconds(file: mido.MidiFile) -> set[float]:
    """Return every length that a bar has somewhere in the file."""
    messages = [message for track in file.tracks for message in track]
    tempos = {m.tempo for m in messages if m.type == "set_tempo"}
    metres = {4 * m.numerator / m.denominator for m in messages if m.type == "time_signature"}
    return {metre * tempo / 1e6 for metre in metres for tempo in tempos}


def _player(path: Path) -> Player:
    piece = read_piece(path)
    return Player(
        title=path.stem,
        notes=[[round(n[0], 4), round(n[1], 4), n[2], round(n[3], 3), n[4]] for n in piece.notes],
        symbols=[[round(at, 4), text] for at, text in piece.symbols],
        seconds=round(piece.seconds, 3),
        bar_seconds=round(piece.bar_seconds, 6),
        note="Red is what the network improvised; piano and bass follow the chords. Click to hear "
        "it from there, drag to zoom in, double-click to see all of it.",
    )


def _metrics(metrics: dict[str, Any]) -> Table | None:
    """Return every piece's metrics beside the training music's."""
    pieces = _pieces(metrics)
    if not pieces:
        return None
    rows = metric_rows(pieces, metrics.get("training") or {})
    columns = ["metric", *(name for name, _ in pieces), "training music"]
    cells = [[str(row.get(name, "–")) for name in columns] for row in rows]
    note = "Training music: the mean of its tunes' excerpts, with the lowest and the highest."
    return Table("In figures", ["", *columns[1:]], cells, note)


def _pieces(metrics: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    found = []
    if isinstance(metrics.get("metrics"), dict):
        found.append(("this piece", metrics["metrics"]))
    solos = metrics.get("solos", {})
    for title, solo in solos.items() if isinstance(solos, dict) else ():
        found.append((title, solo.get("metrics", {})))
    return found[:MAX_PIECES]
