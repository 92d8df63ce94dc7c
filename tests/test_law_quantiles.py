"""Every family of distributions against scipy, at ten thousand points each."""

import numpy as np
import pytest
import scipy.stats as stats
from hypothesis import given
from hypothesis import strategies as st

from engine import quantiles as q

NO_VALUES = np.empty(0)
CELL = 2.0**-52
# luck is always the middle of a cell, where 1 - u is exact
U = (np.floor((np.arange(10_000) + 0.5) / 10_000 / CELL) + 0.5) * CELL
TAILS = (np.array([0, 5, 5e6, 4e11, 2.0**52 - 5e6, 2.0**52 - 1]) + 0.5) * CELL


class LogLogistic:
    """Median 2, shape 1.7. stats.fisk takes 1/u - 1, which loses digits near u = 1."""

    def ppf(self, u):
        return 2 * np.exp(stats.logistic.ppf(u) / 1.7)


FAMILIES = {
    "uniform": (q.UNIFORM, 2.0, 7.0, 0.0, stats.uniform(2, 5)),
    "triangular": (q.TRIANGULAR, 1.0, 2.0, 5.0, stats.triang(0.25, 1, 4)),
    "triangular, mode low": (q.TRIANGULAR, 1.0, 1.0, 5.0, stats.triang(0, 1, 4)),
    "triangular, mode high": (q.TRIANGULAR, 1.0, 5.0, 5.0, stats.triang(1, 1, 4)),
    "exponential": (q.EXPONENTIAL, 3.0, 0.0, 0.0, stats.expon(scale=3)),
    "lognormal": (q.LOGNORMAL, 2.0, 0.7, 0.0, stats.lognorm(0.7, scale=2)),
    "weibull, ageing": (q.WEIBULL, 2.0, 2.5, 0.0, stats.weibull_min(2.5, scale=2)),
    "weibull, early": (q.WEIBULL, 2.0, 0.6, 0.0, stats.weibull_min(0.6, scale=2)),
    "loglogistic": (q.LOGLOGISTIC, 2.0, 1.7, 0.0, LogLogistic()),
}


def drawn(family, a, b, c, us, values=NO_VALUES):
    return np.array([q.quantile(family, a, b, c, values, u) for u in us])


@pytest.mark.parametrize("name", FAMILIES)
def test_agrees_with_scipy(name):
    family, a, b, c, truth = FAMILIES[name]
    np.testing.assert_allclose(drawn(family, a, b, c, U), truth.ppf(U), rtol=1e-12)


@pytest.mark.parametrize("name", FAMILIES)
def test_tails_agree_with_scipy(name):
    family, a, b, c, truth = FAMILIES[name]
    np.testing.assert_allclose(drawn(family, a, b, c, TAILS), truth.ppf(TAILS), rtol=2e-9)


@pytest.mark.parametrize("name", FAMILIES)
def test_monotone_in_luck(name):
    family, a, b, c, _ = FAMILIES[name]
    everywhere = np.sort(np.concatenate([TAILS, U]))
    assert np.all(np.diff(drawn(family, a, b, c, everywhere)) >= 0)


def test_standard_normal_agrees_with_scipy():
    us = np.concatenate([U, TAILS, [1e-300]])
    np.testing.assert_allclose(
        [q.standard_normal(u) for u in us], stats.norm.ppf(us), rtol=2e-15, atol=1e-15
    )


def test_standard_normal_is_odd_to_the_bit():
    assert all(q.standard_normal(u) == -q.standard_normal(1 - u) for u in U)


def test_fixed_empirical_and_never():
    values = np.array([1.0, 4.0, 9.0])
    assert set(drawn(q.FIXED, 5.0, 0.0, 0.0, U)) == {5.0}
    assert set(drawn(q.NEVER, 0.0, 0.0, 0.0, U)) == {np.inf}
    counted = np.unique(drawn(q.EMPIRICAL, 0.0, 0.0, 0.0, U, values), return_counts=True)
    np.testing.assert_array_equal(counted[0], values)
    assert counted[1].max() - counted[1].min() <= 1
    assert drawn(q.EMPIRICAL, 0.0, 0.0, 0.0, TAILS[[0, -1]], values).tolist() == [1, 9]


@given(st.floats(2.0**-53, 1 - 2.0**-53), st.floats(0.01, 1e4), st.floats(0.1, 5))
def test_doubled_parameters_give_doubled_bits(u, scale, shape):
    for family in (q.FIXED, q.EXPONENTIAL, q.LOGNORMAL, q.WEIBULL, q.LOGLOGISTIC):
        once = q.quantile(family, scale, shape, 0.0, NO_VALUES, u)
        assert q.quantile(family, 2 * scale, shape, 0.0, NO_VALUES, u) == 2 * once
    for family in (q.UNIFORM, q.TRIANGULAR):
        low, mid, high = scale, scale * 1.5, scale * 3
        once = q.quantile(family, low, mid, high, NO_VALUES, u)
        assert q.quantile(family, 2 * low, 2 * mid, 2 * high, NO_VALUES, u) == 2 * once


@given(st.floats(0, 3))
def test_lognormal_sigma_gives_the_asked_coefficient_of_variation(cv):
    sigma = q.lognormal_sigma(cv)
    assert np.sqrt(np.expm1(sigma**2)) == pytest.approx(cv, abs=1e-7)
