"""Six kinds of files through inspect, train and generate, and the contract of the commands."""

import json
import shutil
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from melodies import random_melody

from lstmkit import config as configs
from lstmkit.music import pipeline
from lstmkit.music.config import MusicConfig
from lstmkit.music.files import sources
from lstmkit.music.files.midi import writer
from lstmkit.music.files.score import Note

pytest_plugins = ["music_fixtures"]

TINY = (
    *("--set", "model.units=8"),
    *("--set", "train.epochs=2"),
    *("--set", "train.window=8"),
)
MARKERS = [(Fraction(4 * i), symbol) for i, symbol in enumerate(["Dm7", "G7", "Cmaj7", "A7"] * 4)]

LEAD_SHEET = """<?xml version="1.0"?><score-partwise version="3.1"><part-list>
<score-part id="P1"><part-name>Tune</part-name></score-part></part-list><part id="P1">{bars}</part>
</score-partwise>"""


def piano_solo(write_midi) -> Path:
    right = random_melody(np.random.default_rng(1), 8)
    left = [
        Note(Fraction(2 * i), Fraction(2), p + (i % 4) * 5 % 12, 60)
        for i in range(16)
        for p in (43, 47, 50)
    ]
    both = sorted(right + left, key=lambda n: n.onset)
    return write_midi("piano.mid", ("Piano", 0, 0, both))


def lead_sheet(folder: Path) -> Path:
    bars = []
    for i in range(10):
        root = "DGCA"[i % 4]
        attributes = (
            "<attributes><divisions>2</divisions><time><beats>4</beats><beat-type>4</beat-type></time>"
            "</attributes>"
            if i == 0
            else ""
        )
        notes = "".join(
            f"<note><pitch><step>{step}</step><octave>{4 + (i + j) % 2}</octave></pitch>"
            "<duration>2</duration></note>"
            for j, step in enumerate(("DFAC", "GBDF", "CEGA", "AGEC")[i % 4])
        )
        kind = ("minor-seventh", "dominant", "major-seventh", "dominant")[i % 4]
        chord = f"<harmony><root><root-step>{root}</root-step></root><kind>{kind}</kind></harmony>"
        bars.append(f'<measure number="{i + 1}">{attributes}{chord}{notes}</measure>')
    path = folder / "lead.musicxml"
    path.write_text(LEAD_SHEET.format(bars="".join(bars)))
    return path


def band(write_midi) -> Path:
    melody = random_melody(np.random.default_rng(2), 8)
    comping = [
        Note(Fraction(4 * i), Fraction(3), p + 5 * (i % 2), 60)
        for i in range(8)
        for p in (50, 53, 57)
    ]
    bass = [Note(Fraction(i), Fraction(1), 38 + i % 7, 70) for i in range(32)]
    drums = [Note(Fraction(i, 2), Fraction(1, 10), 42, 90) for i in range(64)]
    return write_midi(
        "band.mid",
        ("Kit", 0, 9, drums),
        ("Bass", 32, 1, bass),
        ("Keys", 4, 2, comping),
        ("Lead", 65, 3, melody),
    )


def one_track(write_midi) -> Path:
    return write_midi("one.mid", ("", 73, 0, random_melody(np.random.default_rng(3), 8)))


def waltz(write_midi) -> Path:
    notes = random_melody(np.random.default_rng(4), 10, length=3)
    markers = [(Fraction(3 * i), "Am7" if i % 2 else "D7") for i in range(10)]
    return write_midi("waltz.mid", ("Solo", 66, 0, notes), metre=3, markers=markers)


