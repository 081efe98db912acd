"""Music files to a corpus of tokens, and a corpus to snippets for the network."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import median

from lstmkit.errors import InputError
from lstmkit.music.config import DataConfig, MusicConfig
from lstmkit.music.corpus import snippets
from lstmkit.music.corpus.grammar import DIALECTS
from lstmkit.music.corpus.rendering import Compass
from lstmkit.music.corpus.snippets import Snippets, Span
from lstmkit.music.corpus.songbook import Songbook, Tune, tokens_of
from lstmkit.music.files import harmony, melody, parts
from lstmkit.music.files.score import Bar, Measure, Note, Score, bar_index, usual_signature
from lstmkit.music.files.sources import expand, read

FEWEST_BARS = 2
FEWEST_TOKENS = 16
LONGEST_SILENCE = 4  # bars without an onset that are music; more of them part two passages


@dataclass(frozen=True)
class Dataset:
    """A corpus, ready to learn from.

    Attributes:
        songbook: The tunes, and the vocabulary: every text of the training span, sorted.
        train: What is learned of each piece, before and after what is held out; no id is
            `UNKNOWN`.
        validation: What is held out, from the middle of each piece: its end is to be learned.
    """

    songbook: Songbook
    train: tuple[Span, ...]
    validation: tuple[Span, ...]


def load(sources: Sequence[str], config: MusicConfig) -> Dataset:
    """Read files and cut their tokens into a training and a validation span.

    Args:
        sources: Files, folders, or `corpus:NAME`.
        config: The whole config of the pipeline.

    Returns:
        The dataset. The vocabulary comes from the training span alone.

    Raises:
        InputError: If a file cannot be used, or there is too little music.
    """
    grammar = DIALECTS[config.grammar]
    tunes = tuple(load_tune(source, config.data) for source in expand(list(sources)))
    corpora = [tokens_of(tune.passages, grammar) for tune in tunes]
    total = sum(map(len, corpora))
    if total < FEWEST_TOKENS:
        raise InputError(
            f"{', '.join(sources)}: {total} tokens in all; expected at least {FEWEST_TOKENS}:"
            " give more bars (data.bars) or more files"
        )
    held_out = [_held_out(len(corpus), config.train.validation_fraction) for corpus in corpora]
    learned = [
        text
        for corpus, (first, last) in zip(corpora, held_out, strict=True)
        for text in corpus[:first] + corpus[last:]
    ]
    book = Songbook(tuple(sorted(set(learned))), grammar, tunes)
    spans = [book.span(number) for number in range(len(tunes))]
    train = [
        part
        for span, (first, last) in zip(spans, held_out, strict=True)
        for part in (_part(span, 0, first), _part(span, last, len(span.ids)))
        if len(part.ids)
    ]
    validation = [_part(span, *held) for span, held in zip(spans, held_out, strict=True)]
    return Dataset(book, tuple(train), tuple(validation))


def _held_out(values: int, fraction: float) -> tuple[int, int]:
    """Return where the middle of a piece begins and ends that is not learned."""
    count = round(values * fraction)
    first = (values - count) // 2
    return (first, first + count) if count else (values, values)


def _part(span: Span, first: int, last: int) -> Span:
    return Span(span.ids[first:last], span.said[first:last])


def load_tune(source: str, config: DataConfig) -> Tune:
    """Read the melody and the chords of one file.

    Raises:
        InputError: If there is no such file, no melody, or no bar that has both.
    """
    score = read(source)
    everything, choice = measures_of(score, config, source)
    chosen = _with_music(everything)
    sung = sum(bool(m.notes) for m in chosen)
    if sung < FEWEST_BARS:
        raise InputError(
            f"{source}: {sung} of the chosen bars have both melody and chords; expected"
            f" at least {FEWEST_BARS} (`lstmkit music inspect {source}` shows the parts and bars)"
        )
    pitches = [note.pitch for m in chosen for note in m.notes]
    return Tune(
        name=score.name,
        tempo=score.tempo,
        metre=_usual_length(chosen),
        program=score.parts[choice.melody].program,
        compass=Compass(min(pitches), max(pitches), round(median(pitches))),
        passages=_passages(chosen),
        signature=_signature(score, _usual_length(chosen)),
    )


def _signature(score: Score, metre: Fraction) -> tuple[int, int] | None:
    """Return how the file writes a metre, if not in the simplest way."""
    signature = score.signature if score.metre == metre else None
    return None if signature == usual_signature(metre) else signature


def measures_of(
    score: Score, config: DataConfig, source: str
) -> tuple[list[Measure], parts.Choice]:
    """Read the melody and the chords of every bar that the config names, and say which parts they
    are.

    Raises:
        InputError: If no part can be the melody, or the config names what is not there.
    """
    choice = parts.choose(
        score, melody=config.melody_part, harmony=config.chord_parts, where=source
    )
    melody = _melody(score.parts[choice.melody].notes, config)
    bars = _chosen_bars(score, config, source)
    return _measures(score, melody, harmony_of(score, choice, config, source), bars), choice


def _melody(notes: Sequence[Note], config: DataConfig) -> list[Note]:
    if config.reading == "struck":
        return melody.struck(notes)[0]
    return melody.skyline(notes, close_gaps=Fraction(config.close_gaps).limit_denominator(48))


def harmony_of(
    score: Score, choice: parts.Choice, config: DataConfig, source: str
) -> harmony.Harmony:
    """Return the chords of every bar of a score; empty tuples where there are none at all.

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
    alone = not choice.harmony and melody.is_single(notes)
    return harmony.inferred(notes, score.bars, alone=alone)


