"""What scripts hold on to: errors as JSON, exit codes, every command as JSON, no escapes."""

import json
import logging
import re

import pytest
from conftest import ROOT

from lstmkit import cli as house
from lstmkit import contract, terminal
from lstmkit.cli import root

HOSTILE = "a\x1b[31mred\x07\x9b2J\u202egnp"
SHOWN = r"a\x1b[31mred\x07\x9b2J\u202egnp"


def error_of(done):
    return json.loads(done.err.splitlines()[-1])


def test_an_error_is_one_object_on_stderr(cli):
    done = cli("stock", "train", "no.csv", "--json")
    assert done.code == 2
    assert done.out == ""
    found = error_of(done)
    assert set(found) == set(contract.ERROR)
    assert found["code"] == 2
    assert found["where"] == "no.csv"
    assert "no.csv" in found["message"]


@pytest.mark.parametrize(
    ("args", "where", "hint"),
    [
        (("--set", "train.epoch=3"), "--set train.epoch=3", "did you mean 'train.epochs'?"),
        (("--epochs", "3"), "lstmkit stock train", "use --set train.epochs=VALUE"),
    ],
)
def test_an_error_says_where_and_what_to_do(cli, args, where, hint):
    done = cli("stock", "train", *args, "--json")
    found = error_of(done)
    assert (done.code, found["code"], found["where"]) == (2, 2, where)
    assert hint in found["hint"]


@pytest.mark.parametrize(
    ("message", "where", "hint"),
    [
        ("a b.csv: no such file; check the name", "a b.csv", "check the name"),
        (
            r"C:\x\p.csv, line 3: a price of 0; expected more",
            r"C:\x\p.csv, line 3",
            "expected more",
        ),
        (
            "--chords, bar 1: unknown. Expected a note name.",
            "--chords, bar 1",
            "Expected a note name",
        ),
        ("--set a.b=1: a.b: unknown key", "--set a.b=1", None),
        (
            "nowhere: no run; `lstmkit runs list` shows all",
            "nowhere",
            "`lstmkit runs list` shows all",
        ),
        ("nothing to read: no words", None, None),
        (
            "x: no part; pip install it (or not; as you like)",
            "x",
            "pip install it (or not; as you like)",
        ),
    ],
)
def test_place_and_advice_are_found_in_a_message(message, where, hint):
    found = contract.error(2, message)
    assert (found["where"], found["hint"]) == (where, hint)


def test_a_command_that_is_none_points_to_the_help(cli):
    assert error_of(cli("nonsense", "--json"))["hint"] == "see `lstmkit --help`"


def test_a_bug_and_an_interruption_are_objects_too(cli, monkeypatch):
    for raised, code in ((ValueError("odd"), 1), (KeyboardInterrupt(), 130)):

        def end(*_args, error=raised, **_kwargs):
            raise error

        monkeypatch.setattr(root, "main", end)
        done = cli("doctor", "--json")
        assert (done.code, error_of(done)["code"]) == (code, code)


def test_error_of_a_file_whose_name_has_blanks_says_where_and_what_to_do(cli):
    found = json.loads(cli("stock", "inspect", "my prices; old.csv", "--json").err)
    assert found["where"] == "my prices; old.csv"
    assert found["hint"].startswith("check the name")


def test_without_json_an_error_is_text(cli):
    done = cli("stock", "train", "no.csv")
    assert done.err.startswith("Error: no.csv")


def test_help_ends_with_the_exit_codes(cli):
    shown = cli("--help").out
    assert re.search(r"Exit codes:\n +0  done\n +1  .+\n +2  .+\n +130  .+\n$", shown)


def test_schema_has_every_command_and_says_what_json_prints(cli):
    told = json.loads(cli("schema").out)
    assert list(told["commands"]) == [path for path, _ in contract.commands(root)]
    train = told["commands"]["stock train"]
    assert train["example"].startswith("lstmkit stock train")
    options = {one["names"][0]: one for one in train["options"]}
    assert options["--set"]["several"]
    assert options["--seed"]["least"] == 0
    for path, one in told["commands"].items():
        prints_json = any("--json" in option["names"] for option in one["options"])
        assert bool(one["result"]) == prints_json, path


@pytest.mark.parametrize(
    "command",
    [("cells", "check"), ("emoji", "predict", "I love you"), ("music", "generate", "--bars", "4")],
    ids=" ".join,
)
def test_what_json_prints_has_the_fields_of_the_schema(cli, command):
    done = cli(*command, "--json")
    fields = [f for f in contract.RESULTS[" ".join(command[:2])] if " (with" not in f]
    assert list(json.loads(done.out)) == fields


def test_inspections_and_forecasts_have_the_fields_of_the_schema(cli, price_csv, walk, tiny):
    prices = price_csv(walk)
    found = json.loads(cli("stock", "inspect", prices, *tiny, "--json").out)
    assert list(found) == list(contract.RESULTS["stock inspect"])


def test_the_page_for_agents_is_short_and_names_commands_that_are():
    text = (ROOT / "lstmkit" / "AGENTS.md").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 45
    known = {path for path, _ in contract.commands(root)}
    for line in re.findall(r"^    lstmkit (.+)$", text, flags=re.MULTILINE):
        words = line.split()
        assert " ".join(words[:2]) in known or words[0] in known, line


def test_what_a_terminal_would_obey_is_shown():
    assert terminal.plain(HOSTILE) == SHOWN
    assert terminal.plain("tab\there\nline ❤️ שלום") == "tab\there\nline ❤️ שלום"
    shown = terminal.table([{HOSTILE: HOSTILE}]) + terminal.pairs({HOSTILE: [HOSTILE]})
    assert not terminal.CONTROLS.search(shown)
    assert shown.count(SHOWN) == 4
    line = terminal.json_line({"name": HOSTILE})
    assert not terminal.CONTROLS.search(line)
    assert json.loads(line) == {"name": HOSTILE}


def test_log_and_error_lines_hold_no_escapes(cli, capsys):
    record = logging.LogRecord("lstmkit", logging.WARNING, "", 0, HOSTILE, None, None)
    house.EchoHandler().emit(record)
    assert capsys.readouterr().err == SHOWN + "\n"
    for args in (("stock", "train", HOSTILE), (HOSTILE,), ("--" + HOSTILE,)):
        done = cli(*args)
        assert done.code == 2
        assert not terminal.CONTROLS.search(done.err), done.err
