"""A player: a trained network with its songbook improvises."""

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
from lstmkit.music.files.charts import progression
from lstmkit.music.files.charts.sheet import Chart
from lstmkit.music.files.score import Measure, Note
from lstmkit.music.play import band
from lstmkit.music.play.band import Request
from lstmkit.music.play.sampling import Network
from lstmkit.music.play.solo import Improviser, Manner
from lstmkit.music.play.sound import render
from lstmkit.music.play.stage import Stage
from lstmkit.music.result import Solo

log = logging.getLogger(__name__)


DEFAULT = Request()
_Take = tuple[tuple[Measure, ...], list[str]]


@dataclass(frozen=True)
class Player:
    """Who improvises.

    Attributes:
        book: The songbook of the network: what its values mean, and the music it learned from.
        model: The network.
        config: How to play, with the user's changes.
        request: What the user asks for.
        chart: The chords that the user asks for, if any.
        primer: What the network hears before it begins, if the user gives any.
    """

    book: Songbook
    model: runtime.Model
    config: MusicConfig
    request: Request
    chart: Chart | None
    primer: Tune | None

    def improvise(self, number: int) -> Solo:
        """Improvise one solo.

        Args:
            number: Which solo of a series; each has chance of its own.
        """
        request, swing = self.request, self.config.generate.swing
        generator = np.random.default_rng([self.config.seed, number])
        tune = band.chosen(self.book.tunes, request, generator)
        stage = self.stage(tune)
        played, texts = self._best_take(tune, stage, number)
        notes = [note for measure in played for note in measure.notes]
        tempo = request.tempo or tune.tempo
        file, tracks = band.perform(played, stage, tune, swing, request, generator)
        name, over = f"solo-{number + 1:02d}", "the chords given" if request.chords else tune.name
        sound = sheet = None
        if request.wav:
            sound, player = render(file, tracks, tempo=tempo, end=played[-1].bar.end)
            log.warning("sound: %s", player)
        if request.musicxml:
            from lstmkit.music.play import leadsheet  # music21 takes seconds to import

            sheet = leadsheet.write(
                played,
                stage,
                title=f"{name} over {over}",
                program=tune.program if request.program is None else request.program,
                quarters_per_minute=tempo,
                signature=request.signature or tune.signature,
            )
        return Solo(
            name=name,
            over=over,
            measures=played,
            metrics=metrics.all_of(played),
            copied=copied(texts, notes, self.book),
            midi=file,
            wav=sound,
            musicxml=sheet,
            tempo=tempo,
        )

    def stage(self, tune: Tune) -> Stage:
        """Return the bars to play over: the chart, else the chords of a tune."""
        return band.stage(tune, self.request, self.config.generate, self.chart)

    def _best_take(self, tune: Tune, stage: Stage, number: int) -> _Take:
        """Return the first take that is like the training music, else the one most like it."""
        generate = self.config.generate
        takes = generate.takes if generate.temperature else 1
        usual = self.book.spread_of(len(stage.measures))
        found: list[tuple[int, int, _Take]] = []
        for take in range(takes):
            chance = np.random.default_rng([self.config.seed, number, take])
            played = self._play(tune, stage, chance)
            faults = metrics.faults(metrics.all_of(played[0]), usual)
            found.append((faults, take, played))
            if faults == 0:
                break
        return min(found, key=lambda one: one[:2])[2]

    def _play(self, tune: Tune, stage: Stage, chance: np.random.Generator) -> _Take:
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
        bars, texts = improviser.play(stage, self._opening(chance))
        measures = zip(stage.measures, bars, strict=True)
        return tuple(m._replace(notes=tuple(notes)) for m, notes in measures), texts

    def _opening(self, chance: np.random.Generator) -> list[int]:
        """Return the values the network hears first: the primer, else a bar line, else any value.

        Raises:
            InputError: The network knows no value of the primer.
        """
        vocabulary = self.book.vocabulary
        if self.primer is None:
            bar = next(
                (value for value in vocabulary.bar_lines.values() if value is not None), None
            )
            return [int(chance.integers(len(vocabulary))) if bar is None else bar]
        texts = songbook.tokens_of(self.primer.passages, self.book.grammar)
        known = [vocabulary.ids[text] for text in texts if text in vocabulary.ids]
        if not known:
            raise InputError(
                f"{self.request.primer}: none of its {len(texts)} values is known to this network;"
                " choose a primer that is more like the training music"
            )
        return known


def load(run: runs.Run, config: MusicConfig, request: Request = DEFAULT) -> Player:
    """Return the player of a run: its songbook and its network, which must fit each other.

    Args:
        run: A trained run.
        config: How to play.
        request: What the user asks for; its files are read here, before anything is written.

    Raises:
        InputError: A file is missing or damaged, the two are of different trainings, or a chord,
            the key, the metre, the instrument or the primer of the request is wrong.
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
    chart = None if request.chords is None else progression.read(request.chords, request.key)
    primer = None
    if request.primer is not None:
        defaults = configs.load(MusicConfig, "music", None)
        primer = data.load_tune(request.primer, defaults.data)
    player = Player(book, model, config, request, chart, primer)
    player.stage(book.tunes[0])  # what cannot be met is told here
    _ = request.program
    return player


def load_songbook(run: runs.Run) -> Songbook:
    """Return the songbook of a run."""
    where = str(run.path / songbook.FILE)
    return songbook.from_json(run.read_json(songbook.FILE), where=where)


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
