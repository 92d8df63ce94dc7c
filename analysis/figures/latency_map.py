"""The map: how far may I let them go, given how fast I can be there?

Across: how fast a supervisor is there, on a logarithmic scale. Up: permissiveness, on a power
scale, which widens near 0 where it matters. The lighter, the nearer to the best setting at that
latency; contours say how near in numbers. The ridge is the best setting, hatched are those that
can't be told from it. Above, a strip tells what the best setting comes to.
"""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import matplotlib.patheffects as effects
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import NullLocator
from numpy.typing import NDArray

from analysis import labels, words
from analysis.figures.canvas import GREY, INK, VERMILLION, drawing, finish, new_axes, settle, whole
from analysis.labels import Box

SIZE = (7.2, 6.6)  # inches
TICKS = (0.0, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
TIMES = tuple(
    seconds / 60 for seconds in (0.1, 1, 5, 30, 120, 600, 3600, 21600, 86400, 604800, 2419200)
)
POWER = 0.4
"""Of the scale of permissiveness: 0.2 lies two fifths of the way from 0 to 2."""
PERCENT = (0.0, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0)
"""Where the shades begin, the same in every map: so many percent worse than the best setting."""
SHADES = ("#fef6d4", "#c0dbaf", "#7bbfa4", "#419aa3", "#1e7193", "#194b78", "#152c58")
"""From cream to navy in equal steps of lightness (Oklab); more can't be told apart in grey."""
LABELS_AT = 0.6
"""Where on the way across the contours are named, if there is room."""


class Line(NamedTuple):
    """A contour: its name, its points in data coordinates, and the shade below it."""

    name: str
    points: NDArray[np.float64]
    shade: str


@drawing()
def latency_map(
    field: pd.DataFrame,
    ridge: pd.DataFrame,
    *,
    own: tuple[float, float],
    title: str,
    subtitle: str,
    worse_label: str,
    strip_label: str,
    note: str,
    worse_sign: str = "+",
    axes: Axes | None = None,
) -> Axes:
    """The map of analysis.latency_map.LatencyMap, from its tables `field` and `ridge`.

    own: permissiveness and response (minutes) as written. Shades are the column `share` of `field`
    in percent, or `worse` in the outcome's unit where a share is missing. worse_sign: what stands
    before their numbers, a minus where more of the outcome is better. On axes of one's own there is
    no strip. Returns the axes of the map.
    """
    strip = None
    if axes is None:
        axes = new_axes(SIZE)
        figure = whole(axes)
        figure.clear()
        strip, axes = figure.subplots(2, 1, sharex=True, height_ratios=(1, 5.6))
    scales(axes, field)
    lines = surface(axes, field, worse_label, sign=worse_sign)
    crest(axes, ridge)
    axes.plot(
        own[1], own[0], "D", color=VERMILLION, markersize=10, markeredgecolor="white",
        markeredgewidth=1.3, zorder=8, clip_on=False,
    )  # fmt: skip
    key(axes)
    head = axes if strip is None else strip
    head.set_title(title, loc="left", fontsize=13, color=INK, fontweight="bold", pad=30)
    head.annotate(
        subtitle, (0, 1), xycoords="axes fraction", xytext=(0, 13), textcoords="offset points",
        fontsize=10, color=GREY,
    )  # fmt: skip
    if strip is not None:
        along_the_ridge(strip, ridge, strip_label, ticks=axes.get_xticks().tolist())
    finish(axes, note)
    settle(whole(axes))
    name_lines(axes, lines, marks(axes, ridge, own))
    return axes


# ---- the map ---------------------------------------------------------------------------------


def scales(axes: Axes, field: pd.DataFrame) -> None:
    """The two axes, with plain ticks."""
    times, settings = field["response"], field["permissiveness"]
    axes.set_xscale("log")
    axes.set_yscale("function", functions=(widened, narrowed))
    axes.set_xlim(times.min(), times.max())
    axes.set_ylim(settings.min(), settings.max())
    ticks = [time for time in TIMES if times.min() <= time <= times.max()]
    axes.set_xticks(ticks, [words.duration(time) for time in ticks])
    shown = [tick for tick in TICKS if settings.min() <= tick <= settings.max()]
    axes.set_yticks(shown, [words.number(tick) for tick in shown])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_minor_locator(NullLocator())
    axes.set_xlabel("how fast a free supervisor is there (median time to hands on the patient)")
    axes.set_ylabel(
        "how far they let it go: permissiveness\n(the chance of mild harm they would run)"
    )
    axes.spines[["top", "right"]].set_visible(False)


def widened(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Permissiveness on the power scale; of what lies below 0, where an axis may ask, 0."""
    found: NDArray[np.float64] = np.maximum(values, 0.0) ** POWER
    return found


def narrowed(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The inverse of `widened`."""
    found: NDArray[np.float64] = np.maximum(values, 0.0) ** (1 / POWER)
    return found


def surface(axes: Axes, field: pd.DataFrame, label: str, *, sign: str) -> list[Line]:
    """Shades, contours, and the bar that explains them. Returns the contours."""
    percent = bool(field["share"].notna().all())
    table = field.pivot(
        index="permissiveness", columns="response", values="share" if percent else "worse"
    )
    values = np.maximum(table.to_numpy(dtype=float), 0.0) * (100 if percent else 1)
    levels = PERCENT if percent else steps_below(float(values.max()))
    times, settings = (axis.to_numpy(dtype=float) for axis in (table.columns, table.index))
    across, up = finely(np.log(times)), finely(widened(settings))
    values = between(widened(settings), between(np.log(times), values.T, across).T, up)
    grid = (np.exp(across), narrowed(up), values)
    drawn = axes.contourf(*grid, levels=levels, colors=SHADES, extend="max")
    names = [f"{sign}{words.number(level)}{' %' if percent else ''}" for level in levels[1:]]
    bar = whole(axes).colorbar(
        drawn,
        ax=axes,
        location="right",
        pad=0.015,
        aspect=38,
        fraction=0.05,
        extendfrac=0.08,
        extendrect=True,
    )
    bar.set_ticks(levels, labels=["0", *names])
    bar.ax.tick_params(length=0, labelsize=8.5)
    bar.outline.set_visible(False)
    bar.set_label(label, fontsize=9)
    lines = []
    for place, (level, name) in enumerate(zip(levels[1:], names, strict=True)):
        if values.min() < level < values.max():
            line = axes.contour(*grid, levels=[level], colors="white", linewidths=0.8)
            lines.append(Line(name, np.vstack(line.allsegs[0]), SHADES[place]))
    return lines


def steps_below(top: float) -> tuple[float, ...]:
    """0 and the highest steps of 1, 2 and 5 below a value, one per shade."""
    power = math.ceil(math.log10(top)) if top > 0 else 0
    exponents = range(power - 3, power + 1)
    steps = [float(f"{digit}e{exponent}") for exponent in exponents for digit in (1, 2, 5)]
    below = [step for step in steps if step < top] if top > 0 else steps
    return (0.0, *below[-(len(SHADES) - 1) :])


def finely(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """The points tried, and so many between them that a curve through them looks smooth."""
    return np.union1d(points, np.linspace(points[0], points[-1], 160))


def between(
    points: NDArray[np.float64], values: NDArray[np.float64], wanted: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Values along the first axis, drawn smoothly through the points tried.

    Piecewise cubic and monotone between points (Fritsch and Butland 1984): the drawing shows no
    valley or hill that wasn't simulated.
    """
    from scipy.interpolate import PchipInterpolator

    found: NDArray[np.float64] = PchipInterpolator(points, values, axis=0)(wanted)
    return found


def crest(axes: Axes, ridge: pd.DataFrame) -> None:
    """The best setting at each latency, and the band of those that can't be told from it."""
    axes.fill_between(
        ridge["response"], ridge["edge_low"], ridge["edge_high"], facecolor="none", edgecolor=INK,
        hatch="////", linewidth=0.8, zorder=4, alpha=0.75,
    )  # fmt: skip
    times, best = ridge["response"].tolist(), ridge["best"].tolist()
    unsure = (ridge["kept_low"] == 0).tolist()  # nothing at all may be as good
    halo = [effects.withStroke(linewidth=4.5, foreground="white")]
    for place, both in enumerate(one and other for one, other in pairwise(unsure)):
        axes.plot(
            times[place : place + 2], best[place : place + 2], color=INK, zorder=6,
            linewidth=1.2 if both else 2, linestyle=(0, (4, 3)) if both else "-",
            path_effects=[] if both else halo,
        )  # fmt: skip
    for time, setting, open_ in zip(times, best, unsure, strict=True):
        axes.plot(
            time, setting, "o", markersize=6, zorder=7, clip_on=False,
            color="white" if open_ else INK, markeredgecolor=INK if open_ else "white",
        )  # fmt: skip


def key(axes: Axes) -> None:
    """What the marks mean, above the map."""
    axes.legend(
        [
            Line2D([], [], color=INK, marker="o", markeredgecolor="white", linewidth=2),
            Patch(facecolor=SHADES[0], edgecolor=INK, hatch="////", linewidth=0.8),
            Line2D([], [], color=VERMILLION, marker="D", markeredgecolor="white", linewidth=0,
                   markersize=9),
        ],
        ["best setting", "can't be told from the best", "as written"],
        loc="lower left", bbox_to_anchor=(0, 1.0), ncols=3, frameon=False, fontsize=9,
        borderaxespad=0.3, handlelength=2.2, columnspacing=1.6,
    )  # fmt: skip


# ---- the strip -------------------------------------------------------------------------------


def along_the_ridge(axes: Axes, ridge: pd.DataFrame, label: str, *, ticks: Sequence[float]) -> None:
    """What the best setting comes to at each latency, with its interval and a number per tick."""
    top = float(np.nanmax([ridge["mean"].max(), ridge["high"].max(), 1e-12]))
    axes.fill_between(ridge["response"], ridge["low"], ridge["high"], color="#c9c9c9", linewidth=0)
    axes.plot(ridge["response"], ridge["mean"], color=INK, linewidth=1.6, clip_on=False)
    axes.set_ylim(0, 1.9 * top)
    axes.set_yticks([])
    axes.spines[["left", "top", "right"]].set_visible(False)
    axes.tick_params(axis="x", length=0, labelbottom=False)
    axes.text(0, 1, label, transform=axes.transAxes, fontsize=9, color=INK, va="top")
    shown = ridge[numbered(ridge["response"].tolist(), ticks)]
    texts = words.aligned(shown["mean"].tolist())
    for time, mean, text in zip(shown["response"], shown["mean"], texts, strict=True):
        axes.plot(time, mean, "o", color=INK, markersize=4, clip_on=False)
        axes.annotate(
            text, (time, mean), xytext=(0, 4), textcoords="offset points", ha="center",
            fontsize=9, color=INK,
        )  # fmt: skip


def numbered(times: Sequence[float], ticks: Sequence[float]) -> list[bool]:
    """Which responses get a number: those at a tick, and the ends where there is room."""
    room = 0.08 * math.log(times[-1] / times[0])
    marked = [any(math.isclose(time, tick) for tick in ticks) for time in times]
    for end in (0, -1):
        near = [abs(math.log(time / times[end])) for time, mine in zip(times, marked, strict=True)
                if mine]  # fmt: skip
        marked[end] = marked[end] or min(near, default=room) >= room
    return marked


# ---- labels of contours ----------------------------------------------------------------------


def name_lines(axes: Axes, lines: Sequence[Line], taken: Sequence[Box]) -> None:
    """A name on each contour that has room for one, over nothing that is taken.

    The highest comes first, each as near as it can to the same place across.
    """
    renderer = settle(whole(axes))
    frame = axes.get_window_extent(renderer)
    bounds = Box(frame.x0 + 6, frame.y0 + 6, frame.x1 - 6, frame.y1 - 6)
    middle = frame.x0 + LABELS_AT * frame.width
    full = list(taken)
    for line in reversed(lines):
        dark = SHADES.index(line.shade) >= len(SHADES) // 2
        text = axes.text(
            0, 0, line.name, fontsize=8.5, color="white" if dark else INK, zorder=5, ha="center",
            va="center",
            bbox={"boxstyle": "round,pad=0.15", "facecolor": line.shade, "edgecolor": "none"},
        )  # fmt: skip
        size = text.get_window_extent(renderer)
        pixels = axes.transData.transform(line.points).tolist()
        boxes = (
            labels.around(x, y, size.width + 6, size.height + 4)
            for x, y in sorted(pixels, key=lambda pixel: abs(pixel[0] - middle))
        )
        free = (
            box
            for box in boxes
            if labels.inside(box, bounds) and not any(labels.overlap(box, one) for one in full)
        )
        box = next(free, None)
        if box is None:
            text.remove()
            continue
        full.append(box)
        centre = ((box.left + box.right) / 2, (box.bottom + box.top) / 2)
        x, y = axes.transData.inverted().transform(centre).tolist()
        text.set_position((x, y))


def marks(axes: Axes, ridge: pd.DataFrame, own: tuple[float, float]) -> list[Box]:
    """Boxes over the setting as written and the band along the ridge, in pixels."""
    dot = 12 * whole(axes).dpi / 72
    x, y = axes.transData.transform((own[1], own[0])).tolist()
    low, high = (
        axes.transData.transform(np.column_stack([ridge["response"], ridge[name]]))
        for name in ("edge_low", "edge_high")
    )
    across = finely(low[:, 0])
    bottom, top = (np.interp(across, line[:, 0], line[:, 1]).tolist() for line in (low, high))
    edges = zip(across.tolist(), bottom, top, strict=True)
    return [
        labels.around(x, y, dot, dot),
        *(
            Box(left, min(beneath, lower) - 2, right, max(above, upper) + 2)
            for (left, beneath, above), (right, lower, upper) in pairwise(edges)
        ),
    ]
