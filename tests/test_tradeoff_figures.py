"""The figures of a trade-off: nothing covers anything, the same bytes, odd tables drawn too."""

import inspect
import math
from functools import cache

import numpy as np
import pytest
from matplotlib.figure import Figure

from analysis import figures, labels
from analysis.figures import tradeoff as drawn
from analysis.figures.tradeoff import hull
from analysis.tradeoff import tradeoff
from engine import load
from engine.outcomes import OUTCOME_NAMES
from engine.run import outcomes
from tests.analysis_samples import SCENARIOS
from tests.tradeoff_samples import PATH, curve, made_up, small_sweep, spread

FINE = (0, 0.01, 0.02, 0.03, 0.05, 0.07, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.85, 1,
        1.25, 1.5, 1.75, 2)  # fmt: skip
DRAWING = [drawn.learning_against_harm, drawn.now_and_later, drawn.acceptability,
           drawn.chance_limits]  # fmt: skip


@cache
def small():
    return tradeoff(small_sweep(), draws=200)


def plots(found, limit=3.0):
    return {
        "curve": found.plot,
        "burden": found.plot_burden,
        "acceptability": found.plot_acceptability,
        "chance": lambda axes=None: found.plot_chance_limits(limit, axes=axes),
    }


def named(axis, low, high):
    """The labels of the ticks in view."""
    return [
        tick.label1 for tick in axis.get_major_ticks()
        if min(low, high) <= tick.get_loc() <= max(low, high)
    ]  # fmt: skip


def shown(axes):
    """The places of the texts of a figure as drawn, in pixels, with the texts."""
    figure = figures.whole(axes)
    figure.draw_without_rendering()
    legend = axes.get_legend()
    texts = [*axes.texts, *figure.texts, axes.xaxis.label, axes.yaxis.label, *legend.get_texts()]
    texts += named(axes.xaxis, *axes.get_xlim())
    for child in [axes, *axes.child_axes]:
        texts += [*named(child.yaxis, *child.get_ylim()), child.yaxis.label]
    boxes = {}
    for text in texts:
        if text.get_text() and text.get_visible():
            one = text.get_window_extent()
            boxes[text] = labels.Box(one.x0, one.y0, one.x1, one.y1)
    return figure, boxes


@pytest.mark.parametrize("name", ["curve", "burden", "acceptability", "chance"])
def test_no_text_covers_another_or_leaves_the_figure(name):
    assert_legible(plots(small())[name]())


def assert_legible(axes):
    figure, boxes = shown(axes)
    width, height = figure.canvas.get_width_height()
    placed = list(boxes.items())
    for i, (text, box) in enumerate(placed):
        assert labels.inside(box, labels.Box(-1, -1, width + 1, height + 1)), text.get_text()
        for other, beside in placed[:i]:
            assert not labels.overlap(box, beside), (text.get_text(), other.get_text())


@pytest.mark.long
@pytest.mark.parametrize("file", sorted(SCENARIOS.glob("*.yaml")), ids=lambda file: file.stem)
def test_the_figures_of_shipped_scenarios_are_legible(file):
    scenario = load(file)
    points = [scenario.with_({PATH: value}) for value in FINE]
    found = outcomes(points, 0, range(200))
    values = {name: found[:, :, i] for i, name in enumerate(OUTCOME_NAMES)}
    traded = tradeoff(made_up(FINE, values, scenario=scenario))
    limit = float(np.median(traded.front["harm_any"]))
    for draw in plots(traded, limit).values():
        assert_legible(draw())
    assert_legible(tradeoff(made_up(FINE, values, scenario=scenario), learning="resilience").plot())


def test_the_setting_as_written_is_marked_and_the_front_is_told_from_the_rest():
    found = tradeoff(curve(spread([1.0, 2.0, 1.5]), spread([1.0, 2.0, 3.0])), draws=50)
    axes = found.plot()
    assert "0.2 (as written)" in [text.get_text() for text in axes.texts]
    names = [text.get_text() for text in axes.get_legend().get_texts()]
    assert {"front", "on the front", "not on the front", "as written"} <= set(names)
    noisy = tradeoff(curve(spread([1.0, 3.0, 3.01], 1.0), spread([1.0, 2.0, 3.0])), draws=50)
    names = [text.get_text() for text in noisy.plot().get_legend().get_texts()]
    assert "perhaps on the front" in names


def test_the_settings_of_a_crowded_front_are_named_and_led_to():
    """Three on the front, hardly apart, among others that aren't on it and have no name there."""
    gain, harm = [1.0, 1.01, 1.02, 0.5, 0.2], [1.0, 1.01, 1.02, 1.01, 5.0]
    settings = [0.02, 0.05, 0.1, 0.2, 2.0]
    axes = tradeoff(curve(spread(gain, 1e-3), spread(harm, 1e-3), settings), draws=50).plot()
    assert {"0.02", "0.05", "0.1"} <= {text.get_text() for text in axes.texts}
    assert len([line for line in axes.lines if line.get_linewidth() == 0.6]) >= 3
    assert_legible(axes)


