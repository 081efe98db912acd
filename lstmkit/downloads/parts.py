"""What has come of a file so far, kept beside its place so that the next command goes on with it.

A part carries the host and the number of the process that writes it in its name: nobody else goes
on with it while that process lives, and two commands at once keep out of each other's way.
"""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from lstmkit import system
from lstmkit.liveness import has_ended


def part_of(path: Path) -> Path:
    """Return the part that this process goes on with; it is empty where there was none.

    Args:
        path: Where the whole file will be.
    """
    mine = path.with_name(f"{_stem(path)}{system.host()}-{os.getpid()}")
    for left in sorted(_left(path), key=_size, reverse=True):
        with contextlib.suppress(OSError):  # another command was first
            if mine.exists():
                left.unlink()
            else:
                left.rename(mine)
    mine.touch()
    return mine


def _left(path: Path) -> Iterator[Path]:
    """Yield the parts of processes of this host that have ended."""
    begins = f"{_stem(path)}{system.host()}-"
    for part in path.parent.iterdir():
        pid = part.name.removeprefix(begins)
        known = part.name.startswith(begins) and pid.isdecimal()
        if known and has_ended({"host": system.host(), "pid": int(pid)}):
            yield part


def _stem(path: Path) -> str:
    return f".{path.name}.part-"


def _size(part: Path) -> int:
    with contextlib.suppress(OSError):
        return part.stat().st_size
    return 0
