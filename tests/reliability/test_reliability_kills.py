"""Twelve of the kills that `kills.py` makes by the hundred."""

import kills


def test_killed_anywhere_nothing_is_lost():
    tallies = kills.campaign(["learn"], 12, seed=1)
    assert tallies["learn"].faults == []
    assert tallies["learn"].kills >= 12
    assert tallies["learn"].resumed


def test_file_written_in_place_would_be_seen(tmp_path):
    (tmp_path / "checkpoint.npz").write_bytes(b"PK\3\4 half")
    (tmp_path / "history.csv").write_text("epoch,loss\n1,0.")
    assert sorted(kills.damaged(tmp_path)) == ["checkpoint.npz", "history.csv"]
