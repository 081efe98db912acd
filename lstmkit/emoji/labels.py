"""Labels, and the emoji that stand for them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

NONE = "none"


@dataclass(frozen=True)
class Label:
    """One class.

    Attributes:
        key: As it stands in a CSV, such as `0`.
        emoji: What is shown for it; "" where it has none.
        name: In words.
    """

    key: str
    emoji: str
    name: str

    @property
    def value(self) -> int | str:
        """The key as JSON has it: a number where it is one."""
        return int(self.key) if self.key.isdecimal() else self.key

    @property
    def is_none(self) -> bool:
        """Whether this is the answer that no emoji fits."""
        return not self.emoji and self.name == NONE

    @property
    def title(self) -> str:
        """Emoji and name, as tables show them."""
        return f"{self.emoji} {self.name}".strip()

    def sign(self, encoding: str) -> str:
        """Return the emoji, or `:name:` where there is none, or a terminal cannot show it."""
        try:
            self.emoji.encode(encoding)
        except (UnicodeEncodeError, LookupError):
            return f":{self.name}:"
        return self.emoji or f":{self.name}:"


def none_of(labels: Sequence[Label]) -> int | None:
    """Return the index of the class that means no emoji, or None where there is no such class."""
    return next((i for i, label in enumerate(labels) if label.is_none), None)


def to_json(labels: Sequence[Label]) -> list[dict[str, str]]:
    """Return the labels as `labels.json` has them."""
    return [{"key": label.key, "emoji": label.emoji, "name": label.name} for label in labels]


def from_json(rows: Iterable[dict[str, str]]) -> tuple[Label, ...]:
    """Return the labels of a run."""
    return tuple(Label(str(r["key"]), str(r["emoji"]), str(r["name"])) for r in rows)
