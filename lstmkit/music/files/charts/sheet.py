"""The chords of a file, to be played over: MusicXML, lead-sheet MIDI, iReal's links, plain text."""

from pathlib import Path
from typing import NamedTuple

from lstmkit.errors import InputError
from lstmkit.files import title
from lstmkit.music.config import DataConfig
from lstmkit.music.files import sources
from lstmkit.music.files.charts import ireal
from lstmkit.music.files.reading import measures
from lstmkit.music.theory.chords import Chord, parse_progression
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


def read(source: str, config: DataConfig) -> Chart:
    """Read the chords of a file, bar by bar.

    Args:
        source: A MusicXML or MIDI file, a text of bars between `|`, or an iReal link or file of
            one.
        config: How to read a file of notes, whose chords are inferred if it has no symbols.

    Raises:
        InputError: If there is no such file, or no chords in it.
    """
    if ireal.LINK.match(source.strip()):
        return Chart("iReal", parse_progression(ireal.progression(source, "--chords")), None)
    path = Path(source)
    if path.suffix.lower() in TEXT_SUFFIXES:
        return Chart(title(path), parse_progression(_text(path)), None)
    with told_if_long(f"{source}: reading it takes a while"):
        found = measures.of(sources.read(source), config, source)
    bars = [[timed.chord for timed in measure.chords] for measure in found.measures]
    if not all(bars) or not bars:
        raise InputError(f"{source}: holds no chords to play over")
    return Chart(found.score.name, bars, found.score.signature)


def _text(path: Path) -> str:
    data = sources.read_bytes(path)
    if len(data) > LONGEST_TEXT:
        raise InputError(f"{path}: {len(data):,} bytes; a chord chart has at most {LONGEST_TEXT:,}")
    text = data.decode("utf-8-sig", "replace")
    if ireal.LINK.search(text):
        return ireal.progression(text, str(path))
    return " | ".join(line.strip().strip("|") for line in text.splitlines() if line.strip())
