"""A session: a trained network with its songbook improvises."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from lstmkit import config as configs
from lstmkit import runs, runtime
from lstmkit.errors import InputError
from lstmkit.music import data
from lstmkit.music.config import GenerateConfig, MusicConfig
from lstmkit.music.corpus import metrics, songbook
from lstmkit.music.corpus.quotation import longest_quotation
from lstmkit.music.corpus.songbook import Songbook, Tune
from lstmkit.music.corpus.vocabulary import steps, without_bar_lines
from lstmkit.music.files.score import Measure, Note
from lstmkit.music.play import band
from lstmkit.music.play.band import Request
from lstmkit.music.play.sampling import Network
from lstmkit.music.play.solo import Improviser, Manner
from lstmkit.music.play.sound import render
from lstmkit.music.result import Solo

log = logging.getLogger(__name__)


def load(run: runs.Run) -> tuple[Songbook, runtime.Model]:
    """Return the songbook and the network of a run, which must fit each other.

    Raises:
        InputError: A file is missing or damaged, or the two are of different trainings.
    """
    book = load_songbook(run)
    model = runtime.load(run.path / runs.MODEL)
    size = Network(model).n_values
    if size != len(book.values):
        raise InputError(
            f"{run.path}: {runs.MODEL} knows {size} values, {songbook.FILE} {len(book.values)};"
            " they are of different trainings; train again"
        )
    return book, model


def load_songbook(run: runs.Run) -> Songbook:
    """Return the songbook of a run."""
    where = str(run.path / songbook.FILE)
    return songbook.from_json(run.read_json(songbook.FILE), where=where)


def improvise(
    book: Songbook, model: runtime.Model, config: MusicConfig, request: Request, number: int
) -> Solo:
    """Improvise one solo.

    Args:
        book: The songbook of the network.
        model: The network.
        config: With the user's changes.
        request: What the user asks for.
        number: Which solo of a series; each has chance of its own.
    """
    generator = np.random.default_rng([config.seed, number])
    tune = book.tunes[int(generator.integers(len(book.tunes)))]
    stage = band.stage(tune, request, config.generate)
    played, texts = _best_take(book, model, config, request, tune, stage, number)
    notes = [note for measure in played for note in measure.notes]
    tempo = request.tempo or tune.tempo
    file, tracks = band.perform(played, tune, tempo, config.generate.swing, request, generator)
    sound = None
    if request.wav:
        sound, player = render(file, tracks, tempo=tempo, end=played[-1].bar.end)
        log.warning("sound: %s", player)
    return Solo(
        name=f"solo-{number + 1:02d}",
        over="the chords given" if request.chords else tune.name,
        measures=played,
        metrics=metrics.all_of(played),
        copied=copied(texts, notes, book),
        midi=file,
        wav=sound,
        tempo=tempo,
    )


_Take = tuple[tuple[Measure, ...], list[str]]


def _best_take(
    book: Songbook,
    model: runtime.Model,
    config: MusicConfig,
    request: Request,
    tune: Tune,
    stage: Sequence[Measure],
    number: int,
) -> _Take:
    """Return the first take that is like the training music, else the one that is most like it."""
    takes = config.generate.takes if config.generate.temperature else 1
    usual = book.spread_of(len(stage))
    found: list[tuple[int, int, _Take]] = []
    for take in range(takes):
        chance = np.random.default_rng([config.seed, number, take])
        played = _play(book, model, config.generate, request, tune, stage, chance)
        faults = metrics.faults(metrics.all_of(played[0]), usual)
        found.append((faults, take, played))
        if faults == 0:
            break
    return min(found, key=lambda one: one[:2])[2]


def _play(
    book: Songbook,
    model: runtime.Model,
    config: GenerateConfig,
    request: Request,
    tune: Tune,
    stage: Sequence[Measure],
    chance: np.random.Generator,
) -> _Take:
    """Improvise over a stage once; return its bars with notes, and the token texts."""
    improviser = Improviser(
        Network(model),
        book.vocabulary,
        tune.compass,
        _manner(config),
        None if config.longest_copy is None else book.repertoire(config.longest_copy),
        book.rhythm,
        chance,
    )
    bars, texts = improviser.play(stage, _opening(book, request, chance))
    return tuple(m._replace(notes=tuple(b)) for m, b in zip(stage, bars, strict=True)), texts


def copied(texts: Sequence[str], notes: Sequence[Note], book: Songbook) -> dict[str, Any]:
    """Return the longest runs that stand in the training music, and where.

    Args:
        texts: Token texts, bar lines or not.
        notes: The melody.
        book: The training music.

    Returns:
        For `tokens`, and for `melody` (intervals with rhythm), the length of the run in values or
        steps, where it begins in the solo, and tune and place where it stands.
    """
    corpora = [without_bar_lines(corpus) for corpus in book.corpora]
    tokens = longest_quotation(without_bar_lines(texts), corpora)
    melody = longest_quotation(steps(notes), book.melodies)
    return {
        kind: {
            "longest": found.length,
            "at": found.at,
            "tune": None if found.piece is None else book.tunes[found.piece].name,
            "tune_at": found.piece_at,
        }
        for kind, found in (("tokens", tokens), ("melody", melody))
    }


def _manner(config: GenerateConfig) -> Manner:
    phrase = config.longest_phrase
    return Manner(
        temperature=config.temperature,
        top_p=config.top_p,
        longest_copy=config.longest_copy,
        longest_phrase=None if phrase is None else Fraction(phrase),
    )


def _opening(book: Songbook, request: Request, generator: np.random.Generator) -> list[int]:
    """Return the values the network hears first: the primer, else a bar line, else any value."""
    vocabulary = book.vocabulary
    if request.primer is not None:
        defaults = configs.load(MusicConfig, "music", None)
        primer = data.load_tune(request.primer, defaults.data)
        texts = songbook.tokens_of(primer.passages, book.grammar)
        known = [vocabulary.ids[text] for text in texts if text in vocabulary.ids]
        if not known:
            raise InputError(
                f"{request.primer}: none of its {len(texts)} values is known to this network;"
                " choose a primer that is more like the training music"
            )
        return known
    bar = next((value for value in vocabulary.bar_lines.values() if value is not None), None)
    return [int(generator.integers(len(vocabulary))) if bar is None else bar]
