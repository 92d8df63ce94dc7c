"""The drawn map: no text covers another, the same shades in every map, never without its note."""

import inspect
import math
from importlib import import_module
from itertools import pairwise

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

from analysis import figures, labels
from analysis.figures.canvas import INK
from analysis.latency_words import QUESTION
from tests.test_latency_map import FALLING, FLAT, made, small_map

drawing = import_module("analysis.figures.latency_map")  # the package has a function of that name

STEEP = dict.fromkeys((1 / 12, 1.0, 2.0, 5.0, 20.0, 60.0), 0.1)


def texts(axes):
    """Every text that is drawn, in all axes of the figure, with its place in pixels."""
    figure = figures.whole(axes)
    figure.draw_without_rendering()
    found = [
        (text.get_text(), text.get_window_extent())
        for text in figure.findobj(mpl.text.Text)
        if text.get_text().strip() and text.get_visible()
    ]
    return [(text, labels.Box(one.x0, one.y0, one.x1, one.y1)) for text, one in found if one.width]


def assert_apart(axes):
    found = texts(axes)
    width, height = figures.whole(axes).canvas.get_width_height()
    for place, (text, box) in enumerate(found):
        assert labels.inside(box, labels.Box(-1, -1, width + 1, height + 1)), text
        covered = [other for other, one in found[:place] if labels.overlap(box, one)]
        assert not covered, f"{text!r} covers {covered}"


@pytest.mark.parametrize(
    ("best_at", "steep"),
    [(FALLING, 0.01), (FALLING, 4.0), (FLAT, 4.0), (STEEP, 0.01), ({1 / 12: 2.0, 2.0: 0.0}, 4.0)],
)
def test_no_text_covers_another_or_leaves_the_figure(best_at, steep):
    assert_apart(made(best_at, steep=steep).plot())


def test_contours_are_named_and_the_names_keep_off_the_band_and_the_scenario():
    found = made(FLAT, own=(0.5, 1.0))
    axes = found.plot()
    names = {text.get_text() for text in axes.texts}
    assert {"+5 %", "+20 %"} <= names
    taken = drawing.marks(axes, found.ridge, found.own)
    assert len(taken) > 100
    for text in axes.texts:
        if text.get_text().startswith("+"):
            one = text.get_window_extent()
            box = labels.Box(one.x0, one.y0, one.x1, one.y1)
            assert not any(labels.overlap(box, other) for other in taken), text.get_text()


def test_the_map_has_plain_ticks_its_question_and_its_scenario():
    found = made(STEEP)
    drawn = {text for text, _ in texts(found.plot())}
    assert {"5 s", "2 min", "1 h", "0.02", "0.5", QUESTION, found.scenario.title} <= drawn
    assert {"best setting", "can't be told from the best", "as written"} <= drawn
    note = next(text for text in drawn if "not clinical advice" in text)
    assert note.replace("\n", " ") == found.note


def test_the_axis_of_permissiveness_widens_near_nothing():
    axes = made(STEEP).plot()
    heights = axes.transData.transform([(1.0, value) for value in (0, 0.1, 1.0, 1.1)])[:, 1]
    assert heights[1] - heights[0] > 4 * (heights[3] - heights[2])


def test_the_scenario_as_written_is_marked_where_it_is():
    axes = made(STEEP, own=(0.3, 2.0)).plot()
    (mark,) = [line for line in axes.lines if line.get_marker() == "D"]
    assert (mark.get_xdata()[0], mark.get_ydata()[0]) == (2.0, 0.3)


def test_the_ridge_passes_through_the_best_settings():
    axes = made(FALLING).plot()
    dots = [line for line in axes.lines if line.get_marker() == "o"]
    assert [(*line.get_xdata(), *line.get_ydata()) for line in dots] == list(FALLING.items())
    lines = [line for line in axes.lines if line.get_marker() == "None"]
    assert [tuple(line.get_ydata()) for line in lines] == list(pairwise(FALLING.values()))
    # at the last latency nothing at all is as good: the dot is open
    assert [line.get_color() for line in dots] == [INK, INK, INK, "white"]


