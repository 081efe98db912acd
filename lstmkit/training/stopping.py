"""The wish to stop: Ctrl-C and SIGTERM are seen between two steps, so that no step is half done."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from lstmkit.errors import InterruptedRunError


@contextmanager
def stop_signals() -> Iterator[Callable[[], bool]]:
    """Turn the first SIGINT or SIGTERM into a wish that a loop asks for between two steps.

    A second one ends the work at once; what was saved last stays.

    Yields:
        A function that tells whether the user wants to stop.
    """
    wish = threading.Event()

    def handle(_number: int, _frame: FrameType | None) -> None:
        if wish.is_set():
            raise KeyboardInterrupt
        wish.set()

    if threading.current_thread() is not threading.main_thread():
        yield wish.is_set
        return
    old = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield wish.is_set
    finally:
        for number, handler in old.items():
            signal.signal(number, handler)


@contextmanager
def resumable_by(command: str) -> Iterator[None]:
    """Turn Ctrl-C and SIGTERM anywhere inside into an ending that names the resume command.

    Raises:
        InterruptedRunError: The user stopped the work.
    """

    def handle(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    in_main = threading.current_thread() is threading.main_thread()
    old = signal.signal(signal.SIGTERM, handle) if in_main else None
    try:
        yield
    except KeyboardInterrupt as error:
        raise InterruptedRunError(f"stopped; go on with:\n  {command}") from error
    finally:
        if in_main:
            signal.signal(signal.SIGTERM, old)
