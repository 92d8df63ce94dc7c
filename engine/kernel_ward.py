"""The supervisors in the kernel: who waits, and whom they see to (model, sections 1, 4, 6).

`assign` takes one action at a time; the ward then lets every event of the same instant happen
before it is asked again.
"""

import math
from typing import Any

from engine.kernel_clocks import set_clock
from engine.kernel_episode import settle
from engine.kernel_judgement import judge
from engine.kernel_log import (
    ASSIGNED,
    DEBRIEF_INTERRUPTED,
    DEBRIEF_RESUMED,
    DEBRIEF_START,
    tell,
    write,
)
from engine.kernel_luck import response_time
from engine.kernel_rescue import end, request
from engine.kernel_state import (
    DEBRIEF_ENDS,
    DEBRIEFING,
    DROPPED,
    HANDS_ON,
    NO_QUEUE,
    NOBODY,
    NOTICES,
    RESCUES,
    WAITING,
    episode_at,
    episode_luck_at,
    kind_at,
    queue_at,
    running_at,
    setting_at,
    trainee_at,
    waiting_at,
)
from engine.kernel_trainee import after_episode, key
from engine.parts import part
from engine.rules import NONE

NEVER = math.inf


# ---- queues ----------------------------------------------------------------------------------


@part
def update_episode(ward: Any, slot: int, now: float) -> None:
    """What follows from anything that happened to an episode, and left its mark on it."""
    episode = episode_at(ward, slot)
    trainee, luck = trainee_at(ward, episode.trainee), episode_luck_at(ward, episode.luck)
    setting, kind = setting_at(ward, 0), kind_at(ward, episode.kind)
    if episode.to_judge:
        judge(ward, setting, kind, trainee, episode, luck, now)
    if episode.asks != NOBODY:
        request(ward, episode, luck, now)
    settle(episode)
    if episode.by != NOBODY:
        end(ward, trainee, episode, now)
    if episode.wants != episode.queue:
        _change_queue(ward, slot)
    if episode.latent:
        set_clock(ward, ward.trainees + slot, episode.due, episode.order)
    else:
        trainee.due, trainee.order = episode.due, episode.order
    if episode.by != NOBODY:
        after_episode(ward, slot, now)


@part
def _change_queue(ward: Any, slot: int) -> None:
    """Take an episode to the queue it wants to wait in."""
    episode = episode_at(ward, slot)
    if episode.queue != NO_QUEUE:
        last = _lengthen(ward, episode.queue, -1)
        moved = queue_at(ward, episode.queue, last).who
        queue_at(ward, episode.queue, episode.queue_place).who = moved
        episode_at(ward, moved).queue_place = episode.queue_place
    episode.queue = episode.wants
    if episode.queue != NO_QUEUE:
        episode.queue_place = _lengthen(ward, episode.queue, 1) - 1
        queue_at(ward, episode.queue, episode.queue_place).who = slot
        ward.stir = 1


@part
def _lengthen(ward: Any, queue: int, by: int) -> int:
    """Change the length of a queue; returns the new one."""
    if queue == RESCUES:
        ward.rescues += by
        length: int = ward.rescues
    else:
        ward.notices += by
        length = ward.notices
    return length


@part
def join_debriefs(ward: Any, who: int, now: float) -> None:
    """A trainee begins to wait for a debrief."""
    setting, trainee = setting_at(ward, 0), trainee_at(ward, who)
    trainee.resumes = 0
    _wait(ward, who, now)
    trainee.due = now + setting.debrief_wait
    trainee.order = key(DROPPED, who, trainee.case, 0)


@part
def _wait(ward: Any, who: int, now: float) -> None:
    trainee = trainee_at(ward, who)
    trainee.doing, trainee.debrief_since = WAITING, now
    trainee.queue_place = ward.waiting
    waiting_at(ward, ward.waiting).who = who
    ward.waiting += 1
    ward.stir = 1


@part
def leave_waiting(ward: Any, who: int) -> None:
    """A trainee's debrief waits no longer."""
    place = trainee_at(ward, who).queue_place
    ward.waiting -= 1
    moved = waiting_at(ward, ward.waiting).who
    waiting_at(ward, place).who = moved
    trainee_at(ward, moved).queue_place = place


@part
def leave_running(ward: Any, who: int) -> None:
    """A debrief is under way no longer."""
    place = trainee_at(ward, who).queue_place
    ward.debriefing -= 1
    moved = running_at(ward, ward.debriefing).who
    running_at(ward, place).who = moved
    trainee_at(ward, moved).queue_place = place


# ---- assignments -----------------------------------------------------------------------------


