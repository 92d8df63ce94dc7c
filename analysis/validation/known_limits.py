"""Exact limits: cases in which the model leaves no room for luck, checked with equality.

Each is a change of the scenario `lively`, in which every rule is at work at once, or of one given
(the tests give the shipped ones). All functions answer with the differences found, in words.
"""

import math
import re
from collections.abc import Callable, Mapping
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np

from analysis.validation.checks import REFERENCE, Setting, Verdict, exact
from analysis.validation.known_answers import known, minutes
from analysis.validation.oracle import KIND, drawn
from engine.event_log import Event
from engine.outcomes import OUTCOMES
from engine.run import events, simulate
from engine.scenario import Scenario

BURDENS = ("harm_burden", "independent_harm_burden", "total_burden")
"""The outcomes that are sums of harm weights."""

IN_MINUTES = tuple(outcome.name for outcome in OUTCOMES if outcome.unit == "minutes")
NUMBER_IN_MINUTES = (
    "step_end", "assigned", "hands_on", "debrief_start", "debrief_interrupted", "debrief_resumed",
    "debrief_dropped",
)  # fmt: skip
"""Rows of the log whose number is a duration."""

NO_RECOVERY = {"novice": 0, "expert": 0, "learning_episodes": 1, "time": "1 min"}
NONE_COMES = {"probability": 0, "time": "1 min"}


def lively() -> Scenario:
    """The scenario with everything switched on."""
    return known("lively")


def everywhere(scenario: Scenario, field: str, value: Any) -> dict[str, Any]:
    """The change of a field in every kind of error."""
    return {
        f"task.steps[{step.name}].errors[{kind.name}].{field}": value
        for step in scenario.task.steps
        for kind in step.errors
    }


def rows(scenario: Scenario, setting: Setting) -> list[dict[str, float]]:
    """The outcomes of some replications."""
    runs = 6 if setting.engine == REFERENCE else 200
    table = simulate(scenario, setting.seed, runs, engine=setting.engine).table
    return [{str(k): float(v) for k, v in row.items()} for _, row in table.iterrows()]


def logs(scenario: Scenario, setting: Setting) -> list[Event]:
    """The event logs of some replications, one after the other."""
    runs = 3 if setting.engine == REFERENCE else 20
    every = (events(scenario, setting.seed, run, engine=setting.engine) for run in range(runs))
    return [row for log in every for row in log]


def always_none(scenario: Scenario, setting: Setting, *names: str) -> list[str]:
    """Outcomes that must be 0 in every replication (missing is no 0)."""
    return [
        f"{name} is {row[name]} in replication {number}"
        for number, row in enumerate(rows(scenario, setting))
        for name in names
        if row[name] != 0
    ]


def unlike(
    one: Scenario,
    other: Scenario,
    setting: Setting,
    apart: tuple[str, ...] = (),
    times: Mapping[str, float] | None = None,
) -> list[str]:
    """Outcomes that differ by a bit, those `apart` left out; `times` says which are multiples."""
    factors = times or {}
    return [
        f"{name} is {ours[name]!r} in one and {theirs[name]!r} in the other"
        for ours, theirs in zip(rows(one, setting), rows(other, setting), strict=True)
        for name in ours
        if name not in apart and not same(ours[name] * factors.get(name, 1.0), theirs[name])
    ]


def same(one: float, other: float) -> bool:
    """Equal, or both missing."""
    return one == other or (math.isnan(one) and math.isnan(other))


# ---- the limits ----------------------------------------------------------------------------------


def harmless(setting: Setting, scenario: Scenario | None = None) -> list[str]:
    """time_to_harm never gives no harm: levels come only when that clock rings."""
    base = scenario or lively()
    told = base.with_(everywhere(base, "time_to_harm", "never"))
    later = ("independent_harm_any", "independent_harm_burden") if base.independent.cases else ()
    return always_none(told, setting, "harm_any", "harm_burden", "exhausted", *later)


def no_recovery(setting: Setting, scenario: Scenario | None = None) -> list[str]:
    """Recovery probability 0 and no cue give no recovery: logit(0) isn't moved by anything."""
    base = scenario or lively()
    changes = {**everywhere(base, "recovery", NO_RECOVERY), "supervision.cue": None}
    return always_none(base.with_(changes), setting, "self_recovered", "cue_recovered")


def nothing_allowed(setting: Setting, scenario: Scenario | None = None) -> list[str]:
    """No leeway, seen at once, put right at once: no harm (time to harm > 0), nothing allowed.

    Not latent, and a supervisor for each trainee: so that one is free.
    """
    base = scenario or lively()
    changes = {
        "supervision.permissiveness": 0,
        "supervision.policy": "value_weighted",
        "supervision.watched": 1,
        "supervision.response": "0 min",
        "supervision.fix": "0 min",
        "supervision.rescue.success": 1,
        "supervision.supervisors": base.trainees.count,
        **everywhere(base, "visible_after", "0 min"),
        **everywhere(base, "latent", False),
    }
    return always_none(base.with_(changes), setting, "harm_any", "allowed", "late_noticed")


