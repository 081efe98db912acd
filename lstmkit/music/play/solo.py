"""Improvise: let the network choose values, bar by bar, within what a player would keep to.

The network knows the style; the rules here are those it cannot be trusted with: a bar is filled
exactly and is never empty, a line breathes, and nobody is quoted at length.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from lstmkit.music.corpus.grammar import VELOCITY, Compass, bar_line, choose_pitch
from lstmkit.music.corpus.vocabulary import Repertoire, Rhythm, Vocabulary, without_bar_lines
from lstmkit.music.files.score import Measure, Note, chord_at
from lstmkit.music.play.sampling import Predictor, draw

BREATH = Fraction(1, 2)  # quarters of silence that end a phrase


@dataclass(frozen=True)
class Manner:
    """How to improvise.

    Attributes:
        temperature: Boldness, see `sampling.sharpen`.
        top_p: Share of the likeliest values to draw from.
        longest_copy: Values in a row, and melody steps in a row, that may stand in the training
            music.
        longest_phrase: Quarters after which a breath is taken at the next chance.
    """

    temperature: float = 1.0
    top_p: float = 1.0
    longest_copy: int | None = None
    longest_phrase: Fraction | None = None


@dataclass
class _Line:
    """The solo so far."""

    notes: list[Note] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    steps: list[tuple[int, Fraction]] = field(default_factory=list)
    sung: Fraction = Fraction(0)  # quarters of melody since the last breath
    silent: Fraction = Fraction(0)  # quarters since the last note


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

    def play(
        self, measures: Sequence[Measure], opening: Sequence[int]
    ) -> tuple[list[list[Note]], list[str]]:
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
        for measure, following in zip(measures, [*measures, None][1:], strict=True):
            first = len(line.notes)
            probabilities = self._bar(measure, line, probabilities)
            bars.append(line.notes[first:])
            text = bar_line(measure, following)
            sign = self.vocabulary.bar_lines[text]
            if sign is not None:
                line.texts.append(text)
                probabilities = self.predictor.step(sign)
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
        wishes = [
            (original, False),
            (fitting, True),
        ]  # what may be drawn, and whether quoting is no sin
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
        """Return which values leave of the bar what can be filled, with a note in the bar."""
        known = self.vocabulary
        beat = (place.now - place.measure.bar.start) % 1
        lengths = [self._leads_to_end(beat, length, place.left) for length in known.lengths]
        fitting = np.array(lengths)[known.length_of]
        if place.after_rest:
            fitting &= ~known.is_rest
        if not place.has_note:
            room = np.array([place.left - d >= known.shortest_note for d in known.lengths])
            fitting &= known.is_note | room[known.length_of]
        return fitting

    def _leads_to_end(self, beat: Fraction, duration: Fraction, left: Fraction) -> bool:
        """Tell whether a value may begin here and the bar can be filled exactly after it."""
        if not 0 < duration <= left or (self.rhythm and (beat, duration) not in self.rhythm):
            return False
        after = ((beat + duration) % 1, left - duration)
        if after[1] == 0:
            return True
        if after not in self._endings:
            sizes = self.vocabulary.lengths
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
        """Return the pitch of a value; None for a rest, or a note that gives way to a breath."""
        token = self.vocabulary.tokens[value]
        if token is None or token.kind == "R":
            return None
        silent = self._out_of_breath(line) and not self.vocabulary.is_rest.any()
        if silent and (
            place.has_note or place.left - token.duration >= self.vocabulary.shortest_note
        ):
            return None
        previous = line.notes[-1].pitch if line.notes else None
        return choose_pitch(
            token, chord_at(place.measure.chords, place.now), previous, self.compass
        )

    def _take(self, value: int, pitch: int | None, place: _Place, line: _Line) -> _Place:
        """Write a value into the solo; return the next place."""
        duration = self.vocabulary.durations[value]
        line.texts.append(self.vocabulary.values[value])
        if pitch is None:
            line.silent += duration
            if line.silent >= BREATH:
                line.sung = Fraction(0)
        else:
            if line.notes:
                last = line.notes[-1]
                line.steps.append((pitch - last.pitch, place.now - last.onset))
            line.notes.append(Note(place.now, duration, pitch, VELOCITY))
            line.sung += duration
            line.silent = Fraction(0)
        return _Place(
            place.measure,
            place.now + duration,
            has_note=place.has_note or pitch is not None,
            after_rest=bool(self.vocabulary.is_rest[value]),
        )

    def _fill(self, place: _Place, line: _Line, probabilities: np.ndarray) -> None:
        """End a bar that no value fits: hold its last note, or play a likely value till its end."""
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
