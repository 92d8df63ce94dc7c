"""One law at a time: hand-computed values, the ends, and directions that hold for every input."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine import rules

chances = st.floats(0, 1)
inner = st.floats(1e-6, 1 - 1e-6)
logits = st.floats(-20, 20)
minutes = st.floats(0, 1e5)
positive = st.floats(1e-3, 1e5)


@given(logits)
def test_impossible_and_certain_stay_so(shift):
    assert rules.shifted(0.0, shift) == 0
    assert rules.shifted(1.0, shift) == 1


@given(inner, logits)
def test_a_shift_moves_the_odds(chance, shift):
    assume(abs(math.log(chance / (1 - chance)) + shift) < 25)
    moved = rules.shifted(chance, shift)
    odds = chance / (1 - chance) * math.exp(shift)
    assert moved == pytest.approx(odds / (1 + odds), rel=1e-9)


def test_learning_curve_from_novice_to_expert():
    assert rules.learned(0.4, 0.1, 0.0, 27.0) == pytest.approx(0.4, rel=1e-15)
    assert rules.learned(0.4, 0.1, 27.0, 27.0) == pytest.approx(0.1 + 0.3 / math.e, rel=1e-15)
    assert rules.learned(0.4, 0.1, 1e9, 27.0) == 0.1


def test_error_probability_by_hand():
    p = 0.1 + 0.3 * math.exp(-10 / 27)
    logit = math.log(p / (1 - p)) + 0.5 + math.log(1.5) * 2
    expected = 1 / (1 + math.exp(-logit))
    assert rules.error_probability(0.4, 0.1, 27.0, 10.0, 0.5, 2.0, 1.5) == pytest.approx(expected)


def test_recovery_is_harder_with_hard_cases_and_in_distress():
    p = 0.9 - 0.5 * math.exp(-3 / 12)
    logit = math.log(p / (1 - p)) - 0.5 - math.log(1.5) * 2
    expected = 1 / (1 + math.exp(-logit))
    assert rules.recovery_probability(0.4, 0.9, 12.0, 3.0, 0.5, 2.0, 1.5) == pytest.approx(expected)


def test_rescue_by_hand():
    logit = math.log(0.91 / 0.09) - 1.2 + 2 * math.log(0.85)
    expected = 1 / (1 + math.exp(-logit))
    assert rules.rescue_probability(0.91, 1.2, 2, 0.85) == pytest.approx(expected)
    assert rules.rescue_probability(1.0, 9.0, 4, 0.1) == 1


def test_perceived_chance_by_hand():
    assert rules.perceived_chance(5.0, 1.0, 10.0, 2.0, 2.0) == pytest.approx(
        1 / (1 + (10 / 6) ** 2)
    )


def test_nothing_is_perceived_where_no_time_is_needed():
    assert rules.perceived_chance(3.0, 3.0, 10.0, 0.0, 2.0) == 0
    assert rules.perceived_chance(3.0, 3.0, 0.0, 0.0, 2.0) == 0


def test_harm_that_never_comes_is_never_perceived():
    assert rules.perceived_window(math.inf, -800.0, 1.0, 0.0) == math.inf
    assert rules.perceived_chance(3.0, 1.0, math.inf, 2.0, 2.0) == 0


@given(positive, st.floats(0, 0.9), st.floats(0.2, 8), st.floats(1e-4, 1 - 1e-4))
def test_at_the_threshold_time_the_perceived_chance_is_the_tolerated_one(
    window, share, sharpness, tolerated
):
    # a latency that is a share of the way there, so that the threshold lies ahead
    latency = share * window * (tolerated / (1 - tolerated)) ** (1 / sharpness)
    when = rules.threshold_time(0.0, 0.0, window, latency, sharpness, tolerated)
    seen = rules.perceived_chance(when, 0.0, window, latency, sharpness)
    assert seen == pytest.approx(tolerated, rel=1e-9)


def test_threshold_of_nothing_and_of_everything():
    assert rules.threshold_time(7.0, 1.0, 10.0, 2.0, 2.0, 0.0) == 7
    assert rules.threshold_time(7.0, 1.0, 10.0, 2.0, 2.0, 1.0) == math.inf
    assert rules.threshold_time(7.0, 1.0, 10.0, 2.0, 2.0, 3.5) == math.inf
    assert rules.threshold_time(7.0, 1.0, math.inf, 2.0, 2.0, 1e-300) == math.inf


@given(st.floats(1e-3, 0.9), st.floats(1.01, 3))
def test_more_tolerance_is_a_later_takeover(tolerated, factor):
    def when(q):
        return rules.threshold_time(0.0, 0.0, 10.0, 2.0, 2.0, q)

    assert when(min(tolerated * factor, 1.0)) >= when(tolerated)


def test_graver_harm_and_less_value_are_tolerated_less():
    mild = rules.tolerated_chance(0.2, 1.0, 1.0, 0.8, 1.0, 0.05, 0.05)
    severe = rules.tolerated_chance(0.2, 1.0, 1.0, 0.8, 1.0, 0.05, 0.6)
    assert mild == pytest.approx(0.16)
    assert severe == pytest.approx(0.16 / 12)
    assert rules.tolerated_chance(0.0, 9.0, 9.0, 1.0, 2.0, 0.05, 0.05) == 0


def test_planned_takeover_is_neither_past_nor_beyond_the_cap():
    assert rules.planned_takeover(5.0, 3.0, 1.0, math.inf) == 5
    assert rules.planned_takeover(5.0, 9.0, 1.0, math.inf) == 9
    assert rules.planned_takeover(5.0, 9.0, 1.0, 6.0) == 7
    assert rules.planned_takeover(5.0, math.inf, 1.0, 2.0) == 5


def test_trust_starts_at_one():
    assert rules.trust(0.0, 0.0) == 1
    assert rules.trust(2.0, 2.0) == 1.5
    assert rules.trust(0.0, 2.0) == 0.5


def test_cue_on_the_way_to_the_takeover():
    assert rules.cue_time(4.0, 10.0, 0.5) == 7
    assert rules.cue_time(4.0, 10.0, 0.0) == 4


def test_half_is_kept_after_a_half_life():
    assert rules.kept(30.0, 30.0) == pytest.approx(0.5, rel=1e-15)
    assert rules.kept(0.0, 30.0) == 1
    assert rules.kept(1e9, math.inf) == 1


@given(minutes, minutes, minutes)
def test_struggle_share_is_a_share(opened, way, until):
    share = rules.struggle_share(opened, opened + way, opened + until)
    assert 0 <= share <= 1


def test_struggle_share_at_its_ends():
    assert rules.struggle_share(3.0, 3.0, 3.0) == 1
    assert rules.struggle_share(3.0, math.inf, 9.0) == 0
    assert rules.struggle_share(0.0, 10.0, 4.0) == 0.4
    assert rules.struggle_share(0.0, 10.0, 40.0) == 1


def test_gains_by_hand():
    assert rules.step_gain(1.5, 0.8, 4.0) == pytest.approx(0.3)
    assert rules.failure_gain(1.5, 0.8, 0.5, 1.2, 4.0) == pytest.approx(0.18)
    assert rules.resilience_gain(1.5, 0.5, 0.4) == pytest.approx(0.3)
    assert rules.distress_gain(1.0, 0.6, 0.6) == pytest.approx(0.24)
    assert rules.distress_gain(1.0, 0.6, 0.0) == 0.6


def test_multipliers_have_median_one():
    assert rules.multiplier(0.8, 0.0) == 1
    assert rules.multiplier(0.0, 3.0) == 1
    assert rules.difficulty(1.2, -0.5) == -0.6