def _measures(
    score: Score, melody: Sequence[Note], chords: harmony.Harmony, bars: Sequence[Bar]
) -> list[Measure]:
    notes: dict[int, list[Note]] = {}
    for note in melody:
        notes.setdefault(bar_index(score.bars, note.onset), []).append(note)
    wanted = set(bars)
    return [
        Measure(bar, tuple(notes.get(index, ())), chords[index])
        for index, bar in enumerate(score.bars)
        if bar in wanted
    ]


def _with_music(measures: Sequence[Measure]) -> list[Measure]:
    """Return the bars with melody and chords, and the few without an onset between them."""
    sung = [index for index, m in enumerate(measures) if m.notes and m.chords]
    used = set(sung)
    for before, after in itertools.pairwise(sung):
        between = range(before + 1, after)
        if len(between) <= LONGEST_SILENCE and all(measures[i].chords for i in between):
            used.update(between)
    for index in sung:  # a bar that a last note is held into
        if measures[index].notes[-1].end > measures[index].bar.end and index + 1 < len(measures):
            used.add(index + 1)
    return [measures[index] for index in sorted(used)]


def _passages(measures: Sequence[Measure]) -> tuple[tuple[Measure, ...], ...]:
    """Part the bars wherever one is missing between them."""
    passages: list[list[Measure]] = []
    for measure in measures:
        if passages and passages[-1][-1].bar.end == measure.bar.start:
            passages[-1].append(measure)
        else:
            passages.append([measure])
    return tuple(map(tuple, passages))


def _chosen_bars(score: Score, config: DataConfig, source: str) -> list[Bar]:
    """Return the bars of the span that the config names; all bars without one."""
    bars = list(score.bars)
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


def _usual_length(measures: Sequence[Measure]) -> Fraction:
    lengths = [measure.bar.length for measure in measures]
    return max(set(lengths), key=lambda length: (lengths.count(length), length))


def cut(dataset: Dataset, config: MusicConfig) -> tuple[Snippets, Snippets]:
    """Cut a dataset into snippets to learn from, and snippets that are held out.

    Args:
        dataset: The corpus.
        config: Window, and whether snippets are drawn (the tutorial) or all taken.
    """
    train = config.train
    if train.snippets is not None:
        learned = snippets.drawn(dataset.train, train.window, train.snippets, config.seed)
    else:
        learned = snippets.every(dataset.train, train.window)
    return learned, snippets.every(dataset.validation, train.window)
