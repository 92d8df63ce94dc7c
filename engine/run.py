"""One door to the engines: simulate a scenario, or watch one replication of it."""

from collections.abc import Callable

import numpy as np

from engine.errors import Problem, ScenarioError
from engine.event_log import Event
from engine.luck import MAX_SEED
from engine.policies import Policy, papers_of
from engine.reference import replicate
from engine.results import Replicated, Result, result_of
from engine.scenario import Scenario

ENGINES = ("simpy",)
DEFAULT_ENGINE = "simpy"
DEFAULT_REPLICATIONS = 200

Progress = Callable[[int], None]


def simulate(
    scenario: Scenario,
    seed: int = 0,
    replications: int = DEFAULT_REPLICATIONS,
    *,
    engine: str = DEFAULT_ENGINE,
    policy: Policy | None = None,
    progress: Progress | None = None,
) -> Result:
    """Simulate replications 0, 1, ... of a scenario; the arguments alone decide the result.

    `policy`: a policy of one's own (see `engine.policies`), asked in place of the scenario's.
    `progress` is called with the number of replications that have just been finished.
    Raises ScenarioError for a seed, number or engine that can't be.
    """
    _check(seed, replications, engine)
    papers = None if policy is None else papers_of(policy)
    rows: list[Replicated] = []
    for number in range(replications):
        rows.append(replicate(scenario, seed=seed, replication=number, policy=policy))
        if progress is not None:
            progress(1)
    return result_of(scenario, seed, engine, rows, papers)


def events(
    scenario: Scenario,
    seed: int = 0,
    replication: int = 0,
    *,
    engine: str = DEFAULT_ENGINE,
    policy: Policy | None = None,
) -> list[Event]:
    """The event log of one replication: training in the order of time, then independent practice.

    Raises ScenarioError for a seed, number or engine that can't be.
    """
    _check(seed, 1, engine)
    if not _whole(replication) or not 0 <= replication <= MAX_SEED:
        raise _refused("replication", repr(replication), "a whole number from 0", "try 0")
    log: list[Event] = []
    replicate(scenario, seed=seed, replication=replication, policy=policy, log=log)
    return log


def _check(seed: int, replications: int, engine: str) -> None:
    if engine not in ENGINES:
        raise _refused("engine", engine, "one of " + ", ".join(ENGINES), f"try {ENGINES[0]}")
    if not _whole(seed) or not 0 <= seed <= MAX_SEED:
        raise _refused("seed", repr(seed), f"a whole number from 0 to {MAX_SEED}", "try 0")
    if not _whole(replications) or replications < 1:
        raise _refused("replications", repr(replications), "a whole number from 1", "try 200")


def _whole(number: object) -> bool:
    return isinstance(number, int | np.integer) and not isinstance(number, bool)


def _refused(name: str, given: str, allowed: str, advice: str) -> ScenarioError:
    return ScenarioError([Problem(None, None, None, name, f"{given} was given", allowed, advice)])
