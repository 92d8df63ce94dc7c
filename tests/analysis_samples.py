"""A small study, simulated once per process, and studies made by hand."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import pandas as pd

from analysis.study import Study, run_study
from engine import Scenario, load
from engine.run import DEFAULT_ENGINE

SCENARIOS = Path(__file__).parent.parent / "scenarios"
FILE = SCENARIOS / "first-intubations.yaml"
SMALL = {"study.cases": 12, "independent.cases": 15, "trainees.count": 2}
"""Changes that make a scenario small enough to be simulated in a moment."""


@cache
def small_scenario() -> Scenario:
    """First intubations, with few trainees and cases."""
    return load(FILE).with_(SMALL)


@cache
def small_study() -> Study:
    """The small scenario with its curve, 5 replications. Don't change its tables."""
    return run_study(small_scenario(), seed=0, replications=5, engine=DEFAULT_ENGINE)


@cache
def small_study_without_curve() -> Study:
    """The small scenario as written alone."""
    return run_study(small_scenario(), seed=0, replications=5, engine=DEFAULT_ENGINE, curve=False)


def with_burdens(burdens: dict[float, Sequence[float]]) -> Study:
    """The small study with these total burdens, one per replication, at settings of the curve.

    The scenario's own setting, 0.2, must be among them.
    """
    study = small_study()
    count = len(next(iter(burdens.values())))
    rows = [
        {
            "setting": setting,
            "as_written": setting == study.own,
            "replication": replication,
            "total_burden": value,
        }
        for setting, values in burdens.items()
        for replication, value in enumerate(values)
    ]
    return replace(study, table=pd.DataFrame(rows), replications=count)
