"""The figures of two worlds: no text covers another, the same bytes each time."""

import inspect

import pandas as pd
import pytest

from analysis import figures, labels, twins_report
from analysis.figures.twins import DOING_STYLE, direct_and_busy, twin_timelines
from analysis.twins import twins
from analysis.twins_report import drawn_attempt, supervising
from tests.build import recovers, scene, step, sure
from tests.lively import lively

NOTE = "One simulated attempt: an example. 3 of 4 inputs are assumptions."
NAMES = {"A": "supervision.permissiveness = 0.5", "B": "as written"}


def boxes(axes, texts):
    """The places of texts as drawn, in pixels."""
    figures.whole(axes).draw_without_rendering()
    extents = [text.get_window_extent() for text in texts if text.get_text()]
    return [labels.Box(one.x0, one.y0, one.x1, one.y1) for one in extents]


def assert_legible(axes):
    """Flags, names of lanes and ticks keep apart, and stay on the figure."""
    low, high = axes.get_xlim()
    ticks = zip(axes.get_xticks(), axes.get_xticklabels(), strict=True)
    across = [label for place, label in ticks if low <= place <= high]
    found = boxes(axes, [*axes.texts, *axes.get_yticklabels(), *across])
    for i, one in enumerate(found):
        assert not any(labels.overlap(one, other) for other in found[:i])
    whole = figures.whole(axes).bbox
    assert all(labels.inside(box, labels.Box(0, 0, whole.x1, whole.y1)) for box in found)


def draw(shown, names=NAMES, unit=1.0):
    return twin_timelines(
        *drawn_attempt(shown), names, time_label="minutes", minutes_per_unit=unit, note=NOTE
    )


def pair(a, b, *steps):
    told = scene(*steps)
    return twins(told, a, b, replications=1)


WAITS = {"supervision.policy": "time_limit", "supervision.time_limit": "5 min"}
RICH = step(recovery=recovers(4.5), call=sure(8), worst_harm="mild")


def test_both_worlds_are_drawn_on_one_clock():
    found = pair(WAITS, {}, RICH)
    axes = draw(found.shown)
    assert_legible(axes)
    texts = [text.get_text() for text in axes.texts]
    assert texts.count("slip") == 2
    assert "trainee puts it right" in texts
    assert "supervisor puts it right" in texts
    assert [text.get_text() for text in axes.get_yticklabels()] == [
        "B\nas written", "A\nsupervision.permissiveness\n= 0.5",
    ]  # fmt: skip


@pytest.mark.parametrize("replication", range(4))
@pytest.mark.parametrize("long", [False, True])
def test_lively_attempts_are_legible(replication, long):
    told = lively()
    changes = {"supervision.permissiveness": 2}
    found = twins(told, changes, {}, replications=1, attempt=(replication, None, None))
    names = {"A": ", ".join([NAMES["A"]] * 6), "B": NAMES["A"]} if long else NAMES
    assert_legible(draw(found.shown, names))


def test_an_attempt_without_an_error_in_one_world_is_drawn():
    none = {"task.steps[step].error_probability": {"novice": 0, "expert": 0}}
    found = pair({}, none)
    axes = draw(found.shown)
    assert_legible(axes)
    assert len(axes.get_yticklabels()) == 2


def test_nothing_at_all_is_drawn_empty():
    frames = (
        pd.DataFrame(columns=["world", "minutes", "label"]),
        pd.DataFrame(columns=["world", "start", "end", "level"]),
        pd.DataFrame(columns=["world", "start", "end", "doing"]),
    )
    axes = twin_timelines(*frames, NAMES, time_label="s", minutes_per_unit=1.0, note=NOTE)
    assert figures.png(axes)


def test_what_the_supervisor_does_follows_the_clock():
    """Noticed at 1, waits until 5, on the way until 6, hands on until 8 minutes."""
    found = pair(WAITS, {})
    rows = supervising(found.shown.a.episode(0))
    assert rows.to_numpy().tolist() == [
        [1, 5, "supervisor waits"], [5, 6, "on the way"], [6, 8, "hands on"],
    ]  # fmt: skip
    assert set(rows["doing"]) <= set(DOING_STYLE)


def test_a_wait_for_a_free_supervisor_is_drawn():
    found = twins(scene(trainees={"count": 2}), {}, {"supervision.fix": "6 min"}, replications=1)
    rows = supervising(found.shown.b.episode(0))
    assert rows.to_numpy().tolist() == [
        [1, 8, "nobody is free"], [8, 9, "on the way"], [9, 15, "hands on"],
    ]  # fmt: skip


def split(found):
    return direct_and_busy(found.split, twins_report.drawn_panels(found), note=NOTE)


@pytest.mark.parametrize("replications", [1, 4])
def test_the_parts_of_a_difference_are_legible(replications):
    found = twins(
        lively(), {"supervision.permissiveness": 2}, {}, replications=replications, followed=1
    )
    first = split(found)
    for axes in figures.whole(first).axes:
        if axes.get_visible():
            assert_legible(axes)


def test_figures_are_the_same_bytes_each_time():
    found = twins(scene(trainees={"count": 2}), {}, {"supervision.fix": "6 min"}, replications=2)
    for name, make in (("attempt", lambda: draw(found.shown)), ("split", lambda: split(found))):
        assert figures.svg(make(), name) == figures.svg(make(), name)


def test_no_figure_without_its_note():
    for draws in (twin_timelines, direct_and_busy):
        assert inspect.signature(draws).parameters["note"].default is inspect.Parameter.empty
