"""Which classes the cells of a label column stand for: keys, emojis, short names, words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

import emoji as unicode_emoji

from lstmkit.emoji.labels import NONE, Label

VARIATION_SELECTOR = "\ufe0f"
WHOLE = re.compile(r"(\d+)\.0+")
LONGEST_NAME = 40  # characters; a longer cell is a text, not a label
#: The emoji of a word that stands for itself in a label column; the others have none.
WORDS = {
    "positive": "👍", "pos": "👍", "good": "👍", "negative": "👎", "neg": "👎", "bad": "👎",
    "neutral": "😐", "joy": "😄", "happy": "😄", "happiness": "😄", "sad": "😞", "sadness": "😞",
    "angry": "😠", "anger": "😠", "fear": "😨", "disgust": "🤢", "surprise": "😮", "love": "❤️",
    "spam": "🚫", "optimism": "🌅", "sport": "⚾", "food": "🍴",
}  # fmt: skip


def from_config(entries: Mapping[str, str]) -> dict[str, Label]:
    """Return the labels of a config's `labels:` section, by key.

    Args:
        entries: Key to `EMOJI NAME`; without a name, Unicode's is taken; `none` alone is the
            answer that no emoji fits.
    """
    found = {}
    for key, text in entries.items():
        emoji, _, name = text.strip().partition(" ")
        if emoji.lower() == NONE and not name:
            found[key] = Label(key, "", NONE)
        else:
            found[key] = Label(key, emoji, name.strip() or unicode_name(emoji))
    return found


def from_column(cells: Sequence[str], entries: Mapping[str, str]) -> tuple[Label, ...]:
    """Return the classes of a label column, one per distinct meaning of its cells.

    The config's keys, where all cells are some of them or their emojis; else emojis and words, in
    the order of the file, each with its own name.
    """
    present = dict.fromkeys(map(canonical, cells))
    listed = from_config(entries)
    by_sign = {canonical(label.emoji): label for label in listed.values() if label.emoji}
    if present.keys() <= listed.keys():
        return tuple(label for key, label in listed.items() if key in present)
    if present.keys() <= by_sign.keys():
        return tuple(label for sign, label in by_sign.items() if sign in present)
    shown = _commonest_forms(cells)
    signs_only = all(map(is_emoji, present))
    keys = map(str, range(len(present))) if signs_only else present
    return tuple(_own(key, cell, listed, shown) for key, cell in zip(keys, present, strict=False))


def index_of(labels: Sequence[Label]) -> dict[str, int]:
    """Return the class number of every canonical cell that stands for a class."""
    found = {label.key: i for i, label in enumerate(labels)}
    return found | {canonical(label.emoji): i for i, label in enumerate(labels) if label.emoji}


def canonical(cell: str) -> str:
    """Return the one form of a label: `2` for `2.0`, an emoji for its `:name:`, no selector.

    The variation selector only asks for a coloured picture: a heart with it and one without are
    the same emoji.
    """
    text = cell.strip()
    if text.startswith(":") and text.endswith(":"):
        text = unicode_emoji.emojize(text, language="alias")
    whole = WHOLE.fullmatch(text)
    return whole[1] if whole else text.replace(VARIATION_SELECTOR, "")


def is_emoji(text: str) -> bool:
    """Return whether a text is one emoji, or several and nothing else."""
    return bool(text) and unicode_emoji.purely_emoji(text)


def unicode_name(emoji: str) -> str:
    """Return Unicode's name of an emoji, in lower case; the text itself if it is none."""
    if not is_emoji(emoji):
        return emoji
    names = unicode_emoji.demojize(emoji, delimiters=("", " "))
    return names.replace("_", " ").strip().lower()


def _own(key: str, cell: str, listed: Mapping[str, Label], shown: Mapping[str, str]) -> Label:
    """Return the class of one cell of a file that has labels of its own."""
    if cell in listed:
        return listed[cell]
    if cell.lower() == NONE:
        return Label(cell, "", NONE)
    if is_emoji(cell):
        return Label(key, shown[cell], unicode_name(cell))
    return Label(cell, WORDS.get(cell.lower(), ""), cell)


def _commonest_forms(cells: Sequence[str]) -> dict[str, str]:
    """Return for each canonical cell the form that most of the file has, selector and all."""
    counts = Counter(cells)
    forms: dict[str, str] = {}
    for cell, _ in counts.most_common():
        form = unicode_emoji.emojize(cell, language="alias") if cell.startswith(":") else cell
        forms.setdefault(canonical(cell), form)
    return forms
