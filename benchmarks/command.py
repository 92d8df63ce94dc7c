"""Where the time of `leeway run` goes, and how long the first compilation takes.

The whole command is timed from outside, as its user sees it; its parts inside one process.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.measure import REPEATS, SCENARIOS, seconds

SCENARIO = SCENARIOS / "first-intubations.yaml"
LEEWAY = [sys.executable, "-c", "import sys; from analysis.cli import main; sys.exit(main())"]
ASK = "import engine; engine.simulate(engine.load({path!r}), 0, 2)"


def whole(folder: Path) -> float:
    """Wall time (s) of the command with what was compiled already."""
    command = [*LEEWAY, "run", str(SCENARIO), "--out", str(folder / "run")]
    return seconds(lambda: subprocess.run(command, check=True, capture_output=True))


def cold(folder: Path) -> float:
    """Wall time (s) of a first simulation, nothing compiled yet."""
    return asked({"LEEWAY_CACHE_DIR": str(folder / "cache")})


def asked(environment: dict[str, str] | None = None) -> float:
    """Wall time (s) of two replications in a process of their own."""
    command = [sys.executable, "-c", ASK.format(path=str(SCENARIO))]
    told = {**os.environ, **(environment or {})}
    return seconds(lambda: subprocess.run(command, check=True, env=told))


class Laps:
    """Times one thing after the other."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, float]] = []
        self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        """What was done since the last lap."""
        now = time.perf_counter()
        self.taken.append((name, now - self._last))
        self._last = now


def parts(folder: Path) -> list[tuple[str, float]]:
    """The parts of `leeway run`, in this process (s)."""
    laps = Laps()
    from analysis import findings, report, study  # timed: this is half of it
    from analysis import folder as folders
    from engine import kernel, loader

    laps.lap("import of Python packages")
    scenario = loader.load(SCENARIO)
    laps.lap("scenario file")
    kernel.simulate_points([scenario], 0, range(1))
    laps.lap("compiled code from the cache")
    done = study.run_study(scenario, seed=0, replications=study.replications_for("kernel"),
                           engine="kernel")  # fmt: skip
    laps.lap("simulation")
    record = folders.run_record(done, versions={}, command="", started="", ended="")
    folders.write(folder, done, record)
    findings.verdict(done)
    laps.lap("tables, intervals")
    report.save(folder, done, record)
    laps.lap("figures (matplotlib) and page")
    return laps.taken


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        inside = parts(folder)
        whole(folder)
        runs = [whole(folder) for _ in range(REPEATS)]
        print("| `leeway run` on first-intubations | seconds |\n|---|---|")
        for part, taken in inside:
            print(f"| {part} | {taken:.2f} |")
        print(f"| the whole command, median of {REPEATS} | {statistics.median(runs):.2f} |")
        print(f"| two replications in a new process | {asked():.2f} |")
        print(f"| the same with nothing compiled yet | {cold(folder):.1f} |")


if __name__ == "__main__":
    main()
