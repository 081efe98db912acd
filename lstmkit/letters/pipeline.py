"""The letters story: train, write."""

from pathlib import Path

import numpy as np

from lstmkit import runs, trials
from lstmkit.arrays import load_arrays, save_arrays
from lstmkit.cells.types import Parameters
from lstmkit.config import Changes
from lstmkit.files import fingerprint, title, undamaged, write_json
from lstmkit.letters import data, model, report
from lstmkit.letters.config import LettersConfig, ModelConfig
from lstmkit.letters.learner import LettersLearner, show_progress
from lstmkit.letters.result import Result, judge
from lstmkit.training import loop
from lstmkit.work import work

PARAMETERS, VOCABULARY = "parameters.npz", "vocabulary.json"
JUDGED = 100  # texts that a new model writes


def train(source: Path | None, config: LettersConfig, output: Path) -> Result:
    """Learn to write lines like those of a file, or text like it.

    Args:
        source: A text file; None: the names that ship with the package.
        config: The resolved config.
        output: The folder that holds all runs.

    Raises:
        InputError: The file cannot be used.
        InterruptedRunError: The user stopped it; the message tells how to go on.
    """
    dataset = data.load(source, config.data)
    inputs = [fingerprint(dataset.path)]
    run = runs.create(output, "letters", title(dataset.path), config, inputs=inputs, verb="learn")
    return _train(run, dataset, config)


def trial(source: Path | None, config: LettersConfig, output: Path) -> trials.Trial:
    """Learn from a text file and see what is held out, no more.

    Args:
        source: A text file; None: the names that ship with the package.
        config: The resolved config.
        output: The folder that holds all runs.
    """
    dataset = data.load(source, config.data)
    inputs, verb = [fingerprint(dataset.path)], trials.VERB
    run = runs.create(output, "letters", title(dataset.path), config, inputs=inputs, verb=verb)
    with trials.fitting(run):
        learner = LettersLearner(dataset, config)
        history = loop.fit(learner, config.train, run, label="learn")
        save(run, learner.parameters, dataset)
        return trials.seen(run, history)


def resume(wanted: Path, output: Path) -> Result:
    """Go on with an interrupted run, under its own config and on its own file.

    Raises:
        InputError: There is nothing to go on with, or the file has changed.
    """
    run = runs.resumable(output, "letters", wanted, verb="learn")
    config = run.config(LettersConfig)
    return _train(run, data.load(runs.unchanged_input(run), config.data), config)


def write(
    run: Path | None,
    output: Path,
    *,
    count: int,
    primer: str = "",
    changes: Changes | None = None,
) -> tuple[runs.Run, list[str]]:
    """Write new lines, or new text, with a trained model.

    Args:
        run: A run; None: the newest.
        output: The folder that holds all runs.
        count: Number of texts.
        primer: What each begins with.
        changes: What differs from the run's config, such as the seed or the temperature.

    Returns:
        The run, and the texts.
    """
    found = runs.find(output, run, "letters")
    return found, _written(found, found.config(LettersConfig, changes), count, primer=primer)


def _written(run: runs.Run, config: LettersConfig, count: int, *, primer: str = "") -> list[str]:
    parameters, vocabulary, unit = load(run)
    return [
        model.write(
            parameters,
            vocabulary,
            np.random.default_rng([config.seed, k]),
            temperature=config.write.temperature,
            max_length=config.write.max_length,
            primer=primer,
            ends=unit == "line",
        )
        for k in range(count)
    ]


def _train(run: runs.Run, dataset: data.Dataset, config: LettersConfig) -> Result:
    with work(run, f"lstmkit cells learn --resume {run.path}") as timings:
        learner = LettersLearner(dataset, config)
        history = loop.fit(learner, config.train, run, label="learn", observers=[show_progress])
        timings.note("train")
        save(run, learner.parameters, dataset)
        result = judge(run.path, dataset, history, _written(run, config, JUDGED))
        report.write(result)
    return result


def save(run: runs.Run, parameters: Parameters, dataset: data.Dataset) -> None:
    """Write the weights, and what decodes their outputs, into the run folder."""
    save_arrays(run.path / PARAMETERS, parameters)
    vocabulary = {"unit": dataset.unit, "characters": dataset.vocabulary.characters}
    write_json(run.path / VOCABULARY, vocabulary)


def load(run: runs.Run) -> tuple[Parameters, data.Vocabulary, str]:
    """Return the weights of a run, its characters, and its unit, `line` or `text`.

    Raises:
        InputError: A file is missing or damaged, or they do not fit together.
    """
    content, path = run.read_json(VOCABULARY), run.path / PARAMETERS
    parameters: Parameters = load_arrays(path, remedy="learn again")
    with undamaged(run.path / VOCABULARY, remedy="learn again"):
        vocabulary, unit = data.Vocabulary(str(content["characters"])), str(content["unit"])
    with undamaged(path, remedy="learn again"):
        size = ModelConfig(units=parameters["Wf"].shape[0])
        drawn = model.build_model(size, len(vocabulary), np.random.default_rng(0))
        shapes, expected = (
            {name: weight.shape for name, weight in weights.items()}
            for weights in (parameters, drawn)
        )
        sound = all(w.dtype == np.float64 and np.isfinite(w).all() for w in parameters.values())
        if shapes != expected or not sound:
            raise ValueError(f"expected finite arrays of shapes {expected}")
    return parameters, vocabulary, unit
