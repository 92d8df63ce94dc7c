"""A scenario in plain sentences: who, what, how many, and what its rule of supervision means."""

import numpy as np

from analysis import words
from engine.rules import LEVEL_NAMES, MILD, shifted
from engine.scenario import Scenario
from engine.sections import ErrorProbability

ALWAYS = "supervisors always step in at once"
WEIGHED = {
    "value_weighted": "Supervisors weigh what an error teaches against the patient's risk",
    "risk_threshold": "Supervisors go by the patient's risk alone",
    "entrustment": "Supervisors weigh what an error teaches, and how far they trust the trainee, "
    "against the patient's risk",
}
"""The policies with permissiveness, in words."""
NODES = 40
"""Enough for four decimals of an averaged chance."""


def sentences(scenario: Scenario) -> list[str]:
    """What was simulated, one sentence or two per topic."""
    told = [people(scenario), task(scenario), supervisors(scenario)]
    told += [rule(scenario), *limits(scenario), later(scenario)]
    return [sentence for sentence in told if sentence != ""]


def people(scenario: Scenario) -> str:
    """Who trains, and how much."""
    count, cases = scenario.trainees.count, scenario.study.cases
    who = "One trainee does" if count == 1 else f"Each of {count} trainees does"
    text = f"{who} {words.plural(cases, 'training case')}"
    if scenario.study.horizon is not None:
        text += f", as far as they start within {words.duration(scenario.study.horizon)}"
    return text + "."


def task(scenario: Scenario) -> str:
    """What a case consists of, and how often a step goes wrong."""
    steps = [
        f"{step.name} ({chances(scenario, step.error_probability)})" for step in scenario.task.steps
    ]
    return f"A case has {words.plural(len(steps), 'step')}: {words.listed(steps)}."


def chances(scenario: Scenario, chance: ErrorProbability) -> str:
    """How often a step goes wrong, in a case of middling difficulty and over all cases."""
    novice, expert = words.percent(chance.novice), words.percent(chance.expert)
    text = f"it goes wrong for a novice in {novice}, for an expert in {expert}"
    sd = scenario.patient.difficulty_sd
    if sd == 0:
        return text
    novice, expert = (words.percent(averaged(each, sd)) for each in (chance.novice, chance.expert))
    return f"in a case of middling difficulty {text}; over all cases in {novice} and {expert}"


def averaged(chance: float, difficulty_sd: float) -> float:
    """A chance averaged over normal difficulty (logits), by Gauss and Hermite's rule."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(NODES)
    values = [shifted(chance, difficulty_sd * float(node)) for node in nodes]
    return float(np.dot(weights, values) / np.sum(weights))


def supervisors(scenario: Scenario) -> str:
    """Who is on duty, and how closely they watch."""
    supervision = scenario.supervision
    verb = "is" if supervision.supervisors == 1 else "are"
    text = f"{words.plural(supervision.supervisors, 'supervisor')} {verb} on duty at a time"
    if supervision.pool > 1:
        text += (
            f"; who judges changes from case to case, one of {supervision.pool} people, some "
            "bolder than others"
            if supervision.judgement.between_supervisors_cv > 0
            else f"; who judges changes from case to case, one of {supervision.pool} people"
        )
    watched = f"{words.percent(supervision.watched)} of cases are watched"
    if supervision.watched in (0, 1):
        watched = "every case is watched" if supervision.watched == 1 else "no case is watched"
    latency = supervision.response.standard.median
    fix = supervision.fix.standard.median
    return (
        f"{text}; {watched}. A supervisor who steps in typically has hands on the "
        f"patient after {words.duration(latency)} and needs {words.duration(fix)} for a try at "
        f"putting it right."
    )


def rule(scenario: Scenario) -> str:
    """The policy, and what its permissiveness or time limit means."""
    supervision = scenario.supervision
    if supervision.policy == "zero_tolerance":
        return f"On noticing an error, {ALWAYS}."
    if supervision.policy == "hands_off":
        alarm = "" if supervision.alarm_from == "never" else " or summoned by an alarm"
        return f"On noticing an error, {never_unasked(scenario)}; they come when called{alarm}."
    if supervision.policy == "time_limit":
        return waiting(scenario)
    return f"{WEIGHED[supervision.policy]}. {permissiveness(scenario)}"


def why_no_leeway(scenario: Scenario) -> str | None:
    """Why the policy has no leeway to vary; None where it has."""
    told = {"hands_off": never_unasked(scenario), "zero_tolerance": ALWAYS}
    why = told.get(scenario.supervision.policy)
    return None if why is None else f"{why}, so there is no leeway to vary"


def never_unasked(scenario: Scenario) -> str:
    """What hands_off means: the rules above the policy hold for the one judgement it has."""
    supervision = scenario.supervision
    kept = never_allowed(scenario)
    if supervision.stop_at is not None:
        kept.append(f"where they first see an error at {or_worse(supervision.stop_at)}")
    if supervision.time_cap is not None:
        kept.append(f"once an error they have seen is {words.duration(supervision.time_cap)} old")
    text = "supervisors never step in unasked"
    return f"{text}, except {words.listed(kept)}" if kept else text


def never_allowed(scenario: Scenario) -> list[str]:
    """The exception for errors never allowed, to go on after `except`; empty without any."""
    names = list(scenario.supervision.never_allow)
    return [f"for errors never allowed ({words.listed(names)})"] if names else []


def waiting(scenario: Scenario) -> str:
    """What time_limit means: how old an error may get, whichever of limit and cap is shorter."""
    supervision = scenario.supervision
    limit, cap = supervision.time_limit, supervision.time_cap
    assert limit is not None  # the format asks for it under this policy
    age = f"{words.duration(limit)} old"
    if cap is not None and cap < limit:
        age = f"{words.duration(cap)} old, which comes before the time limit of "
        age += words.duration(limit)
    kept = "".join(f" (except {each})" for each in never_allowed(scenario))
    return (
        f"On noticing an error that has done no harm{kept}, supervisors wait until the error is "
        f"{age}; at any harm they step in at once."
    )


def permissiveness(scenario: Scenario) -> str:
    """What the scenario's permissiveness means, with its own harm weights."""
    supervision = scenario.supervision
    value = supervision.permissiveness
    if value == 0:
        return "Permissiveness 0: no error is let run; supervisors step in as soon as they notice."
    kind = (
        "an error, whatever it teaches,"
        if supervision.policy == "risk_threshold"
        else ("an error of full educational value")
    )
    until = f"as long as they put the patient's chance of mild harm below {words.percent(value)}"
    if value >= 1:
        until = "until the patient comes to mild harm"
    text = (
        f"Permissiveness {words.number(value)}: the typical supervisor lets {kind} run {until}"
        f"{graver(scenario)}; the chance meant is the one that harm comes before a takeover "
        f"begun now would be done, as the supervisor sees it."
    )
    if supervision.policy != "risk_threshold":
        text += " An error that teaches less is let run for less, in proportion."
    if supervision.policy == "entrustment":
        text += (
            " That is with a trainee of whose errors nothing has been seen yet. Trust counts "
            "too: a trainee who puts errors right before harm is given more room, one who doesn't "
            "is given less."
        )
    return text