@part
def assign(ward: Any, now: float) -> int:
    """One action of a free supervisor: a rescue, else a notice, else a debrief.

    A rescue that finds nobody free interrupts a debrief. Returns the trainee whose clock it moved;
    NOBODY where there is nothing to do.
    """
    free = ward.on_duty - ward.rescuing - ward.debriefing
    if ward.rescues > 0 and free > 0:
        slot = _assign_rescue(ward, now)
    elif ward.rescues > 0 and ward.debriefing > 0:
        return _interrupt(ward, now)
    elif ward.notices > 0 and ward.rescuing < ward.on_duty:
        slot = _first_notice(ward)
        episode_at(ward, slot).to_judge = 1
    elif ward.waiting > 0 and free > 0:
        return _begin_debrief(ward, now)
    else:
        return NOBODY
    update_episode(ward, slot, now)
    who: int = episode_at(ward, slot).trainee
    return who


@part
def _assign_rescue(ward: Any, now: float) -> int:
    """To the patient worst off, then to whoever asked first; returns the episode."""
    chosen: int = queue_at(ward, RESCUES, 0).who
    for place in range(1, ward.rescues):
        slot = queue_at(ward, RESCUES, place).who
        if _more_urgent(ward, slot, chosen):
            chosen = slot
    episode = episode_at(ward, chosen)
    ward.rescuing += 1
    episode.assigned, episode.assigned_at = 1, now
    episode.wants = NO_QUEUE
    tell(ward, now, ASSIGNED, episode, now - episode.requested_at, 0.0)
    luck = episode_luck_at(ward, episode.luck)
    episode.clock[HANDS_ON] = now + response_time(ward, luck)
    return chosen


@part
def _more_urgent(ward: Any, slot: int, other: int) -> bool:
    a, b = episode_at(ward, slot), episode_at(ward, other)
    if a.level != b.level:
        return bool(a.level > b.level)
    if a.requested_at != b.requested_at:
        return bool(a.requested_at < b.requested_at)
    return bool(a.address < b.address)


@part
def _first_notice(ward: Any) -> int:
    """The episode whose notice has waited longest."""
    chosen: int = queue_at(ward, NOTICES, 0).who
    for place in range(1, ward.notices):
        slot = queue_at(ward, NOTICES, place).who
        a, b = episode_at(ward, slot), episode_at(ward, chosen)
        if a.notice_at < b.notice_at or (a.notice_at == b.notice_at and a.address < b.address):
            chosen = slot
    return chosen


@part
def _begin_debrief(ward: Any, now: float) -> int:
    """Interrupted debriefs first, then whoever has waited longest; returns the trainee."""
    who: int = waiting_at(ward, 0).who
    for place in range(1, ward.waiting):
        other = waiting_at(ward, place).who
        if _waits_before(ward, other, who):
            who = other
    trainee = trainee_at(ward, who)
    kind = DEBRIEF_RESUMED if trainee.resumes else DEBRIEF_START
    write(ward, now, kind, who, trainee.case, 0, NONE, trainee.debrief_left, 0.0)
    leave_waiting(ward, who)
    trainee.queue_place = ward.debriefing
    running_at(ward, ward.debriefing).who = who
    ward.debriefing += 1
    trainee.doing, trainee.debrief_begun = DEBRIEFING, now
    trainee.due = now + trainee.debrief_left
    trainee.order = key(DEBRIEF_ENDS, who, trainee.case, 0)
    return who


@part
def _waits_before(ward: Any, who: int, other: int) -> bool:
    a, b = trainee_at(ward, who), trainee_at(ward, other)
    if a.resumes != b.resumes:
        return bool(a.resumes > b.resumes)
    if a.debrief_since != b.debrief_since:
        return bool(a.debrief_since < b.debrief_since)
    return bool(who < other)


@part
def _interrupt(ward: Any, now: float) -> int:
    """A rescue takes the supervisor out of the debrief begun or resumed last; whose it was."""
    who: int = running_at(ward, 0).who
    for place in range(1, ward.debriefing):
        other = running_at(ward, place).who
        a, b = trainee_at(ward, other).debrief_begun, trainee_at(ward, who).debrief_begun
        if a > b or (a == b and other > who):
            who = other
    trainee = trainee_at(ward, who)
    leave_running(ward, who)
    trainee.debrief_left = trainee.due - now
    write(
        ward, now, DEBRIEF_INTERRUPTED, who, trainee.case, 0, NONE,
        trainee.debrief_left, 0.0,
    )  # fmt: skip
    trainee.busy += now - trainee.debrief_begun
    trainee.resumes, trainee.due = 1, NEVER
    _wait(ward, who, now)
    return who