def nobody_takes_over(setting: Setting, scenario: Scenario | None = None) -> list[str]:
    """hands_off, no calls, no alarm, no override: nothing ever requests a rescue."""
    base = scenario or lively()
    changes = {
        "supervision.policy": "hands_off",
        "supervision.alarm_from": "never",
        "supervision.never_allow": [],
        "supervision.stop_at": None,
        "supervision.time_cap": None,
        **everywhere(base, "call", NONE_COMES),
    }
    return always_none(base.with_(changes), setting, "taken_over", "backups", "prevented")


def nobody_watches(setting: Setting, scenario: Scenario | None = None) -> list[str]:
    """Nobody watching, nobody judges: permissiveness changes nothing, not even a row."""
    base = (scenario or lively()).with_({"supervision.watched": 0})
    other = base.with_({"supervision.permissiveness": 1.7})
    same_log = logs(base, setting) == logs(other, setting)
    return unlike(base, other, setting) + ([] if same_log else ["the logs differ"])


def enough_supervisors(setting: Setting, scenario: Scenario | None = None) -> list[str]:
    """Without latent errors a trainee needs one supervisor at a time: more change nothing.

    `supervisor_busy` apart, which divides by their number.
    """
    base = scenario or lively()
    base = base.with_(everywhere(base, "latent", False))
    enough = base.with_({"supervision.supervisors": base.trainees.count})
    more = base.with_({"supervision.supervisors": base.trainees.count + 5})
    same_log = logs(enough, setting) == logs(more, setting)
    found = unlike(enough, more, setting, ("supervisor_busy",))
    return found + ([] if same_log else ["the logs differ"])


def slower_clock(setting: Setting, scenario: Scenario | None = None) -> list[str]:
    """All durations times a power of two: the same bits, times apart.

    Every time is a product or sum of durations with numbers that hold none, and a power of two
    goes through products, sums and quotients without rounding.
    """
    base = scenario or lively()
    found = []
    for factor in (2.0, 0.125):
        slow = scaled(base, factor)
        for ours, theirs in zip(logs(base, setting), logs(slow, setting), strict=True):
            number = ours.number * (factor if ours.kind in NUMBER_IN_MINUTES else 1.0)
            if ours._replace(time=ours.time * factor, number=number) != theirs:
                found.append(f"{ours} became {theirs}")
        found += unlike(base, slow, setting, (), dict.fromkeys(IN_MINUTES, factor))
    return found


def weights_only_weigh(setting: Setting, scenario: Scenario | None = None) -> list[str]:
    """With shock 0 and nobody judging by weights, harm_weights change burdens only."""
    changes: dict[str, Any] = {"distress.shock": 0, "supervision.policy": "zero_tolerance"}
    base = (scenario or lively()).with_(changes)
    weights = {"mild": 0.3, "moderate": 0.4, "severe": 0.45, "death": 7}
    return unlike(base, base.with_({"harm_weights": weights}), setting, BURDENS)


def education_is_words(setting: Setting, scenario: Scenario | None = None) -> list[str]:
    """`education` changes no number and not the hash."""
    base = scenario or lively()
    words = {"objectives": ["Ask for help in time."], "learner_level": "novices"}
    taught = base.with_({"education": words})
    other_hash = [] if taught.hash == base.hash else ["the hash differs"]
    return unlike(base, taught, setting) + other_hash


def another_trainee(setting: Setting, scenario: Scenario | None = None) -> list[str]:
    """One more trainee leaves the others' rows as they were, if no supervisor is waited for."""
    base = (scenario or lively()).with_({"supervision.supervisors": 99})
    more = base.with_({"trainees.count": base.trainees.count + 1})
    others = [row for row in logs(more, setting) if row.trainee < base.trainees.count]
    return [] if others == logs(base, setting) else ["the others' rows differ"]


def slower_response(setting: Setting) -> list[str]:
    """A longer response never lowers the final harm level, where nothing but a rescue helps.

    One episode, opened in the same state, on the same luck, under a policy whose t* doesn't
    depend on L'; no recovery, no safety net, and a penalty of 1 or less. The request doesn't
    depend on the response, so a longer one moves hands-on later. Then by induction over the tries:
    a try begins no earlier, so at a level no lower, so with the same luck works only if the other
    did, so what follows begins no earlier. The rescue ends no earlier; harm runs regardless, so
    the level then is no lower.

    With a recovery or a safety net it is not true (`spared`): hands-on stops both, harm runs on
    during `fix`, and where the response is so slow that they come first the patient is spared.
    Nor is it with a penalty above 1, under which a try works better at a higher level.
    """
    number = 12 if setting.engine == REFERENCE else 200
    found = []
    for i, scenario in enumerate(_unaided(number, setting.seed)):
        levels = [
            final_levels(scenario.with_({"supervision.response": minutes(response)}), setting, i)
            for response in (0.0, 2.0, 7.0)
        ]
        found += [
            f"case {case} of scenario {i} ended lower with the longer response"
            for shorter, longer in pairwise(levels)
            for case, level in shorter.items()
            if longer[case] < level
        ]
    return found


