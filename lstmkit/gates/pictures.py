"""What the charts of gates show: a heat map for each, steps to the right, units upwards."""

from collections.abc import Sequence

import numpy as np

from lstmkit.chart import Chart, Heat

GATES = ("forget_gate", "input_gate", "output_gate")


def heat_map(name: str, values: np.ndarray, *, steps: Sequence[str] = ()) -> Chart:
    """Describe one gate.

    Gates run from 0, shut, to 1, open. Candidate and states lie around 0, on a scale of their own.

    Args:
        name: As a column of `gates.csv` is called.
        values: (time, units).
        steps: Names of the steps that are words; empty: their numbers.
    """
    reach = 1.0 if name == "candidate" else max(float(np.abs(values).max()), 1e-6)
    is_gate = name in GATES
    limits = (0.0, 1.0) if is_gate else (-reach, reach)
    palette = "open" if is_gate else "signed"
    heat = Heat(values=values.T, limits=limits, palette=palette, meaning=name.replace("_", " "))
    return Chart(layers=[heat], x="step", y="unit", steps=steps)


def words(steps: Sequence[str]) -> Sequence[str]:
    """Return the names of the steps where they are words and not numbers."""
    return steps if any(not step.replace(".", "").isdigit() for step in steps) else ()
