"""The figures of two worlds that share their luck.

`note` is the line under a figure that states its uncertainty and its share of assumed inputs.
Worlds are called A and B; tables that speak of both have the column `world`.
"""

import math
import textwrap
from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from analysis import labels
from analysis.figures.canvas import (
    BLUE,
    GREEN,
    GREY,
    HARM_STYLE,
    INK,
    LIGHT,
    PURPLE,
    VERMILLION,
    arms,
    drawing,
    finish,
    legend_above,
    new_axes,
    settle,
    whole,
)
from analysis.figures.one_run import grow

DOING_STYLE = {
    "supervisor waits": ("white", "////", BLUE),
    "nobody is free": ("#f4d9e8", "\\\\\\\\", PURPLE),
    "on the way": ("#bfe5d8", "...", GREEN),
    "hands on": (GREEN, "", GREEN),
}
"""Face, hatch and edge of what the supervisor does, from waiting to hands-on."""
LANE = 1.75
"""Height, in rows of flags, of a lane's two bands and the gap under them."""
NAME = 26
"""Characters in a line of a lane's name."""
MOST_LINES = 7
LINE = 0.72
"""Height of a line of a lane's name, in rows of flags."""


@drawing()
def twin_timelines(
    flags: pd.DataFrame,
    spans: pd.DataFrame,
    doing: pd.DataFrame,
    names: Mapping[str, str],
    *,
    time_label: str,
    minutes_per_unit: float,
    note: str,
    axes: Axes | None = None,
) -> Axes:
    """One attempt in two worlds, one above the other, on one clock.

    flags: columns world, minutes, label, ascending in a world; spans: world, start, end (minutes),
    level; doing: world, start, end, doing (DOING_STYLE). names: world -> name, from the top; a
    world without rows has nothing to show.
    """
    axes = new_axes((9.0, 4.0)) if axes is None else axes
    ends = [*spans["end"], *flags["minutes"], *doing["end"]]
    length = max([float(end) / minutes_per_unit for end in ends], default=0.0) or 1e-9
    axes.set_xlim(-0.01 * length, 1.32 * length)  # the room that the last flags need
    axes.set_ylim(-0.5, 1.5)
    axes.set_yticks([0, 1], [wrapped(names[world], world) for world in reversed(list(names))])
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.spines["bottom"].set_bounds(0, length)
    axes.set_xlabel(time_label, loc="left")
    axes.set_xticks([tick for tick in axes.get_xticks() if 0 <= tick <= length * 1.0001])
    keys(axes, spans, doing)
    finish(axes, note)
    raise_lanes(axes, flags, spans, doing, list(names), minutes_per_unit)
    return axes


def wrapped(name: str, world: str) -> str:
    """A world and its setting as a few short lines."""
    lines = textwrap.wrap(name, NAME)
    if len(lines) > MOST_LINES - 1:
        lines = [*lines[: MOST_LINES - 2], "…"]
    return "\n".join([world, *lines])


def keys(axes: Axes, spans: pd.DataFrame, doing: pd.DataFrame) -> None:
    """The legend: levels of harm, and what the supervisor does, as far as they are drawn."""
    looks = {
        f"harm: {level}": (colour, hatch, INK)
        for level, (colour, hatch) in HARM_STYLE.items()
        if (spans["level"] == level).any()
    }
    looks |= {what: DOING_STYLE[what] for what in DOING_STYLE if (doing["doing"] == what).any()}
    swatches = [
        axes.bar(0, 0, color=colour, hatch=hatch, edgecolor=edge, linewidth=0.6, label=name)
        for name, (colour, hatch, edge) in looks.items()
    ]
    if swatches:
        legend_above(axes, columns=5)
    for swatch in swatches:
        swatch.remove()  # the legend has its own; these would leave a line on the axis


