"""Luck turned into variates, once per replication, and kept for every point that draws alike.

A row of a table holds what luck brings to one case or episode. Where there are more cases than
rows, those of a trainee take turns. Luck that few need is computed on demand.
"""

import math
from typing import Any

from engine.kernel_batch import column_of, draw, draw_all, exp_all, normal_all
from engine.kernel_state import (
    BATCH,
    CASE_BITS,
    LEAST_ODDS,
    MOST_CHANCE,
    MOST_ODDS,
    OCCURRENCES,
    RANK_BITS,
    TRAINEE_BITS,
    case_luck_at,
    episode_luck_at,
    held_at,
    odds_at,
    person_at,
    setting_at,
    step_at,
    step_luck_at,
)
from engine.luck import INDEPENDENT, Purpose, block, luck
from engine.parts import part
from engine.quantiles import standard_normal
from engine.rules import difficulty, multiplier, perceived_window

# Purposes come in blocks of four; these are the numbers of their blocks.
_CASE_1 = Purpose.GAP // 4
_CASE_2 = Purpose.WATCHED // 4
_STEP = Purpose.STEP_DURATION // 4
_EPISODE_1 = Purpose.TIME_TO_HARM // 4
_EPISODE_2 = Purpose.CALL // 4
_ALONE = INDEPENDENT // 4
_INDEPENDENT = INDEPENDENT

# Compiled code takes purposes as plain integers.
_PERSON_MULTIPLIER, _LEARNING_SPEED = int(Purpose.PERSON_MULTIPLIER), int(Purpose.LEARNING_SPEED)
_OF_RECOVERY, _OF_VISIBLE = int(Purpose.RECOVERY_TIME), int(Purpose.VISIBLE)
_OF_CALL, _OF_NET = int(Purpose.CALL_TIME), int(Purpose.SAFETY_NET_TIME)
_OF_RESPONSE, _OF_BACKUP = int(Purpose.RESPONSE), int(Purpose.BACKUP_RESPONSE)
_OF_ESCALATION, _OF_MISJUDGEMENT = int(Purpose.ESCALATION), int(Purpose.MISJUDGEMENT)
_OF_SLIP, _OF_CUE, _OF_CUED = int(Purpose.SLIP), int(Purpose.CUE), int(Purpose.CUED_RECOVERY_TIME)
_OF_FIX, _OF_SUCCESS = int(Purpose.FIX), int(Purpose.RESCUE_SUCCESS)

# Bits of EPISODE_LUCK.known; those of the second line are shifted by the occurrence.
_OPENING, _RECOVERY_TIME, _VISIBLE, _CALL_TIME, _NET_TIME, _RESPONSE, _BACKUP = (
    1 << bit for bit in range(7)
)
_ESCALATION, _MISJUDGEMENT, _SLIP, _CUE, _CUED, _FIX, _SUCCESS = (
    1 << (8 + bit * OCCURRENCES) for bit in range(7)
)


@part
def four(
    ward: Any, trainee: int, case: int, step: int, group: int, occurrence: int
) -> tuple[float, float, float, float]:
    """The luck of four neighbouring purposes, in training or alone as the ward is."""
    if ward.alone:
        group += _ALONE
    return block(ward.seed, ward.replication, trainee, case, step, group, occurrence)


@part
def one(ward: Any, trainee: int, case: int, step: int, purpose: int, occurrence: int) -> float:
    """The luck of one purpose, in training or alone as the ward is."""
    if ward.alone:
        purpose |= _INDEPENDENT
    u: float = luck(ward.seed, ward.replication, trainee, case, step, purpose, occurrence)
    return u


@part
def learning_speed(ward: Any, trainee: int) -> float:
    """The trait of a trainee."""
    u = one(ward, trainee, 0, 0, _LEARNING_SPEED, 0)
    return draw(ward, setting_at(ward, 0).draws.learning_speed, u)


# ---- of a case -------------------------------------------------------------------------------


@part
def case_row(ward: Any, who: int, case: int) -> int:
    """The row of `case_luck` and `step_luck` for a case, training or alone as the ward is.

    Only what cases without an error need is sure to be in it: see `detail_case`.
    """
    held = held_at(ward, who + ward.alone * ward.trainees)
    if held.epoch != ward.epoch:
        held.epoch = ward.epoch
        held.first = held.last = case
    if case < held.first or case >= held.last:
        _hold(ward, held, who, case)
    return case_index(ward, who, case)


@part
def case_index(ward: Any, who: int, case: int) -> int:
    """The row that belongs to a case."""
    if ward.alone:
        later: int = ward.later_width
        place = case if case < later else case % later
        return int(ward.trainees * ward.case_width + who * later + place)
    width: int = ward.case_width
    return int(who * width + (case if case < width else case % width))


@part
def _hold(ward: Any, held: Any, who: int, case: int) -> None:
    """Fill the rows of some cases from this one on; cases in order need that once per width."""
    setting = setting_at(ward, 0)
    width = ward.later_width if ward.alone else ward.case_width
    cases = setting.independent_cases if ward.alone else setting.cases
    last = min(cases, case + min(width, BATCH))
    if case != held.last:
        held.first = case
    held.last = last
    held.first = max(held.first, last - width)
    _fill_cases(ward, who, case, last)
    for step in range(setting.draws.steps):
        _fill_steps(ward, who, case, last, step)


