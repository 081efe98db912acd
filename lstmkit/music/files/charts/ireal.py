"""Chord charts as iReal Pro shares them: `irealb://` and `irealbook://` links.

A link holds title, composer, style, key and the chart, parted by `=`; in `irealb://` the chart is
scrambled in blocks of 50 characters. Source: the file format that iReal Pro documents for
developers (irealbook), and what is publicly known of the other.
"""

import re
from dataclasses import replace
from urllib.parse import unquote

from lstmkit.errors import InputError
from lstmkit.music.files import repeats
from lstmkit.music.files.repeats import Marks
from lstmkit.music.theory import chords

LINK = re.compile(r"irealb(?:ook)?://([^\"'<>\r\n]+)")
SCRAMBLED = "1r34LbKcu7"
BLOCK = 50
MOST_BARS = 1000  # as they are played

_TOKEN = re.compile(
    r"<[^<>]*>|\*[A-Za-z]|T\d\d|N[0-3]|\([^()]*\)|[A-GW](?:[b#])?[-+^ohsualtdm0-9b#]*(?:/[A-G][b#]?)?"
    r"|[{}\[\]|Zxrnp]|."
)


def progression(text: str, where: str) -> str:
    """Return the first chart of some text as bars between `|`, repeats played out.

    Args:
        text: That holds a link.
        where: Name of the file, for error messages.

    Raises:
        InputError: If it holds no chart.
    """
    match = LINK.search(text)
    fields = unquote(match[1]).split("=") if match else []
    charts = [field for field in fields if field.startswith(SCRAMBLED) or "|" in field]
    chart = charts[0] if charts else ""
    if chart.startswith(SCRAMBLED):
        chart = _unscrambled(chart.removeprefix(SCRAMBLED))
    bars, marks = _bars(chart)
    order = repeats.played(marks, most=MOST_BARS)
    if not any(bars):
        raise InputError(f"{where}: no chord chart in this iReal link")
    return " | ".join(bars[index] for index in order)


def _unscrambled(text: str) -> str:
    blocks = max(0, -(-(len(text) - BLOCK - 1) // BLOCK))  # the last one or two signs stay
    found = []
    for start in range(0, blocks * BLOCK, BLOCK):
        letters = list(text[start : start + BLOCK])
        for place in (*range(5), *range(10, 24)):
            letters[place], letters[-1 - place] = letters[-1 - place], letters[place]
        found += letters
    whole = "".join(found) + text[blocks * BLOCK :]
    return whole.replace("Kcl", "| x").replace("LZ", " |").replace("XyQ", "   ")


class _Chart:
    """Bars of chords with their repeats, as they are gathered from a chart."""

    def __init__(self) -> None:
        self.bars: list[str] = []
        self.marks: list[Marks] = []
        self._words: list[str] = []
        self._marks = Marks()
        self._endings: frozenset[int] = frozenset()
        self._root = ""

    def add(self, sign: str) -> None:
        """Take in one sign."""
        if sign in "|[]Z{}":
            self._end_bar(repeats_back=sign == "}")
            if sign == "{":
                self._marks = replace(self._marks, forward=True)
        elif sign[0] == "N" and sign[1:].isdecimal():
            self._endings = frozenset({max(1, int(sign[1:]))})
        elif sign in ("x", "r"):
            self._repeat(1 if sign == "x" else 2)
        elif sign == "n":
            self._words.append(chords.NO_CHORDS[0])
        elif sign[0] in "ABCDEFGW" and not sign.startswith("*"):
            self._chord(sign)

    def _chord(self, sign: str) -> None:
        if sign[0] == "W":  # the root before, over another bass
            sign = self._root + sign[1:]
        self._root = sign.partition("/")[0]
        known = re.sub(r"^([A-G][b#]?)h(?!\d)", r"\1m7b5", sign)
        if chords.is_symbol(known):
            self._words.append(known)

    def _repeat(self, count: int) -> None:
        """Play the bar before once more, or the two bars before in this and the next."""
        if count == 1:
            self._words += ["%"] * bool(self.bars)
        elif len(self.bars) >= count:
            self.bars += self.bars[-count:]
            self.marks += [replace(Marks(), endings=self._endings)] * count

    def _end_bar(self, *, repeats_back: bool) -> None:
        if self._words:
            before = self.bars[-1] if self.bars else ""
            self.bars.append(before if self._words == ["%"] else " ".join(self._words))
            self.marks.append(replace(self._marks, endings=self._endings))
            self._words, self._marks = [], Marks()
        if repeats_back and self.marks:
            self.marks[-1] = replace(self.marks[-1], times=2)
        if repeats_back:
            self._endings = frozenset()


def _bars(chart: str) -> tuple[list[str], list[Marks]]:
    found = _Chart()
    for match in _TOKEN.finditer(chart + "|"):
        found.add(match[0])
    return found.bars, found.marks
