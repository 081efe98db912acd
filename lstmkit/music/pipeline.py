"""The music story: train, generate, evaluate, inspect."""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from lstmkit import backend, runs, runtime, trials
from lstmkit.config import Changes, package_folder
from lstmkit.errors import InputError
from lstmkit.files import fingerprint, write_json
from lstmkit.music import data, report
from lstmkit.music.config import MusicConfig
from lstmkit.music.corpus import metrics, songbook
from lstmkit.music.corpus.snippets import Snippets
from lstmkit.music.corpus.songbook import Songbook
from lstmkit.music.data import Dataset
from lstmkit.music.files.reading import measures, part_facts
from lstmkit.music.files.score import Score
from lstmkit.music.files.sources import read
from lstmkit.music.play import improvise
from lstmkit.music.play.band import Request
from lstmkit.music.report import write
from lstmkit.music.result import Result, Solo
from lstmkit.progress import told_if_long
from lstmkit.quiet import native_stderr
from lstmkit.training.loop import History, Row
from lstmkit.work import work

SNIPPETS_SCORED = 2000

log = logging.getLogger(__name__)


def train(
    source: Sequence[str], config: MusicConfig, output: Path, *, strict: bool = False
) -> Result:
    """Learn from music files, write the run, and play one solo.

    Args:
        source: Files, folders, or `corpus:NAME`; empty: the music that ships.
        config: The resolved config.
        output: Folder of all runs.
        strict: Whether a file that cannot be used ends it; else it is left out and named.

    Raises:
        InputError: No file can be used, or one cannot and `strict` is set.
        InterruptedRunError: The user stopped it; the message tells how to go on.
    """
    return _train(*_begun(source, config, output, verb="train", strict=strict))


def trial(source: Sequence[str], config: MusicConfig, output: Path) -> trials.Trial:
    """Learn from music files and see what is held out, no more.

    Args:
        source: Files, folders, or `corpus:NAME`; empty: the music that ships.
        config: The resolved config.
        output: Folder of all runs.
    """
    run, dataset = _begun(source, config, output, verb=trials.VERB)
    with trials.fitting(run):
        cut = data.cut(dataset, config)
        return trials.seen(run, fit(run, cut, len(dataset.songbook.values), config))


def resume(wanted: Path, output: Path) -> Result:
    """Go on with an interrupted training, under its own config.

    Raises:
        InputError: There is nothing to go on with, or a file has changed.
    """
    backend.require("music train")
    run = runs.resumable(output, "music", wanted, verb="train")
    files = [one["path"] for one in runs.inputs_of(run)]
    dataset = data.load(files, run.config(MusicConfig), strict=True)
    runs.unchanged(run, dataset.inputs)
    return _train(run, dataset)


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
    player = improvise.load(found, config, request)
    inputs = [fingerprint(found.path / name) for name in (runs.MODEL, songbook.FILE)]
    inputs += [] if player.primer is None else [player.primer.fingerprint]
    made = runs.create(output, "music", "solo", config, inputs=inputs, verb="generate")
    with work(made):
        solos = [player.improvise(number) for number in range(request.count)]
        result = _generated(made.path, solos, player.book)
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
    inputs = [tune.fingerprint]
    made = runs.create(output, "music", tune.name, config, inputs=inputs, verb="evaluate")
    with work(made):
        excerpt = min(songbook.EXCERPT_BARS, len(tune.measures))
        own = metrics.spread([tune.measures], excerpt)
        spread = book.spread_of(excerpt)
        content = {
            "verdict": f"{tune.name}: {len(tune.measures)} bars beside the music that {found.name} "
            f"learned from, both in excerpts of {excerpt} bars",
            "file": source,
            "bars": len(tune.measures),
            "excerpt_bars": excerpt,
            "metrics": {name: known["mean"] for name, known in own.items()},
            "training": spread,
            "copied": improvise.copied(corpus, tune.notes, book),
        }
        result = Result(run=made.path, metrics=content, training=spread)
        write(result)
    return result


def inspect(source: str, config: MusicConfig) -> dict[str, Any]:
    """Return what would be read from a file: parts, choice and reasons, chords bar by bar."""
    with told_if_long(f"{source}: reading it takes a while"):
        return _inspected(source, read(source), config)


