"""Progress on stderr: a bar where there is a terminal, a line now and then where there is none."""

from __future__ import annotations

import contextlib
import importlib
import io
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from types import TracebackType
from typing import Any, TextIO

from tqdm import tqdm


def _in_notebook() -> bool:
    """Return whether a Jupyter kernel and what draws its bars are at work."""
    return "ipykernel" in sys.modules and find_spec("ipywidgets") is not None


def _bar() -> Any:
    """Return the kind of bar; what notebooks have warns when it is imported without widgets."""
    return importlib.import_module("tqdm.notebook").tqdm if _in_notebook() else tqdm


class Progress:
    """Show how far a long piece of work is, with the time left.

    Args:
        total: Units of work in all.
        label: What is going on, such as `train`.
        unit: Name of a unit.
        initial: Units already done, when work is resumed.
        at_most: Whether the work may end before `total`, so that the time left is a bound.
        seconds: Pause between two lines where stderr is no terminal.
        stream: Where to write; None: stderr.
    """

    def __init__(
        self,
        total: int,
        *,
        label: str,
        unit: str = "step",
        initial: int = 0,
        at_most: bool = False,
        seconds: float = 10.0,
        stream: TextIO | None = None,
    ) -> None:
        """Start at `initial` of `total`."""
        self._stream = stream or sys.stderr or io.StringIO()  # without a console there is none
        self._total, self._done, self._first = total, initial, initial
        self._label, self._seconds = label, seconds
        self._units = unit if unit.endswith("s") else f"{unit}s"
        self._bound = "at most " if at_most else ""
        self._began = self._last = time.monotonic()
        self._bar: Any = None
        if self._stream.isatty() or _in_notebook():
            self._bar = _bar()(
                total=total,
                initial=initial,
                desc=label,
                unit=unit,
                file=self._stream,
                dynamic_ncols=True,
                leave=False,
                bar_format="{desc} {percentage:3.0f}%|{bar}| "
                + self._bound
                + "{remaining} left{postfix}",
            )

    def update(self, units: int, text: str = "") -> None:
        """Count further units; `text` says what is known now, such as the loss."""
        self._done += units
        if self._bar is not None:
            self._bar.set_postfix_str(text, refresh=False)
            self._bar.update(units)
            return
        now = time.monotonic()
        if now - self._last >= self._seconds:
            self._last = now
            self._line(text, now)

    @contextlib.contextmanager
    def aside(self) -> Iterator[None]:
        """Take the bar away while something else is written."""
        if self._bar is None:
            yield
            return
        self._bar.clear()
        yield
        self._bar.refresh()

    def _line(self, text: str, now: float) -> None:
        elapsed = now - self._began
        rate = (self._done - self._first) / elapsed if elapsed > 0 else 0
        left = tqdm.format_interval((self._total - self._done) / rate) if rate > 0 else "?"
        share = f"{self._done:,}/{self._total:,} {self._units}"
        known = f", {text}" if text else ""
        print(f"{self._label}: {share}{known}, {self._bound}{left} left", file=self._stream)
        self._stream.flush()

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
