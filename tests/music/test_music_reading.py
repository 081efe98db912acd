import io
import zipfile
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from melodies import line

from lstmkit.errors import InputError
from lstmkit.files import cache_folder, fingerprint
from lstmkit.music.files import score, sources

pytest_plugins = ["music_fixtures"]

LEAD_SHEET = """<?xml version="1.0"?>
<score-partwise version="3.1"><part-list><score-part id="P1"><part-name>Tune</part-name>
</score-part></part-list><part id="P1">
<measure number="0" implicit="yes"><attributes><divisions>2</divisions><time><beats>3</beats>
<beat-type>4</beat-type></time></attributes>
<note><pitch><step>G</step><octave>4</octave></pitch><duration>2</duration></note></measure>
<measure number="1"><harmony><root><root-step>B</root-step><root-alter>-1</root-alter></root>
<kind>major-seventh</kind></harmony>
<note><pitch><step>B</step><alter>-1</alter><octave>4</octave></pitch><duration>4</duration></note>
<harmony><root><root-step>G</root-step></root><kind>minor-seventh</kind>
<bass><bass-step>F</bass-step></bass></harmony>
<note><pitch><step>D</step><octave>5</octave></pitch><duration>2</duration><tie type="start"/>
</note></measure><measure number="2">
<note><pitch><step>D</step><octave>5</octave></pitch><duration>2</duration><tie type="stop"/></note>
<note><rest/><duration>2</duration></note>
<note><grace/><pitch><step>C</step><octave>5</octave></pitch></note>
<note><pitch><step>A</step><octave>4</octave></pitch><duration>2</duration></note>
</measure></part></score-partwise>"""


@pytest.fixture
def lead_sheet(tmp_path) -> Path:
    path = tmp_path / "tune.musicxml"
    path.write_text(LEAD_SHEET)
    return path


def test_read_musicxml_with_pick_up_ties_grace_notes_and_chord_symbols(lead_sheet):
    found = sources.read(lead_sheet)
    assert [n[:3] for n in found.parts[0].notes] == [
        (0, 1, 67),
        (1, 2, 70),
        (3, 2, 74),
        (6, 1, 69),
    ]
    assert [bar.length for bar in found.bars] == [1, 3, 3]
    assert found.symbols == ((Fraction(1), "Bbmaj7"), (Fraction(3), "Gm7/F"))
    assert found.name == "tune"


def test_read_compressed_musicxml_gives_the_same(lead_sheet, tmp_path):
    path = tmp_path / "tune.mxl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("META-INF/container.xml", "<container/>")
        archive.writestr("tune.xml", LEAD_SHEET)
    assert sources.read(path) == sources.read(lead_sheet)


def test_read_uses_the_cache_for_the_same_bytes(lead_sheet, monkeypatch):
    first = sources.read(lead_sheet)
    monkeypatch.setattr(sources, "parse_musicxml", None)
    assert sources.read(lead_sheet) == first


def test_read_survives_a_damaged_cache(lead_sheet):
    first = sources.read(lead_sheet)
    for entry in (cache_folder() / "music").iterdir():
        entry.write_bytes(b"\x1f\x8b broken")
    assert sources.read(lead_sheet) == first


def test_a_score_comes_back_exactly_from_the_cache(write_midi, monkeypatch):
    path = write_midi("x.mid", ("a", 3, 0, line(("1/3", "2/3", 60), ("5/4", "7/12", 64))))
    found = sources.read(path)
    monkeypatch.setattr(sources, "parse_midi", None)
    assert sources.read(path) == found


def test_a_file_is_opened_once_and_its_score_carries_its_fingerprint(lead_sheet, monkeypatch):
    opened, open_ = [], Path.open
    monkeypatch.setattr(Path, "open", lambda p, *a, **k: opened.append(p) or open_(p, *a, **k))
    found = sources.read(lead_sheet)
    assert opened.count(Path(lead_sheet)) == 1
    assert found.fingerprint == fingerprint(Path(lead_sheet))


def zipped(*members: tuple[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return stream.getvalue()


ENTITIES = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><x>&b;</x>'
BROKEN = {
    "empty": b"",
    "text": b"hello",
    "not music": b"<html></html>",
    "no notes": LEAD_SHEET[: LEAD_SHEET.index("<note>")].encode()
    + b"</measure></part></score-partwise>",
    "entities": ENTITIES,
    "cut short": LEAD_SHEET[:900].encode(),
    "no parts": b'<?xml version="1.0"?><!DOCTYPE x SYSTEM "file:///etc/passwd"><score-partwise/>',
    "no pitches": LEAD_SHEET.replace("<step>", "<step>H")
    .replace("<harmony>", "<x>")
    .replace("</harmony>", "</x>")
    .encode(),
    "endless": LEAD_SHEET.replace("</part>", "<measure/>" * 7000 + "</part>").encode(),
    "no archive": b"PK\x03\x04 nothing",
    "empty archive": zipped(("a.txt", b"")),
    "bomb": zipped(("a.xml", b" " * 9_000_000)),
}


@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN)
def test_read_refuses_broken_musicxml_in_one_error(data, tmp_path):
    path = tmp_path / "broken.xml"
    path.write_bytes(data)
    with pytest.raises(InputError, match=r"broken\.xml: "):
        sources.read(path)


@pytest.mark.parametrize("tempo", ["0", "1", "-5", "1000000000", "nan"])
def test_read_ignores_a_tempo_that_nobody_can_play(tempo, tmp_path):
    mark = (
        "<direction><direction-type><metronome><beat-unit>quarter</beat-unit>"
        f"<per-minute>{tempo}</per-minute></metronome></direction-type></direction>"
    )
    path = tmp_path / "x.xml"
    path.write_text(LEAD_SHEET.replace("</attributes>", "</attributes>" + mark, 1))
    assert sources.read(path).tempo == score.DEFAULT_TEMPO


@settings(max_examples=25)
@given(st.data())
def test_read_ends_in_a_score_or_one_clear_error_for_mutilated_musicxml(tmp_path_factory, data):
    content = bytearray(LEAD_SHEET.encode())
    for _ in range(data.draw(st.integers(1, 5))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(32, 126))
    path = tmp_path_factory.mktemp("xml") / "x.xml"
    path.write_bytes(bytes(content))
    try:
        sources.read(path)
    except InputError as error:
        assert "x.xml" in str(error)


def test_read_refuses_unknown_kinds_and_missing_files(tmp_path):
    (tmp_path / "song.mp3").write_bytes(b"x")
    with pytest.raises(InputError, match=r"unknown kind of file; expected one of \.mid"):
        sources.read(tmp_path / "song.mp3")
    with pytest.raises(InputError, match="no such file"):
        sources.read(tmp_path / "none.mid")
    with pytest.raises(InputError, match=r"corpus:bach/bwv66\.66: .*did you mean bach/bwv66\.6"):
        sources.read("corpus:bach/bwv66.66")


def test_sources_lists_a_folder_and_refuses_one_without_music(tmp_path, write_midi):
    write_midi("b.mid", ("x", 0, 0, line(("0", "1", 60))))
    write_midi("a.mid", ("x", 0, 0, line(("0", "1", 60))))
    names = [Path(source).name for source in sources.expand([str(tmp_path), "corpus:x"])]
    assert names == ["a.mid", "b.mid", "corpus:x"]
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="no music in this folder"):
        sources.expand([str(tmp_path / "empty")])
