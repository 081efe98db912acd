"""The chords of a file, to be played over: MusicXML, lead-sheet MIDI, iReal's links, plain text."""

from pathlib import Path
from typing import NamedTuple

from lstmkit.errors import InputError
from lstmkit.files import title
from lstmkit.music.config import DataConfig
from lstmkit.music.files import sources
from lstmkit.music.files.charts import ireal
from lstmkit.music.files.reading import measures
from lstmkit.music.theory.chords import Chord
from lstmkit.progress import told_if_long

TEXT_SUFFIXES = (".txt", ".html", ".htm", ".url", ".ireal", ".irealb")
LONGEST_TEXT = 1 << 20  # bytes


class Chart(NamedTuple):
    """A chord chart.

    Attributes:
        name: Stem of its file.
        bars: The chords of each bar, in the order in which they are played.
        signature: Numerator and denominator of the metre; None where the file gives none.
    """

    name: str
    bars: list[list[Chord]]
    signature: tuple[int, int] | None


def is_chart(text: str) -> bool:
    """Tell whether a text names a file (or an iReal link) rather than chords."""
    if ireal.LINK.match(text.strip()):
        return True
    suffix = Path(text).suffix.lower()
    return "|" not in text and suffix in (*TEXT_SUFFIXES, *sources.SUFFIXES)


def text_of(source: str) -> tuple[str, str] | None:
    """Return name and chords of an iReal link, or of a text file of one or of bars; else None.

    Raises:
        InputError: If there is no such file, or no chart behind the link.
    """
    if ireal.LINK.match(source.strip()):
        return "iReal", ireal.progression(source, "--chords")
    path = Path(source)
    if path.suffix.lower() not in TEXT_SUFFIXES:
        return None
    data = sources.read_bytes(path)
    if len(data) > LONGEST_TEXT:
        raise InputError(f"{path}: {len(data):,} bytes; a chord chart has at most {LONGEST_TEXT:,}")
    text = data.decode("utf-8-sig", "replace")
    linked = ireal.LINK.search(text)
    return title(path), ireal.progression(text, str(path)) if linked else text


def read(source: str, config: DataConfig) -> Chart:
    """Read the chords of a file of notes, bar by bar.

    Args:
        source: A MusicXML or MIDI file.
        config: How to read it; its chords are inferred if it has no symbols.

    Raises:
        InputError: If there is no such file, or no chords in it.
    """
    with told_if_long(f"{source}: reading it takes a while"):
        found = measures.of(sources.read(source), config, source)
    bars = [[timed.chord for timed in measure.chords] for measure in found.measures]
    if not all(bars) or not bars:
        raise InputError(f"{source}: holds no chords to play over")
    return Chart(found.score.name, bars, found.score.signature)
