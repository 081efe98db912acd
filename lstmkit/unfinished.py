"""The hidden folders in which files and folders are made, until they are whole."""

import contextlib
import os
import shutil
import stat
import time
from pathlib import Path

from lstmkit import system
from lstmkit.liveness import has_ended

TEMPORARY = ".lstmkit-"  # begins the name of every such folder
PAUSES = (0.05, 0.1, 0.2, 0.4, 0.8)  # seconds


def prefix() -> str:
    """Return how the names of this process's hidden folders begin."""
    return f"{TEMPORARY}{system.host()}-{os.getpid()}-"


def sweep(folder: Path) -> None:
    """Remove what processes of this host that were killed had left half-made in a folder."""
    for left in folder.glob(f"{TEMPORARY}{system.host()}-*"):
        pid = left.name.rpartition("-")[0].rpartition("-")[2]
        if pid.isdecimal() and has_ended({"host": system.host(), "pid": int(pid)}):
            shutil.rmtree(left, ignore_errors=True)


def finish(made: Path, place: Path) -> None:
    """Bring a file's bytes to the disk, under the mode of the one that it replaces, and name it."""
    if made.is_file():
        with made.open("r+b") as stream:  # Windows brings only what may be written to the disk
            os.fsync(stream.fileno())
        if place.exists():
            made.chmod(stat.S_IMODE(place.stat().st_mode))
    _name(made, place)


def _name(made: Path, place: Path) -> None:
    """Give what is made its name, in the place of what had it.

    Windows refuses while another program reads what is there, or looks through what is new, as
    virus scanners do: it is asked again for a second and a half.
    """
    for pause in PAUSES if system.IS_WINDOWS else ():
        with contextlib.suppress(PermissionError):
            os.replace(made, place)
            return
        time.sleep(pause)
    os.replace(made, place)
