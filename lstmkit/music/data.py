"""Music files to a corpus of tokens, and a corpus to snippets for the network."""

import itertools
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import median
from typing import Any

from lstmkit.errors import InputError
from lstmkit.music.config import DataConfig, MusicConfig
from lstmkit.music.corpus import snippets
from lstmkit.music.corpus.grammar import DIALECTS
from lstmkit.music.corpus.rendering import Compass
from lstmkit.music.corpus.snippets import Snippets, Span
from lstmkit.music.corpus.songbook import Songbook, Tune, tokens_of
from lstmkit.music.files.reading import measures
from lstmkit.music.files.score import Measure, Score, usual_signature
from lstmkit.music.files.sources import expand, read
from lstmkit.progress import told_if_long

FEWEST_BARS = 2
MOST_SAID = 20  # remarks on files, one a line
FEWEST_TOKENS = 16
LONGEST_SILENCE = 4  # bars without an onset that are music; more of them part two passages

log = logging.getLogger(__name__)


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

    @property
    def inputs(self) -> list[dict[str, Any]]:
        """What a manifest says of the files that it was made from."""
        return [tune.fingerprint for tune in self.songbook.tunes]


def load(sources: Sequence[str], config: MusicConfig, *, strict: bool = False) -> Dataset:
    """Read files and cut their tokens into a training and a validation span.

    Args:
        sources: Files, folders, or `corpus:NAME`.
        config: The whole config of the pipeline.
        strict: Whether a file that cannot be used ends it; else it is left out and named, as long
            as another can be.

    Returns:
        The dataset. The vocabulary comes from the training span alone.

    Raises:
        InputError: If a file cannot be used, or there is too little music.
    """
    grammar = DIALECTS[config.grammar]
    tunes = _tunes(expand(list(sources)), config.data, strict=strict)
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


def _tunes(files: Sequence[str], config: DataConfig, *, strict: bool) -> tuple[Tune, ...]:
    """Read files; say what was mended, and leave out what cannot be used unless `strict`."""
    tunes: list[Tune] = []
    refused: list[InputError] = []
    mended: list[str] = []
    for source in files:
        try:
            tune, said = _tune(source, config)
        except InputError as error:
            if strict or len(files) == 1:
                raise
            refused.append(error)
            log.warning("left out: %s", error)
            continue
        tunes.append(tune)
        mended += [f"{source}: {text}" for text in said]
    if not tunes:
        raise InputError(f"none of {len(files):,} files can be used; the first: {refused[0]}")
    for text in mended[:MOST_SAID]:
        log.warning("%s", text)
    if len(mended) > MOST_SAID:
        log.warning("and %d more such remarks (`inspect` shows them)", len(mended) - MOST_SAID)
    if refused:
        log.warning("%d of %d files were left out; --strict refuses them", len(refused), len(files))
    return tuple(tunes)


def load_tune(source: str, config: DataConfig) -> Tune:
    """Read the melody and the chords of one file.

    Raises:
        InputError: If there is no such file, no melody, or no bar that has both.
    """
    return _tunes([source], config, strict=True)[0]


def _tune(source: str, config: DataConfig) -> tuple[Tune, tuple[str, ...]]:
    """Return the tune of a file, and what a person should know of it."""
    with told_if_long(f"{source}: reading it takes a while"):
        found = measures.of(read(source), config, source)
    if found.choice is None:
        raise measures.no_melody(found, source)
    chosen = _with_music(found.measures)
    sung = len(found.usable)
    if sung < FEWEST_BARS:
        raise InputError(
            f"{source}: {sung} of the chosen bars have both melody and chords; expected"
            f" at least {FEWEST_BARS} (`lstmkit music inspect {source}` shows the parts and bars)"
        )
    score = found.score
    pitches = [note.pitch for m in chosen for note in m.notes]
    tune = Tune(
        name=score.name,
        tempo=score.tempo,
        metre=_usual_length(chosen),
        program=score.parts[found.choice.melody].program,
        compass=Compass(min(pitches), max(pitches), round(median(pitches))),
        passages=_passages(chosen),
        signature=_signature(score, _usual_length(chosen)),
        fingerprint=score.fingerprint,
    )
    return tune, found.said


def _signature(score: Score, metre: Fraction) -> tuple[int, int] | None:
    """Return how the file writes a metre, if not in the simplest way."""
    signature = score.signature if score.metre == metre else None
    return None if signature == usual_signature(metre) else signature


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
