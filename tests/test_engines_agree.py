"""Both engines tell the same story, bit for bit: every event, every outcome."""

import math
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import engine
from engine import Event, Scenario, kernel
from engine.outcomes import OUTCOME_NAMES
from engine.reference import replicate
from tests.strategies import POLICIES, scenario_data

SHIPPED = sorted((Path(__file__).parents[1] / "scenarios").glob("*.yaml"))
SEEDS = (0, 1, 2**64 - 1)
AROUND = 4
"""Rows shown before and after the first difference."""


# ---- comparing -------------------------------------------------------------------------------


def bits(value: float) -> int:
    """The bits of a float64; every missing value (NaN) is the same."""
    if math.isnan(value):
        return -1
    number: int = struct.unpack("<q", struct.pack("<d", value))[0]
    return number


def exactly(row: Event) -> tuple[Any, ...]:
    """A row with its floats as bits."""
    return tuple(bits(each) if isinstance(each, float) else each for each in _typed(row))


def _typed(row: Event) -> tuple[Any, ...]:
    return (
        float(row.time), row.kind, int(row.trainee), int(row.case), int(row.step), int(row.level),
        float(row.number), float(row.second), bool(row.independent),
    )  # fmt: skip


def first_difference(one: Sequence[Event], other: Sequence[Event]) -> int | None:
    """The first row in which two logs differ; None where they are the same."""
    for number, (a, b) in enumerate(zip(one, other, strict=False)):
        if exactly(a) != exactly(b):
            return number
    return None if len(one) == len(other) else min(len(one), len(other))


def told(one: Sequence[Event], other: Sequence[Event], number: int) -> str:
    """The first difference with its two neighbourhoods."""
    lines = [f"row {number} of {len(one)} and {len(other)}"]
    for name, log in (("reference", one), ("kernel", other)):
        lines.append(f"{name}:")
        for place in range(max(0, number - AROUND), min(len(log), number + AROUND)):
            mark = ">" if place == number else " "
            lines.append(f" {mark} {place} {_typed(log[place])}")
    return "\n".join(lines)


def assert_same_log(one: Sequence[Event], other: Sequence[Event]) -> None:
    """Fail with the first difference."""
    number = first_difference(one, other)
    assert number is None, told(one, other, number)


def assert_same_outcomes(one: dict[str, float], other: Sequence[float]) -> None:
    """Fail with every outcome that differs in a bit."""
    pairs = zip(OUTCOME_NAMES, other, strict=True)
    differ = {
        name: (one[name], float(value))
        for name, value in pairs
        if bits(float(one[name])) != bits(float(value))
    }
    assert not differ, f"reference and kernel differ in {differ}"


def assert_agree(scenario: Scenario, seed: int, replication: int) -> None:
    """Logs, outcomes, fates and cases of one replication."""
    log: list[Event] = []
    outcomes, fates, cases = replicate(scenario, seed=seed, replication=replication, log=log)
    assert_same_log(log, kernel.events(scenario, seed, replication))
    points = kernel.simulate_points([scenario], seed, range(replication, replication + 1))
    assert_same_outcomes(outcomes, points.outcomes[0, 0])
    assert points.fates[0, 0].tolist() == [list(row) for row in fates]
    assert points.cases[0, 0] == cases


# ---- agreeing --------------------------------------------------------------------------------


def _changed(scenario: Scenario, name: str) -> Scenario:
    if name in POLICIES:
        return scenario.with_({"supervision.policy": name, "supervision.time_limit": "3 min"})
    return scenario.with_variant(name) if name else scenario


def _told_in_every_way() -> list[Any]:
    return [
        pytest.param(path, name, id=f"{path.stem}-{name or 'as it is'}")
        for path in SHIPPED
        for name in ("", *engine.load(path).variants, *POLICIES)
    ]


@pytest.mark.parametrize(("path", "name"), _told_in_every_way())
def test_shipped_scenarios(path: Path, name: str) -> None:
    scenario = _changed(engine.load(path), name)
    for replication, seed in enumerate(SEEDS):
        assert_agree(scenario, seed, replication)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
@pytest.mark.parametrize("supervisors", [1, 3])
def test_busy_wards(path: Path, supervisors: int) -> None:
    """Many trainees at once: queues, interruptions and waiting notices."""
    changes = {
        "study.cases": 20, "study.gap": "10 min", "trainees.count": 12,
        "supervision.supervisors": supervisors, "supervision.watched": 1,
        "supervision.fix": {"exponential": {"mean": "30 min"}}, "debrief.probability": 1,
    }  # fmt: skip
    bare = engine.load(path).resolved() | {"evidence": [], "variants": {}}
    assert_agree(Scenario.model_validate(bare).with_(changes), 7, 0)


