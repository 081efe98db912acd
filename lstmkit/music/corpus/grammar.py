"""The jazz grammar: notes to tokens and back.

A token describes a note by what it does, not by what it is: `C,0.250,<P4,m-2>` is a chord tone, a
quarter of a beat long, somewhere from a perfect fourth above to a minor second below the note
before. Kinds are seen against the chord of the moment:

    C  tone of the chord          A  approach: a half step from a tone of the chord
    S  tone of its scale          X  any other note          R  rest

The range is the interval from the note before, plus and minus a minor third; its middle is that
interval itself, so a token can be turned back into the very note. Melodies in tokens have no key:
what was learned in F is at home over any chord.

Source: Gillick, Tang and Keller, "Learning Jazz Grammars" (2009), in the form that jazzml and
deepjazz gave it and the tutorial uses. `Grammar.tutorial()` is that form. The default differs:

1. Rests are tokens, so that notes come back where they were (the tutorial drops the time between
   notes).
2. Intervals reach across bar lines, and bars end with `|`, or with `%` where the next bar goes on
   over the same chord, so that a model can know where it is and plays more of the scale where
   harmony rests.
3. Intervals are spelled by size alone: E- to F# and E- to G- are the same third.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from lstmkit.music.files.score import Measure, Note, chord_at, kind_of
from lstmkit.music.theory.chords import Chord
from lstmkit.music.theory.pitch import MINOR_THIRD, Interval, plain_interval

KINDS = "CSAXR"
BAR, REPEAT = "|", "%"
BAR_LINES = (BAR, REPEAT)
FINEST = (
    24  # durations are multiples of a 24th of a quarter or coarser; three decimals tell them apart
)
VELOCITY = 90


class Token(NamedTuple):
    """One value of the grammar.

    Attributes:
        kind: C, S, A, X or R.
        duration: In quarters.
        interval: From the note before, the middle of the range; None where there is none.
    """

    kind: str
    duration: Fraction
    interval: Interval | None = None

    def __str__(self) -> str:
        """Return the text that stands in the corpus."""
        text = f"{self.kind},{float(self.duration):.3f}"
        if self.interval is None:
            return text
        return f"{text},<{self.interval + MINOR_THIRD},{self.interval + -MINOR_THIRD}>"

    @classmethod
    def parse(cls, text: str) -> Token:
        """Read a token from its text.

        Raises:
            ValueError: If the text is no token.
        """
        kind, _, rest = text.partition(",")
        number, _, span = rest.partition(",")
        try:
            duration = Fraction(number).limit_denominator(FINEST)
        except (ValueError, ZeroDivisionError, OverflowError):
            duration = Fraction(0)
        if len(kind) != 1 or kind not in KINDS or not 0 < duration <= 64:
            raise ValueError(f"{text!r} is not a token; expected one such as C,0.250,<P4,m-2>")
        if not span:
            return cls(kind, duration)
        upper, _, lower = span.removeprefix("<").removesuffix(">").partition(",")
        ends = Interval.parse(upper), Interval.parse(lower)
        middle = Interval(
            (ends[0].steps + ends[1].steps) // 2, (ends[0].semitones + ends[1].semitones) // 2
        )
        return cls(kind, duration, middle)


@dataclass(frozen=True)
class Grammar:
    """The choices that make a dialect of the grammar.

    Attributes:
        rests: Whether silence is a token; else notes are strung together.
        across_bars: Whether the first note of a bar has an interval to the bar before.
        bar_lines: Whether each bar ends with `|` or `%`.
        plain_intervals: Whether intervals are spelled by size alone.
    """

    rests: bool = True
    across_bars: bool = True
    bar_lines: bool = True
    plain_intervals: bool = True

    @classmethod
    def tutorial(cls) -> Grammar:
        """Return the tutorial's own dialect."""
        return cls(rests=False, across_bars=False, bar_lines=False, plain_intervals=False)

    def interval(self, start: int, end: int) -> Interval:
        """Return the interval between two MIDI pitches in the spelling of this dialect."""
        return plain_interval(end - start) if self.plain_intervals else Interval.between(start, end)


def tokenize(measures: Iterable[Measure], grammar: Grammar) -> list[list[Token]]:
    """Describe a melody, bar by bar.

    Args:
        measures: Consecutive bars. Notes of one onset are described one after the other; a note
            that lasts into the next one or over the bar line is cut there, unless `grammar.rests`
            is off.
        grammar: The dialect.

    Returns:
        The tokens of each bar.
    """
    result = []
    previous: int | None = None
    for measure in measures:
        if not grammar.across_bars:
            previous = None
        tokens: list[Token] = []
        now = measure.bar.start
        for note, end in _line(measure, grammar):
            if grammar.rests and note.onset > now:
                tokens.append(Token("R", note.onset - now))
            interval = None if previous is None else grammar.interval(previous, note.pitch)
            kind = kind_of(note.pitch, chord_at(measure.chords, note.onset))
            tokens.append(Token(kind, end - note.onset, interval))
            previous, now = note.pitch, end
        if grammar.rests and now < measure.bar.end:
            tokens.append(Token("R", measure.bar.end - now))
        result.append(tokens)
    return result


def _line(measure: Measure, grammar: Grammar) -> Iterator[tuple[Note, Fraction]]:
    """Yield the notes of a bar, each with its end."""
    notes = measure.notes
    if not grammar.rests:
        yield from ((note, note.end) for note in notes)
        return
    ends = [note.onset for note in notes[1:]] + [measure.bar.end]
    for note, limit in zip(notes, ends, strict=True):
        end = min(note.end, limit, measure.bar.end)
        if end > note.onset:
            yield note, end


