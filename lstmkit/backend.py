"""Whether this Python can train: TensorFlow and Keras are there, or one line says what to do.

Predicting, generating and forecasting run saved models in NumPy and ask nothing of this module.
"""

import platform
import sys
from importlib.util import find_spec

from lstmkit.errors import InputError

NEEDED = ("tensorflow", "keras")
TRAINS_ON = "Python 3.10 to 3.13"
FIRST_WITHOUT = (3, 14)  # the first Python without a TensorFlow release, as setup.cfg has it
ONLY = {"darwin": "arm64", "win32": "AMD64"}  # the processors with one, where not all have it


def require(what: str) -> None:
    """End with one line where what is asked for needs a part that is not installed.

    Args:
        what: What was asked for, such as `training`.

    Raises:
        InputError: TensorFlow or Keras is missing; says which Pythons have them.
    """
    lacking = missing()
    if lacking:
        here = ".".join(map(str, sys.version_info[:2]))
        advice = f"pip install {' '.join(lacking)} ({TRAINS_ON} can train"
        if sys.version_info >= FIRST_WITHOUT:
            advice = f"use lstmkit on another Python ({TRAINS_ON} can train"
        only = ONLY.get(sys.platform, platform.machine())
        if platform.machine() != only:
            advice = f"use a machine with {only} ({TRAINS_ON} can train there"
        raise InputError(
            f"{what} needs {' and '.join(lacking)}, which this Python {here} does not have; "
            f"{advice}; everything else works here)"
        )


def missing() -> list[str]:
    """Return what training needs and this Python does not have."""
    return [name for name in NEEDED if not _is_there(name)]


def _is_there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except (ImportError, ValueError):
        return False
