import io
import struct
from fractions import Fraction

import mido
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from melodies import line, random_melody

from lstmkit.errors import InputError
from lstmkit.music.files.midi import writer
from lstmkit.music.files.midi.reader import MAX_BYTES, parse_midi
from lstmkit.music.files.score import DEFAULT_TEMPO, Bar, Note


def parse(data: bytes):
    return parse_midi(data, name="piece", where="piece.mid")


def track(*messages: tuple[str, int, dict]) -> mido.MidiTrack:
    result = mido.MidiTrack()
    for kind, time, values in messages:
        meta = kind in mido.midifiles.meta._META_SPEC_BY_TYPE
        message = (mido.MetaMessage if meta else mido.Message)(kind, time=time, **values)
        result.append(message)
    return result


def file_of(*tracks: mido.MidiTrack, kind: int = 1, ticks: int = 96) -> bytes:
    stream = io.BytesIO()
    mido.MidiFile(type=kind, ticks_per_beat=ticks, tracks=list(tracks)).save(file=stream)
    return stream.getvalue()


def raw(body: bytes, *, kind: int = 0, tracks: int = 1, division: int = 96) -> bytes:
    """Return a file with one track of the given bytes."""
    header = struct.pack(">4sLhhh", b"MThd", 6, kind, tracks, division)
    return header + struct.pack(">4sL", b"MTrk", len(body)) + body


NOTE = [("note_on", 0, {"note": 60, "velocity": 80}), ("note_off", 96, {"note": 60})]


def test_write_and_parse_give_the_same_music():
    notes = random_melody(np.random.default_rng(1), 8)
    data = writer.write(
        [writer.Track("Solo", 26, notes, 3)],
        tempo=90,
        metre=Fraction(3),
        end=Fraction(33),
        markers=[(Fraction(0), "Dm7"), (Fraction(6), "G7")],
    )
    score = parse(data)
    assert score.parts[0].notes == tuple(notes)
    assert (score.parts[0].name, score.parts[0].program) == ("Solo", 26)
    assert (score.metre, round(score.tempo, 3)) == (3, 90)
    assert score.symbols == ((Fraction(0), "Dm7"), (Fraction(6), "G7"))


@given(
    st.lists(
        st.tuples(
            st.integers(0, 200), st.integers(1, 48), st.integers(0, 127), st.integers(1, 127)
        ),
        min_size=1,
        max_size=30,
        unique_by=lambda n: n[2],
    )
)
def test_write_and_parse_keep_any_notes(raw_notes):
    notes = [Note(Fraction(on, 12), Fraction(len_, 12), p, v) for on, len_, p, v in raw_notes]
    data = writer.write(
        [writer.Track("x", 0, notes, 0)], tempo=120, metre=Fraction(4), end=Fraction(30)
    )
    assert sorted(parse(data).parts[0].notes) == sorted(notes)


def test_write_is_readable_by_others():
    pretty_midi = pytest.importorskip("pretty_midi")
    data = writer.write(
        [writer.Track("Solo", 26, line(("0", "1", 60), ("1/3", "1/3", 72), ("7", "1", 65)), 0)],
        tempo=120,
        metre=Fraction(4),
        end=Fraction(8),
    )
    theirs = pretty_midi.PrettyMIDI(io.BytesIO(data))
    assert [(n.pitch, round(n.start, 3), round(n.end, 3)) for n in theirs.instruments[0].notes] == [
        (72, 0.167, 0.333),
        (60, 0.0, 0.5),
        (65, 3.5, 4.0),
    ]
    assert len(theirs.get_downbeats()) == 2


def test_parse_splits_type_0_by_channel_and_knows_drums():
    both = track(
        ("program_change", 0, {"channel": 2, "program": 33}),
        ("note_on", 0, {"channel": 2, "note": 40}),
        ("note_on", 0, {"channel": 9, "note": 38}),
        ("note_off", 96, {"channel": 9, "note": 38}),
        ("note_on", 96, {"channel": 2, "note": 40, "velocity": 0}),
    )
    parts = parse(file_of(both, kind=0)).parts
    assert [(p.program, p.drums, p.notes[0].duration) for p in parts] == [
        (33, False, 2),
        (0, True, 1),
    ]


def test_parse_ends_notes_that_are_never_ended_and_ignores_lone_ends():
    open_note = track(
        ("note_off", 0, {"note": 61}),
        ("note_on", 0, {"note": 60}),
        ("control_change", 192, {"control": 7, "value": 1}),
    )
    assert parse(file_of(open_note)).parts[0].notes == (Note(Fraction(0), Fraction(2), 60, 64),)


