"""The command-line contract: exit codes, streams, and what a command loads."""

import json
import subprocess
import sys

import click
import pytest

from lstmkit import cli as root
from lstmkit.errors import InputError, InterruptedRunError, RunError

HEAVY = {"tensorflow", "keras", "music21", "matplotlib", "pandas", "sklearn", "scipy", "bokeh"}
HEAVY |= {"jinja2", "pooch", "requests", "yfinance", "tf2onnx", "onnx", "mido"}


def every_command(command=root.root, path=()):
    yield path
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            yield from every_command(command.get_command(context, name), (*path, name))


COMMANDS = list(every_command())


def loaded_by(args):
    """Return the heavy packages that a command loads, with its exit code and stderr."""
    code = (
        "import sys, json\n"
        "from lstmkit.cli import main\n"
        "try:\n    main(sys.argv[1:])\n"
        "except SystemExit as stop:\n    status = stop.code\n"
        f"heavy = sorted({HEAVY!r} & set(sys.modules))\n"
        "print(json.dumps([status, heavy]), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *args], capture_output=True, text=True, check=True
    )
    *said, last = done.stderr.splitlines()
    status, heavy = json.loads(last)
    return status, heavy, done.stdout, "\n".join(said)


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_help_loads_nothing_heavy_and_shows_an_example(path):
    status, heavy, out, _ = loaded_by([*path, "--help"])
    assert status == 0
    assert heavy == []
    assert "Usage:" in out
    command = root.root
    for name in path:
        command = command.get_command(click.Context(command), name)
    if not isinstance(command, click.Group):
        assert f"Example: lstmkit {' '.join(path)}" in " ".join(out.split())


def test_config_typo_loads_nothing_heavy_and_ends_with_2():
    status, heavy, _, err = loaded_by(["stock", "train", "--set", "train.epoch=3"])
    assert (status, heavy) == (2, [])
    assert (
        err == "Error: --set train.epoch=3: train.epoch: unknown key; did you mean 'train.epochs'?"
    )


def test_no_arguments_show_the_help(cli):
    shown = cli()
    assert "Usage: lstmkit" in shown.out + shown.err


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        (InputError("row 3 is bad"), 2, "Error: row 3 is bad\n"),
        (RunError("disk full"), 1, "Error: disk full\n"),
        (InterruptedRunError("go on with x"), 130, "Error: go on with x\n"),
        (MemoryError(), 1, "out of memory"),
        (OSError(28, "No space left on device", "/x"), 1, "/x: No space left on device"),
        (KeyboardInterrupt(), 130, "Interrupted"),
        (ValueError("surprise"), 1, "a bug in lstmkit: ValueError: surprise"),
    ],
)
def test_every_error_ends_in_one_message_and_its_code(cli, monkeypatch, error, code, text):
    monkeypatch.delenv("LSTMKIT_DEBUG", raising=False)

    def fail(*_args, **_kwargs):
        raise error

    monkeypatch.setattr(root.root, "main", fail)
    ended = cli("stock")
    assert ended.code == code
    assert text in ended.err
    assert "Traceback" not in ended.err
    assert ended.out == ""


def test_unknown_command_and_option_end_with_2(cli):
    assert cli("stocks").code == 2
    assert cli("stock", "train", "--nonsense").code == 2


def test_version_is_the_package_version(cli):
    from lstmkit import __version__

    assert cli("--version").out.strip() == f"lstmkit, version {__version__}"


def test_module_runs_like_the_console_script(process):
    done = process("--version")
    assert done.returncode == 0
    assert done.stdout.startswith("lstmkit, version")


@pytest.mark.parametrize(
    "command",
    [
        ("cells", "write", "--temperature", "nan"),
        ("emoji", "predict", "hi", "--min-confidence", "nan"),
        ("music", "generate", "--swing", "nan"),
    ],
)
def test_not_a_number_is_in_no_range(cli, command):
    ended = cli(*command)
    assert (ended.code, "'nan' is no number" in ended.err) == (2, True)


@pytest.mark.parametrize(
    "command",
    [
        ("stock", "inspect"),
        ("stock", "evaluate"),
        ("stock", "evaluate", "--run"),
        ("emoji", "evaluate"),
        ("cells", "gates", "--run"),
        ("cells", "write", "--run"),
        ("report",),
        ("export",),
        ("runs", "show"),
        ("config", "show", "stock", "--config"),
        ("stock", "train", "--resume"),
    ],
)
def test_name_too_long_for_a_file_is_the_users_error(cli, command):
    ended = cli(*command, "y" * 5000)
    assert ended.code == 2
    assert ended.err.splitlines()[-1].startswith("Error: ")


def test_unknown_command_and_option_name_what_was_meant(cli):
    assert "did you mean 'stock'?" in cli("stok", "train").err
    told = cli("stock", "train", "--epochs", "2")
    assert told.code == 2
    assert "--set train.epochs=VALUE" in told.err
    for key in ("epochs", "epoch"):
        assert "did you mean 'train.epochs'?" in cli("stock", "train", "--set", f"{key}=2").err
