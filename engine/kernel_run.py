"""One replication at one point, from the first gap to the last independent case.

A trainee whose next events concern nobody else is not put back among the clocks of the ward: their
events are run through at once, as far as the first that may ask for a supervisor or free one.
Until then nobody can tell the difference, and each trainee's own order is kept. With a log, every
event waits its turn, since rows come in the order of time.
"""

import math
from typing import Any

from engine.event_log import CLASSES, RESOLVERS
from engine.kernel_alone import attempt_alone, book_tales
from engine.kernel_booking import book_steps
from engine.kernel_books import remember_training, write_outcomes
from engine.kernel_clocks import next_of_others, set_clock
from engine.kernel_episode import ring
from engine.kernel_plain import run_plain_cases, run_plain_cases_alone
from engine.kernel_state import (
    BETWEEN_CASES,
    CASE_STARTS,
    CUE,
    DEBRIEFING,
    DROPPED,
    FINISHING,
    HANDS_ON,
    HARM,
    IN_STEP,
    JOINING,
    NO_QUEUE,
    NOBODY,
    RANK_BITS,
    RECOVERY,
    SAFETY_NET,
    STANDING,
    WAITING,
    episode_at,
    episode_luck_at,
    kind_at,
    node_at,
    setting_at,
    trainee_at,
)
from engine.kernel_trainee import (
    begin_training,
    drop_debrief,
    end_debrief,
    end_finishing,
    end_step,
    key,
    open_error,
    start_case,
)
from engine.kernel_ward import assign, join_debriefs, leave_running, leave_waiting, update_episode
from engine.parts import part
from engine.rules import DEATH, MILD, NONE, SEVERE

NEVER = math.inf


@part
def replicate(ward: Any, outcomes: Any) -> bool:
    """Training, then independent practice, then the outcomes. False: more episodes are needed."""
    setting = setting_at(ward, 0)
    _clear(setting, ward)
    for who in range(setting.trainees):
        begin_training(ward, who)
        set_clock(ward, who, trainee_at(ward, who).due, trainee_at(ward, who).order)
    if not _run_clocks(ward):
        return False
    remember_training(ward, outcomes)
    ward.alone = 1
    for who in range(setting.trainees):
        if not _practise_alone(ward, who):
            return False
    write_outcomes(ward, outcomes)
    return True


@part
def _clear(setting: Any, ward: Any) -> None:
    ward.now = ward.last_row = 0.0
    ward.on_duty = setting.supervisors
    ward.rescuing = ward.debriefing = ward.stir = ward.alone = 0
    ward.clocks = ward.rescues = ward.notices = ward.waiting = 0
    ward.errors = ward.backups = ward.debriefs = ward.hands_on = ward.judged = 0
    ward.needless = ward.necessary = ward.late = 0
    ward.later_cases = ward.later_errors = ward.later_harmed = ward.later_severe = 0
    for by in range(len(RESOLVERS)):
        ward.resolved_by[by] = 0
    for fate in range(len(CLASSES)):
        for level in range(DEATH + 1):
            ward.fates[fate, level] = 0


@part
def _run_clocks(ward: Any) -> bool:
    """Let clocks ring until none is left. False: more episodes are needed."""
    trainees = ward.trainees
    while True:
        if ward.stir and _instant_is_over(ward):
            _let_supervisors_act(ward)
            continue
        if ward.clocks == 0:
            return True
        top = node_at(ward, 0).who
        ward.now = node_at(ward, 0).due
        who = top if top < trainees else episode_at(ward, top - trainees).trainee
        latent = top - trainees if top >= trainees else NOBODY
        if not _run_on(ward, who, latent):
            return False
        set_clock(ward, who, trainee_at(ward, who).due, trainee_at(ward, who).order)


@part
def _instant_is_over(ward: Any) -> bool:
    """Whether no event of this instant is left but debriefs to be dropped."""
    if ward.clocks == 0 or node_at(ward, 0).due > ward.now:
        return True
    return bool(node_at(ward, 0).order >> RANK_BITS == DROPPED)


@part
def _let_supervisors_act(ward: Any) -> None:
    """One assignment, if there is one."""
    who = assign(ward, ward.now)
    if who == NOBODY:
        ward.stir = 0
    else:
        ward.stir = 1
        set_clock(ward, who, trainee_at(ward, who).due, trainee_at(ward, who).order)


