"""What every figure shares: style, colours, an empty figure, its foot note, labels, SVG and PNG.

There is no figure without a note: it states the uncertainty and the share of assumed inputs.
Colours are Okabe and Ito's; shapes, dashes and hatches repeat what they say, so that a grey print
is legible.
"""

import io
import textwrap
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backend_bases import RendererBase
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from analysis import labels

INK, GREY, LIGHT = "#222222", "#6b6b6b", "#e3e3e3"
BLUE, VERMILLION, GREEN, PURPLE = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
HARM_STYLE = {
    "none": ("#cfe8f7", ""),
    "mild": ("#F0E442", "..."),
    "moderate": ("#E69F00", "///"),
    "severe": ("#D55E00", "xxx"),
    "death": ("#000000", ""),
}
"""Colour and hatch of each harm level, from light to dark."""
STYLE: Any = {
    "font.family": "DejaVu Sans",  # comes with matplotlib: the same outlines everywhere
    "font.size": 10,
    "hatch.linewidth": 0.6,
    "svg.fonttype": "path",
    "text.parse_math": False,  # a dollar sign in a name is no formula
}
SIZE = (5.4, 4.2)  # inches


@contextmanager
def drawing(settings: Mapping[str, str] | None = None) -> Iterator[None]:
    """Our style while something is laid out or drawn, and nothing of it afterwards."""
    with mpl.rc_context(STYLE | dict(settings or {})), warnings.catch_warnings():
        # a name in a script that the font lacks is drawn as boxes; the page tells it in words
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        yield


@drawing()
def new_axes(size: tuple[float, float] = SIZE, *, text: float = STYLE["font.size"]) -> Axes:
    """Empty axes on a figure of their own, outside pyplot's register.

    text: points of the names and numbers along the axes.
    """
    figure = Figure(figsize=size, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    assert isinstance(axes, Axes)
    axes.spines[["top", "right"]].set_visible(False)
    if text != STYLE["font.size"]:
        axes.tick_params(labelsize=text)
        for each in (axes.xaxis.label, axes.yaxis.label):
            each.set_fontsize(text)
    return axes


def finish(axes: Axes, note: str) -> Axes:
    """The note at the foot of the figure, wrapped to its width."""
    figure = axes.figure
    assert isinstance(figure, Figure)
    characters = int(figure.get_figwidth() * 17)  # at 8 points, with a little to spare
    text = textwrap.fill(note, characters)
    figure.supxlabel(text, fontsize=8, color=GREY, x=0.01, ha="left", multialignment="left")
    return axes


def svg(axes: Axes, salt: str) -> str:
    """The figure as SVG text: the same bytes for the same figure and salt, no date, no fonts."""
    out = io.StringIO()
    with drawing({"svg.hashsalt": salt}):
        laid_out(axes).savefig(out, format="svg", metadata={"Date": None, "Creator": "leeway"})
    return out.getvalue()


@drawing()
def png(axes: Axes, dots_per_inch: float = 160) -> bytes:
    """The figure as a PNG picture."""
    out = io.BytesIO()
    laid_out(axes).savefig(out, format="png", dpi=dots_per_inch, metadata={"Software": "leeway"})
    return out.getvalue()


def whole(axes: Axes) -> Figure:
    """The figure that holds the axes."""
    figure = axes.figure
    assert isinstance(figure, Figure)
    return figure


def laid_out(axes: Axes) -> Figure:
    """The figure, laid out once for all formats: laying out takes as long as drawing."""
    figure = whole(axes)
    if isinstance(figure.get_layout_engine(), ConstrainedLayoutEngine):
        settle(figure)
    return figure


def label_points(
    axes: Axes,
    points: Sequence[tuple[float, float]],
    texts: Sequence[str],
    *,
    off: Sequence[tuple[float, float]] = (),
) -> None:
    """Write a text beside each point (in data coordinates) so that none covers another.

    A text that stands far from its point, or near another, is tied to its point by a thin line.
    off: more places (in data coordinates) that no text should cover, where there is room.
    """
    figure = whole(axes)
    renderer = settle(figure)
    drawn = [axes.text(0, 0, text, fontsize=8.5, color=INK, zorder=6) for text in texts]
    extents = [text.get_window_extent(renderer) for text in drawn]
    sizes = [(extent.width + 4, extent.height + 3) for extent in extents]
    anchors, taken = (
        [(float(x), float(y)) for x, y in map(axes.transData.transform, places)]
        for places in (points, off)
    )
    marker = 11 * figure.dpi / 72
    frame = axes.get_window_extent(renderer)
    places = labels.place(
        anchors,
        sizes,
        labels.Box(frame.x0, frame.y0, frame.x1, frame.y1),
        [labels.around(x, y, marker, marker) for x, y in anchors + taken],
    )
    to_data = axes.transData.inverted()
    axes.autoscale(enable=False)  # the thin lines must not move what was measured
    for text, box, anchor, point in zip(drawn, places, anchors, points, strict=True):
        middle = ((box.left + box.right) / 2, (box.bottom + box.top) / 2)
        x, y = to_data.transform(middle)
        text.set(x=x, y=y, ha="center", va="center")
        text.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 0.4, "alpha": 0.8})
        if not labels.tells(box, anchor, anchors, clear=marker):
            axes.plot([point[0], x], [point[1], y], color=GREY, linewidth=0.6, zorder=2.5)


def settle(figure: Figure) -> RendererBase:
    """Lay the figure out for good, so that text measured now stays where it is."""
    canvas = figure.canvas
    if not isinstance(canvas, FigureCanvasAgg):
        canvas = FigureCanvasAgg(figure)  # one that can measure text
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.execute(figure)
    figure.set_layout_engine(None)  # "none" would leave one, for which savefig draws twice
    renderer: RendererBase = canvas.get_renderer()  # type: ignore[no-untyped-call]
    return renderer


def legend_above(axes: Axes, columns: int = 2) -> None:
    """The legend above the axes, where it covers no data: as many columns as there is room for."""
    names = axes.get_legend_handles_labels()[1]
    widest = 8.5 * (0.5 * max((len(name) for name in names), default=0) + 3.8)  # points, about
    fitting = int(0.86 * 72 * whole(axes).get_figwidth() / widest)
    axes.legend(
        loc="lower left", bbox_to_anchor=(0, 1.0), ncols=max(1, min(columns, fitting)),
        frameon=False, fontsize=8.5, borderaxespad=0.2, handlelength=1.8, columnspacing=1.2,
    )  # fmt: skip


def arms(rows: pd.DataFrame) -> Any:
    """Lengths of the bars below and above each mean, shape (2, rows); 0 where not known."""
    below = (rows["mean"] - rows["low"]).fillna(0.0).to_numpy()
    above = (rows["high"] - rows["mean"]).fillna(0.0).to_numpy()
    return np.vstack([below, above])
