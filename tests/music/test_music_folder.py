"""A folder of music in which some files are bad."""

import logging
from fractions import Fraction

import pytest

from lstmkit import config as configs
from lstmkit.errors import InputError
from lstmkit.music import data
from lstmkit.music.config import MusicConfig
from lstmkit.music.files.score import Note

pytest_plugins = ["music_fixtures"]

CONFIG = configs.load(MusicConfig, "music", None)


@pytest.fixture
def folder(tmp_path, write_midi):
    """Three good files, one that is no MIDI file, and one of drums alone."""
    for number in range(3):
        notes = [
            Note(Fraction(i, 2), Fraction(1, 2), 60 + (i * (number + 2)) % 12, 80)
            for i in range(64)
        ]
        write_midi(f"good-{number}.mid", ("Melody", 0, 0, notes))
    (tmp_path / "bad.mid").write_bytes(b"no music")
    write_midi("drums.mid", ("Kit", 0, 9, notes))
    return tmp_path


def test_bad_files_are_left_out_named_and_counted(folder, caplog):
    with caplog.at_level(logging.WARNING, "lstmkit"):
        dataset = data.load([str(folder)], CONFIG)
    assert [tune.name for tune in dataset.songbook.tunes] == ["good-0", "good-1", "good-2"]
    said = [record.getMessage() for record in caplog.records]
    assert sum(text.startswith("left out: ") for text in said) == 2
    assert any("bad.mid: not a readable MIDI file" in text for text in said)
    assert said[-1] == "2 of 5 files were left out; --strict refuses them"


def test_strict_refuses_the_first_bad_file(folder):
    with pytest.raises(InputError, match=r"bad\.mid"):
        data.load([str(folder)], CONFIG, strict=True)


def test_a_bad_file_alone_is_refused_with_its_own_reason(folder):
    with pytest.raises(InputError, match=r"drums\.mid: no part can be the melody"):
        data.load([str(folder / "drums.mid")], CONFIG)


def test_a_folder_without_a_good_file_is_refused(folder):
    files = [str(folder / "bad.mid"), str(folder / "drums.mid")]
    with pytest.raises(InputError, match=r"none of 2 files can be used; the first: .*bad"):
        data.load(files, CONFIG)


def test_what_was_mended_is_said_with_its_file(folder, caplog):
    path = folder / "good-0.mid"
    path.write_bytes(path.read_bytes()[:-40])
    with caplog.at_level(logging.WARNING, "lstmkit"):
        data.load([str(path)], CONFIG)
    assert any("good-0.mid: the file is cut" in record.getMessage() for record in caplog.records)
