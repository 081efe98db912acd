"""The bars to play over: whose chords, how many, and how they come home.

A form does not end by being cut off. Where the last bar of a solo is a turnaround, which asks for
the form to begin again, the band plays it one bar early and the last bar is the tonic chord; where
neither a dominant nor the tonic stands before the last bar, a cadence does. Chords that a user
gives and that are played once stay as they are.
"""

import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from lstmkit.music.config import GenerateConfig
from lstmkit.music.corpus.context import chorus_of
from lstmkit.music.corpus.songbook import Tune
from lstmkit.music.files.score import Bar, Measure, TimedChord
from lstmkit.music.theory.chords import Chord, parse
from lstmkit.music.theory.degrees import Key

SHORTEST_FORM = 8  # bars: a progression that is shorter is played until it has as many

_Bars = list[tuple[Fraction, list[tuple[Fraction, Chord]]]]  # length; onset in the bar and chord


@dataclass(frozen=True)
class Stage:
    """What a solo is played over.

    Attributes:
        measures: The bars with their chords, from quarter 0 on; they have no notes.
        chorus: Bars after which the form begins again.
        tonic: The chord of the key.
        home: The chord that the solo ends on: the tonic, else the last that was asked for.
        ends: Whether the solo comes to an end there; else it stops where the bars do.
    """

    measures: tuple[Measure, ...]
    chorus: int
    tonic: Chord
    home: Chord
    ends: bool = True

    @property
    def key(self) -> str:
        """The key, as MIDI names it: `Bb`, `F#m`."""
        key = Key(self.tonic.root, is_minor(self.tonic))
        return key.name(key.tonic) + "m" * key.minor


