"""Twelve of the kills that `kills.py` makes by the hundred, and the fault that it has to catch."""

import signal
import sys
from dataclasses import replace
from pathlib import Path

import kills
import pytest
from commands import COMMANDS, prepare

from lstmkit import contract
from lstmkit.cli import root

#: Commands that name where runs are, or a file, and have no row in the kill table.
NOT_KILLED = {
    "demo": "what it does is done by commands that are killed",
    "emoji chat": "writes nothing",
    "cells write": "writes nothing",
    "runs list": "writes nothing",
    "runs show": "writes nothing",
}
LIGHT = {name: one for name, one in COMMANDS.items() if not one.slow}
PLANTED = (sys.executable, str(Path(__file__).with_name("planted.py")))


def test_killed_anywhere_nothing_is_lost():
    tally = kills.campaign({"learn": COMMANDS["learn"]}, 6, seed=1)["learn"]
    assert tally.faults == []
    assert tally.kills >= 6
    assert tally.resumed


def test_killed_once_each_light_command_starts_anew():
    names = ("predict", "generate", "forecast", "report", "export", "fetch")
    tallies = kills.campaign({name: LIGHT[name] for name in names}, 6, seed=2)
    assert {name: tally.faults for name, tally in tallies.items()} == {name: [] for name in names}
    assert sum(tally.kills for tally in tallies.values()) >= 6


def test_every_command_that_writes_has_a_row_or_a_reason():
    asked = {" ".join(row.words) for row in COMMANDS.values()}
    writing = {
        name
        for name, told in contract.schema(root)["commands"].items()
        if {"--output", "--to"} & {flag for one in told["options"] for flag in one["names"]}
    }
    without = {name for name in writing if not any(text.startswith(name) for text in asked)}
    assert without == set(NOT_KILLED)


def test_checkpoint_that_is_written_in_place_is_caught(tmp_path):
    prepare(tmp_path)
    worker = kills.start(replace(COMMANDS["learn"], program=PLANTED), tmp_path)
    assert worker.wait() == -signal.SIGKILL
    assert "checkpoint.npz is damaged" in kills.looked_at(tmp_path)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("checkpoint.npz", b"PK\3\4 half"),
        ("history.csv", b"epoch,loss\n1,0."),
        ("metrics.json", b'{"a": 1'),
        ("report.html", b"<html><p>"),
        ("solo.mid", b"MThd\0\0\0\6\0\1\0\1\0"),
    ],
)
def test_file_that_is_half_there_is_seen(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    assert list(kills.damaged(tmp_path)) == [name]
