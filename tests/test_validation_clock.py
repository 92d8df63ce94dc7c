"""A clock rings at the time that was set, not at one that is near it.

now + (T - now) is T where T was reckoned as now + something, but not in one pair of twenty where
it was reckoned from an earlier time: a takeover planned from the error and set at the notice, a
step that ends as it would have without the latent error that fell in it.
"""

import numpy as np
import pytest

from engine.luck import Purpose
from engine.quantiles import EXPONENTIAL, quantile
from engine.run import ENGINES, events
from tests.build import ERROR, at, scenario, waits

REPLICATIONS = 300
NO_VALUES = np.empty(0)
ENOUGH = 5
"""Replications in which the two differ: with fewer, a test could not tell one from the other."""


def drawn(purpose, mean, replication):
    """The exponential variate at an address of case 0, in minutes."""
    u = at(purpose, replication=replication)
    return quantile(EXPONENTIAL, mean, 0.0, 0.0, NO_VALUES, u)


def exponential(mean):
    """An exponential clock in file form."""
    return {"exponential": {"mean": f"{mean!r} min"}}


def rows(told, kind, engine):
    """The time of the first row of a kind, by replication."""
    for replication in range(REPLICATIONS):
        log = events(told, replication=replication, engine=engine)
        yield replication, next(row.time for row in log if row.kind == kind)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_takeover_planned_from_the_error_rings_at_its_time(engine):
    limit = waits(60)
    told = scenario(
        {
            "study.gap": exponential(5.0),
            "task.steps[step].duration": "0 min",
            f"{ERROR}.time_to_harm": "never",
            f"{ERROR}.visible_after": {"uniform": ["10 min", "35 min"]},
            **{f"supervision.{name}": value for name, value in limit.items()},
        }
    )
    apart = 0
    for replication, time in rows(told, "request", engine):
        planned = drawn(Purpose.GAP, 5.0, replication) + 60.0
        assert time == planned
        noticed = drawn(Purpose.GAP, 5.0, replication) + (
            10.0 + 25.0 * at(Purpose.VISIBLE, replication=replication)
        )
        apart += noticed + (planned - noticed) != planned
    assert apart >= ENOUGH


@pytest.mark.parametrize("engine", ENGINES)
def test_a_step_with_a_latent_error_ends_as_it_would_have(engine):
    told = scenario(
        {
            "study.gap": exponential(5.0),
            "task.steps[step].duration": exponential(60.0),
            f"{ERROR}.time_to_harm": "never",
            f"{ERROR}.latent": True,
            "supervision.watched": 0,
        }
    )
    apart = 0
    for replication, time in rows(told, "step_end", engine):
        begun = drawn(Purpose.GAP, 5.0, replication)
        duration = drawn(Purpose.STEP_DURATION, 60.0, replication)
        assert time == begun + duration
        fell = begun + at(Purpose.ERROR_TIME, replication=replication) * duration
        apart += fell + (begun + duration - fell) != begun + duration
    assert apart >= ENOUGH
