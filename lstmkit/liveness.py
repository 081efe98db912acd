"""Which process works on something, and whether it still does."""

import os
from collections.abc import Mapping
from typing import Any

from lstmkit import system

SECONDS_APART = 2.0  # between two readings of when a process began


def identity() -> dict[str, Any]:
    """Return what tells this process from every other: host, number, and when it began."""
    import psutil

    began = psutil.Process().create_time()
    return {"host": system.host(), "pid": os.getpid(), "began": round(began, 2)}


def has_ended(process: Mapping[str, Any]) -> bool:
    """Return whether a process is known to have ended; one on another host never is.

    Args:
        process: What `identity` returned in it.
    """
    import psutil

    if process.get("host") != system.host() or not isinstance(process.get("pid"), int):
        return False
    try:
        found = psutil.Process(process["pid"])
        if found.status() == psutil.STATUS_ZOMBIE:  # ended, and nobody has asked how
            return True
        began = found.create_time()
    except psutil.NoSuchProcess:
        return True
    except psutil.Error:
        return False
    return abs(began - float(process.get("began", began))) > SECONDS_APART
