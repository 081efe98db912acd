"""A player: a trained network with its songbook improvises."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lstmkit import config as configs
from lstmkit import runs, runtime
from lstmkit.errors import InputError
from lstmkit.music import data
from lstmkit.music.config import MusicConfig
from lstmkit.music.corpus import context, metrics, songbook
from lstmkit.music.corpus.quotation import longest_quotation, steps, without_bar_lines
from lstmkit.music.corpus.songbook import Songbook, Tune
from lstmkit.music.files.charts import Chart
from lstmkit.music.files.score import Measure, Note
from lstmkit.music.play import band, progression
from lstmkit.music.play.band import Request
from lstmkit.music.play.sampling import Network
from lstmkit.music.play.solo import Improviser, Manner
from lstmkit.music.play.sound import render
from lstmkit.music.play.stage import Stage
from lstmkit.music.result import Solo

log = logging.getLogger(__name__)


_Take = tuple[tuple[Measure, ...], list[str]]


@dataclass(frozen=True)
class Player:
    """Who improvises.

    Attributes:
        book: The songbook of the network: what its values mean, and the music it learned from.
        model: The network.
        config: How to play, with the user's changes.
    """

    book: Songbook
    model: runtime.Model
    config: MusicConfig

    def improvise(self, request: Request, number: int) -> Solo:
        """Improvise one solo.

        Args:
            request: What the user asks for.
            number: Which solo of a series; each has chance of its own.
        """
        config = self.config
        generator = np.random.default_rng([config.seed, number])
        tune = band.chosen(self.book.tunes, request, generator)
        stage = band.stage(tune, request, config.generate, self.chart(request))
        played, texts = self._best_take(request, tune, stage, number)
        notes = [note for measure in played for note in measure.notes]
        tempo = request.tempo or tune.tempo
        swing = config.generate.swing
        file, tracks = band.perform(played, stage, tune, swing, request, generator)
        sound = None
        if request.wav:
            sound, player = render(file, tracks, tempo=tempo, end=played[-1].bar.end)
            log.warning("sound: %s", player)
        name = f"solo-{number + 1:02d}"
        return Solo(
            name=name,
            over="the chords given" if request.chords else tune.name,
            measures=played,
            metrics=metrics.all_of(played),
            copied=copied(texts, notes, self.book),
            midi=file,
            wav=sound,
            musicxml=_lead_sheet(played, stage, tune, request, name) if request.musicxml else None,
            tempo=tempo,
        )

    def check(self, request: Request) -> None:
        """Find out whether a request can be met, before anything is written.

        Raises:
            InputError: A chord, the key, the metre or the instrument is wrong.
        """
        tune, _ = self.book.tunes[0], request.program
        band.stage(tune, request, self.config.generate, self.chart(request))

    def chart(self, request: Request) -> Chart | None:
        """Return the chords that the user asks for, if any."""
        if request.chords is None:
            return None
        return progression.read(request.chords, request.key)

    def _best_take(self, request: Request, tune: Tune, stage: Stage, number: int) -> _Take:
        """Return the first take that is like the training music, else the one most like it."""
        generate = self.config.generate
        takes = generate.takes if generate.temperature else 1
        usual = self.book.spread_of(len(stage.measures))
        found: list[tuple[int, int, _Take]] = []
        for take in range(takes):
            chance = np.random.default_rng([self.config.seed, number, take])
            played = self._play(request, tune, stage, chance)
            faults = metrics.faults(metrics.all_of(played[0]), usual)
            found.append((faults, take, played))
            if faults == 0:
                break
        return min(found, key=lambda one: one[:2])[2]

    def _play(
        self, request: Request, tune: Tune, stage: Stage, chance: np.random.Generator
    ) -> _Take:
        """Improvise over a stage once; return its bars with notes, and the token texts."""
        config, longest = self.config.generate, self.config.generate.longest_copy
        improviser = Improviser(
            Network(self.model),
            self.book.vocabulary,
            tune.compass,
            Manner(config.temperature, config.top_p, config.answers),
            None if longest is None else self.book.repertoire(longest),
            self.book.rhythm,
            chance,
        )
        bars, texts = improviser.play(stage, _opening(self.book, request, chance))
        measures = zip(stage.measures, bars, strict=True)
        return tuple(m._replace(notes=tuple(notes)) for m, notes in measures), texts


def load(run: runs.Run, config: MusicConfig) -> Player:
    """Return the player of a run: its songbook and its network, which must fit each other.

    Raises:
        InputError: A file is missing or damaged, or the two are of different trainings.
    """
    book = load_songbook(run)
    model = runtime.load(run.path / runs.MODEL)
    network, size = Network(model), len(book.values)
    said = context.SIZE if book.grammar.keeps_time else 0
    if (network.n_values, network.n_said) != (size, said):
        raise InputError(
            f"{run.path}: {runs.MODEL} knows {network.n_values} values and {network.n_said} numbers"
            f" beside them, {songbook.FILE} {size} and {said}; they are of different trainings;"
            " train again"
        )
    return Player(book, model, config)


def load_songbook(run: runs.Run) -> Songbook:
    """Return the songbook of a run."""
    where = str(run.path / songbook.FILE)
    return songbook.from_json(run.read_json(songbook.FILE), where=where)


def _lead_sheet(
    played: Sequence[Measure], stage: Stage, tune: Tune, request: Request, name: str
) -> bytes:
    from lstmkit.music.play import leadsheet  # music21 takes seconds to import

    return leadsheet.write(
        played,
        stage,
        title=f"{name} over {'the chords given' if request.chords else tune.name}",
        program=tune.program if request.program is None else request.program,
        quarters_per_minute=request.tempo or tune.tempo,
        signature=request.signature or tune.signature,
    )


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