drawn = settings(
    max_examples=300,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
replications = st.integers(0, 2**64 - 2)


@drawn
@given(scenario_data(), st.integers(0, 2**64 - 1), replications)
def test_drawn_scenarios(data: dict[str, Any], seed: int, replication: int) -> None:
    assert_agree(Scenario.model_validate(data), seed, replication)


@pytest.mark.long
@settings(drawn, max_examples=10_000)
@given(scenario_data(), st.integers(0, 2**64 - 1), replications)
def test_many_drawn_scenarios(data: dict[str, Any], seed: int, replication: int) -> None:
    assert_agree(Scenario.model_validate(data), seed, replication)


# ---- points, threads, memory ---------------------------------------------------------------


@settings(drawn, max_examples=30)
@given(st.lists(scenario_data(), min_size=2, max_size=4), st.integers(1, 3))
def test_points_do_not_touch_each_other(data: list[dict[str, Any]], threads: int) -> None:
    """Points of any shape in one call are as each by itself, for any number of threads."""
    scenarios = [Scenario.model_validate(each) for each in data]
    scenarios.append(scenarios[0].with_({"supervision.permissiveness": 0.7}))
    together = kernel.simulate_points(scenarios, 3, range(5), threads)
    for point, scenario in enumerate(scenarios):
        alone = kernel.simulate_points([scenario], 3, range(5))
        for some, one in zip(together, alone, strict=True):
            np.testing.assert_array_equal(some[point], one[0])


def test_replications_do_not_touch_each_other() -> None:
    scenario = engine.load(SHIPPED[0])
    many = kernel.simulate_points([scenario], 0, range(3, 9), threads=2)
    one = kernel.simulate_points([scenario], 0, range(7, 8))
    np.testing.assert_array_equal(many.outcomes[:, 4:5], one.outcomes)


def test_little_room_for_luck(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where luck can't be kept, it is computed again and stays the same."""
    scenario = engine.load(SHIPPED[0])
    roomy = kernel.simulate_points([scenario], 0, range(2))
    monkeypatch.setattr("engine.kernel_state.MOST_CASE_BYTES", 1)
    monkeypatch.setattr("engine.kernel_state.MOST_EPISODE_BYTES", 1)
    narrow = kernel.simulate_points([scenario], 0, range(2))
    np.testing.assert_array_equal(roomy.outcomes, narrow.outcomes)


def test_little_room_for_episodes_and_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = engine.load(SHIPPED[0])
    log = kernel.events(scenario, 0, 0)
    monkeypatch.setattr(kernel, "_FIRST_EPISODES", 1)
    monkeypatch.setattr(kernel, "_FIRST_LOG_ROWS", 1)
    assert_same_log(log, kernel.events(scenario, 0, 0))
    monkeypatch.setattr(kernel, "MOST_LOG_ROWS", 10)
    with pytest.raises(kernel.LogTooLongError, match="rows"):
        kernel.events(scenario, 0, 0)


# ---- the comparison can fail -----------------------------------------------------------------


@pytest.fixture(scope="module")
def log() -> list[Event]:
    return kernel.events(engine.load(SHIPPED[0]), 0, 0)


@pytest.mark.parametrize("column", ["time", "number", "second"])
def test_one_bit_is_seen(log: list[Event], column: str) -> None:
    place = len(log) // 2
    flipped = float(np.nextafter(getattr(log[place], column), math.inf))
    other = [*log[:place], log[place]._replace(**{column: flipped}), *log[place + 1 :]]
    assert first_difference(log, log) is None
    assert first_difference(log, other) == place
    with pytest.raises(AssertionError, match=f"row {place} ") as failure:
        assert_same_log(log, other)
    for name, rows in (("reference", log), ("kernel", other)):
        shown = str(failure.value).partition(f"{name}:\n")[2].splitlines()[: 2 * AROUND]
        around = range(place - AROUND, place + AROUND)
        assert [line.strip(" >") for line in shown] == [f"{n} {_typed(rows[n])}" for n in around]
        assert [n for n, line in zip(around, shown, strict=True) if ">" in line] == [place]


def test_one_swap_is_seen(log: list[Event]) -> None:
    place = next(
        number for number in range(len(log) - 1) if log[number].time == log[number + 1].time
    )
    other = [*log[:place], log[place + 1], log[place], *log[place + 2 :]]
    assert first_difference(log, other) == place


def test_a_missing_row_is_seen(log: list[Event]) -> None:
    assert first_difference(log, log[:-1]) == len(log) - 1


@pytest.mark.parametrize("name", OUTCOME_NAMES)
def test_one_ulp_of_an_outcome_is_seen(name: str) -> None:
    outcomes = dict.fromkeys(OUTCOME_NAMES, 1.0)
    other = [outcomes[each] for each in OUTCOME_NAMES]
    assert_same_outcomes(outcomes, other)
    other[OUTCOME_NAMES.index(name)] = float(np.nextafter(1.0, 2.0))
    with pytest.raises(AssertionError, match=name):
        assert_same_outcomes(outcomes, other)
