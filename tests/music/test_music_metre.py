"""6/8 and 3/4 are as long, and not the same: from a file to a solo."""

from fractions import Fraction

import numpy as np
import pytest
from melodies import random_melody

from lstmkit import config as configs
from lstmkit.errors import InputError
from lstmkit.music import data
from lstmkit.music.config import MusicConfig
from lstmkit.music.corpus import songbook
from lstmkit.music.files import sources
from lstmkit.music.files.midi import writer
from lstmkit.music.files.reading import metre
from lstmkit.music.files.score import (
    Note,
    Part,
    Score,
    bars_from_metres,
    is_compound,
    usual_signature,
)
from lstmkit.music.play import band
from lstmkit.music.play.band import Request

pytest_plugins = ["music_fixtures"]


@pytest.fixture
def jig(tmp_path):
    notes = random_melody(np.random.default_rng(0), 8, length=3)
    track = writer.Track("Solo", 73, notes, 0)
    content = writer.write(
        [track], tempo=150, metre=Fraction(3), end=Fraction(24), signature=(6, 8)
    )
    (tmp_path / "jig.mid").write_bytes(content)
    return data.load([str(tmp_path / "jig.mid")], configs.load(MusicConfig, "music", None)).songbook


def test_a_solo_keeps_the_time_signature_of_its_tune(jig, tmp_path):
    book = songbook.from_json(songbook.to_json(jig), where="songbook")
    tune = book.tunes[0]
    assert (tune.metre, tune.signature) == (3, (6, 8))
    config = configs.load(MusicConfig, "music", None).generate
    stage = band.stage(tune, Request(bars=4), config, None)
    half = Fraction(1, 2)
    filled = [
        m._replace(notes=tuple(Note(m.bar.start + i * half, half, 72, 90) for i in range(6)))
        for m in stage.measures
    ]
    chance = np.random.default_rng(0)
    file, tracks = band.perform(filled, stage, tune, 0.58, Request(), chance)
    (tmp_path / "solo.mid").write_bytes(file)
    found = sources.read(tmp_path / "solo.mid")
    assert (found.signature, len(found.bars)) == ((6, 8), 4)
    assert {note.onset % Fraction(1, 2) for note in tracks[0].notes} == {0}  # nothing swings
    assert {note.onset % Fraction(3, 2) for note in tracks[2].notes} == {0}  # two beats a bar


def test_songbook_refuses_a_signature_that_is_not_the_metre(jig):
    content = songbook.to_json(jig)
    content["tunes"][0]["signature"] = [7, 8]
    with pytest.raises(InputError, match="is not in 7/8"):
        songbook.from_json(content, where="songbook")


@pytest.mark.parametrize(
    ("length", "signature", "compound"),
    [("4", (4, 4), False), ("3/2", (3, 8), False), ("9/2", (9, 8), True), ("7/2", (7, 8), False)],
)
def test_usual_signature_is_the_simplest(length, signature, compound):
    assert usual_signature(Fraction(length)) == signature
    assert is_compound(signature) is compound


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_piece_shorter_than_a_bar_is_read_in_four(quarters):
    part = Part("", 0, False, (Note(Fraction(0), Fraction(quarters), 60, 80),))
    bars = bars_from_metres([(Fraction(0), Fraction(1))], Fraction(quarters))
    found = metre.mended(Score("x", (part,), bars, ((Fraction(0), 120.0),), signature=(1, 4)))
    assert found.signature == (4, 4)
