"""Write the model of a run for other programs: ONNX, a plain Keras file, or a SavedModel."""

import logging
import warnings
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from lstmkit import backend, runtime
from lstmkit.errors import InputError, RunError
from lstmkit.files import DAMAGE, whole, write_bytes
from lstmkit.quiet import native_stderr
from lstmkit.runs import MODEL, Run
from lstmkit.runtime.layers import Embedding

ENDINGS = {"onnx": ".onnx", "keras": ".keras", "saved_model": "-saved_model"}
LARGEST_DIFFERENCE = 1e-4
ROWS, STEPS = 3, 12


@dataclass(frozen=True)
class Exported:
    """What was written.

    Attributes:
        path: The file, or the folder of a SavedModel.
        difference: Largest difference from what the NumPy runtime answers; None: not checked.
    """

    path: Path
    difference: float | None


def export(run: Run, kind: str, target: Path | None) -> Exported:
    """Write the model of a run in another format, and hold it against the NumPy runtime.

    Args:
        run: The run folder.
        kind: `onnx`, `keras` or `saved_model`.
        target: What to write; None: the run's name with the format's ending, in this folder.

    Raises:
        InputError: The run has no model, the target exists, or the extra is not installed.
        RunError: It cannot be written, or what was written does not give the same numbers.
    """
    source = run.path / MODEL
    if not source.exists():
        raise InputError(f"{run.path}: this run has no {MODEL}; name a run of `train`")
    target = target or Path(run.name + ENDINGS[kind])
    if target.exists():
        raise InputError(f"{target}: already there; choose another name with --to")
    if kind == "keras":
        runtime.load(source)
        write_bytes(target, source.read_bytes())
        return Exported(target, None)
    backend.require(f"export --format {kind}")
    if kind == "onnx" and find_spec("tf2onnx") is None:
        raise InputError(
            'ONNX needs the extra of that name: pip install "lstmkit[onnx]", in the checkout '
            '".[onnx]"; --format keras and saved_model need none'
        )
    model = runtime.load(source)
    inputs = _examples(model)
    with whole(target) as temporary:
        _convert(source, kind, temporary, inputs)
        difference = _difference(model, kind, temporary, inputs)
        if difference is not None and not difference <= LARGEST_DIFFERENCE:
            raise RunError(
                f"{target}: its answers differ by {difference:.2g} from those of the NumPy "
                f"runtime; expected at most {LARGEST_DIFFERENCE:g}; nothing was kept; report it"
            )
    return Exported(target, difference)


def _convert(source: Path, kind: str, target: Path, inputs: list[np.ndarray]) -> None:
    with native_stderr(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        logging.getLogger("tf2onnx").setLevel(logging.ERROR)
        model = _loaded(source)
        example = inputs if len(inputs) > 1 else inputs[0]
        model(example)  # Keras exports no model before its first call
        name = "onnx" if kind == "onnx" else "tf_saved_model"
        model.export(str(target), format=name, verbose=False)


def _loaded(source: Path) -> Any:
    import keras

    try:
        return keras.models.load_model(source, compile=False, safe_mode=True)
    except DAMAGE as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise InputError(
            f"{source}: Keras cannot load it: {reason:.200}; name a run of `train`, or train again"
        ) from error


def _difference(
    model: runtime.Model, kind: str, target: Path, inputs: list[np.ndarray]
) -> float | None:
    """Return how far the answers of the file are from the runtime's."""
    if kind == "onnx" and find_spec("onnxruntime") is None:
        return None
    expected = model.predict(inputs) if len(inputs) > 1 else model.predict(inputs[0])
    answers = _run_onnx(target, inputs) if kind == "onnx" else _run_saved_model(target, inputs)
    wanted = expected if isinstance(expected, tuple) else (expected,)
    pairs = zip(answers, wanted, strict=True)
    return max(float(np.abs(one - other).max()) for one, other in pairs)


def _examples(model: runtime.Model) -> list[np.ndarray]:
    """Return random inputs of the model's shapes: word numbers for an embedding, else floats."""
    generator = np.random.default_rng(0)
    words = [len(layer.table) for layer in model.layers if isinstance(layer, Embedding)]
    inputs = []
    for shape in model.input_shapes:
        sizes = [ROWS, *(STEPS if size is None else size for size in shape[1:])]
        if words and len(sizes) == 2:
            values = generator.integers(1, words[0], sizes).astype(np.float32)
        else:
            values = generator.normal(size=sizes).astype(np.float32)
        inputs.append(values)
    return inputs


def _run_onnx(path: Path, inputs: list[np.ndarray]) -> list[np.ndarray]:
    import onnxruntime

    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    wanted = session.get_inputs()
    feed = {
        node.name: values.astype(np.int32 if "int32" in node.type else np.float32)
        for node, values in zip(wanted, inputs, strict=True)
    }
    answers: list[np.ndarray] = session.run(None, feed)
    return answers


def _run_saved_model(path: Path, inputs: list[np.ndarray]) -> list[np.ndarray]:
    with native_stderr():
        import tensorflow as tf

        loaded: Any = tf.saved_model.load(str(path))
        answers = loaded.serve(*(tf.constant(values) for values in inputs))
    return [np.asarray(one) for one in tf.nest.flatten(answers)]
