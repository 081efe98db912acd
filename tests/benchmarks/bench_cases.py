"""Inputs that once crashed, hung or took gigabytes, each beside a good input of its kind."""

import statistics
import sys
import tempfile
from pathlib import Path

import measure
from compare import Options

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "reliability"))

import cases as bad

SECONDS, MIB = 2.0, 500  # what issue 21 allows each, of CPU and of memory at its highest
HEADERS = ("case", "command", "exit code", "CPU seconds", "good input", "times", "peak MiB")


def cases(report: measure.Report, options: Options) -> None:
    """(13) Give each bad input, and a good one of its kind, to the same command."""
    named = {path.name: (bad.kind_of(path.name), path) for path in bad.found()}
    rounds = range(options.rounds)
    usual = {
        kind: [_measured(kind, bad.GOOD[kind]) for _ in rounds]
        for kind in dict.fromkeys(kind for kind, _ in named.values())
    }
    found = {
        name: _beside([_measured(kind, path) for _ in rounds], usual[kind])
        for name, (kind, path) in named.items()
    }
    rows = [[name, *_cells(one)] for name, several in found.items() for one in several]
    allowed = ["what issue 21 allows", "", "0 or 2", f"{SECONDS:.2f}", "", "", str(MIB)]
    over = [name for name, several in found.items() if any(map(_over, several))]
    text = measure.table(HEADERS, [*rows, allowed])
    text += f"\n\nOver what is allowed: {', '.join(over) or 'none'}."
    report.add("cases", "Inputs that once crashed, hung or took gigabytes", text, found)


def _measured(kind: str, case: Path) -> list[tuple[str, bad.Measured]]:
    """Return each command that such a case is given to, and what it took."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        filled = bad.commands(kind, case, folder)
        return [
            (" ".join(words), bad.measured(given, folder))
            for words, given in zip(bad.KINDS[kind], filled, strict=True)
        ]


def _beside(
    rounds: list[list[tuple[str, bad.Measured]]], usual: list[list[tuple[str, bad.Measured]]]
) -> list[dict[str, object]]:
    """Return, for each command, the medians of a case beside those of a good input."""
    found = []
    for several, good in zip(zip(*rounds, strict=True), zip(*usual, strict=True), strict=True):
        failed = next((done.err for _, done in good if done.code), None)
        if failed is not None:
            raise measure.FailedRunError(f"a good input failed: {failed}")
        seconds = statistics.median(done.seconds for _, done in several)
        base = statistics.median(done.seconds for _, done in good)
        command, last = several[-1]
        peak = max(done.peak for _, done in several) / 2**20
        found.append(
            {"command": command, "code": last.code, "seconds": seconds, "good": base, "peak": peak}
        )
    return found


def _cells(one: dict[str, object]) -> list[str]:
    times = one["seconds"] / one["good"]
    seconds = f"{one['seconds']:.2f}", f"{one['good']:.2f}", f"{times:.2f}"
    return [f"`{one['command']}`", str(one["code"]), *seconds, f"{one['peak']:,.0f}"]


def _over(one: dict[str, object]) -> bool:
    return one["code"] not in (0, 2) or one["seconds"] > SECONDS or one["peak"] > MIB
