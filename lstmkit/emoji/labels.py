"""Labels and the emoji that stand for them."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

VARIATION_SELECTOR = "\ufe0f"


@dataclass(frozen=True)
class Label:
    """One class.

    Attributes:
        key: As it stands in a CSV, such as `0`.
        emoji: What is shown for it.
        name: In words.
    """

    key: str
    emoji: str
    name: str

    @property
    def value(self) -> int | str:
        """The key as JSON has it: a number where it is one."""
        return int(self.key) if self.key.isdecimal() else self.key

    def sign(self, encoding: str) -> str:
        """Return the emoji, or `:name:` where a terminal of this encoding has none."""
        try:
            self.emoji.encode(encoding)
        except (UnicodeEncodeError, LookupError):
            return f":{self.name}:"
        return self.emoji


def from_config(entries: Mapping[str, str]) -> dict[str, Label]:
    """Return the labels of a config's `labels:` section, by key.

    Args:
        entries: Key to `EMOJI NAME`; without a name, Unicode's is taken.
    """
    found = {}
    for key, text in entries.items():
        emoji, _, name = text.strip().partition(" ")
        found[key] = Label(key, emoji, name.strip() or unicode_name(emoji))
    return found


def from_emoji(column: Iterable[str]) -> list[Label]:
    """Return one label per distinct emoji of a `text,emoji` file, the first one first."""
    emojis = list(dict.fromkeys(column))
    return [Label(str(i), emoji, unicode_name(emoji)) for i, emoji in enumerate(emojis)]


def unicode_name(emoji: str) -> str:
    """Return Unicode's name of an emoji's first sign, in lower case; the text itself if none."""
    sign = emoji.replace(VARIATION_SELECTOR, "")[:1]
    return unicodedata.name(sign, emoji).lower() if sign and ord(sign) > 0x7F else emoji


def to_json(labels: Sequence[Label]) -> list[dict[str, str]]:
    """Return the labels as `labels.json` has them."""
    return [{"key": label.key, "emoji": label.emoji, "name": label.name} for label in labels]


def from_json(rows: Iterable[Mapping[str, str]]) -> tuple[Label, ...]:
    """Return the labels of a run."""
    return tuple(Label(str(r["key"]), str(r["emoji"]), str(r["name"])) for r in rows)
