"""Peak memory of a million cases, and of twice as many, each in a process of its own.

What grows with the replications is the result (a row of outcomes, 8 bytes each, and counts).
"""

import resource
import subprocess
import sys

from benchmarks.measure import shipped, simulate

SIZES = (0, 1_000_000, 2_000_000, 4_000_000)
MEGABYTE = 1 << 20


def peak(cases: int) -> tuple[int, float]:
    """Cases simulated and the peak resident memory (MB) of a process that simulates them."""
    ran = subprocess.run(
        [sys.executable, "-m", "benchmarks.memory", str(cases)],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    done, kilobytes = ran.stdout.split()
    return int(done), int(kilobytes) * 1024 / MEGABYTE


def measured(cases: int) -> None:
    """Simulate about as many cases and print how many they were and the peak (kB)."""
    scenario = shipped("first-intubations")
    each = scenario.trainees.count * (scenario.study.cases + scenario.independent.cases)
    done = simulate([scenario], max(1, cases // each), 2)
    print(done, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def main() -> None:
    """Print the table."""
    print("| Cases | peak memory (MB) |")
    print("|---|---|")
    for size in SIZES:
        done, megabytes = peak(size)
        print(f"| {done:,} | {megabytes:.0f} |", flush=True)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        measured(int(sys.argv[1]))
    else:
        main()
