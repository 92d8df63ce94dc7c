"""Cases per second of both engines on every shipped scenario, side by side in one run.

Cases of training and of independent practice count alike. Each figure is the median of five
measurements, taken after one that compiles and warms up. Figures compare engines on one machine; on
another they differ. Nothing is asserted here.
"""

import os
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

import engine
from engine import kernel

SCENARIOS = Path(__file__).parent.parent / "scenarios"
REPEATS = 5
CURVE_POINTS, CURVE_REPLICATIONS = 21, 200
"""What an educator who moves permissiveness asks for."""
LONG_ENOUGH_S = 0.3
"""Minimal length of one measurement (s): replications are added until it is reached."""
CORES = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else [0]

Work = Callable[[int, int], object]
"""What is measured: called with a seed and a number of replications."""


def use(cores: Sequence[int]) -> None:
    """Stay on these cores, where the system lets us choose."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, cores)


def seconds_per_replication(work: Work, replications: int = 1) -> float:
    """The median of five measurements, each long enough."""
    work(0, replications)
    while True:
        begun = time.perf_counter()
        work(0, replications)
        if time.perf_counter() - begun >= LONG_ENOUGH_S:
            break
        replications *= 2
    times = []
    for seed in range(REPEATS):
        begun = time.perf_counter()
        work(seed, replications)
        times.append((time.perf_counter() - begun) / replications)
    return statistics.median(times)


def cases_of(points: kernel.Points, scenario: engine.Scenario) -> float:
    """Mean cases of a replication at all points together: those started, and those alone."""
    alone = scenario.trainees.count * scenario.independent.cases
    return float((points.cases + alone).mean(axis=1).sum())


def measure(scenario: engine.Scenario) -> list[float]:
    """Cases per second: reference; kernel at one point; a curve on one core; on all cores."""
    values = np.linspace(0, 1, CURVE_POINTS).tolist()
    curve = [scenario.with_({"supervision.permissiveness": each}) for each in values]
    sample = range(CURVE_REPLICATIONS)

    def kernel_on(scenarios: Sequence[engine.Scenario], threads: int) -> Work:
        return lambda seed, count: kernel.simulate_points(scenarios, seed, range(count), threads)

    one = cases_of(kernel.simulate_points([scenario], 0, sample), scenario)
    many = cases_of(kernel.simulate_points(curve, 0, sample), scenario)
    use(CORES[:1])
    rates = [
        one / seconds_per_replication(
            lambda seed, count: engine.simulate(scenario, seed, count, engine="simpy")
        ),
        one / seconds_per_replication(kernel_on([scenario], 1), CURVE_REPLICATIONS),
        many / seconds_per_replication(kernel_on(curve, 1), CURVE_REPLICATIONS),
    ]  # fmt: skip
    use(CORES)
    seconds = seconds_per_replication(kernel_on(curve, len(CORES)), CURVE_REPLICATIONS)
    return [*rates, many / seconds, seconds * CURVE_REPLICATIONS]


def main() -> None:
    """Print the table."""
    print(f"cases per second, medians of {REPEATS}; the curve: {CURVE_POINTS} values of")
    print(f"permissiveness x {CURVE_REPLICATIONS} replications; {len(CORES)} cores")
    heads = ("reference", "one point", "curve", "ratio", "all cores", "times", "seconds")
    print(f"{'scenario':30}" + "".join(f"{head:>12}" for head in heads))
    for path in sorted(SCENARIOS.glob("*.yaml")):
        reference, point, curve, everywhere, seconds = measure(engine.load(path))
        print(
            f"{path.stem:30}{reference:12,.0f}{point:12,.0f}{curve:12,.0f}{curve / reference:12.0f}"
            f"{everywhere:12,.0f}{everywhere / curve:12.2f}{seconds:12.3f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
