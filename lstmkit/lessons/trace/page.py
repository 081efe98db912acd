"""A page of a trace in one file: the step is a slider, the unit can be picked."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import jinja2

from lstmkit import files
from lstmkit.lessons.trace import lines
from lstmkit.lessons.trace.step import Trace

DIGITS = 7  # four are shown: rounding twice must not show
MOST_ANSWERS = 5
MOST_PRODUCTS = 1500  # units times steps: above, the page would be too large


def write(trace: Trace, path: Path, *, step: int, unit: int) -> None:
    """Write the page; it needs nothing but itself.

    Args:
        trace: What was taken apart.
        path: Where to.
        step: The step it opens at, from 0.
        unit: The unit it opens at.

    Raises:
        RunError: It cannot be written.
    """
    environment = jinja2.Environment(
        loader=jinja2.ChoiceLoader(
            [jinja2.PackageLoader("lstmkit.lessons.trace"), jinja2.PackageLoader("lstmkit.page")]
        ),
        autoescape=jinja2.select_autoescape(["html"]),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    content = _content(trace, step, unit)
    page = environment.get_template("trace.html").render(
        trace=trace, content=content, opened=lines.table(trace, step, unit)
    )
    files.write_text(path, page)


def _content(trace: Trace, step: int, unit: int) -> dict[str, Any]:
    """Return what the script of the page reads."""
    return {
        "step": step,
        "unit": unit,
        "units": trace.n_a,
        "rnn": trace.cell == "rnn",
        "lines": [asdict(one) for one in lines.of(trace)],
        "steps": [
            {
                "text": one.text,
                "units": {name: _short(values) for name, values in one.units.items()},
                "answer": _best(trace, one.answer),
                "products": _products(trace, t),
            }
            for t, one in enumerate(trace.steps)
        ],
    }


def _products(trace: Trace, t: int) -> list[list[tuple[str, str]]]:
    """Return the products behind the sums of every unit; none where there are too many."""
    if trace.n_a * len(trace.steps) > MOST_PRODUCTS:
        return []
    return [list(lines.products(trace, t, unit)) for unit in range(trace.n_a)]


def _best(trace: Trace, answer: Any) -> list[list[Any]]:
    """Return the largest answers by name."""
    order = (-answer).argsort()[:MOST_ANSWERS]
    names = trace.answers or [str(k) for k in range(len(answer))]
    return [[names[k], _short(answer[k : k + 1])[0]] for k in order]


def _short(values: Any) -> list[float]:
    return [float(f"{value:.{DIGITS}g}") for value in values.tolist()]
