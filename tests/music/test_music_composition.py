"""The training music of `data/music`: what the scores promise, read back from the MIDI files."""

import contextlib
import functools
import importlib
import itertools
import sys
from collections import Counter
from fractions import Fraction
from pathlib import Path

import pytest

mido = pytest.importorskip("mido")

FOLDER = Path(__file__).parents[2] / "data" / "music"
PIECES = sorted(FOLDER.glob("*.mid"))
MELODY, PIANO, BASS = 1, 2, 3

# Semitones above the root, written down here apart from compose.py: chord tones, and the further
# tones of the scale a player would take over the chord.
CHORD_SCALES = {
    "maj7": ({0, 4, 7, 11}, {2, 5, 6, 9}),
    "6": ({0, 4, 7, 9}, {2, 5, 11}),
    "m7": ({0, 3, 7, 10}, {2, 5, 8, 9}),
    "m6": ({0, 3, 7, 9}, {2, 5, 10, 11}),
    "7": ({0, 4, 7, 10}, {2, 3, 5, 9}),  # 3: the blue third
    "7b9": ({0, 1, 4, 7, 10}, {3, 5, 8}),
    "m7b5": ({0, 3, 6, 10}, {1, 2, 5, 8}),
    "dim7": ({0, 3, 6, 9}, {2, 5, 8, 11}),
}


@contextlib.contextmanager
def importable(folder):
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))


with importable(FOLDER):
    compose, notation = map(importlib.import_module, ("compose", "notation"))


@functools.cache
def notes_of(piece, track):
    """Return (onset, duration, pitch, velocity), times in exact quarters, in order of onset."""
    file = mido.MidiFile(piece)
    now, sounding, notes = 0, {}, []
    for message in file.tracks[track]:
        now += message.time
        if message.type == "note_on":
            assert message.note not in sounding
            sounding[message.note] = (now, message.velocity)
        elif message.type == "note_off":
            start, velocity = sounding.pop(message.note)
            onset, length = (Fraction(t, file.ticks_per_beat) for t in (start, now - start))
            notes.append((onset, length, message.note, velocity))
    assert not sounding
    return sorted(notes)


@functools.cache
def chords_of(piece):
    """Return (onset, end, root, quality) of each chord marker, times in quarters."""
    file = mido.MidiFile(piece)
    now, markers = 0, []
    for message in file.tracks[0]:
        now += message.time
        if message.type == "marker":
            markers.append((Fraction(now, file.ticks_per_beat), message.text))
    ends = [onset for onset, _ in markers[1:]] + [Fraction(now, file.ticks_per_beat)]
    chords = []
    for (onset, symbol), end in zip(markers, ends, strict=True):
        width = 2 if symbol[1:2] in ("b", "#") else 1
        root = "CDEFGAB".index(symbol[0])
        root = (0, 2, 4, 5, 7, 9, 11)[root] + {"b": -1, "#": 1}.get(symbol[1:width], 0)
        chords.append((onset, end, root % 12, symbol[width:]))
    return chords


@functools.cache
def metre_of(piece):
    """Return the quarters in a bar."""
    (sign,) = [m for m in mido.MidiFile(piece).tracks[0] if m.type == "time_signature"]
    return Fraction(4 * sign.numerator, sign.denominator)


def bars_of(piece):
    return int(chords_of(piece)[-1][1] / metre_of(piece))


def kinds_of(piece):
    """Return (onset, kind) of each melody note: C chord, S scale, A approach, X other."""
    melody, chords, kinds = notes_of(piece, MELODY), chords_of(piece), []
    following = [*melody[1:], (None, None, 999, 0)]
    for (onset, length, pitch, _), after in zip(melody, following, strict=True):
        heard = min(onset + length, onset + Fraction(1, 2)) if length > Fraction(1, 2) else onset
        root, quality = next(c[2:] for c in reversed(chords) if c[0] <= heard)  # or anticipated
        tones, scale = CHORD_SCALES[quality]
        step = (pitch - root) % 12
        leads = abs(after[2] - pitch) <= 2 and after[0] == onset + length
        kind = "C" if step in tones else "S" if step in scale else "A" if leads else "X"
        kinds.append((onset, kind))
    return kinds


def test_compose_writes_the_committed_files(tmp_path):
    written = compose.main(FOLDER, tmp_path)
    assert [path.name for path in written] == [path.name for path in PIECES]
    for path, piece in zip(written, PIECES, strict=True):
        assert path.read_bytes() == piece.read_bytes(), f"run data/music/compose.py: {piece.name}"


def test_music_is_long_and_various_enough():
    assert sum(map(bars_of, PIECES)) >= 200
    forms = {piece.stem.split("_")[0] for piece in PIECES}
    assert {"blues", "rhythm", "minor", "modal", "ballad"} <= forms


