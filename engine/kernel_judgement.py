"""A supervisor judges, in the kernel (model, section 5).

Arguments that recur: `ward`, `trainee` and `episode` are records of `engine.kernel_state`,
`setting` and `kind` of `engine.columns`; `luck` is the episode's EPISODE_LUCK.
"""

import math
from typing import Any

from engine.columns import (
    ENTRUSTMENT,
    HANDS_OFF,
    RISK_THRESHOLD,
    TIME_LIMIT,
    ZERO_TOLERANCE,
)
from engine.event_log import ALLOWED, LATE_NOTICED, PREVENTED
from engine.event_log import TAKEOVER as BY_TAKEOVER
from engine.kernel_log import JUDGE_NOW, JUDGE_WAIT, tell
from engine.kernel_luck import misjudgement, slip
from engine.kernel_state import CUE, HARM, NO_QUEUE, TAKEOVER
from engine.parts import part
from engine.rules import (
    MILD,
    NONE,
    cue_time,
    perceived_chance,
    planned_takeover,
    threshold_time,
    tolerated_chance,
    trust,
)

NEVER = math.inf


@part
def judge(
    ward: Any, setting: Any, kind: Any, trainee: Any, episode: Any, luck: Any, now: float,
) -> None:  # fmt: skip
    """A supervisor judges: step in now, or wait with a takeover in mind (model, section 5)."""
    episode.to_judge = 0
    level = episode.level
    window = episode.clock[HARM] - episode.reached
    if window < NEVER:
        window *= misjudgement(ward, luck, level)
    perceived = 0.0
    if ward.logging:
        perceived = perceived_chance(
            now, episode.reached, window, setting.usual_latency, setting.sharpness
        )
    tolerated = _tolerated(setting, kind, trainee, episode, slip(ward, luck, level))
    wanted = _wanted(setting, kind, episode, now, window, tolerated)
    planned = planned_takeover(now, wanted, episode.opened, setting.time_cap)
    _first_judgement(ward, trainee, episode, now, planned)
    episode.clock[TAKEOVER] = NEVER
    episode.clock[CUE] = NEVER
    if planned <= now:
        tell(ward, now, JUDGE_NOW, episode, tolerated, perceived)
        episode.asks = BY_TAKEOVER
        return
    tell(ward, now, JUDGE_WAIT, episode, tolerated, perceived)
    episode.clock[TAKEOVER] = planned
    if setting.has_cue and planned < NEVER:
        episode.clock[CUE] = cue_time(now, planned, setting.cue_at)


@part
def _tolerated(setting: Any, kind: Any, trainee: Any, episode: Any, slipped: float) -> float:
    """The tolerated chance q; 0 under policies that don't weigh."""
    policy = setting.policy
    if policy in (ZERO_TOLERANCE, HANDS_OFF, TIME_LIMIT):
        return 0.0
    value = 1.0 if policy == RISK_THRESHOLD else kind.value
    trusted = trust(float(trainee.good), float(trainee.seen)) if policy == ENTRUSTMENT else 1.0
    level = kind.first_harm if episode.level == NONE else episode.level + 1
    tolerated: float = tolerated_chance(
        setting.permissiveness, episode.multiplier, slipped, value, trusted, setting.weight[MILD],
        setting.weight[level],
    )  # fmt: skip
    return tolerated


@part
def _wanted(
    setting: Any, kind: Any, episode: Any, now: float, window: float, tolerated: float
) -> float:
    """When the supervisor would step in; it may lie in the past."""
    if kind.never_allowed or episode.level >= setting.stop_at:
        return now
    if setting.policy == HANDS_OFF:
        return NEVER
    if setting.policy == TIME_LIMIT:
        limit: float = episode.reached + setting.time_limit if episode.level == NONE else now
        return limit
    wanted: float = threshold_time(
        now, episode.reached, window, setting.usual_latency, setting.sharpness, tolerated
    )
    return wanted


@part
def _first_judgement(ward: Any, trainee: Any, episode: Any, now: float, planned: float) -> None:
    """What the first judgement settles: the class, and how long the notice waited."""
    episode.wants = NO_QUEUE
    if episode.judged:
        return
    episode.judged = 1
    ward.judged += 1
    trainee.notice_wait += now - episode.notice_at
    if episode.level > NONE:
        episode.fate = LATE_NOTICED
    else:
        episode.fate = PREVENTED if planned <= now else ALLOWED
