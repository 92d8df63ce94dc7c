"""Luck turned into variates, once per replication, and kept for every point that draws alike.

A row of a table holds what luck brings to one case or episode. Where there are more cases than
rows, those of a trainee take turns. Luck that few need is computed on demand.
"""

from typing import Any

from numba import carray  # type: ignore[attr-defined]

from engine.elementary import exp
from engine.kernel_memory import float_pointer, unit
from engine.kernel_state import (
    CASE_BITS,
    OCCURRENCES,
    RANK_BITS,
    TRAINEE_BITS,
    LEAST_ODDS,
    MOST_CHANCE,
    MOST_ODDS,
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
from engine.quantiles import EMPIRICAL, quantile, standard_normal
from engine.rules import difficulty, multiplier

# Purposes come in blocks of four; these are the numbers of their blocks.
_CASE_1 = Purpose.GAP // 4
_CASE_2 = Purpose.WATCHED // 4
_STEP = Purpose.STEP_DURATION // 4
_EPISODE_1 = Purpose.TIME_TO_HARM // 4
_EPISODE_2 = Purpose.CALL // 4
_EPISODE_3 = Purpose.RESPONSE // 4
_EPISODE_4 = Purpose.SLIP // 4
_ALONE = INDEPENDENT // 4
_PERSON_MULTIPLIER = int(Purpose.PERSON_MULTIPLIER)
_LEARNING_SPEED = int(Purpose.LEARNING_SPEED)
_RESCUE_SUCCESS = int(Purpose.RESCUE_SUCCESS)
_FIX = int(Purpose.FIX)
_INDEPENDENT = INDEPENDENT

_AHEAD = 64
"""Cases whose luck is computed together: more than one saves time, too many are never reached."""

# Bits of EPISODE_LUCK.known; all but the first are shifted by the occurrence.
_OPENING, _THIRD, _FOURTH, _SUCCESS = 1, 1 << 8, 1 << 16, 1 << 24


@unit
def draw(ward: Any, distribution: Any, u: float) -> float:
    """The variate of a DISTRIBUTION at u."""
    values: Any = carray(float_pointer(ward.values_at), (ward.values,))
    if distribution.family == EMPIRICAL:
        values = values[distribution.first : distribution.first + distribution.count]
    variate: float = quantile(
        distribution.family, distribution.a, distribution.b, distribution.c, values, u
    )
    return variate


@unit
def four(
    ward: Any, trainee: int, case: int, step: int, group: int, occurrence: int
) -> tuple[float, float, float, float]:
    """The luck of four neighbouring purposes, in training or alone as the ward is."""
    if ward.alone:
        group += _ALONE
    return block(ward.seed, ward.replication, trainee, case, step, group, occurrence)


@unit
def one(ward: Any, trainee: int, case: int, step: int, purpose: int, occurrence: int) -> float:
    """The luck of one purpose, in training or alone as the ward is."""
    if ward.alone:
        purpose |= _INDEPENDENT
    u: float = luck(ward.seed, ward.replication, trainee, case, step, purpose, occurrence)
    return u


@unit
def learning_speed(ward: Any, trainee: int) -> float:
    """The trait of a trainee."""
    u = one(ward, trainee, 0, 0, _LEARNING_SPEED, 0)
    return draw(ward, setting_at(ward, 0).draws.learning_speed, u)


# ---- of a case -------------------------------------------------------------------------------


@unit
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


@unit
def case_index(ward: Any, who: int, case: int) -> int:
    """The row that belongs to a case."""
    if ward.alone:
        later: int = ward.later_width
        place = case if case < later else case % later
        return int(ward.trainees * ward.case_width + who * later + place)
    width: int = ward.case_width
    return int(who * width + (case if case < width else case % width))


@unit
def _hold(ward: Any, held: Any, who: int, case: int) -> None:
    """Fill the rows of some cases from this one on; cases in order need that once per width."""
    setting = setting_at(ward, 0)
    width = ward.later_width if ward.alone else ward.case_width
    cases = setting.independent_cases if ward.alone else setting.cases
    last = min(cases, case + min(width, _AHEAD))
    if case != held.last:
        held.first = case
    held.last = last
    held.first = max(held.first, last - width)
    for number in range(case, last):
        index = case_index(ward, who, number)
        if ward.alone:
            _fill_case_alone(ward, index, who, number)
        else:
            _fill_case(ward, index, who, number)


@unit
def _fill_case(ward: Any, index: int, trainee: int, case: int) -> None:
    row = case_luck_at(ward, index)
    draws = setting_at(ward, 0).draws
    gap, _, hard, _ = four(ward, trainee, case, 0, _CASE_1, 0)
    row.gap = draw(ward, draws.gap, gap)
    row.difficulty = difficulty(draws.difficulty_sd, standard_normal(hard))
    row.easiness = exp(-row.difficulty)
    row.detailed = 0
    for step in range(draws.steps):
        each = step_luck_at(ward, index, step)
        u, error, _, _ = four(ward, trainee, case, step, _STEP, 0)
        each.duration = draw(ward, step_at(ward, step).duration, u)
        odds_at(ward, index, step).odds = _odds(error, row.easiness)


@unit
def _fill_case_alone(ward: Any, index: int, trainee: int, case: int) -> None:
    row = case_luck_at(ward, index)
    draws = setting_at(ward, 0).draws
    _, _, hard, _ = four(ward, trainee, case, 0, _CASE_1, 0)
    row.difficulty = difficulty(draws.difficulty_sd, standard_normal(hard))
    row.easiness = exp(-row.difficulty)
    row.detailed = 0
    for step in range(draws.steps):
        _, error, _, _ = four(ward, trainee, case, step, _STEP, 0)
        odds_at(ward, index, step).odds = _odds(error, row.easiness)


@unit
def _odds(u: float, easiness: float) -> float:
    """The odds of u for a patient of difficulty 0; 0 where rounding would tell on them."""
    odds = u / (1.0 - u) * easiness
    return odds if u < MOST_CHANCE and LEAST_ODDS < odds < MOST_ODDS else 0.0


@unit
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


@unit
def _person_multiplier(ward: Any, person: int) -> float:
    row = person_at(ward, person)
    if row.epoch != ward.epoch:
        row.epoch = ward.epoch
        u = one(ward, person, 0, 0, _PERSON_MULTIPLIER, 0)
        row.multiplier = multiplier(setting_at(ward, 0).draws.between_sigma, standard_normal(u))
    known: float = row.multiplier
    return known


# ---- of an episode ---------------------------------------------------------------------------


@unit
def episode_row(ward: Any, slot: int, who: int, case: int, step: int) -> int:
    """The row of `episode_luck` for an episode; nothing in it is known at first."""
    index = slot
    if ward.kept:
        index = case_index(ward, who, case) * ward.step_width + step
    row = episode_luck_at(ward, index)
    address = (ward.alone << RANK_BITS) | (who << TRAINEE_BITS) | (case << CASE_BITS) | step
    if row.epoch != ward.epoch or row.address != address:
        row.epoch = ward.epoch
        row.address = address
        row.known = 0
    return index


@unit
def know_opening(ward: Any, kind: Any, episode: Any, row: Any) -> None:
    """What the clocks of an episode start from."""
    if row.known & _OPENING:
        return
    row.known |= _OPENING
    who, case, step = episode.trainee, episode.case, episode.step
    harm, row.recovery, recovery_time, visible = four(ward, who, case, step, _EPISODE_1, 0)
    row.first_harm = draw(ward, kind.draws.time_to_harm, harm) / episode.fragility
    row.recovery_time = draw(ward, kind.draws.recovery_time, recovery_time)
    row.visible = draw(ward, kind.draws.visible_after, visible)
    row.call, call_time, row.safety_net, net_time = four(ward, who, case, step, _EPISODE_2, 0)
    row.call_time = draw(ward, kind.draws.call_time, call_time)
    row.safety_net_time = draw(ward, kind.draws.safety_net_time, net_time)


@unit
def _four_of(
    ward: Any, episode: Any, group: int, occurrence: int
) -> tuple[float, float, float, float]:
    return four(ward, episode.trainee, episode.case, episode.step, group, occurrence)


@unit
def know_third(ward: Any, kind: Any, episode: Any, row: Any, n: int) -> None:
    """Response and the backup's (n = 0), escalation and misjudgement, for the occurrence n < 4."""
    if row.known & (_THIRD << n):
        return
    row.known |= _THIRD << n
    draws = setting_at(ward, 0).draws
    response, backup, escalation, judgement = _four_of(ward, episode, _EPISODE_3, n)
    if n == 0:
        row.response = draw(ward, draws.response, response)
        row.backup_response = draw(ward, draws.backup_response, backup)
    row.escalation[n] = draw(ward, kind.draws.escalation, escalation) / episode.fragility
    row.misjudgement[n] = standard_normal(judgement)


@unit
def know_fourth(ward: Any, kind: Any, episode: Any, row: Any, n: int) -> None:
    """Slip, cue, cued recovery time and fix, for the occurrence n < 4."""
    if row.known & (_FOURTH << n):
        return
    row.known |= _FOURTH << n
    draws = setting_at(ward, 0).draws
    slip, row.cue[n], cued_time, fix = _four_of(ward, episode, _EPISODE_4, n)
    row.slip[n] = multiplier(draws.within_sigma, standard_normal(slip))
    row.cued_time[n] = draw(ward, kind.draws.recovery_time, cued_time)
    row.fix[n] = draw(ward, draws.fix, fix)


@unit
def fix_time(ward: Any, kind: Any, episode: Any, row: Any, n: int) -> float:
    """How long the try n takes (min)."""
    if n < OCCURRENCES:
        know_fourth(ward, kind, episode, row, n)
        known: float = row.fix[n]
        return known
    u = one(ward, episode.trainee, episode.case, episode.step, _FIX, n)
    return draw(ward, setting_at(ward, 0).draws.fix, u)


@unit
def rescue_luck(ward: Any, episode: Any, row: Any, n: int) -> float:
    """The uniform number that decides on the try n; tries are made in training only."""
    if n < OCCURRENCES and row.known & (_SUCCESS << n):
        known: float = row.success[n]
        return known
    u: float = one(ward, episode.trainee, episode.case, episode.step, _RESCUE_SUCCESS, n)
    if n < OCCURRENCES:
        row.known |= _SUCCESS << n
        row.success[n] = u
    return u
