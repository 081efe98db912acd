"""Music pipeline: learn jazz solos from files, and improvise new ones over chords.

The task: melodies are described as tokens that say what each note is to the chord of the moment
(`corpus.grammar`); an LSTM learns which token follows which; a solo is drawn token by token over
new chords.

Conventions: time in quarter notes (exact fractions), pitch as MIDI number (60 is C4), pitch class 0
is C, tempo in quarters per minute, a bar starts at its first moment and ends before the next.

Reference: "Improvise a Jazz Solo with an LSTM Network", an assignment of the course Sequence Models
(deeplearning.ai), after deepjazz and jazzml. Its corpus, shapes and names are kept under
`configs/music-tutorial.yaml`. Where this pipeline differs, and what that does:

1. Any file is read, not one: melody and chords are found by what they are (`files.reading.parts`).
   The tutorial's own file gives the same 193 tokens and 78 values.
2. Values are numbered in sorted order and saved with the network. In the tutorial the numbers come
   from an unordered set, and a saved model means something else in the next process.
3. The first input and the last target of a snippet are filled in: all 30 outputs are taught.
4. One recurrent layer runs over time instead of 30 copies of a cell; the numbers are the same.
5. Rests are tokens and a bar is filled exactly. The tutorial places each note late by its own
   length and plays up to 51 notes in 4 beats.
6. Values are drawn, with temperature and nucleus, under rules a player would keep to (`play.solo`);
   the tutorial plays the one likeliest sequence over every chord.
7. The network is told where it is and what it played one and two bars ago (`corpus.context`); bars
   may be empty, notes last over bar lines. The tutorial's has the last value alone.
8. A solo ends (`play.stage`, `play.solo`), and takes up its own phrases again (`play.motif`).
9. What a solo has in common with the training music is measured and bounded (`corpus.quotation`).
"""

from lstmkit.lazy import attributes

__getattr__, __dir__ = attributes(
    __name__, {"lstmkit.music.face": ("train", "resume", "generate", "evaluate", "inspect")}
)
