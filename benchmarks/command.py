"""Where the time of `leeway run` goes, and how long the first compilation takes.

The whole command is timed from outside, as its user sees it; its stages by processor time, since
some of them take place at the same time.
"""

import os
import statistics
import subprocess
import sys
import tempfile
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


STAGES = {
    ("analysis.study", "run_study"): "compiled code from the cache, simulation (on all cores)",
    ("analysis.plans", "of_run"): "intervals and sentences of the figures",
    ("analysis.view.grid", "simulated"): "the page's grid: simulated, and put into words",
    ("analysis.view.grid", "twins_of"): "its twins, followed case by case",
    ("analysis.folder", "write"): "tables",
    ("analysis.report", "render"): "page",
    ("analysis.drawing", "draw"): "figures, in a second process at the same time",
}
"""Functions of `leeway run` that are timed, each in none of the others."""

IMPORT = "import of Python packages"

TIMED = """
import time
begun = time.process_time()
import importlib, os, sys
import analysis.cli
from benchmarks.command import IMPORT, STAGES

def tell(label, taken):
    with open(os.environ["STAGES"], "a") as file:
        file.write(f"{label}\\t{taken}\\n")

def timed(function, label):
    def stage(*given, **named):
        begun = time.process_time()
        try:
            return function(*given, **named)
        finally:
            tell(label, time.process_time() - begun)
    return stage

tell(IMPORT, time.process_time() - begun)
for (module, name), label in STAGES.items():
    place = importlib.import_module(module)
    setattr(place, name, timed(getattr(place, name), label))
sys.exit(analysis.cli.main(sys.argv[1:]))
"""


def stages(folder: Path) -> dict[str, float]:
    """Processor seconds of each stage of `leeway run`, of all figures together."""
    told = folder / "stages"
    subprocess.run(
        [sys.executable, "-c", TIMED, "run", str(SCENARIO), "--out", str(folder / "run")],
        env={**os.environ, "STAGES": str(told)}, check=True, capture_output=True,
    )  # fmt: skip
    found = dict.fromkeys((IMPORT, *STAGES.values()), 0.0)
    for line in told.read_text().splitlines():
        label, taken = line.split("\t")
        found[label] += float(taken)
    return found


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        whole(folder)
        runs = sorted(whole(folder) for _ in range(REPEATS))
        listed = ", ".join(f"{taken:.2f}" for taken in runs)
        print("| `leeway run` on first-intubations | processor seconds |\n|---|---|")
        for stage, taken in stages(folder).items():
            print(f"| {stage} | {taken:.2f} |")
        print("\n| whole commands | seconds |\n|---|---|")
        print(f"| `leeway run`, median of {listed} | {statistics.median(runs):.2f} |")
        print(f"| two replications in a new process | {asked():.2f} |")
        print(f"| the same with nothing compiled yet | {cold(folder):.1f} |")


if __name__ == "__main__":
    main()
