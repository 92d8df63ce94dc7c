"""One door to the engines: simulate a scenario, or watch one replication of it."""

import os
from collections.abc import Callable, Iterator

import numpy as np

from engine import kernel
from engine.errors import Problem, ScenarioError
from engine.event_log import Event
from engine.luck import MAX_SEED
from engine.outcomes import OUTCOME_NAMES
from engine.policies import Policy, papers_of
from engine.reference import replicate
from engine.results import Replicated, Result, result_of
from engine.scenario import Scenario

ENGINES = ("simpy", "kernel")
"""The reference, told as SimPy processes, and the same model compiled; both give the same bits."""

DEFAULT_ENGINE = "simpy"
DEFAULT_REPLICATIONS = 200

Progress = Callable[[int], None]

_BLOCK = 200
"""Replications between two calls of `progress`."""


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

    `engine`: one of `ENGINES`; the compiled one needs some 20 s once, to compile, and is a hundred
    times faster from then on. `policy`: a policy of one's own (see `engine.policies`), asked in
    place of the scenario's; only the reference can ask it, so the result then says simpy.
    `progress` is called with the number of replications that have just been finished.
    Raises ScenarioError for a seed, number or engine that can't be.
    """
    _check(seed, replications, engine)
    papers = None if policy is None else papers_of(policy)
    rows: list[Replicated] = []
    if engine == "kernel" and policy is None:
        for block in _blocks(scenario, int(seed), int(replications)):
            rows.extend(block)
            if progress is not None:
                progress(len(block))
        return result_of(scenario, seed, engine, rows)
    for number in range(replications):
        rows.append(replicate(scenario, seed=seed, replication=number, policy=policy))
        if progress is not None:
            progress(1)
    return result_of(scenario, seed, "simpy", rows, papers)


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
    if engine == "kernel" and policy is None:
        return kernel.events(scenario, int(seed), int(replication))
    log: list[Event] = []
    replicate(scenario, seed=seed, replication=replication, policy=policy, log=log)
    return log


def _blocks(scenario: Scenario, seed: int, replications: int) -> Iterator[list[Replicated]]:
    """What the compiled engine gives, some replications at a time, so that progress moves."""
    for start in range(0, replications, _BLOCK):
        block = range(start, min(start + _BLOCK, replications))
        points = kernel.simulate_points([scenario], seed, block, os.cpu_count() or 1)
        yield [
            (dict(zip(OUTCOME_NAMES, row, strict=True)), fates, cases)
            for row, fates, cases in zip(
                points.outcomes[0].tolist(),
                points.fates[0].tolist(),
                points.cases[0].tolist(),
                strict=True,
            )
        ]


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
