"""Read a great many wrong files, in the process of the reader, and keep what ends badly.

    python tests/fuzz/fuzz.py --inputs 1000000 [--seed 0] [--only midi] [--finds FOLDER]

Each reader of the house works in a process of its own, which has bounds of memory and, for every
input, of CPU time. An input ends well as an answer in which what must hold holds, or as one clear
error. Prints a row per reader; what ended badly lies in the folder of finds, its reason beside it.
"""

import argparse
import hashlib
import logging
import multiprocessing
import random
import resource
import signal
import sys
import time
import traceback
from collections import Counter
from pathlib import Path

MOST_SECONDS = 2.0  # of CPU, for an input
MOST_BYTES = 500 << 20  # beyond what the process takes by itself
MOST_FINDS = 3  # kept of a kind
EVERY = 1000  # inputs between two looks at the clock


class SlowError(BaseException):
    """An input takes too long; no `except Exception` holds it up."""


def _too_slow(*_):
    raise SlowError("over the time that an input may take")


def hunt(name, inputs, seed, finds, told):
    """Read inputs drawn for one reader.

    Args:
        name: Of the target.
        inputs: How many.
        seed: Where the chance starts from.
        finds: The folder where what ends badly is kept.
        told: A queue that gets the number of inputs read, and how many of each kind ended badly.
    """
    from targets import TARGETS

    target, kinds, slowest = TARGETS[name], Counter(), 0.0
    logging.getLogger("lstmkit").addHandler(logging.NullHandler())
    logging.getLogger("lstmkit").propagate = False
    _bound_memory()
    signal.signal(signal.SIGVTALRM, _too_slow)
    current = finds / f"current-{name}"
    for number in range(inputs):
        file, content = target.draw(random.Random(f"{seed} {name} {number}"))
        current.write_bytes(content)
        began = time.process_time()
        signal.setitimer(signal.ITIMER_VIRTUAL, 4 * MOST_SECONDS)
        try:
            target.check(file, content)
            reason = ""
        except (Exception, SlowError) as error:
            reason = _reason(error)
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        took = time.process_time() - began
        slowest = max(slowest, took)
        if not reason and took > MOST_SECONDS:
            reason = f"slow: {took:.1f} s"
        if reason:
            _keep(finds, name, file, content, reason, kinds)
        if (number + 1) % EVERY == 0:
            told.put((name, number + 1, slowest, dict(kinds)))
    current.unlink()
    told.put((name, inputs, slowest, dict(kinds)))


def _bound_memory():
    """Let a process take so much more than it has, where the system can hold it to that."""
    status = Path("/proc/self/statm")
    if status.exists():
        now = int(status.read_text(encoding="utf-8").split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (now + MOST_BYTES, now + MOST_BYTES))


def _reason(error):
    """Return what an input ended with: the error, and where in the house it came from."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if "/lstmkit/" in frame.filename] or frames
    return f"{type(error).__name__} in {Path(own[-1].filename).name}:{own[-1].lineno}: {error}"


def _keep(finds, name, file, content, reason, kinds):
    kind = reason.partition(": ")[0]
    kinds[kind] += 1
    if kinds[kind] <= MOST_FINDS:
        stem = hashlib.sha256(content).hexdigest()[:12]
        (finds / f"{name}-{stem}-{Path(file).name}").write_bytes(content)
        (finds / f"{name}-{stem}.reason").write_text(f"{file}\n{reason}\n", encoding="utf-8")


def campaign(names, inputs, seed, finds, jobs):
    """Return, for each reader, how many inputs it read, its slowest, and what ended badly."""
    from targets import TARGETS

    finds.mkdir(parents=True, exist_ok=True)
    context, rates = multiprocessing.get_context("spawn"), {n: TARGETS[n].rate for n in names}
    told, state, waiting, running = context.Queue(), {}, list(names), {}
    while waiting or running:
        while waiting and len(running) < jobs:
            name = waiting.pop(0)
            share = max(1, inputs * rates[name] // sum(rates.values()))
            running[name] = context.Process(target=hunt, args=(name, share, seed, finds, told))
            running[name].start()
        time.sleep(0.2)
        ended = [name for name, worker in running.items() if not worker.is_alive()]
        while not told.empty():
            name, read, slowest, kinds = told.get()
            state[name] = (read, slowest, kinds)
        for name in ended:
            worker = running.pop(name)
            if worker.exitcode:
                read, slowest, kinds = state.get(name, (0, 0.0, {}))
                crash = {**kinds, f"the process ended with {worker.exitcode}": 1}
                state[name] = (read, slowest, crash)
            sys.stdout.write(row(name, *state[name]))
            sys.stdout.flush()
    return state


def row(name, read, slowest, kinds):
    """Return a line of the table."""
    said = "; ".join(f"{count} x {kind}" for kind, count in kinds.items()) or "no find"
    return f"{name:10} {read:9,} inputs, slowest {slowest:5.2f} s: {said}\n"


def main():
    """Run the campaign and print its table."""
    from targets import TARGETS

    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--inputs", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--only", choices=TARGETS, action="append")
    parser.add_argument("--finds", type=Path, default=Path("outputs/fuzz"))
    options = parser.parse_args()
    names = options.only or list(TARGETS)
    state = campaign(names, options.inputs, options.seed, options.finds, options.jobs)
    sys.stdout.write(f"{sum(read for read, _, _ in state.values()):,} inputs\n")
    return any(kinds for _, _, kinds in state.values())


if __name__ == "__main__":
    sys.exit(main())
