"""Scenarios as arrays: the only place that knows both the names of the format and their order.

`columns(scenarios)` stacks the points of a sweep. Every field of every record is a float64 or an
int64; times are minutes; a missing limit is infinity, a missing level `NEVER_LEVEL`. Points may
differ in any number, count or kind: rows are as wide as the widest point needs.

What the luck is turned into (distributions, spreads, shares) stands apart from the rest in records
named `..._DRAWS`. Points that are equal there share their variates, and so form a group.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.elementary import exp, log
from engine.quantiles import lognormal_sigma
from engine.quantities import Distribution
from engine.rules import DEATH, LEVEL_NAMES
from engine.scenario import Scenario
from engine.sections import ErrorKind, Step

Records = NDArray[Any]
"""A structured array."""

NEVER_LEVEL = DEATH + 1
"""A level nobody reaches: `never` or null where a level may stand."""

POLICIES = (
    "value_weighted", "risk_threshold", "entrustment", "zero_tolerance", "hands_off", "time_limit",
)  # fmt: skip
VALUE_WEIGHTED, RISK_THRESHOLD, ENTRUSTMENT, ZERO_TOLERANCE, HANDS_OFF, TIME_LIMIT = range(6)


def record(floats: str = "", ints: str = "", parts: Sequence[tuple[Any, ...]] = ()) -> Any:
    """A dtype of named float64 and int64 fields and of parts that have a dtype of their own."""
    fields = [*((name, np.float64) for name in floats.split())]
    return np.dtype([*parts, *fields, *((name, np.int64) for name in ints.split())], align=True)


DISTRIBUTION = record("a b c", "family first count")
"""As `Distribution.standard`; an empirical list is `values[first : first + count]`."""

SETTING_DRAWS = record(
    "difficulty_sd between_sigma within_sigma bias noise",
    "pool steps",
    [
        (name, DISTRIBUTION)
        for name in (
            "gap", "fragility", "learning_speed", "response", "fix", "backup_response",
            "debrief_duration",
        )
    ],
)  # fmt: skip

SETTING = record(
    "horizon experience learning_cases watched permissiveness time_limit time_cap sharpness "
    "usual_latency cue_at cue_works success log_penalty debrief_probability debrief_wait practice "
    "failure_debriefed failure_alone observing resilience_debriefed resilience_alone half_life "
    "shock relief log_odds_ratio distress_half_life",
    "trainees cases independent_cases independent_safety_net supervisors policy stop_at has_cue "
    "tries finishes alarm_from",
    [
        ("draws", SETTING_DRAWS),
        ("weight", np.float64, (DEATH + 1,)),
        ("penalty", np.float64, (DEATH + 1,)),
    ],
)
"""One point: everything that is not of a step or of a kind of error. `penalty`: the odds ratio of a
rescue at each level of harm."""

STEP = record("novice expert", "first_kind kinds", [("duration", DISTRIBUTION)])
"""One step; its kinds are `kinds[point, first_kind : first_kind + kinds]`."""

KIND_DRAWS = record(
    "share",
    parts=[
        (name, DISTRIBUTION)
        for name in (
            "time_to_harm", "escalation", "visible_after", "recovery_time", "call_time",
            "safety_net_time",
        )
    ],
)  # fmt: skip

KIND = record(
    "value recovery_novice recovery_expert learning_episodes call_probability "
    "safety_net_probability",
    "index first_harm worst_harm latent never_allowed",
    [("draws", KIND_DRAWS)],
)
"""One kind of error; `index` is its place in its step."""


class Columns(NamedTuple):
    """The points of a sweep as the kernel takes them."""

    settings: Records
    """SETTING [point]."""
    steps: Records
    """STEP [point, step]."""
    kinds: Records
    """KIND [point, kind], in the order of the steps."""
    values: NDArray[np.float64]
    """All empirical lists, one after the other."""
    order: NDArray[np.int64]
    """The points, so that those of a group follow each other."""
    group: NDArray[np.int64]
    """The group of each point."""


def columns(scenarios: Sequence[Scenario]) -> Columns:
    """The arrays of these points, at least one."""
    pool = _Values()
    most_steps = max(len(scenario.task.steps) for scenario in scenarios)
    most_kinds = max(sum(1 for _ in _kinds(scenario)) for scenario in scenarios)
    settings = np.zeros(len(scenarios), SETTING)
    steps = np.zeros((len(scenarios), most_steps), STEP)
    kinds = np.zeros((len(scenarios), most_kinds), KIND)
    for point, scenario in enumerate(scenarios):
        _write_setting(settings[point], scenario, pool)
        for number, step in enumerate(scenario.task.steps):
            _write_step(steps[point, number], step, pool)
        counts = steps["kinds"][point]
        steps["first_kind"][point] = np.cumsum(counts) - counts
        for number, (index, kind) in enumerate(_kinds(scenario)):
            never_allowed = kind.name in scenario.supervision.never_allow
            _write_kind(kinds[point, number], kind, index, never_allowed, pool)
    group = _groups(settings, steps, kinds)
    order = np.argsort(group, kind="stable").astype(np.int64)
    return Columns(settings, steps, kinds, pool.array(), order, group)


def _kinds(scenario: Scenario) -> Iterator[tuple[int, ErrorKind]]:
    """All kinds of error, each with its place in its step."""
    for step in scenario.task.steps:
        yield from enumerate(step.errors)


def _groups(settings: Records, steps: Records, kinds: Records) -> NDArray[np.int64]:
    """The group of each point: 0 for the first point and those that draw like it, and so on."""
    known: dict[bytes, int] = {}
    group = np.zeros(len(settings), np.int64)
    for point in range(len(settings)):
        parts = (
            settings["draws"][point],
            steps["duration"][point],
            steps["first_kind"][point],
            steps["kinds"][point],
            kinds["draws"][point],
        )
        same = b"".join(np.ascontiguousarray(part).tobytes() for part in parts)
        group[point] = known.setdefault(same, len(known))
    return group


class _Values:
    """Empirical lists, each kept once."""

    def __init__(self) -> None:
        self._first: dict[bytes, int] = {}
        self._all: list[float] = []

    def first(self, values: NDArray[np.float64]) -> int:
        """Where this list begins."""
        key = values.tobytes()
        if key not in self._first:
            self._first[key] = len(self._all)
            self._all.extend(values.tolist())
        return self._first[key]

    def array(self) -> NDArray[np.float64]:
        return np.array(self._all, np.float64)


def _fill(row: Any, **fields: float) -> None:
    for name, value in fields.items():
        row[name] = value


def _write_distribution(row: Any, distribution: Distribution, pool: _Values) -> None:
    standard = distribution.standard
    _fill(row, family=standard.family, a=standard.a, b=standard.b, c=standard.c)
    if len(standard.values):
        _fill(row, first=pool.first(standard.values), count=len(standard.values))


def _write_setting(row: Any, scenario: Scenario, pool: _Values) -> None:
    study, trainees, debrief = scenario.study, scenario.trainees, scenario.debrief
    weights = scenario.harm_weights
    row["weight"] = (0.0, weights.mild, weights.moderate, weights.severe, weights.death)
    _write_draws(row["draws"], scenario, pool)
    _write_supervision(row, scenario)
    _write_learning(row, scenario)
    _fill(
        row,
        horizon=_or_never(study.horizon),
        experience=trainees.experience,
        learning_cases=scenario.task.learning_cases,
        debrief_probability=debrief.probability,
        debrief_wait=debrief.wait,
        trainees=trainees.count,
        cases=study.cases,
        independent_cases=scenario.independent.cases,
        independent_safety_net=scenario.independent.safety_net,
    )


def _write_draws(row: Any, scenario: Scenario, pool: _Values) -> None:
    supervision, judgement = scenario.supervision, scenario.supervision.judgement
    distributions = {
        "gap": scenario.study.gap,
        "fragility": scenario.patient.fragility,
        "learning_speed": scenario.trainees.learning_speed,
        "response": supervision.response,
        "fix": supervision.fix,
        "backup_response": supervision.backup.response,
        "debrief_duration": scenario.debrief.duration,
    }
    for name, distribution in distributions.items():
        _write_distribution(row[name], distribution, pool)
    _fill(
        row,
        difficulty_sd=scenario.patient.difficulty_sd,
        between_sigma=lognormal_sigma(judgement.between_supervisors_cv),
        within_sigma=lognormal_sigma(judgement.within_supervisor_cv),
        bias=judgement.bias,
        noise=judgement.noise,
        pool=supervision.pool,
        steps=len(scenario.task.steps),
    )


def _write_supervision(row: Any, scenario: Scenario) -> None:
    supervision = scenario.supervision
    cue = supervision.cue
    log_penalty = log(supervision.rescue.penalty)
    row["penalty"] = [exp(level * log_penalty) for level in range(DEATH + 1)]
    _fill(
        row,
        watched=supervision.watched,
        permissiveness=supervision.permissiveness,
        time_limit=_or_never(supervision.time_limit),
        time_cap=_or_never(supervision.time_cap),
        sharpness=supervision.judgement.sharpness,
        usual_latency=supervision.response.standard.median + supervision.fix.standard.median,
        success=supervision.rescue.success,
        log_penalty=log_penalty,
        supervisors=supervision.supervisors,
        policy=POLICIES.index(supervision.policy),
        stop_at=_level(supervision.stop_at),
        tries=supervision.rescue.tries,
        finishes=supervision.after_takeover == "finish",
        alarm_from=_level(supervision.alarm_from),
        has_cue=cue is not None,
    )
    if cue is not None:
        _fill(row, cue_at=cue.at, cue_works=cue.works)


def _write_learning(row: Any, scenario: Scenario) -> None:
    learning, distress = scenario.learning, scenario.distress
    _fill(
        row,
        practice=learning.practice,
        failure_debriefed=learning.failure.debriefed,
        failure_alone=learning.failure.alone,
        observing=learning.observing,
        resilience_debriefed=learning.resilience.debriefed,
        resilience_alone=learning.resilience.alone,
        half_life=learning.half_life,
        shock=distress.shock,
        relief=distress.relief,
        log_odds_ratio=log(distress.error_odds_ratio),
        distress_half_life=distress.half_life,
    )


def _write_step(row: Any, step: Step, pool: _Values) -> None:
    _write_distribution(row["duration"], step.duration, pool)
    chance = step.error_probability
    _fill(row, novice=chance.novice, expert=chance.expert, kinds=len(step.errors))


def _write_kind(row: Any, kind: ErrorKind, index: int, never_allowed: bool, pool: _Values) -> None:
    draws = row["draws"]
    distributions = {
        "time_to_harm": kind.time_to_harm,
        "escalation": kind.escalation,
        "visible_after": kind.visible_after,
        "recovery_time": kind.recovery.time,
        "call_time": kind.call.time,
        "safety_net_time": kind.safety_net.time,
    }
    for name, distribution in distributions.items():
        _write_distribution(draws[name], distribution, pool)
    _fill(draws, share=kind.share)
    _fill(
        row,
        value=kind.educational_value,
        recovery_novice=kind.recovery.novice,
        recovery_expert=kind.recovery.expert,
        learning_episodes=kind.recovery.learning_episodes,
        call_probability=kind.call.probability,
        safety_net_probability=kind.safety_net.probability,
        index=index,
        first_harm=_level(kind.first_harm),
        worst_harm=_level(kind.worst_harm),
        latent=kind.latent,
        never_allowed=never_allowed,
    )


def _level(name: str | None) -> int:
    return LEVEL_NAMES.index(name) if name in LEVEL_NAMES else NEVER_LEVEL


def _or_never(minutes: float | None) -> float:
    return np.inf if minutes is None else minutes