def _inspected(source: str, score: Score, config: MusicConfig) -> dict[str, Any]:
    found: dict[str, Any] = {
        "file": source,
        "bars": len(score.bars),
        "metre_quarters": float(score.metre),
        "tempo_quarters_per_minute": round(score.tempo, 2),
        "chord_symbols": len(score.symbols),
        "usable": False,
        "usable_bars": 0,
    }
    facts = part_facts.facts(score)
    try:
        seen = measures.of(score, config.data, source)
    except InputError as error:
        parts = report.part_rows(facts, -1, ())
        reasons = [str(error), *score.repairs]
        return found | {"reasons": reasons, "parts": parts, "chords": []}
    usable, choice = len(seen.usable), seen.choice
    melody, harmony = (-1, ()) if choice is None else (choice.melody, choice.harmony)
    reasons = [] if choice is None else list(choice.reasons)
    if choice is None:
        reasons.append(str(measures.no_melody(seen, source)))
    elif usable < data.FEWEST_BARS:
        reasons.append(f"unusable: {usable} bars have both melody and chords")
    numbers = {bar: number for number, bar in enumerate(seen.score.bars, 1)}
    return found | {
        "bars": len(seen.score.bars),
        "metre_quarters": float(seen.score.metre),
        "usable": usable >= data.FEWEST_BARS,
        "usable_bars": usable,
        "reasons": [*reasons, *seen.said],
        "parts": report.part_rows(facts, melody, harmony or (melody,)),
        "chords": report.bar_rows(seen.measures, [numbers[m.bar] for m in seen.measures]),
    }


def fit(
    run: runs.Run, snippets: tuple[Snippets, Snippets], n_values: int, config: MusicConfig
) -> History:
    """Train the network on the training span and save it with its songbook.

    Returns:
        The history, one row per epoch.
    """
    with native_stderr():
        from lstmkit.music.model import SnippetExamples, build_model
        from lstmkit.training import keras_learner

    keras_learner.seed_everything(config.seed)
    learned, held_out = (SnippetExamples(part, n_values) for part in snippets)
    model = build_model(config, n_values, snippets[0].said.shape[-1])
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
        snippets: At most 2,000 are looked at.
        n_values: Size of the vocabulary.
    """
    right = [
        model.predict(snippets.network_inputs(slice(i, i + 1), n_values)).argmax(-1)[0]
        == snippets.targets[i]
        for i in range(min(SNIPPETS_SCORED, len(snippets)))
    ]
    places: list[float] = np.mean(right, axis=0).tolist()
    return places


def _begun(
    source: Sequence[str], config: MusicConfig, output: Path, *, verb: str, strict: bool = False
) -> tuple[runs.Run, Dataset]:
    """Read files, and make the run that will learn from them."""
    backend.require(f"music {verb}")
    files = list(source) or [str(package_folder("data") / "music")]
    dataset = data.load(files, config, strict=strict)
    tunes = dataset.songbook.tunes
    name = tunes[0].name if len(tunes) == 1 else f"{len(tunes)}-tunes"
    run = runs.create(output, "music", name, config, inputs=dataset.inputs, verb=verb)
    return run, dataset


def _train(run: runs.Run, dataset: Dataset) -> Result:
    config = run.config(MusicConfig)
    with work(run, f"lstmkit music train --resume {run.path}") as timings:
        cut = data.cut(dataset, config)
        history = fit(run, cut, len(dataset.songbook.values), config)
        timings.note("train")
        write_json(run.path / songbook.FILE, songbook.to_json(dataset.songbook))
        player = improvise.load(run, config)
        book = player.book
        places = accuracy_by_place(player.model, cut[0], len(book.values))
        solo = player.improvise(0)
        content = _learned(book, cut[0], history, places)
        spread = book.spread_of(len(solo.measures))
        content |= {"solos": {solo.name: solo.to_json()}, "training": spread}
        result = Result(
            run=run.path, metrics=content, epochs=history, solos=[solo], training=spread
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
        "snippets": len(snippets),
        "best_epoch": min(history[1:] or history, key=_watched),
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
