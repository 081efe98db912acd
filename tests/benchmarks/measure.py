"""What every benchmark shares: processes with their time and memory, the machine, the results."""

import json
import os
import platform
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from importlib import metadata
from pathlib import Path
from typing import Any

from tabulate import tabulate

PACKAGE = Path(__file__).resolve().parents[2]
RESULTS = Path(__file__).resolve().parent / "results"
QUIET, QUIET_SECONDS, QUIET_PATIENCE = 0.3, 4.0, 60.0
LIBRARIES = ("lstmkit", "tensorflow", "keras", "torch", "jax", "numpy")


@dataclass(frozen=True)
class Outcome:
    """What a finished process cost, and what it said.

    Attributes:
        seconds: Wall time from start to end, imports included.
        cpu_seconds: Time on all cores, the kernel's included.
        peak_mib: Largest resident set.
        output: Its stdout.
        errors: Its stderr.
        code: Its exit code; minus the number of the signal that ended it.
    """

    seconds: float
    cpu_seconds: float
    peak_mib: float
    output: str
    errors: str
    code: int


class FailedRunError(RuntimeError):
    """A process ended with an error."""


def run(
    arguments: Sequence[str], *, environment: dict[str, str] | None = None, timeout: float = 3600
) -> Outcome:
    """Run a command with this package importable, and wait for it.

    Raises:
        FailedRunError: Its exit code is not 0; the message has the end of its stderr.
    """
    settings = os.environ | {"PYTHONPATH": str(PACKAGE)} | (environment or {})
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8") as output,
        tempfile.TemporaryFile("w+", encoding="utf-8") as errors,
    ):
        began = time.perf_counter()
        process = subprocess.Popen(arguments, env=settings, stdout=output, stderr=errors)
        previous = signal.signal(signal.SIGALRM, lambda *_: process.kill())
        signal.alarm(int(timeout))
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        signal.alarm(0)
        signal.signal(signal.SIGALRM, previous)
        process.returncode = os.waitstatus_to_exitcode(status)
        for stream in (output, errors):
            stream.seek(0)
        outcome = Outcome(
            seconds=seconds,
            cpu_seconds=usage.ru_utime + usage.ru_stime,
            peak_mib=usage.ru_maxrss / (1024**2 if sys.platform == "darwin" else 1024),
            output=output.read(),
            errors=errors.read(),
            code=process.returncode,
        )
    if outcome.code:
        end = "\n".join(outcome.errors.splitlines()[-5:])
        raise FailedRunError(f"{' '.join(arguments[:4])}: exit code {outcome.code}\n{end}")
    return outcome


def machine() -> dict[str, Any]:
    """Describe the machine at hand, and what is installed on it."""
    versions = {}
    for name in LIBRARIES:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            versions[name] = None
    if versions["lstmkit"] is None:
        import lstmkit

        versions["lstmkit"] = lstmkit.__version__
    return {
        "processor": _from_proc("cpuinfo", "model name") or platform.processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(int((_from_proc("meminfo", "MemTotal") or "0 kB").split()[0]) / 2**20),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "versions": versions,
    }


def _from_proc(name: str, key: str) -> str | None:
    try:
        lines = (Path("/proc") / name).read_text().splitlines()
    except OSError:
        return None
    return next((line.split(":")[1].strip() for line in lines if line.startswith(key)), None)


def median(values: Sequence[float]) -> float:
    """Return the median of the values."""
    return statistics.median(values)


def table(headers: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Return a Markdown table; numbers keep the form they were given in."""
    return tabulate(rows, headers=headers, tablefmt="github", disable_numparse=True)


class Report:
    """Collects sections and writes them as JSON and Markdown.

    Args:
        folder: Where `results.json` and `results.md` go.
        quick: Whether this is only a smoke test.
        renew: Whether sections that are there already stay until they are measured anew.
    """

    def __init__(self, folder: Path, *, quick: bool, renew: bool = False) -> None:
        self.folder, self.sections = folder, {}
        self.load: float | None = None  # before the section to come
        self.head = {"quick": quick, "machine": machine()}
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "results.json"
        if renew and path.exists():
            earlier = json.loads(path.read_text(encoding="utf-8"))
            self.sections = earlier["sections"]
            here = {k: v for k, v in self.head["machine"]["versions"].items() if v}
            self.head["machine"]["versions"] = earlier["machine"]["versions"] | here

    def add(self, name: str, title: str, text: str, data: Any) -> None:
        """Add a section, show it, and write everything so far."""
        now = f"{datetime.now(timezone.utc):%Y-%m-%d %H:%M}"
        section = {"title": title, "measured": now, "text": text, "data": data}
        self.sections[name] = section | {"load": self.load}
        sys.stdout.write(f"\n## {title}\n\n{text}\n")
        sys.stdout.flush()
        content = self.head | {"sections": self.sections}
        (self.folder / "results.json").write_text(json.dumps(content, indent=1) + "\n")
        (self.folder / "results.md").write_text(self._markdown())

    def _markdown(self) -> str:
        machine = self.head["machine"]
        versions = ", ".join(f"{k} {v}" for k, v in machine["versions"].items() if v)
        lines = [
            "# Benchmarks on one machine",
            "",
            f"{machine['processor']}, {machine['cores']} cores, {machine['memory_gib']} GiB; "
            f"{machine['system']}, Python {machine['python']}; {versions}.",
        ]
        if self.head["quick"]:
            lines += ["", "This was a smoke test (`--quick`): the figures mean nothing."]
        for section in self.sections.values():
            lines += ["", f"## {section['title']}", "", section["text"]]
            if "measured" in section:
                lines += ["", f"Measured until {section['measured']} UTC{_load(section)}."]
        return "\n".join(lines) + "\n"


def _load(section: dict[str, Any]) -> str:
    load = section.get("load")
    return "" if load is None else f"; cores busy just before it: {load:.2f}"


def wait_for_quiet() -> float | None:
    """Wait until less than 0.3 of a core is busy over some seconds, or patience ends.

    The load average of a minute would still hold what the section before it did.

    Returns:
        How many cores were busy; None where the system does not say.
    """
    if not Path("/proc/stat").exists():
        return None
    until = time.monotonic() + QUIET_PATIENCE
    busy = _busy_cores()
    while busy >= QUIET and time.monotonic() < until:
        busy = _busy_cores()
    return busy


def _busy_cores() -> float:
    """Return how many cores are busy, over some seconds."""
    before = _ticks()
    time.sleep(QUIET_SECONDS)
    spent = [after - begin for begin, after in zip(before, _ticks(), strict=True)]
    idle = spent[3] + spent[4]  # and waiting for a disk
    return (os.cpu_count() or 1) * (1 - idle / max(1, sum(spent)))


def _ticks() -> list[int]:
    return [
        int(word)
        for word in Path("/proc/stat").read_text(encoding="utf-8").splitlines()[0].split()[1:9]
    ]