def test_the_settings_kept_are_shaded_and_the_least_is_starred():
    settings = [0.0, 0.1, 0.2, 0.3]
    total = spread([3.0, 1.0, 1.0, 3.0], 0.2)
    sweep = made_up(settings, {
        "experience": total, "harm_any": total, "total_burden": total,
        "independent_harm_burden": 0 * total,
    })  # fmt: skip
    found = tradeoff(sweep, draws=20)
    axes = found.plot_burden()
    shaded = [(patch.get_x(), patch.get_x() + patch.get_width()) for patch in axes.patches]
    assert shaded == [pytest.approx((0.1, 0.2))]  # nothing is known of what lies beside them
    (rings,) = [line for line in axes.lines if line.get_markersize() == 12]
    assert list(rings.get_xdata()) == [0.1, 0.2]
    assert rings.get_label() == "can't be told from the least"
    (star,) = [line for line in axes.lines if line.get_marker() == "*"]
    assert star.get_xdata()[0] == found.burden.best


def test_how_far_a_limit_lets_one_go_is_ringed_and_named():
    found = tradeoff(curve(spread([1.0, 2.0, 3.0]), spread([1.0, 2.0, 3.0])), draws=20)
    axes = found.plot_chance_limits(2.5)
    names = " ".join(text.get_text() for text in axes.get_legend().get_texts())
    assert "with 95 % certainty: under the limit up to 0.2" in names
    assert "under the limit at no setting" in names
    rings = [line for line in axes.lines if line.get_markersize() == 13]
    assert [ring.get_xdata()[0] for ring in rings] == [0.2]


def test_the_same_figure_has_the_same_bytes():
    for draw in (small().plot, small().plot_acceptability):
        assert figures.svg(draw(), "salt") == figures.svg(draw(), "salt")


@pytest.mark.parametrize("draw", DRAWING)
def test_no_figure_without_its_words(draw):
    texts = inspect.signature(draw).parameters["texts"]
    assert texts.default is inspect.Parameter.empty


@pytest.mark.parametrize("name", ["curve", "burden", "acceptability", "chance"])
def test_note_and_sentence_are_drawn(name):
    axes = plots(small())[name]()
    figure = figures.whole(axes)
    assert "Simulated, not clinical advice." in figure.get_supxlabel().replace("\n", " ")
    assert figure.get_suptitle().endswith(".")


@pytest.mark.parametrize(
    ("replications", "settings"),
    [(1, [0.0, 0.2]), (2, [0.5, 1.0, 2.0]), (6, list(np.linspace(0, 2, 41)))],
)
def test_odd_sweeps_can_be_drawn(replications, settings):
    luck = np.random.default_rng(2)
    shape = (len(settings), replications)
    values = {
        name: luck.poisson(2, shape).astype(float)
        for name in ("harm_any", "experience", "independent_harm_burden", "total_burden")
    }
    found = tradeoff(made_up(settings, values), draws=20)
    for draw in plots(found).values():
        assert figures.png(draw(), 30)
    assert figures.png(found.plot_chance_limits(), 30)
    assert not any("nan" in sentence for sentence in found.says())


def test_values_without_any_spread_can_be_drawn():
    flat = np.ones((3, 10))
    values = dict.fromkeys(
        ("harm_any", "experience", "independent_harm_burden", "total_burden"), flat
    )
    found = tradeoff(made_up([0.0, 0.1, 0.2], values), draws=20)
    for draw in plots(found).values():
        assert figures.png(draw(), 30)


def test_weights_of_ones_own_can_be_drawn():
    found = small()
    for weights in ([1.0], [0.0, 0.1, 1.0, 10.0]):
        assert figures.png(found.plot_acceptability(weights), 30)


def test_figures_can_be_drawn_on_axes_given():
    for draw in plots(small()).values():
        axes = Figure().subplots()
        assert draw(axes=axes) is axes
        assert figures.whole(axes).get_suptitle() == ""  # theirs to write
        assert "Simulated" in figures.whole(axes).get_supxlabel()


def test_the_hull_of_two_boxes_goes_round_both():
    corners = [(0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0), (2.0, 2.0), (2.0, 3.0), (3.0, 2.0)]
    assert hull([*corners, (3.0, 3.0), (0.5, 0.5)]) == [
        (0.0, 0.0), (1.0, 0.0), (3.0, 2.0), (3.0, 3.0), (2.0, 3.0), (0.0, 1.0),
    ]  # fmt: skip
    assert len(hull([(1.0, 1.0)] * 4)) == 3
    assert not any(math.isnan(x) for x, _ in hull([(0.0, 0.0), (1.0, 1.0)]))


def test_settings_crowded_near_0_lie_on_a_square_root_scale():
    assert plots(small())["burden"]().get_xlabel() == "permissiveness (square-root scale)"
