"""Draws tidy tables; computes nothing but where labels go.

Each function draws on one matplotlib Axes (its own, unless given one) and returns it; the figure is
`axes.figure`. `note` is the line under a figure that states its uncertainty and its share of
assumed inputs: there is no figure without one. Colours are Okabe and Ito's; shapes, dashes and
hatches repeat what they say, so that a grey print is legible.

A table of points has one row per setting and outcome: setting, as_written, outcome, mean, low,
high (analysis.estimate.summary). Low and high may be NaN (one replication): no bar is drawn.
"""

import io
import textwrap
import warnings
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backend_bases import RendererBase
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.transforms import ScaledTranslation

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
def new_axes(size: tuple[float, float] = SIZE) -> Axes:
    """Empty axes on a figure of their own, outside pyplot's register."""
    figure = Figure(figsize=size, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    assert isinstance(axes, Axes)
    axes.spines[["top", "right"]].set_visible(False)
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
        whole(axes).savefig(out, format="svg", metadata={"Date": None, "Creator": "leeway"})
    return out.getvalue()


@drawing()
def png(axes: Axes, dots_per_inch: float = 160) -> bytes:
    """The figure as a PNG picture."""
    out = io.BytesIO()
    whole(axes).savefig(out, format="png", dpi=dots_per_inch, metadata={"Software": "leeway"})
    return out.getvalue()


def whole(axes: Axes) -> Figure:
    """The figure that holds the axes."""
    figure = axes.figure
    assert isinstance(figure, Figure)
    return figure


def of_outcome(points: pd.DataFrame, outcome: str) -> pd.DataFrame:
    """The rows of one outcome, by setting."""
    return points[points["outcome"] == outcome].sort_values("setting").reset_index(drop=True)


def arms(rows: pd.DataFrame) -> Any:
    """Lengths of the bars below and above each mean, shape (2, rows); 0 where not known."""
    below = (rows["mean"] - rows["low"]).fillna(0.0).to_numpy()
    above = (rows["high"] - rows["mean"]).fillna(0.0).to_numpy()
    return np.vstack([below, above])


# ---- the curve -------------------------------------------------------------------------------


@drawing()
def learning_against_harm(
    points: pd.DataFrame,
    *,
    learning: str,
    learning_label: str,
    harm_label: str,
    setting_label: Callable[[float], str],
    note: str,
    harm: str = "harm_any",
    axes: Axes | None = None,
) -> Axes:
    """What trainees gain (up) against what patients pay (right), one labelled point per setting."""
    axes = new_axes() if axes is None else axes
    across, up = of_outcome(points, harm), of_outcome(points, learning)
    axes.plot(across["mean"], up["mean"], color=LIGHT, linewidth=2, zorder=1)
    axes.errorbar(
        across["mean"], up["mean"], xerr=arms(across), yerr=arms(up),
        fmt="none", ecolor="#b5b5b5", elinewidth=1, zorder=2,
    )  # fmt: skip
    own = across["as_written"].to_numpy(dtype=bool)
    axes.plot(across["mean"][~own], up["mean"][~own], "o", color=BLUE, markersize=6, zorder=3)
    axes.plot(
        across["mean"][own], up["mean"][own], "D", color=VERMILLION, markersize=9, zorder=4,
        markeredgecolor="white",
    )  # fmt: skip
    axes.set_xlabel(harm_label)
    axes.set_ylabel(learning_label)
    axes.margins(0.12)
    finish(axes, note)
    texts = [
        setting_label(setting) + (" (as written)" if mine else "")
        for setting, mine in zip(across["setting"], own, strict=True)
    ]
    label_points(axes, list(zip(across["mean"], up["mean"], strict=True)), texts)
    return axes


def label_points(axes: Axes, points: Sequence[tuple[float, float]], texts: Sequence[str]) -> None:
    """Write a text beside each point (in data coordinates) so that none covers another.

    A text that stands far from its point, or near another, is tied to its point by a thin line.
    """
    figure = whole(axes)
    renderer = settle(figure)
    drawn = [axes.text(0, 0, text, fontsize=8.5, color=INK, zorder=6) for text in texts]
    extents = [text.get_window_extent(renderer) for text in drawn]
    sizes = [(extent.width + 4, extent.height + 3) for extent in extents]
    pixels = [tuple(map(float, axes.transData.transform(point))) for point in points]
    anchors = [(x, y) for x, y in pixels]
    marker = 11 * figure.dpi / 72
    frame = axes.get_window_extent(renderer)
    places = labels.place(
        anchors,
        sizes,
        labels.Box(frame.x0, frame.y0, frame.x1, frame.y1),
        [labels.around(x, y, marker, marker) for x, y in anchors],
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
    figure.draw_without_rendering()
    figure.set_layout_engine("none")
    renderer: RendererBase = canvas.get_renderer()  # type: ignore[no-untyped-call]
    return renderer


@drawing()
def along_settings(
    points: pd.DataFrame,
    series: Mapping[str, str],
    *,
    axis_label: str,
    value_label: str,
    setting_label: Callable[[float], str],
    note: str,
    kept: Collection[float] = (),
    axes: Axes | None = None,
) -> Axes:
    """Outcomes (name -> label) along the settings, in even steps since they lie unevenly.

    The setting as written is a grey band; the settings in `kept` are ringed.
    """
    axes = new_axes() if axes is None else axes
    looks = zip(series, (BLUE, VERMILLION, GREEN), ("o", "s", "^"), ("-", "--", ":"), strict=False)
    for shift, (outcome, colour, marker, dash) in enumerate(looks):
        rows = of_outcome(points, outcome)
        places = np.arange(len(rows)) + 0.08 * (shift - (len(series) - 1) / 2)
        axes.errorbar(
            places, rows["mean"], yerr=arms(rows), fmt=marker + dash, color=colour, markersize=6,
            elinewidth=1.2, linewidth=1.2, label=series[outcome], zorder=3,
        )  # fmt: skip
        ringed = rows["setting"].isin(list(kept)).to_numpy(dtype=bool)
        if ringed.any():
            axes.plot(
                places[ringed], rows["mean"][ringed], "o", markersize=13, markerfacecolor="none",
                markeredgecolor=INK, zorder=4, label="can't be told from the lowest",
            )  # fmt: skip
    settings = of_outcome(points, next(iter(series)))
    mark_settings(axes, settings, axis_label, setting_label)
    axes.set_ylabel(value_label)
    axes.set_ylim(bottom=0)
    legend_above(axes)
    return finish(axes, note)


def mark_settings(
    axes: Axes, rows: pd.DataFrame, axis_label: str, setting_label: Callable[[float], str]
) -> None:
    """Name the settings on the horizontal axis and shade the one as written."""
    names = [setting_label(setting) for setting in rows["setting"]]
    turned = sum(len(name) for name in names) > 40
    axes.set_xticks(
        range(len(names)), names, rotation=40 if turned else 0, ha="right" if turned else "center"
    )
    axes.set_xlim(-0.5, len(names) - 0.5)
    for place in np.flatnonzero(rows["as_written"].to_numpy(dtype=bool)):
        axes.axvspan(place - 0.42, place + 0.42, color=LIGHT, zorder=0, label="as written")
    axes.set_xlabel(axis_label)


def legend_above(axes: Axes, columns: int = 2) -> None:
    """The legend above the axes, where it covers no data."""
    axes.legend(
        loc="lower left", bbox_to_anchor=(0, 1.0), ncols=columns, frameon=False, fontsize=8.5,
        borderaxespad=0.2, handlelength=1.8, columnspacing=1.2,
    )  # fmt: skip


# ---- what became of things -------------------------------------------------------------------


@drawing()
def stacked(
    rows: pd.DataFrame,
    totals: pd.DataFrame,
    *,
    value_label: str,
    note: str,
    styles: Mapping[str, tuple[str, str]] = HARM_STYLE,
    axes: Axes | None = None,
) -> Axes:
    """Lying bars, one per `bar`, split into `part`s, with the interval of each total beneath.

    rows: columns bar, part, mean; totals: columns bar, mean, low, high. Bars are drawn from the
    top in the order of totals, parts from the left in the order of `styles`.
    """
    axes = new_axes((SIZE[0], 1.9 + 0.42 * len(totals))) if axes is None else axes
    bars = totals["bar"].tolist()
    rungs, left = np.arange(len(bars)), np.zeros(len(bars))
    for part, (colour, hatch) in styles.items():
        widths = (
            rows[rows["part"] == part].set_index("bar")["mean"].reindex(bars).fillna(0).to_numpy()
        )
        if not (rows["part"] == part).any():
            continue
        axes.barh(
            rungs, widths, left=left, color=colour, hatch=hatch, edgecolor=INK, linewidth=0.5,
            height=0.62, label=part,
        )  # fmt: skip
        left = left + widths
    there = totals["low"].notna().to_numpy(dtype=bool)
    known = totals[there]
    axes.errorbar(  # beneath the bars, where they cover no part
        known["mean"], rungs[there] + 0.43, xerr=arms(known), fmt="none", ecolor=INK,
        elinewidth=1.2, capsize=2.5, capthick=1.2,
    )  # fmt: skip
    axes.set_yticks(rungs, bars)
    axes.set_ylim(len(bars) - 0.3, -0.6)  # the first bar on top
    axes.set_xlabel(value_label)
    axes.set_xlim(left=0)
    legend_above(axes, columns=5)
    return finish(axes, note)


@drawing()
def dots(rows: pd.DataFrame, *, value_label: str, note: str, axes: Axes | None = None) -> Axes:
    """One dot with its interval per row: columns bar, mean, low, high; first row on top."""
    axes = new_axes((SIZE[0], 1.6 + 0.4 * len(rows))) if axes is None else axes
    axes.errorbar(
        rows["mean"], rows["bar"], xerr=arms(rows), fmt="D", color=BLUE, markersize=7, capsize=4
    )
    axes.invert_yaxis()
    axes.margins(y=0.25)
    axes.set_xlim(left=0)
    axes.set_xlabel(value_label)
    return finish(axes, note)


# ---- one episode -----------------------------------------------------------------------------


@drawing()
def timeline(
    flags: pd.DataFrame,
    spans: pd.DataFrame,
    *,
    time_label: str,
    minutes_per_unit: float,
    note: str,
    axes: Axes | None = None,
) -> Axes:
    """One episode from left to right: a band of the harm standing, and a flag per event.

    flags: columns minutes, label, ascending; spans: columns start, end (minutes), level.
    """
    axes = new_axes((9.0, 3.0)) if axes is None else axes
    figure = whole(axes)
    starts, ends = (
        (spans[name].astype(float) / minutes_per_unit).tolist() for name in ("start", "end")
    )
    length = max(*ends, 1e-9)
    for start, end, level in zip(starts, ends, spans["level"], strict=True):
        colour, hatch = HARM_STYLE[level]
        axes.barh(
            -0.5, end - start, left=start, height=0.7, color=colour, hatch=hatch, edgecolor=INK,
            linewidth=0.5, label=level,
        )  # fmt: skip
    axes.set_xlim(-0.01 * length, 1.35 * length)  # the room that the last flags need
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.spines["bottom"].set_bounds(0, length)
    axes.set_xlabel(time_label, loc="left")
    axes.set_xticks([tick for tick in axes.get_xticks() if 0 <= tick <= length * 1.0001])
    finish(axes, note)
    raise_flags(axes, flags, minutes_per_unit)
    handles, names = axes.get_legend_handles_labels()
    once = dict(zip(names, handles, strict=True))
    below = ScaledTranslation(0, -19 / 72, figure.dpi_scale_trans)  # 19 points under the axes
    axes.legend(
        once.values(), [f"harm: {name}" for name in once], loc="upper right", frameon=False,
        bbox_to_anchor=(1, 0), bbox_transform=axes.transAxes + below, ncols=5, fontsize=8.5,
        borderaxespad=0,
    )  # fmt: skip
    return axes


def raise_flags(axes: Axes, flags: pd.DataFrame, minutes_per_unit: float) -> None:
    """A pole and a text per flag, in rows that keep texts off each other and off the poles."""
    starts = (flags["minutes"] / minutes_per_unit).tolist()
    axes.set_ylim(-1, 4)
    renderer = settle(whole(axes))
    texts = [
        axes.text(x, 0, label, fontsize=9, color=INK, va="center")
        for x, label in zip(starts, flags["label"], strict=True)
    ]
    per_pixel = (axes.get_xlim()[1] - axes.get_xlim()[0]) / axes.get_window_extent().width
    widths = [text.get_window_extent(renderer).width * per_pixel for text in texts]
    rows = labels.flag_rows(starts, widths, gap=10 * per_pixel)
    grow(axes, rows=max(rows, default=0) + 1)
    for x, row, text in zip(starts, rows, texts, strict=True):
        axes.plot([x, x], [-0.85, row + 0.8], color=GREY, linewidth=0.8, zorder=1.5)
        text.set(x=x + 4 * per_pixel, y=row + 0.62)


def grow(axes: Axes, *, rows: int) -> None:
    """Give the figure the height that so many rows of flags need (0.24 inch each)."""
    figure = whole(axes)
    before = figure.get_figheight()
    box = axes.get_position()
    below, above = box.y0 * before, (1 - box.y1) * before
    inner = 0.24 * (rows + 0.3 + 1.0)
    after = below + inner + above
    figure.set_figheight(after)
    axes.set_position((box.x0, below / after, box.width, inner / after))
    axes.set_ylim(-1.0, rows + 0.3)
    note = figure._supxlabel  # type: ignore[attr-defined]
    if note is not None:
        note.set_y(note.get_position()[1] * before / after)
