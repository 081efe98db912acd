"""The music story: train, generate, evaluate, inspect."""

import logging
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from lstmkit import config as configs
from lstmkit import files, runs, runtime
from lstmkit.errors import InputError
from lstmkit.music import data, report
from lstmkit.music.config import MusicConfig
from lstmkit.music.corpus import metrics, songbook
from lstmkit.music.corpus.songbook import Songbook
from lstmkit.music.data import Dataset
from lstmkit.music.files import parts
from lstmkit.music.files.sources import expand, fingerprints, read, unchanged
from lstmkit.music.play import band, improvise
from lstmkit.music.play.band import Request
from lstmkit.music.report import Result, Solo, solo_json, write

SNIPPETS_SCORED = 2000

log = logging.getLogger(__name__)


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
    files = expand(list(sources) or [str(configs.package_folder("data") / "music")])
    dataset = data.load(files, config)
    name = dataset.songbook.tunes[0].name if len(files) == 1 else f"{len(files)}-tunes"
    run = runs.create(output, "music", name, config, inputs=fingerprints(files))
    return _train(run, dataset, config)


def resume(folder: Path, output: Path) -> Result:
    """Go on with an interrupted training, under its own config.

    Raises:
        InputError: There is nothing to go on with, or a file has changed.
    """
    run = runs.resumable(output, "music", folder, verb="train")
    config = config_of(run)
    return _train(run, data.load(unchanged(run), config), config)


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
    from lstmkit.page import build

    run = runs.find(output, "music", folder)
    config = _changed(config_of(run), changes, seed)
    player = improvise.load(run, config)
    book = player.book
    band.stage(book.tunes[0], request, config.generate)  # a wrong chord ends it here
    inputs = [files.fingerprint(run.path / name) for name in (runs.MODEL, songbook.FILE)]
    inputs += fingerprints([request.primer] if request.primer else [])
    made = runs.create(output, "music", "solo", config, inputs=inputs, verb="generate")
    with runs.recorded(made):
        solos = [player.improvise(request, number) for number in range(request.count)]
        result = _generated(made.path, solos, book)
        write(result)
    build.write(made)
    return result


def evaluate(source: str, folder: Path | None, config: MusicConfig, output: Path) -> Result:
    """Measure any file beside the training music of a run.

    Args:
        source: The music.
        folder: The run; None: the newest, else the model that ships.
        config: How to read the file.
        output: Folder of all runs.
    """
    from lstmkit.page import build

    run = runs.find(output, "music", folder)
    book = improvise.load_songbook(run)
    tune = data.load_tune(source, config.data)
    corpus = songbook.tokens_of(tune.passages, book.grammar)
    inputs = fingerprints([source])
    made = runs.create(output, "music", tune.name, config, inputs=inputs, verb="evaluate")
    with runs.recorded(made):
        known = metrics.all_of(tune.measures)
        spread = book.spread_of(min(songbook.EXCERPT_BARS, len(tune.measures)))
        content = {
            "file": source,
            "bars": len(tune.measures),
            "metrics": known,
            "training": spread,
            "copied": improvise.copied(corpus, tune.notes, book),
        }
        verdict = (
            f"{tune.name}: {len(tune.measures)} bars beside the music that {run.name} learned from"
        )
        result = Result(made.path, verdict, content, training=spread)
        write(result)
    build.write(made)
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


def config_of(run: runs.Run) -> MusicConfig:
    """Return the config a run was made with."""
    return configs.load(MusicConfig, "music", run.path / "config.yaml")


def fit(
    run: runs.Run, dataset: Dataset, config: MusicConfig, resume_command: str
) -> list[dict[str, Any]]:
    """Train the network on the training span and save it with its songbook.

    Returns:
        The history, one row per epoch.
    """
    from lstmkit.music.model import SnippetExamples, build_model
    from lstmkit.training import loop

    loop.seed_everything(config.seed)
    n_values = len(dataset.songbook.values)
    snippets, held_out = data.cut(dataset, config)
    model = build_model(config, n_values)
    model.compile(
        loop.optimizer(config.train),
        "categorical_crossentropy",
        metrics=["accuracy"],
        jit_compile=False,
    )
    loop.accelerate(model, config.train)
    history = loop.fit(
        model,
        SnippetExamples(*snippets, n_values),
        SnippetExamples(*held_out, n_values) if len(held_out[0]) else None,
        batch_size=config.train.batch_size,
        config=config.train,
        seed=config.seed,
        run=run,
        resume_command=resume_command,
    )
    loop.save_model(model, run.path / runs.MODEL)
    loop.forget_checkpoint(run)
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
    inputs, targets = (ids[:SNIPPETS_SCORED] for ids in snippets)
    right = [
        model.predict(data.one_hot(x[None], n_values)).argmax(-1)[0] == y
        for x, y in zip(inputs, targets, strict=True)
    ]
    places: list[float] = np.mean(right, axis=0).tolist()
    return places


def _train(run: runs.Run, dataset: Dataset, config: MusicConfig) -> Result:
    from lstmkit.page import build

    log.warning("run folder: %s", run.path)
    began = time.monotonic()
    with runs.recorded(run):
        history = fit(run, dataset, config, f"lstmkit music train --resume {run.path}")
        trained_at = time.monotonic()
        files.write_json(run.path / songbook.FILE, songbook.to_json(dataset.songbook))
        player = improvise.load(run, config)
        book = player.book
        snippets, _ = data.cut(dataset, config)
        places = accuracy_by_place(player.model, snippets, len(book.values))
        solo = player.improvise(Request(), 0)
        best = min(history[1:], key=lambda row: row.get("val_loss", row["loss"]))
        spread = book.spread_of(len(solo.measures))
        content = {
            "tunes": len(book.tunes),
            "bars": sum(len(tune.measures) for tune in book.tunes),
            "tokens": sum(map(len, book.corpora)),
            "values": len(book.values),
            "snippets": len(snippets[0]),
            "best_epoch": best,
            "accuracy_by_place": places,
            "solos": {solo.name: solo_json(solo)},
            "training": spread,
        }
        verdict = (
            f"learned {content['values']} values from {content['bars']} bars of {content['tunes']}"
            f" tune{'s' * (len(book.tunes) != 1)}; from the fourth value on it is right"
            f" {np.mean(places[3:]):.1%} of the time"
        )
        result = Result(run.path, verdict, content, history, [solo], spread)
        write(result)
        run.update(
            timings={
                "train_seconds": round(trained_at - began, 2),
                "total_seconds": round(time.monotonic() - began, 2),
            }
        )
    build.write(run)
    return result


def _generated(folder: Path, solos: Sequence[Solo], book: Songbook) -> Result:
    spread = book.spread_of(len(solos[0].measures))
    longest = max(solo.copied["tokens"]["longest"] for solo in solos)
    share = np.mean([solo.metrics["chord_or_scale_tone_share"] for solo in solos])
    verdict = (
        f"{len(solos)} solo{'s' * (len(solos) > 1)} of {len(solos[0].measures)} bars:"
        f" {share:.0%} chord or scale tones; at most {longest} values in a row are copied"
    )
    content = {"solos": {solo.name: solo_json(solo) for solo in solos}, "training": spread}
    return Result(folder, verdict, content, solos=solos, training=spread)


def _changed(config: MusicConfig, changes: dict[str, Any], seed: int | None) -> MusicConfig:
    section = config.generate.model_copy(update=changes)
    update = {"generate": section} | ({} if seed is None else {"seed": seed})
    return config.model_copy(update=update)
