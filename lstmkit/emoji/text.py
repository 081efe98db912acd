"""From what somebody typed to words that have a vector.

Everything a table of lower-case words cannot know is settled here: capitals, punctuation,
contractions, `sooo`, emoji, links, British or American spelling, inflections and slips. Each
piece of the text keeps its own spelling beside the words it is read as, so that nothing is lost
silently: a word without a vector is masked, counted and shown.
"""

import html
import math
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from lstmkit.emoji.lexicon import (
    CONTRACTIONS,
    EMOTICONS,
    ENDINGS,
    SIGN_WORDS,
    SPELLINGS,
    WITH_IS,
    near_words,
)

MAX_WORD = 40  # letters; a longer run of letters is no word of any table
MIN_SLIP = 6  # letters; below, one edit turns most words into some other word
SLIP_RANK = 40_000  # a slip is read as a frequent word only
SHORT_RANK = 100  # of `a`, `i` and `cant`, which the table that ships does not have
COMMON_RANK = 1500  # a shorter word than four letters beyond it is mostly an abbreviation
PER_WORD, PER_STRANGE_LETTER = 2.0, 3.0  # nats
LETTERS = "abcdefghijklmnopqrstuvwxyz"

_EMOTICON = "|".join(
    re.escape(e) for e in sorted(EMOTICONS, key=len, reverse=True) if not e.isalnum()
)
_PIECE = re.compile(
    r"(?P<skip>https?://\S+|www\.\S+|(?<!\S)@?[^\s@]+@\S+\.\w+|@\w+)"
    rf"|(?P<emoticon>(?<!\w)(?:{_EMOTICON})(?!\w))"
    r"|(?P<pair>\bany more\b)"
    r"|(?P<hashtag>#[^\W\d_]\w*)"
    r"|(?P<word>[^\W_]+(?:['-][^\W_]+)*)"
    r"|(?P<sign>[^\w\s])"
)
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u2060\ufeff\u180e"))
_CAPITALS = re.compile(
    r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|_|(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Za-z])"
)
_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'", "‐": "-", "‑": "-"})
_LONG_RUN = re.compile(r"(.)\1{2,}")
_LAUGH = re.compile(r"(?:(?:ha|he|hi|ah)+h?|(?:lo)+l)")


@dataclass(frozen=True)
class Piece:
    """One piece of a text.

    Attributes:
        surface: As it was typed, lower-cased.
        words: The words with a vector that it is read as; empty if there is none.
        unknown: Its words without a vector.
    """

    surface: str
    words: tuple[str, ...]
    unknown: tuple[str, ...] = ()


