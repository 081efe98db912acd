"""Keras files that every Keras which lstmkit allows can open.

A newer Keras names each option of a layer and of an initializer, also those that are left to their
defaults, and an older one refuses an option that it does not know.
"""

import json
import os
import zipfile
from pathlib import Path
from typing import Any

CONFIG = "config.json"
#: Options that came after Keras 3.12, the lowest allowed; null is the default of each.
NEWER = {"input_axes", "output_axes", "quantization_config"}


def make_portable(path: Path) -> None:
    """Take out of a `.keras` file the newer options that are left to their defaults.

    Args:
        path: The file; it is replaced by one with the same weights.
    """
    new = path.with_name(f"portable-{path.name}")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(new, "w") as target:
        for member in old.infolist():
            content = old.read(member)
            if member.filename == CONFIG:
                content = json.dumps(_told(json.loads(content))).encode()
            target.writestr(member, content)
    os.replace(new, path)


def _told(node: Any) -> Any:
    """Return a part of a config without the newer options that are null."""
    if isinstance(node, list):
        return [_told(inner) for inner in node]
    if not isinstance(node, dict):
        return node
    told = {key: inner for key, inner in node.items() if inner is not None or key not in NEWER}
    return {key: _told(inner) for key, inner in told.items()}
