"""What travels with a trained network: its vocabulary, its grammar, and the tunes it learned from.

Without it the network's numbers mean nothing; with it, training and generating cannot disagree.
It also holds what a new solo needs (chords to play over, tempo, instrument, range) and what it is
measured against (the music itself).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np

from lstmkit.errors import InputError
from lstmkit.music.corpus import metrics
from lstmkit.music.corpus.context import Context, chorus_of
from lstmkit.music.corpus.grammar import DIALECTS, Grammar, Token, as_text, describe, tokenize
from lstmkit.music.corpus.quotation import Repertoire, steps
from lstmkit.music.corpus.rendering import Compass
from lstmkit.music.corpus.snippets import UNKNOWN, Span
from lstmkit.music.corpus.vocabulary import Rhythm, Vocabulary, rhythm_of
from lstmkit.music.files.score import Bar, Measure, Note, TimedChord
from lstmkit.music.theory.chords import Chord

FILE = "songbook.json"
EXCERPT_BARS = 16
RESOLUTION = 48  # times are stored as multiples of a 48th of a quarter
MAX_VALUES = 100_000


@dataclass(frozen=True)
class Tune:
    """A piece of the training music.

    Attributes:
        name: Stem of its file.
        tempo: Quarters per minute.
        metre: Most frequent bar length, in quarters.
        program: General MIDI instrument of the melody.
        compass: Range of the melody.
        passages: Runs of consecutive bars with melody and chords.
        signature: How the metre is written where that is not the simplest way, such as 6/8.
        fingerprint: Of the file it was read from, see `Score`; empty in a songbook of a run.
    """

    name: str
    tempo: float
    metre: Fraction
    program: int
    compass: Compass
    passages: tuple[tuple[Measure, ...], ...]
    signature: tuple[int, int] | None = None
    fingerprint: dict[str, Any] = field(default_factory=dict, compare=False)

    @property
    def measures(self) -> list[Measure]:
        """All bars, in order."""
        return [measure for passage in self.passages for measure in passage]

    @property
    def notes(self) -> list[Note]:
        """The whole melody."""
        return [note for measure in self.measures for note in measure.notes]


@dataclass(frozen=True)
class Songbook:
    """The vocabulary of a network, and its tunes.

    Attributes:
        values: Token texts, in the order of the network's outputs.
        grammar: The dialect they are written in.
        tunes: The training music.
        spread: What each metric is in excerpts of `EXCERPT_BARS` bars, see `metrics.spread`; kept
            because reckoning it takes longer than improvising.
    """

    values: tuple[str, ...]
    grammar: Grammar
    tunes: tuple[Tune, ...]
    spread: dict[str, dict[str, float]] = field(default_factory=dict)

    @cached_property
    def corpora(self) -> list[list[str]]:
        """Token texts of each tune."""
        return [
            [
                text
                for measures, bars in zip(tune.passages, passages, strict=True)
                for text in as_text(bars, measures, self.grammar)
            ]
            for tune, passages in zip(self.tunes, self._tokens, strict=True)
        ]

    @cached_property
    def _tokens(self) -> list[list[list[list[Token]]]]:
        """Tokens of each tune, passage and bar."""
        return [[tokenize(p, self.grammar) for p in tune.passages] for tune in self.tunes]

    @cached_property
    def melodies(self) -> list[list[tuple[int, Fraction]]]:
        """The melody of each tune as steps, see `quotation.steps`."""
        return [steps(tune.notes) for tune in self.tunes]

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The values, parsed."""
        return Vocabulary(self.values)

    @cached_property
    def rhythm(self) -> Rhythm:
        """Which durations begin where in a beat of the tunes; empty where nobody keeps time."""
        if not self.grammar.keeps_time:
            return frozenset()
        return rhythm_of(
            pair
            for tune, passages in zip(self.tunes, self._tokens, strict=True)
            for pair in zip(tune.passages, passages, strict=True)
        )

    def span(self, number: int) -> Span:
        """Return a tune as the network hears it: its values, and what is said beside each."""
        tune, ids = self.tunes[number], self.vocabulary.ids
        coded = np.array([ids.get(text, UNKNOWN) for text in self.corpora[number]], np.int32)
        return Span(coded, said_beside(tune, self.grammar))

    def repertoire(self, longest: int) -> Repertoire:
        """Return what must not be quoted, for quotations of at most `longest` values."""
        if longest not in self._repertoires:
            self._repertoires[longest] = Repertoire(self.corpora, self.melodies, longest)
        return self._repertoires[longest]

    @cached_property
    def _repertoires(self) -> dict[int, Repertoire]:
        return {}

    def spread_of(self, bars: int) -> dict[str, dict[str, float]]:
        """Return what each metric is in excerpts of the tunes that have a number of bars."""
        if bars not in self._spreads:
            self._spreads[bars] = metrics.spread([tune.measures for tune in self.tunes], bars)
        return self._spreads[bars]

    @cached_property
    def _spreads(self) -> dict[int, dict[str, dict[str, float]]]:
        return {EXCERPT_BARS: self.spread} if self.spread else {}


def tokens_of(passages: Sequence[Sequence[Measure]], grammar: Grammar) -> list[str]:
    """Return the corpus of a piece, passage after passage."""
    return [
        text
        for passage in passages
        for text in as_text(tokenize(passage, grammar), passage, grammar)
    ]


