"""The core of sensitivity analysis, on functions whose indices are known."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.indices import (
    DUMMY,
    Range,
    analyse,
    check,
    design,
    indices,
    noise_share,
    size,
)
from engine.errors import ScenarioError

ANGLES = [Range(name, -math.pi, math.pi) for name in "abc"]


def ishigami(x):
    """Ishigami and Homma 1990, with 7 and 0.1."""
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def ishigami_truth(a=7.0, b=0.1):
    """First and total order, by integration."""
    first = np.array([0.5 * (1 + b * math.pi**4 / 5) ** 2, a * a / 8, 0.0])
    both = b * b * math.pi**8 * (1 / 18 - 1 / 50)
    return first / (first.sum() + both), (first + np.array([both, 0, both])) / (first.sum() + both)


def linear(weights):
    return lambda x: x @ np.asarray(weights, float)


# ---- known answers ---------------------------------------------------------------------------


def test_sobol_of_ishigami():
    first, total = ishigami_truth()
    found = indices(ishigami, ANGLES, samples=4096).table
    assert found["first"][:3].to_numpy() == pytest.approx(first, abs=0.02)
    assert found["total"][:3].to_numpy() == pytest.approx(total, abs=0.02)
    for kind, truth in (("first", first), ("total", total)):
        assert (found[f"{kind}_low"][:3] <= truth).all()
        assert (found[f"{kind}_high"][:3] >= truth).all()


def test_sobol_of_a_linear_function_is_the_share_of_variance():
    ranges = [Range("a", 0, 1), Range("b", -1, 3), Range("c", 5, 6), Range("d", 0, 2)]
    weights, widths = np.array([4.0, -2.0, 1.0, 0.0]), np.array([1, 4, 1, 2])
    shares = (weights * widths) ** 2 / ((weights * widths) ** 2).sum()
    found = indices(linear(weights), ranges, samples=2048).table
    assert found["first"][:4].to_numpy() == pytest.approx(shares, abs=0.02)
    assert found["total"][:4].to_numpy() == pytest.approx(shares, abs=0.02)
    assert found["total"][3] == 0


def test_morris_of_a_linear_function_is_exact():
    weights, widths = np.array([3.0, -2.0, 0.5, 0.0]), np.array([1, 4, 10, 2])
    ranges = [Range(name, -1.0, width - 1.0) for name, width in zip("abcd", widths, strict=True)]
    found = indices(linear(weights), ranges, method="morris", samples=4).table
    effects = [*(weights * widths), 0.0]
    assert found["mu"].to_numpy() == pytest.approx(effects, rel=1e-12, abs=1e-12)
    assert found["mu_star"].to_numpy() == pytest.approx(np.abs(effects), rel=1e-12, abs=1e-12)
    assert found["sigma"].to_numpy() == pytest.approx(0, abs=1e-12)


def test_morris_sees_interplay_as_spread():
    found = indices(lambda x: x[:, 0] * x[:, 1], [Range("a", 0, 1), Range("b", 0, 1)],
                    method="morris", samples=50).table  # fmt: skip
    assert (found["sigma"][:2] > 0.1).all()


# ---- the dummy and the noise -----------------------------------------------------------------


@pytest.mark.parametrize("method", ["sobol", "morris"])
def test_the_dummy_is_exactly_zero_where_the_function_answers_alike(method):
    found = indices(ishigami, ANGLES, method=method, samples=32)
    last = found.table.iloc[-1]
    assert last["input"] == DUMMY
    assert last["is_dummy"]
    assert last[found.main] == 0
    assert found.dummy_is_zero
    assert DUMMY not in set(found.ranked()["input"])


@pytest.mark.parametrize("method", ["sobol", "morris"])
def test_the_dummy_tells_of_a_function_that_answers_by_chance(method):
    rng = np.random.default_rng(3)
    found = indices(
        lambda x: x[:, 0] + rng.normal(0, 1, len(x)), ANGLES[:2], method=method, samples=64
    )
    assert not found.dummy_is_zero


@pytest.mark.parametrize("share", [0.05, 0.4])
def test_the_noise_share_is_what_was_put_in(share):
    rng = np.random.default_rng(11)
    points, count = 3000, 8
    signal = rng.normal(0, math.sqrt(1 - share), (points, 1))
    luck = rng.normal(0, 50, (1, count))  # of all points alike: moves no index
    noise = rng.normal(0, math.sqrt(share * count), (points, count))
    assert noise_share(signal + luck + noise) == pytest.approx(share, rel=0.08)
    assert noise_share(signal + luck + 0 * noise) == pytest.approx(0, abs=1e-12)


def test_the_noise_share_is_that_of_the_dummy_where_luck_is_not_shared():
    rng = np.random.default_rng(5)

    def noisy(x):
        return x[:, [0]] + rng.normal(0, 3, (len(x), 10))

    found = indices(noisy, [Range("a", 0, math.sqrt(12))], samples=2048)
    assert found.noise_share == pytest.approx(0.9 / 1.9, abs=0.02)
    assert found.table["total"].iloc[-1] == pytest.approx(found.noise_floor, abs=0.03)


def test_the_noise_floor_is_what_luck_gives_to_an_input_without_influence():
    rng = np.random.default_rng(5)

    def noisy(x):
        return 5 * x[:, [0]] + rng.normal(0, 3, (len(x), 10))

    found = indices(noisy, [Range("a", 0, 1)], method="morris", samples=2000)
    assert found.noise_floor == pytest.approx(3 * math.sqrt(0.9 / math.pi), rel=0.05)
    assert found.table["mu_star"].iloc[-1] == pytest.approx(found.noise_floor, rel=0.05)
    shared = indices(lambda x: 5 * x[:, [0]] + rng.normal(0, 3, (1, 10)), [Range("a", 0, 1)],
                     method="morris", samples=20)  # fmt: skip
    assert shared.noise_floor == pytest.approx(0, abs=1e-6)


def test_the_noise_of_one_replication_is_unknown():
    assert math.isnan(noise_share(np.ones((5, 1))))
    assert math.isnan(noise_share(np.ones((5, 3))))  # nothing varies
    assert math.isnan(indices(ishigami, ANGLES, samples=8).noise_share)


# ---- coverage --------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["first", "total"])
def test_the_bootstrap_intervals_hold_the_truth_as_often_as_they_say(kind):
    truth = (ishigami_truth()[0] if kind == "first" else ishigami_truth()[1])[:2]
    held = [
        (table[f"{kind}_low"][:2] <= truth) & (truth <= table[f"{kind}_high"][:2])
        for table in (indices(ishigami, ANGLES, samples=256, seed=seed).table
                      for seed in range(60))
    ]  # fmt: skip
    # even points estimate better than the random ones that a bootstrap knows of
    assert np.mean(held) >= 0.93


# ---- the design ------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["sobol", "morris"])
def test_the_arguments_alone_decide(method):
    one, same, other = (design(ANGLES, method=method, samples=16, seed=seed) for seed in (0, 0, 1))
    assert np.array_equal(one.unit, same.unit)
    assert not np.array_equal(one.unit, other.unit)
    first, second = (analyse(each, ishigami(each.values)).table for each in (one, same))
    assert first.equals(second)
    assert len(one.unit) == size(method, 3, 16)


def test_seed_zero_is_a_seed():
    found = [indices(ishigami, ANGLES, samples=16, seed=0).table for _ in range(2)]
    assert found[0].equals(found[1])


def test_the_state_of_numpy_is_left_alone():
    np.random.seed(1)
    before = np.random.get_state()[1].copy()
    indices(ishigami, ANGLES, samples=8)
    indices(ishigami, ANGLES, method="morris", samples=4)
    assert np.array_equal(before, np.random.get_state()[1])


@given(st.integers(-5, 5), st.integers(1, 6), st.sampled_from(["sobol", "morris"]))
def test_points_lie_within_their_ranges(low, width, method):
    ranges = [Range("whole", low, low + width, whole=True), Range("x", 0.1 * low, 0.1 * low + 0.3)]
    values = design(ranges, method=method, samples=16, seed=3).values
    assert (values >= [low, 0.1 * low]).all()
    assert (values <= [low + width, 0.1 * low + 0.3]).all()
    assert (values[:, 0] == np.floor(values[:, 0])).all()


def test_whole_numbers_come_equally_often():
    values = design([Range("n", 1, 4, whole=True)], method="sobol", samples=512, seed=0).values
    found = {number: int((values[:, 0] == number).sum()) for number in (1, 2, 3, 4)}
    assert max(found.values()) - min(found.values()) < 0.05 * len(values)


def test_independent_rows_are_those_of_a_and_b():
    asked = design(ANGLES, method="sobol", samples=8, seed=0)
    rows = asked.unit[asked.independent]
    assert len(rows) == 16
    assert len({tuple(row) for row in rows}) == 16
    trajectories = design(ANGLES, method="morris", samples=8, seed=0)
    assert list(trajectories.independent) == list(range(0, 40, 5))


# ---- refusals --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "samples", "said"),
    [
        ("fast", 8, "it must be sobol or morris"),
        ("sobol", 100, "try 64 or 128"),
        ("sobol", 1, "a whole number from 2"),
        ("morris", 2.5, "a whole number from 2"),
        ("morris", True, "a whole number from 2"),
        ("sobol", 2**40, "at most 200,000 are simulated"),
    ],
)
def test_what_cannot_be_is_refused(method, samples, said):
    with pytest.raises(ScenarioError, match=said):
        check(method, 3, samples)


def test_bad_outputs_are_refused():
    asked = design(ANGLES, method="sobol", samples=4, seed=0)
    with pytest.raises(ValueError, match="finite number"):
        analyse(asked, np.full(len(asked.unit), math.nan))
    with pytest.raises(ValueError, match="finite number"):
        analyse(asked, np.ones(3))
    with pytest.raises(ValueError, match="at least one range"):
        design([Range("a", 1, 1)], method="sobol", samples=4)


@pytest.mark.parametrize("method", ["sobol", "morris"])
def test_a_constant_has_no_indices(method):
    found = indices(lambda x: np.full(len(x), 7.0), ANGLES, method=method, samples=8)
    assert found.table["tied"].all()
    assert found.dummy_is_zero


def test_what_ties_with_the_largest_is_said():
    ranges = [Range(name, 0, 1) for name in "abc"]
    found = indices(linear([1.0, 1.0, 0.1]), ranges, samples=256).table
    assert found["tied"].tolist() == [True, True, False, False]