def test_parse_reads_a_pick_up_and_changes_of_metre_and_tempo():
    conductor = track(
        ("time_signature", 0, {"numerator": 1, "denominator": 4}),
        ("set_tempo", 0, {"tempo": 500_000}),
        ("time_signature", 96, {"numerator": 6, "denominator": 8}),
        ("set_tempo", 0, {"tempo": 250_000}),
    )
    notes = track(("note_on", 0, {"note": 60}), ("note_off", 96 * 7, {"note": 60}))
    score = parse(file_of(conductor, notes))
    assert score.bars == (
        Bar(Fraction(0), Fraction(1)),
        *(Bar(Fraction(s), Fraction(3)) for s in (1, 4)),
    )
    assert (score.metre, score.tempo) == (3, 240)


def test_parse_takes_rehearsal_letters_for_no_chords():
    marks = track(*[("marker", 96, {"text": t}) for t in ("A", "B", "Intro", "C")], *NOTE)
    assert parse(file_of(marks)).symbols == ()


HOSTILE = {
    "empty": b"",
    "text": b"hello, this is no music",
    "header only": raw(b"")[:14],
    "cut short": file_of(track(*NOTE))[:-9],
    "no notes": file_of(track(("set_tempo", 0, {"tempo": 1}))),
    "smpte": raw(b"\x00\xff\x2f\x00", division=-7400),
    "no ticks": raw(b"\x00\x90\x3c\x40\x10\x80\x3c\x00", division=0),
    "endless number": raw(b"\xff" * 500_000),
    "huge deltas": raw(b"\x00\x90\x3c\x40" + b"\xff\xff\xff\x7f\x80\x3c\x00" * 9),
    "huge text": raw(b"\x00\xff\x01\xff\xff\xff\x7f" + b"x" * 1000),
    "undefined status": raw(b"\x00\xf5\x00"),
    "no status": raw(b"\x00\x3c\x40"),
    "all at once": raw(b"\x00\x90\x3c\x40\x00\x80\x3c\x00" * 20),
    "bad key": raw(b"\x00\xff\x59\x02\x63\x05"),
    "short tempo": raw(b"\x00\xff\x51\x01\x63"),
    "too large": raw(b"\x00\x90\x3c\x40" * 150_000),
    "a chord an age later": file_of(
        track(("marker", 0, {"text": "Dm7"}), ("marker", 200_000_000, {"text": "G7"}))
    ),
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_parse_refuses_a_broken_or_hostile_file_in_one_error(data):
    with pytest.raises(InputError, match=r"^piece\.mid: "):
        parse(data)


@pytest.mark.slow
@pytest.mark.timeout(60)
def test_parse_gets_through_as_many_events_as_a_file_may_have():
    count = (MAX_BYTES - 100) // 6
    body = b"\x00\x90\x3c\x40" + b"\x01\x3c\x00\x01\x3c\x40" * count
    assert len(parse(raw(body, division=960)).parts[0].notes) == count + 1
    with pytest.raises(InputError, match="quarter notes"):
        parse(raw(body, division=2))


@pytest.mark.parametrize("tempo", [0, 1, 0xFFFFFF])
def test_parse_ignores_a_tempo_that_nobody_can_play(tempo):
    found = parse(file_of(track(("set_tempo", 0, {"tempo": tempo}), *NOTE)))
    assert found.tempo == DEFAULT_TEMPO


def test_parse_lays_bars_on_32nd_notes_where_a_metre_changes_in_between():
    found = parse(
        file_of(track(("time_signature", 97, {"numerator": 3, "denominator": 4})), track(*NOTE * 8))
    )
    assert found.bars[:2] == (Bar(Fraction(0), Fraction(1)), Bar(Fraction(1), Fraction(3)))


def test_parse_lays_no_bars_up_to_a_metre_after_the_end():
    late = track(("time_signature", 96 * 1_000_000, {"numerator": 3, "denominator": 4}))
    assert parse(file_of(late, track(*NOTE * 8))).bars == tuple(
        Bar(Fraction(s), Fraction(4)) for s in (0, 4)
    )


VALID = file_of(
    track(
        ("time_signature", 0, {"numerator": 3, "denominator": 4}), ("marker", 0, {"text": "Am7"})
    ),
    track(("track_name", 0, {"name": "x"}), *NOTE * 4),
)


@settings(max_examples=400)
@given(st.data())
def test_parse_ends_in_a_score_or_one_clear_error_whatever_the_bytes(data):
    content = bytearray(VALID)
    for _ in range(data.draw(st.integers(1, 8))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place] = data.draw(st.integers(0, 255))
    if data.draw(st.booleans()):
        del content[data.draw(st.integers(0, len(content))) :]
    expect_score_or_error(bytes(content))


@settings(max_examples=200)
@given(st.binary(max_size=200))
def test_parse_ends_in_a_score_or_one_clear_error_for_random_events(body):
    expect_score_or_error(raw(body))


def expect_score_or_error(data: bytes) -> None:
    try:
        score = parse(data)
    except InputError:
        return
    assert score.bars[0].start == 0
    assert score.bars[-1].end >= score.end or not score.end
