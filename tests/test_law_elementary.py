"""exp, log and power: within 1 ulp of the truth, and exact where the model relies on it."""

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.elementary import exp, expit, log, logit, power

mpmath.mp.prec = 120


def ulps(computed: float, truth: mpmath.mpf) -> float:
    """Distance from the truth in units of its last place."""
    return abs(float((mpmath.mpf(computed) - truth) / mpmath.mpf(np.spacing(abs(float(truth))))))


@given(st.floats(-700, 700))
def test_exp_is_within_one_ulp(x):
    assert ulps(exp(x), mpmath.exp(x)) < 1


@given(st.floats(1e-300, 1e300) | st.floats(0.5, 2))
def test_log_is_within_one_ulp(x):
    if x != 1:
        assert ulps(log(x), mpmath.log(x)) < 1


@given(st.floats(5e-324, 2.2e-308))
def test_log_of_subnormal_numbers(x):
    assert ulps(log(x), mpmath.log(x)) < 1


def test_many_points_at_once():
    rng = np.random.default_rng(0)
    assert max(ulps(exp(x), mpmath.exp(x)) for x in rng.uniform(-30, 30, 3000)) < 1
    assert max(ulps(log(x), mpmath.log(x)) for x in rng.uniform(0, 3, 3000)) < 1


def test_special_values():
    assert exp(0.0) == 1
    assert exp(-0.0) == 1
    assert exp(math.inf) == math.inf
    assert exp(-math.inf) == 0
    assert exp(710.0) == math.inf
    assert exp(-746.0) == 0
    assert exp(-740.0) == pytest.approx(math.exp(-740), rel=1e-2)  # subnormal: few bits left
    assert exp(709.78) == pytest.approx(math.exp(709.78), rel=1e-15)
    assert math.isnan(exp(math.nan))
    assert log(1.0) == 0
    assert log(0.0) == -math.inf
    assert log(math.inf) == math.inf
    assert math.isnan(log(-1.0))
    assert math.isnan(log(math.nan))


@given(st.floats(1e-6, 1e6), st.floats(-5, 5))
def test_power(x, y):
    assert power(x, y) == pytest.approx(x**y, rel=1e-13)


@given(st.floats(0, 1e300))
def test_power_is_exact_at_0_and_1(x):
    assert power(x, 0.0) == 1
    assert power(x, 1.0) == x


def test_power_of_the_ends():
    assert power(0.0, 2.0) == 0
    assert power(math.inf, 2.0) == math.inf


@given(st.floats(-50, 50))
def test_expit_and_its_mirror(x):
    assert expit(x) == pytest.approx(1 / (1 + math.exp(-x)), rel=1e-14)
    assert expit(x) + expit(-x) == pytest.approx(1, abs=1e-15)


@given(st.floats(1e-9, 1 - 1e-9))
def test_logit_is_the_inverse_of_expit(p):
    assert expit(logit(p)) == pytest.approx(p, rel=1e-13)


@given(st.floats(-700, 700), st.floats(1e-12, 1))
def test_exp_is_monotone(x, step):
    assert exp(x + step) >= exp(x)
