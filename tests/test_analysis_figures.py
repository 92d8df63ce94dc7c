"""Figures: no text covers another, the same bytes each time, never without their note."""

import inspect
import subprocess
import sys

import pandas as pd
import pytest
from matplotlib.figure import Figure

from analysis import figures, labels
from analysis.estimate import summary

NOTE = "Points: means of 5 replications with 95 % intervals. 3 of 4 inputs are assumptions."
DRAWING = [
    figures.learning_against_harm,
    figures.along_settings,
    figures.stacked,
    figures.dots,
    figures.timeline,
]


def points(harm, learning, settings=None):
    """A table of points whose means are given, with some spread."""
    settings = settings or [0.0, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.0]
    rows = [
        {
            "setting": setting,
            "as_written": setting == 0.2,
            "replication": replication,
            "harm_any": harm[k] + 0.1 * replication,
            "experience": learning[k] + 0.2 * replication,
        }
        for k, setting in enumerate(settings)
        for replication in (-1, 0, 1)
    ]
    return summary(pd.DataFrame(rows))


def curve(table, axes=None):
    return figures.learning_against_harm(
        table,
        learning="experience",
        learning_label="experience",
        harm_label="patients harmed per 100 training cases",
        setting_label=lambda value: f"{value:g}",
        note=NOTE,
        axes=axes,
    )


def boxes(axes, texts):
    """The places of texts as drawn, in pixels."""
    figure = figures.whole(axes)
    figure.draw_without_rendering()
    extents = [text.get_window_extent() for text in texts]
    return [labels.Box(one.x0, one.y0, one.x1, one.y1) for one in extents]


def assert_apart(found):
    for i, one in enumerate(found):
        assert not any(labels.overlap(one, other) for other in found[:i])


SPREAD = [1.2, 1.6, 2.3, 3.6, 4.7, 6.5, 9.3, 11.8, 13.0]
BUNCHED = [1.20, 1.21, 1.22, 1.22, 1.23, 1.23, 1.24, 9.3, 11.8]


@pytest.mark.parametrize("harm", [SPREAD, BUNCHED, [1.0] * 9])
@pytest.mark.parametrize("learning", [[float(k) for k in range(9)], [5.0] * 9])
def test_labels_of_the_curve_keep_apart_even_when_points_bunch(harm, learning):
    axes = curve(points(harm, learning))
    texts = [text for text in axes.texts if text.get_text()]
    assert len(texts) == 9
    found = boxes(axes, texts)
    assert_apart(found)
    frame = axes.get_window_extent()
    assert all(
        labels.inside(box, labels.Box(frame.x0, frame.y0, frame.x1, frame.y1)) for box in found
    )


def test_the_setting_as_written_is_named_and_marked():
    axes = curve(points(SPREAD, SPREAD))
    assert "0.2 (as written)" in [text.get_text() for text in axes.texts]
    assert [line.get_marker() for line in axes.lines].count("D") == 1


def flags(*rows):
    return pd.DataFrame(rows, columns=["minutes", "label"])


def spans(*rows):
    return pd.DataFrame(rows, columns=["start", "end", "level"])


CROWDED = flags(
    (0.0, "failed pass"),
    (0.01, "notices, waits"),
    (0.02, "cue"),
    (2.0, "call for help"),
    (2.0, "mild harm"),
    (2.0, "steps in"),
    (2.1, "hands on"),
    (599.0, "try fails"),
    (600.0, "supervisor puts it right"),
)


def test_flags_of_a_crowded_timeline_keep_apart_and_inside():
    axes = figures.timeline(
        CROWDED,
        spans((0.0, 2.0, "none"), (2.0, 600.0, "mild")),
        time_label="hours after the error",
        minutes_per_unit=60.0,
        note=NOTE,
    )
    texts = [text for text in axes.texts if text.get_text()]
    assert len(texts) == len(CROWDED)
    found = boxes(axes, texts)
    assert_apart(found)
    width, height = figures.whole(axes).canvas.get_width_height()
    assert all(labels.inside(box, labels.Box(0, 0, width, height)) for box in found)


def test_an_episode_of_no_length_can_be_drawn():
    axes = figures.timeline(
        flags((0.0, "slip"), (0.0, "harm has run its course")),
        spans((0.0, 0.0, "none")),
        time_label="seconds after the error",
        minutes_per_unit=1 / 60,
        note=NOTE,
    )
    assert figures.png(axes, 50)


