"""An episode in the kernel: how it opens, and the clocks that ring in it (model, section 4).

Nothing here looks beyond the one episode and the counts of its trainee and ward. Which queue it
wants to wait in it writes down in `wants`; `engine.kernel_ward` sees to it.

Arguments that recur: `ward`, `trainee` and `episode` are records of `engine.kernel_state`,
`setting` and `kind` of `engine.columns`; `luck` is the episode's EPISODE_LUCK.
"""

import math
from typing import Any

from engine.columns import HANDS_OFF
from engine.event_log import ALARM as BY_ALARM
from engine.event_log import CALL as BY_CALL
from engine.event_log import CUED, EXHAUSTED, SUBSIDED, TRAINEE
from engine.event_log import SAFETY_NET as BY_NET
from engine.event_log import TAKEOVER as BY_TAKEOVER
from engine.kernel_chance import recovers
from engine.kernel_log import ALARM, CALL_ROW, CUE_ROW, ERROR, HARM_ROW, VISIBLE_ROW, tell
from engine.kernel_luck import (
    call_time,
    cue_luck,
    cued_time,
    escalation,
    know_opening,
    recovery_time,
    safety_net_time,
    visible_time,
)
from engine.kernel_rescue import fix_ends, hands_on
from engine.kernel_state import (
    CALL,
    CASE_BITS,
    CLOCKS,
    FIX_ENDS,
    HANDS_ON,
    HARM,
    NO_QUEUE,
    NOBODY,
    NOTICES,
    RANK_BITS,
    RECOVERY,
    SAFETY_NET,
    TAKEOVER,
    TRAINEE_BITS,
    VISIBLE,
)
from engine.parts import part
from engine.rules import NONE

NEVER = math.inf


# ---- opening ---------------------------------------------------------------------------------


@part
def open_episode(ward: Any, trainee: Any, episode: Any, who: int, step: int, now: float) -> None:
    """A new episode of the case under way, before any of its clocks is wound."""
    episode.trainee, episode.case, episode.step = who, trainee.case, step
    episode.address = (who << TRAINEE_BITS) | (trainee.case << CASE_BITS) | step
    episode.difficulty = trainee.difficulty
    episode.multiplier, episode.watched = trainee.multiplier, trainee.watched
    episode.opened = episode.reached = now
    episode.recovery_due = episode.hands_on_at = episode.requested_at = NEVER
    episode.level = episode.level_at_request = NONE
    episode.judged = episode.requested = episode.assigned = episode.reason = 0
    episode.tries = episode.backup = episode.cued = episode.needless = episode.left = 0
    episode.by = episode.fate = episode.asks = NOBODY
    episode.to_judge = 0
    episode.wants = episode.queue = NO_QUEUE
    for rank in range(CLOCKS):
        episode.clock[rank] = NEVER
    ward.errors += 1 - ward.alone
    ward.later_errors += ward.alone


@part
def wind_clocks(
    ward: Any, setting: Any, kind: Any, trainee: Any, episode: Any, luck: Any,
) -> None:  # fmt: skip
    """Start the clocks of an episode that opens."""
    now = episode.opened
    tell(ward, now, ERROR, episode, float(kind.index), float(kind.latent))
    know_opening(ward, kind, luck)
    episode.first_harm = now + luck.first_harm
    episode.clock[HARM] = episode.first_harm
    if episode.watched:
        episode.clock[VISIBLE] = now + visible_time(ward, kind, luck)
    if luck.call < kind.call_probability:
        episode.clock[CALL] = now + call_time(ward, kind, luck)
    nets = setting.independent_safety_net if ward.alone else 1
    if nets and luck.safety_net < kind.safety_net_probability:
        episode.clock[SAFETY_NET] = now + safety_net_time(ward, kind, luck)
    if recovers(
        ward, episode.trainee, episode.kind, luck, trainee.case_resilience, episode.difficulty,
        trainee.case_distress,
    ):  # fmt: skip
        episode.recovery_due = now + recovery_time(ward, kind, luck)
        episode.clock[RECOVERY] = episode.recovery_due


@part
def settle(episode: Any) -> None:
    """Find the clock that rings next; where none can, an open episode comes to nothing more."""
    due, rank = NEVER, 0
    for each in range(CLOCKS):
        if episode.clock[each] < due:
            due, rank = episode.clock[each], each
    episode.due = due
    episode.order = (rank << RANK_BITS) | episode.address
    nothing_runs = due == NEVER and episode.wants == NO_QUEUE and not episode.requested
    if nothing_runs and episode.by == NOBODY:
        episode.by = SUBSIDED


# ---- clocks that ring ------------------------------------------------------------------------


@part
def ring(
    ward: Any, setting: Any, kind: Any, episode: Any, luck: Any
) -> None:  # fmt: skip
    """The episode's next clock rings."""
    now = episode.due
    rank = episode.order >> RANK_BITS
    episode.clock[rank] = NEVER
    if rank == HARM:
        _harm(ward, setting, kind, episode, luck, now)
    elif rank == VISIBLE:
        tell(ward, now, VISIBLE_ROW, episode, 0.0, 0.0)
        _notice(episode, now)
    elif rank == CALL:
        tell(ward, now, CALL_ROW, episode, 0.0, 0.0)
        episode.asks = BY_CALL
    elif rank == TAKEOVER:
        episode.asks = BY_TAKEOVER
    elif rank == HANDS_ON:
        hands_on(ward, setting, episode, luck, now)
    elif rank == FIX_ENDS:
        fix_ends(ward, setting, episode, luck, now)
    elif rank == SAFETY_NET:
        episode.by = BY_NET
    elif rank == RECOVERY:
        episode.by = CUED if episode.cued else TRAINEE
    else:
        _cue(ward, setting, kind, episode, luck, now)


@part
def _harm(
    ward: Any, setting: Any, kind: Any, episode: Any, luck: Any,
    now: float,
) -> None:  # fmt: skip
    """The next level of harm is reached."""
    level = kind.first_harm if episode.level == NONE else episode.level + 1
    episode.level = level
    episode.reached = now
    tell(ward, now, HARM_ROW, episode, 0.0, 0.0)
    if level == kind.worst_harm:
        episode.by = EXHAUSTED
        return
    episode.clock[HARM] = now + escalation(ward, kind, luck, level)
    if episode.requested:
        return
    hands_off = setting.policy == HANDS_OFF
    if level >= setting.alarm_from and (hands_off or not episode.judged):
        tell(ward, now, ALARM, episode, 0.0, 0.0)
        episode.asks = BY_ALARM
    elif episode.judged:
        if not hands_off:
            episode.to_judge = 1
    elif episode.watched and episode.wants == NO_QUEUE:
        _notice(episode, now)


@part
def _notice(episode: Any, now: float) -> None:
    """A supervisor could notice from now on; whether one has eyes for it, the ward decides."""
    episode.clock[VISIBLE] = NEVER
    episode.notice_at = now
    episode.wants = NOTICES


@part
def _cue(
    ward: Any, setting: Any, kind: Any, episode: Any, luck: Any,
    now: float,
) -> None:  # fmt: skip
    """The supervisor says something; it matters where no recovery is coming."""
    level, helps = episode.level, 0.0
    if episode.recovery_due == NEVER and cue_luck(ward, luck, level) < setting.cue_works:
        episode.recovery_due = now + cued_time(ward, kind, luck, level)
        episode.clock[RECOVERY] = episode.recovery_due
        episode.cued = 1
        helps = 1.0 if episode.recovery_due < NEVER else 0.0
    tell(ward, now, CUE_ROW, episode, helps, 0.0)