def spared(setting: Setting) -> list[str]:
    """The episode that a slow rescuer leaves unharmed and a quick one does not.

    Error at 1, recovery due at 3, harm at 6, a fix of 10 minutes. Hands-on at 2 stops the recovery,
    and harm comes under them; who needs 5 minutes is sent away by the recovery.
    """
    told = known("episode").with_(
        {
            f"{KIND}.time_to_harm": "5 min",
            f"{KIND}.recovery.time": "2 min",
            "supervision.policy": "zero_tolerance",
            "supervision.fix": "10 min",
        }
    )
    quick = final_levels(told.with_({"supervision.response": "1 min"}), setting)
    slow = final_levels(told.with_({"supervision.response": "5 min"}), setting)
    return [] if (quick, slow) == ({0: 1}, {0: 0}) else [f"levels {quick} and {slow}"]


def _unaided(number: int, seed: int) -> list[Scenario]:
    """Drawn scenarios in which only a rescue helps, half of them with leeway of some minutes."""
    rng = np.random.default_rng(seed)
    found = []
    for i in range(number):
        scenario = drawn(lambda options: options[int(rng.integers(len(options)))])
        leeway = {"supervision.policy": "time_limit", "supervision.time_limit": "3 min"}
        found.append(
            scenario.with_(
                {
                    **(leeway if i % 2 else {}),
                    f"{KIND}.recovery": NO_RECOVERY,
                    f"{KIND}.safety_net": NONE_COMES,
                    "supervision.rescue.penalty": min(1.0, scenario.supervision.rescue.penalty),
                    "study.cases": 100,
                }
            )
        )
    return found


def final_levels(scenario: Scenario, setting: Setting, replication: int = 0) -> dict[int, int]:
    """The harm level at the end of the episode of each training case."""
    log = events(scenario, setting.seed, replication, engine=setting.engine)
    return {row.case: row.level for row in log if row.kind == "resolved" and not row.independent}


# ---- durations -----------------------------------------------------------------------------------

_DURATION = re.compile(r"^([0-9.e+-]+) min$")


def scaled(scenario: Scenario, factor: float) -> Scenario:
    """The scenario with every duration multiplied (a resolved one writes them all in minutes)."""

    def changed(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: changed(item) for key, item in value.items()}
        if isinstance(value, list):
            return [changed(item) for item in value]
        found = _DURATION.match(value) if isinstance(value, str) else None
        return minutes(float(found[1]) * factor) if found else value

    content = scenario.resolved()
    kept: dict[str, Any] = {
        "variants": {},
        "evidence": [],
    }  # they hold durations too, but change nothing
    return Scenario.model_validate({key: changed(item) for key, item in content.items()} | kept)


Differences = Callable[[Setting], list[str]]


def _row(
    number: int, title: str, claim: str, differences: Differences
) -> tuple[str, str, str, Callable[[Setting], Verdict], int, int]:
    run = partial(_judged, differences, claim)  # not a closure: it goes to a worker process
    return f"limit-{number:02d}", title, claim, run, 20_000, 20_000


def _judged(differences: Differences, claim: str, setting: Setting) -> Verdict:
    return exact(differences(setting), "equality", claim)


LIMITS = (
    _row(1, "No harm to come", "Where harm never comes there is none.", harmless),
    _row(2, "No recovery", "Where nobody recovers nobody does.", no_recovery),
    _row(3, "Nothing allowed", "No leeway and no delay: no harm.", nothing_allowed),
    _row(4, "Hands off", "Hands off, no call, no alarm: no takeover.", nobody_takes_over),
    _row(5, "Nobody watches", "Unwatched, permissiveness changes nothing.", nobody_watches),
    _row(6, "Enough supervisors", "A supervisor for each is enough.", enough_supervisors),
    _row(7, "Slower clock", "Twice the durations: the same bits.", slower_clock),
    _row(8, "Weights", "Unjudged, weights only weigh.", weights_only_weigh),
    _row(9, "Education", "Words change no number.", education_is_words),
    _row(10, "One more trainee", "One trainee more moves no other's luck.", another_trainee),
    _row(
        11, "Slower response",
        "Where only a rescue helps, a longer response never lowers an episode's harm.",
        slower_response,
    ),
    _row(
        12, "Spared by a slow response",
        "Where hands-on stops a recovery, a slower response can spare the patient.",
        spared,
    ),
)  # fmt: skip
