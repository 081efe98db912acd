"""What the music does not need cannot refuse a MIDI file; what was mended is said."""

import struct
from fractions import Fraction

import pytest
from steps import steps_of

from lstmkit.errors import InputError
from lstmkit.music.files.midi import texts
from lstmkit.music.files.midi.reader import parse_midi

HEADER = struct.pack(">4sLhhh", b"MThd", 6, 1, 2, 96)
END = b"\x00\xff\x2f\x00"
META = b"\x00\xff\x58\x04\x04\x02\x18\x08"


def note(pitch: int, wait: int = 0, length: int = 48, channel: int = 0) -> bytes:
    return bytes((wait, 0x90 | channel, pitch, 80, length, 0x80 | channel, pitch, 0))


def chunk(body: bytes, kind: bytes = b"MTrk", length: int | None = None) -> bytes:
    return kind + struct.pack(">L", len(body) if length is None else length) + body


def meta(kind: int, data: bytes) -> bytes:
    return b"\x00\xff" + bytes((kind, len(data))) + data


TUNE = b"".join(note(60 + step % 12) for step in range(16))
TRACK = chunk(TUNE + END)


def parse(data: bytes):
    return parse_midi(data, name="x", where="x.mid")


def with_meta(kind: int, data: bytes) -> bytes:
    return HEADER + chunk(meta(kind, data) + END) + TRACK


UNHEARD = {
    "key of mode 255": with_meta(0x59, b"\xff\xff"),
    "SMPTE offset out of range": with_meta(0x54, b"\xff" * 5),
    "tempo of one byte": with_meta(0x51, b"\x07"),
    "metre of no byte": with_meta(0x58, b""),
    "metre of two bytes": with_meta(0x58, b"\x04\x02"),
    "0/4": with_meta(0x58, b"\x00\x02\x18\x08"),
    "1/256": with_meta(0x58, b"\x01\x08\x18\x08"),
    "port without a byte": with_meta(0x21, b""),
    "chunk of another kind": HEADER + chunk(b"abc", b"XFIH") + chunk(END) + TRACK,
    "RIFF": b"RIFF\x00\x00\x00\x00RMIDdata\x00\x00\x00\x00" + HEADER + chunk(END) + TRACK,
    "bytes before the header": b"\x00" * 128 + HEADER + chunk(END) + TRACK,
    "track too long": HEADER + chunk(END) + chunk(TUNE + END, length=9999),
    "track too short": HEADER + chunk(END) + chunk(TUNE + END, length=20),
    "first track too short": HEADER[:-4] + b"\x00\x01\x00\x60" + chunk(TUNE + END, length=7),
    "fewer tracks than it says": HEADER[:11] + b"\x09" + HEADER[12:] + chunk(END) + TRACK,
    "more tracks than it says": HEADER[:11] + b"\x01" + HEADER[12:] + chunk(END) + TRACK,
    "no end of track": HEADER + chunk(END) + chunk(TUNE),
    "bytes behind the last track": HEADER + chunk(END) + TRACK + b"\x00" * 50,
    "bytes between two tracks": HEADER + chunk(END) + b"\x00\x01" + TRACK,
    "type 2": HEADER[:9] + b"\x02" + HEADER[10:] + TRACK + chunk(note(30) * 9 + END),
    "type 77": HEADER[:9] + b"\x4d" + HEADER[10:] + chunk(END) + TRACK,
    "far controller": HEADER + chunk(END) + chunk(TUNE + b"\xff\xff\xff\x7f\xb0\x07\x40" * 9 + END),
    "sysex": HEADER + chunk(b"\x00\xf0\x03\x01\x02\xf7" + END) + TRACK,
}


@pytest.mark.parametrize("data", UNHEARD.values(), ids=UNHEARD)
def test_parse_reads_all_notes_whatever_is_around_them(data):
    score = parse(data)
    assert [(n.onset, n.pitch) for n in score.parts[0].notes] == [
        (Fraction(step, 2), 60 + step % 12) for step in range(16)
    ]
    assert (len(score.bars), score.metre) == (2, 4)


SAID = {
    "0/4": "metre of 0/4",
    "track too long": "not as long as it says",
    "fewer tracks than it says": "incomplete: the header tells of 9 tracks, and 2 are there",
    "type 2": "first of 2 sequences",
    "tempo of one byte": "a tempo at quarter 0 is damaged",
}


@pytest.mark.parametrize("name", SAID)
def test_parse_says_what_it_mended(name):
    assert SAID[name] in " ".join(parse(UNHEARD[name]).repairs)


@pytest.mark.parametrize("name", ["key of mode 255", "no end of track", "RIFF", "sysex"])
def test_parse_says_nothing_of_what_does_not_matter(name):
    assert parse(UNHEARD[name]).repairs == ()


def test_parse_reads_a_track_up_to_where_the_file_is_cut():
    whole = HEADER + chunk(END) + TRACK
    score = parse(whole[: -len(END) - 3 * len(note(60)) - 2])
    assert len(score.parts[0].notes) == 13
    assert score.repairs[0].startswith("the file is cut within track 2")


