"""The stories of the cells: check the gradients, look into gates, learn to write, write."""

import io
import logging
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from lstmkit import config as configs
from lstmkit import files, runs, runtime
from lstmkit.cells import gradcheck
from lstmkit.cells.types import Parameters
from lstmkit.errors import InputError
from lstmkit.gates.inputs import gate_input
from lstmkit.letters import data, learning, model, report
from lstmkit.letters.config import LettersConfig

PARAMETERS, VOCABULARY = "parameters.npz", "vocabulary.json"
PIPELINES = ("stock", "emoji", "music")
JUDGED = 100

log = logging.getLogger(__name__)


def check(seed: int, *, keras: bool = False, tutorial: bool = False) -> list[report.Check]:
    """Check the gradients of both cells.

    Args:
        seed: Draws the networks.
        keras: Compare outputs and gradients with Keras's `SimpleRNN` and `LSTM` as well.
        tutorial: Show the LSTM's backpropagation with the carry left out instead.

    Returns:
        One line of the table for every array.
    """
    lines = []
    for cell in ("lstm",) if tutorial else ("rnn", "lstm"):
        problem = gradcheck.random_problem(cell, np.random.default_rng(seed))
        backward = gradcheck.lstm_backward_without_carry if tutorial else None
        comparisons = gradcheck.check_gradients(problem, gradients=problem.gradients(backward))
        lines += [report.Check(cell, "differences", one) for one in comparisons]
        if keras:
            from lstmkit.cells import keras_parity

            compared = keras_parity.compare_with_keras(problem, backward)
            lines += [report.Check(cell, "keras", one) for one in compared]
    return lines


def gates(
    folder: Path | None, output: Path, *, sentence: str | None = None, layer: str | None = None
) -> report.Gates:
    """Record the inside of a trained LSTM over one of its own inputs.

    Args:
        folder: A run; None: the newest of any pipeline, else one that ships.
        output: The folder that holds all runs.
        sentence: What an emoji model should read.
        layer: Name of the LSTM; None: the first.

    Returns:
        What was written: a CSV and a heat map.
    """
    from lstmkit.page import build

    source = _trained(output, folder, sentence)
    model = runtime.load(source.path / runs.MODEL)
    shown = gate_input(source, sentence)
    inside = model.gates(shown.x)
    lstms = [name for name, values in inside.items() if "f" in values]
    if not lstms or (layer is not None and layer not in lstms):
        raise InputError(
            f"{source.path}: no LSTM called {layer!r}; this model has {', '.join(lstms) or 'none'}"
        )
    name = layer or lstms[0]
    config = configs.load(LettersConfig, "letters", None)
    run = runs.create(output, "letters", f"gates-{source.name}", config, verb="gates")
    with runs.recorded(run):
        recorded = {key: values[0] for key, values in inside[name].items()}  # (time, units)
        result = report.Gates(run.path, str(source.path), name, shown, recorded)
        report.write_gates(result)
    build.write(run)
    return result


def learn(path: Path | None, config: LettersConfig, output: Path) -> report.Learned:
    """Learn to write lines like those of a file, or text like it.

    Args:
        path: A text file; None: the names that ship with the package.
        config: The resolved config.
        output: The folder that holds all runs.
    """
    corpus = data.load(path, config.data)
    inputs = [files.fingerprint(corpus.path)]
    run = runs.create(output, "letters", corpus.path.stem, config, inputs=inputs, verb="learn")
    return _learn(run, corpus, config)


def resume(folder: Path, output: Path) -> report.Learned:
    """Go on with an interrupted run, under its own config and on its own file."""
    run = runs.resumable(output, "letters", folder, verb="learn")
    config = configs.load(LettersConfig, "letters", run.path / "config.yaml")
    return _learn(run, data.load(runs.unchanged_input(run), config.data), config)


