"""Which bars are played over, and how they come home."""

from fractions import Fraction

import pytest
from melodies import bar_over

from lstmkit import config as configs
from lstmkit.music.config import MusicConfig
from lstmkit.music.corpus.rendering import Compass
from lstmkit.music.corpus.songbook import Tune
from lstmkit.music.files.charts.progression import read
from lstmkit.music.play.stage import Stage, set_up, tonic_of
from lstmkit.music.theory.chords import parse

BLUES = "F7 | Bb7 | F7 | Cm7 F7 | Bb7 | Bdim7 | F7 | Am7b5 D7b9 | Gm7 | C7 | F7 D7b9 | Gm7 C7"


def tune(chords: str) -> Tune:
    bars = [bar_over(bar, start=4 * n) for n, bar in enumerate(chords.split(" | "))]
    return Tune("tune", 120, Fraction(4), 0, Compass(55, 80, 67), (tuple(bars),))


def stage(chords: str, *, given: bool = False, **options) -> Stage:
    config = configs.load(MusicConfig, "music", None).generate
    progression = read(chords).bars if given else None
    return set_up(tune(chords), config, progression=progression, **options)


def symbols(found: Stage) -> list[str]:
    return [" ".join(t.chord.symbol for t in m.chords) for m in found.measures]


@pytest.mark.parametrize(
    ("chords", "tonic"),
    [
        (BLUES, "F7"),
        ("Bb6 G7b9 | Cm7 F7 | Dm7 G7b9 | Cm7 F7", "Bb6"),
        ("Dm7 | G7 | Cmaj7 | Cmaj7", "Cmaj7"),
        ("Am7b5 | D7b9 | Gm6 | Gm6", "Gm6"),
        ("Dm7 | Dm7 | Dm7 | Ebm7 | Ebm7 | Dm7", "Dm7"),
    ],
)
def test_the_tonic_is_where_a_progression_is_at_home(chords, tonic):
    found = tonic_of([parse(word) for word in chords.replace("|", " ").split()])
    assert found == parse(tonic)


def test_a_turnaround_comes_a_bar_early_and_the_last_bar_is_home():
    assert symbols(stage(BLUES, bars=12))[-3:] == ["C7", "Gm7 C7", "F7"]
    assert stage(BLUES, bars=12).key == "F"


def test_a_solo_that_stops_within_the_form_comes_home_by_a_cadence():
    assert symbols(stage(BLUES, bars=9))[-3:] == ["F7", "Gm7 C7", "F7"]
    assert symbols(stage("Gm6 | Cm7 | Gm6 | Gm7 G7b9", bars=4))[-1] == "Gm6"


def test_a_new_key_that_was_reached_is_home():
    found = stage("Cmaj7 | Cmaj7 | Dm7 G7 | Cmaj7 | Fm7 | Bb7 | Ebmaj7 | Ebmaj7", bars=8)
    assert (symbols(found)[-2:], found.key) == (["Ebmaj7", "Ebmaj7"], "Eb")


def test_chords_that_are_given_stay_unless_they_go_round():
    given = "Dm7 G7 | Cmaj7 | A7alt"
    assert symbols(stage(given, given=True)) == given.split(" | ")
    assert symbols(stage(given, given=True, bars=6))[-1] == "Cmaj7"


def test_a_form_is_stretched_to_another_metre():
    found = stage("Dm7 G7 | Cmaj7", bars=4, metre=Fraction(3))
    assert {m.bar.length for m in found.measures} == {3}
    assert found.measures[0].chords[1].onset == Fraction(3, 2)
