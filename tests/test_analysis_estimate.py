"""Estimates against scipy, and what the set of best settings promises."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from analysis.estimate import estimate, lowest, paired, replications_needed, summary

VALUES = st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=40)


@given(VALUES)
def test_estimate_is_scipys_t_interval(values):
    found = estimate(values)
    mean, se = np.mean(values), stats.sem(values)
    low, high = mean, mean
    if se > 0:
        low, high = stats.t.interval(0.95, len(values) - 1, loc=mean, scale=se)
    scale = 1e-9 * (1 + max(map(abs, values)))
    assert found.mean == pytest.approx(mean, abs=scale)
    assert found.se == pytest.approx(se, abs=scale)
    assert found.low == pytest.approx(low, abs=10 * scale)
    assert found.high == pytest.approx(high, abs=10 * scale)
    assert (found.replications, found.missing) == (len(values), 0)


@given(VALUES, st.randoms(use_true_random=False))
def test_estimate_does_not_depend_on_order(values, random):
    shuffled = list(values)
    random.shuffle(shuffled)
    assert estimate(shuffled) == estimate(values)


def test_missing_replications_are_left_out_and_counted():
    assert estimate([1.0, math.nan, 3.0, math.nan])[:2] == estimate([1.0, 3.0])[:2]
    assert estimate([1.0, math.nan, 3.0, math.nan])[4:] == (2, 2)


def test_one_replication_has_a_mean_and_no_spread():
    found = estimate([2.5])
    assert found.mean == 2.5
    assert all(math.isnan(value) for value in found[1:4])
    assert (found.replications, found.missing) == (1, 0)


def test_no_replication_has_nothing():
    found = estimate([math.nan])
    assert all(math.isnan(value) for value in found[:4])
    assert (found.replications, found.missing) == (0, 1)


def test_equal_values_have_a_spread_of_zero():
    assert estimate([0.1] * 7)[:4] == (0.1, 0.0, 0.1, 0.1)


def test_paired_difference_is_the_paired_t_interval():
    rng = np.random.default_rng(1)
    one, other = rng.normal(size=20), rng.normal(size=20)
    expected = stats.ttest_rel(one, other).confidence_interval(0.95)
    found = paired(one, other)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), rel=1e-12)


def test_paired_leaves_out_a_replication_missing_in_either():
    found = paired([1.0, math.nan, 5.0, 9.0], [0.0, 1.0, math.nan, 6.0])
    assert (found.mean, found.replications, found.missing) == (2.0, 2, 2)


def test_paired_refuses_other_lengths():
    with pytest.raises(ValueError, match="equal shapes"):
        paired([1.0, 2.0], [1.0])


def test_replications_needed_is_the_least_number():
    now = estimate([0.0, 1.0, 2.0, 3.0, 4.0])
    spread = now.se * math.sqrt(5)

    def half_width(n):
        return stats.t.ppf(0.975, n - 1) * spread / math.sqrt(n)

    n = replications_needed(now, 0.25)
    assert half_width(n) <= 0.25 < half_width(n - 1)
    assert replications_needed(estimate([1.0, 1.0]), 0.25) == 2
    assert replications_needed(estimate([1.0]), 0.25) is None
    with pytest.raises(ValueError, match="above 0"):
        replications_needed(now, 0)


def test_summary_has_a_row_per_setting_and_outcome():
    table = pd.DataFrame(
        {
            "setting": [1.0, 0.0, 1.0, 0.0],
            "as_written": [True, False, True, False],
            "replication": [0, 0, 1, 1],
            "harm": [3.0, 1.0, 5.0, math.nan],
            "burden": [1.0, 1.0, 1.0, 1.0],
        }
    )
    found = summary(table)
    assert found[["setting", "outcome", "mean", "missing"]].values.tolist() == [
        [0.0, "harm", 1.0, 1],
        [0.0, "burden", 1.0, 0],
        [1.0, "harm", 4.0, 0],
        [1.0, "burden", 1.0, 0],
    ]


# ---- the set of settings that may be the best ------------------------------------------------


def test_a_clear_winner_is_alone():
    base = np.random.default_rng(0).normal(size=30)
    samples = {0.0: base + 1, 0.1: base, 0.2: base + 0.5}
    found = lowest(samples, own=0.2)
    assert (found.best, found.kept) == (0.1, (0.1,))
    assert found.difference.mean == pytest.approx(-0.5)


def test_settings_with_the_same_values_are_kept_together():
    base = np.arange(5.0)
    found = lowest({0.0: base, 0.1: base, 0.2: base + 1}, own=0.0)
    assert found.kept == (0.0, 0.1)


def test_one_replication_can_drop_nothing():
    assert lowest({0.0: [1.0], 0.1: [2.0], 0.2: [9.0]}, own=0.2).kept == (0.0, 0.1, 0.2)


@pytest.mark.parametrize(("count", "kept"), [(4, (0.0, 0.1)), (5, (0.0,))])
def test_fewer_than_five_replications_can_drop_nothing(count, kept):
    assert lowest({0.0: [1.0] * count, 0.1: [2.0] * count}, own=0.1).kept == kept


def test_the_lowest_is_found_among_replications_that_all_have():
    """The first replications were unlucky for everybody; the second setting ran on with more."""
    base = np.array([9.0, 8.0, 9.5, 8.5, 9.2, 1.0, 1.2, 0.9, 1.1, 1.3])
    first = np.where(np.arange(10) < 5, base, np.nan)
    found = lowest({0.0: first, 0.1: base + 0.5}, own=0.1)
    assert (found.best, found.kept) == (0.0, (0.0,))


def test_the_lowest_is_one_of_those_kept():
    """On common replications 0.0 is least; on those that it shares with 0.1 alone, 0.1 is."""
    luck = np.random.default_rng(3).normal(size=40)
    few = np.arange(40) < 5
    third = np.where(few, luck + 5.0, np.nan)
    first = luck + np.where(few, -0.1, 0.4)
    found = lowest({0.0: first, 0.1: luck, 0.2: third}, own=0.2)
    assert found.kept == (0.1,)
    assert found.best == 0.1


def test_settings_without_common_replications_are_compared_by_their_own_means():
    assert lowest({0.0: [1.0, math.nan], 0.1: [math.nan, 0.5]}, own=0.0).best == 0.1


def test_one_setting_is_the_lowest_of_itself():
    assert lowest({0.1: [1.0, 2.0]}, own=0.1).kept == (0.1,)


def test_the_setting_as_written_must_be_among_them():
    with pytest.raises(ValueError, match="not among"):
        lowest({0.0: [1.0, 2.0]}, own=0.5)


def test_the_truly_lowest_is_kept_as_often_as_promised():
    """Nine settings, neighbours hardly apart: dropped in at most 5 % of 2,000 studies.

    The bound is 5 % plus 4.2 standard errors; dropping by an uncorrected 5 % test fails it.
    """
    rng = np.random.default_rng(2)
    truth = 0.02 * np.abs(np.arange(9) - 4.0)
    dropped = 0
    for _ in range(2000):
        luck = rng.normal(size=(12, 1)) + 0.5 * rng.normal(size=(12, 9))
        samples = {float(k): luck[:, k] + truth[k] for k in range(9)}
        dropped += 4.0 not in lowest(samples, own=0.0).kept
    assert dropped / 2000 <= 0.05 + 4.2 * math.sqrt(0.05 * 0.95 / 2000)
