"""The chords a user asks for: symbols bar by bar, Roman numerals, repeats, or a chart's file."""

import re
from collections.abc import Sequence

from lstmkit import config as configs
from lstmkit.errors import InputError
from lstmkit.music.config import MusicConfig
from lstmkit.music.files.charts import sheet
from lstmkit.music.files.charts.sheet import Chart
from lstmkit.music.files.repeats import Marks, played
from lstmkit.music.theory.chords import MAX_BARS, NATURAL, parse_progression
from lstmkit.music.theory.degrees import Key, root_of_numeral

_NUMERAL = re.compile(r"([#b♯♭]?)(VII|VI|IV|V|III|II|I|vii|vi|iv|v|iii|ii|i)(?![a-hj-z]*[A-H])(.*)")
_KEY = re.compile(r"([A-G][#b]?)\s*(m|min|minor|-|maj|major)?")
_BAR_LINE = re.compile(r"(\|:|:\|{1,2}:?|\|{1,2}:?)")
_ENDING = re.compile(r"\[?([1-9](?:,[1-9])*)[.)]?(?=\s|$)")
_AGAIN = (".", "/")
_SECTION = re.compile(r"\[(?!\d)[^\]|\n]*\](?=\s|$)|^[^\W\d_][\w ]*:(?=\s)", re.MULTILINE)
_BETWEEN = re.compile(r"[,;](?=\s+[A-GIVivH]|\s*(?:\||$))", re.MULTILINE)


def read(text: str, key: str | None = None) -> Chart:
    """Return the chords to play over.

    Args:
        text: Symbols between `|`. `%` or an empty bar repeats the bar before; `.` and `/` the
            chord before, as long as a chord of the bar lasts. `|: ... :|` is played twice, with
            `[1` and `[2` before a first and a second ending. Roman numerals where a key is given.
            The end of a line is the end of a bar; names of parts (`[Verse]`, `Bridge:`) are passed
            over. Or what `charts` reads: a file that has chords, an iReal link.
        key: Such as `Bb` or `F#m`.

    Raises:
        InputError: A symbol, the key or the file cannot be read.
    """
    tonality, name = None if key is None else key_of(key), "the chords given"
    if sheet.is_chart(text):
        written = sheet.text_of(text)
        if written is None:
            return sheet.read(text.strip(), configs.load(MusicConfig, "music", None).data)
        name, text = written
    texts, before = [], ""
    for bar in _played_out(text):
        words = []
        for word in bar.split():
            before = before if word in _AGAIN else _symbol(word, tonality)
            words.append(before)
        texts.append(" ".join(words))
    return Chart(name, parse_progression(" | ".join(texts)), None)


def key_of(text: str) -> Key:
    """Return a key by name.

    Raises:
        InputError: It is none.
    """
    match = _KEY.fullmatch(text.strip())
    if match is None:
        raise InputError(f"--key: {text!r:.20} is no key; expected one such as Bb, F#m, C minor")
    shift = {"#": 1, "b": -1}.get(match[1][1:], 0)
    minor = match[2] in ("m", "min", "minor", "-")
    return Key((NATURAL[match[1][0]] + shift) % 12, minor)


def _played_out(text: str) -> Sequence[str]:
    """Return the bars of a text in the order in which they are played."""
    bars: list[str] = []
    marks: list[Marks] = []
    forward, endings = False, frozenset[int]()
    pieces = [*_BAR_LINE.split(_in_one_line(text)), "|"]
    for content, line in zip(pieces[::2], pieces[1::2], strict=True):
        ending = _ENDING.match(content.strip())
        if ending is not None:
            endings = frozenset(map(int, ending[1].split(",")))
            content = content.strip()[ending.end() :]
        back = line.startswith(":|")
        outer = not bars or line is pieces[-1]
        if content.strip() or not (outer or back or forward):
            bars.append(content)
            marks.append(Marks(forward=forward, times=2 if back else 1, endings=endings))
            forward = False
        if back or line == "||":
            endings = frozenset()
        forward = forward or line.endswith(":")
    if len(bars) > MAX_BARS:
        raise InputError(f"--chords: {len(bars):,} bars; expected at most {MAX_BARS:,}")
    order = played(marks, most=MAX_BARS + 1)
    return [bars[place] for place in order]


def _in_one_line(text: str) -> str:
    """Return a text without names of parts and commas, its lines set apart by bar lines."""
    whole = ""
    for line in _BETWEEN.sub(" ", _SECTION.sub("", text)).split("\n"):
        line = line.strip()
        if whole.endswith("|"):
            line = line.removeprefix("|")  # one bar line for the two
        apart = whole and line and not whole.endswith(("|", ":")) and not line.startswith("|")
        whole += f" | {line}" if apart else line
    return whole


def _symbol(word: str, key: Key | None) -> str:
    """Return a word as `parse_progression` reads it: a numeral as the symbol it is in the key."""
    match = _NUMERAL.fullmatch(word)
    if match is None:
        return word
    if key is None:
        raise InputError(
            f"--chords: {word!r:.20} is a Roman numeral; say in which key: --key Bb, --key F#m"
        )
    sign, numeral, rest = match.groups()
    root = root_of_numeral(sign + numeral, key)
    own = rest.startswith(("m", "dim", "o", "°", "ø", "h", "-")) and not rest.startswith("maj")
    quality = rest if numeral.isupper() or own else f"m{rest}"
    return key.name(0 if root is None else root) + quality