class Reader:
    """Read texts with the words of one vector table.

    Args:
        vocabulary: Word to its rank, the most frequent first.
    """

    def __init__(self, vocabulary: Mapping[str, int]) -> None:
        """Keep the vocabulary; remember the words met last."""
        self.vocabulary = vocabulary
        self._read_word = lru_cache(maxsize=1 << 16)(self._read_word_slowly)

    def read(self, text: str) -> list[Piece]:
        """Split a text into pieces: words, emoticons and emoji; punctuation and links drop out."""
        pieces = []
        for match in _PIECE.finditer(plain(text)):
            surface = match.group().lower()
            if match.lastgroup == "word":
                pieces.append(self._read_word(surface))
            elif match.lastgroup == "hashtag":
                pieces += [self._read_word(word) for word in self._parted(match.group()[1:])]
            elif match.lastgroup == "pair":
                pieces.append(replace(self._read_word("anymore"), surface=surface))
            elif match.lastgroup == "emoticon":
                pieces.append(Piece(surface, *self._known([EMOTICONS[surface]])))
            elif match.lastgroup == "sign" and (words := _sign_words(surface)):
                pieces.append(Piece(surface, *self._known(words)))
        return pieces

    def _parted(self, tag: str) -> list[str]:
        """Return the words of a hashtag: by its capitals, and joined letters by their ranks."""
        parts = [part.lower() for part in _CAPITALS.split(tag) if part]
        return [word for part in parts for word in self._joined(part)]

    def _joined(self, letters: str) -> list[str]:
        if letters in self.vocabulary or not letters.isalpha():
            return [letters]
        return likeliest_words(letters, self.vocabulary)

    def _known(self, words: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        known = tuple(word for word in words if word in self.vocabulary)
        return known, () if known else tuple(words)

    def _read_word_slowly(self, surface: str) -> Piece:
        known: list[str] = []
        unknown: list[str] = []
        for word in expand_contraction(surface):
            found = self._resolve(word)
            known += found
            if not found and sum(map(str.isalpha, word)) > 1:
                unknown.append(word)
        return Piece(surface, tuple(known), tuple(unknown))

    def _resolve(self, word: str) -> tuple[str, ...]:
        """Return the words with a vector that a word is read as, the closest reading first."""
        if word in self.vocabulary:
            return (word,)
        if len(word) > MAX_WORD:
            return ()
        near = self._near(word)
        if near:
            return near
        for candidate in (*shortened(word), *respelled(word), *base_forms(word)):
            if candidate in self.vocabulary:
                return (candidate,)
            if near := self._near(candidate):
                return near
        if "-" in word:
            return tuple(w for part in word.split("-") for w in self._resolve(part))
        return self._without_slip(word)

    def _near(self, word: str) -> tuple[str, ...]:
        return tuple(w for w in near_words().get(word, ()) if w in self.vocabulary)

    def _without_slip(self, word: str) -> tuple[str, ...]:
        if len(word) < MIN_SLIP or not word.isascii() or not word.isalpha():
            return ()
        ranks = ((self.vocabulary.get(edit, SLIP_RANK), edit) for edit in one_edit_away(word))
        rank, best = min(ranks)
        return (best,) if rank < SLIP_RANK else ()


def plain(text: str) -> str:
    """Return a text without what only looks: HTML entities, signs of no width, curly quotes.

    Examples:
        >>> plain("I &lt;3 you, my sis\u200bter")
        'I <3 you, my sister'
    """
    text = html.unescape(text) if "&" in text else text
    text = unicodedata.normalize("NFKC", text).translate(_INVISIBLE)
    return text.translate(_APOSTROPHES)


def likeliest_words(letters: str, vocabulary: Mapping[str, int]) -> list[str]:
    """Return the words that joined letters are most likely made of.

    A word's rank stands for its frequency (Zipf): the split with the highest product wins. Letters
    of no word of the table may stay together too, at a price that grows with their number.

    Args:
        letters: In lower case.
        vocabulary: Word to its rank, the most frequent first.
    """
    best: list[tuple[float, int]] = [(0.0, 0)]  # cost of the letters so far, start of the last word
    for end in range(1, len(letters) + 1):
        first = max(0, end - MAX_WORD)
        best.append(
            min(
                (best[start][0] + _cost(letters[start:end], vocabulary), start)
                for start in range(first, end)
            )
        )
    end = len(letters)
    words: list[str] = []
    while end:
        words.insert(0, letters[best[end][1] : end])
        end = best[end][1]
    return words


def _cost(word: str, vocabulary: Mapping[str, int]) -> float:
    """Return minus the logarithm of how likely a word is, but for a constant."""
    if word in ("a", "i") or word in CONTRACTIONS:
        return PER_WORD + math.log(SHORT_RANK)
    rank = vocabulary.get(word, SLIP_RANK if word in near_words() else None)
    if rank is not None and (len(word) > 3 or rank < COMMON_RANK):
        return PER_WORD + math.log(rank + 2)
    return PER_WORD + math.log(SLIP_RANK) + PER_STRANGE_LETTER * len(word)


def expand_contraction(word: str) -> list[str]:
    """Return `do not` for `don't`: lower case, straight apostrophe; other words as they are.

    Examples:
        >>> expand_contraction("can't")
        ['can', 'not']
        >>> expand_contraction("mother's")
        ['mother']
    """
    if word in CONTRACTIONS:
        return CONTRACTIONS[word].split()
    if "'" not in word:
        return [word]
    for ending, meaning in ENDINGS:
        if word.endswith(ending) and len(word) > len(ending):
            return [*expand_contraction(word.removesuffix(ending)), meaning]
    if word.endswith("'s"):
        stem = word.removesuffix("'s")
        return [stem, "is"] if stem in WITH_IS else expand_contraction(stem)
    return word.split("'")


def shortened(word: str) -> Iterator[str]:
    """Yield readings of a lengthened word: `sooo` as `so`, `hahaha` as `haha`."""
    if _LAUGH.fullmatch(word) and len(word) > 3:
        yield "haha" if "l" not in word else "lol"
    if _LONG_RUN.search(word) or re.search(r"(.)\1$", word):
        once = _LONG_RUN.sub(r"\1", word)
        yield _LONG_RUN.sub(r"\1\1\1", word)
        yield once
        yield _LONG_RUN.sub(r"\1\1", word)
        yield re.sub(r"(.)\1+", r"\1", word)
        yield re.sub(r"(.)\1+$", r"\1", once)


def respelled(word: str) -> Iterator[str]:
    """Yield the American spelling of a British word, the other way round, and without accents."""
    if not word.isascii():
        decomposed = unicodedata.normalize("NFD", word)
        yield "".join(c for c in decomposed if not unicodedata.combining(c))
    for british, american in SPELLINGS:
        if word.endswith(british):
            yield word.removesuffix(british) + american
        if word.endswith(american):
            yield word.removesuffix(american) + british


def base_forms(word: str) -> Iterator[str]:
    """Yield shorter words that a word may be built on: `giggled` on `giggle`."""
    for ending in ("s", "d", "r", "st", "es", "ed", "er", "est", "ing", "ly", "y"):
        stem = word.removesuffix(ending)
        if len(stem) < (3 if ending == "s" else 4) or stem == word:
            continue
        yield stem
        if ending in ("ing", "ed", "er", "est"):
            yield stem + "e"
            if stem[-1] == stem[-2]:
                yield stem[:-1]
        if stem.endswith("i"):
            yield stem[:-1] + "y"


def one_edit_away(word: str) -> Iterator[str]:
    """Yield all strings with the same first letter that one slip of the keys turns into `word`.

    A letter too many, too few, wrong, or two swapped (Damerau, 1964).
    """
    for i in range(1, len(word) + 1):
        head, tail = word[:i], word[i:]
        if tail:
            yield head + tail[1:]
            yield from (head + letter + tail[1:] for letter in LETTERS)
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
        yield from (head + letter + tail for letter in LETTERS)
    yield word[1] + word[0] + word[2:]


def _sign_words(sign: str) -> list[str]:
    """Return what an emoji's Unicode name says: 🍕 is a slice of pizza; nothing for punctuation."""
    if unicodedata.category(sign) != "So" or ord(sign) < 0x2600:
        return []
    words = re.findall(r"[a-z]+", unicodedata.name(sign, "").lower())
    return [word for word in words if word not in SIGN_WORDS]


def mostly_unread(pieces: Sequence[Piece]) -> bool:
    """Return whether more words of a text have no vector than have one, or nothing was read."""
    unread = sum(bool(piece.unknown) for piece in pieces)
    return unread > sum(bool(piece.words) for piece in pieces) or not any(p.words for p in pieces)


def unknown_words(pieces: Sequence[Piece]) -> list[str]:
    """Return the words of a text that have no vector, each once, in order."""
    return list(dict.fromkeys(word for piece in pieces for word in piece.unknown))


def known_words(pieces: Sequence[Piece]) -> list[str]:
    """Return the words of a text that have a vector, in order."""
    return [word for piece in pieces for word in piece.words]
