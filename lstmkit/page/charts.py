"""Charts on a page, drawn by Bokeh: hover, zoom by dragging, and one look.

Text and grid have no colour here that matters: `charts.js` sets both for light and dark.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from bokeh.embed import json_item
from bokeh.models import (
    BoxZoomTool,
    ColorBar,
    ColumnDataSource,
    DataRange1d,
    HoverTool,
    LinearAxis,
    LinearColorMapper,
    PanTool,
    ResetTool,
    WheelZoomTool,
)
from bokeh.plotting import figure
from bokeh.resources import Resources

from lstmkit.chart import NAIVE, Band, Bars, Chart, Heat, Line, shades
from lstmkit.page import blocks

MAX_STEPS = 40  # names along an axis
NUMBER, DAY, MOMENT = "{0,0.[000000]}", "{%F}", "{%F %H:%M}"


def drawn(chart: Chart, *, height: int = 320) -> Any:
    """Return a chart as wide as the page.

    Args:
        chart: What it shows.
        height: In pixels.
    """
    heats = [layer for layer in chart.layers if isinstance(layer, Heat)]
    figure = _new_figure(chart, height, heats[0] if heats else None)
    sources = _sources(chart)
    for layer in chart.layers:
        if isinstance(layer, Line):
            _line(figure, layer, sources[id(layer)])
        elif isinstance(layer, Band):
            look = {"color": layer.color, "alpha": layer.alpha, "legend_label": layer.label}
            source, low = sources[id(layer)], f"{layer.label} from"
            figure.varea("x", low, layer.label, source=source, **look)
        elif isinstance(layer, Bars):
            _bars(figure, layer)
        else:
            (_squares if layer.names else _image)(figure, layer)
    _hover(figure, chart, sources)
    if 0 < len(chart.steps) <= MAX_STEPS:
        figure.xaxis.ticker = list(range(len(chart.steps)))
        figure.xaxis.major_label_overrides = dict(enumerate(chart.steps))
    if figure.legend:
        legend = figure.legend[0]
        legend.update(location="top_left", orientation="horizontal", click_policy="hide")
        legend.update(background_fill_alpha=0, border_line_color=None)
        figure.add_layout(legend, "above")
    return figure


def embedded(wanted: Mapping[int, blocks.Chart]) -> tuple[dict[int, Any], Sequence[str]]:
    """Return each chart as JSON, drawn into the element `chart-KEY`, and Bokeh's scripts."""
    items = {
        key: json_item(drawn(block.shows, height=block.height), f"chart-{key}")
        for key, block in wanted.items()
    }
    return items, Resources(mode="inline", components=["bokeh"], log_level="warn").js_raw


def _new_figure(chart: Chart, height: int, heat: Heat | None) -> Any:
    box = BoxZoomTool(dimensions="width" if heat is None else "both")
    ranges: dict[str, Any] = {"x_range": chart.x_range, "y_range": chart.y_range}
    if heat is not None and heat.names:
        ranges = {"x_range": list(heat.names), "y_range": list(heat.names[::-1])}
    elif heat is not None:
        ranges = {"x_range": _ends(heat.values.shape[1]), "y_range": _ends(len(heat.values))}
    made = figure(
        height=height,
        sizing_mode="stretch_width",
        tools=[box, PanTool(), WheelZoomTool(), ResetTool()],
        active_drag=box,
        active_scroll=None,
        background_fill_color=None,
        border_fill_color=None,
        outline_line_color=None,
        lod_threshold=None,
        x_axis_label=chart.x,
        y_axis_label=chart.y,
        x_axis_type="datetime" if chart.dates else "auto",
        y_axis_type="log" if chart.log else "auto",
        **{name: ends for name, ends in ranges.items() if ends is not None},
    )
    made.toolbar.update(logo=None, autohide=True)
    made.xgrid.grid_line_color = None
    return made


def _ends(count: int) -> tuple[float, float]:
    return -0.5, count - 0.5


def _sources(chart: Chart) -> dict[int, ColumnDataSource]:
    """Return the data of each curve and band, one source for those over the same points."""
    found: dict[int, ColumnDataSource] = {}
    shared: list[ColumnDataSource] = []
    for layer in chart.layers:
        if not isinstance(layer, Line | Band):
            continue
        source = next((s for s in shared if np.array_equal(s.data["x"], layer.x)), None)
        if source is None:
            source = ColumnDataSource({"x": layer.x})
            shared.append(source)
        if isinstance(layer, Band):
            source.add(layer.lower, f"{layer.label} from")
            source.add(layer.upper, layer.label)
        else:
            source.add(layer.y, layer.label)
        found[id(layer)] = source
    return found


