"""The music story: train, generate, evaluate, inspect."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from lstmkit import runs, runtime
from lstmkit.config import Changes, package_folder
from lstmkit.errors import InputError
from lstmkit.files import fingerprint, write_json
from lstmkit.music import data, report
from lstmkit.music.config import MusicConfig
from lstmkit.music.corpus import metrics, songbook
from lstmkit.music.corpus.songbook import Songbook
from lstmkit.music.data import Dataset, Snippets
from lstmkit.music.files import parts
from lstmkit.music.files.sources import expand, fingerprints, read, unchanged
from lstmkit.music.play import band, improvise
from lstmkit.music.play.band import Request
from lstmkit.music.report import write
from lstmkit.music.result import Result, Solo
from lstmkit.quiet import native_stderr
from lstmkit.training.loop import History, Row
from lstmkit.work import work

SNIPPETS_SCORED = 2000

log = logging.getLogger(__name__)


def train(source: Sequence[str], config: MusicConfig, output: Path) -> Result:
    """Learn from music files, write the run, and play one solo.

    Args:
        source: Files, folders, or `corpus:NAME`; empty: the music that ships.
        config: The resolved config.
        output: Folder of all runs.

    Raises:
        InputError: A file cannot be used.
        InterruptedRunError: The user stopped it; the message tells how to go on.
    """
    files = expand(list(source) or [str(package_folder("data") / "music")])
    dataset = data.load(files, config)
    name = dataset.songbook.tunes[0].name if len(files) == 1 else f"{len(files)}-tunes"
    run = runs.create(output, "music", name, config, inputs=fingerprints(files))
    return _train(run, dataset)


def resume(wanted: Path, output: Path) -> Result:
    """Go on with an interrupted training, under its own config.

    Raises:
        InputError: There is nothing to go on with, or a file has changed.
    """
    run = runs.resumable(output, "music", wanted, verb="train")
    return _train(run, data.load(unchanged(run), run.config(MusicConfig)))


def generate(
    run: Path | None,
    output: Path,
    *,
    request: Request | None = None,
    changes: Changes | None = None,
) -> Result:
    """Improvise with a trained network and write every solo.

    Args:
        run: The run; None: the newest, else the model that ships.
        output: Folder of all runs.
        request: What the user asks for.
        changes: What differs from the run's config, such as the seed.

    Raises:
        InputError: The run, the chords or the primer cannot be used.
    """
    request, found = request or Request(), runs.find(output, run, "music")
    config = found.config(MusicConfig, changes)
    book, network = improvise.load(found)
    band.stage(book.tunes[0], request, config.generate)  # a wrong chord ends it here
    inputs = [fingerprint(found.path / name) for name in (runs.MODEL, songbook.FILE)]
    inputs += fingerprints([request.primer] if request.primer else [])
    made = runs.create(output, "music", "solo", config, inputs=inputs, verb="generate")
    with work(made):
        solos = [
            improvise.improvise(book, network, config, request, number)
            for number in range(request.count)
        ]
        result = _generated(made.path, solos, book)
        write(result)
    return result


def evaluate(source: str, run: Path | None, output: Path, *, config: MusicConfig) -> Result:
    """Measure any file beside the training music of a run.

    Args:
        source: The music.
        run: The run; None: the newest, else the model that ships.
        output: Folder of all runs.
        config: How to read the file.
    """
    found = runs.find(output, run, "music")
    book = improvise.load_songbook(found)
    tune = data.load_tune(source, config.data)
    corpus = songbook.tokens_of(tune.passages, book.grammar)
    inputs = fingerprints([source])
    made = runs.create(output, "music", tune.name, config, inputs=inputs, verb="evaluate")
    with work(made):
        spread = book.spread_of(min(songbook.EXCERPT_BARS, len(tune.measures)))
        content = {
            "verdict": f"{tune.name}: {len(tune.measures)} bars beside the music that {found.name} "
            "learned from",
            "file": source,
            "bars": len(tune.measures),
            "metrics": metrics.all_of(tune.measures),
            "training": spread,
            "copied": improvise.copied(corpus, tune.notes, book),
        }
        result = Result(run=made.path, metrics=content, training=spread)
        write(result)
    return result


def inspect(source: str, config: MusicConfig) -> dict[str, Any]:
    """Return what would be read from a file: parts, choice and reasons, chords bar by bar."""
    score = read(source)
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


def fit(
    run: runs.Run, snippets: tuple[Snippets, Snippets], n_values: int, config: MusicConfig
) -> History:
    """Train the network on the training span and save it with its songbook.

    Returns:
        The history, one row per epoch.
    """
    with native_stderr():
        from lstmkit.music.examples import SnippetExamples
        from lstmkit.music.model import build_model
        from lstmkit.training import keras_learner

    keras_learner.seed_everything(config.seed)
    learned, held_out = (SnippetExamples(*part, n_values) for part in snippets)
    model = build_model(config, n_values)
    model.compile(
        keras_learner.optimizer(config.train),
        "categorical_crossentropy",
        metrics=["accuracy"],
        jit_compile=False,
    )
    keras_learner.accelerate(model, config.train)
    history = keras_learner.fit(
        model,
        learned,
        held_out if len(held_out) else None,
        batch_size=config.train.batch_size,
        config=config.train,
        seed=config.seed,
        run=run,
    )
    keras_learner.save_model(model, run.path / runs.MODEL)
    return history


def accuracy_by_place(model: runtime.Model, snippets: Snippets, n_values: int) -> list[float]:
    """Return how often the likeliest value is right, for each place in a snippet.

    Args:
        model: The network.
        snippets: Ids of inputs and targets, (snippets, time); at most 2,000 are looked at.
        n_values: Size of the vocabulary.
    """
    inputs, targets = (ids[:SNIPPETS_SCORED] for ids in snippets)
    right = [
        model.predict(data.one_hot(x[None], n_values)).argmax(-1)[0] == y
        for x, y in zip(inputs, targets, strict=True)
    ]
    places: list[float] = np.mean(right, axis=0).tolist()
    return places


def _train(run: runs.Run, dataset: Dataset) -> Result:
    config = run.config(MusicConfig)
    with work(run, f"lstmkit music train --resume {run.path}") as timings:
        cut = data.cut(dataset, config)
        history = fit(run, cut, len(dataset.songbook.values), config)
        timings.note("train")
        write_json(run.path / songbook.FILE, songbook.to_json(dataset.songbook))
        book, network = improvise.load(run)
        places = accuracy_by_place(network, cut[0], len(book.values))
        solo = improvise.improvise(book, network, config, Request(), 0)
        content = _learned(book, cut[0], history, places)
        spread = book.spread_of(len(solo.measures))
        content |= {"solos": {solo.name: solo.to_json()}, "training": spread}
        result = Result(
            run=run.path, metrics=content, history=history, solos=[solo], training=spread
        )
        write(result)
    return result


def _learned(
    book: Songbook, snippets: Snippets, history: History, places: Sequence[float]
) -> dict[str, Any]:
    """Return the verdict and the numbers of a training."""
    values, tunes = len(book.values), len(book.tunes)
    bars = sum(len(tune.measures) for tune in book.tunes)
    verdict = (
        f"learned {values} values from {bars} bars of {tunes} tune{'s' * (tunes != 1)}; "
        f"from the fourth value on it is right {np.mean(places[3:]):.1%} of the time"
    )
    return {
        "verdict": verdict,
        "tunes": tunes,
        "bars": bars,
        "tokens": sum(map(len, book.corpora)),
        "values": values,
        "snippets": len(snippets[0]),
        "best_epoch": min(history[1:], key=_watched),
        "accuracy_by_place": list(places),
    }


def _watched(row: Row) -> float:
    return float(row["val_loss"] if "val_loss" in row else row["loss"])


def _generated(folder: Path, solos: Sequence[Solo], book: Songbook) -> Result:
    spread = book.spread_of(len(solos[0].measures))
    longest = max(solo.copied["tokens"]["longest"] for solo in solos)
    share = np.mean([solo.metrics["chord_or_scale_tone_share"] for solo in solos])
    verdict = (
        f"{len(solos)} solo{'s' * (len(solos) > 1)} of {len(solos[0].measures)} bars:"
        f" {share:.0%} chord or scale tones; at most {longest} values in a row are copied"
    )
    content = {
        "verdict": verdict,
        "solos": {solo.name: solo.to_json() for solo in solos},
        "training": spread,
    }
    return Result(run=folder, metrics=content, solos=solos, training=spread)
