"""What differs from one system to another: Windows, macOS, Linux, and the shells of their users."""

import errno
import platform
import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

IS_WINDOWS = sys.platform == "win32"
IS_MAC = sys.platform == "darwin"
LONGEST = 260  # characters of a path on Windows, unless the user has lifted it
INSIDE = 60  # characters that what is made inside of a folder may add


def host() -> str:
    """Return the name of this machine; a Mac's without what each network puts behind it."""
    name = platform.node()
    return name.partition(".")[0] if IS_MAC else name


def command_line(words: Sequence[str]) -> str:
    """Return words as they are typed in the user's shell, quoted where they have to be."""
    return subprocess.list2cmdline(words) if IS_WINDOWS else shlex.join(words)


def is_closed_pipe(error: OSError) -> bool:
    """Return whether who reads what is printed has gone; Windows calls that an invalid argument."""
    invalid = IS_WINDOWS and error.errno == errno.EINVAL and error.filename is None
    return invalid or isinstance(error, BrokenPipeError)


def advice_for(error: OSError, path: Path) -> str:
    """Return what to do where a path cannot be written."""
    size = len(str(path.absolute()))
    if IS_WINDOWS and isinstance(error, FileNotFoundError) and size + INSIDE > LONGEST:
        return f"its path has {size} characters, and Windows takes {LONGEST}: name a shorter folder"
    if IS_WINDOWS and isinstance(error, PermissionError):
        return "close it where another program has it open, check the rights, or name another place"
    return "free space, check the rights, or name another folder"


def if_open_elsewhere(error: OSError) -> str:
    """Return what to do where a file cannot be read, as one that Excel has open."""
    if IS_WINDOWS and isinstance(error, PermissionError):
        return "; close it where another program has it open"
    return ""
