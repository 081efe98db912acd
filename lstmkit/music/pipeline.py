"""The music story: train, generate, evaluate, inspect."""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lstmkit import config as configs
from lstmkit import runs, runtime
from lstmkit.errors import InputError
from lstmkit.music import comping, metrics, midi, performance, songbook, synth
from lstmkit.music.chords import parse_progression
from lstmkit.music.config import GenerateConfig, MusicConfig
from lstmkit.music.copying import longest_quotation
from lstmkit.music.grammar import Measure, TimedChord
from lstmkit.music.report import Result, Solo, solo_json, write
from lstmkit.music.sampling import Network
from lstmkit.music.score import Bar, Note
from lstmkit.music.solo import (
    Improviser,
    Manner,
    Repertoire,
    Vocabulary,
    rhythm_of,
    steps,
    without_bar_lines,
)
from lstmkit.music.songbook import Songbook, Tune

if TYPE_CHECKING:
    from lstmkit.music.data import Dataset

EXCERPT_BARS = 16
SNIPPETS_SCORED = 2000
SOLO_CHANNEL, PIANO_CHANNEL, BASS_CHANNEL = 0, 1, 2
PIANO_PROGRAM, BASS_PROGRAM = 0, 32

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Request:
    """What the user asks of a solo; None leaves it to the tune.

    Attributes:
        bars: Bars of the solo.
        chords: Symbols to play over.
        tempo: Quarters per minute.
        primer: Music to be fed to the network before it begins.
        count: Number of solos.
        accompaniment: Whether piano and bass play along.
        wav: Whether sound is rendered.
    """

    bars: int | None = None
    chords: str | None = None
    tempo: float | None = None
    primer: str | None = None
    count: int = 1
    accompaniment: bool = True
    wav: bool = False


def train(sources: Sequence[str], config: MusicConfig, output: Path) -> Result:
    """Learn from music files, write the run, and play one solo.

    Args:
        sources: Files, folders, or `corpus:NAME`; empty: the music that ships.
        config: The resolved config.
        output: Folder of all runs.

    Raises:
        InputError: A file cannot be used.
        InterruptedRunError: The user stopped it; the message tells how to go on.
    """
    from lstmkit.music import data, reading

    files = reading.sources(list(sources) or [str(configs.package_folder("data") / "music")])
    dataset = data.load(files, config)
    name = dataset.songbook.tunes[0].name if len(files) == 1 else f"{len(files)}-tunes"
    run = runs.create(output, "music", name, config, inputs=reading.fingerprints(files))
    return _train(run, dataset, config)


def resume(folder: Path, output: Path) -> Result:
    """Go on with an interrupted training, under its own config.

    Raises:
        InputError: There is nothing to go on with, or a file has changed.
    """
    from lstmkit.music import data, reading

    run = runs.resumable(output, "music", folder, verb="train")
    config = config_of(run)
    return _train(run, data.load(reading.unchanged(run), config), config)


def generate(
    folder: Path | None, request: Request, changes: dict[str, Any], seed: int | None, output: Path
) -> Result:
    """Improvise with a trained network and write every solo.

    Args:
        folder: The run; None: the newest, else the model that ships.
        request: What the user asks for.
        changes: Keys of the `generate` section that the user sets.
        seed: Decides everything that is drawn; None: the config's.
        output: Folder of all runs.

    Raises:
        InputError: The run, the chords or the primer cannot be used.
    """
    run = runs.find(output, "music", folder)
    log.warning("model: %s", run.path)
    config = _changed(config_of(run), changes, seed)
    book, network = load(run)
    made = runs.create(output, "music", "solo", config, verb="generate")
    with runs.recorded(made):
        solos = [
            improvise(book, network, config, request, number) for number in range(request.count)
        ]
        result = _generated(made.path, solos, book)
        write(result)
    return result


def evaluate(source: str, folder: Path | None, config: MusicConfig, output: Path) -> Result:
    """Measure any file beside the training music of a run.

    Args:
        source: The music.
        folder: The run; None: the newest, else the model that ships.
        config: How to read the file.
        output: Folder of all runs.
    """
    from lstmkit.music import data, reading

    run = runs.find(output, "music", folder)
    book = load_songbook(run)
    tune = data.load_tune(source, config.data)
    corpus = songbook.tokens_of(tune.passages, book.grammar)
    inputs = reading.fingerprints([source])
    made = runs.create(output, "music", tune.name, config, inputs=inputs, verb="evaluate")
    with runs.recorded(made):
        known = metrics.all_of(tune.measures)
        spread = training_spread(book, min(EXCERPT_BARS, len(tune.measures)))
        content = {
            "file": source,
            "bars": len(tune.measures),
            "metrics": known,
            "training": spread,
            "copied": copied(corpus, tune.notes, book),
        }
        verdict = f"{tune.name}: {len(tune.measures)} bars beside the music that {run.name} learned from"
        result = Result(made.path, verdict, content, training=spread)
        write(result)
    return result


