"""How far a simulated share or mean may lie from its known answer.

Rule (known answers): fixed seeds, |z| <= 4.2, no retries. A test states the smallest defect it
must catch. An estimate that a defect of d moves lies, with a chance of .999, more than 4.2
standard errors from the answer if d is 4.2 + 3.09 standard errors: that is `smallest_defect`. Every
check also plants a defect of that size, up and down, and must reject it.
"""

import math

from engine.run import ENGINES, events, simulate
from engine.scenario import Scenario
from tests.build import scene, step

Z = 4.2
POWER = 3.0902323  # the .999 quantile of the standard normal distribution

EPISODES = {"simpy": 16_000}
"""Episodes to simulate; an engine not named here is fast enough for the full number."""
ALL_EPISODES = 534_000  # a relative shift of 2 % of a chance of .2
ROWS = {"simpy": 12_000}
"""Episodes whose event log is read, for times."""
MOST_ROWS = 40_000
CATCHES = {"simpy": 0.12}
"""The relative shift of a chance of .2 that must be caught."""
ALL_CATCHES = 0.02

__all__ = ["ENGINES"]


def episodes(engine: str) -> int:
    """How many episodes a share is taken from."""
    return EPISODES.get(engine, ALL_EPISODES)


def smallest_defect(spread: float, n: int) -> float:
    """The shift that a mean of n values of this spread shows with a chance of .999."""
    return (Z + POWER) * spread / math.sqrt(n)


def check_mean(found: float, answer: float, spread: float, n: int) -> None:
    """The mean of n values is the answer, and would not pass for one a defect away."""
    error = spread / math.sqrt(n)
    assert abs(found - answer) <= Z * error, f"z = {(found - answer) / error:.2f}"
    defect = smallest_defect(spread, n)
    for planted in (answer - defect, answer + defect):
        assert abs(found - planted) > Z * error


def check_share(found: float, answer: float, n: int) -> None:
    """A share of n is the answer, and would not pass for one a defect away."""
    check_mean(found, answer, math.sqrt(answer * (1 - answer)), n)


def race(
    engine: str, *, n: int | None = None, kind: dict | None = None, **sections: dict
) -> Scenario:
    """One trainee, one supervisor, one step, an error in every case, and nothing learnt."""
    usual = {"visible_after": "0 min", "worst_harm": "mild"}
    return scene(
        step(**(usual | (kind or {}))),
        study={"cases": n or episodes(engine), "gap": "1 min"},
        learning={
            "practice": 0,
            "failure": {"debriefed": 0, "alone": 0},
            "resilience": {"debriefed": 0, "alone": 0},
        },
        **sections,
    )


def shares(told: Scenario, engine: str, seed: int) -> dict[str, float]:
    """Outcomes of one replication, per case where they are per 100 cases."""
    table = simulate(told, seed, 1, engine=engine).table
    return {str(name): float(table[name][0]) / 100 for name in table.columns}


def endings(told: Scenario, engine: str, seed: int) -> list[tuple[float, int, int, int]]:
    """Minutes from error to end, who ended it, its class and its harm, for each episode."""
    opened: dict[tuple[int, int, int], float] = {}
    found = []
    for row in events(told, seed, engine=engine):
        if row.kind == "error":
            opened[row[2:5]] = row.time
        elif row.kind == "resolved":
            minutes = row.time - opened[row[2:5]]
            found.append((minutes, int(row.number), int(row.second), row.level))
    return found


def exponential(rate: float) -> dict:
    """A clock of this rate per minute."""
    return {"exponential": {"mean": f"{1 / rate!r} min"}}


def self_recovery(rate: float) -> dict:
    """A recovery that comes for certain, at this rate per minute."""
    return {"novice": 1, "expert": 1, "learning_episodes": 1, "time": exponential(rate)}
