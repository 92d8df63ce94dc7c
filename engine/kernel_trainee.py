"""A trainee's cases in the kernel: attempts and debriefs (model, sections 3, 6 and 7).

Functions take the ward, the number `who` of a trainee and the time `now` (min). Each leaves in the
trainee's `due` and `order` when their own clock rings next; an episode for which the attempt stands
still has clocks of its own.
"""

import math
from typing import Any

from engine.event_log import BACKUP, SUPERVISOR
from engine.kernel_booking import book_carried, book_steps, bring_to, carry, experience, known
from engine.kernel_chance import forget_bounds, goes_wrong
from engine.kernel_episode import open_episode, wind_clocks
from engine.kernel_log import (
    CASE_CLOSE,
    CASE_START,
    DEBRIEF_DROPPED,
    DEBRIEF_END,
    STEP_END,
    write,
)
from engine.kernel_luck import case_row, detail_case, episode_row, learning_speed
from engine.kernel_state import (
    AT_CLOSE,
    AT_START,
    BETWEEN_CASES,
    CASE_BITS,
    CASE_STARTS,
    DEBRIEF_ENDS,
    DONE,
    FINISHING,
    IDLE,
    IN_STEP,
    JOINING,
    NOBODY,
    NOT_REACHED,
    OBSERVED,
    RANK_BITS,
    STANDING,
    STEP_ENDS,
    TRAINEE_BITS,
    case_luck_at,
    episode_at,
    episode_luck_at,
    kind_at,
    setting_at,
    step_at,
    step_luck_at,
    trainee_at,
    work_at,
    worst_at,
)
from engine.parts import part
from engine.rules import NONE, SEVERE

NEVER = math.inf


@part
def key(rank: int, who: int, case: int, step: int) -> int:
    """What orders the events of one instant."""
    return (rank << RANK_BITS) | (who << TRAINEE_BITS) | (case << CASE_BITS) | step


# ---- between cases ---------------------------------------------------------------------------


@part
def begin_training(ward: Any, who: int) -> None:
    """A trainee as they come, and their first case."""
    trainee = trainee_at(ward, who)
    trainee.speed = learning_speed(ward, who)
    trainee.practice = trainee.failure = trainee.observing = 0.0
    trainee.resilience = trainee.distress = trainee.as_of = 0.0
    trainee.latency = trainee.wait = trainee.notice_wait = trainee.busy = 0.0
    trainee.harm_now = trainee.harm_later = 0.0
    trainee.latents = trainee.trained = trainee.seen = trainee.good = trainee.cases = 0
    trainee.carried = trainee.standing = NOBODY
    forget_bounds(ward, who)
    plan_case(ward, who, 0, 0.0)


@part
def plan_case(ward: Any, who: int, case: int, closed_at: float) -> None:
    """The next case one gap after the last one closed, or the end of training."""
    setting = setting_at(ward, 0)
    trainee = trainee_at(ward, who)
    if case < setting.cases:
        trainee.row = case_row(ward, who, case)
        start = closed_at + case_luck_at(ward, trainee.row).gap
        if start < setting.horizon:
            trainee.case = case
            trainee.doing = BETWEEN_CASES
            trainee.due, trainee.order = start, key(CASE_STARTS, who, case, 0)
            return
    trainee.trained = 1
    _idle(trainee)


@part
def _idle(trainee: Any) -> None:
    trainee.doing = IDLE
    trainee.due = NEVER


# ---- the attempt -----------------------------------------------------------------------------


@part
def start_case(ward: Any, who: int, now: float) -> None:
    """A case starts: who it is, who watches, and what the trainee brings to it."""
    trainee = trainee_at(ward, who)
    setting = setting_at(ward, 0)
    if ward.alone:
        trainee.row = case_row(ward, who, trainee.case)
    detail_case(ward, trainee.row, who, trainee.case)
    row = case_luck_at(ward, trainee.row)
    if ward.alone:
        trainee.watched, trainee.case_distress, trainee.multiplier = 0, 0.0, 1.0
    else:
        bring_to(ward, trainee, now, AT_START)
        trainee.watched = 1 if row.watched < setting.watched else 0
        trainee.case_distress = trainee.distress
        trainee.multiplier = row.multiplier
        trainee.cases += 1
        worst_at(ward, who, trainee.case).level = NONE
    write(
        ward, now, CASE_START, who, trainee.case, 0, NONE, float(row.person),
        float(trainee.watched),
    )  # fmt: skip
    trainee.difficulty = row.difficulty
    trainee.case_experience = experience(setting, trainee)
    trainee.case_resilience = trainee.resilience
    trainee.cut = trainee.debriefed = trainee.worst = 0
    for step in range(setting.draws.steps):
        work_at(ward, who, step).done = NOT_REACHED
    begin_step(ward, who, 0, now)


