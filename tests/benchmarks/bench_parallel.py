"""What a task costs beside its work, and what a second core brings.

    python tests/benchmarks/bench_parallel.py [--tasks 200] [--trials 12] [--cluster]

Prints CPU seconds, of this process and of its workers together, beside the seconds of the clock and
the load of the machine: where others work on it too, only the CPU seconds mean something.
"""

import argparse
import os
import resource
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import sweeps
import workers

from lstmkit import config as configs
from lstmkit import parallel, runs
from lstmkit.parallel import Pool, perform_all, started
from lstmkit.task import Source, Task, sources


def cpu():
    """Return CPU seconds of this process and of its children that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def row(label, began, used, count):
    """Write a row: seconds in all, and milliseconds per task."""
    wall, busy = time.monotonic() - began, cpu() - used
    said = f"{wall:.1f} s, {busy:.1f} CPU s here; {1000 * wall / count:.1f} ms of clock a task"
    sys.stdout.write(f"{label}: {count} tasks in {said} (load {os.getloadavg()[0]:.1f})\n")
    return wall


def run_in(folder, settings):
    """Return a run that tasks belong to."""
    return runs.create(Path(folder), "letters", "bench", settings, verb="sweep")


def empty(count, pool):
    """Time tasks that do nothing but write a manifest."""
    parallel.perform = workers.perform
    with tempfile.TemporaryDirectory() as folder, started(pool) as at_work:
        run = run_in(folder, None)
        warm = [Task("letters", "trial", Source(f"warm{i}", None), "") for i in range(4)]
        perform_all(warm, run, "trials", at_work, label="warm")
        tasks = [Task("letters", "trial", Source(f"t{i}", None), "") for i in range(count)]
        began, used = time.monotonic(), cpu()
        perform_all(tasks, run, "trials", at_work, label="empty")
        row(f"empty, {pool.cluster or 'cores'}", began, used, count)
        began, used = time.monotonic(), cpu()
        perform_all(tasks, run, "trials", at_work, label="there")
        row(f"already there, {pool.cluster or 'cores'}", began, used, count)


def trials(count, perform):
    """Time trials of the letters model on one core and on two."""
    parallel.perform = perform
    seconds = {}
    for jobs in (1, 2):
        with tempfile.TemporaryDirectory() as folder, started(Pool(jobs)) as at_work:
            schema, place = configs.schema_of("letters"), Path(folder)
            (source,) = sources([str(sweeps.texts(place / "in", 1))], ships="letters")
            chosen = ["train.epochs=60", "model.units=64", "train.patience=60"]
            tasks = []
            for seed in range(count):
                settings = configs.load(schema, "letters", None, [*chosen, f"seed={seed}"])
                tasks.append(Task("letters", "trial", source, configs.show(settings, "letters")))
            run = run_in(place / "out", settings)
            perform_all(tasks[:2], run, "warm", at_work, label="warm")
            began, used = time.monotonic(), cpu()
            perform_all(tasks, run, "trials", at_work, label="trials")
            seconds[jobs] = row(f"letters trials, --jobs {jobs}", began, used, count)
    sys.stdout.write(f"speed-up on two cores: {seconds[1] / seconds[2]:.2f} (ideal 2)\n")


def main():
    """Print the rows."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--tasks", type=int, default=200)
    parser.add_argument("--trials", type=int, default=12)
    parser.add_argument("--cluster", action="store_true", help="On a local Dask cluster too.")
    options = parser.parse_args()
    perform = parallel.perform
    trials(options.trials, perform)
    empty(options.tasks, Pool(2))
    if options.cluster:
        empty(options.tasks, Pool(2, "local"))


if __name__ == "__main__":
    main()
