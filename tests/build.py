"""Small scenarios for tests, and what happens in them told row by row.

`scenario` is the plainest scenario with changes by path. `scene` builds one whose clocks can be
reckoned by hand: its steps take no time, so that the errors of case 0 all fall at minute 10.
`story` tells its event log, and fails where two engines tell it differently.
"""

import copy
import math
from typing import Any

import numpy as np

from engine.event_log import CLASSES, LEVELS, REQUESTS, RESOLVERS, Event
from engine.luck import INDEPENDENT, Purpose, luck
from engine.run import ENGINES, events, simulate
from engine.scenario import Scenario

REFERENCE = "simpy"
"""The engine that is the specification: every other must tell the same."""

PLAIN: dict[str, Any] = {
    "leeway": "1.0",
    "id": "plain",
    "title": "One step, one error",
    "domain": "procedure",
    "description": "A trainee, a supervisor who sees everything at once, an error in every case.",
    "study": {"cases": 1, "gap": "10 min"},
    "harm_weights": {"mild": 0.1, "moderate": 0.2, "severe": 0.5, "death": 1},
    "trainees": {"count": 1},
    "task": {
        "learning_cases": 10,
        "steps": [
            {
                "name": "step",
                "duration": "8 min",
                "error_probability": {"novice": 1, "expert": 1},
                "errors": [
                    {
                        "name": "slip",
                        "share": 1,
                        "educational_value": 1,
                        "time_to_harm": "10 min",
                        "escalation": "10 min",
                        "first_harm": "mild",
                        "worst_harm": "severe",
                        "visible_after": "1 min",
                    }
                ],
            }
        ],
    },
    "supervision": {
        "permissiveness": 0,
        "judgement": {"noise": 0, "sharpness": 1},
        "response": "1 min",
        "fix": "2 min",
        "rescue": {"success": 1},
        "backup": {"response": "5 min"},
    },
    "learning": {
        "failure": {"debriefed": 1, "alone": 0},
        "resilience": {"debriefed": 1, "alone": 0},
    },
}

ERROR = "task.steps[step].errors[slip]"
"""Path of the error kind of the plain scenario."""


def data(**sections: Any) -> dict[str, Any]:
    """The plain scenario in file form, with some sections replaced."""
    return copy.deepcopy(PLAIN) | sections


def scenario(changes: dict[str, Any] | None = None, **sections: Any) -> Scenario:
    """The plain scenario, with sections replaced and then changes by path."""
    return Scenario.model_validate(data(**sections)).with_(changes or {})


# ---- scenes ----------------------------------------------------------------------------------

WEIGHTS = {"mild": 1, "moderate": 2, "severe": 4, "death": 8}
"""Weights whose quotients are exact."""

UNWATCHED = {"watched": 0}
HANDS_OFF = {"policy": "hands_off"}


def sure(after: float) -> dict[str, Any]:
    """A call or safety net that comes for certain, so many minutes after the error."""
    return {"probability": 1, "time": f"{after!r} min"}


def recovers(after: float, chance: float = 1) -> dict[str, Any]:
    """A recovery of this chance, so many minutes after the error."""
    return {
        "novice": chance,
        "expert": chance,
        "learning_episodes": 1,
        "time": f"{after!r} min",
    }


def waits(minutes: float) -> dict[str, Any]:
    """A supervisor who waits so long after the error while there is no harm."""
    return {"policy": "time_limit", "time_limit": f"{minutes!r} min"}


def kind(name: str = "slip", **fields: Any) -> dict[str, Any]:
    """A kind of error: visible after 1 minute, harm after 10, 20 and 30 minutes."""
    usual = PLAIN["task"]["steps"][0]["errors"][0] | {"name": name}
    return copy.deepcopy(usual) | fields


def step(
    name: str = "step",
    duration: str = "0 min",
    error: float = 1,
    kinds: list[dict[str, Any]] | None = None,
    **fields: Any,
) -> dict[str, Any]:
    """A step that goes wrong with the chance `error`; `fields` are those of its kind of error."""
    return {
        "name": name,
        "duration": duration,
        "error_probability": {"novice": error, "expert": error},
        "errors": kinds or [kind(**fields)],
    }


def fine(name: str, duration: str = "0 min") -> dict[str, Any]:
    """A step in which nothing goes wrong."""
    return step(name, duration, error=0)


def latent(name: str, **fields: Any) -> dict[str, Any]:
    """A step of no duration with a latent error."""
    return step(name, latent=True, **fields)


