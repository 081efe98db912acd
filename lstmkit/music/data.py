"""Music files to a corpus of tokens, and a corpus to snippets for the network."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import median

import numpy as np

from lstmkit.errors import InputError
from lstmkit.music.config import DataConfig, GrammarConfig, MusicConfig
from lstmkit.music.corpus.grammar import Compass, Grammar
from lstmkit.music.corpus.songbook import Songbook, Tune, tokens_of
from lstmkit.music.files import reading
from lstmkit.music.files.score import Measure, Score, usual_signature
from lstmkit.music.files.sources import expand, read

FEWEST_BARS = 2
MOST_SAID = 20  # remarks on files, one a line
FEWEST_TOKENS = 16
UNKNOWN = -1  # id of a value that the vocabulary does not hold; it becomes a row of zeros

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Dataset:
    """A corpus, ready to learn from.

    Attributes:
        songbook: The tunes, and the vocabulary: every text of the training span, sorted.
        train: Ids of the training span of each piece; `UNKNOWN` never occurs.
        validation: Ids of the held-out end of each piece.
    """

    songbook: Songbook
    train: tuple[np.ndarray, ...]
    validation: tuple[np.ndarray, ...]


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
    grammar = dialect(config.grammar)
    tunes = _tunes(expand(list(sources)), config.data, strict=strict)
    corpora = [tokens_of(tune.passages, grammar) for tune in tunes]
    total = sum(map(len, corpora))
    if total < FEWEST_TOKENS:
        raise InputError(
            f"{', '.join(sources)}: {total} tokens in all; expected at least {FEWEST_TOKENS}:"
            " give more bars (data.bars) or more files"
        )
    cuts = [round(len(corpus) * (1 - config.train.validation_fraction)) for corpus in corpora]
    spans = [corpus[:cut] for corpus, cut in zip(corpora, cuts, strict=True)]
    values = tuple(sorted({text for span in spans for text in span}))
    ids = {text: number for number, text in enumerate(values)}
    coded = [np.array([ids.get(text, UNKNOWN) for text in corpus], np.int32) for corpus in corpora]
    return Dataset(
        songbook=Songbook(values, grammar, tunes),
        train=tuple(code[:cut] for code, cut in zip(coded, cuts, strict=True)),
        validation=tuple(code[cut:] for code, cut in zip(coded, cuts, strict=True)),
    )


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


def dialect(config: GrammarConfig) -> Grammar:
    """Return the grammar that a config asks for."""
    return Grammar(**config.model_dump())


def load_tune(source: str, config: DataConfig) -> Tune:
    """Read the melody and the chords of one file.

    Raises:
        InputError: If there is no such file, no melody, or no bar that has both.
    """
    return _tunes([source], config, strict=True)[0]


def _tune(source: str, config: DataConfig) -> tuple[Tune, tuple[str, ...]]:
    """Return the tune of a file, and what a person should know of it."""
    found = reading.of(read(source), config, source)
    if found.choice is None:
        raise reading.no_melody(found, source)
    chosen = found.usable
    if len(chosen) < FEWEST_BARS:
        raise InputError(
            f"{source}: {len(chosen)} of the chosen bars have both melody and chords; expected"
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
    )
    return tune, found.said


def _signature(score: Score, metre: Fraction) -> tuple[int, int] | None:
    """Return how the file writes a metre, if not in the simplest way."""
    signature = score.signature if score.metre == metre else None
    return None if signature == usual_signature(metre) else signature


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


Snippets = tuple[np.ndarray, np.ndarray]  # ids of inputs and of targets, both (snippets, time)


def cut(dataset: Dataset, config: MusicConfig) -> tuple[Snippets, Snippets]:
    """Cut a dataset into snippets to learn from, and snippets that are held out.

    Args:
        dataset: The corpus.
        config: Window, and whether snippets are drawn (the tutorial) or all taken.
    """
    train = config.train
    if train.snippets is not None:
        drawn = drawn_snippets(
            np.concatenate(dataset.train), train.window, train.snippets, config.seed
        )
        return drawn, snippets([], train.window)
    return snippets(dataset.train, train.window), snippets(dataset.validation, train.window)


def snippets(codes: Sequence[np.ndarray], window: int) -> tuple[np.ndarray, np.ndarray]:
    """Cut every snippet of a length from every piece, with what follows each of its values.

    Args:
        codes: Ids of each piece.
        window: Values in a snippet, at most; shortened to fit the longest piece.

    Returns:
        Inputs and targets, both (snippets, time); targets are the inputs moved on by one.
    """
    longest = max(map(len, codes), default=0)
    size = min(window + 1, longest)
    if size < 2:
        return np.zeros((0, window), np.int32), np.zeros((0, window), np.int32)
    views = [np.lib.stride_tricks.sliding_window_view(c, size) for c in codes if len(c) >= size]
    both = np.concatenate(views)  # (snippets, time + 1)
    return both[:, :-1], both[:, 1:]


def drawn_snippets(
    code: np.ndarray, window: int, count: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Draw snippets at random places, as the tutorial does.

    Args:
        code: Ids of the whole corpus.
        window: Values in a snippet.
        count: Snippets to draw.
        seed: Decides the places.

    Returns:
        Inputs and targets, both (count, window).
    """
    if len(code) <= window:
        raise InputError(
            f"the corpus has {len(code)} values, too few for one snippet of {window} and the"
            " next; set train.window lower"
        )
    starts = np.random.default_rng(seed).integers(0, len(code) - window, count)
    places = starts[:, None] + np.arange(window)
    return code[places], code[places + 1]


def one_hot(ids: np.ndarray, size: int) -> np.ndarray:
    """Return ids as rows with a single one, (..., size); an unknown value is a row of zeros."""
    return (ids[..., None] == np.arange(size)).astype(np.float32)
