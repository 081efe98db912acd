"""A score as a musician reads it: a line of melody over chords, bar by bar, with the reasons."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from lstmkit.errors import InputError
from lstmkit.music.config import DataConfig
from lstmkit.music.files.reading import harmony, melody, metre, parts
from lstmkit.music.files.score import Bar, Measure, Note, Score


@dataclass(frozen=True)
class Reading:
    """What is read from a score.

    Attributes:
        score: The score, in the bars that were read.
        measures: Melody and chords of every bar that the config names.
        choice: Who plays the melody and the chords; None for a chart that has no notes.
        said: What a person should know: repairs, guesses, what was left out.
    """

    score: Score
    measures: tuple[Measure, ...]
    choice: parts.Choice | None
    said: tuple[str, ...]

    @property
    def usable(self) -> list[Measure]:
        """The bars that have both melody and chords."""
        return [measure for measure in self.measures if measure.notes and measure.chords]


def of(score: Score, config: DataConfig, source: str) -> Reading:
    """Read the melody and the chords of every bar that the config names.

    Args:
        score: The piece, as the file has it.
        config: Which parts and bars count.
        source: Name of the file, for error messages.

    Raises:
        InputError: If no part can be the melody, or the config names what is not there.
    """
    if config.metre is not None:
        beats, unit = map(int, config.metre.split("/"))
        score = metre.with_metre(score, (beats, unit))
    else:
        score = metre.mended(score)
    said = score.repairs
    bars = set(_chosen_bars(score, config, source))
    if not score.parts:
        chart = _measures(score, (), harmony.from_symbols(score), bars)
        return Reading(score, chart, None, said)
    choice = parts.choose(
        score, melody=config.melody_part, harmony=config.chord_parts, where=source
    )
    notes = score.parts[choice.melody].notes
    line = _melody(notes, config)
    chords = _harmony(score, choice, line, config, source)
    free = metre.freely_played(notes)
    said = (*said, free) if free else said
    return Reading(score, _measures(score, line, chords, bars), choice, said)


def no_melody(reading: Reading, source: str) -> InputError:
    """Return the error of a chart: what is there, and what it is good for."""
    slashes = next((f" ({text})" for text in reading.said if "slashes" in text), "")
    return InputError(
        f"{source}: {len(reading.score.symbols)} chord symbols and no notes{slashes}: a chord"
        " chart, without a melody to learn from; play over its chords:"
        f" `lstmkit music generate --chords {source}`"
    )


def _melody(notes: Sequence[Note], config: DataConfig) -> list[Note]:
    if config.reading == "struck":
        return melody.struck(notes)[0]
    return melody.skyline(notes, close_gaps=Fraction(config.close_gaps).limit_denominator(48))


def _harmony(
    score: Score, choice: parts.Choice, line: Sequence[Note], config: DataConfig, source: str
) -> harmony.Harmony:
    """Return the chords of every bar; empty tuples where there are none at all.

    Raises:
        InputError: If the config asks for symbols and the file has none.
    """
    kind = config.harmony
    if kind == "auto":
        kind = "symbols" if score.symbols else "inferred"
    if kind == "symbols":
        if not score.symbols:
            raise InputError(
                f"{source}: data.harmony is symbols, and the file has no chord symbols"
            )
        return harmony.from_symbols(score)
    indices = choice.harmony or (choice.melody,)
    if kind == "struck":
        return harmony.struck(score.parts[indices[0]].notes, score.bars)
    notes = [note for index in indices for note in score.parts[index].notes]
    if not choice.harmony and melody.is_single(notes):
        return harmony.of_melody(notes, score.bars, signature=score.signature)
    above = () if choice.melody in indices else line
    return harmony.of_accompaniment(notes, score.bars, melody=above)


def _measures(
    score: Score, line: Sequence[Note], chords: harmony.Harmony, wanted: set[Bar]
) -> tuple[Measure, ...]:
    later = deque(line)
    following: list[Bar | None] = [*score.bars[1:], None]  # the last has what begins at its end
    found = []
    for bar, then, harmonies in zip(score.bars, following, chords, strict=True):
        notes = []
        while later and (then is None or later[0].onset < then.start):
            notes.append(later.popleft())
        if bar in wanted:
            found.append(Measure(bar, tuple(notes), harmonies))
    return tuple(found)


def _chosen_bars(score: Score, config: DataConfig, source: str) -> Sequence[Bar]:
    """Return the bars of the span that the config names; all bars without one."""
    bars = score.bars
    if config.bars is None:
        return bars
    first, last = config.bars
    chosen = bars[first - 1 : last]
    if not chosen:
        raise InputError(
            f"{source}: data.bars {first} to {last} holds no bar; the piece has {len(bars)} bars,"
            f" {float(bars[-1].end):g} quarters long"
        )
    return chosen