def test_parse_reads_the_next_track_after_a_damaged_one():
    damaged = chunk(note(50) + b"\x00\xff\xff\xff\xff\xff\xff" + b"\x00" * 9)
    score = parse(HEADER + damaged + TRACK)
    assert [len(part.notes) for part in score.parts] == [1, 16]
    assert "track 1 is damaged" in score.repairs[0]


def test_parse_ends_a_hanging_note_where_the_next_begins():
    hanging = b"\x00\x90\x48\x50" + TUNE
    score = parse(HEADER + chunk(END) + chunk(hanging + END))
    held = next(n for n in score.parts[0].notes if n.pitch == 72)
    assert (held.onset, held.end) == (0, Fraction(1, 2))
    assert "1 notes are never ended" in score.repairs[0]


def test_parse_keeps_later_notes_whole_where_one_end_is_missing():
    body = b"\x00\x90\x3c\x50\x60" + note(60)[1:] + b"".join(note(60) for _ in range(7))
    score = parse(HEADER + chunk(END) + chunk(body + END))
    assert [n.duration for n in score.parts[0].notes[1:]] == [Fraction(1, 2)] * 8


def test_parse_holds_notes_that_are_never_ended_until_the_next_though_they_come_again():
    body = b"".join(bytes((48 if step else 0, 0x90, 60 + step % 12, 80)) for step in range(32))
    notes = parse(HEADER + chunk(END) + chunk(body + note(60) + END)).parts[0].notes
    assert {n.duration for n in notes[:31]} == {Fraction(1, 2)}


def test_parse_takes_one_track_on_many_channels_for_one_player():
    strings = b"".join(note(60 + step, channel=step % 6) for step in range(12))
    drums = note(36, channel=9)
    other = chunk(note(40, channel=10) + END)
    score = parse(HEADER + chunk(meta(3, b"Guitar") + strings + drums + END) + other)
    assert [(p.name, len(p.notes), p.drums) for p in score.parts] == [
        ("Guitar", 12, False),
        ("Guitar", 1, True),
        ("", 1, False),
    ]


@pytest.mark.parametrize(
    ("name", "keys", "drums"),
    [
        ("Drum Kit", (36, 42, 38, 42), True),
        ("", (36, 42, 38, 46), False),  # one after the other, it may be a bass
        ("Steel Drums", (60, 64, 67, 72), False),
        ("Bass", (36, 38, 40, 43), False),
    ],
)
def test_parse_knows_drums_by_their_name(name, keys, drums):
    body = meta(3, name.encode()) + b"".join(note(key) for key in keys * 8)
    assert parse(HEADER + chunk(END) + chunk(body + END)).parts[0].drums == drums


def test_parse_knows_drums_by_their_keys_struck_together():
    beat = b"\x00\x90\x24\x50\x00\x90\x2a\x50\x30\x80\x24\x00\x00\x80\x2a\x00"
    score = parse(HEADER + chunk(END) + chunk((beat + note(42) + note(38)) * 8 + END))
    assert score.parts[0].drums


NAMES = {
    "utf-8": ("Melody", "Flöte", "メロディー", "ピアノ", "主旋律", "Violão"),
    "shift_jis": ("Melody", "メロディー", "ピアノ", "主旋律"),
    "cp1252": ("Melody", "Flöte", "Violão", "Für Elise"),
}


@pytest.mark.parametrize("encoding", NAMES)
def test_names_are_read_in_the_encoding_they_are_written_in(encoding):
    names = NAMES[encoding]
    assert tuple(texts.decoded(name.encode(encoding)) for name in names) == names


def said(*words: str) -> list[tuple[Fraction, str]]:
    return [(Fraction(4 * place), word) for place, word in enumerate(words)]


@pytest.mark.parametrize(
    "words",
    [
        ("Intro", "A1", "A2", "B2"),
        ("A", "A", "B", "A"),
        ("A", "B", "Intro", "C"),
        ("\\Go", "A", "way", "Am", "E"),
        ("@KMIDI", "A", "Am", "E"),
        ("Am", "a", "zing", "grace", "how", "sweet"),
    ],
)
def test_texts_that_are_no_chords_are_none(words):
    assert texts.chord_symbols(said(*words)) == []


@pytest.mark.parametrize(
    "words", [("Dm7", "G7", "Cmaj7"), ("C", "F", "G", "C"), ("Verse", "Am", "F", "N.C.", "G")]
)
def test_texts_that_are_chords_are_kept(words):
    expected = [word for word in words if word != "Verse"]
    assert [text for _, text in texts.chord_symbols(said(*words))] == expected


def test_parse_is_linear_in_notes_that_are_never_ended():
    def never_ended(count: int) -> bytes:
        body = b"".join(bytes((0, 0x90, 60 + step % 8, 64)) for step in range(count))
        return HEADER + chunk(END) + chunk(body + note(60) + END)

    once, twice = never_ended(1000), never_ended(2000)
    assert steps_of(lambda: parse(twice)) < 2.1 * steps_of(lambda: parse(once))
    assert len(parse(twice).parts[0].notes) == 2001


def test_the_reason_is_never_an_index():
    with pytest.raises(InputError) as error:
        parse(HEADER + chunk(meta(0x58, b"\x04") + END) + chunk(END))
    assert "list index" not in str(error.value)
