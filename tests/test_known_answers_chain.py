"""Known answer 9: an episode whose clocks are all exponential is an absorbing Markov chain."""

from collections import Counter

import numpy as np
import pytest

from tests.build import HANDS_OFF, UNWATCHED
from tests.chain import Chain
from tests.sampling import (
    ENGINES,
    MOST_ROWS,
    ROWS,
    check_mean,
    check_share,
    endings,
    exponential,
    race,
)

KIND = {
    "time_to_harm": exponential(0.05),
    "escalation": exponential(0.04),
    "worst_harm": "death",
    "visible_after": exponential(0.1),
    "recovery": {
        "novice": 0.6,
        "expert": 0.6,
        "learning_episodes": 1,
        "time": exponential(0.06),
    },
    "call": {"probability": 0.4, "time": exponential(0.05)},
    "safety_net": {"probability": 0.3, "time": exponential(0.07)},
}
RESCUE = {
    "response": exponential(0.1),
    "fix": exponential(0.2),
    "rescue": {"success": 0.7, "tries": 2, "penalty": 0.5},
    "backup": {"response": exponential(0.15)},
    "alarm_from": "moderate",
}
ALL = {
    "zero_tolerance": ({}, {"policy": "zero_tolerance", "watched": 0.7}),
    "hands_off": ({}, HANDS_OFF | {"watched": 0.7}),
    "nobody watches": ({}, UNWATCHED | {"alarm_from": "mild"}),
    "no alarm": (
        {"first_harm": "moderate", "escalation": "never"},
        {"policy": "zero_tolerance", "watched": 0.5, "alarm_from": "never"},
    ),
}


def of(name, engine):
    kind, supervision = ALL[name]
    n = ROWS.get(engine, MOST_ROWS)
    return race(engine, n=n, kind=KIND | kind, supervision=RESCUE | supervision), n


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", ALL)
def test_an_episode_of_exponential_clocks_is_an_absorbing_chain(engine, name):
    told, n = of(name, engine)
    chain = Chain(told)
    assert sum(chain.chances.values()) == pytest.approx(1)
    found = endings(told, engine, seed=9)
    assert len(found) == n
    ends = Counter(tuple(row[1:]) for row in found)
    assert set(ends) <= set(chain.chances)
    rare = 20 / n  # what comes less than twenty times is put together
    common = {end: chance for end, chance in chain.chances.items() if chance >= rare}
    assert len(common) >= 10
    for end, chance in common.items():
        check_share(ends[end] / n, chance, n)
    rest = [end for end in chain.chances if end not in common]
    if rest:
        check_share(sum(ends[end] for end in rest) / n, sum(chain.chances[end] for end in rest), n)
    times = np.array([row[0] for row in found])
    check_mean(float(times.mean()), chain.mean, chain.spread, n)
    for minutes in (2.0, 8.0, 25.0):
        check_share(float(np.mean(times <= minutes)), chain.ended_by(minutes), n)


def test_the_chain_gives_the_answer_of_the_race():
    """The oracle itself, against known answers 1 and 2."""
    harm, recovery, notice, response = 0.02, 0.05, 0.1, 0.08
    kind = KIND | {
        "time_to_harm": exponential(harm),
        "worst_harm": "mild",
        "visible_after": exponential(notice),
        "call": {"probability": 0, "time": exponential(1)},
        "safety_net": {"probability": 0, "time": exponential(1)},
    }
    kind["recovery"] = {
        "novice": 1,
        "expert": 1,
        "learning_episodes": 1,
        "time": exponential(recovery),
    }
    a = harm + recovery
    told = race("simpy", n=1, kind=kind, supervision=RESCUE | UNWATCHED)
    assert Chain(told).chances[5, 4, 1] == pytest.approx(harm / a)
    assert Chain(told).mean == pytest.approx(1 / a)
    quick = RESCUE | {
        "response": exponential(response),
        "fix": exponential(1e9),
        "rescue": {"success": 1},
    }
    chain = Chain(race("simpy", n=1, kind=kind, supervision=quick | {"policy": "zero_tolerance"}))
    harmed = sum(chance for end, chance in chain.chances.items() if end.level == 1)
    answer = harm / a * (1 - notice / (notice + a) * response / (response + a))
    assert harmed == pytest.approx(answer, rel=1e-6)
