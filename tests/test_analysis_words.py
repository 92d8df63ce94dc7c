"""Numbers and times as they are read aloud."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import words
from analysis.estimate import Estimate, estimate
from engine.outcomes import OUTCOME_NAMES


@pytest.mark.parametrize(
    ("minutes", "text"),
    [
        (0, "0 s"),
        (0.01, "0.6 s"),
        (0.09, "5.4 s"),
        (0.75, "45 s"),
        (0.9999, "1 min"),
        (1, "1 min"),
        (2 + 5 / 60, "2 min 5 s"),
        (59.999, "1 h"),
        (190, "3 h 10 min"),
        (1440, "1 d"),
        (1439.9, "1 d"),
        (3120, "2 d 4 h"),
        (math.inf, "never"),
    ],
)
def test_duration(minutes, text):
    assert words.duration(minutes) == text


@pytest.mark.parametrize(
    ("minutes", "text"),
    [
        (0, "0:00:00"),
        (4.2, "0:04:12"),
        (59.9999, "1:00:00"),
        (754.75, "12:34:45"),
        (1440, "1 d 0:00:00"),
        (2 * 1440 + 61, "2 d 1:01:00"),
    ],
)
def test_clock(minutes, text):
    assert words.clock(minutes) == text


@given(st.floats(0, 1e7), st.floats(0, 1e7))
def test_clock_and_duration_never_show_sixty(one, other):
    for text in (words.clock(one), words.duration(other)):
        assert ":60" not in text
        assert not any(part in text.split() for part in ("60",))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (0.2, "0.2"),
        (3.6188, "3.62"),
        (1234.5, "1234"),
        (0.00421, "0.00421"),
        (2, "2"),
        (100, "100"),
        (-0.5, "-0.5"),
        (math.nan, "none"),
    ],
)
def test_number(value, text):
    assert words.number(value) == text


@pytest.mark.parametrize(
    ("mean", "half", "text"),
    [
        (3.618, 0.31, "3.6 (3.3 to 3.9)"),
        (3.618, 0.21, "3.62 (3.41 to 3.83)"),
        (20.91, 0.98, "20.9 (19.9 to 21.9)"),
        (0.069, 0.041, "0.07 (0.03 to 0.11)"),
        (150.0, 31.0, "150 (119 to 181)"),
    ],
)
def test_interval_shows_as_many_digits_as_it_knows(mean, half, text):
    assert words.interval(Estimate(mean, 0.1, mean - half, mean + half, 5, 0)) == text


def test_interval_without_spread_is_the_mean():
    assert words.interval(estimate([2.5])) == "2.5"
    assert words.interval(estimate([0.0, 0.0])) == "0"
    assert words.interval(estimate([math.nan])) == "none"
    assert words.interval(Estimate(0.37, 1e-17, 0.37, 0.37000000000000005, 5, 0)) == "0.37"


def test_signed_interval_has_no_sign_before_zero():
    assert words.interval(Estimate(-0.001, 0, -0.2, 0.2, 5, 0), signed=True) == (
        "0.00 (-0.20 to +0.20)"
    )


def test_columns_share_their_decimals():
    assert words.aligned([0.969, 9.58, 12.0]) == ["1.0", "9.6", "12.0"]
    assert words.aligned([0.0, math.nan]) == ["0.00", "none"]


@pytest.mark.parametrize(
    ("items", "text"), [([], "nothing"), (["a"], "a"), (["a", "b", "c"], "a, b and c")]
)
def test_listed(items, text):
    assert words.listed(items) == text


def test_plain_words_are_of_outcomes_there_are():
    assert set(words.PLAIN) <= set(OUTCOME_NAMES)


def test_a_share_in_passing_never_says_nothing_of_something():
    assert [words.rough_percent(each) for each in (0, 0.00031, 0.14, 0.9999, 1)] == [
        "0 %", "less than 1 %", "14 %", "more than 99 %", "100 %",
    ]  # fmt: skip


def test_places_are_read_as_words():
    told = [words.ordinal(each) for each in (0, 11, 12, 20, 21, 22, 110)]
    assert told == ["first", "twelfth", "13th", "21st", "22nd", "23rd", "111th"]
    assert words.attempt(0, 21) == "first trainee, 22nd case"
