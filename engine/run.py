"""One door to the engines: simulate a scenario, or watch one replication of it."""

import logging
import os
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from engine import kernel
from engine.errors import Problem, ScenarioError
from engine.event_log import Event
from engine.kernel import Points
from engine.luck import MAX_SEED
from engine.outcomes import OUTCOME_NAMES
from engine.policies import Policy, papers_of
from engine.reference import replicate
from engine.results import Result, result_of
from engine.scenario import Scenario

log = logging.getLogger(__name__)

ENGINES = ("kernel", "simpy")
"""The model compiled, and the reference, told as SimPy processes; both give the same bits."""

DEFAULT_ENGINE = ENGINES[0]
DEFAULT_REPLICATIONS = 200

Progress = Callable[[int], None]

_BLOCK = 200
"""Replications of every point between two calls of `progress`."""


_ASKED = (
    "{} is Python, which only the reference engine can ask: it is simulated with engine='simpy', "
    "hundreds of times slower than the compiled engine"
)


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

    `engine`: one of `ENGINES`; the compiled one needs some seconds once on a machine, to compile,
    and is then hundreds of times faster. `policy`: a policy of one's own (see `engine.policies`),
    asked in place of the scenario's; only the reference can ask it, so that it is used whatever
    `engine` says: a warning is logged, and the result says simpy. `progress` is called with the
    number of replications that have just been finished. Raises ScenarioError for a seed, number
    or engine that can't be.
    """
    return simulate_all(
        [scenario], seed, replications, engine=engine, policy=policy, progress=progress
    )[0]


def simulate_all(
    scenarios: Sequence[Scenario],
    seed: int = 0,
    replications: int = DEFAULT_REPLICATIONS,
    *,
    engine: str = DEFAULT_ENGINE,
    policy: Policy | None = None,
    progress: Progress | None = None,
) -> list[Result]:
    """`simulate` for each of several scenarios, in the same luck, which is computed but once.

    `progress` is called with the number of replications finished, counted over all scenarios.
    """
    _check(seed, replications, engine)
    papers = None if policy is None else papers_of(policy)
    if policy is not None and engine != "simpy":
        log.warning(_ASKED.format(getattr(policy, "__name__", "this policy")))
    blocks = []
    for start in range(0, replications, _BLOCK):
        block = range(start, min(start + _BLOCK, replications))
        if engine == "kernel" and policy is None:
            blocks.append(kernel.simulate_points(scenarios, int(seed), block, cores()))
            if progress is not None:
                progress(len(scenarios) * len(block))
        else:
            blocks.append(_told(scenarios, seed, block, policy, progress))
    name = engine if policy is None else "simpy"
    whole = Points(*(np.concatenate(parts, axis=1) for parts in zip(*blocks, strict=True)))
    return [
        result_of(scenario, seed, name, rows, fates, cases, policy=papers)
        for scenario, rows, fates, cases in zip(scenarios, *whole, strict=True)
    ]


def outcomes(
    scenarios: Sequence[Scenario],
    seed: int,
    replications: range,
    *,
    engine: str = DEFAULT_ENGINE,
    threads: int | None = None,
) -> NDArray[np.float64]:
    """Outcomes[point, replication, outcome] of some replications, and nothing around them.

    replications: a range of step 1 of their numbers; threads: as many as there are cores unless
    given. The order of outcomes is that of `OUTCOMES`; NaN is missing.
    Raises ScenarioError for a seed, number or engine that can't be.
    """
    _check(seed, max(1, len(replications)), engine)
    if engine == "kernel":
        count = cores() if threads is None else threads
        return kernel.simulate_points(scenarios, int(seed), replications, count).outcomes
    return _told(scenarios, seed, replications, None, None).outcomes


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


def cores() -> int:
    """Cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _told(
    scenarios: Sequence[Scenario],
    seed: int,
    replications: range,
    policy: Policy | None,
    progress: Progress | None,
) -> Points:
    """What the reference makes of these points."""
    rows, fates, cases = [], [], []
    for scenario in scenarios:
        for number in replications:
            found, counts, started = replicate(
                scenario, seed=seed, replication=number, policy=policy
            )
            rows.append([found[name] for name in OUTCOME_NAMES])
            fates.append(counts)
            cases.append(started)
            if progress is not None:
                progress(1)
    shape = (len(scenarios), len(replications))
    return Points(
        np.array(rows, np.float64).reshape(*shape, -1),
        np.array(fates, np.int64).reshape(*shape, *np.shape(fates)[1:]),
        np.array(cases, np.int64).reshape(shape),
    )


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
