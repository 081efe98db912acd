import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from melodies import bar_over

from lstmkit.music.corpus import metrics
from lstmkit.music.corpus.quotation import Quotation, longest_quotation

QUARTERS = [(str(i), "1", 60) for i in range(4)]


def test_entropy_of_even_items_is_the_logarithm_of_their_number():
    assert metrics.entropy("abcdabcd") == 2
    assert metrics.entropy("aaaa") == 0
    assert math.isnan(metrics.entropy(""))
    assert metrics.entropy("aab") == pytest.approx(0.9182958)


def test_scale_consistency_is_the_share_of_the_best_scale():
    assert metrics.scale_consistency([60, 62, 64, 65, 67, 69, 71]) == 1
    assert metrics.scale_consistency([60, 62, 64, 65, 67, 69, 71, 66]) == pytest.approx(7 / 8)


def test_groove_consistency_compares_only_bars_that_exist():
    same = [
        bar_over("C", *QUARTERS),
        bar_over("C", *[(str(i + 4), "1", 60) for i in range(4)], start=4),
    ]
    assert metrics.groove_consistency(same) == 1
    off = [same[0], bar_over("C", ("5", "1", 60), ("13/2", "1", 60), start=4)]
    # onsets 0 4 8 12 against 4 10: they differ in 4 of 16 steps
    assert metrics.groove_consistency(off) == pytest.approx(1 - 4 / 16)
    assert math.isnan(metrics.groove_consistency(same[:1]))


def test_empty_beat_rate_counts_beats_in_which_nothing_sounds():
    bar = bar_over("C", ("1/2", "1", 60), ("3", "1/4", 62))
    assert metrics.empty_beat_rate([bar]) == pytest.approx(1 / 4)
    assert metrics.empty_beat_rate([bar_over("C")]) == 1


def test_all_of_counts_kinds_against_the_chord_of_the_moment():
    bar = bar_over("C Ebmaj7", ("0", "1", 64), ("1", "1", 65), ("2", "1", 63), ("3", "1", 64))
    found = metrics.all_of([bar])
    assert found["chord_tone_share"] == 0.5
    assert found["chord_or_scale_tone_share"] == 0.75
    assert (found["notes"], found["range_semitones"], found["note_density_per_quarter"]) == (
        4,
        2,
        1,
    )
    assert found["rhythmic_variety_bits"] == 0


def test_all_of_an_empty_melody_is_nan_and_no_error():
    found = metrics.all_of([bar_over("C")])
    assert math.isnan(found["chord_tone_share"])
    assert math.isnan(found["range_semitones"])
    assert found["note_density_per_quarter"] == 0


def test_spread_is_taken_over_excerpts_of_one_length():
    bars = [bar_over("C", *[(str(4 * i), "1", 60 + i)], start=4 * i) for i in range(4)]
    found = metrics.spread([bars], 2)["range_semitones"]
    assert (found["mean"], found["low"], found["high"]) == (1, 1, 1)
    assert metrics.spread([bars], 99)["range_semitones"]["high"] == 3


@given(
    st.lists(st.sampled_from("abc"), max_size=12), st.lists(st.text("abc", max_size=12), max_size=3)
)
def test_longest_quotation_is_the_longest_common_run(solo, pieces):
    def stands_in(length: int) -> bool:
        runs = ["".join(solo[i : i + length]) for i in range(len(solo) - length + 1)]
        return any(run in piece for run in runs for piece in pieces)

    found = longest_quotation(solo, pieces)
    expected = max((n for n in range(1, len(solo) + 1) if stands_in(n)), default=0)
    assert found.length == expected
    if found.length:
        run = solo[found.at : found.at + found.length]
        assert list(pieces[found.piece][found.piece_at : found.piece_at + found.length]) == run


def test_longest_quotation_says_where():
    assert longest_quotation("xxabcd", ["zz", "qabcq"]) == Quotation(3, 2, 1, 1)
    assert longest_quotation("x", ["y"]) == Quotation(0)
