"""A text file into examples of characters, and back."""

import logging
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lstmkit.bounds import read_file
from lstmkit.cells.types import Array
from lstmkit.config import package_folder
from lstmkit.errors import InputError
from lstmkit.letters.config import DataConfig

END = "\n"
MAX_BYTES = 64 << 20
MAX_CHARACTERS = 1000

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Vocabulary:
    """The characters a model knows, each with its number.

    Attributes:
        characters: Sorted; the number of a character is its place.
    """

    characters: str

    def __len__(self) -> int:
        return len(self.characters)

    def encode(self, text: str) -> NDArray[np.intp]:
        """Return the number of each character.

        Raises:
            InputError: A character is not known.
        """
        number = {character: k for k, character in enumerate(self.characters)}
        unknown = sorted(set(text) - number.keys())
        if unknown:
            known = "".join(character for character in self.characters if character != END)
            raise InputError(
                f"{text!r:.60}: the model has never seen {', '.join(map(repr, unknown[:5]))}; "
                f"it knows {known}"
            )
        return np.array([number[character] for character in text], np.intp)

    def decode(self, numbers: Sequence[int] | NDArray[np.intp]) -> str:
        """Return the characters of numbers."""
        return "".join(self.characters[number] for number in numbers)


@dataclass(frozen=True)
class Dataset:
    """What is learnt from.

    Attributes:
        path: The file.
        unit: `line` or `text`.
        texts: The examples; each line ends with `END`.
        vocabulary: Their characters.
    """

    path: Path
    unit: str
    texts: tuple[str, ...]
    vocabulary: Vocabulary


def sample_path() -> Path:
    """Return the list of names that ships with the package."""
    return package_folder("data") / "letters" / "names.txt"


def load(path: Path | None, config: DataConfig) -> Dataset:
    """Read a file of names, one a line, or of running text.

    Args:
        path: UTF-8 text; None: the names that ship with the package.
        config: Unit and window.

    Raises:
        InputError: The file cannot be read, is too large, is not UTF-8, or holds too little.
    """
    path = path or sample_path()
    text = _read(path)
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    longest = max(map(len, lines), default=0)
    unit = config.unit
    if unit == "auto":
        unit = "line" if longest <= config.window else "text"
    if unit == "line":
        if longest > config.window:
            raise InputError(
                f"{path}: a line has {longest} characters; expected at most {config.window}; "
                f"use --set data.window={longest}, or --set data.unit=text for running text"
            )
        texts = tuple(line + END for line in dict.fromkeys(lines))
        if len(texts) < len(lines):
            log.warning("%s: %d lines stand twice; kept once", path, len(lines) - len(texts))
    else:
        starts = range(0, len(text), config.window)
        texts = tuple(text[start : start + config.window] for start in starts)
    if len(texts) < 2:
        raise InputError(
            f"{path}: expected at least 2 {'lines' if unit == 'line' else 'windows of text'}, "
            f"found {len(texts)}"
        )
    characters = "".join(sorted(set(text) | {END}))
    if len(characters) > MAX_CHARACTERS:
        raise InputError(
            f"{path}: {len(characters)} different characters; expected at most {MAX_CHARACTERS}"
        )
    return Dataset(path, unit, texts, Vocabulary(characters))


def examples(vocabulary: Vocabulary, texts: Sequence[str]) -> tuple[Array, Array]:
    """Turn texts into what the cell sees and what comes next.

    At each step the cell sees the character before, and nothing, a column of zeros, at the first.
    Shorter texts are filled up with columns of zeros, which count for nothing in the loss.

    Args:
        vocabulary: Numbers the characters.
        texts: The examples of one batch.

    Returns:
        `x` and `y`, one-hot, `(n_x, m, T_x)` each; n_x characters, m texts, T_x as the longest.
    """
    T_x = max(map(len, texts))
    y = np.zeros((len(vocabulary), len(texts), T_x))
    for k, text in enumerate(texts):
        y[vocabulary.encode(text), k, np.arange(len(text))] = 1
    x = np.zeros_like(y)
    x[:, :, 1:] = y[:, :, :-1]
    return x, y


def _read(path: Path) -> str:
    try:
        content = read_file(path, MAX_BYTES)
        if content is None:
            raise InputError(f"{path}: too large; expected at most {MAX_BYTES:,} bytes")
        text = content.decode("utf-8-sig")
    except OSError as error:
        raise InputError(f"{path}: cannot read it: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 (byte {error.start}); save it as UTF-8") from error
    if "\0" in text:
        raise InputError(f"{path}: holds zero bytes; expected a text file")
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