def scene(*steps: dict[str, Any], **sections: dict[str, Any]) -> Scenario:
    """A case from minute 10 whose steps are `steps`; sections are merged into the plain ones."""
    content = data()
    content["harm_weights"] = dict(WEIGHTS)
    content["task"]["steps"] = list(steps) or [step()]
    for name, section in sections.items():
        content[name] = content.get(name, {}) | section
    return Scenario.model_validate(content)


def at(
    purpose: Purpose,
    *,
    seed: int = 0,
    replication: int = 0,
    trainee: int = 0,
    case: int = 0,
    step: int = 0,
    occurrence: int = 0,
    independent: bool = False,
) -> float:
    """The luck at an address."""
    number = purpose | (INDEPENDENT if independent else 0)
    words = np.uint64(seed), np.uint64(replication)
    u: float = luck(*words, trainee, case, step, number, occurrence)
    return u


# ---- stories ---------------------------------------------------------------------------------


def log(told: Scenario, seed: int = 0, replication: int = 0, **options: Any) -> list[Event]:
    """The event log, the same from every engine that can give it."""
    reference = events(told, seed, replication, engine=REFERENCE, **options)
    if not options:  # a policy of one's own is the reference's only
        for engine in ENGINES:
            assert events(told, seed, replication, engine=engine) == reference, engine
    return reference


def rows(told: Scenario, *kinds: str, **where: Any) -> list[Event]:
    """The rows of some kinds."""
    return [row for row in log(told, **where) if row.kind in kinds]


def story(told: Scenario, *kinds: str, **where: Any) -> list[str]:
    """The event log (or its rows of some kinds), a line for each row."""
    return [line(told, row) for row in log(told, **where) if not kinds or row.kind in kinds]


def moment(told: Scenario, time: float) -> list[str]:
    """What happens at one instant."""
    return [line(told, row) for row in log(told) if row.time == time]


def tale(text: str) -> list[str]:
    """A story as a test writes it."""
    return [row.strip() for row in text.strip().splitlines()]


def line(told: Scenario, row: Event) -> str:
    """A row in words: time, who (where there are several), kind, numbers, level of harm."""
    who = ["alone"] if row.independent else []
    trainee = f"t{row.trainee}" if told.trainees.count > 1 else ""
    several = max(told.study.cases, told.independent.cases) > 1
    who.append(trainee + (f"c{row.case}" if several else ""))
    if len(told.task.steps) > 1 and not row.kind.startswith(("case_", "debrief_")):
        who.append(told.task.steps[row.step].name)
    words = [number(row.time), *who, row.kind, *_numbers(row)]
    if row.level:
        words.append(f"at {LEVELS[row.level]}")
    return " ".join(word for word in words if word)


def number(value: float) -> str:
    """A number to the last bit; whole ones without their .0."""
    return repr(value).removesuffix(".0")


def _numbers(row: Event) -> list[str]:
    kind, first, second = row.kind, row.number, row.second
    if kind == "case_start":
        return [] if second else ["unwatched"]
    if kind == "error":
        return ["latent"] if second else []
    if kind == "step_end":
        return [number(first)] + (["by supervisor"] if second else [])
    if kind == "cue":
        return ["helps" if first else "in vain"]
    if kind == "request":
        return [REQUESTS[int(first)]]
    if kind == "resolved":
        return [RESOLVERS[int(first)], CLASSES[int(second)]]
    if kind in ("assigned", "hands_on", "debrief_dropped"):
        return [f"after {number(first)}"]
    if kind in ("debrief_start", "debrief_interrupted", "debrief_resumed", "fix_failed"):
        return [number(first)]
    if kind == "case_close":
        return ["debriefed"] if first else []
    return []


# ---- outcomes --------------------------------------------------------------------------------


def outcomes(told: Scenario, seed: int = 0) -> dict[str, float]:
    """The outcomes of replication 0, the same from every engine."""
    reference = _first_row(told, seed, REFERENCE)
    for engine in ENGINES:
        other = _first_row(told, seed, engine)
        assert all(same(other[name], value) for name, value in reference.items()), engine
    return reference


def same(one: float, other: float) -> bool:
    """Equal, or both missing."""
    return one == other or (math.isnan(one) and math.isnan(other))


def _first_row(told: Scenario, seed: int, engine: str) -> dict[str, float]:
    table = simulate(told, seed, 1, engine=engine).table.drop(columns="replication")
    return {str(name): float(value) for name, value in table.iloc[0].items()}
