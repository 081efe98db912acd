"""From tokens back to notes: the inverse of `tokenize`, which proves that a token loses nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from lstmkit.music.corpus.grammar import VELOCITY, Grammar, Token
from lstmkit.music.corpus.rendering import Compass, choose_pitch
from lstmkit.music.files.score import Measure, Note, kind_of
from lstmkit.music.theory.chords import Chord


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
    places = list(_placed(bars, measures, grammar))
    phrases = [[place for bar in places for place in bar]] if grammar.across_bars else places
    pitches: list[int] = []
    for phrase in phrases:
        pitches += _pitches(phrase, grammar, compass)
    line = iter(pitches)
    return [
        [Note(onset, length, next(line), VELOCITY) for _, onset, length, _ in bar] for bar in places
    ]


_Place = tuple[Token, Fraction, Fraction, Chord]


def _placed(
    bars: Sequence[Sequence[Token]], measures: Sequence[Measure], grammar: Grammar
) -> Iterator[list[_Place]]:
    """Yield each note of each bar with its onset, its length, and its chord."""
    now = measures[0].bar.start
    for place, (tokens, measure) in enumerate(zip(bars, measures, strict=True)):
        found: list[_Place] = []
        now = max(now, measure.bar.start)
        last = measures[place + 1 if grammar.rests and place + 1 < len(measures) else place].bar.end
        for token in tokens:
            if now >= measure.bar.end:
                break
            end = min(now + token.duration, measure.bar.end if token.kind == "R" else last)
            if token.kind != "R":
                found.append((token, now, end - now, grammar.chord_of(measures, place, now, end)))
            now = end
        yield found


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