def inspect(source: str, config: MusicConfig) -> dict[str, Any]:
    """Return what would be read from a file: parts, choice and reasons, chords bar by bar."""
    from lstmkit.music import data, parts, reading, report

    score = reading.read(source)
    facts = parts.facts(score)
    found: dict[str, Any] = {
        "file": source,
        "bars": len(score.bars),
        "metre_quarters": float(score.metre),
        "tempo_quarters_per_minute": round(score.tempo, 2),
        "chord_symbols": len(score.symbols),
    }
    try:
        measures, choice = data.measures_of(score, config.data, source)
    except InputError as error:
        return found | {
            "usable": False,
            "reasons": [str(error)],
            "parts": report.part_rows(facts, -1, ()),
            "chords": [],
        }
    usable = sum(bool(m.notes and m.chords) for m in measures)
    numbers = [score.bars.index(m.bar) + 1 for m in measures]
    reasons = list(choice.reasons)
    if usable < data.FEWEST_BARS:
        reasons.append(f"unusable: {usable} bars have both melody and chords")
    return found | {
        "usable": usable >= data.FEWEST_BARS,
        "usable_bars": usable,
        "reasons": reasons,
        "parts": report.part_rows(facts, choice.melody, choice.harmony or (choice.melody,)),
        "chords": report.bar_rows(measures, numbers),
    }


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
    measures = _stage(tune, request, config.generate)
    vocabulary = Vocabulary(book.values)
    player = Improviser(
        Network(model),
        vocabulary,
        tune.compass,
        _manner(config.generate),
        _repertoire(book, config.generate),
        rhythm_of(book.corpora),
        generator,
    )
    opening = _opening(vocabulary, book, request, generator)
    bars, texts = player.play(measures, opening)
    played = tuple(m._replace(notes=tuple(b)) for m, b in zip(measures, bars, strict=True))
    notes = [note for bar in bars for note in bar]
    tempo = request.tempo or tune.tempo
    file, tracks = _perform(played, tune, tempo, config.generate.swing, request, generator)
    end = played[-1].bar.end
    sound = synth.render(file, tracks, tempo=tempo, end=end) if request.wav else None
    if sound is not None:
        log.warning("sound: %s", sound[1])
    return Solo(
        name=f"solo-{number + 1:02d}",
        over="the chords given" if request.chords else tune.name,
        measures=played,
        metrics=metrics.all_of(played),
        copied=copied(texts, notes, book),
        midi=file,
        wav=None if sound is None else sound[0],
        tempo=tempo,
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


def training_spread(book: Songbook, bars: int) -> dict[str, dict[str, float]]:
    """Return what each metric is in excerpts of the training music that are as long as a solo."""
    return metrics.spread([tune.measures for tune in book.tunes], bars)


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


def config_of(run: runs.Run) -> MusicConfig:
    """Return the config a run was made with."""
    return configs.load(MusicConfig, "music", run.path / "config.yaml")


def fit(
    run: runs.Run, dataset: "Dataset", config: MusicConfig, resume_command: str
) -> list[dict[str, Any]]:
    """Train the network on the training span and save it with its songbook.

    Returns:
        The history, one row per epoch.
    """
    from lstmkit import training
    from lstmkit.music import data
    from lstmkit.music.examples import SnippetExamples
    from lstmkit.music.model import build_model

    training.seed_everything(config.seed)
    n_values = len(dataset.songbook.values)
    snippets, held_out = data.cut(dataset, config)
    model = build_model(config, n_values)
    model.compile(
        training.optimizer(config.train),
        "categorical_crossentropy",
        metrics=["accuracy"],
        jit_compile=False,
    )
    training.accelerate(model, config.train)
    history = training.fit(
        model,
        SnippetExamples(*snippets, n_values),
        SnippetExamples(*held_out, n_values) if len(held_out[0]) else None,
        config=config.train,
        seed=config.seed,
        run=run,
        resume_command=resume_command,
    )
    training.save_model(model, run.path / runs.MODEL)
    training.forget_checkpoint(run)
    return history


def accuracy_by_place(
    model: runtime.Model, snippets: tuple[np.ndarray, np.ndarray], n_values: int
) -> list[float]:
    """Return how often the likeliest value is right, for each place in a snippet.

    Args:
        model: The network.
        snippets: Ids of inputs and targets, (snippets, time); at most 2,000 are looked at.
        n_values: Size of the vocabulary.
    """
    from lstmkit.music.data import one_hot

    inputs, targets = (ids[:SNIPPETS_SCORED] for ids in snippets)
    right = [
        model.predict(one_hot(x[None], n_values)).argmax(-1)[0] == y
        for x, y in zip(inputs, targets, strict=True)
    ]
    places: list[float] = np.mean(right, axis=0).tolist()
    return places


def _train(run: runs.Run, dataset: "Dataset", config: MusicConfig) -> Result:
    from lstmkit.music import data

    log.warning("run folder: %s", run.path)
    began = time.monotonic()
    with runs.recorded(run):
        history = fit(run, dataset, config, f"lstmkit music train --resume {run.path}")
        trained_at = time.monotonic()
        book = dataset.songbook
        runs.write_json(run.path / songbook.FILE, songbook.to_json(book))
        book, network = load(run)
        snippets, _ = data.cut(dataset, config)
        places = accuracy_by_place(network, snippets, len(book.values))
        solo = improvise(book, network, config, Request(), 0)
        best = min(history[1:], key=lambda row: row.get("val_loss", row["loss"]))
        content = {
            "tunes": len(book.tunes),
            "bars": sum(len(tune.measures) for tune in book.tunes),
            "tokens": sum(map(len, book.corpora)),
            "values": len(book.values),
            "snippets": len(snippets[0]),
            "best_epoch": best,
            "accuracy_by_place": places,
            "solos": {solo.name: solo_json(solo)},
            "training": training_spread(book, len(solo.measures)),
        }
        verdict = (
            f"learned {content['values']} values from {content['bars']} bars of {content['tunes']}"
            f" tunes; from the fourth value on it is right {np.mean(places[3:]):.1%} of the time"
        )
        result = Result(run.path, verdict, content, history, [solo], content["training"])
        write(result)
        run.update(
            timings={
                "train_seconds": round(trained_at - began, 2),
                "total_seconds": round(time.monotonic() - began, 2),
            }
        )
    return result


def _generated(folder: Path, solos: Sequence[Solo], book: Songbook) -> Result:
    spread = training_spread(book, len(solos[0].measures))
    longest = max(solo.copied["tokens"]["longest"] for solo in solos)
    share = np.mean([solo.metrics["chord_or_scale_tone_share"] for solo in solos])
    verdict = (
        f"{len(solos)} solo{'s' * (len(solos) > 1)} of {len(solos[0].measures)} bars:"
        f" {share:.0%} chord or scale tones; at most {longest} values in a row stand in the training music"
    )
    content = {"solos": {solo.name: solo_json(solo) for solo in solos}, "training": spread}
    return Result(folder, verdict, content, solos=solos, training=spread)


def _changed(config: MusicConfig, changes: dict[str, Any], seed: int | None) -> MusicConfig:
    section = config.generate.model_copy(update=changes)
    update = {"generate": section} | ({} if seed is None else {"seed": seed})
    return config.model_copy(update=update)


def _manner(config: GenerateConfig) -> Manner:
    phrase = config.longest_phrase
    return Manner(
        temperature=config.temperature,
        top_p=config.top_p,
        longest_copy=config.longest_copy,
        longest_phrase=None if phrase is None else Fraction(phrase),
    )


def _repertoire(book: Songbook, config: GenerateConfig) -> Repertoire | None:
    if config.longest_copy is None:
        return None
    return Repertoire(book.corpora, book.melodies, config.longest_copy)


def _opening(
    vocabulary: Vocabulary, book: Songbook, request: Request, generator: np.random.Generator
) -> list[int]:
    """Return the values the network hears first: the primer, else a bar line, else any value."""
    if request.primer is not None:
        from lstmkit.music import data

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


def _stage(tune: Tune, request: Request, config: GenerateConfig) -> list[Measure]:
    """Return the bars to play over, from quarter 0 on: the chords given, else those of a tune."""
    if request.chords is None:
        bars = [(m.bar.length, [(t.onset - m.bar.start, t.chord) for t in m.chords]) for m in tune.measures]
        wanted = request.bars or config.bars or len(bars)
    else:
        progression = parse_progression(request.chords)
        length = tune.metre
        bars = [
            (length, [(i * length / len(bar), chord) for i, chord in enumerate(bar)])
            for bar in progression
        ]
        wanted = request.bars or len(bars)
    measures = []
    start = Fraction(0)
    for number in range(wanted):
        length, chords = bars[number % len(bars)]
        timed = tuple(TimedChord(start + max(at, Fraction(0)), chord) for at, chord in chords)
        measures.append(Measure(Bar(start, length), (), timed))
        start += length
    return measures


def _perform(
    measures: Sequence[Measure],
    tune: Tune,
    tempo: float,
    swing: float,
    request: Request,
    generator: np.random.Generator,
) -> tuple[bytes, list[midi.Track]]:
    """Play a solo with its rhythm section; return the MIDI file and its tracks."""
    lines = [performance.accented([n for m in measures for n in m.notes], generator)]
    if request.accompaniment:
        lines += [comping.piano(measures, generator), comping.bass(measures)]
    players = (
        ("Solo", tune.program, SOLO_CHANNEL),
        ("Piano", PIANO_PROGRAM, PIANO_CHANNEL),
        ("Bass", BASS_PROGRAM, BASS_CHANNEL),
    )
    tracks = [
        midi.Track(name, program, notes, channel)
        for (name, program, channel), notes in zip(players, performance.swung(lines, swing), strict=False)
    ]
    markers = [(t.onset, t.chord.symbol) for m in measures for t in m.chords]
    file = midi.write(
        tracks, tempo=tempo, metre=tune.metre, end=measures[-1].bar.end, markers=markers
    )
    return file, tracks
