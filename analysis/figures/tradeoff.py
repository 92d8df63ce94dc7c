"""The figures of a trade-off: learning against harm, now and later, weights, chance limits.

Each draws a tidy table on one Axes (its own, unless given one) and returns it. `texts` holds the
words: axes, note, the sentence that the figure shows (its title), and how a setting is written.
Settings lie on a square-root scale where they crowd near 0.
"""

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Polygon

from analysis.figures.canvas import (
    BLUE,
    GREEN,
    GREY,
    INK,
    VERMILLION,
    drawing,
    legend_above,
    new_axes,
    whole,
)
from analysis.figures.settings import Texts, label_some, settings_axis, with_words

WIDE = (6.6, 5.4)
BAND, PALE = "#9cc8e6", "#e4eff7"


STANDINGS = {
    "on": "on the front",
    "open": "perhaps on the front",
    "off": "not on the front",
}

# ---- learning against harm -------------------------------------------------------------------


@drawing()
def learning_against_harm(
    points: pd.DataFrame,
    front: pd.DataFrame,
    *,
    texts: Texts,
    learning: str,
    harm: str,
    seen_from: str,
    lower_is_better: bool = False,
    axes: Axes | None = None,
) -> Axes:
    """Learning up, harm right: a point per setting, the band of all, and the front.

    points: columns setting, as_written, outcome, mean, low, high, difference, difference_low,
    difference_high; front: setting, on_front, standing (on, open, off), by the same settings;
    seen_from: the setting that differences are taken from. Where learning is an outcome better
    low, its axis is turned: up is better.
    """
    told = axes is None
    axes = new_axes(WIDE) if axes is None else axes
    across, up = (
        points[points["outcome"] == name].sort_values("setting").reset_index(drop=True)
        for name in (harm, learning)
    )
    standing = front.sort_values("setting")
    own = across["as_written"].to_numpy(dtype=bool)
    x, y = (part["mean"].to_numpy(np.float64) for part in (across, up))
    draw_band(axes, sides(across), sides(up), PALE, "where the whole curve may lie")
    seen = f"where settings lie, seen from {seen_from}"
    draw_band(axes, paired_sides(across), paired_sides(up), BAND, seen)
    axes.plot(x, y, color=GREY, linewidth=1, zorder=2)
    draw_front(axes, x, y, standing["on_front"].to_numpy(dtype=bool))
    for kind, name in STANDINGS.items():
        chosen = (standing["standing"] == kind).to_numpy(dtype=bool)
        if (chosen & ~own).any():
            mark(axes, x[chosen & ~own], y[chosen & ~own], "o", BLUE, kind, 6.5, name)
        if (chosen & own).any():
            mark(axes, x[chosen & own], y[chosen & own], "D", VERMILLION, kind, 10, "as written")
    axes.set_xlabel(texts.across)
    axes.set_ylabel(texts.up)
    axes.margins(0.1)
    if lower_is_better:
        axes.invert_yaxis()
    legend_above(axes, columns=2)
    with_words(axes, texts, told=told)
    ahead = standing["on_front"].to_numpy(dtype=bool)
    label_some(axes, x, y, across["setting"].tolist(), own, texts.setting, ahead)
    return axes


def sides(rows: pd.DataFrame) -> Any:
    """Where each mean may lie, shape (settings, 2)."""
    return rows[["low", "high"]].to_numpy(np.float64)


def paired_sides(rows: pd.DataFrame) -> Any:
    """Where each mean may lie as seen from the reference, shape (settings, 2)."""
    away = rows[["difference_low", "difference_high"]].sub(rows["difference"], axis=0)
    return away.add(rows["mean"], axis=0).to_numpy(np.float64)


def draw_band(axes: Axes, across: Any, up: Any, colour: str, name: str) -> None:
    """The boxes of neighbouring settings and what lies between them, in one colour."""
    corners = [
        [(x, y) for x in across[i] for y in up[i]]
        for i in range(len(across))
        if np.isfinite([*across[i], *up[i]]).all()
    ]
    for first, second in pairwise(corners):
        axes.add_patch(
            Polygon(
                hull([*first, *second]),
                facecolor=colour,
                edgecolor=colour,
                linewidth=0.5,
                zorder=1,
                label=name,
            )
        )
        name = "_"  # named once
    if corners:
        axes.update_datalim([corner for box in corners for corner in box])