def set_up(
    tune: Tune,
    config: GenerateConfig,
    *,
    bars: int | None = None,
    progression: Sequence[Sequence[Chord]] | None = None,
    metre: Fraction | None = None,
) -> Stage:
    """Return the bars to play over: the chords given, else those of a tune.

    Args:
        tune: Whose chords and metre are taken where none are given.
        config: How many bars, and whether the solo ends.
        bars: Bars of the solo; None: the config's, or all of the progression.
        progression: The chords of each bar.
        metre: Quarters in a bar; None: the tune's.
    """
    length = metre or tune.metre
    form = _given(progression, length) if progression else _of_tune(tune, length)
    wanted = bars or (len(form) if progression else config.bars or len(form))
    chosen = [form[number % len(form)] for number in range(wanted)]
    tonic = tonic_of([chord for _, bar in form for _, chord in bar])
    home = chosen[-1][1][-1][1]
    if config.ending and (progression is None or wanted > len(form)):
        chosen, home = _ended(chosen, tonic, given=progression is not None)
        tonic = home if progression is None else tonic
    whole = form * -(-SHORTEST_FORM // len(form))
    chorus = len(whole) if progression else chorus_of(tune.measures)
    return Stage(_laid_out(chosen), chorus, tonic, home, config.ending)


def tonic_of(chords: Sequence[Chord]) -> Chord:
    """Return the chord that a progression is at home on.

    Every chord speaks for its root; the first, the last and what a dominant resolves to speak
    twice. A chord that wants to go on (half-diminished, diminished) is no home, and the second
    degree before its dominant does not speak.
    """
    votes: Counter[int] = Counter()
    around = [*chords[1:], chords[0]]
    for chord, following in zip(chords, around, strict=True):
        votes[chord.root] += not _is_second(chord, following)
        if is_dominant(chord) and (chord.root + 5) % 12 == following.root:
            votes[following.root] += 1
    if not _is_second(*[*chords, chords[0]][:2]):
        votes[chords[0].root] += 1 + len(chords) // 8
    votes[chords[-1].root] += 1
    able = [chord for chord in chords if not _restless(chord)] or list(chords)
    root = max({c.root for c in able}, key=lambda r: (votes[r], -_first(able, r)))
    symbols = Counter(chord.symbol for chord in able if chord.root == root)
    return next(chord for chord in able if chord.symbol == symbols.most_common(1)[0][0])


def is_dominant(chord: Chord) -> bool:
    """Tell whether a chord has a major third and a minor seventh."""
    return {4, 10} <= chord.above


def is_minor(chord: Chord) -> bool:
    """Tell whether a chord has a minor third and no major one."""
    return 3 in chord.above and 4 not in chord.above


def _is_second(chord: Chord, following: Chord) -> bool:
    """Tell whether a chord is the second degree of what the next one is the dominant of."""
    fourth_up = (chord.root + 5) % 12 == following.root
    return is_minor(chord) and is_dominant(following) and fourth_up


def _first(chords: Sequence[Chord], root: int) -> int:
    return next(place for place, chord in enumerate(chords) if chord.root == root)


def _restless(chord: Chord) -> bool:
    """Tell whether a chord has a diminished fifth and no perfect one."""
    return 6 in chord.above and 7 not in chord.above


def _given(progression: Sequence[Sequence[Chord]], length: Fraction) -> _Bars:
    return [
        (
            length,
            [
                (i * length / len(bar), chord)
                for i, chord in enumerate(bar)
                if i == 0 or chord != bar[i - 1]
            ],
        )
        for bar in progression
    ]


def _of_tune(tune: Tune, length: Fraction) -> _Bars:
    """Return the chords of a tune, stretched where another metre is asked for; no pick-ups."""
    return [
        (
            length,
            [
                (max(t.onset - m.bar.start, Fraction(0)) * length / tune.metre, t.chord)
                for t in m.chords
            ],
        )
        for m in tune.measures
        if m.bar.length == tune.metre
    ]


def _ended(bars: _Bars, tonic: Chord, *, given: bool) -> tuple[_Bars, Chord]:
    """Return the bars with a last one that is home, and what home is there."""
    (length, last), before = bars[-1], bars[:-1]
    final = last[-1][1]
    others = (c for _, bar in reversed(before) for _, c in reversed(bar) if c.root != final.root)
    came_home = any(_resolves(chord, final) for chord in itertools.islice(others, 1))
    at_rest = not is_dominant(final) and not _restless(final)
    settled = at_rest and 10 not in final.above
    if final.root == tonic.root or (at_rest and given) or (settled and came_home):
        same = final.root != tonic.root or is_dominant(final) == is_dominant(tonic)
        home = final if same and not _restless(final) else tonic
        return [*before, (length, [(Fraction(0), home)])], home
    if before and not _leads_home(before[-1][1][-1][1], tonic):
        early = last if _resolves(final, tonic) else _cadence(tonic, length)
        before = [*before[:-1], (before[-1][0], early)]
    return [*before, (length, [(Fraction(0), tonic)])], tonic


def _resolves(chord: Chord, home: Chord) -> bool:
    return is_dominant(chord) and (chord.root - home.root) % 12 in (7, 1)


def _leads_home(chord: Chord, tonic: Chord) -> bool:
    """Tell whether a chord may stand before the last one: dominant, leading tone, tonic itself."""
    step = (chord.root - tonic.root) % 12
    return step == 0 or _resolves(chord, tonic) or (step in (11, 2) and _restless(chord))


def _cadence(tonic: Chord, length: Fraction) -> list[tuple[Fraction, Chord]]:
    key = Key(tonic.root, is_minor(tonic))
    two, five = key.name(tonic.root + 2), key.name(tonic.root + 7)
    quality = ("m7b5", "7b9") if key.minor else ("m7", "7")
    fifth = parse(five + quality[1])
    if length % 2:  # a bar of three has room for one chord
        return [(Fraction(0), fifth)]
    return [(Fraction(0), parse(two + quality[0])), (length / 2, fifth)]


def _laid_out(bars: _Bars) -> tuple[Measure, ...]:
    measures, start = [], Fraction(0)
    for length, chords in bars:
        timed = tuple(TimedChord(start + at, chord) for at, chord in chords)
        measures.append(Measure(Bar(start, length), (), timed))
        start += length
    return tuple(measures)