@part
def _fill_cases(ward: Any, who: int, first: int, last: int) -> None:
    """What every case needs: the gap before it, and how hard it is; alone, there is no gap."""
    draws, count = setting_at(ward, 0).draws, last - first
    gaps, z, easy = column_of(ward, 0), column_of(ward, 1), column_of(ward, 2)
    for place in range(count):
        gaps[place], _, z[place], _ = four(ward, who, first + place, 0, _CASE_1, 0)
    if not ward.alone:
        draw_all(ward, draws.gap, gaps, count)
    normal_all(ward, z, count)
    for place in range(count):
        easy[place] = -difficulty(draws.difficulty_sd, z[place])
    exp_all(easy, count)
    for place in range(count):
        row = case_luck_at(ward, case_index(ward, who, first + place))
        row.gap, row.easiness = gaps[place], easy[place]
        row.difficulty = difficulty(draws.difficulty_sd, z[place])
        row.detailed = 0


@part
def _fill_steps(ward: Any, who: int, first: int, last: int, step: int) -> None:
    """What every case needs of a step: whether it may go wrong; alone, no duration."""
    count, durations, errors = last - first, column_of(ward, 0), column_of(ward, 1)
    for place in range(count):
        durations[place], errors[place], _, _ = four(ward, who, first + place, step, _STEP, 0)
    if not ward.alone:
        draw_all(ward, step_at(ward, step).duration, durations, count)
    for place in range(count):
        index = case_index(ward, who, first + place)
        step_luck_at(ward, index, step).duration = durations[place]
        easiness = case_luck_at(ward, index).easiness
        odds_at(ward, index, step).odds = odds_of(errors[place], easiness)


@part
def odds_of(u: float, factor: float) -> float:
    """The odds of u times a factor; NaN where rounding would tell on them."""
    odds = u / (1.0 - u) * factor
    return odds if u < MOST_CHANCE and LEAST_ODDS < odds < MOST_ODDS else math.nan


@part
def detail_case(ward: Any, index: int, trainee: int, case: int) -> None:
    """What only cases with an error need, in training or alone as the ward is."""
    row = case_luck_at(ward, index)
    if row.detailed:
        return
    row.detailed = 1
    draws = setting_at(ward, 0).draws
    _, fragility, _, who = four(ward, trainee, case, 0, _CASE_1, 0)
    row.fragility = draw(ward, draws.fragility, fragility)
    row.person = int(who * draws.pool)
    if not ward.alone:
        row.watched, row.debrief, duration, _ = four(ward, trainee, case, 0, _CASE_2, 0)
        row.debrief_duration = draw(ward, draws.debrief_duration, duration)
        row.multiplier = _person_multiplier(ward, row.person)
    for step in range(draws.steps):
        each = step_luck_at(ward, index, step)
        u, each.error, each.fraction, each.kind = four(ward, trainee, case, step, _STEP, 0)
        if ward.alone:
            each.duration = draw(ward, step_at(ward, step).duration, u)


@part
def _person_multiplier(ward: Any, person: int) -> float:
    row = person_at(ward, person)
    if row.epoch != ward.epoch:
        row.epoch = ward.epoch
        u = one(ward, person, 0, 0, _PERSON_MULTIPLIER, 0)
        row.multiplier = multiplier(setting_at(ward, 0).draws.between_sigma, standard_normal(u))
    known: float = row.multiplier
    return known


# ---- of an episode ---------------------------------------------------------------------------


@part
def episode_row(ward: Any, slot: int, patient: Any, who: int, case: int, step: int) -> int:
    """The row of `episode_luck` for an episode; nothing in it is known at first.

    `patient`: the CASE_LUCK.
    """
    index = slot
    if ward.kept:
        index = case_index(ward, who, case) * ward.step_width + step
    row = episode_luck_at(ward, index)
    address = (ward.alone << RANK_BITS) | (who << TRAINEE_BITS) | (case << CASE_BITS) | step
    if row.epoch != ward.epoch or row.address != address:
        row.epoch = ward.epoch
        row.address = address
        row.trainee, row.case, row.step = who, case, step
        row.fragility, row.easiness = patient.fragility, patient.easiness
        row.known = 0
    return index


@part
def know_opening(ward: Any, kind: Any, row: Any) -> None:
    """What the clocks of an episode start from."""
    if row.known & _OPENING:
        return
    row.known |= _OPENING
    who, case, step = row.trainee, row.case, row.step
    harm, row.recovery, _, _ = four(ward, who, case, step, _EPISODE_1, 0)
    row.first_harm = draw(ward, kind.draws.time_to_harm, harm) / row.fragility
    row.recovery_odds = odds_of(row.recovery, 1.0 / row.easiness)
    row.call, _, row.safety_net, _ = four(ward, who, case, step, _EPISODE_2, 0)


