"""The settings of one layer in `config.json`, read strictly."""

from collections.abc import Mapping
from typing import Any, TypeVar

from lstmkit.errors import InputError

T = TypeVar("T")

MAX_UNITS = 1 << 24


class Settings:
    """The settings of one layer.

    Each method reads one value and raises `InputError` where it is missing, of another type, or
    beyond what the runtime can do. The message names the layer.
    """

    def __init__(self, data: Any) -> None:
        """Take what `config.json` holds for the layer: `class_name` and `config`."""
        if not isinstance(data, dict) or not isinstance(data.get("config"), dict):
            raise InputError("config.json: expected a layer with a class_name and a config.")
        self._values: dict[str, Any] = data["config"]
        self.class_name = str(data.get("class_name"))[:80]
        name = data.get("name", self._values.get("name"))
        self.name = str(name)[:80]

    def refuse(self, reason: str) -> InputError:
        """Return the error that names this layer."""
        return InputError(f"layer {self.name!r} ({self.class_name}): {reason}")

    def value(self, key: str, default: Any = None) -> Any:
        """Return the value of `key` as it is."""
        return self._values.get(key, default)

    def whole(self, key: str) -> int:
        """Return a whole number of at least 1."""
        value = self._values.get(key)
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MAX_UNITS:
            raise self.refuse(
                f"expected {key} to be a whole number of 1 to {MAX_UNITS}, found {value!r:.40}."
            )
        return value

    def flag(self, key: str, *, default: bool = False) -> bool:
        """Return true or false."""
        value = self._values.get(key, default)
        if not isinstance(value, bool):
            raise self.refuse(f"expected {key} to be true or false, found {value!r:.40}.")
        return value

    def axis(self) -> int:
        """Return an axis other than that of the batch."""
        axis = self._values.get("axis")
        if isinstance(axis, bool) or not isinstance(axis, int) or axis == 0 or abs(axis) > 8:
            raise self.refuse(f"expected an axis other than 0, found {axis!r:.40}.")
        return axis

    def choice(self, key: str, choices: Mapping[str, T]) -> T:
        """Return what `choices` has for the name under `key`."""
        value = self._values.get(key)
        if not isinstance(value, str) or value not in choices:
            raise self.refuse(
                f"{key} {value!r:.40} is not supported; supported are {', '.join(choices)}."
            )
        return choices[value]

    def require_plain(self) -> None:
        """Refuse what would change the numbers silently: states between batches, other floats."""
        if self._values.get("stateful"):
            raise self.refuse("a stateful layer is not supported; save it with stateful=False.")
        if self._values.get("quantization_config") is not None:
            raise self.refuse("quantised weights are not supported.")
        policy = self._values.get("dtype", "float32")
        if isinstance(policy, dict):
            policy = (policy.get("config") or {}).get("name")
        if policy != "float32":
            raise self.refuse(f"expected float32, found {policy!r:.40}.")