def hull(corners: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    """The corners of the convex hull, anticlockwise (Andrew's monotone chain)."""
    ordered = sorted(set(corners))
    if len(ordered) < 3:
        return [*ordered, *ordered[:1], *ordered[:1]]
    chains = []
    for run in (ordered, ordered[::-1]):
        chain: list[tuple[float, float]] = []
        for point in run:
            while len(chain) > 1 and turn(chain[-2], chain[-1], point) <= 0:
                chain.pop()
            chain.append(point)
        chains.append(chain[:-1])
    return [*chains[0], *chains[1]]


def turn(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> float:
    """Above 0 where the way from a by b to c turns to the left."""
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def mark(
    axes: Axes, x: Any, y: Any, shape: str, colour: str, kind: str, size: float, name: str
) -> None:
    """Points filled as they stand to the front: full, half or hollow."""
    axes.plot(
        x, y, linestyle="none", marker=shape, color=colour, markersize=size, zorder=4, label=name,
        fillstyle={"on": "full", "open": "left", "off": "none"}[kind], markerfacecoloralt="white",
        markeredgecolor=colour,
    )  # fmt: skip
    if kind == "off":  # hollow, and yet covering the lines
        axes.lines[-1].set(fillstyle="full", markerfacecolor="white")


def draw_front(axes: Axes, x: Any, y: Any, ahead: Any) -> None:
    """The line through the settings on the front, by harm."""
    places = np.flatnonzero(ahead)
    ordered = places[np.argsort(x[places], kind="stable")]
    axes.plot(
        x[ordered], y[ordered], color=BLUE, linewidth=2.6, zorder=3, solid_capstyle="round",
        label="front",
    )  # fmt: skip


# ---- now and later ---------------------------------------------------------------------------

PARTS = {
    "now": ("now: patients of training", BLUE, "--", "s"),
    "later": ("later: patients of independent practice", GREEN, ":", "^"),
    "total": ("both together", INK, "-", "o"),
}


@drawing()
def now_and_later(burden: pd.DataFrame, texts: Texts, *, axes: Axes | None = None) -> Axes:
    """Burden now, later and together; the settings that can't be told from the least are marked.

    burden: columns setting, as_written, part (now, later, total), mean, low, high, kept.
    """
    told = axes is None
    axes = new_axes(WIDE) if axes is None else axes
    rows = burden[burden["part"] == "total"].sort_values("setting").reset_index(drop=True)
    settings_axis(axes, rows, texts)
    shade(axes, rows)
    for part, (name, colour, dash, marker) in PARTS.items():
        mine = burden[burden["part"] == part].sort_values("setting")
        axes.fill_between(mine["setting"], mine["low"], mine["high"], color=colour, alpha=0.18,
                          linewidth=0, zorder=2)  # fmt: skip
        axes.plot(mine["setting"], mine["mean"], dash, color=colour, marker=marker, markersize=4,
                  linewidth=1.6, label=name, zorder=3, clip_on=False)  # fmt: skip
    best = rows.loc[[rows["mean"].idxmin()]]
    axes.plot(best["setting"], best["mean"], "*", color=INK, markeredgecolor="white",
              markersize=15, zorder=5, label="least", clip_on=False)  # fmt: skip
    axes.set_ylabel(texts.up)
    axes.set_ylim(bottom=0)
    legend_above(axes, columns=2)
    return with_words(axes, texts, told=told)


def shade(axes: Axes, rows: pd.DataFrame) -> None:
    """Ring the settings kept and shade between neighbours: nothing is known of others beside."""
    kept = rows["kept"].to_numpy(dtype=bool)
    settings = rows["setting"].to_numpy(np.float64)
    for place in np.flatnonzero(kept[1:] & kept[:-1]):
        axes.axvspan(settings[place], settings[place + 1], facecolor="#F0E442", alpha=0.35,
                     linewidth=0, zorder=0.5)  # fmt: skip
    axes.plot(
        rows.loc[kept, "setting"], rows.loc[kept, "mean"], linestyle="none", marker="o",
        markersize=12, markerfacecolor="#F0E442", markeredgecolor=INK, markeredgewidth=1,
        zorder=2.5, label="can't be told from the least", clip_on=False,
    )  # fmt: skip


# ---- weights on harm -------------------------------------------------------------------------


@drawing()
def acceptability(table: pd.DataFrame, texts: Texts, *, axes: Axes | None = None) -> Axes:
    """How probably each setting is best, by weight on harm, and the acceptability frontier.

    table: columns weight, setting, as_written, probability, best. A cell is the darker, the more
    probably its setting is best; the line joins the settings best in the mean, and the strip above
    says how probably these are best: the frontier. Weight 0 stands at the left end of a log scale.
    """
    told = axes is None
    axes = new_axes((WIDE[0], 6.2)) if axes is None else axes
    grid = table.pivot(index="setting", columns="weight", values="probability")
    weights, rungs = grid.columns.to_numpy(np.float64), np.arange(len(grid))
    places, log = weight_places(weights)
    mesh = axes.pcolormesh(
        edges(places, log=log), np.arange(len(grid) + 1) - 0.5, grid.to_numpy(), cmap="Blues",
        vmin=0, vmax=1, zorder=1, rasterized=False,
    )  # fmt: skip
    best = table[table["best"]].sort_values("weight")
    rung = np.searchsorted(grid.index.to_numpy(), best["setting"])
    axes.stairs(rung, edges(places, log=log), baseline=None, color=VERMILLION, linewidth=1.6,
                zorder=3, label="best in the mean: the frontier")  # fmt: skip
    own = set(table.loc[table["as_written"], "setting"])
    names = [texts.setting(one) + (", as written" if one in own else "") for one in grid.index]
    axes.set_yticks(rungs, names, fontsize=8 if len(grid) > 12 else 10)
    strip = axes.inset_axes((0, 1.05, 1, 0.2), sharex=axes)
    strip.plot(places, best["probability"], color=VERMILLION, linewidth=1.6)
    strip.set_ylim(0, 1.05)
    strip.set_yticks([0, 0.5, 1], ["0 %", "50 %", "100 %"], fontsize=8)
    strip.set_ylabel("how probably\nit is best", fontsize=8.5)
    strip.spines[["top", "right"]].set_visible(False)
    strip.tick_params(labelbottom=False)
    if log:
        axes.set_xscale("log")
        name_weights(axes, places, weights)
        axes.minorticks_off()
        strip.minorticks_off()
    bar = whole(axes).colorbar(mesh, ax=axes, shrink=0.6, pad=0.02)
    bar.set_ticks([0, 0.5, 1], labels=["0 %", "50 %", "100 %"])
    bar.set_label("how probably best", fontsize=9)
    axes.set_xlabel(texts.across)
    axes.set_ylabel(texts.up)
    axes.legend(loc="upper right", fontsize=8.5, frameon=False)
    return with_words(axes, texts, told=told)


def weight_places(weights: Any) -> tuple[Any, bool]:
    """Where weights stand across, and whether that is on a log scale."""
    above = weights[weights > 0]
    log = len(above) > 2 and above[-1] / above[0] > 20
    if not log or weights[0] > 0:
        return weights, log
    return np.array([above[0] / 2.5, *above]), log


def edges(places: Any, *, log: bool) -> Any:
    """The edges of the cells around places: halfway to the neighbours."""
    if len(places) == 1:
        return np.array([places[0] - 0.5, places[0] + 0.5])
    at = np.log(places) if log else places
    middle = (at[1:] + at[:-1]) / 2
    found = np.array([2 * at[0] - middle[0], *middle, 2 * at[-1] - middle[-1]])
    return np.exp(found) if log else found


def name_weights(axes: Axes, places: Any, weights: Any) -> None:
    """Plain numbers on the log scale, and 0 at its left end."""
    above = weights[weights > 0]
    low, high = np.log10(above[0]), np.log10(above[-1])
    powers = [10.0**power for power in range(int(np.ceil(low)), int(np.floor(high)) + 1)]
    zero = [places[0]] if weights[0] == 0 else []
    axes.set_xticks([*zero, *powers], ["0"] * len(zero) + [f"{power:g}" for power in powers])


# ---- chance limits ---------------------------------------------------------------------------

KINDS = (
    ("expected", "expected harm is below this with 95 % certainty", BLUE, "s", "-"),
    ("cohort", "a cohort's harm is below this with 95 % probability", GREEN, "^", "--"),
)


@drawing()
def chance_limits(
    table: pd.DataFrame,
    texts: Texts,
    *,
    limit: float | None = None,
    reached: tuple[float | None, float | None] = (None, None),
    axes: Axes | None = None,
) -> Axes:
    """The mean of harm and both chance limits along the settings, with a limit where given.

    table: columns setting, as_written, mean, expected, cohort (NaN where not determined). reached:
    how far the limit lets one go, by the expected and by the cohort's limit.
    """
    told = axes is None
    axes = new_axes(WIDE) if axes is None else axes
    rows = table.sort_values("setting").reset_index(drop=True)
    settings_axis(axes, rows, texts)
    axes.plot(rows["setting"], rows["mean"], "-o", color=GREY, markersize=3.5, linewidth=1.2,
              label="mean", zorder=2, clip_on=False)  # fmt: skip
    for (kind, name, colour, marker, dash), far in zip(KINDS, reached, strict=True):
        under = (
            ""
            if limit is None
            else ": under the limit "
            + ("at no setting" if far is None else f"up to {texts.setting(far)}")
        )
        axes.plot(rows["setting"], rows[kind], dash, marker=marker, color=colour, markersize=4.5,
                  linewidth=1.6, label=name + under, zorder=3, clip_on=False)  # fmt: skip
        if far is not None:
            mark_reached(axes, rows, kind, far, colour)
    axes.set_ylabel(texts.up)
    axes.set_ylim(bottom=0)
    if limit is not None:
        axes.axhline(limit, color=INK, linewidth=1.4, linestyle=(0, (1, 1.5)), zorder=2.5,
                     label=f"the limit: {limit:g}")  # fmt: skip
    legend_above(axes, columns=1)
    return with_words(axes, texts, told=told)


def mark_reached(axes: Axes, rows: pd.DataFrame, kind: str, far: float, colour: str) -> None:
    """A ring at the highest setting that keeps the limit, and a line down to the axis."""
    height = float(rows.loc[rows["setting"] == far, kind].iloc[0])
    axes.plot([far, far], [0, height], color=colour, linewidth=1.2, zorder=1.9)
    axes.plot([far], [height], "o", markersize=13, markerfacecolor="none", markeredgecolor=colour,
              markeredgewidth=1.8, zorder=4, clip_on=False)  # fmt: skip
