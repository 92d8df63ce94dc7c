"""Which assumptions matter: the tornado, and the indices of every input.

Each function draws on one matplotlib Axes (its own, unless given one) and returns it; the figure is
`axes.figure`. `note` is the line under a figure that states its uncertainty and its share of
assumed inputs: there is no figure without one.
"""

import textwrap

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from analysis.figures.canvas import (
    BLUE,
    GREY,
    INK,
    LIGHT,
    PURPLE,
    VERMILLION,
    drawing,
    finish,
    legend_above,
    new_axes,
    settle,
    whole,
)

WIDTH = 8.2  # inches
CHARACTERS = 42  # of a label's line
AXIS_CHARACTERS = 64
BAR = 0.62
ROOM = 0.14  # of the width of the axes, on either side, for the values at the bars' ends


@drawing()
def tornado(
    rows: pd.DataFrame,
    others: pd.DataFrame,
    *,
    own: tuple[float, float, float],
    value_label: str,
    note: str,
    turns_at: float | None = None,
    axes: Axes | None = None,
) -> Axes:
    """A bar per input from the conclusion at the low end of its range to that at the high end.

    rows: columns label, low_text, high_text (the ends), low, low_from, low_to, high, high_from,
    high_to (the conclusion there, and its interval), first row on top; others: columns label,
    value, from, to, drawn below; either may be empty. own: the conclusion as written, and its
    interval. turns_at: a value to mark as that where the conclusion turns round.
    """
    count = len(rows) + len(others)
    axes = new_axes((WIDTH, 1.9 + 0.4 * count)) if axes is None else axes
    places = np.arange(len(rows))
    _bars(axes, places, rows, "low", own[0], BLUE, "", "at the low end of its range")
    _bars(axes, places, rows, "high", own[0], VERMILLION, "////", "at the high end of its range")
    has_band = own[1] < own[2]  # one without width would be a key to nothing
    if has_band:
        axes.axvspan(own[1], own[2], color=LIGHT, zorder=0, label="as written")
    axes.axvline(
        own[0], color=GREY, linewidth=1, zorder=1, label=None if has_band else "as written"
    )
    if turns_at is not None:
        axes.axvline(turns_at, color=INK, linewidth=1, linestyle=(0, (4, 3)), zorder=1,
                     label=f"{turns_at:g}: no difference")  # fmt: skip
    below = len(rows) + 0.3 + np.arange(len(others))
    if len(others) > 0:
        arms = np.vstack([others["value"] - others["from"], others["to"] - others["value"]])
        axes.errorbar(
            others["value"], below, xerr=np.nan_to_num(arms), fmt="D", color=PURPLE,
            ecolor=INK, markersize=6, capsize=2.5, elinewidth=1.2, zorder=4,
            label="a variant, or a channel switched off",
        )  # fmt: skip
        axes.axhline(len(rows) - 0.35, color=GREY, linewidth=0.6)
    labels = [*rows["label"], *others["label"]]
    axes.set_yticks([*places, *below], [wrapped(text) for text in labels], fontsize=8.5)
    axes.set_ylim(float(max([0.0, *places, *below])) + 0.7, -0.6)
    axes.set_xlabel(textwrap.fill(value_label, AXIS_CHARACTERS))
    axes.margins(x=ROOM)
    legend_above(axes, columns=2)
    finish(axes, note)
    _end_texts(axes, places, rows)
    return axes


def _bars(
    axes: Axes, places: np.ndarray, rows: pd.DataFrame, end: str, own: float,
    colour: str, hatch: str, label: str,
) -> None:  # fmt: skip
    """The halves of the bars that reach to one end, each with its interval."""
    shift = -BAR / 4 if end == "low" else BAR / 4  # beside one another: both may go one way
    axes.barh(
        places + shift, rows[end] - own, left=own, height=BAR / 2, color=colour, hatch=hatch,
        edgecolor="white" if hatch else colour, linewidth=0, label=label, zorder=2,
    )  # fmt: skip
    arms = np.vstack([rows[end] - rows[f"{end}_from"], rows[f"{end}_to"] - rows[end]])
    axes.errorbar(
        rows[end], places + shift, xerr=np.nan_to_num(arms), fmt="none", ecolor=INK, elinewidth=1,
        capsize=1.8, zorder=3,
    )  # fmt: skip


def _end_texts(axes: Axes, places: np.ndarray, rows: pd.DataFrame) -> None:
    """The value at each end of a range, beyond the interval of its bar."""
    settle(whole(axes))
    left, right = axes.get_xlim()
    gap = 0.008 * (right - left)
    for place, row in zip(places, rows.to_dict("records"), strict=True):
        for end, other, shift in (("low", "high", -BAR / 4), ("high", "low", BAR / 4)):
            goes_left = row[end] < row[other]
            edge = row[f"{end}_from"] if goes_left else row[f"{end}_to"]
            if not np.isfinite(edge):
                edge = row[end]
            axes.text(
                edge - gap if goes_left else edge + gap, place + shift, row[f"{end}_text"],
                fontsize=7, color=INK, va="center_baseline", ha="right" if goes_left else "left",
                zorder=5,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.3, "alpha": 1},
            )  # fmt: skip


@drawing()
def indices(
    rows: pd.DataFrame,
    *,
    main_label: str,
    second_label: str,
    value_label: str,
    note: str,
    dummy: tuple[float, str],
    luck: tuple[float, str] | None = None,
    axes: Axes | None = None,
) -> Axes:
    """A dot per input, with its interval, and a second, open one beneath.

    rows: columns label, main, main_low, main_high, second, second_low, second_high (NaN where it
    has no interval), first row on top. dummy: the main index of the dummy input, a line, and its
    label; luck: the main index that luck alone may give, likewise.
    """
    axes = new_axes((WIDTH, 1.9 + 0.4 * len(rows))) if axes is None else axes
    places = np.arange(len(rows))
    looks = (
        ("main", -0.13, "o", BLUE, BLUE, main_label),
        ("second", 0.17, "s", VERMILLION, "white", second_label),
    )
    for name, shift, marker, colour, face, label in looks:
        arms = np.vstack([rows[name] - rows[f"{name}_low"], rows[f"{name}_high"] - rows[name]])
        axes.errorbar(
            rows[name], places + shift, xerr=np.nan_to_num(arms), fmt=marker, color=colour,
            markerfacecolor=face, markersize=6.5 if name == "main" else 5, capsize=2.2,
            elinewidth=1.3 if name == "main" else 1, label=label, zorder=3,
        )  # fmt: skip
    axes.axvline(dummy[0], color=INK, linewidth=1, linestyle=(0, (4, 3)), zorder=1, label=dummy[1])
    if luck is not None:
        axes.axvspan(min(0.0, luck[0]), luck[0], color=LIGHT, zorder=0, label=luck[1])
    axes.set_yticks(places, [wrapped(text) for text in rows["label"]], fontsize=8.5)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.grid(axis="y", color=LIGHT, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.set_xlabel(textwrap.fill(value_label, AXIS_CHARACTERS))
    legend_above(axes)
    return finish(axes, note)


def wrapped(text: str) -> str:
    """A label in lines of a length that leaves room for the bars."""
    return textwrap.fill(text, CHARACTERS)
