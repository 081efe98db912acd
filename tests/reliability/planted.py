"""Run lstmkit with a fault that `kills.py` has to catch: the checkpoint is written in place."""

import io
import os
import signal

import numpy as np

from lstmkit.cli import main
from lstmkit.training import loop


def save_in_place(path, arrays, **_):
    """Write half of the arrays where a reader sees them, and be killed."""
    whole = io.BytesIO()
    np.savez(whole, **arrays)
    content = whole.getvalue()
    path.write_bytes(content[: len(content) // 2])
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    loop.save_arrays = save_in_place
    main()