@part
def begin_step(ward: Any, who: int, step: int, now: float) -> None:
    """A step begins; whether and when it goes wrong is known at once."""
    trainee = trainee_at(ward, who)
    luck = step_luck_at(ward, trainee.row, step)
    trainee.doing, trainee.step = IN_STEP, step
    trainee.begun, trainee.ends = now, now + luck.duration
    trainee.order = key(STEP_ENDS, who, trainee.case, step)
    if goes_wrong(
        ward, who, trainee.case, trainee.row, step, trainee.case_experience, trainee.case_distress
    ):
        trainee.erring = 1
        trainee.due = now + luck.fraction * luck.duration
    else:
        trainee.erring = 0
        trainee.due = trainee.ends


@part
def end_step(ward: Any, who: int, now: float) -> None:
    """The trainee has carried a step to its end."""
    trainee = trainee_at(ward, who)
    write(
        ward, now, STEP_END, who, trainee.case, trainee.step, NONE,
        trainee.ends - trainee.begun, 0.0,
    )  # fmt: skip
    if work_at(ward, who, trainee.step).done == NOT_REACHED:
        work_at(ward, who, trainee.step).done = DONE
    next_step(ward, who, now)


@part
def next_step(ward: Any, who: int, now: float) -> None:
    """The attempt goes on, or is over."""
    trainee = trainee_at(ward, who)
    if trainee.step + 1 < setting_at(ward, 0).draws.steps:
        begin_step(ward, who, trainee.step + 1, now)
    else:
        end_attempt(ward, who, now)


@part
def open_error(ward: Any, who: int, now: float) -> int:
    """An error falls and opens an episode; returns its slot."""
    trainee = trainee_at(ward, who)
    step = trainee.step
    slot: int = ward.free
    episode = episode_at(ward, slot)
    ward.free = episode.next
    work_at(ward, who, step).done = slot
    u = step_luck_at(ward, trainee.row, step).kind
    open_episode(ward, trainee, episode, who, step, now)
    episode.kind = kind_of_error(ward, step, u)
    kind = kind_at(ward, episode.kind)
    episode.latent = kind.latent
    trainee.erring = 0
    if kind.latent:
        trainee.latents += 1
        trainee.due = trainee.ends
    else:
        trainee.doing, trainee.standing = STANDING, slot
        trainee.due = NEVER
    episode.luck = episode_row(ward, slot, case_luck_at(ward, trainee.row), who, trainee.case, step)
    luck = episode_luck_at(ward, episode.luck)
    wind_clocks(ward, setting_at(ward, 0), kind, trainee, episode, luck)
    return slot


@part
def kind_of_error(ward: Any, step: int, u: float) -> int:
    """The kind of error by its share; the last one takes the rest."""
    first: int = step_at(ward, step).first_kind
    last: int = first + step_at(ward, step).kinds - 1
    below = 0.0
    for number in range(first, last):
        below += kind_at(ward, number).draws.share
        if u < below:
            return number
    return last


@part
def after_episode(ward: Any, slot: int, now: float) -> None:
    """An episode has ended: what that means for its case, and how its trainee goes on."""
    episode = episode_at(ward, slot)
    who = episode.trainee
    trainee = trainee_at(ward, who)
    grave = episode.level >= SEVERE
    if ward.alone:
        trainee.worst = max(trainee.worst, episode.level)
    elif episode.level > worst_at(ward, who, episode.case).level:
        worst_at(ward, who, episode.case).level = episode.level
    worked = episode.by in (SUPERVISOR, BACKUP) and not ward.alone
    if episode.latent:
        trainee.latents -= 1
        if worked:
            _release(ward, trainee, episode.assigned_at, now)
        if episode.left:
            carry(ward, slot, now)
        elif grave:
            _cut_short(ward, who, now)
        return
    trainee.standing = NOBODY
    over = grave or trainee.cut or trainee.step + 1 >= setting_at(ward, 0).draws.steps
    if worked:
        if setting_at(ward, 0).finishes and not over:
            trainee.supervisor_since = episode.assigned_at
            begin_finishing(ward, who, trainee.step + 1, now)
            return
        _release(ward, trainee, episode.assigned_at, now)
    if over:
        end_attempt(ward, who, now)
    else:
        begin_step(ward, who, trainee.step + 1, now)


