"""A chart is described once, and both houses draw all of it."""

import re
from importlib import resources

import numpy as np
import pytest

from lstmkit import chart, plots
from lstmkit.chart import Band, Bars, Chart, Heat, Line
from lstmkit.page import charts
from lstmkit.stock import pictures

X = np.arange(4.0)
LAYERS = {
    "line": [Line(x=X, y=X, label="one", dots=3), Line(x=X, y=X + 9, label="two", axis="own")],
    "band": [Band(x=X, lower=X - 1, upper=X + 1, label="between")],
    "bars": [Bars(edges=X, heights=X[1:], alpha=X[1:] / 4, told={"right": np.array([3, 0, 1])})],
    "heat": [Heat(values=np.eye(3), limits=(-1, 1), palette="signed", meaning="a")],
    "named": [
        Heat(
            values=np.eye(2),
            limits=(0, 1),
            palette="share",
            meaning="share",
            names=("a", "b"),
            counts=np.eye(2, dtype=int),
        )
    ],
}


@pytest.mark.parametrize("name", LAYERS)
def test_both_houses_draw_every_layer(name, tmp_path):
    described = Chart(layers=LAYERS[name], x="across", y="up")
    for path in (tmp_path / "one.png", tmp_path / "two.png"):
        plots.draw(path, described, title="all of it")
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()
    assert len(charts.drawn(described).renderers) >= len(LAYERS[name])


def test_what_a_pointer_is_told_never_moves_a_bar():
    (bars,) = charts.drawn(Chart(layers=LAYERS["bars"])).renderers
    drawn = bars.data_source.data[bars.glyph.right]
    assert list(drawn) == [1, 2, 3]


def test_losses_without_a_value_in_common_have_an_axis_each_and_the_best_epoch_is_kept():
    rows = [{"epoch": 0, "loss": None, "val_loss": 0.5}]
    rows += [{"epoch": e, "loss": 3.0 - e / 9, "val_loss": abs(e - 2) + 0.1} for e in (1, 2, 3)]
    training, validation, kept = chart.loss(rows, unit="nats").layers
    assert (training.axis, validation.axis) == ("training, nats", "validation, nats")
    assert (kept.label, list(kept.x), list(kept.y)) == ("kept: epoch 2", [2.0], [0.1])


def test_a_steep_loss_is_drawn_on_a_logarithmic_axis_that_both_share():
    rows = [{"epoch": e, "loss": 100.0 / 9**e, "val_loss": 9.0} for e in range(4)]
    described = chart.loss(rows, unit="nats")
    assert described.log
    assert {line.axis for line in described.layers} == {""}


def test_a_palette_runs_from_end_to_end():
    assert chart.shades("share", 3) == ["#ffffff", "#9dc0e2", "#3b82c4"]


def test_long_series_are_thinned_to_what_can_be_seen():
    assert len(range(100_000)[chart.thin(100_000)]) == 4000
    assert chart.thin(10).step == 1


def test_a_roll_has_the_same_colours_in_a_picture_and_on_a_page():
    folder = resources.files("lstmkit.page") / "templates"
    style = (folder / "style.css").read_text(encoding="utf-8")
    light = dict(re.findall(r"--(\w+): ([^;]+);", style.splitlines()[0]))
    assert (light["paper"], light["ink"]) == (chart.PAPER, chart.INK)
    for voice, color in {"lead": chart.PREDICTED, "bass": chart.GOOD}.items():
        name = re.search(rf"^\.{voice} {{ fill: rgb\(var\(--(\w+)\)\)", style, re.MULTILINE)[1]
        assert "#" + "".join(f"{int(one):02x}" for one in light[name].split()) == color


def test_legends_tell_a_band_from_the_one_around_it():
    names = ("date", "predicted", "lower", "upper", "inner_lower", "inner_upper")
    described = pictures.fan(None, {name: X + at for at, name in enumerate(names)})
    areas = [one.glyph for one in charts.drawn(described).renderers if hasattr(one.glyph, "y2")]
    assert len({one.fill_alpha for one in areas}) == len(areas) == 2