@part
def _at_first(row: Any, bit: int) -> bool:
    """Whether a piece of luck is asked for the first time."""
    new = not row.known & bit
    row.known |= bit
    return new


@part
def _u(ward: Any, row: Any, purpose: int, n: int) -> float:
    """The uniform number of an episode, for a purpose and its occurrence n."""
    u: float = one(ward, row.trainee, row.case, row.step, purpose, n)
    return u


@part
def recovery_time(ward: Any, kind: Any, row: Any) -> float:
    """Until the trainee has put it right (min)."""
    if _at_first(row, _RECOVERY_TIME):
        row.recovery_time = draw(ward, kind.draws.recovery_time, _u(ward, row, _OF_RECOVERY, 0))
    time: float = row.recovery_time
    return time


@part
def visible_time(ward: Any, kind: Any, row: Any) -> float:
    """Until a supervisor could notice (min)."""
    if _at_first(row, _VISIBLE):
        row.visible = draw(ward, kind.draws.visible_after, _u(ward, row, _OF_VISIBLE, 0))
    time: float = row.visible
    return time


@part
def call_time(ward: Any, kind: Any, row: Any) -> float:
    """Until the trainee calls (min)."""
    if _at_first(row, _CALL_TIME):
        row.call_time = draw(ward, kind.draws.call_time, _u(ward, row, _OF_CALL, 0))
    time: float = row.call_time
    return time


@part
def safety_net_time(ward: Any, kind: Any, row: Any) -> float:
    """Until the safety net holds (min)."""
    if _at_first(row, _NET_TIME):
        row.safety_net_time = draw(ward, kind.draws.safety_net_time, _u(ward, row, _OF_NET, 0))
    time: float = row.safety_net_time
    return time


@part
def response_time(ward: Any, row: Any) -> float:
    """Until a supervisor is there (min)."""
    if _at_first(row, _RESPONSE):
        distribution = setting_at(ward, 0).draws.response
        row.response = draw(ward, distribution, _u(ward, row, _OF_RESPONSE, 0))
    time: float = row.response
    return time


@part
def backup_time(ward: Any, row: Any) -> float:
    """Until the backup is there (min)."""
    if _at_first(row, _BACKUP):
        distribution = setting_at(ward, 0).draws.backup_response
        row.backup_response = draw(ward, distribution, _u(ward, row, _OF_BACKUP, 0))
    time: float = row.backup_response
    return time


@part
def escalation(ward: Any, kind: Any, row: Any, level: int) -> float:
    """From this level to the next (min), in this patient."""
    if _at_first(row, _ESCALATION << level):
        time = draw(ward, kind.draws.escalation, _u(ward, row, _OF_ESCALATION, level))
        row.escalation[level] = time / row.fragility
    known: float = row.escalation[level]
    return known


@part
def misjudgement(ward: Any, row: Any, level: int) -> float:
    """The factor by which the supervisor mistakes the time left at this level."""
    if _at_first(row, _MISJUDGEMENT << level):
        draws, z = (
            setting_at(ward, 0).draws,
            standard_normal(_u(ward, row, _OF_MISJUDGEMENT, level)),
        )
        row.misjudgement[level] = perceived_window(1.0, draws.bias, draws.noise, z)
    factor: float = row.misjudgement[level]
    return factor


@part
def slip(ward: Any, row: Any, level: int) -> float:
    """The factor of the judgement at this level."""
    if _at_first(row, _SLIP << level):
        z = standard_normal(_u(ward, row, _OF_SLIP, level))
        row.slip[level] = multiplier(setting_at(ward, 0).draws.within_sigma, z)
    factor: float = row.slip[level]
    return factor


@part
def cue_luck(ward: Any, row: Any, level: int) -> float:
    """The uniform number that decides on a cue."""
    if _at_first(row, _CUE << level):
        row.cue[level] = _u(ward, row, _OF_CUE, level)
    u: float = row.cue[level]
    return u


@part
def cued_time(ward: Any, kind: Any, row: Any, level: int) -> float:
    """From a cue that works to the recovery (min)."""
    if _at_first(row, _CUED << level):
        u = _u(ward, row, _OF_CUED, level)
        row.cued_time[level] = draw(ward, kind.draws.recovery_time, u)
    time: float = row.cued_time[level]
    return time


@part
def fix_time(ward: Any, row: Any, n: int) -> float:
    """How long the try n takes (min)."""
    distribution = setting_at(ward, 0).draws.fix
    if n >= OCCURRENCES:
        return draw(ward, distribution, _u(ward, row, _OF_FIX, n))
    if _at_first(row, _FIX << n):
        row.fix[n] = draw(ward, distribution, _u(ward, row, _OF_FIX, n))
    time: float = row.fix[n]
    return time


@part
def rescue_luck(ward: Any, row: Any, n: int) -> float:
    """The uniform number that decides on the try n; tries are made in training only."""
    if n >= OCCURRENCES:
        return _u(ward, row, _OF_SUCCESS, n)
    if _at_first(row, _SUCCESS << n):
        row.success[n] = _u(ward, row, _OF_SUCCESS, n)
    u: float = row.success[n]
    return u
