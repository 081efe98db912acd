"""Music files to a corpus of tokens, and a corpus to snippets for the network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import median

import numpy as np

from lstmkit.errors import InputError
from lstmkit.music.config import DataConfig, GrammarConfig, MusicConfig
from lstmkit.music.corpus.grammar import Compass, Grammar
from lstmkit.music.corpus.songbook import Songbook, Tune, tokens_of
from lstmkit.music.files import harmony, melody, parts
from lstmkit.music.files.score import Bar, Measure, Note, Score, bar_index, usual_signature
from lstmkit.music.files.sources import expand, read

FEWEST_BARS = 2
FEWEST_TOKENS = 16
UNKNOWN = -1  # id of a value that the vocabulary does not hold; it becomes a row of zeros


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
    grammar = dialect(config.grammar)
    tunes = tuple(load_tune(source, config.data) for source in expand(list(sources)))
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


def dialect(config: GrammarConfig) -> Grammar:
    """Return the grammar that a config asks for."""
    return Grammar(**config.model_dump())


def load_tune(source: str, config: DataConfig) -> Tune:
    """Read the melody and the chords of one file.

    Raises:
        InputError: If there is no such file, no melody, or no bar that has both.
    """
    score = read(source)
    everything, choice = measures_of(score, config, source)
    chosen = [m for m in everything if m.notes and m.chords]
    if len(chosen) < FEWEST_BARS:
        raise InputError(
            f"{source}: {len(chosen)} of the chosen bars have both melody and chords; expected"
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
