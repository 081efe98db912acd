"""Texts of a MIDI file: names in whatever encoding, and which texts are chord symbols."""

import re
from collections.abc import Sequence
from fractions import Fraction

from lstmkit.music.theory import chords

LONGEST_NAME = 60
SHARE_OF_CHORDS = 0.5  # of the texts of one kind; above it they are chord symbols

Text = tuple[Fraction, str]  # quarters from the start, and what it says

_SUNG = re.compile(r"^[\\/]|^@[A-Z]")  # how karaoke files begin a line, and their headings
_SECTION = re.compile(r"[A-Z][1-48]?'*")
_JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff\uff66-\uff9f]")
_KANJI = r"[\u4e00-\u9fff\uff66-\uff9f]"
_BESIDE_A_LETTER = re.compile(f"[A-Za-z]{_KANJI}|{_KANJI}[a-z]")
_KANA = re.compile(r"[\u3040-\u30ff]")


def decoded(data: bytes) -> str:
    """Return a text of a MIDI file, which does not say how it is encoded.

    UTF-8 hardly fits by chance. Shift-JIS does, with accented letters of Western names: it is taken
    where kana are among its characters, or where no kanji stands beside a Latin letter.
    """
    for encoding in ("utf-8", "shift_jis"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        japanese = _KANA.search(text) or (
            _JAPANESE.search(text) and not _BESIDE_A_LETTER.search(text)
        )
        if encoding == "utf-8" or japanese:
            return text
    return data.decode("cp1252", "replace")


def printable(text: str) -> str:
    """Return a name in one line, without what a terminal cannot show."""
    shown = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(shown.split())[:LONGEST_NAME]


def chord_symbols(texts: Sequence[Text]) -> list[Text]:
    """Return the texts if they are chord symbols; none if they are something else.

    Args:
        texts: All texts of one kind in one track.

    Returns:
        The chord symbols and the `N.C.` among them, if they are most of the texts and neither the
        syllables of a song nor the letters of its sections.
    """
    said = [(at, text.strip().strip("\0").strip()) for at, text in texts]
    said = [(at, text) for at, text in said if text]
    if any(_SUNG.match(text) for _, text in said):
        return []
    found = [(at, text) for at, text in said if _is_harmony(text)]
    if len(found) <= SHARE_OF_CHORDS * len(said) or _are_sections([text for _, text in found]):
        return []
    return found


def _is_harmony(text: str) -> bool:
    return text in chords.NO_CHORDS or chords.is_symbol(text)


def _are_sections(said: Sequence[str]) -> bool:
    """Tell whether texts are the names of sections: A A B A, or A1 A2 B1, and no more."""
    if not all(_SECTION.fullmatch(text) for text in said):
        return False
    if any(len(text) > 1 for text in said):
        return True
    newest = "@"  # the letter before A
    for letter in said:
        if letter > chr(ord(newest) + 1):
            return False
        newest = max(newest, letter)
    return True
