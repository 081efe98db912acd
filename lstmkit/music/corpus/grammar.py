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
   notes). A bar may be all rest.
2. Intervals reach across bar lines, and bars end with `|`, or with `%` where the next bar goes on
   over the same chord, so that a model can know where it is and plays more of the scale where
   harmony rests.
3. Intervals are spelled by size alone: E- to F# and E- to G- are the same third.
4. A note may last over the bar line; its token then does too, and the next bar begins where it
   ends. What begins within half a quarter before a chord and sounds into it is an anticipation:
   it is seen against the chord that it leads to.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
ANTICIPATION = Fraction(1, 2)  # quarters before a chord from which a note belongs to it


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

    @property
    def keeps_time(self) -> bool:
        """Whether the values say where in a bar one is."""
        return self.rests and self.bar_lines

    def chord_of(
        self, measures: Sequence[Measure], place: int, onset: Fraction, end: Fraction
    ) -> Chord:
        """Return the chord that a note is seen against: where it begins, or what it anticipates.

        Args:
            measures: The bars.
            place: Index of the bar in which the note begins.
            onset: Where it begins.
            end: Where it ends.
        """
        return (
            heard(measures, place, onset, end)
            if self.rests
            else chord_at(measures[place].chords, onset)
        )

    def interval(self, start: int, end: int) -> Interval:
        """Return the interval between two MIDI pitches in the spelling of this dialect."""
        return plain_interval(end - start) if self.plain_intervals else Interval.between(start, end)


def heard(measures: Sequence[Measure], place: int, onset: Fraction, end: Fraction) -> Chord:
    """Return the chord a note is heard against: the one that holds, or the one it anticipates."""
    chords = measures[place].chords
    if end > measures[place].bar.end and place + 1 < len(measures):
        chords += measures[place + 1].chords
    leads_to = [
        c.chord for c in chords if onset < c.onset <= onset + ANTICIPATION and c.onset < end
    ]
    return leads_to[-1] if leads_to else chord_at(chords, onset)


DIALECTS = {"default": Grammar(), "tutorial": Grammar.tutorial()}


def tokenize(measures: Sequence[Measure], grammar: Grammar) -> list[list[Token]]:
    """Return what `describe` says, without the pitches."""
    return [[token for token, _ in bar] for bar in describe(measures, grammar)]


def describe(measures: Sequence[Measure], grammar: Grammar) -> list[list[tuple[Token, int | None]]]:
    """Describe a melody, bar by bar.

    Args:
        measures: Consecutive bars. Notes of one onset are described one after the other; a note
            that lasts into the next one, or over more than one bar line, is cut there, unless
            the grammar has no rests.
        grammar: The dialect.

    Returns:
        The tokens of each bar, of the notes and rests that begin in it, each with its pitch.
    """
    result = []
    previous: int | None = None
    now = measures[0].bar.start if measures else Fraction(0)
    for place, measure in enumerate(measures):
        if not grammar.across_bars:
            previous = None
        tokens: list[tuple[Token, int | None]] = []
        now = max(now, measure.bar.start)
        for note, end in _line(measures, place, grammar):
            if grammar.rests and note.onset > now:
                tokens.append((Token("R", note.onset - now), None))
            interval = None if previous is None else grammar.interval(previous, note.pitch)
            kind = kind_of(note.pitch, grammar.chord_of(measures, place, note.onset, end))
            tokens.append((Token(kind, end - note.onset, interval), note.pitch))
            previous, now = note.pitch, end
        if grammar.rests and now < measure.bar.end:
            tokens.append((Token("R", measure.bar.end - now), None))
        result.append(tokens)
    return result


def _line(
    measures: Sequence[Measure], place: int, grammar: Grammar
) -> Iterator[tuple[Note, Fraction]]:
    """Yield the notes of a bar, each with its end."""
    notes = measures[place].notes
    if not grammar.rests:
        yield from ((note, note.end) for note in notes)
        return
    following = measures[place + 1 : place + 2]
    last = following[0].bar.end if following else measures[place].bar.end
    first = following[0].notes[:1] if following else ()
    limits = [note.onset for note in (*notes[1:], *first)] + [last]
    for note, limit in zip(notes, limits, strict=False):
        end = min(note.end, limit, last)
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
