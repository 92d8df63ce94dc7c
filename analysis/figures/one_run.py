"""The figures of one run: a scenario as written, and along its leeway.

Each function draws on one matplotlib Axes (its own, unless given one) and returns it; the figure is
`axes.figure`. `note` is the line under a figure that states its uncertainty and its share of
assumed inputs: there is no figure without one. Colours are Okabe and Ito's; shapes, dashes and
hatches repeat what they say, so that a grey print is legible.

A table of points has one row per setting and outcome: setting, as_written, outcome, mean, low,
high (analysis.estimate.summary). Low and high may be NaN (one replication): no bar is drawn.
"""

from collections.abc import Callable, Collection, Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.transforms import ScaledTranslation

from analysis import labels
from analysis.figures.canvas import (
    BLUE,
    GREEN,
    GREY,
    HARM_STYLE,
    INK,
    LIGHT,
    SIZE,
    VERMILLION,
    arms,
    drawing,
    finish,
    label_points,
    legend_above,
    new_axes,
    settle,
    whole,
)


def of_outcome(points: pd.DataFrame, outcome: str) -> pd.DataFrame:
    """The rows of one outcome, by setting."""
    return points[points["outcome"] == outcome].sort_values("setting").reset_index(drop=True)


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
    own_name: str = "as written",
    axes: Axes | None = None,
) -> Axes:
    """What trainees gain (up) against what patients pay (right), one labelled point per setting.

    own_name: what the scenario's own setting is called.
    """
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
        setting_label(setting) + (f" ({own_name})" if mine else "")
        for setting, mine in zip(across["setting"], own, strict=True)
    ]
    label_points(axes, list(zip(across["mean"], up["mean"], strict=True)), texts)
    return axes


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
    own_name: str = "as written",
    axes: Axes | None = None,
) -> Axes:
    """Outcomes (name -> label) along the settings, in even steps since they lie unevenly.

    The scenario's own setting, named `own_name`, is a grey band; those in `kept` are ringed.
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
    mark_settings(axes, settings, axis_label, setting_label, own_name)
    axes.set_ylabel(value_label)
    axes.set_ylim(bottom=0)
    legend_above(axes)
    return finish(axes, note)


def mark_settings(
    axes: Axes,
    rows: pd.DataFrame,
    axis_label: str,
    setting_label: Callable[[float], str],
    own_name: str,
) -> None:
    """Name the settings on the horizontal axis and shade the scenario's own."""
    names = [setting_label(setting) for setting in rows["setting"]]
    turned = sum(len(name) for name in names) > 7.4 * whole(axes).get_figwidth()
    axes.set_xticks(
        range(len(names)), names, rotation=40 if turned else 0, ha="right" if turned else "center"
    )
    axes.set_xlim(-0.5, len(names) - 0.5)
    for place in np.flatnonzero(rows["as_written"].to_numpy(dtype=bool)):
        axes.axvspan(place - 0.42, place + 0.42, color=LIGHT, zorder=0, label=own_name)
    axes.set_xlabel(axis_label)


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
