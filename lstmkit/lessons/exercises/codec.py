"""Values to JSON and back, between our process and the one that runs the reader's code.

No pickle: what comes back from code that we do not know is data, never an instruction.
"""

import base64
from typing import Any

import numpy as np

KINDS = "biuf"


class Other:
    """What no answer should be: a type that is neither number, text, array nor a list of them."""

    def __init__(self, name: str) -> None:
        """Keep the name of the type."""
        self.name = name


def encode(value: Any) -> Any:
    """Return a value as JSON has it; what it does not know becomes the name of its type."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, np.ndarray | np.generic):
        array = np.asarray(value)
        if array.dtype.kind not in KINDS:
            return {"other": f"an array of {array.dtype}"}
        data = base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()
        return {"array": array.dtype.str, "shape": list(array.shape), "data": data}
    if isinstance(value, tuple):
        return {"tuple": [encode(one) for one in value]}
    if isinstance(value, list):
        return [encode(one) for one in value]
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return {"dict": {key: encode(one) for key, one in value.items()}}
    return {"other": "..." if value is ... else type(value).__name__}


def decode(content: Any) -> Any:
    """Return what `encode` was given.

    Raises:
        ValueError: It is no such content.
        LookupError: The same.
    """
    if isinstance(content, list):
        return [decode(one) for one in content]
    if not isinstance(content, dict):
        return content
    if "array" in content:
        dtype = np.dtype(str(content["array"]))
        if dtype.kind not in KINDS:
            raise ValueError(f"an array of {dtype}")
        flat = np.frombuffer(base64.b64decode(content["data"]), dtype)
        return flat.reshape(content["shape"]).copy()
    if "tuple" in content:
        return tuple(decode(one) for one in content["tuple"])
    if "dict" in content:
        return {key: decode(one) for key, one in content["dict"].items()}
    return Other(str(content["other"]))
