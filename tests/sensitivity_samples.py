"""A small scenario with a few ranges, and one analysis of it, made once per process."""

from functools import cache
from typing import Any

from analysis.sensitivity import Sensitivity, sensitivity
from engine import Scenario
from tests.analysis_samples import small_scenario

NOVICE = "task.steps[laryngoscopy].error_probability.novice"
RESPONSE = "supervision.response.lognormal.median"
OBSERVING = "learning.observing"  # nobody finishes for the trainee: it can't matter
AGAINST = {"supervision.permissiveness": 0.0}
EVIDENCE = [
    {"about": NOVICE, "source": "lee2022", "note": "seen there", "range": [0.1, 0.6]},
    {"about": RESPONSE, "source": "assumption", "range": ["1 s", "5 min"]},
    {"about": OBSERVING, "source": "assumption", "range": [0.1, 0.6]},
    {"about": "supervision.rescue.tries", "source": "assumption", "range": [1, 3]},
    {"about": "supervision.permissiveness", "source": "assumption", "range": [0, 1]},
    {"about": "supervision.policy", "source": "klasen2020"},
    {"about": "debrief.duration", "source": "assumption", "range": ["5 min", "15 min"]},
]


@cache
def ranged() -> Scenario:
    """The small scenario with six ranges."""
    return small_scenario().with_({"evidence": EVIDENCE})


def with_evidence(*entries: dict[str, Any]) -> Scenario:
    """The small scenario with other evidence."""
    return small_scenario().with_({"evidence": list(entries)})


@cache
def analysed() -> Sensitivity:
    """Of total burden. Don't change its tables."""
    return sensitivity(
        ranged(), "total_burden", samples=16, replications=6, tornado_replications=20
    )


@cache
def difference() -> Sensitivity:
    """Of the difference between permissiveness as written and none, by Morris' method."""
    return sensitivity(
        ranged(), "total_burden", against=AGAINST, method="morris", samples=6, replications=6,
        tornado_replications=20,
    )  # fmt: skip
