"""A case of independent practice, worked out in one go (model, section 7).

Nobody else is there, so each episode is a race between a few clocks, and the attempt only needs to
know when an episode ends. Where two things of different origin fall on one instant, or a log is
wanted, it is left to the events, which know the order: nothing has been booked by then.
"""

from typing import Any

from engine.event_log import BACKUP, EXHAUSTED, SAFETY_NET, SUBSIDED, TRAINEE
from engine.kernel_booking import book_lesson, book_practice, experience
from engine.kernel_chance import goes_wrong, recovers
from engine.kernel_luck import (
    backup_time,
    call_time,
    case_row,
    detail_case,
    episode_row,
    escalation,
    fix_time,
    know_opening,
    recovery_time,
    safety_net_time,
)
from engine.kernel_state import (
    DONE,
    NEVER,
    NOT_REACHED,
    case_luck_at,
    episode_luck_at,
    kind_at,
    setting_at,
    step_luck_at,
    tale_at,
    trainee_at,
)
from engine.kernel_trainee import kind_of_error
from engine.parts import part
from engine.rules import NONE, SEVERE, struggle_share


@part
def attempt_alone(ward: Any, who: int, case: int) -> bool:
    """The attempt and its episodes, told step by step; False where events must decide."""
    trainee, steps = trainee_at(ward, who), setting_at(ward, 0).draws.steps
    trainee.case, trainee.row = case, case_row(ward, who, case)
    trainee.case_experience = experience(setting_at(ward, 0), trainee)
    detail_case(ward, trainee.row, who, case)
    for step in range(steps):
        tale_at(ward, step).by = NOT_REACHED
    now, cut_at = 0.0, NEVER  # cut_at: when a latent episode does grave harm
    for step in range(steps):
        tale, luck = tale_at(ward, step), step_luck_at(ward, trainee.row, step)
        ends = now + luck.duration
        if goes_wrong(ward, who, case, trainee.row, step, trainee.case_experience, 0.0):
            now += luck.fraction * luck.duration
            if now >= cut_at:
                return bool(now > cut_at)
            _tell(ward, trainee, who, step, now)
            if not kind_at(ward, tale.kind).latent:
                if tale.level >= SEVERE or tale.ended >= cut_at:
                    return bool(tale.ended != cut_at)
                now = tale.ended
                continue
            if tale.level >= SEVERE:
                cut_at = min(cut_at, tale.ended)
        if ends >= cut_at:
            return bool(ends > cut_at)
        if tale.by == NOT_REACHED:
            tale.by = DONE
        now = ends
    return bool(now < NEVER)


@part
def book_tales(ward: Any, who: int) -> int:
    """Book what the steps taught; returns the worst harm."""
    trainee, setting = trainee_at(ward, who), setting_at(ward, 0)
    worst = NONE
    for step in range(setting.draws.steps):
        tale = tale_at(ward, step)
        if tale.by == DONE:
            book_practice(setting, trainee)
        elif tale.by >= 0:
            worst = max(worst, tale.level)
            value = kind_at(ward, tale.kind).value
            book_lesson(setting, trainee, value, tale.struggle, tale.by, tale.level, False)
            ward.later_errors += 1
    return worst


@part
def _tell(ward: Any, trainee: Any, who: int, step: int, opened: float) -> None:
    """An error falls: how its episode goes."""
    row = case_luck_at(ward, trainee.row)
    slot = episode_row(ward, ward.free, row, who, trainee.case, step)
    luck, tale = episode_luck_at(ward, slot), tale_at(ward, step)
    tale.kind = kind_of_error(ward, step, step_luck_at(ward, trainee.row, step).kind)
    kind = kind_at(ward, tale.kind)
    know_opening(ward, kind, luck)
    tale.level = NONE
    tale.harm = tale.first_harm = opened + luck.first_harm
    tale.ended, tale.hands_on = opened, NEVER
    tale.call = NEVER
    if luck.call < kind.call_probability:
        tale.call = opened + call_time(ward, kind, luck)
    righted, tale.by = NEVER, SUBSIDED
    if recovers(ward, who, tale.kind, luck, trainee.resilience, row.difficulty, 0.0):
        righted, tale.by = opened + recovery_time(ward, kind, luck), TRAINEE
    if setting_at(ward, 0).independent_safety_net and luck.safety_net < kind.safety_net_probability:
        held = opened + safety_net_time(ward, kind, luck)
        if held <= righted:
            righted, tale.by = held, SAFETY_NET
    _race(ward, kind, luck, tale, righted)
    until = min(tale.ended, tale.hands_on)
    tale.struggle = 1.0
    if tale.by != TRAINEE and (tale.by != EXHAUSTED or tale.hands_on < NEVER):
        tale.struggle = struggle_share(opened, tale.first_harm, until)


@part
def _race(ward: Any, kind: Any, luck: Any, tale: Any, righted: float) -> None:
    """Harm against whoever puts it right. At one instant harm comes first, then a call, hands-on,
    the end of a fix, the safety net, a recovery (model, section 1)."""
    alarm_from = setting_at(ward, 0).alarm_from
    while tale.harm <= min(tale.call, righted) and tale.level < alarm_from and tale.harm < NEVER:
        if _harmed(ward, kind, luck, tale):
            return
        if tale.level >= alarm_from:
            tale.call = tale.ended
    if not tale.call <= righted or tale.call == NEVER:
        if righted < NEVER:
            tale.ended = righted
        else:
            tale.by = SUBSIDED
        return
    hands_on = tale.call + backup_time(ward, luck)
    while tale.harm <= min(hands_on, righted):
        if _harmed(ward, kind, luck, tale):
            return
    if righted < hands_on:
        tale.ended = righted
        return
    tale.hands_on = hands_on
    fixed = hands_on + fix_time(ward, luck, setting_at(ward, 0).tries)
    while tale.harm <= fixed:
        if _harmed(ward, kind, luck, tale):
            return
    tale.ended, tale.by = fixed, BACKUP


@part
def _harmed(ward: Any, kind: Any, luck: Any, tale: Any) -> bool:
    """The next level of harm is reached; True at the worst, which ends the episode."""
    tale.ended = tale.harm
    tale.level = kind.first_harm if tale.level == NONE else tale.level + 1
    if tale.level == kind.worst_harm:
        tale.by = EXHAUSTED
        return True
    tale.harm += escalation(ward, kind, luck, tale.level)
    return False