def said_beside(tune: Tune, grammar: Grammar) -> np.ndarray:
    """Return what `context` says beside each value of a tune, (values, numbers)."""
    rows: list[np.ndarray] = []
    if not grammar.keeps_time:
        return np.zeros((sum(len(tokens_of([p], grammar)) for p in tune.passages), 0), np.float32)
    chorus = chorus_of(tune.measures)
    for passage in tune.passages:
        place = Context(passage, chorus, tune.compass.home)
        for bar in describe(passage, grammar):
            for token, pitch in bar:
                place.take(token.duration, pitch)
                rows.append(place.vector())
            place.bar_line()
            rows.append(place.vector())
    return np.array(rows, np.float32)


def to_json(book: Songbook) -> dict[str, Any]:
    """Return the songbook as plain lists and numbers."""
    chords = list(
        dict.fromkeys(t.chord for tune in book.tunes for m in tune.measures for t in m.chords)
    )
    numbers = {chord: number for number, chord in enumerate(chords)}
    return {
        "values": list(book.values),
        "grammar": next(name for name, known in DIALECTS.items() if known == book.grammar),
        "spread": book.spread_of(EXCERPT_BARS),
        "chords": [_chord_to_json(chord) for chord in chords],
        "tunes": [
            {
                "name": tune.name,
                "tempo": tune.tempo,
                "metre": _ticks(tune.metre),
                "program": tune.program,
                "compass": [tune.compass.low, tune.compass.high, tune.compass.home],
                "passages": [[_measure_to_json(m, numbers) for m in p] for p in tune.passages],
            }
            | ({} if tune.signature is None else {"signature": tune.signature})
            for tune in book.tunes
        ],
    }


def from_json(data: dict[str, Any], *, where: str) -> Songbook:
    """Return the songbook that `to_json` wrote.

    Args:
        data: The JSON object.
        where: Name of the file, for the error message.

    Raises:
        InputError: If it is damaged.
    """
    try:
        chords = [_chord_from_json(chord) for chord in data["chords"]]
        book = Songbook(
            values=Vocabulary([str(value) for value in data["values"]]).values,
            grammar=DIALECTS[data["grammar"]],
            tunes=tuple(_tune_from_json(tune, chords) for tune in data["tunes"]),
            spread={
                name: {key: float(known[key]) for key in ("mean", "low", "high")}
                for name, known in data["spread"].items()
            },
        )
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise InputError(
            f"{where}: damaged, not a songbook ({type(error).__name__}: {error}); train again"
        ) from error
    if not book.tunes or not 0 < len(book.values) <= MAX_VALUES:
        raise InputError(f"{where}: damaged, it holds no tune or no values; train again")
    return book


def _tune_from_json(tune: dict[str, Any], chords: Sequence[Chord]) -> Tune:
    low, high, home = map(int, tune["compass"])
    tempo, metre, program = float(tune["tempo"]), _time(tune["metre"]), int(tune["program"])
    passages = tuple(tuple(_measure_from_json(m, chords) for m in p) for p in tune["passages"])
    good = 0 <= low <= home <= high <= 127 and 0 <= program <= 127 and 1 <= tempo <= 1e5
    if not good or not any(passages) or not 0 < metre <= 32:
        raise ValueError(f"tune {tune['name']!r} makes no sense")
    compass, signature = Compass(low, high, home), tune.get("signature")
    if signature is not None:
        beats, unit = map(int, signature)
        if unit not in (1, 2, 4, 8, 16, 32) or Fraction(4 * beats, unit) != metre:
            raise ValueError(f"tune {tune['name']!r} is not in {beats}/{unit}")
        signature = beats, unit
    return Tune(str(tune["name"]), tempo, metre, program, compass, passages, signature)


def _measure_to_json(measure: Measure, numbers: dict[Chord, int]) -> list[Any]:
    return [
        _ticks(measure.bar.start),
        _ticks(measure.bar.length),
        [[_ticks(timed.onset), numbers[timed.chord]] for timed in measure.chords],
        [[_ticks(n.onset), _ticks(n.duration), n.pitch, n.velocity] for n in measure.notes],
    ]


def _measure_from_json(data: list[Any], chords: Sequence[Chord]) -> Measure:
    start, length, timed, notes = data
    if not timed or length <= 0:
        raise ValueError("a bar without chords or length")
    return Measure(
        Bar(_time(start), _time(length)),
        tuple(Note(_time(on), _time(d), int(p), int(v)) for on, d, p, v in notes),
        tuple(TimedChord(_time(onset), chords[number]) for onset, number in timed),
    )


def _chord_to_json(chord: Chord) -> list[Any]:
    return [chord.symbol, chord.root, chord.bass, sorted(chord.tones), sorted(chord.scale)]


def _chord_from_json(data: list[Any]) -> Chord:
    symbol, root, bass, tones, scale = data
    return Chord(str(symbol), root % 12, bass % 12, _classes(tones), _classes(scale))


def _classes(numbers: Sequence[int]) -> frozenset[int]:
    classes = frozenset(number % 12 for number in numbers)
    if not classes:
        raise ValueError("a chord without tones")
    return classes


def _ticks(time: Fraction) -> int:
    return round(time * RESOLUTION)


def _time(ticks: int) -> Fraction:
    return Fraction(ticks, RESOLUTION)
