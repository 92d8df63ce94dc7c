"""How the time of the compiled engine grows with cases, trainees and replications: a figure.

`python -m benchmarks.growth` measures processor time and writes docs/images/growth.png. Every
line starts at one and would follow the grey diagonal if the time were proportional.
"""

from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.figures import BLUE, GREEN, GREY, VERMILLION
from analysis.figures.canvas import drawing
from benchmarks.measure import least_processor_seconds, on_cores, shipped, simulate
from engine.scenario import Scenario

PICTURE = Path(__file__).parent.parent / "docs" / "images" / "growth.png"
SCENARIOS = {
    "first-intubations": (BLUE, "o"),
    "deteriorating-ward": (VERMILLION, "s"),
    "opioid-dosing": (GREEN, "^"),
}
TIMES = (1, 2, 4, 8, 16)
REPLICATIONS = 50


def enlarged(scenario: Scenario, what: str, times: int) -> tuple[Scenario, int]:
    """The scenario and replications with that many times more of something."""
    if what == "replications":
        return scenario, REPLICATIONS * times
    if what == "cases of a trainee":
        more = {
            "study.cases": scenario.study.cases * times,
            "independent.cases": scenario.independent.cases * times,
            "study.horizon": None,
            "distress.shock": 0,  # a longer training would hold more errors a case
        }
    else:
        # supervisors in proportion: otherwise the queue, and with it what happens, would change
        more = {
            "trainees.count": scenario.trainees.count * times,
            "supervision.supervisors": scenario.supervision.supervisors * times,
        }
    return scenario.with_(more), REPLICATIONS


def ratios(scenario: Scenario, what: str) -> list[float]:
    """Seconds for 1, 2, 4, ... times as much, over those for 1."""
    taken = []
    for times in TIMES:
        larger, replications = enlarged(scenario, what, times)
        taken.append(
            least_processor_seconds(lambda one=larger, n=replications: simulate([one], n, 1))
        )
    return [seconds / taken[0] for seconds in taken]


def panel(axes: Axes, what: str) -> None:
    """One way to grow."""
    axes.plot(TIMES, TIMES, color=GREY, linestyle="--", linewidth=1, label="proportional")
    for name, (colour, marker) in SCENARIOS.items():
        found = ratios(shipped(name), what)
        print(f"{what:20} {name:20}", *(f"{ratio:6.2f}" for ratio in found), flush=True)
        axes.plot(TIMES, found, color=colour, marker=marker, label=name)
    axes.set_xscale("log", base=2)
    axes.set_yscale("log", base=2)
    axes.set_xticks(TIMES, [str(times) for times in TIMES])
    axes.set_yticks(TIMES, [str(times) for times in TIMES])
    axes.set_xlabel(f"times as many {what}")
    axes.spines[["top", "right"]].set_visible(False)


def main() -> None:
    """Measure and draw."""
    kinds = ("cases of a trainee", "trainees", "replications")
    with drawing(), on_cores(1):
        figure = Figure(figsize=(9.6, 3.6), layout="constrained")
        for axes, what in zip(figure.subplots(1, 3), kinds, strict=True):
            panel(axes, what)
        figure.axes[0].set_ylabel("times as long")
        figure.axes[0].legend(frameon=False, fontsize=8)
        figure.savefig(PICTURE, dpi=110, metadata={"Software": "leeway"})


if __name__ == "__main__":
    main()
