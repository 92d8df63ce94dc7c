"""Cases per second of both engines, side by side in one run, and how the time grows with cores.

The reference and the compiled engine take turns on one pinned core; medians of five. On another
machine the figures differ, the ratios much less. Nothing is asserted here.
"""

import statistics
import time

from benchmarks.measure import (
    NAMES,
    POINTS,
    REPEATS,
    REPLICATIONS,
    cases_of,
    curve,
    median_seconds,
    on_cores,
    seconds,
    shipped,
    simulate,
)
from engine.reference import replicate
from engine.run import cores
from engine.scenario import Scenario

REFERENCE_S = 1.0
"""How long the reference is measured each time (s), in whole replications."""


def reference_rate(scenario: Scenario) -> float:
    """Cases per second of the reference."""
    begun, cases, replication = time.perf_counter(), 0, 0
    while time.perf_counter() - begun < REFERENCE_S:
        cases += cases_of(scenario, replicate(scenario, seed=0, replication=replication)[2], 1)
        replication += 1
    return cases / (time.perf_counter() - begun)


def kernel_rate(points: list[Scenario], threads: int) -> float:
    """Cases per second of the compiled engine."""
    begun = time.perf_counter()
    cases = simulate(points, REPLICATIONS, threads)
    return cases / (time.perf_counter() - begun)


def row(name: str) -> str:
    """One scenario: both engines on one core, and the compiled one on all."""
    scenario = shipped(name)
    points, one = curve(scenario), [scenario]
    simulate(points, 2, 1)  # loads or compiles
    slow, fast, alone = [], [], []
    with on_cores(1):
        for _ in range(REPEATS):
            slow.append(reference_rate(scenario))
            fast.append(kernel_rate(points, 1))
            alone.append(kernel_rate(one, 1))
    before, after, single = (statistics.median(rates) for rates in (slow, fast, alone))
    threads = cores()
    with on_cores(1):
        pinned = median_seconds(lambda: simulate(points, REPLICATIONS, 1))
    spread = median_seconds(lambda: simulate(points, REPLICATIONS, threads))
    return (
        f"| {name} | {before:,.0f} | {after:,.0f} | {after / before:,.0f} | {single / before:,.0f} "
        f"| {pinned:.2f} s | {spread:.2f} s | {pinned / spread:.2f} |"
    )


LONGER = ("first-intubations", "deteriorating-ward", "night-handover")
MORE = 5
"""So many times as many replications, where threads that begin and end no longer tell."""


def longer(name: str) -> str:
    """A longer curve of one scenario on one core, and on all, taking turns."""
    points, threads = curve(shipped(name)), cores()
    alone, shared = [], []
    simulate(points, 2, 1)
    for _ in range(REPEATS):
        with on_cores(1):
            alone.append(seconds(lambda: simulate(points, MORE * REPLICATIONS, 1)))
        shared.append(seconds(lambda: simulate(points, MORE * REPLICATIONS, threads)))
    one, every = statistics.median(alone), statistics.median(shared)
    return f"| {name} | {one:.2f} s | {every:.2f} s | {one / every:.2f} |"


def main() -> None:
    """Print the tables."""
    print(f"Cases per second on one core, {POINTS} values of permissiveness x {REPLICATIONS}")
    print(f"replications; then the time of that curve on one core and on {cores()}.\n")
    print(
        "| Scenario | reference | compiled | ratio | ratio, one value | curve, one core "
        "| curve, all cores | one / all |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for name in NAMES:
        print(row(name), flush=True)
    print(f"\n{POINTS} values x {MORE * REPLICATIONS} replications on one core and on {cores()}.\n")
    print("| Scenario | one core | all cores | one / all |\n|---|---|---|---|")
    for name in LONGER:
        print(longer(name), flush=True)


if __name__ == "__main__":
    main()
