"""The model that ships: twenty solos at default settings, and what they must be."""

import hashlib
import itertools
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from lstmkit import config as configs
from lstmkit import runs
from lstmkit.music.config import MusicConfig
from lstmkit.music.corpus.songbook import Songbook
from lstmkit.music.files import sources
from lstmkit.music.play import improvise
from lstmkit.music.play.band import Request
from lstmkit.music.result import Solo

pytest_plugins = ["music_fixtures"]

SOLOS, BARS = 20, 16


@pytest.fixture(scope="module")
def shipped() -> runs.Run:
    return runs.Run(configs.package_folder("data") / "models" / "music")


@pytest.fixture(scope="module")
def book(shipped) -> Songbook:
    return improvise.load_songbook(shipped)


@pytest.fixture(scope="module")
def solos(shipped) -> list[Solo]:
    player = improvise.load(shipped, shipped.config(MusicConfig))
    return [player.improvise(number) for number in range(SOLOS)]


def every_bar(solos: list[Solo]) -> Iterator:
    return ((solo, measure) for solo in solos for measure in solo.measures)


def test_every_note_stands_in_its_bar_and_some_last_over_its_end(solos):
    assert all(len(solo.measures) == BARS for solo in solos)
    assert {measure.bar.length for _, measure in every_bar(solos)} <= {3, 4}
    notes = [(n, m) for _, m in every_bar(solos) for n in m.notes]
    assert all(m.bar.start <= n.onset < min(n.end, m.bar.end) for n, m in notes)
    over = sum(n.end > m.bar.end for n, m in notes) / len(notes)
    assert 0.01 <= over <= 0.1


def test_every_solo_comes_home(solos):
    for solo in solos:
        last = [note for measure in solo.measures for note in measure.notes][-1]
        bar, (home,) = solo.measures[-1].bar, solo.measures[-1].chords
        assert bar.start <= last.onset <= bar.start + 2
        third = next(step for step in (4, 3) if (home.chord.root + step) % 12 in home.chord.tones)
        assert (last.pitch - home.chord.root) % 12 in (0, third, 6, 7)


def test_no_melody_overlaps_itself_or_leaves_its_instrument(solos, book):
    compass = {tune.name: tune.compass for tune in book.tunes}
    for solo in solos:
        line = [note for measure in solo.measures for note in measure.notes]
        assert all(a.end <= b.onset for a, b in itertools.pairwise(line))
        assert all(note.pitch in compass[solo.over] for note in line)


def test_metrics_are_within_the_training_music(solos, book):
    usual = book.spread_of(BARS)
    share = "chord_or_scale_tone_share"
    for solo in solos:
        assert solo.metrics[share] >= usual[share]["mean"] - 0.05
        for name in ("pitch_class_entropy_bits", "groove_consistency"):
            assert usual[name]["low"] <= solo.metrics[name] <= usual[name]["high"]


def test_nothing_longer_than_eight_values_is_copied(solos):
    assert max(solo.copied["tokens"]["longest"] for solo in solos) <= 8
    assert max(solo.copied["melody"]["longest"] for solo in solos) <= 8


def test_all_solos_differ(solos):
    assert len({solo.midi for solo in solos}) == SOLOS
    lines = {tuple(n.pitch for m in solo.measures for n in m.notes) for solo in solos}
    assert len(lines) == SOLOS


def test_the_solo_follows_the_chords_that_are_given(shipped):
    config = shipped.config(MusicConfig)
    for chords in ("Cmaj7 | C#m7", "F#7 | Gm7b5 C7alt | Ebmaj7", "Bb7"):
        solo = improvise.load(shipped, config, Request(bars=8, chords=chords)).improvise(0)
        assert solo.metrics["chord_or_scale_tone_share"] > 0.88
    names = [timed.chord.symbol for m in solo.measures for timed in m.chords]
    assert names == ["Bb7"] * 8


@pytest.fixture
def files(solos, tmp_path) -> list[Path]:
    paths = [tmp_path / f"{number}.mid" for number in range(3)]
    for path, solo in zip(paths, solos, strict=False):
        path.write_bytes(solo.midi)
    return paths


def test_files_have_the_right_bars_for_us_and_for_music21(files):
    converter = pytest.importorskip("music21.converter")
    for path in files:
        assert len(sources.read(path).bars) == BARS
        for part in converter.parse(path, forceSource=True).parts:
            bars = part.getElementsByClass("Measure")
            lengths = {bar.barDuration.quarterLength for bar in bars}
            assert (len(bars), len(lengths)) == (BARS, 1)


def test_files_have_the_right_bars_for_pretty_midi(files):
    pretty_midi = pytest.importorskip("pretty_midi")
    for path in files:
        music = pretty_midi.PrettyMIDI(str(path))
        end = music.get_end_time()
        # It counts the end as a downbeat too where rounding lets it.
        bars = [float(at) for at in music.get_downbeats() if at < end - 1e-6]
        assert len(bars) == BARS
        assert bars == pytest.approx([number * end / BARS for number in range(BARS)])


def test_manifest_is_of_the_music_that_ships(shipped):
    for entry in shipped.manifest["inputs"]:
        path = configs.package_folder("data").parent / entry["path"]
        if not path.exists():
            path = configs.package_folder("data") / "music" / Path(entry["path"]).name
        assert hashlib.sha256(path.read_bytes()).hexdigest() == entry["sha256"]


def test_generate_loads_neither_tensorflow_nor_music21(process, tmp_path):
    done = process("music", "generate", "--json", PYTHONPROFILEIMPORTTIME="1")
    assert done.returncode == 0, done.stderr
    assert "solo-01.mid" in " ".join(json.loads(done.stdout)["files"])
    loaded = {
        line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()
    }
    assert {"numpy", "mido", "PIL"} <= loaded
    slow = {"tensorflow", "keras", "music21", "pandas", "sklearn", "scipy", "matplotlib", "bokeh"}
    assert not loaded & slow
