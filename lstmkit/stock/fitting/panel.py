"""The training spans that one network learns from: what they share, and their rows as examples.

Most often it is one span. Many are put below each other; every stretch of an example lies within
one of them, and batches are drawn from all.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from lstmkit.stock.config import StockConfig
from lstmkit.stock.fitting.inputs import OWN
from lstmkit.stock.fitting.scaling import pooled
from lstmkit.stock.fitting.span import Span
from lstmkit.stock.fitting.start import Start, find, obstacle

FEW = 0.1  # share of the series that may be too short for a stretch, so that the others' is long
MOST_SERIES = 64  # by which the answers per step are multiplied, at most

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Panel:
    """Spans that share a network.

    Attributes:
        spans: One per series, with what was lent to them.
    """

    spans: tuple[Span, ...]

    @classmethod
    def of(cls, spans: Sequence[Span]) -> Panel:
        """Return the panel of some spans: their start, and the scaling that they share.

        Many series share the inputs that come from their changes alone, which are free of units;
        what else a file holds, the head of its own series is told.
        """
        start = _start(spans)
        lent = None if start is None else start.scaling
        if lent is None and len(spans) > 1 and spans[0].own.with_scale:
            rows = [span.dataset.train_rows - 1 for span in spans]
            lent = pooled([span.own for span in spans], rows, OWN)
        return cls(tuple(replace(span, lent=lent, start=start) for span in spans))

    @property
    def config(self) -> StockConfig:
        """The resolved config."""
        return self.spans[0].config

    @property
    def start(self) -> Start | None:
        """The model that ships, where training starts from it."""
        return self.spans[0].start

    @property
    def with_scale(self) -> bool:
        """Whether the network answers the scale of a change beside its mean."""
        return self.spans[0].own.with_scale

    @property
    def inputs(self) -> int:
        """Inputs of the network: all of a single series, those that many share."""
        if len(self.spans) > 1 and self.with_scale:
            return OWN
        return min(len(span.own.center) for span in self.spans)

    @property
    def features(self) -> np.ndarray:
        """What the network sees of all training rows, float32, (rows, inputs)."""
        parts = [s.view.features[: s.dataset.train_rows, : self.inputs] for s in self.spans]
        return np.concatenate(parts) if len(parts) > 1 else parts[0]

    @property
    def answers(self) -> np.ndarray:
        """What it should say of them, float32, (rows, 1)."""
        return np.concatenate([span.answers for span in self.spans])

    @property
    def rows(self) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """The rows to learn from and the tails that are held out, one array of each per series."""
        learned, held_out, first = [], [], 0
        for span in self.spans:
            rows, tail = span.rows
            learned.append(first + rows)
            held_out.append(first + tail)
            first += span.dataset.train_rows
        return learned, held_out

    @property
    def targets(self) -> int:
        """Answers per example: one, or about a window's length where every step counts."""
        if self.config.train.supervision == "last_step":
            return 1
        lengths = sorted(min(len(rows) for rows in s.rows if len(rows)) for s in self.spans)
        return min(self.config.data.window, lengths[int(FEW * len(lengths))])

    @property
    def batch_size(self) -> int:
        """Examples per step: as many answers as asked for, of as many series as there are."""
        answers = self.config.train.batch_size
        return max(1, answers // self.targets) * min(len(self.spans), MOST_SERIES)


def _start(spans: Sequence[Span]) -> Start | None:
    """Return the model that ships where it can be the start of every series' network."""
    config = spans[0].config
    if config.train.start == "random" or find() is None:
        return None
    reasons = (obstacle(span.dataset, config, span.aim, span.first_test) for span in spans)
    reason = next((one for one in reasons if one is not None), None)
    if reason is None:
        return find()
    log.info("training starts at random: %s", reason)
    return None
