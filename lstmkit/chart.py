"""What a chart shows, described once: `lstmkit.plots` draws it as a PNG, `page.charts` on a page.

Data, colours, labels and limits stand here and in the `pictures` of each pipeline; both drawing
houses only know how to draw what is described.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

ACTUAL, PREDICTED, NAIVE, GOOD, BEFORE = "#3b82c4", "#e0533d", "#8a8a8a", "#3f9c5a", "#a9c4dd"
COLORS = (ACTUAL, PREDICTED, GOOD, "#9467bd", "#c78b1f", "#17a2b8", "#d46fb0", NAIVE)
PAPER, INK = "#ffffff", "#1d2329"
#: What a note is to its chord: of it, of its scale, an approach, foreign.
KINDS = {"C": ACTUAL, "S": GOOD, "A": "#c78b1f", "X": PREDICTED}
PALETTES = {
    "share": ("#ffffff", ACTUAL),
    "open": ("#440154", "#3b528b", "#21918c", "#5ec962", "#fde725"),
    "signed": ("#153e68", ACTUAL, "#f7f7f7", PREDICTED, "#8c1d10"),
}
MAX_POINTS = 4000


@dataclass(frozen=True, kw_only=True)
class Line:
    """A curve, or points alone where its width is 0.

    Attributes:
        x: Numbers or `datetime64`, (n,).
        y: (n,); NaN where there is none.
        label: What the legend calls it; none where empty.
        color: As `#rrggbb`.
        width: In pixels.
        dashed: Whether it is broken.
        dots: Diameter of a dot at each point; 0: none.
        axis: Label of a vertical axis of its own; empty: the chart's.
    """

    x: np.ndarray
    y: np.ndarray
    label: str = ""
    color: str = ACTUAL
    width: float = 1.6
    dashed: bool = False
    dots: float = 0
    axis: str = ""


@dataclass(frozen=True, kw_only=True)
class Band:
    """What lies between two curves, (n,) each; `alpha` 0 is invisible, 1 hides what is behind."""

    x: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    label: str
    color: str = PREDICTED
    alpha: float = 0.2


@dataclass(frozen=True, kw_only=True)
class Bars:
    """Bars side by side.

    Attributes:
        edges: Where they begin and end, (n + 1,).
        heights: (n,).
        label: What the legend calls them; none where empty.
        color: As `#rrggbb`.
        alpha: How opaque each is, 0 to 1, (n,).
        told: What a pointer is told of each, by name, (n,) each; the first are whole numbers, and
            stand at the feet of the bars in a picture.
    """

    edges: np.ndarray
    heights: np.ndarray
    label: str = ""
    color: str = ACTUAL
    alpha: np.ndarray
    told: Mapping[str, np.ndarray] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Heat:
    """A table of colours.

    Attributes:
        values: (rows, columns); row 0 is the lowest, or the first of `names` and on top.
        limits: The values at both ends of the palette.
        palette: One of `PALETTES`.
        meaning: What the colour says.
        names: Of rows and columns alike; none where empty.
        counts: What to write into the cells, (rows, columns); None: nothing.
    """

    values: np.ndarray
    limits: tuple[float, float]
    palette: str
    meaning: str
    names: tuple[str, ...] = ()
    counts: np.ndarray | None = None


Layer = Line | Band | Bars | Heat


@dataclass(frozen=True, kw_only=True)
class Chart:
    """Layers over the same two axes.

    Attributes:
        layers: From the back to the front.
        x: Label of the horizontal axis.
        y: Label of the vertical axis.
        dates: Whether `x` is time.
        log: Whether the vertical axis is logarithmic.
        x_range: Its ends; None: as the data wants it.
        y_range: Its ends; None: as the data wants it.
        steps: Names of the whole numbers from 0 along the horizontal axis; empty: none.
        told: What a pointer is told besides, by name, at the points of the first line.
    """

    layers: Sequence[Layer]
    x: str = ""
    y: str = ""
    dates: bool = False
    log: bool = False
    x_range: tuple[float, float] | None = None
    y_range: tuple[float, float] | None = None
    steps: Sequence[str] = ()
    told: Mapping[str, np.ndarray] = field(default_factory=dict)


def loss(history: Sequence[Mapping[str, Any]], *, unit: str) -> Chart:
    """Describe training and validation loss over the epochs, each on its own axis where far apart.

    Args:
        history: Rows with `epoch`, `loss` and, where examples were held out, `val_loss`.
        unit: What the loss is measured in.
    """
    epoch, seen, held = (
        np.array([np.nan if row.get(name) is None else float(row[name]) for row in history])
        for name in ("epoch", "loss", "val_loss")
    )
    apart = _are_apart(seen, held)
    lines = [
        Line(x=epoch, y=y, label=label, color=color, dots=3, axis=f"{label}, {unit}" * apart)
        for y, label, color in ((seen, "training", ACTUAL), (held, "validation", PREDICTED))
        if np.isfinite(y).any()
    ]
    if np.isfinite(held).any():
        best = np.nanargmin(held)
        label = f"kept: epoch {epoch[best]:.0f}"
        point = replace(lines[-1], x=epoch[[best]], y=held[[best]], label=label, width=0, dots=9)
        lines.append(point)
    return Chart(layers=lines, x="epoch", y=unit, log=_is_steep(seen))


def several(curves: Mapping[str, tuple[Any, Any]], *, x: str, y: str) -> Chart:
    """Describe one named line per entry, to compare."""
    lines = [
        Line(x=np.asarray(across), y=np.asarray(up), label=name, color=COLORS[i % len(COLORS)])
        for i, (name, (across, up)) in enumerate(curves.items())
    ]
    return Chart(layers=lines, x=x, y=y)


def thin(count: int) -> slice:
    """Return every k-th of `count` points, so that at most `MAX_POINTS` are drawn."""
    return slice(None, None, max(1, -(-count // MAX_POINTS)))


def shades(palette: str, count: int = 256) -> list[str]:
    """Return the colours of a palette from its lower end to its upper one."""
    stops = np.array([[int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in PALETTES[palette]])
    at, known = np.linspace(0, 1, count), np.linspace(0, 1, len(stops))
    mixed = np.stack([np.interp(at, known, channel) for channel in stops.T], axis=1)
    return [f"#{r:02x}{g:02x}{b:02x}" for r, g, b in mixed.round().astype(int)]


def _are_apart(one: np.ndarray, other: np.ndarray) -> bool:
    """Return whether two curves have no value in common, so that on one axis both look flat."""
    first, second = one[np.isfinite(one)], other[np.isfinite(other)]
    if not len(first) or not len(second) or _is_steep(first):
        return False
    return bool(first.min() > second.max() or first.max() < second.min())


def _is_steep(values: np.ndarray) -> bool:
    known = values[np.isfinite(values)]
    return bool(len(known) and known.min() > 0 and known.max() / known.min() > 30)
