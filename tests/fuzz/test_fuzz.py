"""Some of the inputs that `fuzz.py` reads by the million, drawn and shrunk by hypothesis."""

import random

import mutations
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from targets import TARGETS


@pytest.mark.parametrize("name", TARGETS)
def test_corpus_is_read_without_a_complaint(name, tmp_path):
    for number, (file, content) in enumerate(TARGETS[name].kept.items()):
        (tmp_path / str(number)).mkdir()
        TARGETS[name].read(file, content, tmp_path / str(number))


@pytest.mark.parametrize("name", TARGETS)
@settings(max_examples=25)
@given(chance=st.randoms(use_true_random=False))
def test_whatever_is_read_ends_as_an_answer_or_one_clear_error(name, chance):
    TARGETS[name].check(*TARGETS[name].draw(chance))


def test_reader_that_breaks_is_caught():
    with pytest.raises(ZeroDivisionError):
        TARGETS["midi"].__class__(lambda *_: 1 / 0, kept={"a": b"x"}).check("a", b"x")


def test_changes_reach_what_is_packed():
    for file in ("prices/plain.csv.gz", "prices/plain.zip", "runs/stock/fitted.json"):
        target, _, name = file.partition("/")
        good = TARGETS[target].kept[name]
        made = {mutations.mutated(good, random.Random(seed)) for seed in range(30)}
        assert len(made - {good}) > 20
        assert any(one[:4] == good[:4] for one in made - {good})
