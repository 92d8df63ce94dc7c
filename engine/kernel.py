"""The model, compiled: all points x replications of one scenario in one call.

An implementation of its own, sharing with the reference the laws, the luck and nothing else. It
must agree with it to the last bit on every event (tests/test_engines_agree.py).

    columns.py          scenarios as arrays
    kernel_state.py     what is remembered while it runs
    kernel_memory.py    how compiled code reaches it
    parts.py            how all of this is compiled as one whole
    kernel_batch.py     uniform numbers turned into variates, also by the column
    kernel_luck.py      luck, once for all points that draw alike
    kernel_chance.py    whether a chance comes true, mostly without computing its law
    kernel_log.py       the event log
    kernel_rescue.py    rescues and the end of an episode
    kernel_judgement.py a supervisor judges
    kernel_episode.py   an episode opens, its clocks ring
    kernel_booking.py   what a case taught
    kernel_trainee.py   attempts, debriefs
    kernel_plain.py     cases of training in which nothing can go wrong
    kernel_alone.py     cases of independent practice
    kernel_clocks.py    which clock rings next
    kernel_ward.py      queues and assignments
    kernel_books.py     outcomes
    kernel_run.py       one replication at one point
    kernel.py           threads, results
"""

import functools
import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.columns import Columns, columns
from engine.errors import LeewayError
from engine.event_log import CLASSES, Event
from engine.jit import cache_folder, law
from engine.kernel_books import OUTCOME_ROW
from engine.kernel_log import events_of
from engine.kernel_run import replicate
from engine.kernel_state import MOST_STEPS, Scratch, choose_point, scratch_for
from engine.outcomes import OUTCOME_NAMES
from engine.rules import LEVEL_NAMES
from engine.scenario import Scenario

log = logging.getLogger(__name__)

MOST_LOG_ROWS = 20_000_000
"""Rows a log may have (96 bytes each): beyond that it would not fit into memory."""

_FIRST_EPISODES = 32
"""Episodes there is room for at first, beside one per trainee; doubled when they don't suffice."""

_FIRST_LOG_ROWS = 1 << 14

_BLOCKS_PER_THREAD = 4
"""So that no thread waits long for the last one."""


class Points(NamedTuple):
    """What a call comes to."""

    outcomes: NDArray[np.float64]
    """[point, replication, outcome], in the order of `OUTCOMES`; NaN is missing."""
    fates: NDArray[np.int64]
    """Errors of training [point, replication, class, level at the end]."""
    cases: NDArray[np.int64]
    """Training cases started [point, replication]."""


class LogTooLongError(LeewayError):
    """An event log has more rows than memory should hold."""

    def __init__(self, rows: int) -> None:
        super().__init__(
            f"the event log of this replication has {rows:,} rows; at most {MOST_LOG_ROWS:,} are "
            "kept: ask for fewer cases or trainees"
        )


@functools.cache  # once is enough
def tell_if_compiling() -> None:
    """Say so before a first call that compiles: a warning, which is seen where no log is kept."""
    if not is_compiled():
        log.warning("compiling the model for this machine, once: about 5 s")


def is_compiled() -> bool:
    """Whether machine code is kept from an earlier process."""
    return any(cache_folder().glob(f"{__name__}._simulate-*.code"))


def simulate_points(
    scenarios: Sequence[Scenario],
    seed: int,
    replications: range,
    threads: int = 1,
) -> Points:
    """Simulate these points, each in the same replications (a range of step 1, from 0).

    The result doesn't depend on `threads`, nor on which points or replications are asked for
    together.
    """
    if len(scenarios) == 0 or replications.step != 1 or threads < 1:
        raise ValueError("points, a range of step 1 and at least one thread are needed")
    tell_if_compiling()
    table = _columns(scenarios)
    points = _room(len(scenarios), len(replications))
    blocks = _blocks(len(replications), threads * _BLOCKS_PER_THREAD)
    pool = ThreadPoolExecutor(threads)
    try:
        jobs = [
            pool.submit(_simulate_block, table, seed, replications.start, block, points)
            for block in blocks
        ]
        for job in jobs:
            job.result()
    finally:  # compiled code can't be stopped by Ctrl-C, so it is not waited for
        pool.shutdown(wait=False, cancel_futures=True)
    return points