def _line(figure: Any, line: Line, source: ColumnDataSource) -> None:
    look: dict[str, Any] = {"source": source, "color": line.color}
    if line.label:
        look["legend_label"] = line.label
    drawn = []
    if line.axis:
        if line.axis not in figure.extra_y_ranges:
            figure.extra_y_ranges[line.axis] = DataRange1d(renderers=[])
            side = "right" if len(figure.extra_y_ranges) > 1 else "left"
            axis = LinearAxis(y_range_name=line.axis, axis_label=line.axis)
            figure.add_layout(axis, side)
            figure.yaxis[0].visible = False  # each curve has its own, at its side
        look["y_range_name"] = line.axis
    if line.width:
        dash = "dashed" if line.dashed else "solid"
        drawn.append(figure.line("x", line.label, line_width=line.width, line_dash=dash, **look))
    if line.dots:
        drawn.append(figure.scatter("x", line.label, size=line.dots, **look))
    if line.axis:
        scale = figure.extra_y_ranges[line.axis]
        scale.renderers = [*scale.renderers, *drawn]


def _hover(figure: Any, chart: Chart, sources: Mapping[int, ColumnDataSource]) -> None:
    """Show every value over the pointer, once for all curves over the same points."""
    lines = [layer for layer in chart.layers if isinstance(layer, Line) and layer.label]
    first = {id(sources[id(line)]): line for line in reversed(lines) if line.width}
    for line in first.values():
        source = sources[id(line)]
        x = source.data["x"]
        if line is lines[0] or len(first) == 1:
            for name, values in chart.told.items():
                source.add(values, name)
        daily = chart.dates and bool((x.astype("datetime64[D]") == x).all())
        format_ = (DAY if daily else MOMENT) if chart.dates else ""
        tips = [("date" if chart.dates else chart.x, f"@x{format_}")]
        for name in source.data:
            if name != "x" and not name.endswith(" from"):
                low = f"@{{{name} from}}{NUMBER} to " if f"{name} from" in source.data else ""
                tips.append((name, f"{low}@{{{name}}}{NUMBER}"))
        own = [one for one in figure.renderers if getattr(one, "data_source", None) is source]
        curve = next(one for one in own if getattr(one.glyph, "y", None) == line.label)
        formats = {"@x": "datetime"} if chart.dates else {}
        figure.add_tools(
            HoverTool(renderers=[curve], tooltips=tips, formatters=formats, mode="vline")
        )


def _bars(figure: Any, bars: Bars) -> None:
    source = ColumnDataSource(
        {"from": bars.edges[:-1], "to": bars.edges[1:], "height": bars.heights}
        | {"opacity": bars.alpha, **bars.told}
    )
    look = {"legend_label": bars.label} if bars.label else {}
    quads = figure.quad(
        left="from", right="to", bottom=0, top="height", fill_alpha="opacity", line_color=None,
        source=source, color=bars.color, **look,
    )  # fmt: skip
    tips = [(name, f"@{{{name}}}{NUMBER}") for name in bars.told]
    figure.add_tools(HoverTool(renderers=[quads], tooltips=tips))


def _image(figure: Any, heat: Heat) -> None:
    rows, columns = heat.values.shape
    colors = LinearColorMapper(
        palette=shades(heat.palette), low=heat.limits[0], high=heat.limits[1]
    )
    image = figure.image(
        image=[heat.values], x=-0.5, y=-0.5, dw=columns, dh=rows, color_mapper=colors
    )
    figure.add_layout(ColorBar(color_mapper=colors, width=10), "right")
    tips = [("step", "$x{0}"), ("unit", "$y{0}"), (heat.meaning or "value", "@image{0.000}")]
    figure.add_tools(HoverTool(renderers=[image], tooltips=tips))


def _squares(figure: Any, heat: Heat) -> None:
    """Draw a table of colours with names, transparent where a value is low."""
    counts = heat.values if heat.counts is None else heat.counts
    cells = list(np.ndindex(*heat.values.shape))
    shares = np.array([heat.values[cell] for cell in cells])
    data = {
        "column": [heat.names[column] for _, column in cells],
        "row": [heat.names[row] for row, _ in cells],
        "count": [int(counts[cell]) for cell in cells],
        "share": shares,
        "ink": np.where(shares > 0.5, "white", NAIVE),
    }
    source, top = ColumnDataSource(data), shades(heat.palette)[-1]
    squares = figure.rect(
        "column", "row", width=0.96, height=0.96, source=source, line_color=None,
        fill_color=top, fill_alpha="share",
    )  # fmt: skip
    figure.text(
        "column", "row", text="count", source=source, text_color="ink", text_align="center",
        text_baseline="middle", text_font_size="13px",
    )  # fmt: skip
    figure.ygrid.grid_line_color = None
    figure.xaxis.major_label_orientation = 0.6
    axes = ((figure.yaxis[0].axis_label, "@row"), (figure.xaxis[0].axis_label, "@column"))
    tips = [*axes, ("count", "@count"), (heat.meaning, "@share{0.0%}")]
    figure.add_tools(HoverTool(renderers=[squares], tooltips=tips))
