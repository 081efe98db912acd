"""Run lstmkit with a fault that `kills.py` has to catch: the checkpoint is written in place."""

import io
import time

import numpy as np

from lstmkit.cli import main
from lstmkit.training import loop


def save_in_place(path, arrays, **_):
    """Write arrays where a reader sees half of them, and a kill leaves half of them."""
    whole = io.BytesIO()
    np.savez(whole, **arrays)
    content = whole.getvalue()
    with path.open("wb") as stream:
        for part in (content[: len(content) // 2], content[len(content) // 2 :]):
            stream.write(part)
            stream.flush()
            time.sleep(0.05)


if __name__ == "__main__":
    loop.save_arrays = save_in_place
    main()