def as_text(
    bars: Sequence[Sequence[Token]], measures: Sequence[Measure], grammar: Grammar
) -> list[str]:
    """Return the tokens of a passage as texts, with bar lines if the dialect has them."""
    corpus = []
    for tokens, measure, following in zip(bars, measures, [*measures, None][1:], strict=True):
        corpus += [str(token) for token in tokens]
        if grammar.bar_lines:
            corpus.append(bar_line(measure, following))
    return corpus


def bar_line(measure: Measure, following: Measure | None) -> str:
    """Return what stands between two bars: `%` if the chord goes on from one into the other."""
    if following is None:
        return BAR
    goes_on = chord_at(following.chords, following.bar.start) == measure.chords[-1].chord
    return REPEAT if goes_on else BAR


@dataclass(frozen=True)
class Compass:
    """The range of an instrument in MIDI pitches, both ends included, and its usual pitch."""

    low: int
    high: int
    home: int

    def __contains__(self, pitch: int) -> bool:
        """Tell whether a pitch can be played."""
        return self.low <= pitch <= self.high


def choose_pitch(token: Token, chord: Chord, previous: int | None, compass: Compass) -> int:
    """Turn a token into a pitch.

    The middle of the token's range above `previous` is taken if it is of the right kind, which
    gives back the very note that the token was made from; else the nearest pitch of that kind, so
    that a line bends to the chord it meets, and what moves never stays on its pitch. A line that
    would leave the compass is turned round.

    Args:
        token: Any but a rest.
        chord: The chord of the moment.
        previous: Pitch of the note before, or None at the start.
        compass: The pitches that may be used.
    """
    aim = compass.home if previous is None else previous
    stays = True
    if previous is not None and token.interval is not None:
        distance = token.interval.semitones
        stays = distance == 0
        aim = previous + distance if previous + distance in compass else previous - distance
    for kind in _kinds_in_place_of(token.kind):
        fitting = [p for p in range(compass.low, compass.high + 1) if kind_of(p, chord) == kind]
        if not stays and len(fitting) > 1:  # what moves in the training music moves here
            fitting = [p for p in fitting if p != previous]
        if fitting:
            return min(fitting, key=lambda p: (abs(p - aim), abs(p - compass.home), p))
    return min(max(aim, compass.low), compass.high)


def _kinds_in_place_of(kind: str) -> str:
    """Return the kinds to try: some chords leave no approach or no other tone."""
    return {"C": "CSAX", "S": "SCAX", "A": "ASCX", "X": "XASC"}[kind]


def render(
    bars: Sequence[Sequence[Token]],
    measures: Sequence[Measure],
    grammar: Grammar,
    compass: Compass,
) -> list[list[Note]]:
    """Write the notes of tokens: each where its time is, filling each bar and no more.

    The inverse of `tokenize`: tokens made by the same grammar over the same chords come back as
    themselves when the notes are described again. As tokens do not say where a melody begins, the
    first pitch is sought, from the home of the compass outwards, from which all others fit exactly.

    Args:
        bars: The tokens of each bar.
        measures: Where the bars stand and their chords; their notes are not looked at.
        grammar: The dialect.
        compass: The pitches that may be used.

    Returns:
        The notes of each bar.
    """
    places = [list(_placed(tokens, m)) for tokens, m in zip(bars, measures, strict=True)]
    phrases = [[place for bar in places for place in bar]] if grammar.across_bars else places
    pitches: list[int] = []
    for phrase in phrases:
        pitches += _pitches(phrase, grammar, compass)
    line = iter(pitches)
    return [
        [Note(onset, length, next(line), VELOCITY) for _, onset, length, _ in bar] for bar in places
    ]


_Place = tuple[Token, Fraction, Fraction, Chord]


def _placed(tokens: Sequence[Token], measure: Measure) -> Iterator[_Place]:
    """Yield each note of a bar with its onset, its length within the bar, and its chord."""
    now, end = measure.bar.start, measure.bar.end
    for token in tokens:
        length = min(token.duration, end - now)
        if length <= 0:
            return
        if token.kind != "R":
            yield token, now, length, chord_at(measure.chords, now)
        now += length


def _pitches(phrase: Sequence[_Place], grammar: Grammar, compass: Compass) -> list[int]:
    if not phrase:
        return []
    opening, _, _, chord = phrase[0]
    first = choose_pitch(opening, chord, None, compass)
    starts = sorted(range(compass.low, compass.high + 1), key=lambda p: (abs(p - compass.home), p))
    for start in starts:
        if kind_of(start, chord) == opening.kind and _fits(start, phrase[1:], grammar, compass):
            first = start
            break
    pitches = [first]
    for token, _, _, chord in phrase[1:]:
        pitches.append(choose_pitch(token, chord, pitches[-1], compass))
    return pitches


def _fits(start: int, phrase: Sequence[_Place], grammar: Grammar, compass: Compass) -> bool:
    """Tell whether every token of a phrase can be met exactly after a first pitch."""
    previous = start
    for token, _, _, chord in phrase:
        if token.interval is None:
            return False
        pitch = previous + token.interval.semitones
        if (
            pitch not in compass
            or kind_of(pitch, chord) != token.kind
            or grammar.interval(previous, pitch) != token.interval
        ):
            return False
        previous = pitch
    return True