def test_the_ridge_is_dashed_where_stepping_in_at_once_may_be_as_good():
    axes = made(dict.fromkeys(FALLING, 0.0)).plot()
    lines = [line for line in axes.lines if line.get_marker() == "None"]
    assert len(lines) == len(FALLING) - 1
    assert all(line.is_dashed() for line in lines)
    assert not any(
        line.is_dashed() for line in made(FLAT).plot().lines if line.get_marker() == "None"
    )


def test_smoothing_invents_no_valley():
    points = np.array([0.0, 1.0, 2.0, 4.0])
    values = np.array([3.0, 1.0, 1.0, 2.0])
    wanted = drawing.finely(points)
    found = drawing.between(points, values, wanted)
    assert found[np.isin(wanted, points)] == pytest.approx(values)
    assert found.min() == 1.0
    assert found.max() == 3.0


def test_the_shades_are_equal_steps_of_lightness_and_legible_in_grey():
    colours = np.array([mpl.colors.to_rgb(shade) for shade in drawing.SHADES])
    linear = np.where(colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)
    # the luminance of sRGB and CIE lightness (IEC 61966-2-1; CIE 15)
    light = 116 * np.cbrt(linear @ [0.2126, 0.7152, 0.0722]) - 16
    steps = -np.diff(light)
    assert (steps > 8).all()
    assert steps.max() < 1.6 * steps.min()
    assert len(drawing.SHADES) == len(drawing.PERCENT)


def test_where_nothing_differs_all_is_one_shade():
    axes = made(FLAT, noise=0, steep=0).plot()
    assert figures.png(axes, 50)
    assert not any(text.get_text().startswith("+") for text in axes.texts)


def test_an_outcome_that_may_be_nothing_is_shaded_in_its_own_unit():
    found = made(FLAT)
    nothing = found.table.assign(harm_death=found.table["permissiveness"])
    mapped = found.of("harm_any")
    object.__setattr__(mapped, "table", nothing)
    object.__setattr__(mapped, "outcome", "harm_death")
    assert mapped.field["share"].isna().all()
    drawn = {text for text, _ in texts(mapped.plot())}
    assert "+1" in drawn
    assert not any(text.endswith(" %") and text.startswith("+") for text in drawn)


@pytest.mark.parametrize("top", [0.0, 1e-6, 0.34, 1.0, 57.0, 12345.0])
def test_steps_of_a_unit_are_ascending_and_reached(top):
    steps = drawing.steps_below(top)
    assert steps[0] == 0
    assert len(steps) == len(drawing.SHADES)
    assert all(one < other for one, other in pairwise(steps))
    assert top == 0 or top / 2.6 < steps[-1] < top
    assert all(math.isfinite(step) for step in steps)


def test_no_map_without_its_note():
    note = inspect.signature(drawing.latency_map).parameters["note"]
    assert note.default is inspect.Parameter.empty


def test_the_same_map_has_the_same_bytes():
    one, other = (made(FALLING).plot() for _ in range(2))
    assert figures.png(one, 60) == figures.png(other, 60)
    assert figures.svg(one, "salt") == figures.svg(other, "salt")


def test_a_map_of_a_simulation_can_be_drawn_on_axes_of_ones_own():
    axes = figures.new_axes((7, 5))
    assert small_map().plot(axes=axes) is axes
    assert len(figures.whole(axes).axes) == 2  # the map and its bar, no strip


def test_a_single_replication_can_be_drawn():
    table = small_map().table.query("replication == 0")
    alone = small_map().of("total_burden")
    object.__setattr__(alone, "table", pd.DataFrame(table))
    object.__setattr__(alone, "replications", 1)
    assert figures.png(alone.plot(), 50)