@part
def _run_on(ward: Any, who: int, latent: int) -> bool:
    """The next event of a trainee or of a latent episode, and what follows before anybody else.

    Events of the trainee that come before any other clock rings are run through, and so are those
    that are private. Returns False where more episodes are needed.
    """
    trainee = trainee_at(ward, who)
    slot = latent
    while True:
        if ward.free == NOBODY:
            return False
        now = trainee.due
        if slot == NOBODY:
            slot = trainee.standing
        if slot != NOBODY:
            now = episode_at(ward, slot).due
            _ring(ward, slot)
        else:
            if trainee.doing == BETWEEN_CASES and not (ward.logging or ward.alone):
                now = run_plain_cases(ward, who)
                if now == NEVER:
                    return True
            slot = _next_event(ward, who, now)
        if slot != NOBODY:
            update_episode(ward, slot, now)
        others = next_of_others(ward, who)
        while ward.stir and ward.now < min(trainee.due, others):
            acted = assign(ward, ward.now)
            if acted == NOBODY:
                ward.stir = 0
            elif acted != who:
                set_clock(ward, acted, trainee_at(ward, acted).due, trainee_at(ward, acted).order)
                return True
            others = next_of_others(ward, who)
        if trainee.due == NEVER or ward.stir:
            return True
        if trainee.due < others:
            ward.now = trainee.due
        elif ward.logging or trainee.latents or not _is_private(ward, who):
            return True
        slot = NOBODY


@part
def _ring(ward: Any, slot: int) -> None:
    """The next clock of an episode rings."""
    episode = episode_at(ward, slot)
    ring(
        ward, setting_at(ward, 0), kind_at(ward, episode.kind),
        episode, episode_luck_at(ward, episode.luck),
    )  # fmt: skip


@part
def _next_event(ward: Any, who: int, now: float) -> int:
    """The next event of a trainee who doesn't stand still; returns an episode that opens."""
    trainee = trainee_at(ward, who)
    doing = trainee.doing
    trainee.due = NEVER
    slot = NOBODY
    if doing == IN_STEP:
        if trainee.erring:
            slot = open_error(ward, who, now)
        else:
            end_step(ward, who, now)
    elif doing == BETWEEN_CASES:
        start_case(ward, who, now)
    elif doing == FINISHING:
        end_finishing(ward, who, now)
    elif doing == JOINING:
        join_debriefs(ward, who, now)
    elif doing == WAITING:
        leave_waiting(ward, who)
        drop_debrief(ward, who, now)
    elif doing == DEBRIEFING:
        leave_running(ward, who)
        end_debrief(ward, who, now)
    return slot


@part
def _is_private(ward: Any, who: int) -> bool:
    """Whether a trainee's next event neither asks for a supervisor nor frees one."""
    trainee = trainee_at(ward, who)
    doing = trainee.doing
    if doing == STANDING:
        episode = episode_at(ward, trainee.standing)
        setting, kind = setting_at(ward, 0), kind_at(ward, episode.kind)
        return _rings_privately(setting, kind, episode)
    if doing == FINISHING:
        return bool(trainee.step + 1 < setting_at(ward, 0).draws.steps)
    return bool(doing in (BETWEEN_CASES, IN_STEP))


@part
def _rings_privately(setting: Any, kind: Any, episode: Any) -> bool:
    """Whether the next clock of an episode leaves the supervisors out."""
    rank = episode.order >> RANK_BITS
    if episode.queue != NO_QUEUE:
        return False
    if rank == HARM:
        level = kind.first_harm if episode.level == NONE else episode.level + 1
        if episode.requested:
            return bool(level != kind.worst_harm)
        return not (episode.judged or episode.watched or level >= setting.alarm_from)
    if rank in (RECOVERY, SAFETY_NET):
        return not episode.requested
    return bool(rank in (HANDS_ON, CUE))


@part
def _practise_alone(ward: Any, who: int) -> bool:
    """The independent practice of a trainee. False: more episodes are needed."""
    cases = setting_at(ward, 0).independent_cases
    case = 0
    while case < cases:
        if not ward.logging:
            case = run_plain_cases_alone(ward, who, case)
        if case < cases:
            if not _run_case_alone(ward, who, case):
                return False
            case += 1
    ward.later_cases += cases
    return True


@part
def _run_case_alone(ward: Any, who: int, case: int) -> bool:
    """One case of independent practice, on a clock of its own, and what it taught."""
    trainee = trainee_at(ward, who)
    if not ward.logging and attempt_alone(ward, who, case):
        _count_harm(ward, trainee, book_tales(ward, who))
        return True
    trainee.case, trainee.doing = case, BETWEEN_CASES
    trainee.due, trainee.order = 0.0, key(CASE_STARTS, who, case, 0)
    set_clock(ward, who, trainee.due, trainee.order)
    if not _run_clocks(ward):
        return False
    book_steps(ward, who)
    _count_harm(ward, trainee, trainee.worst)
    return True


@part
def _count_harm(ward: Any, trainee: Any, worst: int) -> None:
    """The harm done in a case of independent practice."""
    if worst >= MILD:
        ward.later_harmed += 1
        trainee.harm_later += setting_at(ward, 0).weight[worst]
    if worst >= SEVERE:
        ward.later_severe += 1
