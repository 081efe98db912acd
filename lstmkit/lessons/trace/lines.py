"""The equations beside the numbers: what is shown of one unit at one step, in order."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lstmkit.lessons.trace.step import Step, Trace

ALL_PRODUCTS = 8  # so many inputs and units at most: every product of a sum is shown
LARGEST = 3


@dataclass(frozen=True)
class Line:
    """One equation.

    Attributes:
        name: What it gives: a name of `Step.units`.
        equation: In letters.
        numbers: In numbers: names in braces stand for the unit's values.
        part: `forward` or `backward`.
    """

    name: str
    equation: str
    numbers: str
    part: str


def _gate(letter: str, gate: str, squash: str, what: str) -> list[Line]:
    z = f"z{gate}"
    sums = f"{{W{gate}a}} + {{W{gate}x}} + {{b{gate}}}"
    return [
        Line(z, f"{z} = W{gate} a<t-1> + W{gate} x<t> + b{gate}", sums, "forward"),
        Line(letter, f"{letter} = {squash}({z})   {what}", f"{squash}({{{z}}})", "forward"),
    ]


LSTM = (
    *_gate("f", "f", "sigmoid", "forget gate"),
    *_gate("i", "i", "sigmoid", "update gate"),
    *_gate("g", "c", "tanh", "candidate"),
    *_gate("o", "o", "sigmoid", "output gate"),
    Line("c", "c<t> = f c<t-1> + i g", "{f} * {c_prev} + {i} * {g}", "forward"),
    Line("a", "a<t> = o tanh(c<t>)", "{o} * {tanh_c}", "forward"),
    Line("da", "da = from above + from a<t+1>", "{da_y} + {da_next}", "backward"),
    Line(
        "dc",
        "dc = from c<t+1> + da o (1 - tanh(c)^2)",
        "{dc_next} + {da} * {o} * {slope_c}",
        "backward",
    ),
    Line("dzo", "dzo = da tanh(c) o (1 - o)", "{da} * {tanh_c} * {o} * (1 - {o})", "backward"),
    Line("dzf", "dzf = dc c<t-1> f (1 - f)", "{dc} * {c_prev} * {f} * (1 - {f})", "backward"),
    Line("dzi", "dzi = dc g i (1 - i)", "{dc} * {g} * {i} * (1 - {i})", "backward"),
    Line("dzc", "dzc = dc i (1 - g^2)", "{dc} * {i} * (1 - {g}^2)", "backward"),
    Line("dc_prev", "dc<t-1> = dc f", "{dc} * {f}", "backward"),
    Line("da_prev", "da<t-1> = Wf' dzf + Wi' dzi + Wc' dzc + Wo' dzo", "", "backward"),
)
RNN = (
    Line("z", "z = Waa a<t-1> + Wax x<t> + ba", "{Waaa} + {Waxx} + {ba}", "forward"),
    Line("a", "a<t> = tanh(z)", "tanh({z})", "forward"),
    Line("da", "da = from above + from a<t+1>", "{da_y} + {da_next}", "backward"),
    Line("dz", "dz = da (1 - a<t>^2)", "{da} * (1 - {a}^2)", "backward"),
    Line("da_prev", "da<t-1> = Waa' dz", "", "backward"),
)


def of(trace: Trace) -> Sequence[Line]:
    """Return the lines of a trace's cell."""
    return LSTM if trace.cell == "lstm" else RNN


def number(value: float) -> str:
    """Write a number in four significant digits."""
    return f"{value + 0.0:.4g}"  # no -0


def filled(line: Line, step: Step, unit: int) -> str:
    """Return a line's numbers for one unit."""
    text = line.numbers
    for name, values in step.units.items():
        shown = number(float(values[unit]))
        if shown.startswith("-"):
            text = text.replace(f"{{{name}}}^", f"({shown})^")
        text = text.replace(f"{{{name}}}", shown)
    return text


