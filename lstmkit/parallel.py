"""Many tasks on the cores of this machine (joblib's loky), or on a Dask cluster.

Workers are fresh processes that stay from task to task; nothing forks after TensorFlow is imported.
A worker that dies costs what was at work: the others go on, and what was at work is done again
alone, so that a task that kills its worker twice is known by name. No pool knows that by itself:
loky gives up all at once, and Dask also suspects what had ended and was not yet heard of.

joblib's own Dask backend waits forever for a task whose workers die (1.6): Dask is asked directly.
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
KILLED = "killed its worker twice"
Workers = Callable[[Mapping[str, Task], Place], Iterator[Outcome]]
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
        yield partial(_surviving, pooled=partial(_on_cores, jobs=pool.workers))
        return
    with _client(pool) as client:
        yield partial(_surviving, pooled=partial(_on_cluster, client=client))


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


def _surviving(left: Mapping[str, Task], place: Place, *, pooled: Workers) -> Iterator[Outcome]:
    """Yield how each task ended, whatever happens to the workers.

    Who was at work when a worker died is done again alone, after the others: if a worker dies then,
    it is that task's doing.
    """
    waiting, suspects = dict(left), list[Task]()
    while waiting or suspects:
        alone = not waiting
        batch = {one.folder: one for one in (suspects.pop(),)} if alone else waiting
        for outcome in pooled(batch, place):
            task = batch.pop(outcome.folder)
            if not outcome.died:
                yield outcome
            elif is_run(place.folder / task.folder):
                yield Outcome(task.folder)
            elif alone:
                yield Outcome(task.folder, KILLED)
            else:
                suspects.append(task)


def _on_cores(batch: Mapping[str, Task], place: Place, *, jobs: int) -> Iterator[Outcome]:
    """Yield how tasks ended, as they end, until all did or a worker died."""
    begun: list[str] = []
    told = Place(place.folder, place.run, place.created, identity())

    def calls() -> Iterator[Any]:
        for name, task in list(batch.items()):
            begun.append(name)
            yield delayed(perform)(task, told)

    processes = max(2, jobs)  # of one, joblib makes none, and a task would take this process along
    try:
        with parallel_config(backend="loky", n_jobs=processes, inner_max_num_threads=1):
            pool = Parallel(return_as="generator_unordered", batch_size=1, pre_dispatch=jobs)
            for outcome in pool(calls()):
                begun.remove(outcome.folder)
                yield outcome
    except BrokenExecutor:
        for name in begun:
            yield Outcome(name, died=True)


def _on_cluster(batch: Mapping[str, Task], place: Place, *, client: Client) -> Iterator[Outcome]:
    """Yield how tasks ended, as they end."""
    from distributed import KilledWorker, as_completed

    this = uuid.uuid4().hex  # a key that the cluster has seen would be answered as before
    keys = [f"{name}-{this}" for name in batch]
    futures = client.map(perform, list(batch.values()), place=place, key=keys, pure=False)
    names = dict(zip(futures, list(batch), strict=True))
    for future in as_completed(futures, loop=client.loop):
        name = names.pop(future)
        if future.cancelled():
            raise RunError("--cluster: its scheduler is gone; what is done stays")
        error = future.exception()
        if isinstance(error, KilledWorker):
            yield Outcome(name, died=True)
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
        raise InputError('--cluster needs Dask; install it with pip install "lstmkit[cluster]"')
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

    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 0}),
        LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            memory_limit=None,
            dashboard_address=None,
            silence_logs=logging.CRITICAL,
        ) as cluster,
    ):
        yield str(cluster.scheduler_address)
