"""What the report page of a music run shows."""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mido
from bokeh.models import ColumnDataSource, Label, Span

from lstmkit.errors import InputError
from lstmkit.music.pitch import name
from lstmkit.music.report import METRIC_LABELS
from lstmkit.page import charts
from lstmkit.page.blocks import Block, Chart, Player, Table, number
from lstmkit.page.history import read_history
from lstmkit.runs import Run

VOICES = {0: "lead", 1: "chords", 2: "bass", 9: "drums"}  # by channel, as `generate` writes them
COLORS = {"lead": charts.PREDICTED, "chords": "#9cb8d3", "bass": "#7f9a6b", "drums": charts.NAIVE}
MAX_PIECES, MAX_NOTES, MAX_SYMBOLS = 6, 20_000, 400
A_SECOND = 1.0


@dataclass(frozen=True)
class Piece:
    """A MIDI file in seconds.

    Attributes:
        notes: ``(onset, duration, pitch, loudness, voice)``, seconds, MIDI, 0 to 1.
        symbols: Chord symbols and when they begin.
        seconds: Length.
    """

    notes: list[tuple[float, float, int, float, str]]
    symbols: list[tuple[float, str]]
    seconds: float


def verdict(metrics: dict[str, Any]) -> str:
    """Return the sentence that stands first; none where nothing was scored."""
    return str(metrics.get("verdict", ""))


def blocks(run: Run) -> list[Block]:
    """Return the solos to hear, their metrics beside the training music's, and the loss."""
    found: list[Block] = []
    for path in sorted(run.path.glob("*.mid"))[:MAX_PIECES]:
        found.append(_player(path, len(found)))
    metrics = run.read_json("metrics.json") if (run.path / "metrics.json").exists() else {}
    table = _metrics(metrics)
    if table is not None:
        found.append(table)
    history = read_history(run)
    if history:
        note = "In nats: how surprised the network is by the next value; less is better."
        found.append(Chart("Loss", charts.loss(history, unit="cross-entropy, nats"), note))
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
        for message in mido.MidiFile(path):
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
    return Piece(sorted(notes)[:MAX_NOTES], symbols[:MAX_SYMBOLS], now)


def _player(path: Path, index: int) -> Player:
    piece = read_piece(path)
    cursor = f"cursor-{index}"
    return Player(
        title=path.stem,
        figure=_roll(piece, cursor),
        notes=[
            [round(one, 4) if isinstance(one, float) else one for one in n] for n in piece.notes
        ],
        seconds=round(piece.seconds, 3),
        cursor=cursor,
        note="Red is what the network improvised; piano and bass follow the chords. Drag to zoom.",
    )


def _roll(piece: Piece, cursor: str) -> Any:
    pitches = [note[2] for note in piece.notes] or [60]
    low, high = min(pitches) - 2, max(pitches) + 6
    chart = charts.new_figure(
        height=380,
        zoom="both",
        x_axis_label="seconds",
        x_range=(0, max(piece.seconds, A_SECOND)),
        y_range=(low, high),
    )
    octaves = [pitch for pitch in range(0, 128, 12) if low <= pitch <= high]
    chart.yaxis.ticker = octaves
    chart.yaxis.major_label_overrides = {pitch: f"C{pitch // 12 - 1}" for pitch in octaves}
    for voice, color in COLORS.items():
        played = [note for note in piece.notes if note[4] == voice]
        if not played:
            continue
        source = ColumnDataSource(
            {
                "left": [onset for onset, *_ in played],
                "right": [onset + duration for onset, duration, *_ in played],
                "pitch": [note[2] for note in played],
                "name": [name(note[2]) for note in played],
                "alpha": [0.45 + 0.55 * note[3] for note in played],
            }
        )
        bars = chart.hbar(
            y="pitch",
            left="left",
            right="right",
            height=0.9,
            source=source,
            color=color,
            fill_alpha="alpha",
            line_color=None,
            legend_label=voice,
        )
        charts.hover(chart, bars, [("note", "@name"), ("at", "@left{0.00} s")])
    for index, (at, symbol) in enumerate(piece.symbols):
        height = high - 2 - 2 * (index % 2)  # two rows, so that neighbours do not touch
        chart.add_layout(
            Label(x=at, y=height, text=symbol, text_font_size="10px", text_color=charts.NAIVE)
        )
    chart.add_layout(
        Span(name=cursor, location=0, dimension="height", line_color=charts.GOOD, line_width=2)
    )
    return charts.finish(chart)


def _metrics(metrics: dict[str, Any]) -> Table | None:
    """Return every piece's metrics beside the training music's."""
    pieces = dict(_pieces(metrics))
    training = metrics.get("training") or {}
    if not pieces:
        return None
    rows = []
    for key, label in METRIC_LABELS.items():
        row = [label, *(number(one.get(key), 3) for one in pieces.values())]
        known = training.get(key)
        row.append(
            f"{number(known['mean'], 3)} ({number(known['low'], 3)} to {number(known['high'], 3)})"
            if known
            else "–"
        )
        rows.append(row)
    note = "Training music: the mean of its tunes' excerpts, with the lowest and the highest."
    return Table("In figures", ["", *pieces, "training music"], rows, note)


def _pieces(metrics: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    found = []
    if isinstance(metrics.get("metrics"), dict):
        found.append(("this piece", metrics["metrics"]))
    solos = metrics.get("solos", {})
    for title, solo in solos.items() if isinstance(solos, dict) else ():
        found.append((title, solo.get("metrics", {})))
    return found[:MAX_PIECES]