@pytest.mark.parametrize("piece", PIECES, ids=lambda piece: piece.stem)
class TestPiece:
    def test_bars_are_whole_and_few_are_empty(self, piece):
        file, metre = mido.MidiFile(piece), metre_of(piece)
        lengths = {sum(m.time for m in track) for track in file.tracks}
        assert lengths == {bars_of(piece) * metre * file.ticks_per_beat}
        sung = {onset // metre for onset, *_ in notes_of(piece, MELODY)}
        assert len(sung) >= 0.75 * bars_of(piece)

    def test_melody_is_one_voice_on_the_grid_in_range(self, piece):
        melody = notes_of(piece, MELODY)
        for (onset, length, _, _), after in itertools.pairwise(melody):
            assert onset + length <= after[0]
        for onset, length, pitch, velocity in melody:
            assert length > 0
            assert (length * 4).denominator == 1 or (length * 3).denominator == 1
            bar = onset // metre_of(piece)
            assert (onset + length - Fraction(1, 100)) // metre_of(piece) <= bar + 1
            assert 52 <= pitch <= 84
            assert 60 <= velocity <= 120

    def test_melody_follows_the_chords(self, piece):
        kinds = kinds_of(piece)
        share = Counter(kind for _, kind in kinds)
        strong = Counter(kind for onset, kind in kinds if onset % metre_of(piece) == 0)
        assert share["X"] <= 0.05 * share.total()
        assert share["C"] + share["S"] >= 0.9 * share.total()
        assert strong["C"] >= 0.6 * strong.total()

    def test_melody_breathes_and_varies(self, piece):
        metre = metre_of(piece)
        melody, length = notes_of(piece, MELODY), metre * bars_of(piece)
        silence = 1 - sum(note[1] for note in melody) / length
        assert 0.05 <= silence <= 0.45
        assert len({note[1] for note in melody}) >= 4
        rhythms = {}
        for onset, duration, *_ in melody:
            rhythms.setdefault(onset // metre, []).append((onset % metre, duration))
        assert len({tuple(r) for r in rhythms.values()}) >= 0.3 * bars_of(piece)

    def test_piano_plays_the_chord_of_the_moment(self, piece):
        chords, heard = chords_of(piece), set()
        for onset, length, pitch, _ in notes_of(piece, PIANO):
            chord = next(c for c in chords if c[0] <= onset < c[1])
            start, end, root, quality = chord
            assert onset + length <= end
            assert (pitch - root) % 12 in CHORD_SCALES[quality][0] | {2}  # 2: the ninth, on top
            heard.add(start)
        assert heard == {start for start, *_ in chords}

    def test_piano_moves_little_where_the_chord_changes(self, piece):
        chords, hands = chords_of(piece), {}
        for onset, _, pitch, _ in notes_of(piece, PIANO):
            hands.setdefault(next(c for c in chords if c[0] <= onset < c[1]), set()).add(pitch)
        steps = [
            abs(a - b)
            for one, two in itertools.pairwise(chords)
            if one[2:] != two[2:]
            for a, b in zip(sorted(hands[one]), sorted(hands[two]), strict=True)
        ]
        assert max(steps) <= 7
        assert sum(steps) <= 1.5 * len(steps)

    def test_bass_has_the_root_under_each_chord(self, piece):
        bass = {onset: pitch % 12 for onset, _, pitch, _ in notes_of(piece, BASS)}
        assert all(bass[onset] == root for onset, _, root, _ in chords_of(piece))


def test_a_phrase_returns_in_its_own_piece_alone():
    homes = {}
    for piece in PIECES:
        melody = notes_of(piece, MELODY)
        for i in range(len(melody) - 19):
            run = tuple((note[2] - melody[i][2], note[1]) for note in melody[i : i + 20])
            where = homes.setdefault(run, piece.stem)
            assert where == piece.stem, f"twenty notes of {where} again in {piece.stem}"


def test_the_music_has_ties_space_repeats_and_endings():
    over = total = empty = bars = 0
    for piece in PIECES:
        melody, metre = notes_of(piece, MELODY), metre_of(piece)
        total += len(melody)
        over += sum(onset + length > (onset // metre + 1) * metre for onset, length, *_ in melody)
        bars += bars_of(piece)
        empty += bars_of(piece) - len({onset // metre for onset, *_ in melody})
        root, quality = chords_of(piece)[-1][2:]
        assert (melody[-1][2] - root) % 12 in CHORD_SCALES[quality][0], piece.stem
    assert 0.03 <= over / total <= 0.06
    assert 0.03 <= empty / bars <= 0.08


def test_choruses_are_many_and_of_many_kinds():
    forms = {"blues": 25, "waltz": 5, "rhythm": 6, "modal": 3, "cycle": 4, "ballad": 2, "bossa": 3}
    for form, least in forms.items():
        files = [path for path in FOLDER.glob("*.txt") if form in path.stem]
        text = "\n".join(path.read_text("utf-8") for path in files)
        choruses = max(text.lower().count("[chorus"), len(files))
        assert choruses >= least, form


def test_read_score_times_a_bar_by_hand(tmp_path):
    path = tmp_path / "one.txt"
    path.write_text("title: One\n[A]\nAm7b5 D7b9 | t G5 Eb5 C5 e. A4! s r q F#4 r\n", "utf-8")
    score = notation.read_score(path)
    third = Fraction(1, 3)
    assert score.bars == 1
    assert [(c.onset, c.duration, c.root, c.quality) for c in score.chords] == [
        (0, 2, 9, "m7b5"),
        (2, 2, 2, "7b9"),
    ]
    assert [(n.onset, n.duration, n.pitch) for n in score.melody] == [
        (0, third, 79),
        (third, third, 75),
        (2 * third, third, 72),
        (1, Fraction(3, 4), 69),
        (2, 1, 66),
    ]


@pytest.mark.parametrize(
    ("bar", "message"),
    [
        ("C7 | h C5", r"one\.txt, line 2: the bar holds 2 quarters, expected 4"),
        ("C7 | w H5", r"one\.txt, line 2: unknown token 'H5'"),
        ("C7 | w C3", r"one\.txt, line 2: C3 is outside"),
        ("C9 | w C5", r"one\.txt, line 2: unknown chord 'C9'"),
        ("C7 F7 C7 | w C5", r"one\.txt, line 2: expected 1 or 2 chords"),
    ],
)
def test_read_score_says_where_a_score_is_wrong(tmp_path, bar, message):
    path = tmp_path / "one.txt"
    path.write_text(f"title: One\n{bar}\n", "utf-8")
    with pytest.raises(notation.ScoreError, match=message):
        notation.read_score(path)
