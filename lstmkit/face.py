"""What the Python face of every pipeline shares: keywords into a config, a result into its run.

A keyword is a key of the config: `epochs=50` is `train.epochs`, `model={"units": [8]}` is a whole
section, and `set=["train.epochs=50"]` is what `--set` takes. The classes that check a YAML file
check them all.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from os import PathLike
from pathlib import Path
from typing import Any

from lstmkit import backend, config, runtime
from lstmkit.config import Changes, Config
from lstmkit.errors import ConfigError
from lstmkit.keys import keys_called
from lstmkit.result import Result

OUTPUT = Path("outputs")
AnyPath = str | PathLike[str]
AnyRun = Result | AnyPath | None


def accelerate(model: Any) -> Any:
    """Run the LSTM layers of any built Keras model through the fused kernel, where it applies.

    Args:
        model: A `keras.Model`; it stays a plain Keras model, and is trained with `model.fit`.

    Returns:
        One report per LSTM layer: its name, whether it is fused, and why.

    Raises:
        InputError: TensorFlow or Keras is missing.
    """
    backend.require("accelerate")
    from lstmkit.training import fused

    return fused.accelerate(model)


def load(path: AnyPath) -> runtime.Model:
    """Open any `.keras` file of an LSTM, to run in NumPy.

    Args:
        path: The file.

    Raises:
        InputError: It is no such file, or holds a layer that the runtime does not know.
    """
    return runtime.load(Path(path))


def configured(pipeline: str, given: Mapping[str, Any]) -> Any:
    """Return the config of a pipeline with the keywords of a call.

    Args:
        pipeline: Its name.
        given: Keys, sections, `config` (a YAML file, or the name of one that ships) and `set`.

    Raises:
        ConfigError: An unknown or ambiguous keyword, a wrong type, out of range.
    """
    schema, chosen = config.schema_of(pipeline), changes(pipeline, given)
    return config.load(schema, pipeline, chosen.path, chosen.overrides)


def changes(pipeline: str, given: Mapping[str, Any]) -> Changes:
    """Return what the keywords of a call change in the config of a run; arguments as above."""
    rest = dict(given)
    path, texts = rest.pop("config", None), rest.pop("set", ())
    texts = (texts,) if isinstance(texts, str) else tuple(texts)
    schema = config.schema_of(pipeline)
    written = [f"{_key(schema, name)}={_text(name, value)}" for name, value in rest.items()]
    return Changes(None if path is None else Path(path), (*written, *texts))


def path_of(file: AnyPath | None) -> Path | None:
    """Return a path, or None."""
    return None if file is None else Path(file)


def run_of(run: AnyRun) -> Path | None:
    """Return the folder of a result, or the path of a run, or None for the newest."""
    return run.run if isinstance(run, Result) else path_of(run)


def texts_of(one_or_many: str | Iterable[str]) -> list[str]:
    """Return a list of texts; a single one is a list of itself."""
    return [one_or_many] if isinstance(one_or_many, str) else list(one_or_many)


def _key(schema: type[Config], name: str) -> str:
    if name in schema.model_fields:
        return name
    keys = keys_called(schema, name)
    if len(keys) > 1:
        sections = " or ".join(f"{key.partition('.')[0]}={{'{name}': ...}}" for key in keys)
        raise ConfigError(f"{name}: a key of several sections; say which: {sections}")
    return keys[0] if keys else name


def _text(name: str, value: Any) -> str:
    try:
        return json.dumps(value)
    except (TypeError, ValueError) as error:
        raise ConfigError(
            f"{name}: expected a number, a text, a list, or a section as a dict, found "
            f"{type(value).__name__}"
        ) from error
