"""What a simulation gives back: tables, and the papers that say where they come from."""

import hashlib
import json
import platform
from dataclasses import dataclass, field
from importlib.metadata import version

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.event_log import CLASSES, LEVELS
from engine.outcomes import OUTCOME_NAMES
from engine.scenario import Scenario

PACKAGES = ("leeway-sim", "simpy", "numba", "numpy", "pandas", "pydantic")


def versions() -> dict[str, str]:
    """Versions of Python and of the packages a result depends on."""
    return {"python": platform.python_version(), **{name: version(name) for name in PACKAGES}}


@dataclass(frozen=True, eq=False, repr=False)
class Result:
    """A simulated scenario.

    `table`: a row per replication, the column `replication` and one float column per outcome; NaN
    where there was nothing to divide by. `fates`: tidy, a row per replication, fate (class of the
    error) and harm (level at its end), with `per_100_cases`.
    """

    scenario: Scenario
    seed: int
    replications: int
    engine: str
    table: pd.DataFrame
    fates: pd.DataFrame
    policy: dict[str, str] | None = None
    """Name and source of a policy of one's own that took the place of the scenario's."""
    versions: dict[str, str] = field(default_factory=versions)

    def __repr__(self) -> str:
        runs = "1 replication" if self.replications == 1 else f"{self.replications} replications"
        return f"Result({self.scenario.id}, seed {self.seed}, {runs}, {self.engine})"

    @property
    def hash(self) -> str:
        """What was simulated, as a hash (hex): the scenario, and a policy of one's own."""
        if self.policy is None:
            return self.scenario.hash
        own = json.dumps([self.scenario.hash, self.policy["name"], self.policy["source"]])
        return hashlib.sha256(own.encode()).hexdigest()


Replicated = tuple[dict[str, float], list[list[int]], int]
"""Outcomes by name, errors by class and harm level, and the training cases started."""


def result_of(
    scenario: Scenario,
    seed: int,
    engine: str,
    outcomes: NDArray[np.float64],
    fates: NDArray[np.int64],
    cases: NDArray[np.int64],
    policy: dict[str, str] | None = None,
) -> Result:
    """The result of replications 0, 1, ... in order.

    outcomes: [replication, outcome], in the order of `OUTCOMES`; fates: errors of training
    [replication, class, level at the end]; cases: training cases started [replication].
    """
    count = len(outcomes)
    table = pd.DataFrame(outcomes, columns=list(OUTCOME_NAMES))
    table.insert(0, "replication", range(count))
    divisor = np.where(cases == 0, np.nan, cases)[:, np.newaxis, np.newaxis]
    kinds = len(CLASSES) * len(LEVELS)
    errors = pd.DataFrame(
        {
            "replication": np.repeat(np.arange(count), kinds),
            "fate": np.tile(np.repeat(CLASSES, len(LEVELS)), count),
            "harm": np.tile(LEVELS, count * len(CLASSES)),
            "per_100_cases": (100.0 * fates / divisor).ravel(),
        }
    )
    return Result(scenario, seed, count, engine, table, errors, policy)