@part
def _release(ward: Any, trainee: Any, since: float, now: float) -> None:
    """A supervisor who was assigned is free."""
    trainee.busy += now - since
    ward.rescuing -= 1
    ward.stir = 1


@part
def _cut_short(ward: Any, who: int, now: float) -> None:
    """The patient is gravely harmed by a latent error while the attempt is running."""
    trainee = trainee_at(ward, who)
    if trainee.doing == STANDING:
        trainee.cut = 1
    elif trainee.doing == FINISHING:
        _release(ward, trainee, trainee.supervisor_since, now)
        end_attempt(ward, who, now)
    elif trainee.doing == IN_STEP:
        end_attempt(ward, who, now)


@part
def begin_finishing(ward: Any, who: int, step: int, now: float) -> None:
    """The supervisor takes on a step; the trainee observes."""
    trainee = trainee_at(ward, who)
    trainee.doing, trainee.step = FINISHING, step
    trainee.begun, trainee.ends = now, now + step_luck_at(ward, trainee.row, step).duration
    trainee.due, trainee.order = trainee.ends, key(STEP_ENDS, who, trainee.case, step)


@part
def end_finishing(ward: Any, who: int, now: float) -> None:
    """The supervisor has completed a step."""
    trainee = trainee_at(ward, who)
    write(
        ward, now, STEP_END, who, trainee.case, trainee.step, NONE,
        trainee.ends - trainee.begun, 1.0,
    )  # fmt: skip
    work_at(ward, who, trainee.step).done = OBSERVED
    if trainee.step + 1 < setting_at(ward, 0).draws.steps:
        begin_finishing(ward, who, trainee.step + 1, now)
    else:
        _release(ward, trainee, trainee.supervisor_since, now)
        end_attempt(ward, who, now)


# ---- debrief and close -----------------------------------------------------------------------


@part
def end_attempt(ward: Any, who: int, now: float) -> None:
    """The attempt is over: a debrief is wanted, or the case closes."""
    trainee, setting = trainee_at(ward, who), setting_at(ward, 0)
    if ward.alone:
        _idle(trainee)
        return
    row = case_luck_at(ward, trainee.row)
    if row.debrief < setting.debrief_probability and _any_known(ward, who):
        trainee.doing, trainee.debrief_left = JOINING, row.debrief_duration
        trainee.due, trainee.order = now, key(DEBRIEF_ENDS, who, trainee.case, 0)
    else:
        close_case(ward, who, now)


@part
def _any_known(ward: Any, who: int) -> bool:
    """Whether the case has a known error, of its own or carried over."""
    slot = trainee_at(ward, who).carried
    while slot != NOBODY:
        if known(episode_at(ward, slot)):
            return True
        slot = episode_at(ward, slot).next
    for step in range(setting_at(ward, 0).draws.steps):
        slot = work_at(ward, who, step).done
        if slot >= 0 and known(episode_at(ward, slot)):
            return True
    return False


@part
def drop_debrief(ward: Any, who: int, now: float) -> None:
    """Nobody came in time for the debrief."""
    trainee = trainee_at(ward, who)
    waited = now - trainee.debrief_since
    write(ward, now, DEBRIEF_DROPPED, who, trainee.case, 0, NONE, waited, 0.0)
    close_case(ward, who, now)


@part
def end_debrief(ward: Any, who: int, now: float) -> None:
    """The debrief was held to its end."""
    trainee = trainee_at(ward, who)
    write(ward, now, DEBRIEF_END, who, trainee.case, 0, NONE, 0.0, 0.0)
    trainee.busy += now - trainee.debrief_begun
    trainee.debriefed = 1
    ward.debriefs += 1
    ward.stir = 1
    close_case(ward, who, now)


@part
def close_case(ward: Any, who: int, now: float) -> None:
    """The case closes: what it taught is booked, and the next one is planned."""
    trainee = trainee_at(ward, who)
    write(
        ward, now, CASE_CLOSE, who, trainee.case, 0, NONE, float(trainee.debriefed),
        0.0,
    )  # fmt: skip
    ward.last_row = max(ward.last_row, now)
    bring_to(ward, trainee, now, AT_CLOSE)
    book_carried(ward, who)
    book_steps(ward, who)
    plan_case(ward, who, trainee.case + 1, now)
