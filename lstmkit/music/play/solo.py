"""Improvise: the network chooses values, bar by bar, within what a player would keep to.

Three things are not left to it. `rules` keep the bars exact and the quotations short, and let a
phrase end only on a tone of the chord; where it ends is learned. `motif` brings phrases back. The
last bar is an ending: the line goes on until beat three at most and comes to rest on root, third or
fifth of the tonic chord.

What the answers changed stands in `motif`; before and after of all of it, in the README.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from lstmkit.music.corpus.grammar import bar_line
from lstmkit.music.corpus.quotation import Repertoire
from lstmkit.music.corpus.rendering import Compass, choose_pitch
from lstmkit.music.corpus.vocabulary import Rhythm, Vocabulary
from lstmkit.music.files.score import Note
from lstmkit.music.play.line import Line
from lstmkit.music.play.motif import Answer, answer
from lstmkit.music.play.rules import Rules
from lstmkit.music.play.sampling import Predictor, draw
from lstmkit.music.play.stage import Stage

LATEST_END = Fraction(2)  # quarters into the last bar: beat three
HELD = Fraction(1)  # quarters: what a note that lasts longer than its value is at least


@dataclass(frozen=True)
class Manner:
    """How to improvise.

    Attributes:
        temperature: Boldness, see `sampling.sharpen`.
        top_p: Share of the likeliest values to draw from.
        answers: Share of phrases that take up an earlier one, where one fits.
    """

    temperature: float = 1.0
    top_p: float = 1.0
    answers: float = 0.0


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
        self.rules = Rules(vocabulary, rhythm, repertoire)
        self.generator = generator
        self.keeps_time = bool(rhythm)
        self._answer: Answer | None = None
        self._planned: list[Note] = []
        self._asked = False  # whether an answer was thought of in this breath
        self._tired = False  # whether a rest is to follow the note that ends the phrase
        self._expected = np.zeros(0)  # what the network expects next, (values,)

    def play(self, stage: Stage, opening: Sequence[int]) -> tuple[list[list[Note]], list[str]]:
        """Improvise over chords.

        Args:
            stage: The bars to play over.
            opening: Values to feed the network before it begins, at least one.

        Returns:
            The notes of each bar, and all token texts in order.
        """
        line = Line(stage, self.compass.home, keeps_time=self.keeps_time)
        for value in opening:
            self._expected = self.predictor.step(value, line.said())
        for measure, following in zip(stage.measures, [*stage.measures, None][1:], strict=True):
            if stage.ends and following is None and self.keeps_time:
                self._end(line)
                break
            self._bar(line)
            text = bar_line(measure, following)
            sign = self.vocabulary.bar_lines[text]
            line.bar_line(None if sign is None else text)
            if sign is not None and following is not None:
                self._expected = self.predictor.step(sign, line.said())
        return line.by_bar(), line.texts

    def _bar(self, line: Line) -> None:
        """Fill one bar."""
        while line.left > 0:
            value, pitch = self._next(line)
            if value is None:
                self._fill(line)
                return
            self._take(line, value, self.vocabulary.durations[value], pitch)

    def _end(self, line: Line) -> None:
        """Play the last bar: on until a note of the tonic triad, by beat three, and rest there."""
        triad = _triad(line.stage)
        while True:
            value, pitch = self._drawn(line, self._before_the_end(line))
            duration = line.left if value is None else self.vocabulary.durations[value]
            goes_on = line.offset + duration <= LATEST_END
            if goes_on and value is not None and (pitch is None or pitch % 12 not in triad):
                self._take(line, value, duration, pitch)
                continue
            if goes_on and value is not None and pitch is not None and duration < HELD:
                self._take(line, value, duration, pitch)
                continue
            aim = line.pitch or self.compass.home if pitch is None else pitch
            inside = [p for p in range(self.compass.low, self.compass.high + 1) if p % 12 in triad]
            last = min(inside, key=lambda p: (abs(p - aim), p))
            length = max(min(duration, line.left), min(HELD * 2, line.left))
            line.take(str(line.token(length, last)), length, last)
            return

    def _before_the_end(self, line: Line) -> np.ndarray:
        """Return the values that leave room for a last note on beat three."""
        fitting = self.rules.fitting(line)
        early = np.array([line.offset + d <= LATEST_END for d in self.vocabulary.lengths])
        result: np.ndarray = fitting & (self.vocabulary.is_note | early[self.vocabulary.length_of])
        return result

    def _next(self, line: Line) -> tuple[int | None, int | None]:
        """Return the next value and its pitch: of an answer, or as the network has it."""
        if line.breathing and not self._asked:
            self._asked = True
            self._planned = []
            if self.manner.answers and self.generator.random() < self.manner.answers:
                self._answer = answer(line, self.compass, self.generator)
                self._planned = [] if self._answer is None else list(self._answer.notes)
        if not line.breathing:
            self._asked = False
        fitting = self.rules.fitting(line)
        if self._planned:
            found = self._of_answer(line, fitting)
            if found is not None:
                return found
        elif self._answer is not None and not line.silent:
            ended, self._answer = self._answer.ends_phrase, None
            rests = fitting & self.vocabulary.is_rest
            if ended and rests.any() and line.may_pause:
                return self._drawn(line, rests)
        return self._drawn(line, fitting)

    def _of_answer(self, line: Line, fitting: np.ndarray) -> tuple[int, int | None] | None:
        """Return the next value of the answer, or a rest up to it; None where it breaks off."""
        note = self._planned[0]
        if note.onset > line.now:
            wait = min(note.onset - line.now, line.left)
            rests = [
                v
                for v in np.flatnonzero(self.vocabulary.is_rest)
                if self.vocabulary.durations[v] == wait
            ]
            if rests and (line.breathing or (line.may_pause and fitting[rests[0]])):
                return int(rests[0]), None
        elif note.onset == line.now and not self.rules.quotes(line, note.pitch):
            value = self.vocabulary.nearest(line.token(note.duration, note.pitch))
            if value is not None:
                self._planned.pop(0)
                return value, note.pitch
        self._planned, self._answer = [], None
        return None

    def _drawn(self, line: Line, fitting: np.ndarray) -> tuple[int | None, int | None]:
        """Draw a value, and its pitch; (None, None) if nothing in the vocabulary fits.

        Where the network would rest after a foreign note, a tone of the chord comes first.
        """
        known = self.vocabulary
        if self._tired and line.may_pause and (fitting & known.is_rest).any():
            self._tired = False
            return self._original(line, fitting & known.is_rest)
        value, pitch = self._original(line, fitting)
        if value is None or pitch is not None or line.may_pause:
            return value, pitch
        self._tired = True
        value, pitch = self._original(line, fitting & known.is_chord_tone)
        if value is not None:
            return value, pitch
        return self._original(line, fitting & known.is_note)

    def _original(self, line: Line, fitting: np.ndarray) -> tuple[int | None, int | None]:
        """Draw a value that fits, if possible one that does not quote at length."""
        for wish, quoting in ((self.rules.original(line, fitting), False), (fitting, True)):
            allowed = wish.copy()
            while (value := self._draw(allowed)) is not None:
                pitch = self._pitch(line, value)
                if quoting or not self.rules.quotes(line, pitch):
                    return value, pitch
                allowed[value] = False
        return None, None

    def _draw(self, allowed: np.ndarray) -> int | None:
        return draw(
            self._expected,
            allowed,
            self.generator,
            temperature=self.manner.temperature,
            top_p=self.manner.top_p,
        )

    def _pitch(self, line: Line, value: int) -> int | None:
        token = self.vocabulary.tokens[value]
        if token is None or token.kind == "R":
            return None
        return choose_pitch(token, line.chord(token.duration), line.pitch, self.compass)

    def _take(self, line: Line, value: int, duration: Fraction, pitch: int | None) -> None:
        """Write a value, and tell the network."""
        text = self.vocabulary.values[value]
        if pitch is not None and pitch != self._pitch(line, value):  # of an answer
            text = str(line.token(duration, pitch))
        line.take(text, duration, pitch)
        self._expected = self.predictor.step(value, line.said())

    def _fill(self, line: Line) -> None:
        """End a bar that no value fits: hold the note before, or wait."""
        if line.notes and line.notes[-1].end == line.now:
            line.hold()
        else:
            line.now = line.measure.bar.end


def _triad(stage: Stage) -> frozenset[int]:
    """Return the pitch classes of root, third and fifth of the chord that is home."""
    root, above = stage.home.root, stage.home.above
    third = next((t for t in (4, 3) if t in above), 0)
    fifth = next((t for t in (7, 6, 8) if t in above), 7)
    return frozenset((root + step) % 12 for step in (0, third, fifth))
