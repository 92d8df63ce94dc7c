"""The numbers of two worlds that share their luck: differences, their parts, what pairing is worth.

The replication is the unit of every interval, and every difference is paired.
"""

import math
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from analysis import estimate, side_by_side
from analysis.attempts import CHANNELS
from analysis.estimate import Estimate
from analysis.study import Progress
from engine.outcomes import OUTCOME_NAMES
from engine.run import simulate_all
from engine.scenario import Scenario

WORLDS = ("A", "B")
AS_SET, ONE_EACH = "as set", "one per trainee"
PARTS = ("total", "direct", "busy")
PER_100 = 100.0
BALANCE = ("otherwise", "better_a", "better_b", "same", "weight", *CHANNELS)


def one_each(scenario: Scenario) -> Scenario:
    """The scenario with one supervisor per trainee; itself where it has as many or more."""
    count = scenario.trainees.count
    if scenario.supervision.supervisors >= count:
        return scenario
    return scenario.with_({"supervision.supervisors": count})


def simulated(
    a: Scenario, b: Scenario, seed: int, replications: int, engine: str, progress: Progress | None
) -> pd.DataFrame:
    """The table of all worlds: A and B, as set and with one supervisor per trainee."""
    worlds = {
        (name, duty): world
        for name, scenario in zip(WORLDS, (a, b), strict=True)
        for duty, world in ((AS_SET, scenario), (ONE_EACH, one_each(scenario)))
    }
    once = list({world.hash: world for world in worlds.values()}.values())
    results = simulate_all(once, seed, replications, engine=engine, progress=progress)
    found = {result.scenario.hash: result.table for result in results}
    tables = []
    for (name, duty), world in worlds.items():
        table = found[world.hash].copy()
        table.insert(0, "world", name)
        table.insert(1, "supervisors", duty)
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


Worlds = dict[tuple[str, str], pd.DataFrame]


def worlds_of(table: pd.DataFrame) -> Worlds:
    """The rows of each world, by replication: (world, supervisors) -> table."""
    groups = table.sort_values("replication").groupby(["world", "supervisors"], sort=False)
    return {(str(world), str(duty)): rows for (world, duty), rows in groups}


def values(worlds: Worlds, world: str, duty: str, outcome: str) -> NDArray[Any]:
    """An outcome in one world, by replication."""
    return worlds[world, duty][outcome].to_numpy(dtype=float)


def differences(table: pd.DataFrame) -> pd.DataFrame:
    """The paired difference A minus B of each outcome (see Twins)."""
    rows, worlds = [], worlds_of(table)
    for outcome in OUTCOME_NAMES:
        a, b = (values(worlds, world, AS_SET, outcome) for world in WORLDS)
        rows.append(
            {
                "outcome": outcome,
                "mean_a": estimate.estimate(a).mean,
                "mean_b": estimate.estimate(b).mean,
                **estimate.paired(a, b)._asdict(),
                "variance_ratio": variance_ratio(a, b),
            }
        )
    return pd.DataFrame(rows)


def variance_ratio(a: ArrayLike, b: ArrayLike) -> float:
    """var(A) + var(B) over var(A - B), over the replications that have both.

    So many times the replications would be needed, with luck of their own in each world, for an
    interval of the difference as narrow as the paired one. inf where the difference is always the
    same though the outcomes vary; NaN where nothing varies, or with fewer than two replications.
    """
    paired = estimate.paired(a, b)
    one, other = (np.asarray(each, dtype=np.float64) for each in (a, b))
    both = ~np.isnan(one) & ~np.isnan(other)
    apart = sum(estimate.estimate(each[both]).se ** 2 for each in (one, other))
    if math.isnan(paired.se) or (paired.se == 0 and apart == 0):
        return math.nan
    return math.inf if paired.se == 0 else apart / paired.se**2


def split(table: pd.DataFrame) -> pd.DataFrame:
    """The difference of each outcome as direct + busy (see Twins), paired, a row per part."""
    rows: list[dict[str, Any]] = []
    worlds = worlds_of(table)
    for outcome in OUTCOME_NAMES:
        shared, alone = (
            values(worlds, "A", duty, outcome) - values(worlds, "B", duty, outcome)
            for duty in (AS_SET, ONE_EACH)
        )
        found = {
            "total": estimate.estimate(shared + 0 * alone),  # missing where either is
            "direct": estimate.estimate(alone + 0 * shared),
            "busy": estimate.estimate(shared - alone),
        }
        rows += [{"outcome": outcome, "part": part} | found[part]._asdict() for part in PARTS]
    return pd.DataFrame(rows)


def balance(counts: pd.DataFrame) -> pd.DataFrame:
    """Each count per 100 cases that both worlds have: period, what, and its estimate.

    The replication is the unit. Missing where a replication has no such case.
    """
    rows = []
    for period in (side_by_side.TRAINING, side_by_side.INDEPENDENT):
        of = counts[counts["period"] == period]
        cases = of["compared"].where(of["compared"] > 0)
        for what in BALANCE:
            found: Estimate = estimate.estimate(PER_100 * of[what] / cases)
            rows.append({"period": period, "what": what} | found._asdict())
    return pd.DataFrame(rows)
