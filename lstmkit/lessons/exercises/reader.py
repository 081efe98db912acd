"""The process that runs the reader's functions: `python -m lstmkit.lessons.exercises.reader`.

It is told a file and a list of calls, and writes down what came back. It never learns what was
expected: right and wrong are settled in the process that started it.
"""

import contextlib
import json
import sys
import traceback
import types
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from lstmkit.lessons.exercises.codec import decode, encode

MAX_MEMORY = 4 << 30


def main(asked: str, answered: str) -> None:
    """Run the calls of a file.

    Args:
        asked: JSON file with `path`, `source` and `calls`, a list of `[function, arguments]`.
        answered: Where to write a list of `{"value": ...}` or `{"error": ..., "line": ...}`.
    """
    _bound_memory()
    np.seterr(over="raise")
    content = json.loads(Path(asked).read_text(encoding="utf-8"))
    answers = _answer(content["source"], content["path"], content["calls"])
    Path(answered).write_text(json.dumps(answers), encoding="utf-8")


def _answer(source: str, path: str, calls: Sequence[tuple[str, Any]]) -> list[dict[str, Any]]:
    module = types.ModuleType("exercise")
    module.__file__ = path
    try:
        exec(compile(source, path, "exec"), module.__dict__)  # noqa: S102 - what this process is for
    except (Exception, SystemExit) as error:
        return [_failure(error, path)]
    return [_call(module, path, name, decode(arguments)) for name, arguments in calls]


def _call(module: types.ModuleType, path: str, name: str, arguments: Any) -> dict[str, Any]:
    if not callable(getattr(module, name, None)):
        return {"error": f"there is no function {name} in the file", "line": 0}
    try:
        return {"value": encode(getattr(module, name)(*arguments))}
    except (Exception, SystemExit) as error:
        return _failure(error, path)


def _failure(error: BaseException, path: str) -> dict[str, Any]:
    """Return what went wrong and the last line of the reader's own file that took part."""
    lines = [f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename == path]
    if isinstance(error, SyntaxError) and error.filename == path:
        lines.append(error.lineno)
    said = f"{type(error).__name__}: {error}"
    return {"error": said, "line": (lines[-1] or 0) if lines else 0}


def _bound_memory() -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))


if __name__ == "__main__":
    main(*sys.argv[1:])
