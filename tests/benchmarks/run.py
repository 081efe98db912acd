"""Run the benchmarks and write their results.

python tests/benchmarks/run.py                  everything: about an hour
python tests/benchmarks/run.py --kept           what the README shows, in 25 quiet minutes
python tests/benchmarks/run.py --quick          a smoke test: some minutes
python tests/benchmarks/run.py --only stock_epoch --only small_epochs
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import measure
from bench_cases import cases
from bench_growth import growth
from bench_large import commands, large
from bench_panel import panel
from bench_reading import reading
from bench_supervision import supervision
from bench_training import overhead, small_epochs, stock_epoch
from bench_whole import TUTORIAL_EPOCHS, whole_training
from compare import Options

HERE = Path(__file__).resolve().parent
KEPT = (
    *("stock_epoch", "small_epochs", "commands", "large", "growth"),
    *("overhead", "inference", "emoji", "music"),
)


def main() -> None:
    """Run the sections asked for."""
    functions = (
        *(stock_epoch, overhead, small_epochs, whole_training, supervision),
        *(growth, inference, emoji, music, commands, large, reading, panel, cases),
    )
    sections = {function.__name__: function for function in functions}
    parser = argparse.ArgumentParser(description="Benchmarks of lstmkit on this machine.")
    parser.add_argument("--quick", action="store_true", help="only see that everything runs")
    parser.add_argument("--kept", action="store_true", help="renew what the README shows")
    parser.add_argument("--only", action="append", choices=list(sections), help="a section")
    parser.add_argument("--rounds", type=int, help="processes per contender (default 3)")
    parser.add_argument("--epochs", type=int, help="timed epochs per process (default 5)")
    parser.add_argument("--cores", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--tutorial-epochs", type=int, help="of its whole training (default 1000)")
    parser.add_argument("--output", type=Path, help="folder for the results")
    given = parser.parse_args()
    output = given.output or (Path("benchmarks-quick") if given.quick else measure.RESULTS)
    with tempfile.TemporaryDirectory() as scratch:
        options = Options(
            quick=given.quick,
            rounds=given.rounds or (1 if given.quick else 3),
            epochs=given.epochs or (1 if given.quick else 5),
            cores=given.cores,
            tutorial_epochs=given.tutorial_epochs or (2 if given.quick else TUTORIAL_EPOCHS),
            scratch=Path(scratch),
        )
        wanted = given.only or (KEPT if given.kept else sections)
        report = measure.Report(output, quick=given.quick, renew=bool(given.only or given.kept))
        for name in wanted:
            report.load = None if given.quick else measure.wait_for_quiet()
            sections[name](report, options)
    if given.kept:
        subprocess.run(
            [sys.executable, str(measure.PACKAGE / "docs" / "make_tables.py")], check=True
        )


def inference(report: measure.Report, options: Options) -> None:
    """(5) Time predicting with and without TensorFlow."""
    _script(report, "inference", "Predicting")


def emoji(report: measure.Report, options: Options) -> None:
    """(5b) Time `emoji predict`, and a batch of 100,000 sentences."""
    _script(report, "emoji", "`lstmkit emoji predict`")


def music(report: measure.Report, options: Options) -> None:
    """(5c) Time reading, generating and training of the music pipeline."""
    _script(report, "music", "`lstmkit music`: reading, generating, training")


def _script(report: measure.Report, name: str, title: str) -> None:
    """Run `bench_NAME.py`, which can be run by itself too, and keep what it prints."""
    outcome = measure.run([sys.executable, str(HERE / f"bench_{name}.py")])
    text = f"```\n{outcome.output.strip()}\n```"
    report.add(name, title, text, {"text": outcome.output})


if __name__ == "__main__":
    main()
