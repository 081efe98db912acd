"""The wish to stop: Ctrl-C, SIGTERM and a closed terminal."""

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

#: What asks a process to end; SIGHUP is a closed terminal, SIGBREAK a closed window of Windows.
SIGNALS = tuple(
    getattr(signal, name)
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
    if hasattr(signal, name)
)


@contextmanager
def stop_signals() -> Iterator[Callable[[], bool]]:
    """Turn the first signal into a wish that a loop asks for between two steps.

    A second one ends the work at once; what was saved last stays.

    Yields:
        A function that tells whether the user wants to stop.
    """
    wish = threading.Event()

    def handle(_number: int, _frame: FrameType | None) -> None:
        if wish.is_set():
            raise KeyboardInterrupt
        wish.set()

    with _handled_by(handle):
        yield wish.is_set


@contextmanager
def interruptible() -> Iterator[None]:
    """Let every one of the signals raise `KeyboardInterrupt`, as Ctrl-C does."""

    def handle(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    with _handled_by(handle):
        yield


@contextmanager
def _handled_by(handle: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Install a handler; only the main thread may, and elsewhere there is nothing to handle."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    with contextlib.ExitStack() as stack:
        for number in SIGNALS:
            stack.callback(signal.signal, number, signal.signal(number, handle))
        yield
