"""Cases per second of every engine, side by side in one run: medians of five.

Figures compare engines on one machine; on another they differ. Nothing is asserted here.
"""

import os
import statistics
import time
from pathlib import Path

import engine
from engine.run import ENGINES

SCENARIOS = Path(__file__).parent.parent / "scenarios"
REPEATS = 5
WARM_UP_S = 2.0
"""Minimal length of one measurement (s): replications are added until it is reached."""


def cases(scenario: engine.Scenario, seed: int, replications: int, engine_name: str) -> int:
    """Simulate, and count the cases of training and of independent practice."""
    result = engine.simulate(scenario, seed, replications, engine=engine_name)
    started = scenario.study.cases + scenario.independent.cases
    if scenario.study.horizon is not None:
        log = engine.events(scenario, seed, engine=engine_name)
        return replications * sum(row.kind == "case_start" for row in log)
    return len(result.table) * scenario.trainees.count * started


def cases_per_second(scenario: engine.Scenario, engine_name: str) -> float:
    """The median of five measurements, after one that compiles and warms up."""
    replications = 1
    while True:
        begun = time.perf_counter()
        cases(scenario, 0, replications, engine_name)
        if time.perf_counter() - begun > WARM_UP_S / REPEATS:
            break
        replications *= 2
    rates = []
    for seed in range(REPEATS):
        begun = time.perf_counter()
        engine.simulate(scenario, seed, replications, engine=engine_name)
        elapsed = time.perf_counter() - begun
        rates.append(cases(scenario, seed, replications, engine_name) / elapsed)
    return statistics.median(rates)


def main() -> None:
    """Print the table."""
    print(f"cases per second, one process of {os.cpu_count()} cores; median of {REPEATS}")
    print(f"{'scenario':32}" + "".join(f"{name:>14}" for name in ENGINES))
    for path in sorted(SCENARIOS.glob("*.yaml")):
        scenario = engine.load(path)
        rates = [cases_per_second(scenario, name) for name in ENGINES]
        print(f"{path.stem:32}" + "".join(f"{rate:14,.0f}" for rate in rates), flush=True)


if __name__ == "__main__":
    main()
