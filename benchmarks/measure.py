"""What the benchmarks share: points, cases, seconds. Nothing here asserts a time."""

import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import engine
from engine import kernel
from engine.scenario import Scenario

SCENARIOS = Path(__file__).parent.parent / "scenarios"
NAMES = tuple(sorted(path.stem for path in SCENARIOS.glob("*.yaml")))
POINTS, REPLICATIONS = 21, 200
"""A curve, as the model is used: values of permissiveness, and replications of each."""
REPEATS = 5


def shipped(name: str) -> Scenario:
    """A scenario of the project."""
    return engine.load(SCENARIOS / f"{name}.yaml")


def curve(scenario: Scenario, points: int = POINTS) -> list[Scenario]:
    """The scenario at that many values of permissiveness from 0 to 1."""
    return [
        scenario.with_({"supervision.permissiveness": i / max(1, points - 1)})
        for i in range(points)
    ]


def cases_of(scenario: Scenario, started: int, replications: int) -> int:
    """Training cases that were started, and cases of independent practice."""
    return started + replications * scenario.trainees.count * scenario.independent.cases


def median_seconds(action: Callable[[], object], repeats: int = REPEATS) -> float:
    """The median of several measurements, after one that warms up."""
    action()
    return statistics.median(seconds(action) for _ in range(repeats))


def least_processor_seconds(action: Callable[[], object], repeats: int = REPEATS) -> float:
    """The least processor time (s) of several measurements: what else runs hardly moves it."""
    taken = []
    for _ in range(repeats):
        begun = time.process_time()
        action()
        taken.append(time.process_time() - begun)
    return min(taken)


def seconds(action: Callable[[], object]) -> float:
    """How long it took (s)."""
    begun = time.perf_counter()
    action()
    return time.perf_counter() - begun


@contextmanager
def on_cores(count: int) -> Iterator[None]:
    """This process on that many of its cores, and on all of them afterwards."""
    all_of_them = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(all_of_them)[:count])
    try:
        yield
    finally:
        os.sched_setaffinity(0, all_of_them)


def simulate(points: list[Scenario], replications: int, threads: int) -> int:
    """Simulate with the compiled engine; how many cases there were."""
    found = kernel.simulate_points(points, 0, range(replications), threads)
    return cases_of(points[0], int(found.cases.sum()), replications * len(points))
