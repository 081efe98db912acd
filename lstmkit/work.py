"""How a command works on its run: recorded, timed, resumable at every stage, with its page."""

import contextlib
import logging
import time
from collections.abc import Iterator

from lstmkit.errors import InterruptedRunError
from lstmkit.liveness import identity
from lstmkit.page import build
from lstmkit.runs import Run
from lstmkit.system import command_line
from lstmkit.training import tracking
from lstmkit.training.loop import forget_checkpoint
from lstmkit.training.stopping import interruptible

log = logging.getLogger(__name__)


class Timings:
    """How long the stages of the work took, for the manifest."""

    def __init__(self) -> None:
        """Start the clock."""
        self._began = self._last = time.monotonic()
        self.seconds: dict[str, float] = {}

    def note(self, stage: str) -> None:
        """Say that a stage has just ended."""
        now = time.monotonic()
        self.seconds[stage] = round(now - self._last, 2)
        self._last = now

    def total(self) -> dict[str, float]:
        """Return seconds by stage, and `total`."""
        return {**self.seconds, "total": round(time.monotonic() - self._began, 2)}


@contextlib.contextmanager
def work(run: Run, resume_command: str | None = None) -> Iterator[Timings]:
    """Do the work of a run inside; whatever ends it, `run.json` says how.

    Once the block has ended well the page and the card are written, the run is done, and what
    training had kept to be resumed is forgotten, in this order: a run that is done holds all of
    its files, and one that is not can be gone on with and trains no epoch again.

    Args:
        run: The run that is worked on.
        resume_command: What goes on with it after an interruption, and ends in its folder; None:
            nothing does.

    Yields:
        Timings: tell them when a stage has ended.

    Raises:
        InterruptedRunError: The user stopped it; the message ends with the resume command.
    """
    if resume_command is not None:
        log.warning("run folder: %s", run.path)
    with interruptible(), _told(run, resume_command), recorded(run):
        run.update(status="running", process=identity(), error=None)
        timings = Timings()
        yield timings
        run.update(timings=timings.total())
        build.write(run, status="done")
        tracking.finish(run)
        run.update(status="done")
        forget_checkpoint(run)


@contextlib.contextmanager
def recorded(run: Run) -> Iterator[None]:
    """Note in the manifest that the work inside was interrupted, or failed."""
    try:
        yield
    except BaseException as error:
        stopped = isinstance(error, KeyboardInterrupt | InterruptedRunError)
        with contextlib.suppress(Exception):
            run.update(status="interrupted" if stopped else "failed", error=str(error))
        raise


@contextlib.contextmanager
def _told(run: Run, resume_command: str | None) -> Iterator[None]:
    """Tell how to go on, whatever was interrupted."""
    try:
        yield
    except (KeyboardInterrupt, InterruptedRunError) as error:
        if resume_command is None:
            raise
        said = str(error) or "stopped; nothing is lost"
        command = resume_command.removesuffix(str(run.path)) + command_line([str(run.path)])
        raise InterruptedRunError(f"{said}; go on with:\n  {command}") from error
