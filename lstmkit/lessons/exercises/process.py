"""Run the reader's file in a process of its own, with a limit on its time."""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lstmkit.errors import RunError
from lstmkit.lessons.exercises.checks.exercise import Call
from lstmkit.lessons.exercises.codec import decode, encode

TIME_LIMIT = 10.0
MAX_ANSWER = 64 << 20
MAX_PRINTED = 2000
PACKAGE = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class Ran:
    """What came of a run.

    Attributes:
        values: What each call returned; None where it raised.
        errors: What each call raised, with the line; None where it returned.
        failed: Why nothing came back at all; empty where something did.
        printed: What was printed.
    """

    values: Sequence[Any]
    errors: Sequence[str | None]
    failed: str = ""
    printed: str = ""


def run(source: str, path: str, calls: Sequence[Call], *, seconds: float = TIME_LIMIT) -> Ran:
    """Run calls of a file's functions.

    Args:
        source: The file.
        path: Its name.
        calls: What to call with what.
        seconds: How long all of it may take.

    Returns:
        What came back.

    Raises:
        RunError: No process can be started.
    """
    asked = [[call.function, encode(tuple(call.arguments))] for call in calls]
    with tempfile.TemporaryDirectory(prefix="lstmkit-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        content = {"source": source, "path": path, "calls": asked}
        (folder / "asked.json").write_text(json.dumps(content), encoding="utf-8")
        late = _wait(folder, seconds)
        printed = (folder / "printed.txt").read_text(encoding="utf-8", errors="replace")
        printed = printed[-MAX_PRINTED:]
        if late:
            said = f"{path}: stopped after {seconds:g} s; is there a loop that never ends?"
            return Ran((), (), said, printed)
        return _read(folder / "answered.json", path, source, len(calls), printed)


def _wait(folder: Path, seconds: float) -> bool:
    """Run the process to its end; return whether it had to be stopped."""
    places = [str(PACKAGE), *filter(None, [os.environ.get("PYTHONPATH")])]
    one_thread = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    environment = {**os.environ, **one_thread, "PYTHONPATH": os.pathsep.join(places)}
    module = "lstmkit.lessons.exercises.reader"
    words = [sys.executable, "-W", "ignore", "-m", module, "asked.json", "answered.json"]
    with (folder / "printed.txt").open("wb") as printed:
        try:
            process = subprocess.Popen(  # noqa: S603 - the reader's own code, as asked for
                words,
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=printed,
                stderr=printed,
            )
        except OSError as error:
            raise RunError(f"cannot start {sys.executable}: {error.strerror}") from error
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            return True
        finally:
            with contextlib.suppress(OSError):
                process.kill()
            process.wait()
    return False


def _read(path: Path, name: str, source: str, count: int, printed: str) -> Ran:
    try:
        if path.stat().st_size > MAX_ANSWER:
            return Ran((), (), f"{name}: what it returns is larger than {MAX_ANSWER:,} bytes")
        content = json.loads(path.read_text(encoding="utf-8"))
        errors = [_error(one, name, source) for one in content]
        values = [decode(one["value"]) if "value" in one else None for one in content]
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        last = printed.strip().rpartition("\n")[2]
        return Ran((), (), f"{name}: its process ended without an answer; {last}", printed)
    if len(values) != count:  # the file itself does not run
        return Ran((), (), f"{name}: {errors[0] if errors else 'no answer'}", printed)
    return Ran(values, errors, "", printed)


def _error(answer: dict[str, Any], name: str, source: str) -> str | None:
    if "error" not in answer:
        return None
    said, line = str(answer["error"]), int(answer["line"])
    lines = source.splitlines()
    if not 0 < line <= len(lines):
        return said
    return f"{said} (line {line}: {lines[line - 1].strip()})"
