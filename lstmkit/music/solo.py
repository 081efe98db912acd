"""Improvise: let the network choose values, bar by bar, within what a player would keep to.

The network knows the style; the rules here are those it cannot be trusted with: a bar is filled exactly
and is never empty, a line breathes, and nobody is quoted at length.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from lstmkit.music.grammar import (
    BAR,
    BAR_LINES,
    REPEAT,
    VELOCITY,
    Compass,
    Measure,
    Token,
    bar_line,
    chord_at,
    choose_pitch,
)
from lstmkit.music.sampling import Predictor, draw
from lstmkit.music.score import Note

BREATH = Fraction(1, 2)  # quarters of silence that end a phrase


@dataclass(frozen=True)
class Manner:
    """How to improvise.

    Attributes:
        temperature: Boldness, see `sampling.sharpen`.
        top_p: Share of the likeliest values to draw from.
        longest_copy: Values in a row, and melody steps in a row, that may stand in the training music.
        longest_phrase: Quarters after which a breath is taken at the next chance.
    """

    temperature: float = 1.0
    top_p: float = 1.0
    longest_copy: int | None = None
    longest_phrase: Fraction | None = None


class Vocabulary:
    """The values a network knows, read once.

    Args:
        values: Token texts, in the order of the network's outputs.
    """

    def __init__(self, values: Sequence[str]) -> None:
        """Parse every value."""
        self.values = tuple(values)
        self.ids = {text: number for number, text in enumerate(self.values)}
        self.tokens = [None if text in BAR_LINES else Token.parse(text) for text in self.values]
        bar = self.ids.get(BAR, self.ids.get(REPEAT))
        self.bar_lines = {BAR: bar, REPEAT: self.ids.get(REPEAT, bar)}
        self.is_note = np.array([t is not None and t.kind != "R" for t in self.tokens])
        self.is_rest = np.array([t is not None and t.kind == "R" for t in self.tokens])
        self.durations = [Fraction(0) if t is None else t.duration for t in self.tokens]
        self.shortest_note = min(
            (d for d, note in zip(self.durations, self.is_note, strict=True) if note),
            default=Fraction(1),
        )

    def __len__(self) -> int:
        return len(self.values)


def steps(notes: Sequence[Note]) -> list[tuple[int, Fraction]]:
    """Return a melody as steps: the interval in semitones to each next note, and the time to it."""
    return [
        (after.pitch - before.pitch, after.onset - before.onset)
        for before, after in zip(notes, notes[1:], strict=False)
    ]


class Repertoire:
    """What the training music says, so as not to repeat it at length.

    Args:
        corpora: Token texts of each piece.
        melodies: The steps of each piece, see `steps`.
        longest: Run that may be repeated.
    """

    def __init__(
        self,
        corpora: Iterable[Sequence[str]],
        melodies: Iterable[Sequence[tuple[int, Fraction]]],
        longest: int,
    ) -> None:
        """Remember every run that is one longer than allowed."""
        self.longest = longest
        self.texts = _runs([without_bar_lines(corpus) for corpus in corpora], longest + 1)
        self.steps = _runs(melodies, longest + 1)

    def has_texts(self, before: Sequence[str], text: str) -> bool:
        """Tell whether a value would complete a run that is too long."""
        return (*before[len(before) - self.longest :], text) in self.texts

    def has_steps(self, before: Sequence[tuple[int, Fraction]], step: tuple[int, Fraction]) -> bool:
        """Tell whether a melody step would complete a run that is too long."""
        return (*before[len(before) - self.longest :], step) in self.steps


def without_bar_lines(texts: Iterable[str]) -> list[str]:
    """Return the tokens that are notes and rests."""
    return [text for text in texts if text not in BAR_LINES]


def _runs(sequences: Iterable[Sequence[object]], length: int) -> set[tuple[object, ...]]:
    return {tuple(s[i : i + length]) for s in map(list, sequences) for i in range(len(s) - length + 1)}


Rhythm = frozenset[tuple[Fraction, Fraction]]


def rhythm_of(corpora: Iterable[Sequence[str]]) -> Rhythm:
    """Return which durations begin where within a beat in music with bar lines and rests.

    A triplet eighth begins at 0, 1/3 or 2/3, an eighth at 0 or 1/2: that is what keeps a line on
    the grid. Empty if the corpora have no bar lines, since then nobody knows where a value stands.

    Args:
        corpora: Token texts of each piece.
    """
    pairs = set()
    for corpus in corpora:
        if not set(BAR_LINES) & set(corpus):
            return frozenset()
        place = Fraction(0)
        for text in corpus:
            if text in BAR_LINES:
                place = Fraction(0)
                continue
            duration = Token.parse(text).duration
            pairs.add((place % 1, duration))
            place += duration
    return frozenset(pairs)


@dataclass
class _Line:
    """The solo so far."""

    notes: list[Note] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    steps: list[tuple[int, Fraction]] = field(default_factory=list)
    sung: Fraction = Fraction(0)  # quarters since the last breath


@dataclass(frozen=True)
class _Place:
    """Where in a bar the next value stands."""

    measure: Measure
    now: Fraction
    has_note: bool
    after_rest: bool

    @property
    def left(self) -> Fraction:
        return self.measure.bar.end - self.now


class Improviser:
    """Draw a solo from a network.

    Args:
        predictor: The network, with whatever it has been fed so far as its memory.
        vocabulary: What its outputs mean.
        compass: Range of the instrument.
        manner: How to improvise.
        repertoire: What must not be quoted at length, or None.
        rhythm: Which durations may begin where in a beat, see `rhythm_of`; empty: any.
        generator: Source of chance.
    """

    def __init__(
        self,
        predictor: Predictor,
        vocabulary: Vocabulary,
        compass: Compass,
        manner: Manner,
        repertoire: Repertoire | None,
        rhythm: Rhythm,
        generator: np.random.Generator,
    ) -> None:
        """Keep what is needed for `play`."""
        self.predictor = predictor
        self.vocabulary = vocabulary
        self.compass = compass
        self.manner = manner
        self.repertoire = repertoire
        self.rhythm = rhythm
        self.generator = generator
        self._endings: dict[tuple[Fraction, Fraction], bool] = {}

    def play(self, measures: Sequence[Measure], opening: Sequence[int]) -> tuple[list[list[Note]], list[str]]:
        """Improvise over chords.

        Args:
            measures: Bars with their chords; their notes are not looked at.
            opening: Values to feed the network before it begins, at least one.

        Returns:
            The notes of each bar, and all token texts in order.
        """
        for value in opening:
            probabilities = self.predictor.step(value)
        line = _Line()
        bars = []
        for measure, following in zip(measures, [*measures[1:], None], strict=True):
            first = len(line.notes)
            probabilities = self._bar(measure, line, probabilities)
            bars.append(line.notes[first:])
            text = bar_line(measure, following)
            value = self.vocabulary.bar_lines[text]
            if value is not None:
                line.texts.append(text)
                probabilities = self.predictor.step(value)
        return bars, line.texts

    def _bar(self, measure: Measure, line: _Line, probabilities: np.ndarray) -> np.ndarray:
        """Fill one bar; return what the network expects after it."""
        place = _Place(measure, measure.bar.start, has_note=False, after_rest=False)
        while place.left > 0:
            value, pitch = self._choose(place, line, probabilities)
            if value is None:
                self._fill(place, line, probabilities)
                break
            place = self._take(value, pitch, place, line)
            probabilities = self.predictor.step(value)
        return probabilities

    def _choose(
        self, place: _Place, line: _Line, probabilities: np.ndarray
    ) -> tuple[int | None, int | None]:
        """Draw a value that fits, and its pitch; (None, None) if nothing in the vocabulary fits."""
        fitting = self._fitting(place)
        original = self._original(line, fitting)
        wishes = [(original, False), (fitting, True)]  # what may be drawn, and whether quoting is no sin
        if self._out_of_breath(line):
            wishes.insert(0, (original & self.vocabulary.is_rest, False))
        for wish, quoting in wishes:
            allowed = wish.copy()
            while (value := self._draw(probabilities, allowed)) is not None:
                pitch = self._pitch(value, place, line)
                if quoting or not self._quotes(pitch, place, line):
                    return value, pitch
                allowed[value] = False
        return None, None

    def _draw(self, probabilities: np.ndarray, allowed: np.ndarray) -> int | None:
        manner = self.manner
        return draw(
            probabilities,
            allowed,
            self.generator,
            temperature=manner.temperature,
            top_p=manner.top_p,
        )

    def _fitting(self, place: _Place) -> np.ndarray:
        """Return which values leave a rest of the bar that can be filled, with a note in the bar."""
        known = self.vocabulary
        beat = (place.now - place.measure.bar.start) % 1
        lengths = {d: self._leads_to_end(beat, d, place.left) for d in set(known.durations)}
        fitting = np.array([lengths[d] for d in known.durations])
        if place.after_rest:
            fitting &= ~known.is_rest
        if not place.has_note:
            room = [place.left - d >= known.shortest_note for d in known.durations]
            fitting &= known.is_note | np.array(room)
        return fitting

    def _leads_to_end(self, beat: Fraction, duration: Fraction, left: Fraction) -> bool:
        """Tell whether a value may begin here and what it leaves of the bar can be filled exactly."""
        if not 0 < duration <= left or (self.rhythm and (beat, duration) not in self.rhythm):
            return False
        after = ((beat + duration) % 1, left - duration)
        if after[1] == 0:
            return True
        if after not in self._endings:
            sizes = set(self.vocabulary.durations)
            self._endings[after] = any(self._leads_to_end(after[0], s, after[1]) for s in sizes)
        return self._endings[after]

    def _original(self, line: _Line, fitting: np.ndarray) -> np.ndarray:
        """Return which fitting values do not complete a run of the training music."""
        if self.repertoire is None:
            return fitting
        before = without_bar_lines(line.texts)[-self.repertoire.longest :]
        original = fitting.copy()
        for value in np.flatnonzero(fitting):
            original[value] = not self.repertoire.has_texts(before, self.vocabulary.values[value])
        return original

    def _quotes(self, pitch: int | None, place: _Place, line: _Line) -> bool:
        if self.repertoire is None or pitch is None or not line.notes:
            return False
        last = line.notes[-1]
        return self.repertoire.has_steps(line.steps, (pitch - last.pitch, place.now - last.onset))

    def _out_of_breath(self, line: _Line) -> bool:
        limit = self.manner.longest_phrase
        return limit is not None and line.sung >= limit

    def _pitch(self, value: int, place: _Place, line: _Line) -> int | None:
        """Return the pitch of a value; None for a rest, or for a note that gives way to a breath."""
        token = self.vocabulary.tokens[value]
        if token is None or token.kind == "R":
            return None
        silent = self._out_of_breath(line) and not self.vocabulary.is_rest.any()
        if silent and (place.has_note or place.left - token.duration >= self.vocabulary.shortest_note):
            return None
        previous = line.notes[-1].pitch if line.notes else None
        return choose_pitch(token, chord_at(place.measure.chords, place.now), previous, self.compass)

    def _take(self, value: int, pitch: int | None, place: _Place, line: _Line) -> _Place:
        """Write a value into the solo; return the next place."""
        duration = self.vocabulary.durations[value]
        line.texts.append(self.vocabulary.values[value])
        if pitch is None:
            line.sung = Fraction(0) if duration >= BREATH else line.sung + duration
            if not self.vocabulary.is_rest.any():
                line.sung = Fraction(0)
        else:
            if line.notes:
                last = line.notes[-1]
                line.steps.append((pitch - last.pitch, place.now - last.onset))
            line.notes.append(Note(place.now, duration, pitch, VELOCITY))
            line.sung += duration
        return _Place(
            place.measure,
            place.now + duration,
            has_note=place.has_note or pitch is not None,
            after_rest=bool(self.vocabulary.is_rest[value]),
        )

    def _fill(self, place: _Place, line: _Line, probabilities: np.ndarray) -> None:
        """End a bar that no value fits: hold its last note, or play a likely value as long as it lasts."""
        if place.has_note:
            last = line.notes[-1]
            if last.end == place.now:
                line.notes[-1] = last._replace(duration=place.measure.bar.end - last.onset)
            return
        value = self._draw(probabilities, self.vocabulary.is_note)
        token = None if value is None else self.vocabulary.tokens[value]
        if token is not None:
            previous = line.notes[-1].pitch if line.notes else None
            chord = chord_at(place.measure.chords, place.now)
            pitch = choose_pitch(token, chord, previous, self.compass)
            line.notes.append(Note(place.now, place.left, pitch, VELOCITY))
