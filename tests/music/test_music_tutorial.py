"""The tutorial's model on the tutorial's file."""

import json
from pathlib import Path

import pytest

from lstmkit.music.files import sources

pytest_plugins = ["music_fixtures"]


@pytest.mark.slow
def test_tutorial_config_reaches_the_tutorials_accuracy_and_plays_over_all_chords(cli, reference):
    source = reference / "data" / "original_metheny.mid"
    trained = cli("music", "train", source, "--config", "music-tutorial", "--json")
    assert trained.code == 0, trained.err
    metrics = json.loads(trained.out)["metrics"]
    assert (metrics["tokens"], metrics["values"], metrics["snippets"]) == (193, 78, 60)
    assert len(metrics["accuracy_by_place"]) == 30
    assert min(metrics["accuracy_by_place"][3:]) > 0.95

    made = cli("music", "generate", "--json")
    assert made.code == 0, made.err
    run = Path(json.loads(made.out)["run"])
    score = sources.read(run / "solo-01.mid")
    assert len(score.bars) == 18
    symbols = {int(onset // 4) for onset, _ in score.symbols}
    assert symbols == set(range(18))
