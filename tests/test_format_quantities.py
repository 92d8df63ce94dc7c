"""Durations and distributions: read exactly, written back, and handed to the engines."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import quantiles
from engine.errors import Finding
from engine.quantities import Distribution, said, spoken, written
from engine.reading import LARGEST, UNITS, Wanted, read_distribution, read_duration, read_number

CLOCK = Wanted(duration=True, never=True)
DURATION = Wanted(duration=True)
NUMBER = Wanted(duration=False)


def made(raw: object, wanted: Wanted = CLOCK) -> Distribution:
    distribution = read_distribution(raw, wanted)
    assert isinstance(distribution, Distribution), distribution
    return distribution


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("90 s", 1.5),
        ("1.5 min", 1.5),
        ("1.5min", 1.5),
        ("0.1 h", 6.0),
        ("6 min", 6.0),
        ("2 d", 2880.0),
        ("3 wk", 30240.0),
        ("0 s", 0.0),
        (".5 h", 30.0),
        ("5. min", 5.0),
        ("1e-1 h", 6.0),
        ("1E2 s", 100 / 60),
        ("1 s", 1 / 60),
    ],
)
def test_a_duration_is_read_exactly(text: str, minutes: float) -> None:
    assert read_duration(text) == minutes


@given(st.integers(0, 10**12), st.integers(0, 9), st.sampled_from(sorted(UNITS)))
def test_a_duration_is_the_exact_fraction_rounded_once(digits: int, point: int, unit: str) -> None:
    text = f"{digits}e-{point}"
    exact = Fraction(digits, 10**point) * UNITS[unit]
    read = read_duration(f"{text} {unit}")
    if exact > LARGEST:
        assert isinstance(read, Finding)
    else:
        assert read == float(exact)


@given(st.one_of(st.just(0.0), st.floats(1e-90, LARGEST)))
def test_a_written_duration_reads_back_to_the_same_float(minutes: float) -> None:
    assert read_duration(written(minutes)) == minutes


@given(st.text(max_size=30))
def test_no_text_breaks_the_reading_of_durations(text: str) -> None:
    read = read_duration(text)
    assert isinstance(read, Finding) or 0 <= read <= LARGEST


@pytest.mark.parametrize("raw", [True, None, "1", math.inf, math.nan, -math.inf, 10**400, [1], {}])
def test_what_is_no_number_is_refused(raw: object) -> None:
    assert isinstance(read_number(raw), Finding)


def test_minus_zero_is_zero() -> None:
    assert math.copysign(1, read_number(-0.0)) == 1  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("minutes", "text"),
    [
        (1 / 12, "5 s"),
        (1.5, "90 s"),
        (6.0, "6 min"),
        (2880.0, "2 d"),
        (282240.0, "28 wk"),
        (0.0, "0 min"),
        (math.inf, "never"),
        (90.0, "90 min"),
    ],
)
def test_a_duration_is_said_in_the_shortest_unit(minutes: float, text: str) -> None:
    assert spoken(minutes) == text


# ------------------------------------------------------------------------------ distributions
@pytest.mark.parametrize(
    ("raw", "code", "a", "b", "c", "median"),
    [
        ("5 min", quantiles.FIXED, 5, 0, 0, 5),
        ({"fixed": "5 min"}, quantiles.FIXED, 5, 0, 0, 5),
        ({"uniform": ["2 min", "6 min"]}, quantiles.UNIFORM, 2, 6, 0, 4),
        (
            {"triangular": {"low": "0 s", "mode": "1 min", "high": "2 min"}},
            quantiles.TRIANGULAR,
            0,
            1,
            2,
            1,
        ),
        ({"exponential": {"mean": "4 min"}}, quantiles.EXPONENTIAL, 4, 0, 0, 4 * math.log(2)),
        (
            {"lognormal": {"median": "4 min", "cv": 0.5}},
            quantiles.LOGNORMAL,
            4,
            math.sqrt(math.log(1.25)),
            0,
            4,
        ),
        (
            {"lognormal": {"mean": "4 min", "sd": "2 min"}},
            quantiles.LOGNORMAL,
            4 / math.sqrt(1.25),
            math.sqrt(math.log(1.25)),
            0,
            4 / math.sqrt(1.25),
        ),
        (
            {"lognormal": {"p5": "1 min", "p95": "9 min"}},
            quantiles.LOGNORMAL,
            3,
            math.log(9) / (2 * 1.6448536269514722),
            0,
            3,
        ),
        (
            {"weibull": {"shape": 2, "scale": "4 min"}},
            quantiles.WEIBULL,
            4,
            2,
            0,
            4 * math.sqrt(math.log(2)),
        ),
        (
            {"weibull": {"shape": 2, "median": "4 min"}},
            quantiles.WEIBULL,
            4 / math.sqrt(math.log(2)),
            2,
            0,
            4,
        ),
        ({"loglogistic": {"median": "4 min", "shape": 3}}, quantiles.LOGLOGISTIC, 4, 3, 0, 4),
        ("never", quantiles.NEVER, 0, 0, 0, math.inf),
    ],
)
def test_the_standard_form(
    raw: object, code: int, a: float, b: float, c: float, median: float
) -> None:
    standard = made(raw).standard
    assert standard.family == code
    assert standard[1:4] == pytest.approx((a, b, c), rel=1e-15, abs=0)
    assert standard.median == pytest.approx(median, rel=1e-15)
    assert standard.values.size == 0


def test_the_median_is_the_parameter_itself_where_there_is_one() -> None:
    for raw in (
        {"lognormal": {"median": "0.1 min", "cv": 0.7}},
        {"weibull": {"median": "0.1 min", "shape": 0.7}},
        {"loglogistic": {"median": "0.1 min", "shape": 0.7}},
        {"fixed": "0.1 min"},
    ):
        assert made(raw).standard.median == 0.1


def test_an_empirical_list_is_sorted_and_its_median_is_the_lower_middle() -> None:
    standard = made({"empirical": [3, 1, 2, 9]}, NUMBER).standard
    assert standard.family == quantiles.EMPIRICAL
    np.testing.assert_array_equal(standard.values, [1.0, 2.0, 3.0, 9.0])
    assert standard.values.dtype == np.float64
    assert standard.median == 2.0


@given(st.integers(1, 10**6), st.integers(1, 10**6), st.integers(-20, 10))
def test_doubled_durations_double_every_bit(low: int, more: int, power: int) -> None:
    factor = 2.0**power
    for family in (
        lambda a, b: {"lognormal": {"p5": a, "p95": b}},
        lambda a, b: {"lognormal": {"mean": a, "sd": b}},
        lambda a, b: {"weibull": {"shape": 1.7, "median": a}},
        lambda a, b: {"uniform": [a, b]},
        lambda a, b: {"triangular": {"low": a, "mode": a, "high": b}},
    ):
        low_minutes, high_minutes = float(low), float(low + more)
        one = made(family(written(low_minutes), written(high_minutes))).standard
        other = made(family(written(low_minutes * factor), written(high_minutes * factor))).standard
        assert other.a == one.a * factor
        assert other.median == one.median * factor


@pytest.mark.parametrize(
    "raw",
    [
        {"fixed": "5 min"},
        {"uniform": ["2 min", "6 min"]},
        {"triangular": {"low": "0 s", "mode": "1 min", "high": "2 min"}},
        {"exponential": {"mean": "20 s"}},
        {"lognormal": {"mean": "4 min", "sd": "2 min"}},
        {"lognormal": {"p5": "1 s", "p95": "9 min"}},
        {"weibull": {"shape": 2, "median": "4 min"}},
        {"loglogistic": {"median": "4 min", "shape": 3}},
        {"empirical": ["4 min", "1 s"]},
        "never",
    ],
)
def test_what_is_written_reads_back_equal(raw: object) -> None:
    once = made(raw)
    assert made(once.written()) == once


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("90 s", "90 s"),
        ({"lognormal": {"median": "2 min", "cv": 0.4}}, "lognormal: median 2 min, cv 0.4"),
        ({"uniform": ["1 h", "2 d"]}, "uniform: low 1 h, high 2 d"),
        ({"empirical": ["1 h", "2 d"]}, "empirical: 2 values"),
        ("never", "never"),
    ],
)
def test_a_distribution_said_to_a_reader(raw: object, text: str) -> None:
    assert said(made(raw)) == text


def test_a_spread_no_float_can_hold_is_refused() -> None:
    for raw in (
        {"lognormal": {"mean": 1e-300, "sd": 1e300}},
        {"lognormal": {"mean": 1e-300, "sd": 1}},
    ):
        assert isinstance(read_distribution(raw, NUMBER), list)


@pytest.mark.parametrize(
    "raw",
    [
        0,
        {"fixed": 0},
        {"uniform": [0, 1]},
        {"triangular": {"low": 0, "mode": 1, "high": 2}},
        {"exponential": {"mean": 0}},
        {"empirical": [1, 0]},
        {"lognormal": {"median": 0, "cv": 1}},
        {"lognormal": {"median": 1e-300, "cv": 1}},
    ],
)
def test_where_0_is_not_allowed_no_distribution_can_give_it(raw: object) -> None:
    assert isinstance(read_distribution(raw, Wanted(duration=False, positive=True)), list)


_QUANTITIES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(["5 min", "0 s", "never", "1 h"]),
)
_FAMILIES = st.sampled_from(
    [
        "fixed",
        "uniform",
        "triangular",
        "exponential",
        "lognormal",
        "weibull",
        "loglogistic",
        "empirical",
        "gamma",
    ]
)
_PARAMETERS = st.sampled_from(
    ["low", "mode", "high", "mean", "median", "cv", "sd", "p5", "p95", "shape", "scale", "x"]
)


@given(
    st.one_of(
        _QUANTITIES,
        st.dictionaries(
            _FAMILIES,
            st.one_of(
                _QUANTITIES,
                st.lists(_QUANTITIES, max_size=4),
                st.dictionaries(_PARAMETERS, _QUANTITIES, max_size=4),
            ),
            max_size=2,
        ),
    ),
    st.builds(Wanted, st.booleans(), st.booleans(), st.booleans()),
)
def test_any_content_is_read_or_refused(raw: object, wanted: Wanted) -> None:
    """Whatever is read can be drawn from: nothing in its standard form is no number."""
    read = read_distribution(raw, wanted)
    if isinstance(read, list):
        assert read
        return
    standard = read.standard
    assert not any(math.isnan(number) for number in (*standard[1:4], standard.median))
    for u in (2.0**-53, 0.5, 1 - 2.0**-53):
        drawn = quantiles.quantile(*standard[:5], u)
        assert drawn >= 0
        assert (drawn > 0) or not wanted.positive
        assert math.isfinite(drawn) == (read.family != "never")
