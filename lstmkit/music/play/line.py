"""The solo so far: its notes, its values, its phrases, and where it stands."""

from fractions import Fraction

import numpy as np

from lstmkit.music.corpus.context import BREATH, Context
from lstmkit.music.corpus.grammar import VELOCITY, Token, heard
from lstmkit.music.files.score import Measure, Note, kind_of
from lstmkit.music.play.stage import Stage
from lstmkit.music.theory.chords import Chord
from lstmkit.music.theory.pitch import plain_interval


class Line:
    """A solo that grows value by value.

    Args:
        stage: What it is played over.
        home: The usual pitch of the instrument.
        keeps_time: Whether the network is told where it is.

    Attributes:
        notes: What was played.
        texts: Its values, with bar lines.
        steps: Its intervals, each with the time to the next note.
        phrases: Its notes, parted by breaths.
        bar: Index of the bar of now; as many as there are once all are played.
        now: Where the next value stands.
        silent: Quarters of rest up to now.
    """

    def __init__(self, stage: Stage, home: int, *, keeps_time: bool) -> None:
        """Begin before the first value."""
        self.stage = stage
        self.notes: list[Note] = []
        self.texts: list[str] = []
        self.steps: list[tuple[int, Fraction]] = []
        self.phrases: list[list[Note]] = []
        self.bar = 0
        self.now = stage.measures[0].bar.start
        self.silent = Fraction(0)
        self._context = Context(stage.measures, stage.chorus, home) if keeps_time else None

    @property
    def measure(self) -> Measure:
        """The bar of now."""
        return self.stage.measures[self.bar]

    @property
    def left(self) -> Fraction:
        """Quarters to the end of the bar; none where a note lasts beyond it."""
        return max(self.measure.bar.end - self.now, Fraction(0))

    @property
    def offset(self) -> Fraction:
        """Quarters since the beginning of the bar."""
        return self.now - self.measure.bar.start

    @property
    def bars_left(self) -> int:
        """Bars to the end, this one counted."""
        return len(self.stage.measures) - self.bar

    @property
    def pitch(self) -> int | None:
        """The pitch of the last note."""
        return self.notes[-1].pitch if self.notes else None

    @property
    def breathing(self) -> bool:
        """Whether the next note begins a phrase."""
        return not self.notes or self.silent >= BREATH

    @property
    def may_pause(self) -> bool:
        """Whether a phrase may end here: nothing was played, or its last note is of the chord."""
        if not self.notes or self.silent:
            return True
        last = self.notes[-1]
        index = next(i for i, m in enumerate(self.stage.measures) if last.onset < m.bar.end)
        return kind_of(last.pitch, heard(self.stage.measures, index, last.onset, last.end)) == "C"

    def said(self) -> np.ndarray:
        """Return what the network is told of this place."""
        return np.zeros(0, np.float32) if self._context is None else self._context.vector()

    def chord(self, duration: Fraction) -> Chord:
        """Return the chord over which a note that begins now would be heard."""
        return heard(self.stage.measures, self.bar, self.now, self.now + duration)

    def token(self, duration: Fraction, pitch: int) -> Token:
        """Return the value that a note which begins now would have."""
        interval = None if self.pitch is None else plain_interval(pitch - self.pitch)
        return Token(kind_of(pitch, self.chord(duration)), duration, interval)

    def step_to(self, pitch: int) -> tuple[int, Fraction] | None:
        """Return the melody step to a pitch that begins now; None at the beginning."""
        if not self.notes:
            return None
        return pitch - self.notes[-1].pitch, self.now - self.notes[-1].onset

    def take(self, text: str, duration: Fraction, pitch: int | None) -> None:
        """Write a note, or a rest, which has no pitch."""
        if pitch is None:
            self.silent += duration
        else:
            step = self.step_to(pitch)
            note = Note(self.now, duration, pitch, VELOCITY)
            if self.breathing:
                self.phrases.append([])
            if step is not None:
                self.steps.append(step)
            self.phrases[-1].append(note)
            self.notes.append(note)
            self.silent = Fraction(0)
        self.texts.append(text)
        self.now += duration
        if self._context is not None:
            self._context.take(duration, pitch)

    def hold(self) -> None:
        """Make the last note last to the end of the bar."""
        last = self.notes[-1]._replace(duration=self.measure.bar.end - self.notes[-1].onset)
        self.notes[-1] = self.phrases[-1][-1] = last
        self.now = last.end

    def bar_line(self, text: str | None) -> None:
        """Go on to the next bar, over what is written between the two, if anything."""
        if text is not None:
            self.texts.append(text)
        if self._context is not None:
            self._context.bar_line()
        self.bar += 1
        if self.bars_left:
            self.now = max(self.now, self.measure.bar.start)

    def by_bar(self) -> list[list[Note]]:
        """Return the notes that begin in each bar."""
        return [
            [note for note in self.notes if m.bar.start <= note.onset < m.bar.end]
            for m in self.stage.measures
        ]