def graver(scenario: Scenario) -> str:
    """How much less is tolerated of graver harm: in inverse proportion to its weight.

    Only harm that an error of the scenario can come to is spoken of; empty where it is mild.
    """
    worst = max(
        LEVEL_NAMES.index(kind.worst_harm) for step in scenario.task.steps for kind in step.errors
    )
    weights, value = scenario.harm_weights, scenario.supervision.permissiveness
    tolerated = [
        f"{level if level == 'death' else level + ' harm'} "
        f"{words.percent(min(1.0, value * weights.mild / getattr(weights, level)))}"
        for level in LEVEL_NAMES[MILD + 1 : worst + 1]
    ]
    return f" (for graver harm less is tolerated: {words.listed(tolerated)})" if tolerated else ""


def limits(scenario: Scenario) -> list[str]:
    """The rules that stand above the policy."""
    supervision = scenario.supervision
    told = []
    if len(supervision.never_allow) > 0:
        told.append(
            f"Whatever the policy, never allowed: {words.listed(list(supervision.never_allow))}; "
            "on noticing that, supervisors step in at once."
        )
    if supervision.stop_at is not None:
        told.append(stopping(scenario, supervision.stop_at))
    if supervision.time_cap is not None:
        told.append(
            "Whatever the policy, no judgement lets an error run longer than "
            f"{words.duration(supervision.time_cap)}."
        )
    if supervision.alarm_from != "never":
        told.append(alarm(scenario, supervision.alarm_from))
    return told


def stopping(scenario: Scenario, level: str) -> str:
    """What a harm level to stop at means; hands_off judges an error once and never again."""
    if scenario.supervision.policy == "hands_off":
        return (
            f"Where supervisors first see an error at {or_worse(level)}, they step in at once; at "
            "harm that comes later they don't."
        )
    return (
        f"Whatever the policy, at {or_worse(level)} supervisors who have noticed the error step in "
        "at once."
    )


def alarm(scenario: Scenario, level: str) -> str:
    """Whom harm summons by itself: after a judgement nobody any more, but under hands_off."""
    where = "where nobody has judged the error yet"
    if scenario.supervision.policy == "hands_off":
        where = "whether or not one has seen the error"
    text = or_worse(level)
    return f"{text[0].upper()}{text[1:]} summons a supervisor {where} (the alarm)."


def or_worse(level: str) -> str:
    """A harm level and those above it: `mild harm or worse`, `death`."""
    return level if level == "death" else f"{level} harm or worse"


def later(scenario: Scenario) -> str:
    """The independent practice after training; empty where there is none."""
    cases = scenario.independent.cases
    if cases == 0:
        return "No independent practice is simulated, so harm to later patients isn't counted."
    return (
        f"Afterwards each trainee does {words.plural(cases, 'case')} in independent practice: that "
        f"is where too little leeway would be paid for."
    )
