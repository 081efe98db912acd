"""The command that looks into the gates of a trained model."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest


def only_run(tmp_path):
    (run,) = (tmp_path / "outputs" / "gates").iterdir()
    return run


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_gates_of_a_stock_run(cli, tmp_path, price_csv, walk, tiny):
    assert cli("stock", "train", price_csv(walk), *tiny).code == 0
    done = cli("cells", "gates", "--json")
    assert done.code == 0
    content = json.loads(done.out)
    assert [name for name in content["metrics"] if name.endswith("gate")] == [
        "forget gate",
        "input gate",
        "output gate",
    ]
    run = only_run(tmp_path)
    rows = rows_of(run / "gates.csv")
    assert len(rows) == 10 * 4  # window, units
    assert rows[-1]["input"] == "2015-10-27"  # the last of 300 days
    by_hand = float(rows[-1]["output_gate"]) * np.tanh(float(rows[-1]["cell_state"]))
    assert float(rows[-1]["hidden_state"]) == pytest.approx(by_hand, abs=2e-6)
    before, now = rows[-5], rows[-1]
    kept = float(now["forget_gate"]) * float(before["cell_state"])
    new = float(now["input_gate"]) * float(now["candidate"])
    assert float(now["cell_state"]) == pytest.approx(kept + new, abs=4e-6)
    assert (run / "plots" / "gates.png").read_bytes().startswith(b"\x89PNG")
    wrong = cli("cells", "gates", "--layer", "none")
    assert (wrong.code, "no LSTM called 'none'; this model has lstm_1" in wrong.err) == (2, True)
    stock = next((tmp_path / "outputs" / "stock").iterdir())
    assert cli("cells", "gates", "--run", stock, "--text", "hello").code == 2
    chosen = cli("cells", "gates", "--text", "hello")  # a sentence is for a model that reads it
    assert (chosen.code, "ships with lstmkit" in chosen.err) == (0, True)


def test_gates_of_the_emoji_model_over_a_sentence(cli, tmp_path):
    done = cli("cells", "gates", "--run", "shipped", "--text", "I am not happy!")
    assert done.code == 0
    rows = rows_of(only_run(tmp_path) / "gates.csv")
    assert ">gates: emoji<" in (only_run(tmp_path) / "report.html").read_text("utf-8")
    assert list(dict.fromkeys(row["input"] for row in rows)) == ["am", "not", "happy"]
    assert cli("cells", "gates", "--run", "shipped", "--text", "qqxx").code == 2


def test_gates_without_a_run_are_those_of_the_emoji_model_that_ships(cli):
    content = json.loads(cli("cells", "gates", "--json").out)
    assert "of its memory" in content["verdict"]
    files = content["files"]
    names = {"gates.csv", "gates.png", "metrics.json", "report.html", "README.md"}
    assert names <= {Path(f).name for f in files}


def test_gates_of_no_run_are_refused(cli):
    assert cli("cells", "gates", "--run", "nowhere").code == 2