def events(scenario: Scenario, seed: int, replication: int) -> list[Event]:
    """The event log of one replication: training in the order of time, then independent practice.

    Raises LogTooLongError where it has more than `MOST_LOG_ROWS` rows.
    """
    tell_if_compiling()
    table = _columns([scenario])
    rows, episodes = _FIRST_LOG_ROWS, _FIRST_EPISODES
    while True:
        scratch = _scratch(table, seed, episodes, rows)
        done = _run(table, scratch, replication, 0, 1, _room(1, 1))
        logged = int(scratch.ward["logged"][0])
        if not done:
            episodes *= 2
        elif logged > MOST_LOG_ROWS:
            raise LogTooLongError(logged)
        elif logged > rows:
            rows = logged
        else:
            return events_of(scratch.log[:logged])


def _columns(scenarios: Sequence[Scenario]) -> Columns:
    most = max(len(scenario.task.steps) for scenario in scenarios)
    if most >= MOST_STEPS:
        raise ValueError(f"a task has {most} steps; the kernel takes fewer than {MOST_STEPS}")
    return columns(scenarios)


def _blocks(count: int, wanted: int) -> list[tuple[int, int]]:
    """First and last (excluded) of about equal parts."""
    edges = [count * part // wanted for part in range(wanted + 1)]
    return [(a, b) for a, b in pairwise(edges) if a < b]


def _scratch(table: Columns, seed: int, episodes: int, log_rows: int = 0) -> Scratch:
    room = int(table.settings["trainees"].max()) + episodes
    return scratch_for(table, seed, room, log_rows)


def _room(points: int, replications: int) -> Points:
    shape = (points, replications)
    return Points(
        np.empty((*shape, len(OUTCOME_NAMES)), np.float64),
        np.empty((*shape, len(CLASSES), len(LEVEL_NAMES)), np.int64),
        np.empty(shape, np.int64),
    )


def _simulate_block(
    table: Columns, seed: int, start: int, block: tuple[int, int], points: Points
) -> None:
    """Simulate a block of replications, counted from `start`, making room for more episodes."""
    first, last = block
    episodes = _FIRST_EPISODES
    scratch = _scratch(table, seed, episodes)
    while (first := _run(table, scratch, start, first, last, points)) < last:
        episodes *= 2
        scratch = _scratch(table, seed, episodes)


def _run(
    table: Columns, scratch: Scratch, start: int, first: int, last: int, points: Points
) -> int:
    """Simulate points[:, first:last], replications counted from `start`; how far there was room."""
    outcomes = points.outcomes.view(OUTCOME_ROW)[..., 0]
    return int(
        _simulate(
            scratch.ward[0], table.order, table.group, outcomes, points.fates, points.cases,
            np.uint64(start), first, last,
        )
    )  # fmt: skip


@law
def _simulate(
    ward: Any, order: Any, group: Any, outcomes: Any, fates: Any, cases: Any,
    start: Any, first: int, last: int,
) -> int:  # fmt: skip
    """All points in replications start + first, ...; returns the first there was no room for."""
    for number in range(first, last):
        ward.replication = start + np.uint64(number)
        for place in range(len(order)):
            point = order[place]
            if place == 0 or group[point] != group[order[place - 1]]:
                ward.epoch += 1
            choose_point(ward, point)
            if not replicate(ward, outcomes[point, number]):
                return number
            cases[point, number] = ward.cases
            for fate in range(fates.shape[2]):
                for level in range(fates.shape[3]):
                    fates[point, number, fate, level] = ward.fates[fate, level]
    return last
