"""Cases in which nothing can go wrong, run through at once.

Most cases have no error, and nobody but the trainee is touched by those. Where that is certain
beforehand a case comes to its duration and its lesson. Without a log only: each event is a row.
"""

from typing import Any

from engine.kernel_booking import bring_to, experience
from engine.kernel_chance import surely_right
from engine.kernel_luck import case_row
from engine.kernel_state import (
    AT_CLOSE,
    AT_START,
    IDLE,
    NEVER,
    NOBODY,
    error_bound_at,
    held_at,
    odds_at,
    setting_at,
    step_luck_at,
    trainee_at,
    worst_at,
)
from engine.kernel_trainee import plan_case
from engine.parts import part
from engine.rules import NONE, step_gain


@part
def run_plain_cases(ward: Any, who: int) -> float:
    """Training, from the case that is to start; returns when the first starts that may go wrong.

    Not where latent episodes run or wait to be booked: they concern the cases that come.
    """
    trainee, setting = trainee_at(ward, who), setting_at(ward, 0)
    steps = setting.draws.steps
    gain = step_gain(trainee.speed, setting.practice, float(steps))
    while trainee.carried == NOBODY and not trainee.latents and trainee.doing != IDLE:
        bring_to(ward, trainee, trainee.due, AT_START)
        ends = _plain_end(ward, trainee, who, steps, experience(setting, trainee))
        if ends == NEVER:
            break
        trainee.cases += 1
        worst_at(ward, who, trainee.case).level = NONE
        ward.last_row = max(ward.last_row, ends)
        bring_to(ward, trainee, ends, AT_CLOSE)
        for _ in range(steps):
            trainee.practice += gain
        plan_case(ward, who, trainee.case + 1, ends)
    start: float = trainee.due
    return start


@part
def _plain_end(ward: Any, trainee: Any, who: int, steps: int, amount: float) -> float:
    """When the attempt at a case ends in which no step can go wrong; NEVER where one may."""
    ends, row = trainee.due, trainee.row
    for step in range(steps):
        odds = odds_at(ward, row, step).odds
        if not surely_right(error_bound_at(ward, who, step), odds, amount, trainee.distress):
            return NEVER
        ends += step_luck_at(ward, row, step).duration
    return float(ends)


@part
def run_plain_cases_alone(ward: Any, who: int, case: int) -> int:
    """Independent practice, from this case; returns the first that may go wrong, or their count.

    Nobody asks how long these cases take.
    """
    trainee, setting = trainee_at(ward, who), setting_at(ward, 0)
    steps, cases = setting.draws.steps, setting.independent_cases
    gain = step_gain(trainee.speed, setting.practice, float(steps))
    start, failure, observing = setting.experience, trainee.failure, trainee.observing
    practice = trainee.practice
    going = True
    while going and case < cases:
        row = case_row(ward, who, case)
        last = case + 1
        if ward.later_width >= cases:
            last = min(cases, held_at(ward, who + ward.trainees).last)
        while going and case < last:
            amount = start + ((practice + failure) + observing)
            for step in range(steps):
                odds = odds_at(ward, row, step).odds
                if not surely_right(error_bound_at(ward, who, step), odds, amount, 0.0):
                    going = False
            if going:
                for _ in range(steps):
                    practice += gain
                case += 1
                row += 1
    trainee.practice = practice
    return case