def write(
    folder: Path | None,
    output: Path,
    *,
    count: int,
    seed: int | None = None,
    temperature: float | None = None,
    primer: str = "",
) -> tuple[runs.Run, list[str]]:
    """Write new lines, or new text, with a model that `learn` made.

    Args:
        folder: A run; None: the newest.
        output: The folder that holds all runs.
        count: Number of texts.
        seed: Draws the characters; None: the seed of the run.
        temperature: None: that of the run's config.
        primer: What each begins with.

    Returns:
        The run, and the texts.
    """
    run = _learned(output, folder)
    config = configs.load(LettersConfig, "letters", run.path / "config.yaml")
    parameters, vocabulary, unit = _load(run)
    seed = config.seed if seed is None else seed
    return run, [
        model.write(
            parameters,
            vocabulary,
            np.random.default_rng([seed, k]),
            temperature=temperature or config.write.temperature,
            max_length=config.write.max_length,
            primer=primer,
            ends=unit == "line",
        )
        for k in range(count)
    ]


def _learn(run: runs.Run, corpus: data.Corpus, config: LettersConfig) -> report.Learned:
    from lstmkit.page import build

    log.warning("run folder: %s", run.path)
    with runs.recorded(run):
        parameters, history = learning.fit(
            corpus, config, run, f"lstmkit cells learn --resume {run.path}"
        )
        _save(run, parameters, corpus)
        _, written = write(run.path, run.path, count=JUDGED)
        result = report.Learned(
            run=run.path,
            unit=corpus.unit,
            history=history,
            blind_loss=math.log(len(corpus.vocabulary)),
            written=written,
            new=_share_of_new(corpus, written),
        )
        report.write_learned(result)
        learning.forget_checkpoint(run)
    build.write(run)
    return result


def _share_of_new(corpus: data.Corpus, written: Sequence[str]) -> float:
    known = {one.removesuffix(data.END) for one in corpus.texts}
    return sum(one not in known for one in written) / len(written)


def _save(run: runs.Run, parameters: Parameters, corpus: data.Corpus) -> None:
    stream, arrays = io.BytesIO(), dict[str, Any](parameters)
    np.savez(stream, **arrays)
    files.write_bytes(run.path / PARAMETERS, stream.getvalue())
    vocabulary = {"unit": corpus.unit, "characters": corpus.vocabulary.characters}
    files.write_json(run.path / VOCABULARY, vocabulary)


def _load(run: runs.Run) -> tuple[Parameters, data.Vocabulary, str]:
    content = run.read_json(VOCABULARY)
    path = run.path / PARAMETERS
    try:
        vocabulary, unit = data.Vocabulary(str(content["characters"])), str(content["unit"])
        with np.load(path, allow_pickle=False) as saved:
            parameters = {name: saved[name] for name in saved.files}
        shapes = {name: weight.shape for name, weight in parameters.items()}
        expected = model.shapes(shapes["Wf"][0], len(vocabulary))
        if shapes != expected or any(w.dtype != np.float64 for w in parameters.values()):
            raise ValueError(f"expected arrays of shapes {expected}")
    except learning.DAMAGE as error:
        raise InputError(
            f"{path}: missing, damaged or from another version ({error}); learn again"
        ) from error
    return parameters, vocabulary, unit


def _learned(output: Path, folder: Path | None) -> runs.Run:
    """Return a run of `learn`; the newest finished one where none is named."""
    if folder is not None:
        run = runs.find(output, "letters", folder)
        if run.manifest.get("verb") != "learn":
            raise InputError(f"{run.path}: a run of `cells {run.manifest.get('verb')}`, not learn")
        return run
    for run in reversed(runs.list_runs(output, "letters")):
        manifest = run.manifest
        if manifest.get("status") == "done" and manifest.get("verb") == "learn":
            log.warning("model: the newest run, %s", run.path)
            return run
    raise InputError(
        f"nothing has been learnt below {output / 'cells'}; begin with `lstmkit cells learn`"
    )


def _trained(output: Path, folder: Path | None, sentence: str | None) -> runs.Run:
    """Return a run of any pipeline with a Keras model; for a sentence, one that reads it."""
    if folder is None and sentence is None:
        done = [
            run
            for run in runs.list_runs(output)
            if run.manifest.get("status") == "done" and (run.path / runs.MODEL).is_file()
        ]
        if done:
            log.warning("model: the newest run, %s", done[-1].path)
            return done[-1]
    if folder is None:
        return runs.find(output, "emoji", None)
    for path in (folder, *(output / pipeline / folder for pipeline in PIPELINES)):
        if runs.is_run(path):
            return runs.Run(path)
    raise InputError(f"{folder}: no run folder; `lstmkit runs list` shows the runs")
