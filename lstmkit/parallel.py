"""Many tasks on the cores of this machine (joblib's loky), or on a Dask cluster.

Workers are fresh processes that stay from task to task; nothing forks after TensorFlow is imported.
A worker that dies costs the tasks that were at work: the pool starts again with what is left, and
what was at work runs alone at the end, so that a task that kills its worker twice is known by name.

Dask itself counts whose workers die, and gives such a task up. joblib's Dask backend waits for it
forever (1.6), so Dask is asked directly.
"""

from __future__ import annotations

import contextlib
import logging
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from joblib import Parallel, cpu_count, delayed, parallel_config

from lstmkit.errors import InputError, RunError
from lstmkit.liveness import identity
from lstmkit.progress import Progress
from lstmkit.runs import Run, is_run
from lstmkit.task import Outcome, Place, Task, perform, unpack

if TYPE_CHECKING:
    from distributed import Client

LOCAL = "local"
KILLED = "killed its worker {} times"
Workers = Callable[[dict[str, Task], Place], Iterator[Outcome]]
SHOWN = 5  # failures that a message names


@dataclass(frozen=True)
class Pool:
    """Where tasks are done.

    Attributes:
        jobs: Worker processes on this machine; None: one for each core.
        cluster: Address of a Dask scheduler; `local`: one is started here; None: no Dask.
    """

    jobs: int | None = None
    cluster: str | None = None

    @property
    def workers(self) -> int:
        """Worker processes on this machine."""
        return self.jobs or int(cpu_count())


@contextlib.contextmanager
def started(pool: Pool) -> Iterator[Workers]:
    """Have workers for the time of the block; they stay from task to task.

    Yields:
        What yields how each of some tasks ended, as they end.

    Raises:
        InputError: There is no such cluster.
    """
    if pool.cluster is None:
        yield partial(_on_cores, jobs=pool.workers)
        return
    with _client(pool) as client:
        yield partial(_on_cluster, client=client)


def perform_all(
    tasks: Sequence[Task], run: Run, folder: str, workers: Workers, *, label: str
) -> dict[str, str]:
    """Do the tasks whose run folders are not there yet.

    Args:
        tasks: What is to be done; of several that are the same, one is.
        run: The run that they belong to.
        folder: Name of the folder in it where their run folders go.
        workers: What `started` yields.
        label: What the progress line says.

    Returns:
        What is wrong with the tasks that have no run folder, by name of that folder.
    """
    place = Place(
        (run.path / folder).resolve(), run.path.resolve(), str(run.manifest.get("created"))
    )
    wanted = {task.folder: task for task in tasks}
    left = {name: task for name, task in wanted.items() if not is_run(place.folder / name)}
    failed: dict[str, str] = {}
    done = len(wanted) - len(left)
    with Progress(len(wanted), label=label, unit="task", initial=done) as progress:
        for outcome in workers(left, place):
            if outcome.packed is not None:
                unpack(outcome.packed, place.folder / outcome.folder)
            if outcome.error is not None:
                failed[outcome.folder] = outcome.error
            progress.update(1, f"{len(failed)} failed" if failed else "")
    return failed


def said_of(failed: Mapping[str, str]) -> str:
    """Return one sentence that names the tasks without a result; an empty text without any."""
    named = [f"{name}: {error.splitlines()[0]}" for name, error in list(failed.items())[:SHOWN]]
    more = f"\n  and {len(failed) - SHOWN} more" if len(failed) > SHOWN else ""
    head = f"{len(failed)} task{'s' * (len(failed) > 1)} left out"
    return "\n  ".join([f"{head}:", *named]) + more if failed else ""


def _on_cores(left: dict[str, Task], place: Place, *, jobs: int) -> Iterator[Outcome]:
    """Yield how each task ended, as they end, whatever happens to the workers."""
    place = Place(place.folder, place.run, place.created, identity())
    suspects: dict[str, Task] = {}
    while left or suspects:
        alone, batch = not left, left or suspects
        begun: list[str] = []
        try:
            for outcome in _pooled(batch, place, 1 if alone else jobs, begun):
                del batch[outcome.folder]
                yield outcome
        except BrokenExecutor:
            for name in [name for name in begun if name in batch]:
                task = batch.pop(name)
                if is_run(place.folder / name):
                    yield Outcome(name)
                elif alone:
                    yield Outcome(name, KILLED.format(2))
                else:
                    suspects[name] = task


def _pooled(
    batch: Mapping[str, Task], place: Place, jobs: int, begun: list[str]
) -> Iterator[Outcome]:
    """Yield outcomes from a pool of processes; `begun` gets the names of what they were given."""

    def calls() -> Iterator[Any]:
        for name, task in list(batch.items()):
            begun.append(name)
            yield delayed(perform)(task, place)

    processes = max(2, jobs)  # of one, joblib makes none, and a task would take this process along
    with parallel_config(backend="loky", n_jobs=processes, inner_max_num_threads=1):
        pool = Parallel(return_as="generator_unordered", batch_size=1, pre_dispatch=jobs)
        yield from pool(calls())


def _on_cluster(left: dict[str, Task], place: Place, *, client: Client) -> Iterator[Outcome]:
    """Yield how each task ended, as they end; Dask itself does again what a dead worker had."""
    from distributed import KilledWorker, as_completed

    this = uuid.uuid4().hex  # a key that the cluster has seen would be answered as before
    keys = [f"{name}-{this}" for name in left]
    futures = client.map(perform, list(left.values()), place=place, key=keys, pure=False)
    names = dict(zip(futures, left, strict=True))
    for future in as_completed(futures, loop=client.loop):
        name = names.pop(future)
        if future.cancelled():
            raise RunError("--cluster: its scheduler is gone; what is done stays")
        error = future.exception()
        if isinstance(error, KilledWorker):
            yield Outcome(name, KILLED.format(error.allowed_failures + 1))
        elif error is not None:
            yield Outcome(name, f"{type(error).__name__}: {error}")
        else:
            yield future.result()
        future.release()


@contextlib.contextmanager
def _client(pool: Pool) -> Iterator[Client]:
    """Connect to the cluster; `local` starts one for the time.

    Raises:
        InputError: Dask is not installed, or no scheduler answers.
    """
    if find_spec("distributed") is None:
        raise InputError("--cluster needs Dask; install it with pip install 'lstmkit[cluster]'")
    from distributed import Client

    with contextlib.ExitStack() as stack:
        address = pool.cluster
        if address == LOCAL:
            address = stack.enter_context(_local(pool.workers))
        try:
            client = stack.enter_context(Client(address, set_as_default=False))
        except (OSError, ValueError) as error:
            raise InputError(
                f"--cluster {pool.cluster}: no Dask scheduler answers there ({error}); start one "
                f"with `dask scheduler`, or use --cluster local"
            ) from error
        yield client


@contextlib.contextmanager
def _local(workers: int) -> Iterator[str]:
    """Start a cluster of worker processes here; yield its address."""
    import dask
    from distributed import LocalCluster

    settings = {
        "distributed.scheduler.allowed-failures": 1,
        "distributed.scheduler.worker-saturation": 1.0,  # what waits is not suspected
    }
    with (
        dask.config.set(settings),
        LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            memory_limit=None,
            dashboard_address=None,
            silence_logs=logging.CRITICAL,
        ) as cluster,
    ):
        yield str(cluster.scheduler_address)
