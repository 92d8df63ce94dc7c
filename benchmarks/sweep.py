"""What a sweep costs beside the bare kernel: time with the store and the tables, and memory.

    21 values of permissiveness x 200 replications of the first intubations, from a scenario and a
    list of values to a folder with blocks, tables and papers, against one call of the kernel with
    the same points, built beforehand. Both are run in turns in one warm process; medians, and the
    least processor time, which tells more where the machine has other things to do.

    1,000 points x 100 replications in memory: the most that a process of its own ever held.

At most 1.5 times the kernel's time, and less than 1 GB, are what is aimed at.
"""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from analysis.sweep import Between, plan, sweep
from benchmarks.measure import POINTS, REPLICATIONS, curve, seconds, shipped
from engine.run import outcomes

SCENARIO = "first-intubations"
PATH = "supervision.permissiveness"
VARY = {PATH: Between(0, 1, POINTS)}
TURNS = 9

Times = dict[str, list[tuple[float, float]]]
"""By what is measured: wall and processor seconds of every turn."""


def both(work: Callable[[], object]) -> tuple[float, float]:
    """Wall and processor time (s) of one call."""
    begun = time.process_time()
    wall = seconds(work)
    return wall, time.process_time() - begun


def times() -> Times:
    """The bare kernel, a sweep in memory and a sweep into a new folder, in turns."""
    scenario = shipped(SCENARIO)
    points = curve(scenario)
    found: Times = {"kernel": [], "in memory": [], "into a folder": []}
    with tempfile.TemporaryDirectory() as folder:
        for turn in range(TURNS + 1):
            out = Path(folder) / str(turn)
            work: dict[str, Callable[[], object]] = {
                "kernel": lambda: outcomes(points, 0, range(REPLICATIONS)),
                "in memory": lambda: sweep(scenario, VARY, replications=REPLICATIONS),
                "into a folder": lambda out=out: sweep(
                    scenario, VARY, replications=REPLICATIONS, out=out
                ),
            }
            for name, one in work.items():
                took = both(one)
                if turn > 0:  # the first loads what is compiled
                    found[name].append(took)
    return found


def checking() -> float:
    """Seconds of checking the points, which are part of the sweeps above."""
    scenario = shipped(SCENARIO)
    return min(seconds(lambda: plan(scenario, VARY)) for _ in range(TURNS))


def memory() -> None:
    """Sweep 1,000 points x 100 replications in memory, and say the most that this process held."""
    scenario = shipped(SCENARIO)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun = time.perf_counter()
    found = sweep(scenario, {PATH: Between(0, 2, 1000)}, replications=100)
    took = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"1,000 points x 100 replications in memory: {len(found.table):,} rows in {took:.1f} s")
    print(f"peak memory {peak / 1e6:.2f} GB, of which {before / 1e6:.2f} GB before the sweep")


def main() -> None:
    """Print the figures."""
    print(f"{POINTS} points x {REPLICATIONS} replications on {os.cpu_count()} cores, {TURNS} turns")
    found = times()
    walls = {name: [wall for wall, _ in each] for name, each in found.items()}
    least = {name: min(used for _, used in each) for name, each in found.items()}
    for name, each in walls.items():
        ratios = [one / kernel for one, kernel in zip(each, walls["kernel"], strict=True)]
        print(
            f"  {name:14}{statistics.median(each):8.3f} s,"
            f"{statistics.median(ratios):6.2f} times the kernel's;"
            f"  processor {least[name]:.3f} s, {least[name] / least['kernel']:.2f} times"
        )
    print(f"  of which checking {POINTS} points {checking():.3f} s", flush=True)
    subprocess.run([sys.executable, "-m", "benchmarks.sweep", "--memory"], check=True)


if __name__ == "__main__":
    memory() if "--memory" in sys.argv else main()