def products(trace: Trace, t: int, unit: int) -> Iterator[tuple[str, str]]:
    """Yield, for each weight matrix, the products that make a unit's sum.

    Args:
        trace: The trace.
        t: The step, from 0.
        unit: The unit.

    Yields:
        The sum in letters, and its products: all of a small cell, else the largest.
    """
    step, p = trace.steps[t], trace.parameters
    a_prev, x = step.units["a_prev"], step.x
    sums: dict[str, tuple[Any, Any, str]] = {}
    if trace.cell == "lstm":
        concat = np.concatenate([a_prev, x])
        sums = {f"W{k}": (p[f"W{k}"][unit], concat, f"W{k}[{unit}]") for k in "fico"}
    else:
        sums = {
            "Waa": (p["Waa"][unit], a_prev, f"Waa[{unit}]"),
            "Wax": (p["Wax"][unit], x, f"Wax[{unit}]"),
        }
    for weights, values, name in sums.values():
        made = weights * values
        whole = len(values) <= ALL_PRODUCTS
        order = np.arange(len(made)) if whole else np.argsort(-np.abs(made))[:LARGEST]
        seen = " + ".join(f"{number(weights[k])}*{number(values[k])}" for k in order)
        rest = "" if whole else f" + {len(made) - LARGEST} smaller"
        vector = "[a<t-1>; x<t>]" if trace.cell == "lstm" else "a<t-1>" if "aa" in name else "x<t>"
        yield f"{name} {vector}", f"{seen}{rest} = {number(float(made.sum()))}"


def table(trace: Trace, t: int, unit: int) -> str:
    """Return one step of one unit as text: forward, then back.

    Args:
        trace: The trace.
        t: The step, from 0.
        unit: The unit.
    """
    step, n_a, n_x = trace.steps[t], trace.n_a, trace.n_x
    head = (
        f"{trace.title}\nlayer {trace.layer}: unit {unit} of {n_a} (counted from 0),"
        f" step {t + 1} of {len(trace.steps)}: {step.text}\n"
        f"x<t> {(n_x,)}, a<t> {(n_a,)}"
    )
    matrices = (
        f"Wf, Wi, Wc, Wo {(n_a, n_a + n_x)}"
        if trace.cell == "lstm"
        else (f"Waa {(n_a, n_a)}, Wax {(n_a, n_x)}")
    )
    rows = [(line, filled(line, step, unit)) for line in of(trace)]
    wide = max(len(line.equation) for line, _ in rows)
    parts = {
        "forward": ["", "forward"],
        "backward": ["", f"backward, L = {trace.loss_name} = {number(trace.loss)}"],
    }
    parts["forward"] += [f"  {name} = {text}" for name, text in products(trace, t, unit)]
    for line, numbers in rows:
        value = number(float(step.units[line.name][unit]))
        shown = f"{numbers} = {value}" if numbers else value
        parts[line.part].append(f"  {line.equation:<{wide}} | {shown}")
    parts["backward"].append(
        f"  dx<t> = W' dz, {(n_x,)}: norm {number(float(np.linalg.norm(step.dx)))};"
        f" da<t-1>, {(n_a,)}: norm {number(float(np.linalg.norm(step.units['da_prev'])))}"
    )
    return "\n".join([f"{head}, {matrices}", *parts["forward"], *parts["backward"]])


def content(trace: Trace, chosen: Sequence[int]) -> dict[str, Any]:
    """Return the object that `--json` prints.

    Args:
        trace: The trace.
        chosen: The steps to show, from 0.

    Returns:
        All units of the steps; the weights too, where the cell is small enough to redo by hand.
    """
    small = trace.n_a + trace.n_x <= ALL_PRODUCTS
    return {
        "title": trace.title,
        "cell": trace.cell,
        "layer": trace.layer,
        "units": trace.n_a,
        "features": trace.n_x,
        "loss": {"name": trace.loss_name, "value": trace.loss},
        "equations": [
            {"gives": one.name, "equation": one.equation, "part": one.part} for one in of(trace)
        ],
        "shapes": {name: list(weight.shape) for name, weight in trace.parameters.items()},
        "weights": {k: v.tolist() for k, v in trace.parameters.items()} if small else None,
        "steps": [
            {
                "step": t + 1,
                "text": trace.steps[t].text,
                "x": trace.steps[t].x.tolist(),
                "units": {name: v.tolist() for name, v in trace.steps[t].units.items()},
                "dx": trace.steps[t].dx.tolist(),
                "answer": _named(trace, trace.steps[t].answer),
            }
            for t in chosen
        ],
    }


def _named(trace: Trace, answer: Any) -> Any:
    values = answer.tolist()
    return dict(zip(trace.answers, values, strict=True)) if trace.answers else values