KINDS = {
    "piano solo": piano_solo,
    "lead sheet": lead_sheet,
    "band with drums": band,
    "one-track melody": one_track,
    "waltz": waltz,
    "ragtime": None,
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_file_goes_through_inspect_train_and_generate(
    kind, cli, write_midi, tmp_path
):
    if kind == "ragtime":
        pytest.importorskip("music21")
        source = "corpus:joplin/maple_leaf_rag"
    else:
        source = str(KINDS[kind](tmp_path if kind == "lead sheet" else write_midi))

    seen = cli("music", "inspect", source, "--json")
    found = json.loads(seen.out)
    assert (seen.code, found["usable"]) == (0, True), seen.err

    trained = cli("music", "train", source, *TINY, "--json")
    assert trained.code == 0, trained.err
    run = Path(json.loads(trained.out)["run"])
    assert {"model.keras", "songbook.json", "history.csv", "solo-01.mid"} <= {
        p.name for p in run.iterdir()
    }

    made = cli("music", "generate", "--bars", "6", "--json")
    assert made.code == 0, made.err
    result = json.loads(made.out)
    score = sources.read(Path(result["run"], "solo-01.mid"))
    assert len(score.bars) == 6
    assert {bar.length for bar in score.bars} == {Fraction(str(found["metre_quarters"]))}
    for before, after in zip(score.parts[0].notes, score.parts[0].notes[1:], strict=False):
        assert before.end <= after.onset


@pytest.fixture(scope="module")
def a_run(tmp_path_factory) -> Path:
    """A folder with a tune and a small network that learned it."""
    folder = tmp_path_factory.mktemp("run")
    melody = random_melody(np.random.default_rng(5), 16)
    track = writer.Track("Solo", 66, melody, 0)
    data = writer.write([track], tempo=120, metre=Fraction(4), end=Fraction(64), markers=MARKERS)
    (folder / "tune.mid").write_bytes(data)
    config = configs.load(MusicConfig, "music", None, TINY[1::2])
    pipeline.train([str(folder / "tune.mid")], config, folder / "outputs")
    return folder


@pytest.fixture
def trained(cli, a_run, tmp_path) -> None:
    shutil.copytree(a_run, tmp_path, dirs_exist_ok=True)


def test_generate_over_given_chords_writes_all_that_it_says(cli, trained):
    made = cli(
        *("music", "generate", "--chords", "Dm7 G7 | Cmaj7 | % | A7alt", "--count", "2", "--wav"),
        *("--tempo", "200", "--swing", "0.5", "--temperature", "0.8", "--seed", "3", "--json"),
    )
    assert made.code == 0, made.err
    content = json.loads(made.out)
    run = Path(content["run"])
    names = {p.name for p in run.iterdir()}
    assert {f"solo-0{i}.{kind}" for i in (1, 2) for kind in ("mid", "png", "wav")} <= names
    score = sources.read(run / "solo-01.mid")
    assert [part.name for part in score.parts] == ["Solo", "Piano", "Bass", "Drums"]
    assert (len(score.bars), score.tempo) == (4, 200)
    assert [symbol for _, symbol in score.symbols] == ["Dm7", "G7", "Cmaj7", "Cmaj7", "A7alt"]
    solo = content["metrics"]["solos"]["solo-01"]
    assert set(solo["metrics"]) == set(content["metrics"]["training"])
    assert solo["copied"]["tokens"]["longest"] <= 8
    assert json.loads((run / "metrics.json").read_text())["solos"].keys() == {"solo-01", "solo-02"}
    assert (run / "solo-01.mid").read_bytes() != (run / "solo-02.mid").read_bytes()


def test_generate_gives_the_same_bytes_for_the_same_seed(cli, trained):
    def files(seed: int) -> list[bytes]:
        made = cli("music", "generate", "--bars", "4", "--seed", str(seed), "--json")
        run = Path(json.loads(made.out)["run"])
        return [(run / f"solo-01.{kind}").read_bytes() for kind in ("mid", "png")]

    assert files(1) == files(1)
    assert files(1) != files(2)


def test_generate_alone_and_after_a_primer(cli, trained, write_midi):
    primer = write_midi(
        "primer.mid", ("Solo", 66, 0, random_melody(np.random.default_rng(5), 4)), markers=MARKERS
    )
    made = cli(
        "music", "generate", "--no-accompaniment", "--primer", primer, "--bars", "2", "--json"
    )
    assert made.code == 0, made.err
    score = sources.read(Path(json.loads(made.out)["run"], "solo-01.mid"))
    assert [part.name for part in score.parts] == ["Solo"]


def test_generate_refuses_a_wrong_chord_and_leaves_no_run(cli, trained):
    before = sorted(Path("outputs/music").iterdir())
    made = cli("music", "generate", "--chords", "Dm7 | H7")
    assert made.code == 2
    assert "bar 2, chord 1: unknown chord 'H7'" in made.err
    assert sorted(Path("outputs/music").iterdir()) == before


@pytest.mark.parametrize("option", ["--tempo", "--swing", "--temperature", "--top-p"])
def test_generate_refuses_what_is_no_number(cli, option):
    made = cli("music", "generate", option, "nan")
    assert made.code == 2
    assert f"Invalid value for '{option}': 'nan' is no number" in made.err


def test_generate_refuses_a_damaged_songbook(cli, trained):
    run = next(Path("outputs/music").iterdir())
    (run / "songbook.json").write_text('{"values": []}')
    made = cli("music", "generate")
    assert made.code == 2
    assert "songbook.json: damaged" in made.err


def test_evaluate_measures_any_file_beside_the_training_music(cli, trained, write_midi):
    other = write_midi(
        "other.mid", ("Solo", 0, 0, random_melody(np.random.default_rng(8), 8)), markers=MARKERS
    )
    seen = cli("music", "evaluate", other)
    assert seen.code == 0, seen.err
    assert "chord tones, share" in seen.out
    assert "training music" in seen.out
    itself = json.loads(cli("music", "evaluate", "tune.mid", "--json").out)
    assert itself["metrics"]["copied"]["tokens"]["longest"] > 20


def test_inspect_shows_parts_chords_and_what_makes_a_file_unusable(cli, write_midi):
    shown = cli("music", "inspect", band(write_midi))
    assert shown.code == 0
    assert "melody: part 3 (Lead)" in shown.out
    assert "drums" in shown.out
    drums = [Note(Fraction(i), Fraction(1, 4), 38, 90) for i in range(32)]
    alone = cli("music", "inspect", write_midi("kit.mid", ("Kit", 0, 9, drums)))
    assert alone.code == 0
    assert "no part can be the melody" in alone.out


@pytest.mark.parametrize("verb", ["inspect", "train", "evaluate"])
@pytest.mark.parametrize(
    "content", [b"", b"MThd junk", b"\x00" * 64], ids=["empty", "junk", "zeros"]
)
def test_commands_refuse_a_broken_file_in_one_error(cli, tmp_path, verb, content):
    path = tmp_path / "broken.mid"
    path.write_bytes(content)
    result = cli("music", verb, path)
    assert result.code == 2
    assert result.err.count("Error") == 1
    assert "broken.mid" in result.err or "no finished run" in result.err


def test_write_then_train_on_a_folder_learns_from_every_file(cli, tmp_path, write_midi):
    folder = tmp_path / "songs"
    folder.mkdir()
    for number in range(2):
        notes = random_melody(np.random.default_rng(number), 8)
        track = writer.Track("Solo", 0, notes, 0)
        data = writer.write(
            [track], tempo=120, metre=Fraction(4), end=Fraction(32), markers=MARKERS[:8]
        )
        (folder / f"{number}.mid").write_bytes(data)
    result = cli("music", "train", folder, *TINY, "--json")
    assert result.code == 0, result.err
    content = json.loads(result.out)
    assert content["metrics"]["tunes"] == 2
    manifest = json.loads(Path(content["run"], "run.json").read_text(encoding="utf-8"))
    assert [Path(entry["path"]).name for entry in manifest["inputs"]] == ["0.mid", "1.mid"]
