"""Rescues and the end of an episode in the kernel (model, section 4).

Arguments that recur: `ward`, `trainee` and `episode` are records of `engine.kernel_state`,
`setting` of `engine.columns`; `luck` is the episode's EPISODE_LUCK.
"""

import math
from typing import Any

from engine.event_log import BACKUP as BY_BACKUP
from engine.event_log import CALL as BY_CALL
from engine.event_log import (
    CALLED,
    CUED,
    EXHAUSTED,
    SUPERVISOR,
    TRAINEE,
    UNNOTICED,
)
from engine.event_log import TAKEOVER as BY_TAKEOVER
from engine.kernel_chance import works
from engine.kernel_log import (
    BACKUP,
    FIX_FAILED,
    HANDS_ON_ROW,
    REQUEST,
    RESOLVED,
    SENT_AWAY,
    tell,
)
from engine.kernel_luck import backup_time, fix_time, rescue_luck
from engine.kernel_state import (
    CALL,
    CUE,
    FIX_ENDS,
    HANDS_ON,
    HARM,
    NO_QUEUE,
    NOBODY,
    RECOVERY,
    RESCUES,
    SAFETY_NET,
    TAKEOVER,
    VISIBLE,
)
from engine.parts import part
from engine.rules import NONE, struggle_share

NEVER = math.inf


# ---- rescue ----------------------------------------------------------------------------------


@part
def request(ward: Any, episode: Any, luck: Any, now: float) -> None:
    """The one request for a rescue; alone, the backup sets out at once."""
    why = episode.asks
    episode.asks = NOBODY
    tell(ward, now, REQUEST, episode, float(why), 0.0)
    episode.requested, episode.requested_at, episode.reason = 1, now, why
    episode.level_at_request = episode.level
    if episode.fate == NOBODY:
        episode.fate = CALLED if why == BY_CALL else UNNOTICED
    episode.clock[VISIBLE] = episode.clock[CALL] = NEVER
    episode.clock[TAKEOVER] = episode.clock[CUE] = NEVER
    if ward.alone:
        tell(ward, now, BACKUP, episode, 0.0, 0.0)
        episode.assigned, episode.backup = 1, 1
        episode.clock[HANDS_ON] = now + backup_time(ward, luck)
    else:
        episode.wants = RESCUES


@part
def hands_on(ward: Any, setting: Any, episode: Any, luck: Any, now: float) -> None:
    """From here on only harm runs beside the fix."""
    tell(ward, now, HANDS_ON_ROW, episode, now - episode.requested_at, 0.0)
    episode.hands_on_at = now
    episode.clock[SAFETY_NET] = episode.clock[RECOVERY] = NEVER
    if ward.alone:
        fix = fix_time(ward, luck, setting.tries)
        episode.clock[FIX_ENDS] = now + fix
        return
    if episode.reason == BY_TAKEOVER and episode.recovery_due < episode.clock[HARM]:
        episode.needless = 1
    _try(ward, episode, luck, now)


@part
def _try(ward: Any, episode: Any, luck: Any, now: float) -> None:
    """A try begins; its chance will be that of the level now standing."""
    episode.try_level = episode.level
    fix = fix_time(ward, luck, episode.tries)
    episode.clock[FIX_ENDS] = now + fix


@part
def fix_ends(ward: Any, setting: Any, episode: Any, luck: Any, now: float) -> None:
    """A try has worked or failed; after the last one the backup comes and can't fail."""
    if episode.backup:
        episode.by = BY_BACKUP
        return
    if works(setting, episode, rescue_luck(ward, luck, episode.tries), luck.easiness):
        episode.by = SUPERVISOR
        return
    tell(ward, now, FIX_FAILED, episode, float(episode.tries), 0.0)
    episode.tries += 1
    if episode.tries < setting.tries:
        _try(ward, episode, luck, now)
        return
    tell(ward, now, BACKUP, episode, 0.0, 0.0)
    ward.backups += 1
    episode.backup = 1
    fix = fix_time(ward, luck, setting.tries)
    episode.clock[FIX_ENDS] = (now + backup_time(ward, luck)) + fix


# ---- the end ---------------------------------------------------------------------------------


@part
def end(ward: Any, trainee: Any, episode: Any, now: float) -> None:
    """The episode is over; a supervisor who was on the way or at work in vain is free."""
    by = episode.by
    episode.ended_at = now
    if episode.fate == NOBODY:
        episode.fate = UNNOTICED
    tell(ward, now, RESOLVED, episode, float(by), float(episode.fate))
    episode.struggle = _struggle(episode, now)
    episode.wants = NO_QUEUE
    episode.due = NEVER
    worked = by in (SUPERVISOR, BY_BACKUP)
    if episode.assigned and not worked:
        if by != EXHAUSTED:
            tell(ward, now, SENT_AWAY, episode, 0.0, 0.0)
        if not ward.alone:
            ward.rescuing -= 1
            ward.stir = 1
            trainee.busy += now - episode.assigned_at
    if not ward.alone:
        _count(ward, trainee, episode)


@part
def _struggle(episode: Any, now: float) -> float:
    """The share phi of the way to harm that the trainee struggled through (model, section 6)."""
    by = episode.by
    handled = episode.hands_on_at < NEVER
    if by in (TRAINEE, CUED) or (by == EXHAUSTED and not handled):
        return 1.0
    until = episode.hands_on_at if handled else now
    share: float = struggle_share(episode.opened, episode.first_harm, until)
    return share


@part
def _count(ward: Any, trainee: Any, episode: Any) -> None:
    """What an ended episode of training adds to the outcomes."""
    ward.last_row = max(ward.last_row, episode.ended_at)
    ward.resolved_by[episode.by] += 1
    ward.fates[episode.fate, episode.level] += 1
    trainee.seen += 1
    if episode.by in (TRAINEE, CUED) and episode.level == NONE:
        trainee.good += 1
    if episode.hands_on_at == NEVER:
        return
    ward.hands_on += 1
    trainee.latency += episode.hands_on_at - episode.requested_at
    trainee.wait += episode.assigned_at - episode.requested_at
    if episode.reason != BY_TAKEOVER:
        return
    if episode.needless:
        ward.needless += 1
    elif episode.level > episode.level_at_request:
        ward.late += 1
    else:
        ward.necessary += 1