def raise_lanes(
    axes: Axes,
    flags: pd.DataFrame,
    spans: pd.DataFrame,
    doing: pd.DataFrame,
    worlds: list[str],
    minutes_per_unit: float,
) -> None:
    """Bands and flags of each world, from the bottom up, each lane as high as its flags need."""
    renderer = settle(whole(axes))
    per_pixel = (axes.get_xlim()[1] - axes.get_xlim()[0]) / axes.get_window_extent().width
    names = [text.get_text() for text in axes.get_yticklabels()]
    places: list[float] = []
    low = 0.0
    for world in reversed(worlds):
        ground = low + LANE
        of = flags[flags["world"] == world]
        starts = (of["minutes"] / minutes_per_unit).tolist()
        texts = [
            axes.text(x, 0, label, fontsize=9, color=INK, va="center")
            for x, label in zip(starts, of["label"], strict=True)
        ]
        widths = [text.get_window_extent(renderer).width * per_pixel for text in texts]
        rows = labels.flag_rows(starts, widths, gap=10 * per_pixel)
        for x, row, text in zip(starts, rows, texts, strict=True):
            top = ground + row
            axes.plot([x, x], [ground - 0.85, top + 0.8], color=GREY, linewidth=0.8, zorder=1.5)
            text.set(x=x + 4 * per_pixel, y=top + 0.62)
        draw_bands(axes, spans, doing, world, ground, minutes_per_unit)
        lines = LINE * (names[len(places)].count("\n") + 1)
        places.append(max(ground - 0.6, low + 0.1 + lines / 2))
        low = max(ground + max(rows, default=0) + 1.2, low + lines + 0.4)
    high = math.ceil(low)
    grow(axes, rows=high - 1)
    axes.set_ylim(high - (high - 1 + 1.3), high)
    axes.set_yticks(places, names)


def draw_bands(
    axes: Axes,
    spans: pd.DataFrame,
    doing: pd.DataFrame,
    world: str,
    ground: float,
    minutes_per_unit: float,
) -> None:
    """The harm standing, and under it what the supervisor does."""
    for _, span in spans[spans["world"] == world].iterrows():
        colour, hatch = HARM_STYLE[span["level"]]
        start, end = (float(span[name]) / minutes_per_unit for name in ("start", "end"))
        axes.barh(
            ground - 0.5, end - start, left=start, height=0.7, color=colour, hatch=hatch,
            edgecolor=INK, linewidth=0.5,
        )  # fmt: skip
    for _, span in doing[doing["world"] == world].iterrows():
        colour, hatch, edge = DOING_STYLE[span["doing"]]
        start, end = (float(span[name]) / minutes_per_unit for name in ("start", "end"))
        axes.barh(
            ground - 1.07, end - start, left=start, height=0.34, color=colour, hatch=hatch,
            edgecolor=edge, linewidth=0.8,
        )  # fmt: skip


PART_STYLE = {
    "total": (INK, "D", "all in all"),
    "direct": (BLUE, "o", "direct"),
    "busy": (VERMILLION, "s", "supervisors busy"),
}
"""Colour, marker and name of the parts of a difference, from the top."""
COLUMNS = 2


@drawing()
def direct_and_busy(
    rows: pd.DataFrame, panels: Mapping[str, tuple[str, str]], *, note: str
) -> Axes:
    """A difference and its two parts, a panel per outcome; the axes given back are the first.

    rows: columns outcome, part (PART_STYLE), mean, low, high; panels: outcome -> (title, unit).
    """
    deep = math.ceil(len(panels) / COLUMNS)
    figure = Figure(figsize=(8.4, 0.9 + 1.75 * deep), layout="constrained")
    FigureCanvasAgg(figure)
    grid = figure.subplots(deep, min(COLUMNS, len(panels)), squeeze=False).ravel()
    engine = figure.get_layout_engine()
    if isinstance(engine, ConstrainedLayoutEngine):
        engine.set(wspace=0.06, hspace=0.06)
    names = [name for _, _, name in PART_STYLE.values()]
    for place, (axes, (outcome, (title, unit))) in enumerate(
        zip(grid, panels.items(), strict=False)
    ):
        of = rows[rows["outcome"] == outcome].set_index("part")
        axes.spines[["top", "right", "left"]].set_visible(False)
        axes.axvline(0, color=LIGHT, linewidth=2, zorder=0)
        for rung, (part, (colour, marker, _)) in enumerate(PART_STYLE.items()):
            one = of.loc[[part]]
            axes.errorbar(
                one["mean"], [rung], xerr=arms(one), fmt=marker, color=colour, markersize=7,
                capsize=4, zorder=3,
            )  # fmt: skip
        shown = names if place % COLUMNS == 0 else [""] * len(names)
        axes.set_yticks(range(len(names)), shown)
        axes.tick_params(axis="y", length=0)
        axes.set_ylim(len(names) - 0.4, -0.6)
        axes.margins(x=0.12)
        axes.locator_params(axis="x", nbins=5)
        axes.set_title(title, loc="left", fontsize=10)
        axes.set_xlabel(f"A minus B, {unit}", fontsize=8.5)
    for spare in grid[len(panels) :]:
        spare.set_visible(False)
    first: Axes = grid[0]
    return finish(first, note)
