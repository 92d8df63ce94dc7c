"""Settings across a figure, the names of settings, and the sentence that a figure shows."""

import textwrap
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, Protocol

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from analysis import labels
from analysis.figures.canvas import (
    GREY,
    INK,
    VERMILLION,
    finish,
    label_points,
    settle,
    whole,
)

CLEAR = 30.0  # points between labelled settings, so that labels need no leaders
CLOSE = 10.0  # the same between settings that matter: theirs get leaders
FEW = 5  # so many settings that matter are all named, however close they lie
MARKER = 11.0  # points across a mark
STEPS = 12  # places kept clear of labels along each piece of a line


class Texts(Protocol):
    """The words of a figure."""

    @property
    def across(self) -> str: ...
    @property
    def up(self) -> str: ...
    @property
    def note(self) -> str: ...
    @property
    def says(self) -> str: ...
    @property
    def setting(self) -> Callable[[float], str]: ...


def with_words(axes: Axes, texts: Texts, *, told: bool) -> Axes:
    """The note at the foot of the figure and, where `told`, the sentence at its head.

    Both are wrapped to its width. The head of a figure given by somebody else is left to them.
    """
    figure = whole(axes)
    if told and texts.says:
        says = textwrap.fill(texts.says, int(figure.get_figwidth() * 12.8))
        figure.suptitle(says, fontsize=9.5, color=INK, x=0.01, ha="left")
    return finish(axes, texts.note)


def along(places: Any) -> list[tuple[float, float]]:
    """Places on the lines that join neighbouring points, to keep labels off them.

    places: shape (points, 2), in data coordinates; pieces with NaN are left out.
    """
    shares = np.linspace(0, 1, STEPS, endpoint=False)[:, np.newaxis]
    found = [first + shares * (second - first) for first, second in pairwise(places)]
    return [(float(x), float(y)) for piece in found for x, y in piece if np.isfinite([x, y]).all()]


def label_some(
    axes: Axes,
    x: Any,
    y: Any,
    settings: Sequence[float],
    own: Any,
    setting_label: Callable[[float], str],
    ahead: Any = (),
) -> None:
    """Name the setting as written, those ahead, the first, the last, and others clear of those.

    ahead: whether each setting matters more than the others, as those on the front do; or empty.
    A label that could be taken for another setting's is tied to its own by a thin line.
    """
    figure = whole(axes)
    settle(figure)
    pixels = axes.transData.transform(np.column_stack([x, y]))
    clear = CLEAR * figure.dpi / 72
    rounder = sorted(range(len(settings)), key=lambda i: (len(setting_label(settings[i])), i))
    first = [int(place) for place in np.flatnonzero(ahead)]
    ends = [*first[:1], *first[-1:]]
    matters = [*np.flatnonzero(own), *ends, *(place for place in rounder if place in first)]
    chosen: list[int] = []
    for place in [*matters, 0, len(settings) - 1, *rounder]:
        gaps = [float(np.hypot(*(pixels[place] - pixels[other]))) for other in chosen]
        room = clear
        if place in first:
            room = 0.0 if len(first) <= FEW else clear * CLOSE / CLEAR
        if place not in chosen and (own[place] or all(gap >= room for gap in gaps)):
            chosen.append(int(place))
    if len(first) <= FEW:  # those in the midst of a crowd have the least room: they go first
        chosen.sort(key=lambda place: place not in first or place in ends)
    before = len(axes.texts)
    label_points(
        axes,
        [(float(x[place]), float(y[place])) for place in chosen],
        [
            setting_label(settings[place]) + (" (as written)" if own[place] else "")
            for place in chosen
        ],
        off=along(np.column_stack([x, y])),
    )
    places = [(float(x[place]), float(y[place])) for place in chosen]
    lead(axes, axes.texts[before:], places, pixels)


def lead(axes: Axes, texts: Any, places: Sequence[tuple[float, float]], pixels: Any) -> None:
    """A thin line from each text to its point where it might be taken for an unnamed point's.

    label_points ties those that might be taken for a named one's. pixels: of all points.
    """
    renderer, marker = settle(whole(axes)), MARKER * whole(axes).dpi / 72
    every = [(float(x), float(y)) for x, y in pixels if np.isfinite([x, y]).all()]
    named = [(float(x), float(y)) for x, y in map(axes.transData.transform, places)]
    for text, place, own in zip(texts, places, named, strict=True):
        extent = text.get_window_extent(renderer)
        box = labels.Box(extent.x0, extent.y0, extent.x1, extent.y1)
        far = labels.distance(box, *own) + marker / 2
        others = (one for one in every if np.hypot(one[0] - own[0], one[1] - own[1]) > 0.5)
        crowd = any(labels.distance(box, *one) < far for one in others)
        if crowd and labels.tells(box, own, named, clear=marker):
            x, y = text.get_position()
            axes.plot([x, place[0]], [y, place[1]], color=GREY, linewidth=0.6, zorder=2.5)


def settings_axis(axes: Axes, rows: pd.DataFrame, texts: Texts) -> None:
    """Settings across, on a square-root scale where they crowd near 0; the one as written marked.

    rows: columns setting, as_written, a row per setting.
    """
    settings = rows["setting"].to_numpy(np.float64)
    label = texts.across
    if crowded(settings):
        axes.set_xscale("function", functions=(np.sqrt, np.square))
        label += " (square-root scale)"
    axes.set_xlim(settings.min(), settings.max())
    axes.set_xlabel(label)
    axes.set_xticks(settings, minor=True, labels=[""] * len(settings))
    ticks = spread(axes, settings, texts.setting)
    axes.set_xticks(ticks, [texts.setting(tick) for tick in ticks])
    for own in rows.loc[rows["as_written"], "setting"]:
        axes.axvline(own, color=VERMILLION, linewidth=1.4, linestyle=(0, (4, 2)), zorder=2.6,
                     label="as written")  # fmt: skip


def crowded(settings: Any) -> bool:
    """Whether steps near 0 are so small that an even scale would hide them."""
    steps = np.diff(np.sort(settings))
    return bool(settings.min() >= 0 and steps.max() > 6 * steps.min())


def spread(axes: Axes, settings: Any, setting_label: Callable[[float], str]) -> list[float]:
    """Settings to be named on the axis: the two ends, then the ones that read most roundly."""
    wide = axes.transAxes.transform((1, 0))[0] - axes.transAxes.transform((0, 0))[0]
    places = dict(
        zip(settings, axes.transData.transform([(s, 0) for s in settings])[:, 0], strict=True)
    )
    rounder = sorted(settings, key=lambda s: (len(setting_label(s)), s))
    chosen: list[float] = []
    for setting in [settings.min(), settings.max(), *rounder]:
        if all(abs(places[setting] - places[other]) > 0.06 * wide for other in chosen):
            chosen.append(float(setting))
    return sorted(chosen)