@pytest.mark.parametrize("draw", DRAWING)
def test_no_figure_without_its_note(draw):
    note = inspect.signature(draw).parameters["note"]
    assert note.default is inspect.Parameter.empty


def test_the_note_is_drawn_within_the_figure():
    long = NOTE + " Settings share their luck. Simulated, not clinical advice." * 2
    axes = figures.dots(
        pd.DataFrame([{"bar": "late", "mean": 1.0, "low": 0.5, "high": 1.5}]),
        value_label="takeovers",
        note=long,
    )
    figure = figures.whole(axes)
    figure.draw_without_rendering()
    drawn = figure.get_supxlabel()
    assert drawn.replace("\n", " ") == long
    (text,) = [text for text in figure.texts if text.get_text() == drawn]
    extent = text.get_window_extent()
    assert extent.x0 >= 0
    assert extent.x1 <= figure.canvas.get_width_height()[0]


def test_the_same_figure_has_the_same_bytes():
    one, other = (curve(points(SPREAD, SPREAD)) for _ in range(2))
    assert figures.svg(one, "salt") == figures.svg(other, "salt")
    assert figures.svg(one, "salt") == figures.svg(one, "salt")
    assert figures.png(one, 60) == figures.png(other, 60)
    assert "<dc:date>" not in figures.svg(one, "salt")


def test_one_replication_draws_no_bars():
    table = points(SPREAD, SPREAD)
    table[["low", "high"]] = float("nan")
    axes = figures.along_settings(
        table,
        {"harm_any": "now"},
        axis_label="permissiveness",
        value_label="patients",
        setting_label=str,
        note=NOTE,
    )
    (bars,) = axes.containers
    segments = bars[2][0].get_segments()
    assert all(low[1] == high[1] for low, high in segments)


def test_stacked_bars_add_up_to_their_totals():
    rows = pd.DataFrame(
        [("allowed", "none", 3.0), ("allowed", "mild", 1.0), ("prevented", "none", 2.0)],
        columns=["bar", "part", "mean"],
    )
    totals = pd.DataFrame(
        [("prevented", 2.0, 1.5, 2.5), ("allowed", 4.0, 3.0, 5.0)],
        columns=["bar", "mean", "low", "high"],
    )
    axes = figures.stacked(rows, totals, value_label="errors", note=NOTE)
    ends = {}
    for patch in axes.patches:
        ends[round(patch.get_y() + patch.get_height() / 2)] = patch.get_x() + patch.get_width()
    assert ends == {0: 2.0, 1: 4.0}


def test_intervals_lie_beneath_their_bars_and_cover_no_part():
    rows = pd.DataFrame([("a", "none", 3.0), ("b", "mild", 1.0)], columns=["bar", "part", "mean"])
    totals = pd.DataFrame(
        [("a", 3.0, 2.5, 3.5), ("b", 1.0, 0.5, 1.5)], columns=["bar", "mean", "low", "high"]
    )
    axes = figures.stacked(rows, totals, value_label="errors", note=NOTE)
    low_edges = [patch.get_y() + patch.get_height() for patch in axes.patches if patch.get_width()]
    heights = [one[0][1] for lines in axes.collections for one in lines.get_segments()]
    assert axes.yaxis_inverted()
    for edge, height, upper in zip(low_edges, heights, [1 - 0.31, 2 - 0.31], strict=True):
        assert edge < height < upper
    assert axes.get_ylim()[0] > max(heights)
    assert [text.get_text() for text in axes.get_yticklabels()] == ["a", "b"]


def test_figures_can_be_drawn_on_axes_given():
    axes = Figure().subplots()
    table = points(SPREAD, SPREAD)
    given = figures.along_settings(
        table,
        {"harm_any": "now"},
        axis_label="permissiveness",
        value_label="patients",
        setting_label=str,
        note=NOTE,
        axes=axes,
    )
    assert given is axes
    assert curve(table, axes=Figure().subplots()).texts


def test_drawing_leaves_pyplot_and_settings_alone():
    code = (
        "import sys, matplotlib as mpl; before = mpl.rcParams.copy()\n"
        "import analysis.report\n"
        "from analysis import figures; import pandas as pd\n"
        "axes = figures.dots(pd.DataFrame([{'bar': 'a', 'mean': 1.0, 'low': 0.5, 'high': 2.0}]),"
        " value_label='x', note='n')\n"
        "figures.svg(axes, 's')\n"
        "assert 'matplotlib.pyplot' not in sys.modules\n"
        "after = mpl.rcParams.copy()\n"
        "assert [k for k in after if dict.get(after, k) != dict.get(before, k)] == []\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
