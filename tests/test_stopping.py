"""Replications until the intervals are narrow: known answers, a plain retelling, coverage."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from analysis import estimate
from analysis.stopping import (
    ALIKE,
    Target,
    Until,
    ahead,
    cumulative,
    reached,
    squared_skewness,
    stop_after,
    until_from,
)
from engine.errors import ScenarioError
from engine.outcomes import OUTCOME_NAMES

NEVER = np.iinfo(np.int64).max
HARM = OUTCOME_NAMES.index("harm_any")
BURDEN = OUTCOME_NAMES.index("total_burden")


def outcomes(**columns):
    """Outcomes [replication, outcome], NaN but for those given."""
    length = len(next(iter(columns.values())))
    values = np.full((length, len(OUTCOME_NAMES)), np.nan)
    for name, column in columns.items():
        values[:, OUTCOME_NAMES.index(name)] = column
    return values


def absolute(width):
    return Target(HARM, width, relative=False, paired=False)


def relative(width):
    return Target(HARM, width, relative=True, paired=False)


# ---- intervals ---------------------------------------------------------------------------------


numbers = st.one_of(st.just(math.nan), st.floats(-1e6, 1e6), st.integers(0, 3).map(float))


@given(st.lists(numbers, min_size=1, max_size=40))
def test_every_interval_is_that_of_the_values_so_far(values):
    means, halves, counts = cumulative(values)
    for place in range(len(values)):
        so_far = estimate.estimate(values[: place + 1])
        assert counts[place] == so_far.replications
        assert means[place] == pytest.approx(so_far.mean, nan_ok=True, rel=1e-9, abs=1e-6)
        half = (so_far.high - so_far.low) / 2
        assert halves[place] == pytest.approx(half, nan_ok=True, rel=1e-6, abs=1e-6)


@given(st.lists(numbers, min_size=2, max_size=40), st.data())
def test_an_interval_does_not_know_what_comes_later(values, data):
    cut = data.draw(st.integers(1, len(values)))
    for whole, part in zip(cumulative(values), cumulative(values[:cut]), strict=True):
        assert np.array_equal(whole[:cut], part, equal_nan=True)


def test_a_small_spread_around_a_large_mean_is_not_lost():
    values = 1e9 + np.tile([0.0, 1.0], 50)
    _, halves, _ = cumulative(values)
    assert halves[-1] == pytest.approx(estimate.t_quantile(0.975, 99) * math.sqrt(25 / 99) / 10)


# ---- when it ends ------------------------------------------------------------------------------


def plainly(kept, n0, look_ahead):
    """The rule told replication by replication."""
    for n in range(n0, len(kept) + 1):
        further = math.ceil(look_ahead * max(n, 100) / 100)
        if n + further <= len(kept) and all(kept[n - 1 : n + further]):
            return n + further
    return NEVER


@given(
    st.lists(st.sampled_from([True, True, True, False]), max_size=160).map(
        lambda one: [True] * 3 + one
    ),
    st.integers(10, 14),
    st.integers(5, 9),
)
def test_the_rule_is_the_rule(kept, n0, look_ahead):
    assert stop_after(kept, n0=n0, look_ahead=look_ahead) == plainly(kept, n0, look_ahead)


def test_the_target_must_hold_for_the_next_five_and_longer_late():
    kept = [True] * 40
    assert stop_after(kept) == 15
    kept[13] = False  # the fourteenth: looked at while looking ahead from the tenth
    assert stop_after(kept) == 14 + 1 + 5
    assert stop_after([True] * 14) == NEVER
    assert [ahead(5, n) for n in (10, 100, 101, 200, 1000)] == [5, 5, 6, 10, 50]
    late = [False] * 199 + [True] * 20
    assert stop_after(late) == 210
    assert stop_after(late[:209]) == NEVER


def test_many_runs_are_judged_at_once():
    kept = np.array([[True] * 20, [False] * 20, [False] * 12 + [True] * 8])
    assert stop_after(kept).tolist() == [15, NEVER, 18]


def test_absolute_and_relative_widths():
    values = np.tile([9.0, 11.0], 200)  # mean 10; after n the half-width is about 1.96 / sqrt(n)
    assert not reached(values, absolute(0.2))[90]
    assert reached(values, absolute(0.2))[110]
    assert np.array_equal(
        reached(values, absolute(0.2))[1::2], reached(values, relative(0.02))[1::2]
    )


def test_nothing_is_no_share_of_a_mean_of_zero():
    assert not reached(np.tile([-1.0, 1.0], 500), relative(0.5))[1::2].any()
    assert not reached(np.zeros(500), relative(0.5)).any()


@pytest.mark.parametrize("target", [absolute(1e9), relative(1e9)])
def test_what_is_missing_never_converges(target):
    assert not reached(np.full(500, np.nan), target).any()
    rare = np.full(500, np.nan)
    rare[::50] = np.arange(1, 11)  # ten values, the tenth at replication 451
    assert reached(rare, target).tolist() == [False] * 450 + [True] * 50


def test_values_all_alike_converge_late():
    assert reached(np.zeros(400), absolute(1)).tolist() == [False] * (ALIKE - 1) + [True] * 101


def test_what_was_seen_once_never_converges():
    once = np.zeros(400)
    once[20] = 1
    assert not reached(once, absolute(1))[20:].any()


def test_squared_skewness_is_that_of_the_values_so_far():
    values = np.random.default_rng(24).gamma(2, 1, (3, 60)) + 1e3
    values[:, ::7] = np.nan
    found = squared_skewness(values)
    for n in (20, 41, 60):
        expected = stats.skew(values[:, :n], axis=1, nan_policy="omit") ** 2
        assert found[:, n - 1] == pytest.approx(np.asarray(expected), rel=1e-6)


def test_every_target_must_be_reached():
    rng = np.random.default_rng(0)
    values = outcomes(harm_any=rng.normal(5, 1, 2000), total_burden=rng.normal(2, 3, 2000))
    easy = Until("harm_any", half_width=0.5).stop(values, None)
    hard = Until("total_burden", half_width=0.2).stop(values, None)
    both = Until(half_width={"harm_any": 0.5, "total_burden": 0.2}).stop(values, None)
    mixed = Until(half_width={"harm_any": 0.5}, relative={"total_burden": 0.1})
    assert easy < hard == both
    assert mixed.stop(values, None) == pytest.approx(hard, rel=0.2)
    assert Until("errors", "harm_any", half_width=0.5).stop(values, None) is None  # errors are NaN


def test_paired_differences_are_of_the_same_replications():
    rng = np.random.default_rng(1)
    shared = rng.normal(5, 3, 4000)
    reference = outcomes(harm_any=shared)
    point = outcomes(harm_any=shared + rng.normal(1, 0.1, 4000))
    alone = Until("harm_any", half_width=0.2).stop(point, None)
    pairs = Until("harm_any", paired=0.2)
    assert pairs.stop(point, reference) == 15
    assert alone > 500
    assert pairs.stop(reference, None) == 15  # the reference has no difference to reach
    share = Until("harm_any", paired_relative=0.04)
    assert share.stop(point, reference) == 15  # of the reference's mean, 5
    both = Until("harm_any", paired=0.2, half_width=0.2)
    assert both.stop(point, reference) == alone


def test_the_cap_is_the_most():
    rng = np.random.default_rng(2)
    values = outcomes(harm_any=rng.normal(0, 1, 400))
    free = Until("harm_any", half_width=0.12).stop(values, None)
    assert 100 < free < 400
    assert Until("harm_any", half_width=0.12, cap=free).stop(values, None) == free
    assert Until("harm_any", half_width=0.12, cap=free - 1).stop(values, None) is None


# ---- coverage ----------------------------------------------------------------------------------


RUNS = 2_000


def covered(values, truth, target, base=None):
    """The share of runs whose interval at stopping holds the truth; all must stop.

    base: the values of the reference, where `values` are differences from them.
    """
    stops = stop_after(reached(values, target, base))
    assert stops.max() <= values.shape[-1]
    means, halves, _ = cumulative(values)
    rows = np.arange(len(values))
    mean, half = means[rows, stops - 1], halves[rows, stops - 1]
    return float(np.mean(np.abs(mean - truth) <= half)), stops


@pytest.mark.parametrize(("width", "length"), [(0.2, 200), (0.4, 100), (0.8, 50)])
def test_intervals_at_stopping_cover_as_often_as_they_say(width, length):
    values = np.random.default_rng(20).normal(3, 1, (RUNS, length))
    share, stops = covered(values, 3, absolute(width))
    # 0.95 less what looking again and again costs; four standard errors are 0.02
    assert 0.93 <= share <= 0.97
    assert stops.min() >= 15


def test_intervals_of_skewed_outcomes_cover_nearly_as_often():
    values = np.random.default_rng(21).gamma(2, 1, (RUNS, 400))
    share, _ = covered(values, 2, relative(0.1))
    assert 0.92 <= share <= 0.97


@pytest.mark.parametrize("chance", [0.02, 0.05, 0.3])
def test_intervals_of_rare_events_cover_nearly_as_often(chance):
    """Without waiting for some 25 events, 0.05 was covered in 87 % of runs."""
    values = np.where(np.random.default_rng(25).random((RUNS, 3000)) < chance, 1.0, 0.0)
    share, stops = covered(values, chance, absolute(0.1 * math.sqrt(chance * (1 - chance))))
    assert 0.92 <= share <= 0.975
    assert stops.min() > 300


def test_intervals_of_counts_and_of_long_tails_cover_nearly_as_often():
    rng = np.random.default_rng(26)
    share, _ = covered(rng.poisson(0.3, (RUNS, 1500)).astype(float), 0.3, absolute(0.06))
    assert 0.925 <= share <= 0.975
    share, _ = covered(rng.lognormal(0, 0.5, (RUNS, 2500)), math.exp(0.125), relative(0.05))
    assert 0.92 <= share <= 0.975


def test_intervals_of_paired_differences_cover_as_often_as_they_say():
    rng = np.random.default_rng(22)
    luck = rng.normal(10, 4, (RUNS, 200))
    reference = luck + rng.normal(0, 0.5, luck.shape)
    point = 1.1 * luck + rng.normal(0, 0.5, luck.shape)
    target = Target(HARM, 0.02, relative=True, paired=True)
    share, _ = covered(point - reference, 1.0, target, reference)
    assert 0.93 <= share <= 0.97


def test_intervals_with_missing_values_cover_as_often_as_they_say():
    rng, shape = np.random.default_rng(23), (RUNS, 150)
    values = np.where(rng.random(shape) < 0.3, np.nan, rng.normal(0, 1, shape))
    share, _ = covered(values, 0, absolute(0.4))
    assert 0.93 <= share <= 0.97


# ---- what is refused ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcomes", "options", "told"),
    [
        (("harm_any",), {}, "no half-width"),
        ((), {"half_width": 0.1}, "without an outcome"),
        (("harm_eny",), {"half_width": 0.1}, "did you mean harm_any"),
        (("harm_any",), {"half_width": 0}, "above 0"),
        (("harm_any",), {"half_width": math.nan}, "above 0"),
        (("harm_any",), {"half_width": "5 s"}, "above 0"),
        (("harm_any",), {"relative": -0.1}, "share of the mean above 0 .*; try 0.05, which is 5 %"),
        (("harm_any",), {"relative": 0.1, "n0": 9}, "n0"),
        (("harm_any",), {"relative": 0.1, "look_ahead": 4}, "look_ahead"),
        (("harm_any",), {"relative": 0.1, "cap": 14}, "cap"),
        (("harm_any",), {"relative": 0.1, "reference": -1}, "reference"),
        (("harm_any",), {"relative": 0.1, "level": 1}, "level"),
    ],
)
def test_targets_that_can_not_be_are_refused(outcomes, options, told):
    with pytest.raises(ScenarioError, match=told):
        Until(*outcomes, **options)


def test_a_target_comes_back_from_its_record():
    until = Until(
        "harm_any", "errors", half_width=0.5, paired={"total_burden": 0.1}, reference=3, cap=700,
        together=True,
    )  # fmt: skip
    assert until_from(dict(until.given)) == until
