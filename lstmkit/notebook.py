"""How results show themselves in a notebook: HTML without a dependency on any."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

PAGE_HEIGHT = 480


@dataclass(frozen=True)
class Picture:
    """A picture of a run, which Jupyter shows.

    Attributes:
        path: The PNG.
    """

    path: Path

    def _repr_png_(self) -> bytes:
        return self.path.read_bytes()

    def html(self) -> str:
        """Return the picture as an element that needs no file beside it."""
        data = base64.b64encode(self.path.read_bytes()).decode("ascii")
        return f'<img alt="{escape(self.path.stem)}" src="data:image/png;base64,{data}">'


def verdict(sentence: str) -> str:
    """Return the verdict as a paragraph."""
    return f"<p><strong>{escape(sentence)}</strong></p>" if sentence else ""


def scores(metrics: Mapping[str, Any]) -> str:
    """Return the scores of the model above those of what it has to beat, as a table."""
    test, others = metrics.get("test"), metrics.get("baselines")
    if not isinstance(test, Mapping) or not isinstance(others, Mapping) or not others:
        return ""
    rows = {"LSTM": test, **others}
    names = [key for key, value in test.items() if _is_number(value)]
    names = [key for key in names if any(_is_number(row.get(key)) for row in others.values())]
    head = "".join(f"<th>{escape(name)}</th>" for name in ("", *names))
    body = "".join(
        f"<tr><th>{escape(label)}</th>"
        + "".join(f"<td>{_cell(row.get(name))}</td>" for name in names)
        + "</tr>"
        for label, row in rows.items()
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def page(path: Path) -> str:
    """Return a page of a run in a frame of its own, whose scripts reach nothing outside it."""
    content = escape(path.read_text(encoding="utf-8"), quote=True)
    return (
        f'<iframe sandbox="allow-scripts" width="100%" height="{PAGE_HEIGHT}" '
        f'style="border:0" srcdoc="{content}"></iframe>'
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _cell(value: Any) -> str:
    return f"{value:.4g}" if _is_number(value) else "–"
