"""The outcomes that a second reading of the event log comes to (model, section 8)."""

import math
from collections import defaultdict

from engine.event_log import CLASSES, LEVELS, Event
from engine.scenario import Scenario
from tests.recount import BACKUP, SUPERVISOR, Case, Recount, State


def outcomes(of: Recount) -> dict[str, float]:
    """The outcomes of the registry; NaN where there is nothing to divide by."""
    training = [case for key, case in of.cases.items() if not key[0]]
    later = [case for key, case in of.cases.items() if key[0]]
    found = _counts(of, training) | _means(of) | _states(of)
    count, n = of.count, len(later)
    found["independent_errors"] = ratio(100 * count["independent_errors"], n)
    found["independent_harm_any"] = ratio(100 * sum(case.worst > 0 for case in later), n)
    found["independent_harm_severe"] = ratio(100 * sum(case.worst > 2 for case in later), n)
    burden = sum(of.weights[case.worst] for case in later)
    found["independent_harm_burden"] = ratio(100 * burden, n)
    everything = burden + sum(of.weights[case.worst] for case in training)
    found["total_burden"] = everything / len(of.trainees)
    return found


def _counts(of: Recount, training: list[Case]) -> dict[str, float]:
    count = of.count
    per_case = {
        "errors": count["errors"],
        "noticed": count["prevented"] + count["allowed"] + count["late_noticed"],
        **{name: count[name] for name in CLASSES},
        "self_recovered": count["trainee"],
        "cue_recovered": count["cued"],
        "intercepted": count["safety_net"],
        "taken_over": count["supervisor"] + count["backup"],
        "backups": count["backups"],
        "exhausted": count["exhausted"],
        "subsided": count["subsided"],
        "needless_takeovers": count["needless"],
        "necessary_takeovers": count["necessary"],
        "late_takeovers": count["late"],
        "debriefs": count["debriefs"],
        "harm_any": sum(case.worst > 0 for case in training),
        **{
            f"harm_{name}": sum(case.worst == level for case in training)
            for level, name in enumerate(LEVELS)
            if level
        },
        "harm_burden": sum(of.weights[case.worst] for case in training),
    }
    return {name: ratio(100 * value, len(training)) for name, value in per_case.items()}


def _means(of: Recount) -> dict[str, float]:
    count = of.count
    hands_minutes = of.told.supervision.supervisors * of.last_row
    return {
        "allowed_unharmed": ratio(count["allowed_unharmed"], count["allowed"]),
        "rescue_latency": ratio(count["latency_min"], count["rescues"]),
        "rescue_wait": ratio(count["wait_min"], count["rescues"]),
        "notice_wait": ratio(count["notice_wait_min"], count["judged"]),
        "supervisor_busy": ratio(of.talking_min + rescuing(of.told, of.log), hands_minutes),
    }


def _states(of: Recount) -> dict[str, float]:
    states = of.at_last_booking or []
    task = of.told.task

    def chance(state: State) -> float:
        gone = math.exp(-state.experience / task.learning_cases)
        chances = [step.error_probability for step in task.steps]
        each = [one.expert + (one.novice - one.expert) * gone for one in chances]
        return sum(each) / len(each)

    def mean(values: list[float]) -> float:
        return sum(values) / len(states)

    return {
        "experience": mean([state.experience for state in states]),
        "experience_practice": mean([state.practice for state in states]),
        "experience_failure": mean([state.failure for state in states]),
        "experience_observing": mean([state.observing for state in states]),
        "resilience": mean([state.resilience for state in states]),
        "distress": mean([state.distress for state in states]),
        "error_probability": mean([chance(state) for state in states]),
    }


def ratio(total: float, number: float) -> float:
    return total / number if number else math.nan


def rescuing(told: Scenario, log: list[Event]) -> float:
    """Minutes from assigned to released, over all supervisors."""
    by_case: dict[tuple[int, int], list[Event]] = defaultdict(list)
    for row in log:
        if not row.independent:
            by_case[row.trainee, row.case].append(row)
    return sum(
        released(told, rows, row.step) - row.time
        for rows in by_case.values()
        for row in rows
        if row.kind == "assigned"
    )


def released(told: Scenario, rows: list[Event], step: int) -> float:
    """When the rescuer of this step's error is free again: `rows` are those of its case."""
    index = next(i for i, row in enumerate(rows) if row.kind == "resolved" and row.step == step)
    ended = rows[index]
    is_latent = any(row.kind == "error" and row.step == step and row.second for row in rows)
    grave = [i for i, row in enumerate(rows) if row.kind == "resolved" and row.level >= 3]
    steps = len(told.task.steps)
    finishes = (
        told.supervision.after_takeover == "finish"
        and int(ended.number) in (SUPERVISOR, BACKUP)
        and not is_latent
        and not any(i <= index for i in grave)
        and step + 1 < steps
    )
    if not finishes:
        return ended.time
    completed = [row.time for row in rows if row.kind == "step_end" and row.second == 1]
    if len(completed) == steps - 1 - step:
        return completed[-1]
    return rows[grave[0]].time
