"""The outcomes of a replication from the kernel's counts (model, section 8).

Sums over trainees are added in their order, from 0; `engine.tally` says the same in plain Python.
"""

import math
from typing import Any

import numpy as np

from engine.event_log import ALLOWED, CALLED, LATE_NOTICED, PREVENTED, UNNOTICED
from engine.kernel_booking import experience
from engine.kernel_state import setting_at, step_at, trainee_at, worst_at
from engine.outcomes import OUTCOME_NAMES
from engine.parts import apart, part
from engine.rules import DEATH, MILD, MODERATE, NONE, SEVERE, learned, shifted

OUTCOME_ROW = np.dtype([(name, np.float64) for name in OUTCOME_NAMES])
"""The outcomes of one replication, by name."""


@apart
def write_outcomes(ward: Any, row: Any) -> None:
    """Fill an OUTCOME_ROW."""
    setting = setting_at(ward, 0)
    cases = 0
    for who in range(setting.trainees):
        cases += trainee_at(ward, who).cases
    ward.cases = cases
    _write_errors(ward, cases, row)
    _write_takeovers(ward, cases, row)
    _write_harm(ward, cases, row)
    _write_supervision(ward, row)
    _write_later(ward, row)


@part
def _ratio(total: float, number: float) -> float:
    return total / number if number != 0.0 else math.nan


@part
def _per_100(count: float, cases: int) -> float:
    return _ratio(100.0 * count, float(cases))


@part
def _of_class(ward: Any, fate: int) -> float:
    total = 0.0
    for level in range(DEATH + 1):
        total += ward.fates[fate, level]
    return total


@part
def _write_errors(ward: Any, cases: int, row: Any) -> None:
    by = ward.resolved_by
    prevented, allowed = _of_class(ward, PREVENTED), _of_class(ward, ALLOWED)
    late = _of_class(ward, LATE_NOTICED)
    row.errors = _per_100(float(ward.errors), cases)
    row.noticed = _per_100(prevented + allowed + late, cases)
    row.prevented = _per_100(prevented, cases)
    row.allowed = _per_100(allowed, cases)
    row.late_noticed = _per_100(late, cases)
    row.called = _per_100(_of_class(ward, CALLED), cases)
    row.unnoticed = _per_100(_of_class(ward, UNNOTICED), cases)
    row.self_recovered = _per_100(float(by[0]), cases)
    row.cue_recovered = _per_100(float(by[1]), cases)
    row.intercepted = _per_100(float(by[2]), cases)
    row.taken_over = _per_100(float(by[3] + by[4]), cases)
    row.backups = _per_100(float(ward.backups), cases)
    row.exhausted = _per_100(float(by[5]), cases)
    row.subsided = _per_100(float(by[6]), cases)
    row.allowed_unharmed = _ratio(float(ward.fates[ALLOWED, NONE]), allowed)


@part
def _write_takeovers(ward: Any, cases: int, row: Any) -> None:
    row.needless_takeovers = _per_100(float(ward.needless), cases)
    row.necessary_takeovers = _per_100(float(ward.necessary), cases)
    row.late_takeovers = _per_100(float(ward.late), cases)
    row.debriefs = _per_100(float(ward.debriefs), cases)


@part
def _write_harm(ward: Any, cases: int, row: Any) -> None:
    """Harm by patient, and each trainee's `harm_now`: weights added case by case."""
    setting = setting_at(ward, 0)
    mild, moderate, severe, death = 0, 0, 0, 0
    burden = 0.0
    for who in range(setting.trainees):
        trainee = trainee_at(ward, who)
        for case in range(trainee.cases):
            level = worst_at(ward, who, case).level
            if level == NONE:
                continue
            trainee.harm_now += setting.weight[level]
            mild += level == MILD
            moderate += level == MODERATE
            severe += level == SEVERE
            death += level == DEATH
        burden += trainee.harm_now
    row.harm_any = _per_100(float(mild + moderate + severe + death), cases)
    row.harm_mild = _per_100(float(mild), cases)
    row.harm_moderate = _per_100(float(moderate), cases)
    row.harm_severe = _per_100(float(severe), cases)
    row.harm_death = _per_100(float(death), cases)
    row.harm_burden = _per_100(burden, cases)


@part
def _write_supervision(ward: Any, row: Any) -> None:
    setting = setting_at(ward, 0)
    latency = wait = notice_wait = busy = 0.0
    for who in range(setting.trainees):
        trainee = trainee_at(ward, who)
        latency += trainee.latency
        wait += trainee.wait
        notice_wait += trainee.notice_wait
        busy += trainee.busy
    row.rescue_latency = _ratio(latency, float(ward.hands_on))
    row.rescue_wait = _ratio(wait, float(ward.hands_on))
    row.notice_wait = _ratio(notice_wait, float(ward.judged))
    row.supervisor_busy = _ratio(busy, float(setting.supervisors) * ward.last_row)


@apart
def remember_training(ward: Any, row: Any) -> None:
    """The trainees' states at the last booking of training, as means over trainees."""
    setting = setting_at(ward, 0)
    total = practice = failure = observing = resilience = distress = chance = 0.0
    for who in range(setting.trainees):
        trainee = trainee_at(ward, who)
        total += experience(setting, trainee)
        practice += trainee.practice
        failure += trainee.failure
        observing += trainee.observing
        resilience += trainee.resilience
        distress += trainee.distress
        chance += _error_probability(ward, experience(setting, trainee))
    trainees = float(setting.trainees)
    row.experience = _ratio(total, trainees)
    row.experience_practice = _ratio(practice, trainees)
    row.experience_failure = _ratio(failure, trainees)
    row.experience_observing = _ratio(observing, trainees)
    row.resilience = _ratio(resilience, trainees)
    row.distress = _ratio(distress, trainees)
    row.error_probability = _ratio(chance, trainees)


@part
def _error_probability(ward: Any, amount: float) -> float:
    """The chance of an error in an average step, without difficulty or distress."""
    setting = setting_at(ward, 0)
    total = 0.0
    for step in range(setting.draws.steps):
        chances = step_at(ward, step)
        chance = learned(chances.novice, chances.expert, amount, setting.learning_cases)
        total += shifted(chance, 0.0 + setting.log_odds_ratio * 0.0)
    return total / float(setting.draws.steps)


@part
def _write_later(ward: Any, row: Any) -> None:
    setting = setting_at(ward, 0)
    later = both = 0.0
    for who in range(setting.trainees):
        trainee = trainee_at(ward, who)
        later += trainee.harm_later
        both += trainee.harm_now + trainee.harm_later
    row.independent_errors = _per_100(float(ward.later_errors), ward.later_cases)
    row.independent_harm_any = _per_100(float(ward.later_harmed), ward.later_cases)
    row.independent_harm_severe = _per_100(float(ward.later_severe), ward.later_cases)
    row.independent_harm_burden = _per_100(later, ward.later_cases)
    row.total_burden = _ratio(both, float(setting.trainees))
