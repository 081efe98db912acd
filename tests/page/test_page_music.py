"""The page of a solo in a real browser: it plays, and shows where it is."""

import mido
import pytest
from conftest import CHROMIUM, until

from lstmkit import files, runs
from lstmkit.config import load
from lstmkit.music.config import MusicConfig
from lstmkit.music.page import read_piece
from lstmkit.page import build

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium (Debian: chromium)")


@pytest.fixture
def music_run(tmp_path):
    """A run folder with a solo of four notes in two bars of 2/4, two seconds long."""
    run = runs.create(tmp_path / "outputs", "music", "solo", load(MusicConfig, "music", None))
    file = mido.MidiFile(ticks_per_beat=480)
    metre = mido.MetaMessage("time_signature", numerator=2, denominator=4)
    solo = mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=500_000), metre])
    for number, pitch in enumerate((60, 64, 67, 72)):
        if number % 2 == 0:
            text = "<i>G7</i>" if number else "<b>Cmaj7</b>"
            solo.append(mido.MetaMessage("marker", text=text))
        solo.append(mido.Message("note_on", note=pitch, velocity=100))
        solo.append(mido.Message("note_off", note=pitch, time=480))
    file.tracks.append(solo)
    file.save(run.path / "solo-01.mid")
    metrics = {"solos": {"solo-01": {"metrics": {"notes": 4}}}, "training": {}}
    files.write_json(run.path / "metrics.json", {"verdict": "One solo.", **metrics})
    run.update(status="done")
    return run


def test_read_piece_gives_seconds_pitches_and_chords(music_run):
    piece = read_piece(music_run.path / "solo-01.mid")
    assert piece.seconds == 2.0
    assert [note[:3] for note in piece.notes] == [
        (0.0, 0.5, 60), (0.5, 0.5, 64), (1.0, 0.5, 67), (1.5, 0.5, 72)
    ]  # fmt: skip
    assert piece.symbols == [(0.0, "<b>Cmaj7</b>"), (1.0, "<i>G7</i>")]
    assert piece.bar_seconds == 1.0


def test_music_page_plays_the_notes_and_moves_the_cursor(music_run, opened):
    page = opened(build.write(music_run))
    page.click(".play")
    until(page, "players[0].at > 0.2")
    heard = page.evaluate(
        """() => new Promise((resolve) => {
            const player = players[0], analyser = player.audio.createAnalyser();
            analyser.fftSize = 8192;
            player.output.connect(analyser);
            setTimeout(() => {
                const wave = new Float32Array(analyser.fftSize);
                const bins = new Float32Array(analyser.frequencyBinCount);
                analyser.getFloatTimeDomainData(wave);
                analyser.getFloatFrequencyData(bins);
                const width = player.audio.sampleRate / analyser.fftSize;
                resolve([Math.max(...wave.map(Math.abs)), bins.indexOf(Math.max(...bins)) * width]);
            }, 300);
        })"""
    )
    loudest, frequency = heard
    assert loudest > 0.02
    assert min(abs(frequency - note) for note in (261.6, 329.6, 392.0, 523.3)) < 12
    assert page.evaluate("players[0].roll.at") > 0.2
    until(page, "players[0].timer === null")
    assert page.inner_text(".play") == "Play"
    assert page.evaluate("players[0].next") == 4


def test_music_page_jumps_where_the_slider_is_put(music_run, opened):
    page = opened(build.write(music_run))
    page.locator(".seek").fill("1.5")
    cursor = page.locator(".roll .cursor").bounding_box()
    roll = page.locator(".roll").bounding_box()
    share = (cursor["x"] - roll["x"]) / roll["width"]
    assert 0.74 < share < 0.78
    assert page.inner_text(".clock") == "0:01"


def test_music_page_draws_every_note_and_names_bars_and_chords(music_run, opened):
    page = opened(build.write(music_run))
    boxes = [note.bounding_box() for note in page.locator(".roll rect.lead").all()]
    assert [box["x"] for box in boxes] == sorted(box["x"] for box in boxes)
    assert [box["y"] for box in boxes] == sorted((box["y"] for box in boxes), reverse=True)
    assert page.locator(".roll .bars text").all_text_contents() == ["1", "2"]
    assert page.locator(".roll .symbols text").all_text_contents() == ["<b>Cmaj7</b>", "<i>G7</i>"]


def test_music_page_zooms_where_it_is_dragged_and_comes_back(music_run, opened):
    page = opened(build.write(music_run))
    box = page.locator(".roll").bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.55, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.95, middle, steps=5)
    page.mouse.up()
    assert page.locator(".roll rect.lead").count() == 2
    page.mouse.dblclick(box["x"] + box["width"] * 0.5, middle)
    assert page.locator(".roll rect.lead").count() == 4


def test_music_page_begins_where_the_roll_is_clicked(music_run, opened):
    page = opened(build.write(music_run))
    box = page.locator(".roll").bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.77, box["y"] + box["height"] / 2)
    assert 1.4 < page.evaluate("players[0].at") < 1.6


def test_music_page_silences_a_voice(music_run, opened):
    page = opened(build.write(music_run))
    page.uncheck(".voice.lead input")
    assert page.locator(".roll rect.lead").count() == 0
    page.evaluate("() => { players[0].sound = () => { window.sounded = true; }; }")
    page.click(".play")
    until(page, "players[0].at > 0.7")
    assert page.evaluate("window.sounded") is None


def test_music_page_without_charts_carries_no_chart_library(music_run):
    assert build.write(music_run).stat().st_size < 60_000
